// keccak-256 by the wasm module, many times faster than in JavaScript.
import { check, fresh, raw, result, takeOutput, usualCapacity, withInput, writeBytes } from '../core.js'
import { Result } from '../generated/interface.js'

/**
 * keccak-256 of the first `length` bytes of a message, written to an offset in other bytes. Allocates nothing
 * for short ones.
 */
export function keccak256Into(message: Uint8Array, length: number, to: Uint8Array, at: number): void {
  if (message.length > usualCapacity) {
    const digest = withInput([message.subarray(0, length)], () => {
      check(raw.hamt_keccak256(length))
      return takeOutput()
    })
    return to.set(digest, at)
  }
  writeBytes(message, 0)
  check(raw.hamt_keccak256(length))
  const from = result(Result.outputData)
  const heap = fresh()
  for (let i = 0; i < 32; ++i) to[at + i] = heap[from + i]!
}
