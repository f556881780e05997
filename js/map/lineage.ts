// Versions, and who owns the memory behind them.
//
// JavaScript's collector does not see wasm memory, and no finalizer runs inside a synchronous loop. So a version does not
// own a handle by default; what follows from one version by `set` and `delete` is a *lineage* that shares one:
//
//     v0 ──────► v1 ──────► v2 (newest) ═══► handle ═══► trie in wasm
//     {k, old}   {k, old}
//
//   whole     has a handle (`owner`). The newest of a lineage is whole, and the next edit changes its trie in place.
//   pinned    whole, and never changed in place: what `from` and its like made, and old versions that were used again.
//   record    everything else: "as `next`, but `key` holds `old`". A small object that the collector reclaims.
//
// An edit in place turns the version that was edited into a record of the new one. An edit of a pinned version makes the *new*
// version a record of the old one, so that branching costs nothing in wasm. Reads follow up to `reach` records. When
// a record is farther than that from a whole version, the one `reach` steps ahead is made whole (a handle of its own, by copying
// paths), and so is a record that is read often.
//
// Two things keep this from growing without bound. Making a far record whole also makes the version halfway whole, so reading
// every one of n kept versions, in any order, applies O(n log n) records and not O(n²). And somebody who holds an old version
// of a long lineage does not hold a record for every edit since: after `max(8192, 4 × size)` edits in place the newest version is
// pinned (a checkpoint) and the next one starts a new lineage, so chains of records end there. A checkpoint that nobody
// holds waits for the collector; while many wait, as in one synchronous loop, the interval grows, so what waits
// stays below a few times max(2 MB, the trie).
//
// One FinalizationRegistry entry a handle frees it when the last version that needs it is gone.
import { writePrimitive } from '../codec/cbor-encode.js'
import { cbor, notPrimitive, readPrimitive } from '../codec/codec.js'
import type { Codec } from '../codec/codec.js'
import { DisposedError } from '../errors.js'
import { Result, Status } from '../generated/interface.js'
import { check } from '../wasm/errors.js'
import { copyHandle, dropHandle, sizeOfHandle } from '../wasm/handles.js'
import { input, reset, usualCapacity, writeBytes, writeKey } from '../wasm/input.js'
import { raw } from '../wasm/instance.js'
import { fresh, result, take } from '../wasm/memory.js'
import { RecordBatch } from '../wasm/record-batch.js'
import { kind } from '../codec/text.js'

/** What a record holds for a key that was not there. */
const absent: unique symbol = Symbol('absent')
/** A value in a record: absent, a primitive (under CBOR only), or the encoded bytes. */
type Stored = typeof absent | string | number | boolean | null | Uint8Array

/** Owns one handle. The registry watches this object. */
class Owner {
  /** Edits in place since the lineage began, long values counted more. */
  edits = 0
  constructor(readonly handle: number) {}
}

const pinned = 1
const disposed = 2
/** A record that an edit of a pinned version or of a record made; without it, one that an edit in place left behind. */
const branched = 4
/** Reads are counted in the bits from here on. */
const oneRead = 16

/** How many records a read follows before it makes the version whole. */
const reach = 4
/** After how many reads a record is made whole however near it is. */
const manyReads = 64 * oneRead

/** One version of a map: what lineages know about it. `Hamt` adds what users see. */
export abstract class Version {
  /** Number of entries. */
  readonly size: number
  /** @internal */
  readonly _codec: Codec<unknown>
  /** @internal */
  _owner: Owner | null
  /** @internal */
  _next: Version | null = null
  /** @internal */
  _key = ''
  /** @internal */
  _old: Stored = null
  /** @internal */
  _state: number
  /** @internal How many records have this version as their `next`, and iterators that are under way on it. */
  _dependants = 0

  /** @internal */
  constructor(codec: Codec<unknown>, size: number, owner: Owner | null, state: number) {
    this.size = size
    this._codec = codec
    this._owner = owner
    this._state = state
  }

  /** @internal Another version of the same class and codec. */
  abstract _another(size: number, owner: Owner | null, state: number): this
}

// --- handles -------------------------------------------------------------------------------------

