// The one instance of the wasm module: starting it, its memory, and how bytes and errors cross.
//
// Everything here is for the sources above; nothing is for users. Rules:
//   - `heap` dies whenever the wasm memory grows. `fresh()` gives one that lives; take it again after every call that
//     may allocate.
//   - the scratch (the input buffer) belongs to whoever writes into it until the call it was written for. No user code
//     runs in between.
import createHamtModule from '../generated/glue.js'
import { ProofError, SnapshotError } from '../errors.js'
import type { Exports } from './exports.js'
import { isWellFormed, kind } from '../codec/text.js'

export { isWellFormed, kind }

/** What the module exports. Before `start`, every use says so. */
export let raw: Exports = new Proxy({} as Exports, { get: notLoaded })
/** The wasm memory as bytes; see the rules above. Empty before `start`. */
export let heap: Uint8Array<ArrayBuffer> = new Uint8Array(0)
/** Where the scratch begins. Moves when it grows. */
export let scratch = 0

/** The scratch as a view of its own, for TextEncoder. */
let view = heap
let memory: WebAssembly.Memory | undefined
let words = new Uint32Array(0)
let block = 0
let capacity = 0

/** What the scratch has from the beginning and shrinks back to; longer keys and values are rare. */
export const usualCapacity = 128 * 1024

/** Whether `start` has been called. */
export function started(): boolean {
  return memory !== undefined
}

/** Makes the instance, once; later calls do nothing. Synchronous. */
export function start(module: WebAssembly.Module): void {
  if (memory) return
  let exports: WebAssembly.Exports | undefined
  let trouble: Error | undefined
  const compiled = {
    Module: {
      value: function () {
        return module
      },
    },
    Instance: {
      value: function (of: WebAssembly.Module, imports: WebAssembly.Imports) {
        try {
          const instance = new WebAssembly.Instance(of, imports)
          exports = instance.exports
          return instance
        } catch (error) {
          trouble = error as Error
          throw error
        }
      },
    },
  }
  const made = {
    wasmBinary: new Uint8Array(1),
    locateFile: (name: string) => name,
    WebAssembly: Object.create(WebAssembly, compiled) as typeof WebAssembly,
  }
  // Some versions of Emscripten return a promise: all is done when they do, but what they throw is in it.
  void Promise.resolve(createHamtModule(made)).catch(() => {})
  if (trouble) throw trouble
  const found = Object.values(exports ?? {}).find((e) => e instanceof WebAssembly.Memory)
  if (!found) throw new Error('hamt-wasm: the wasm module exports no memory')
  raw = made as unknown as Exports
  memory = found
  remake()
  block = raw._hamt_io() >>> 2
  reserve(usualCapacity)
}

function notLoaded(): never {
  throw new Error('hamt-wasm/slim: call load() and wait for it before using anything else')
}

function remake(): Uint8Array<ArrayBuffer> {
  if (!memory) notLoaded()
  heap = new Uint8Array(memory.buffer)
  words = new Uint32Array(memory.buffer)
  view = heap.subarray(scratch, scratch + usualCapacity)
  return heap
}

/** The wasm memory, whatever has grown. */
export function fresh(): Uint8Array<ArrayBuffer> {
  return heap.length !== 0 ? heap : remake()
}

/** Word `i` of the block in which calls leave small results. */
export function io(i: number): number {
  if (words.length === 0) remake()
  return words[block + i]!
}

/** Sets word `i` of that block. */
export function setIo(i: number, value: number): void {
  if (words.length === 0) remake()
  words[block + i] = value
}

/** Word at a place in memory that is a multiple of four. */
export function wordsAt(place: number, count: number): Uint32Array<ArrayBuffer> {
  fresh()
  return words.subarray(place >>> 2, (place >>> 2) + count)
}

/** Size of the wasm memory in bytes; it never shrinks. */
export function memorySize(): number {
  return memory ? memory.buffer.byteLength : 0
}

/** Makes the scratch at least `size` bytes long, keeping what is in it. RangeError when there is no memory. */
export function reserve(size: number): void {
  if (size <= capacity) return
  const place = size < 2 ** 32 ? raw._hamt_reserve(size) >>> 0 : 0
  if (place === 0) throw outOfMemory()
  scratch = place
  capacity = size
  view = fresh().subarray(scratch, scratch + usualCapacity)
}

/** Gives back buffers that one long key or value has made large. Nothing may lie in them any more. */
export function settle(): void {
  raw._hamt_shrink(usualCapacity)
  capacity = 0
  reserve(usualCapacity)
}

