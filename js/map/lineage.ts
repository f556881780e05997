// Lineages: versions that follow from one another share one store, and each older version is a record of what
// differs.
//
//     v0 ──────► v1 ──────► v2 (newest) ═══► store
//     {k, old}   {k, old}
//
// This is Baker's rerooting (Shallow Binding Makes Functional Arrays Fast, 1991) over a version tree. A
// version is
//
//   materialized          it has a store. The newest of a lineage is; the next edit changes its store in place.
//   pinned                materialized and never changed in place: what `from` makes, and old versions that
//                         were used again.
//   a difference record   everything else: "as `next`, but `key` has the value `old`". The collector
//                         reclaims it.
//
// An edit in place turns the version that was edited into a record of the new one. An edit of a pinned
// version makes the *new* version a record of the old one. Reads follow up to `reach` records; when the next
// materialized version is farther, an index of the records answers them (line.ts). What needs the contents of
// such a version as a whole materializes the one `reach` steps ahead of it. A long way is also cut at its
// middle, so that doing that to all of n kept versions in any order applies O(n log n) records.
//
// A store is a native Map or a trie in wasm (store.ts). A map begins in a Map and moves when it grows beyond
// `young.size`, when an operation needs the trie, or when a Map would have to be copied, or its keys sorted,
// more often than edits pay for. A copy of a pinned version's Map is at first a Map of changes over it
// (young-store.ts). So no history costs O(n) a step.
//
// Whoever holds an old version holds every record from there to the newest. So after `max(1024, 4 × size)`
// edits in place of a Map, and `max(8192, 4 × size)` of a trie that replace or delete a value (more while
// many checkpoints wait for the collector), the newest version is pinned, and the next lineage begins: a
// checkpoint.
//
// JavaScript's collector does not see wasm memory, and no finalizer runs inside a synchronous loop: hence one
// finalizer a trie that a lineage owns, not one a version. Baker's order of steps makes edits all or nothing:
// what can fail comes first, the store changes, and from there to the end of the exchange of fields nothing
// is called.
import { DisposedError } from '../errors.js'
import type { Codec } from '../codec/codec.js'
import { checkKey } from '../codec/keys.js'
import { isInLine, Line, noChange } from './line.js'
import { added, edited, unchanged } from './store.js'
import type { Store } from './store.js'
import { fromStored, isReferable, sameStored } from './stored.js'
import type { Stored } from './stored.js'
import { copyOfHandle, oldOf, pending, takeReplaced } from './trie-store.js'
import type { TrieStore } from './trie-store.js'
import { buildTrie } from './builder.js'
import { sameTries } from './compare.js'
import { Version } from './version.js'
import { young, YoungStore } from './young-store.js'

/** How many records a read follows before it uses an index; an edit of an older version materializes it. */
const reach = 6
/** From this distance on the version halfway is materialized too. */
const longWay = 32

/** The handle of the empty map, which is always there: empty versions need no trie. */
const emptyHandle = 0

/** A new map's version. */
export function pinned(codec: Codec<unknown>, size: number, store: Store): Version {
  const v = new Version(codec, size, store)
  v.pinned = true
  return v
}

/** Throws DisposedError when `v` is disposed. */
export function checkUsable(v: Version): void {
  if (v.disposed) throw new DisposedError()
}

// --- reading ---------------------------------------------------------------------------------------

/** The value of a key, or undefined. */
export function get(v: Version, key: string): unknown {
  const stored = find(v, key)
  return typeof stored === 'object' ? fromStored(stored) : stored
}

/** Whether a key is there. */
export function has(v: Version, key: string): boolean {
  if (v.store !== null && !v.disposed) return v.store.has(key)
  return find(v, key) !== undefined
}

/** What is kept for a key. */
export function find(v: Version, key: string): Stored | undefined {
  if (v.disposed) throw new DisposedError()
  return findRetained(v, key)
}

/** As `find`, for an iteration that goes on after a dispose. */
export function findRetained(v: Version, key: string): Stored | undefined {
  return v.store !== null ? v.store.get(key) : findInRecords(v, key)
}

/** Whether the contents are in wasm. O(records to the next materialized version). */
export function isInWasm(v: Version): boolean {
  let at = v
  while (at.store === null) at = at.next!
  return !at.store.isYoung
}

