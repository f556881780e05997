// Handles: numbers that stand for maps in wasm. Whoever gets one from here gives it back with `dropHandle`, once.
import { Result, type Status } from '../generated/interface.js'
import { check } from './errors.js'
import { raw } from './instance.js'
import { result } from './memory.js'

/** The handle that a call has made. Throws as `check`. */
export function newHandle(status: Status): number {
  check(status)
  return result(Result.mapId)
}

/** A second handle to the same map. O(1). */
export function copyHandle(handle: number): number {
  return newHandle(raw._hamt_copy(handle))
}

/** Gives a handle back, and what only it held. */
export function dropHandle(handle: number): void {
  raw._hamt_drop(handle)
}

/** Number of entries. */
export function sizeOfHandle(handle: number): number {
  check(raw._hamt_size(handle))
  return result(Result.mapSize)
}