const registry = new FinalizationRegistry<number>(freeHandle)

function own(handle: number): Owner {
  const owner = new Owner(handle)
  registry.register(owner, handle, owner)
  return owner
}

function freeHandle(handle: number): void {
  const size = checkpoints.get(handle)
  if (size !== undefined) {
    checkpoints.delete(handle)
    waiting -= size
  }
  dropHandle(handle)
}

/** The empty map's handle is not counted and never freed. */
const emptyOwner = new Owner(0)

/** What a new version of a map that owns `handle` from now on is made with. */
export function whole(handle: number): { size: number; owner: Owner; state: number } {
  return handle === 0
    ? { size: 0, owner: emptyOwner, state: pinned }
    : { size: sizeOfHandle(handle), owner: own(handle), state: pinned }
}

// --- checkpoints -----------------------------------------------------------------------------------

/** Pinned heads of lineages that were long, by handle, with their sizes; and the sum of these. */
const checkpoints = new Map<number, number>()
let waiting = 0

function isDue(v: Version, edits: number): boolean {
  if (edits < 8192) return false
  return edits >= Math.max(8192, 4 * v.size) * 2 ** (waiting / Math.max(32768, v.size))
}

/** Ends a lineage: its newest version stays as it is. */
function checkpoint(v: Version, owner: Owner): void {
  v._state |= pinned
  checkpoints.set(owner.handle, v.size)
  waiting += v.size
}

// --- values in records ---------------------------------------------------------------------------

function stored(codec: Codec<unknown>, place: number, length: number): Stored {
  if (codec === cbor) {
    const value = readPrimitive(fresh(), place, length)
    if (value !== notPrimitive) return value as Stored
  }
  return take(place, length)
}

/** Writes a stored value behind a key in the input and gives its length. */
function writeStored(value: Stored, at: number): number {
  if (value instanceof Uint8Array) {
    writeBytes(value, at)
    return value.length
  }
  return writePrimitive(value, fresh(), input + at)
}