function findInRecords(v: Version, key: string): Stored | undefined {
  let at = v
  for (let i = 0; at.store === null; at = at.next!) {
    if (isInLine(at)) return findInLine(at.line!, at, key)
    if (i++ === reach) return findInLine(lineFrom(v), v, key)
    if (at.key === key) return oldOf(at)
  }
  return at.store.get(key)
}

function findInLine(line: Line, record: Version, key: string): Stored | undefined {
  const end = line.end()
  const found = line.find(record.position, key)
  if (found !== noChange) return found
  return end.store !== null ? end.store.get(key) : findInRecords(end, key)
}

/** Puts a record, and those that follow it up to the next materialized version, into a line. */
function lineFrom(v: Version): Line {
  const chain: Version[] = []
  let at = v
  for (; at.store === null && !isInLine(at); at = at.next!) chain.push(at)
  if (at.store !== null || !at.line!.isFirst(at)) return new Line(chain, at)
  at.line!.extend(chain)
  return at.line!
}

/**
 * Materializes the version `reach` steps ahead when no materialized one is nearer; that serves its neighbours
 * too.
 */
function prepareRead(v: Version): void {
  let ahead = v
  for (let i = 0; i < reach && ahead.store === null; ++i) ahead = ahead.next!
  if (ahead.store !== null) return
  try {
    materialize(ahead)
  } catch (error) {
    // Without memory to be quick in, reading goes the long way.
    if (!(error instanceof RangeError)) throw error
  }
}

// --- materializing ---------------------------------------------------------------------------------

/** The records from `v` to the next materialized version, and that version. */
function chainOf(v: Version): { chain: Version[]; end: Version } {
  const chain: Version[] = []
  let end = v
  for (; end.store === null; end = end.next!) chain.push(end)
  return { chain, end }
}

/**
 * Gives a record a store of its own, and the version halfway too when that is far. O(distance) edits and a
 * copy.
 */
function materialize(v: Version): Store {
  const { chain, end } = chainOf(v)
  const isBranch = v.branched
  if (end.store!.isYoung && end.store!.mayCopy(end)) {
    const store = end.store!.copy(end)
    undo(store, chain)
    adopt(v, store, !isBranch)
    return store
  }
  const middle = chain.length >= longWay ? chain.length >> 1 : -1
  let halfway: TrieStore | null = null
  const store = trieOf(end).copy()
  try {
    for (let i = chain.length - 1; i >= 0; --i) {
      store.apply(chain[i]!.key, oldOf(chain[i]!))
      if (i === middle) halfway = store.copy()
    }
  } catch (error) {
    store.free()
    halfway?.free()
    throw error
  }
  if (halfway !== null) adopt(chain[middle]!, halfway, true)
  adopt(v, store, !isBranch)
  return store
}

/** Undoes the edits that lead from the first record to the end of a chain. */
function undo(store: YoungStore, chain: readonly Version[]): void {
  for (let i = chain.length - 1; i >= 0; --i) store.apply(chain[i]!.key, oldOf(chain[i]!))
}

/** Turns a record into a materialized version. */
function adopt(v: Version, store: Store, isPinned: boolean): void {
  const { next } = v
  if (isInLine(v)) v.line!.cut(v)
  v.line = null
  v.store = store
  v.pinned = isPinned
  v.branched = false
  v.next = null
  v.key = ''
  v.old = undefined
  unlink(next)
}

/** The trie of a materialized version; moves it to wasm first when it is young. */
export function trieOf(v: Version): TrieStore {
  const store = v.store!
  if (!store.isYoung) return store
  const { base } = store
  if (base === null || base.version.store === null) return (v.store = buildTrie(v.codec, store.entries))
  const trie = trieOf(base.version).copy()
  try {
    for (const [key, value] of store.changes()) trie.apply(key, value)
  } catch (error) {
    trie.free()
    throw error
  }
  return (v.store = trie)
}

/** Gives a version a trie of its own, to stay; the empty map needs none. */
export function keepTrie(v: Version): void {
  if (v.store === null) materialize(v)
  if (v.size > 0) trieOf(v)
}

/**
 * Calls `f` with a handle of the version, valid until `f` returns; no user code may run meanwhile. An old
 * version that is near gets a handle for this call only.
 */
