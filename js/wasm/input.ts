// The input buffer: keys, values and files on their way into wasm.
//
// It belongs to whoever writes into it until the call that it was written for. No user code runs in between.
import { checkKey } from '../codec/keys.js'
import { encoder } from '../codec/text.js'
import { Result } from '../generated/interface.js'
import { check } from './errors.js'
import { raw } from './instance.js'
import { fresh, heap, result, take } from './memory.js'

/** Where the input begins. Moves when it grows. */
export let input = 0
/** How much room there is; 0 when that is not known, nor where: the host has cut off what moved it. */
let capacity = 0
/** The memory that `view` shows. */
let viewed = heap
/** The beginning of the input, for TextEncoder. */
let view = heap

/** What the buffers have from the beginning and shrink back to; longer keys and values are rare. */
export const usualCapacity = 128 * 1024

function locate(): void {
  input = result(Result.inputData)
  renewView()
  capacity = result(Result.inputSize) // last: what failed before is done again
}

function renewView(): Uint8Array<ArrayBuffer> {
  const memory = fresh()
  view = memory.subarray(input, input + usualCapacity)
  viewed = memory
  return view
}

/** Makes the input at least `size` bytes long, keeping what is in it. RangeError when there is no memory. */
export function reserve(size: number): void {
  if (size <= capacity) return
  capacity = 0
  // Above 4 GiB a size would lose its upper half on the way.
  check(raw.hamt_reserve(Math.min(size, 2 ** 32 - 1)))
  locate()
}

/** Gives back what one long key, value or file has made of the buffers. Nothing may lie in them any more. */
export function reset(): void {
  capacity = 0
  check(raw.hamt_shrink(usualCapacity))
  locate()
  reserve(usualCapacity)
}

/** Makes sure that the input has its usual size: called before writing. */
function begin(): void {
  if (capacity !== usualCapacity) reset()
}

/** Writes `bytes` into the input, `at` bytes from its beginning. */
export function writeBytes(bytes: Uint8Array, at: number): void {
  if (at + bytes.length > capacity) reserve(at + bytes.length)
  fresh().set(bytes, input + at)
}

/**
 * Writes arrays into the input, each from the next multiple of four on, and calls `f`. Gives a large input
 * back.
 */
export function withInput<T>(parts: readonly Uint8Array[], f: () => T): T {
  begin()
  let size = 0
  for (const part of parts) size = ((size + 3) & ~3) + part.length
  reserve(size)
  let at = 0
  for (const part of parts) {
    at = (at + 3) & ~3
    writeBytes(part, at)
    at += part.length
  }
  try {
    return f()
  } finally {
    if (capacity > usualCapacity) reset()
  }
}

/** A copy of what a call has left in the output. Gives a large output back. */
export function takeOutput(): Uint8Array<ArrayBuffer> {
  const size = result(Result.outputSize)
  const bytes = take(result(Result.outputData), size)
  if (size > usualCapacity) reset()
  return bytes
}

// --- keys ----------------------------------------------------------------------------------------

/**
 * Up to this many units a loop over the characters is faster than TextEncoder (measured in Node 20 and
 * Chromium: both cost the same at about 16; at 42 the loop takes 60 ns and encodeInto 36 in Node).
 */
const loopLength = 16

/** Room behind a key that `writeKey` guarantees, so that small values need no `reserve`. */
export const roomAfterKey = 256

/**
 * Writes the UTF-8 of `key` to the beginning of the input and gives its length; `roomAfterKey` bytes follow
 * it. TypeError unless it is a well-formed string; RangeError when there is no memory for it. Does not
 * allocate for short keys.
 */
export function writeKey(key: unknown): number {
  if (typeof key !== 'string') checkKey(key)
  begin()
  const length = key.length
  if (length <= loopLength) {
    const to = heap.length !== 0 ? heap : fresh()
    const at = input
    let i = 0
    for (; i < length; ++i) {
      const c = key.charCodeAt(i)
      if (c > 127) break
      to[at + i] = c
    }
    if (i === length) return length
  }
  if (3 * length > usualCapacity - roomAfterKey) return writeLongKey(key)
  const { written } = encoder.encodeInto(key, viewed.length !== 0 ? view : renewView())
  // As many bytes as units: all ASCII. A lone surrogate would have become three bytes.
  if (written !== length) checkKey(key)
  return written
}

function writeLongKey(key: string): number {
  checkKey(key)
  const bytes = encoder.encode(key)
  reserve(bytes.length + roomAfterKey)
  fresh().set(bytes, input)
  return bytes.length
}