function sameStored(codec: Codec<unknown>, a: Stored, b: Stored): boolean {
  if (!(a instanceof Uint8Array) || !(b instanceof Uint8Array)) {
    // One value has one encoding, but a long string may be stored as itself or as bytes.
    if (!(a instanceof Uint8Array) && !(b instanceof Uint8Array)) return Object.is(a, b)
    if (a === absent || b === absent) return false
    const bytes = (x: Stored) => (x instanceof Uint8Array ? x : codec.encode(x))
    return sameStored(codec, bytes(a), bytes(b))
  }
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

/** The value in a piece of wasm memory. */
export function readValue(codec: Codec<unknown>, place: number, length: number): unknown {
  const memory = fresh()
  if (codec !== cbor) return codec.decode(memory.slice(place, place + length))
  const value = readPrimitive(memory, place, length)
  return value === notPrimitive ? codec.decode(memory.subarray(place, place + length)) : value
}

function valueOf(codec: Codec<unknown>, value: Stored): unknown {
  if (value === absent) return undefined
  if (!(value instanceof Uint8Array)) return value
  return codec.decode(codec === cbor ? value : value.slice())
}

// --- records ---------------------------------------------------------------------------------------

/** Makes `v` a record of `next`. */
function link(v: Version, next: Version, key: string, old: Stored): void {
  v._next = next
  v._key = key
  v._old = old
  ++next._dependants
}

/** Says that nothing needs `v` for the sake of one dependant any more. */
function unlink(v: Version | null): void {
  while (v !== null && --v._dependants === 0 && v._state & disposed) v = discard(v)
}

/** Lets go of what a version that nobody uses holds; gives the version that has one dependant less now. */
function discard(v: Version): Version | null {
  const owner = v._owner
  const next = v._next
  v._owner = null
  v._next = null
  v._old = null
  if (owner !== null && owner !== emptyOwner) {
    registry.unregister(owner)
    freeHandle(owner.handle)
  }
  return next
}

/** Gives a record a trie of its own, which is `handle`. */
function settle(v: Version, handle: number, state: number): void {
  const next = v._next
  v._owner = own(handle)
  v._state = (v._state & disposed) | state
  v._next = null
  v._key = ''
  v._old = null
  unlink(next)
}

/** Undoes, on the trie behind a handle, the edit that leads from a record to its `next`. */
function apply(handle: number, record: Version): void {
  const n = writeKey(record._key)
  if (record._old === absent) check(raw._hamt_remove(handle, n, 0))
  else check(raw._hamt_set(handle, n, writeStored(record._old, n), 0))
}

/** The records from `v` to the next whole version, and that version. */
function chainOf(v: Version): { chain: Version[]; end: Version } {
  const chain: Version[] = []
  let end = v
  while (end._owner === null) {
    chain.push(end)
    end = end._next!
  }
  return { chain, end }
}

/** Makes a record whole, and the version halfway when that is far. O(distance) path copies. Throws as `check`. */
function makeWhole(v: Version): Owner {
  const { chain, end } = chainOf(v)
  const middle = chain.length >= 32 ? chain.length >> 1 : -1
  const handle = copyHandle(end._owner!.handle)
  let halfway = 0
  try {
    for (let i = chain.length - 1; i >= 0; --i) {
      apply(handle, chain[i]!)
      if (i === middle) halfway = copyHandle(handle)
    }
  } catch (error) {
    dropHandle(handle)
    if (halfway !== 0) dropHandle(halfway)
    throw error
  }
  if (halfway !== 0) settle(chain[middle]!, halfway, pinned)
  settle(v, handle, v._state & branched ? 0 : pinned)
  return v._owner!
}

/**
 * Sees to it, as far as memory allows, that a record can be read by following at most `reach` others: makes it whole when it is read often, and the version
 * `reach` steps ahead when it is far, which serves its neighbours too.
 */
function prepareRead(v: Version): void {
  v._state += oneRead
  let ahead = v
  if (v._state < manyReads) for (let i = 0; i < reach && ahead._owner === null; ++i) ahead = ahead._next!
  if (ahead._owner !== null) return
  try {
    makeWhole(ahead)
  } catch (error) {
    // Without memory to be quick in, reading goes the long way.
    if (!(error instanceof RangeError)) throw error
  }
}

// --- reading ---------------------------------------------------------------------------------------

export function isDisposed(v: Version): boolean {
  return (v._state & disposed) !== 0
}

/** Throws DisposedError when `v` is disposed. */
export function checkUsable(v: Version): void {
  if (v._state & disposed) throw new DisposedError()
}

/** The value of a key, or undefined. */
export function get(v: Version, key: string): unknown {
  if (v._state & disposed) throw new DisposedError()
  const owner = v._owner
  if (owner === null) return getFromRecord(v, key)
  return getFromHandle(v._codec, owner.handle, key)
}

/** The value of a key in the map behind a handle, or undefined. */
export function getFromHandle(codec: Codec<unknown>, handle: number, key: string): unknown {
  if (check(raw._hamt_get(handle, writeKey(key))) === Status.absent) return undefined
  return readValue(codec, result(Result.valueData), result(Result.valueSize))
}

/** Whether the map behind a handle has a key. */
export function isInHandle(handle: number, key: string): boolean {
  return check(raw._hamt_has(handle, writeKey(key))) === Status.ok
}

function getFromRecord(v: Version, key: string): unknown {
  prepareRead(v)
  let at = v
  for (; at._owner === null; at = at._next!) {
    if (at._key === key) return valueOf(v._codec, at._old)
  }
  return getFromHandle(v._codec, at._owner.handle, key)
}

/** Whether a key is there. */
export function has(v: Version, key: string): boolean {
  if (v._state & disposed) throw new DisposedError()
  let at = v
  if (at._owner === null) {
    prepareRead(v)
    for (; at._owner === null; at = at._next!) if (at._key === key) return at._old !== absent
  }
  return isInHandle(at._owner.handle, key)
}

/**
 * Calls `f` with a handle of the version, valid until `f` returns; no user code may run meanwhile. An old version that is
 * near gets a handle for just this call.
 */
export function withHandle<T>(v: Version, f: (handle: number) => T): T {
  if (v._owner === null) prepareRead(v)
  if (v._owner !== null) return f(v._owner.handle)
  return withHandles([v], (handles) => f(handles[0]!))
}

/** As `withHandle`, for many: one walk along each chain of records, whichever of its versions are asked for. */
export function withHandles<T>(versions: readonly Version[], f: (handles: Uint32Array) => T): T {
  const wanted = new Map<Version, number>()
  for (const v of versions) wanted.set(v, v._owner?.handle ?? -1)
  const temporary: number[] = []
  try {
    for (const v of versions) {
      if (wanted.get(v) !== -1) continue
      const chain: Version[] = []
      let at = v
      while ((wanted.get(at) ?? -1) === -1 && at._owner === null) {
        chain.push(at)
        at = at._next!
      }
      let handle = copyHandle(at._owner?.handle ?? wanted.get(at)!)
      temporary.push(handle)
      for (let i = chain.length - 1; i >= 0; --i) {
        apply(handle, chain[i]!)
        if (!wanted.has(chain[i]!)) continue
        wanted.set(chain[i]!, handle)
        if (i === 0) break
        handle = copyHandle(handle)
        temporary.push(handle)
      }
    }
    return f(Uint32Array.from(versions, (v) => wanted.get(v)!))
  } finally {
    for (const handle of temporary) dropHandle(handle)
  }
}

// --- editing ---------------------------------------------------------------------------------------

/** Encodes a value. Custom codecs and values with getters run user code: call it before anything is in the input. */
export function encodeValue(codec: Codec<unknown>, value: unknown): Uint8Array {
  if (value === undefined) throw new TypeError('a value cannot be undefined; to remove a key, use delete')
  const bytes: unknown = codec.encode(value)
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`a codec must encode to a Uint8Array, not ${kind(bytes)}`)
  return bytes
}