export function withHandle<T>(v: Version, f: (handle: number) => T): T {
  return v.store === null ? withHandles([v], (handles) => f(handles[0]!)) : f(handleFor(v))
}

/** The handle of a materialized version, which moves to wasm if need be. */
function handleFor(v: Version): number {
  return v.size === 0 ? emptyHandle : trieOf(v).handle
}

/**
 * As `withHandle`, for many: one walk along each chain of records, whichever of its versions are asked for. A
 * single one is prepared for being asked for again: what is computed of its trie, such as digests, is kept by
 * the one that is near.
 */
export function withHandles<T>(versions: readonly Version[], f: (handles: Uint32Array) => T): T {
  const handleOf = new Map<Version, number>()
  if (versions.length === 1) prepareRead(versions[0]!)
  for (const v of versions) handleOf.set(v, v.store === null ? -1 : handleFor(v))
  const temporary: TrieStore[] = []
  const temporaryCopy = (v: Version, handle: number): TrieStore => {
    const copy = copyOfHandle(v.codec, handle)
    temporary.push(copy)
    return copy
  }
  try {
    for (const v of versions) {
      if (handleOf.get(v) !== -1) continue
      const chain: Version[] = []
      let at = v
      for (; (handleOf.get(at) ?? -1) === -1 && at.store === null; at = at.next!) chain.push(at)
      let store = temporaryCopy(v, handleOf.get(at) ?? handleFor(at))
      for (let i = chain.length - 1; i >= 0; --i) {
        store.apply(chain[i]!.key, oldOf(chain[i]!))
        if (!handleOf.has(chain[i]!)) continue
        handleOf.set(chain[i]!, store.handle)
        if (i > 0) store = temporaryCopy(v, store.handle)
      }
    }
    return f(Uint32Array.from(versions, (v) => handleOf.get(v)!))
  } finally {
    for (const store of temporary) store.free()
  }
}

// --- editing ---------------------------------------------------------------------------------------

/**
 * A version with `key` set to `value`, or without it when that is undefined; `v` itself when that changes
 * nothing.
 */
export function edit(v: Version, key: string, value: Stored | undefined): Version {
  if (v.disposed) throw new DisposedError()
  if (v.store === null) return editRecord(v, key, value)
  if (v.pinned) return v.size === 0 ? begin(v, key, value) : branch(v, key, value, v.store.get(key))
  const { store } = v
  if (store.isYoung) {
    if (v.size >= young.size && value !== undefined) {
      trieOf(v)
      return edit(v, key, value)
    }
    if (store.isDue()) return checkpoint(v, key, value)
  } else {
    if (value !== undefined && isReferable(value)) {
      // wasm cannot compare objects. Here it may be user code that does, the traps of a Proxy: it may edit or
      // dispose this version.
      if (sameStored(store.get(key), value)) return v
      if (v.store !== store || v.disposed) return edit(v, key, value)
    }
    if (store.isDue(v.size)) {
      store.countAsCheckpoint(v.size, value !== undefined && isReferable(value))
      return checkpoint(v, key, value)
    }
  }
  return editInPlace(v, store, key, value)
}

/** The first version of a new lineage: the empty map `v` with `key` set. */
function begin(v: Version, key: string, value: Stored | undefined): Version {
  checkKey(key)
  return value === undefined ? v : new Version(v.codec, 1, new YoungStore(new Map([[key, value]])))
}

function checkpoint(v: Version, key: string, value: Stored | undefined): Version {
  v.pinned = true
  return edit(v, key, value)
}

function editInPlace(v: Version, store: Store, key: string, value: Stored | undefined): Version {
  const next = new Version(v.codec, v.size, null)
  const outcome = value === undefined ? store.remove(key) : store.put(key, value)
  if (outcome === unchanged) return v
  if (outcome === edited) return edit(v, key, value)
  // Nothing is called from here until all fields are exchanged.
  if (outcome === added) next.size = v.size + 1
  else if (value === undefined) next.size = v.size - 1
  next.store = store
  next.references = 1
  v.store = null
  v.next = next
  v.key = key
  if (outcome === added) return next
  v.old = store.replaced
  if (store.isYoung) return next
  pending.record = v
  takeReplaced()
  return next
}

/**
 * An edit of a record: another record, or, when a materialized version is `reach` away, an edit of a store of
 * its own.
 */
