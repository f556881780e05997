// Handles: numbers that stand for maps in wasm, each given back once.
import { Result, type Status } from '../generated/interface.js'
import { check } from './errors.js'
import { raw } from './instance.js'
import { result } from './memory.js'

/** A `FinalizationRegistry`. Where the platform has none, nothing is finalized, and `start` refuses to start wasm. */
export function finalizers<T>(
  finalize: (held: T) => void,
): Pick<FinalizationRegistry<T>, 'register' | 'unregister'> {
  const ignore = { register: () => {}, unregister: () => false }
  return typeof FinalizationRegistry === 'undefined' ? ignore : new FinalizationRegistry(finalize)
}

/** The handle that a call has made. Throws as `check`. */
export function newHandle(status: Status): number {
  check(status)
  return result(Result.mapId)
}

/** A number from wasm that is to be given back once; 0 when there is none, or it was. */
export interface Owned {
  id: number
}

/**
 * Gives back what is owned, unless that was done. When `drop` throws, it is still owned. When the host cuts it off (no `finally` runs then), it is never
 * given back again: its number may be another's by then.
 */
export function giveBack(owned: Owned, drop: (id: number) => unknown): void {
  const { id } = owned
  if (id === 0) return
  let isDropped = false
  owned.id = 0
  try {
    drop(id)
    isDropped = true
  } finally {
    if (!isDropped) owned.id = id
  }
}

/** Number of entries. */
export function sizeOfHandle(handle: number): number {
  check(raw._hamt_size(handle))
  return result(Result.mapSize)
}
