// Contents of a map as a trie in wasm: a handle, and how values cross.
//
// An edit leaves the value that it replaced in wasm; `takeReplaced` brings it to JavaScript. Until then the
// difference record that needs it says `unread`, so that an edit is all or nothing even when JavaScript has
// no memory or no stack left to take the value.
import { writePrimitive } from '../codec/cbor-encode.js'
import { cbor, notPrimitive, readPrimitive } from '../codec/codec.js'
import type { Codec } from '../codec/codec.js'
import { Result, Status, ValueForm } from '../generated/interface.js'
import { check } from '../wasm/errors.js'
import { aMap, dropUnowned, finalizers, giveBack, own, sizeOfHandle } from '../wasm/handles.js'
import type { Owned } from '../wasm/handles.js'
import { input, writeBytes, writeKey } from '../wasm/input.js'
import { raw } from '../wasm/instance.js'
import { fresh, result, take } from '../wasm/memory.js'
import { doubt, drain, objectOf, referTo } from '../wasm/references.js'
import { added, replaced, unchanged } from './store.js'
import type { Contents, Outcome } from './store.js'
import { bytesOfStored, isReferable, storedFromBytes } from './stored.js'
import type { Stored } from './stored.js'
import { StoredBatch } from './stored-batch.js'
import type { Version } from './version.js'

/** What a difference record holds whose value is still in wasm. */
export const unread: unique symbol = Symbol('unread')

/** The record whose value is still in wasm. */
export const pending = { record: null as Version | null }

/** Brings the value that the last edit replaced to JavaScript. Every edit calls this first. */
export function takeReplaced(): void {
  const { record } = pending
  if (record === null) return
  const id = result(Result.replacedReference)
  const value =
    id < (ValueForm.plainBytes as number)
      ? objectOf(id)
      : read(record.codec, record.key, result(Result.replacedData), result(Result.replacedSize))
  record.old = value
  pending.record = null
}

/** The value that a record holds. */
export function oldOf(record: Version): Stored | undefined {
  if (pending.record === record) takeReplaced()
  return record.old as Stored | undefined
}

const registry = finalizers<Owned>(dropOwned)

/**
 * Drops a handle, unless that was done. When it throws, nothing was done, and the collector does it later.
 */
function dropOwned(owned: Owned): void {
  const handle = owned.id
  if (handle === 0) return
  giveBack(owned, aMap.drop)
  const size = checkpoints.get(handle)
  if (size !== undefined) {
    checkpoints.delete(handle)
    checkpointed -= size
  }
  takeReplaced()
  dropUnowned()
  drain()
}

/** What a checkpoint keeps of an object, the object too, in entries of the trie that hold none. */
const weightOfObject = 5

/** What the tries of checkpoints that were not freed yet keep, in entries, by handle; and their sum. */
const checkpoints = new Map<number, number>()
let checkpointed = 0

/** Owns one handle, or none yet. The collector frees it; `free` does so at once. */
export class TrieStore implements Contents {
  readonly isYoung = false
  readonly replaced: typeof unread = unread
  /**
   * Edits in place since the lineage began that replaced a value: added keys make the map, and so the
   * interval, larger.
   */
  edits = 0

  handle = 0
  private readonly owned: Owned = { id: 0 }

  /**
   * Owns the map that a call makes. A handle that comes after its owner cannot get lost, whatever fails in
   * between. Throws as `check`.
   */
  constructor(
    readonly codec: Codec<unknown>,
    make: () => Status,
  ) {
    registry.register(this, this.owned, this)
    own(this.owned, aMap, make)
    this.handle = this.owned.id
  }

  get(key: string): Stored | undefined {
    if (check(raw.hamt_get(this.handle, writeKey(key))) === Status.absent) return undefined
    const id = result(Result.valueReference)
    if (id < (ValueForm.plainBytes as number)) return objectOf(id)
    const value = read(this.codec, key, result(Result.valueData), result(Result.valueSize))
    if (id === (ValueForm.objectBytes as number) && this.codec === cbor && isReferable(value))
      this.resolve(key, value)
    return value
  }

  has(key: string): boolean {
    return check(raw.hamt_has(this.handle, writeKey(key))) === Status.ok
  }

  put(key: string, value: Stored): Outcome {
    if (isReferable(value)) return this.putObject(key, value)
    takeReplaced()
    const n = writeEntry(key, value)
    const status = raw.hamt_set(this.handle, n, valueSize, 1)
    // The trie has changed: nothing is called on the way to `editInPlace` in lineage.ts, so that nothing can
    // fail.
    if (status === Status.ok) {
      ++this.edits
      return replaced
    }
    return status === Status.absent ? added : noEdit(status)
  }

