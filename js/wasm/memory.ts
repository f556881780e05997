// The wasm memory, and the results that calls leave in it.
//
// `heap` dies whenever the memory grows, which any call may do that allocates. `fresh()` gives one that
// lives.
import type { Result } from '../generated/interface.js'
import type { WasmMemory } from './platform.js'

/** The memory as bytes; of length 0 when it has grown. */
export let heap: Uint8Array<ArrayBuffer> = new Uint8Array(0)
let words = new Uint32Array(0)
let memory: WebAssembly.Memory | undefined
let results = 0

/** Says which memory it is, and at which address calls leave their results. */
export function attach(of: WasmMemory, address: number): void {
  memory = of
  results = address >>> 2
  renew()
}

function renew(): Uint8Array<ArrayBuffer> {
  if (!memory) return heap
  heap = new Uint8Array(memory.buffer)
  words = new Uint32Array(memory.buffer)
  return heap
}

/** The current view of the memory as bytes; replaced when it has grown. */
export function fresh(): Uint8Array<ArrayBuffer> {
  return heap.length !== 0 ? heap : renew()
}

/** One word of the results of the last call. */
export function result(word: Result): number {
  if (words.length === 0) renew()
  return words[results + word]!
}

/** Sets a word of the results to 0. */
export function clear(word: Result): void {
  if (words.length === 0) renew()
  words[results + word] = 0
}

/** `count` words at an address that is a multiple of four: a view. */
export function wordsAt(address: number, count: number): Uint32Array<ArrayBuffer> {
  if (words.length === 0) renew()
  return words.subarray(address >>> 2, (address >>> 2) + count)
}

/** A copy of `length` bytes. RangeError when JavaScript has no memory for it. */
export function take(address: number, length: number): Uint8Array<ArrayBuffer> {
  return fresh().slice(address, address + length)
}

/** Size of the memory in bytes; it never shrinks. */
export function memorySize(): number {
  return memory ? memory.buffer.byteLength : 0
}
