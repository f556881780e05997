// Handles: numbers that stand for maps, and walks, in wasm, each given back once.
import { Result, type Status } from '../generated/interface.js'
import { check } from './errors.js'
import { raw } from './instance.js'
import { clear, result } from './memory.js'

/**
 * A `FinalizationRegistry`. Where the platform has none, nothing is finalized, and `start` refuses to start
 * wasm.
 */
export function finalizers<T>(
  finalize: (held: T) => void,
): Pick<FinalizationRegistry<T>, 'register' | 'unregister'> {
  const ignore = { register: () => {}, unregister: () => false }
  return typeof FinalizationRegistry === 'undefined' ? ignore : new FinalizationRegistry(finalize)
}

/** A number from wasm that is to be given back once; 0 when there is none, or it was. */
export interface Owned {
  id: number
}

/** Something that wasm makes: in which word its number is, and what gives it back. */
export interface Kind {
  readonly word: Result
  readonly drop: (id: number) => unknown
}

export const aMap: Kind = { word: Result.mapId, drop: (handle) => raw.hamt_drop(handle) }
/** A walk of differences. */
export const aWalk: Kind = { word: Result.cursorId, drop: (cursor) => raw.diffClose(cursor) }

/** What the call under way makes, as long as nobody owns it. */
let unowned: Kind | null = null
/** What was made when the stack ended, or the host cut the script off, before it had an owner. */
const orphan: Owned & { kind: Kind | null } = { id: 0, kind: null }

/** Gives back what a call has made and nobody owns. When it throws, the next call does it. */
export function dropUnowned(): void {
  if (unowned !== null) {
    const id = result(unowned.word)
    // Nothing is called from here.
    orphan.id = id
    orphan.kind = unowned
    unowned = null
  }
  if (orphan.id !== 0) giveBack(orphan, orphan.kind!.drop)
}

/**
 * Calls what makes something, which `owner` owns when this returns. Throws as `check`; then nothing was made,
 * or the next call drops it.
 */
export function own(owner: Owned, kind: Kind, make: () => Status): Status {
  dropUnowned()
  clear(kind.word)
  unowned = kind
  const status = check(make())
  const id = result(kind.word)
  // Nothing is called from here.
  owner.id = id
  unowned = null
  return status
}

/**
 * Gives back what is owned, unless that was done. When `drop` throws, it is still owned. When the host cuts
 * it off (no `finally` runs then), it is never given back again: its number may be another's by then.
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
  check(raw.hamt_size(handle))
  return result(Result.mapSize)
}