// --- errors --------------------------------------------------------------------------------------

const lowestResult = -15

function outOfMemory(): RangeError {
  return new RangeError('hamt-wasm: out of memory')
}

/** Gives a status back when it is a result, and throws the error that it stands for when it is not. */
export function check(status: number): number {
  if (status >= lowestResult) return status
  throw failure(status)
}

function failure(status: number): Error {
  if (status === -16) return outOfMemory()
  if (status === -17) return new RangeError('hamt-wasm: a key, a value or a map is too large')
  if (status !== -18) return new Error('hamt-wasm: internal error')
  raw._hamt_error()
  const code = text(io(1), io(2))
  const message = text(io(3), io(4)) || undefined
  const offset = new DataView(fresh().buffer).getFloat64(io(5), true)
  switch (io(0)) {
    case 0:
      return new SnapshotError(code, offset, message)
    case 1:
      return new ProofError(code, message)
    case 2:
      return new TypeError(message ?? code)
    default:
      return new RangeError(message ?? code)
  }
}

function text(place: number, size: number): string {
  return decoder.decode(fresh().subarray(place, place + size))
}

// --- bytes ---------------------------------------------------------------------------------------

/** A place for `size` bytes, to be given back with `release`. RangeError when there is no memory. */
export function alloc(size: number): number {
  const place = size < 2 ** 32 ? raw._malloc(size || 1) >>> 0 : 0
  if (place === 0) throw outOfMemory()
  return place
}

export function release(place: number): void {
  raw._free(place)
}

/** Copies bytes in, calls `f` with their place and length, and frees them whatever happens. */
export function withBytes<T>(bytes: Uint8Array, f: (place: number, length: number) => T): T {
  const place = alloc(bytes.length)
  try {
    fresh().set(bytes, place)
    return f(place, bytes.length)
  } finally {
    release(place)
  }
}

/** A copy of `length` bytes at `place`. RangeError when JavaScript has no memory for it. */
export function take(place: number, length: number): Uint8Array<ArrayBuffer> {
  return fresh().slice(place, place + length)
}

/** A copy of the output buffer. */
export function takeOut(): Uint8Array<ArrayBuffer> {
  raw._hamt_out()
  return take(io(0), io(1))
}

// --- keys ----------------------------------------------------------------------------------------

/** UTF-8; a leading U+FEFF is part of a key like any other character. */
export const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()

/**
 * Up to this many units a loop over the characters is faster than TextEncoder (measured in Node 20 and Chromium: both cost the same at about
 * 16; at 42 the loop takes 60 ns and encodeInto 36 in Node).
 */
const loopLength = 16

/** Room behind a key that `writeKey` guarantees, so that small values need no `reserve`. */
export const roomAfterKey = 256

/**
 * Writes the UTF-8 of `key` to the beginning of the scratch and gives its length; `roomAfterKey` bytes follow it. TypeError
 * unless it is a well-formed string; RangeError when there is no memory for it. Does not allocate for short keys.
 */
export function writeKey(key: unknown): number {
  if (typeof key !== 'string') throw new TypeError(`a key must be a string, not ${kind(key)}`)
  if (capacity > usualCapacity) settle()
  const length = key.length
  if (length <= loopLength) {
    const to = heap.length !== 0 ? heap : remake()
    const at = scratch
    let i = 0
    for (; i < length; ++i) {
      const c = key.charCodeAt(i)
      if (c > 127) break
      to[at + i] = c
    }
    if (i === length) return length
  }
  if (3 * length > usualCapacity - roomAfterKey) return writeLongKey(key)
  const { written } = encoder.encodeInto(key, heap.length !== 0 ? view : (remake(), view))
  // As many bytes as units: all ASCII. A lone surrogate would have become three bytes.
  if (written !== length && !isWellFormed(key)) refuseKey()
  return written
}

function refuseKey(): never {
  throw new TypeError('a key must be well-formed: this one has a lone surrogate')
}

function writeLongKey(key: string): number {
  if (!isWellFormed(key)) refuseKey()
  const bytes = encoder.encode(key)
  reserve(bytes.length + roomAfterKey)
  fresh().set(bytes, scratch)
  return bytes.length
}

/** The UTF-8 of a well-formed string. */
export function encodeUtf8(s: string): Uint8Array {
  return encoder.encode(s)
}

/** Writes `bytes` into the scratch, `at` bytes from its beginning. */
export function writeBytes(bytes: Uint8Array, at: number): void {
  if (at + bytes.length > capacity) reserve(at + bytes.length)
  fresh().set(bytes, scratch + at)
}