/** A version with `key` set to `value`; `v` itself when that changes nothing. */
export function set<T extends Version>(v: T, key: string, value: unknown): T {
  if (v._state & disposed) throw new DisposedError()
  if (v._codec === cbor && typeof value !== 'object' && value !== undefined) {
    const n = writeKey(key)
    const size = writePrimitive(value, fresh(), input + n)
    if (size >= 0) return edit(v, key, value as Stored, n, size)
  }
  if (value === null && v._codec === cbor) {
    const n = writeKey(key)
    return edit(v, key, null, n, writePrimitive(null, fresh(), input + n))
  }
  const bytes = encodeValue(v._codec, value)
  const n = writeKey(key)
  writeBytes(bytes, n)
  return edit(v, key, bytes, n, bytes.length)
}

/** A version without `key`; `v` itself when it is absent. */
export function remove<T extends Version>(v: T, key: string): T {
  if (v._state & disposed) throw new DisposedError()
  return edit(v, key, absent, writeKey(key), 0)
}

/**
 * One edit: sets `key`, whose `n` bytes are in the input with the `size` bytes of the value behind them, or deletes it when
 * `value` is `absent`.
 */
function edit<T extends Version>(v: T, key: string, value: Stored, n: number, size: number): T {
  const owner = v._owner
  if (owner === null) return editRecord(v, key, value, n, size)
  if (v._state & pinned) {
    return branch(v, key, value, found(owner.handle, value, n, size))
  }
  if (isDue(v, owner.edits)) {
    checkpoint(v, owner)
    return edit(v, key, value, n, size)
  }
  const { handle } = owner
  const status = check(value === absent ? raw._hamt_remove(handle, n, 1) : raw._hamt_set(handle, n, size, 1))
  if (changesNothing(status, value)) return v
  let old: Stored = absent
  if (status === Status.ok) {
    const oldSize = result(Result.valueSize)
    old = stored(v._codec, result(Result.valueData), oldSize)
    // Not for an insertion: the interval between checkpoints grows with the size.
    owner.edits += 1 + (oldSize >>> 10)
    if (oldSize > usualCapacity) reset()
  }
  const next = v._another(sizeAfter(v.size, status, value), owner, 0)
  v._owner = null
  v._state = 0
  link(v, next, key, old)
  return next
}