function editRecord(v: Version, key: string, value: Stored | undefined): Version {
  let isFound = false
  let found: Stored | undefined
  let at = v
  for (let i = 1; at.store === null; at = at.next!) {
    if (i++ === reach) {
      materialize(v)
      return edit(v, key, value)
    }
    if (!isFound && at.key === key) {
      isFound = true
      found = oldOf(at)
    }
  }
  return branch(v, key, value, isFound ? found : at.store.get(key))
}

/** A record of `v` with one edit, of which `found` is the value that it meets. */
function branch(v: Version, key: string, value: Stored | undefined, found: Stored | undefined): Version {
  checkKey(key)
  if (sameStored(found, value)) return v
  checkUsable(v) // a Proxy's trap may have disposed it
  const size = value === undefined ? v.size - 1 : found === undefined ? v.size + 1 : v.size
  const made = new Version(v.codec, size, null)
  made.branched = true
  made.key = key
  made.old = value
  made.next = v
  ++v.references
  return made
}

/** Up to this many changes a bulk edit is taken over as single edits, so that the lineage goes on. */
const mostEdits = 1024

/**
 * The version that follows from `v` by a bulk edit whose result is `trie`; takes it over, whatever it throws.
 * `v` itself when both are equal. Where `v` is the newest of a lineage and little has changed, the lineage
 * goes on by single edits, so that a loop of small bulk edits keeps wasm memory flat.
 */
export function advance(v: Version, trie: TrieStore): Version {
  let isTaken = false
  try {
    const size = trie.size
    if (!v.disposed) {
      if (size === v.size && withHandle(v, (own) => sameTries(v.codec, own, trie.handle))) return v
      const edits = v.store !== null && !v.pinned ? trie.changesSince(trieOf(v), mostEdits) : null
      if (edits !== null) {
        let result = v
        for (let i = 0; i < edits.count; ++i) result = edit(result, edits.key(i), edits.stored(i, 0))
        return result
      }
    }
    const result = new Version(v.codec, size, trie)
    isTaken = true
    return result
  } finally {
    if (!isTaken) trie.free()
  }
}

// --- keys ------------------------------------------------------------------------------------------

/**
 * The keys of a version in the order of iteration; undefined when its contents are in wasm, where they move
 * when edits do not pay for sorting the keys. O(n log n), O(1) when asked again.
 */
export function keysOf(v: Version): readonly string[] | undefined {
  const { chain, end } = chainOf(v)
  const store = end.store!
  if (!store.isYoung) return undefined
  const hasSameKeys = chain.every((record) => oldOf(record) !== undefined && store.has(record.key))
  if (hasSameKeys && store.isSorted) return store.keys()
  if (!store.maySort(v.size) && hasMoved(end)) return undefined
  if (hasSameKeys) return store.keys()
  const all = new YoungStore(new Map(store.entries), store.account)
  undo(all, chain)
  return all.keys()
}

/** Moves a materialized version to wasm; false when memory does not suffice. */
function hasMoved(v: Version): boolean {
  try {
    trieOf(v)
    return true
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return false
  }
}

// --- keeping and giving back -----------------------------------------------------------------------

/** Keeps what `v` holds from being freed by a dispose, until `release`. */
export function retain(v: Version): void {
  ++v.references
}

/** The other half of `retain`. */
export function release(v: Version): void {
  unlink(v)
}

/** Calls `f` and keeps what `v` holds meanwhile, even if user code disposes it. */
export function retaining<T>(v: Version, f: () => T): T {
  retain(v)
  try {
    return f()
  } finally {
    release(v)
  }
}

/** Marks a version as disposed and frees what no other version or iteration needs. Again: nothing. */
export function dispose(v: Version): void {
  if (v.disposed) return
  v.disposed = true
  if (v.references === 0) unlink(discard(v))
}

/** Takes one reference away. */
function unlink(v: Version | null): void {
  while (v !== null && --v.references === 0 && v.disposed) v = discard(v)
}

/** Gives back what a version holds that nobody uses; gives the version that has one reference less now. */
function discard(v: Version): Version | null {
  const { store, next } = v
  if (isInLine(v)) v.line!.forget() // it is the first one: no record refers to it
  v.line = null
  v.store = null
  v.next = null
  v.old = undefined
  store?.free()
  return next
}