  remove(key: string): Outcome {
    takeReplaced()
    const status = raw.hamt_remove(this.handle, writeKey(key), 1)
    if (status === Status.ok) {
      ++this.edits
      return replaced
    }
    return noEdit(status)
  }

  /** Sets a key, or deletes it when the value is undefined, without keeping what was there. */
  apply(key: string, value: Stored | undefined): void {
    if (value === undefined) {
      check(raw.hamt_remove(this.handle, writeKey(key), 0))
      return
    }
    if (isReferable(value)) {
      check(this.setReference(key, value, 0))
      return
    }
    const n = writeEntry(key, value)
    check(raw.hamt_set(this.handle, n, valueSize, 0))
  }

  /** Number of entries. */
  get size(): number {
    return sizeOfHandle(this.handle)
  }

  /**
   * The changes that lead from `older` to this trie, when there are at most `most`; else null. O(changes)
   * between relatives.
   */
  changesSince(older: TrieStore, most: number): StoredBatch | null {
    if (check(raw.changes(this.handle, older.handle, most)) === Status.partial) return null
    const batch = new StoredBatch(this.codec, true, 1)
    batch.read()
    return batch
  }

  /** O(1); edits of either copy paths from now on. */
  copy(): TrieStore {
    return copyOfHandle(this.codec, this.handle)
  }

  free(): void {
    dropOwned(this.owned)
    registry.unregister(this)
  }

  /**
   * Whether a new lineage should begin here, so that who holds an old version does not hold a record for
   * every edit since.
   */
  isDue(size: number): boolean {
    return (
      this.edits >= 8192 &&
      this.edits >= Math.max(8192, 4 * size) * 2 ** (checkpointed / Math.max(32_768, size))
    )
  }

  /**
   * Counts this trie among those that wait for the collector: the more there are, the rarer checkpoints
   * become.
   */
  countAsCheckpoint(size: number, holdsObjects: boolean): void {
    const weight = holdsObjects ? weightOfObject * size : size
    checkpoints.set(this.handle, weight)
    checkpointed += weight
  }

  private putObject(key: string, value: object): Outcome {
    takeReplaced()
    const status = this.setReference(key, value, 1)
    if (status === Status.ok) {
      ++this.edits
      return replaced
    }
    return status === Status.absent ? added : noEdit(status)
  }

  private setReference(key: string, value: object, keep: number): Status {
    takeReplaced() // before ids are drained
    const n = writeKey(key)
    const id = referTo(value)
    let status: Status = Status.internalError
    try {
      status = raw.hamt_set_reference(this.handle, n, id, keep)
      return status
    } finally {
      if ((status as number) < 0) doubt(id)
    }
  }

  /** Replaces the bytes of an object by the object, in all versions that hold them. */
  private resolve(key: string, value: object): void {
    takeReplaced()
    const n = writeKey(key)
    const id = referTo(value)
    let status: Status = Status.internalError
    try {
      status = raw.hamt_resolve(this.handle, n, id)
    } finally {
      if ((status as number) < 0) doubt(id)
    }
  }
}

/** The outcome of a call that has changed nothing; throws when it failed. */
function noEdit(status: Status): Outcome {
  check(status)
  return unchanged
}

/** A second store of the map behind a handle. O(1). */
export function copyOfHandle(codec: Codec<unknown>, handle: number): TrieStore {
  return new TrieStore(codec, () => raw.hamt_copy(handle))
}

/** A store of an empty map. */
export function emptyTrie(codec: Codec<unknown>): TrieStore {
  return copyOfHandle(codec, 0)
}

/** Length of the value that `writeEntry` has written. */
let valueSize = 0

/** Writes a key and a value behind it into the input; gives the key's length, and `valueSize`. */
function writeEntry(key: string, value: Stored): number {
  // Before anything is in the input: an encoder may meet a proxy, which is user code.
  const bytes = typeof value === 'object' && value !== null ? bytesOfStored(value) : null
  const n = writeKey(key)
  if (bytes === null) {
    valueSize = writePrimitive(value, fresh(), input + n)
    if (valueSize >= 0) return n
  }
  const encoded = bytes ?? bytesOfStored(value)
  writeBytes(encoded, n)
  valueSize = encoded.length
  return n
}

/** The value in a piece of wasm memory. */
function read(codec: Codec<unknown>, key: string, at: number, length: number): Stored {
  if (codec === cbor) {
    const value = readPrimitive(fresh(), at, length)
    if (value !== notPrimitive) return value as Stored
  }
  return storedFromBytes(codec, key, take(at, length))
}