/** An edit of a record: another record, or, when it is `reach` away from a whole version, an edit of a trie of its own. */
function editRecord<T extends Version>(v: T, key: string, value: Stored, n: number, size: number): T {
  let status: Status | undefined
  let at: Version = v
  for (let i = 0; at._owner === null; at = at._next!) {
    if (++i === reach) {
      makeWhole(v)
      n = writeKey(key)
      return edit(v, key, value, n, value === absent ? 0 : writeStored(value, n))
    }
    if (status === undefined && at._key === key) {
      status =
        at._old === absent
          ? Status.absent
          : sameStored(v._codec, at._old, value)
            ? Status.unchanged
            : Status.ok
    }
  }
  return branch(v, key, value, status ?? found(at._owner.handle, value, n, size))
}

/** What an edit would find. */
function found(handle: number, value: Stored, n: number, size: number): Status {
  return check(value === absent ? raw._hamt_has(handle, n) : raw._hamt_probe(handle, n, size))
}

function changesNothing(status: Status, value: Stored): boolean {
  return status === Status.unchanged || (status === Status.absent && value === absent)
}

/** A record of `v` with one edit, of which `status` says what it meets. */
function branch<T extends Version>(v: T, key: string, value: Stored, status: Status): T {
  if (changesNothing(status, value)) return v
  const made = v._another(sizeAfter(v.size, status, value), null, branched)
  // A codec of the user's may use its bytes again.
  link(made, v, key, v._codec !== cbor && value instanceof Uint8Array ? value.slice() : value)
  return made
}

function sizeAfter(size: number, status: Status, value: Stored): number {
  return value === absent ? size - 1 : status === Status.absent ? size + 1 : size
}

/** With how many changes at most a bulk edit leaves records behind, and not a second trie. */
const mostRecords = 1024

/**
 * The version that follows from `v` by a bulk edit whose result is behind `handle`; takes the handle over, whatever it throws. `v`
 * itself when both are equal. When `v` is the newest of a lineage and little has changed, the lineage goes on, as if by single
 * edits; so a loop of small bulk edits keeps wasm memory flat too.
 */
export function become<T extends Version>(v: T, handle: number): T {
  try {
    const size = sizeOfHandle(handle)
    const isDisposed = (v._state & disposed) !== 0
    if (!isDisposed && size === v.size && withHandle(v, (h) => isEqual(h, handle))) {
      dropHandle(handle)
      return v
    }
    const owner = v._owner
    if (!isDisposed && owner !== null && !(v._state & pinned)) {
      const status = check(raw.changes(owner.handle, handle, mostRecords))
      const count = result(Result.recordsCount)
      if (status !== Status.partial && !isDue(v, owner.edits + count)) {
        const rows = new RecordBatch(v._codec, true, 1)
        rows.read()
        const newest = v._another(size, owner, 0)
        check(raw.exchange(owner.handle, handle))
        dropHandle(handle)
        owner.edits += count
        v._owner = null
        v._state = 0
        let at: Version = v
        for (let i = 0; i < count; ++i) {
          const next = i === count - 1 ? newest : v._another(size, null, 0)
          link(at, next, rows.key(i), rows.cell(i, 0) ?? (rows.cell(i, 0) === null ? null : absent))
          at = next
        }
        return newest
      }
    }
  } catch (error) {
    dropHandle(handle)
    throw error
  }
  return v._another(sizeOfHandle(handle), own(handle), 0)
}

/** Whether two handles' maps have equal contents. */
export function isEqual(a: number, b: number): boolean {
  return check(raw.compare(a, b)) === Status.unchanged
}

/** Calls `f` and keeps what `v` holds meanwhile, even if user code disposes it. */
export function holding<T>(v: Version, f: () => T): T {
  hold(v)
  try {
    return f()
  } finally {
    letGo(v)
  }
}

// --- disposing ---------------------------------------------------------------------------------------

/** Marks a version as disposed and frees what no other version or iterator needs. Again: nothing. */
export function dispose(v: Version): void {
  if (v._state & disposed) return
  v._state |= disposed
  if (v._dependants === 0) unlink(discard(v))
}

/** Keeps what `v` holds from being freed by a dispose, until `letGo`. */
export function hold(v: Version): void {
  ++v._dependants
}

export function letGo(v: Version): void {
  unlink(v)
}
