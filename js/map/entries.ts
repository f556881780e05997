// Iteration: the entries of a version in the order of their hashes, batch by batch.
//
// Between batches of a trie there is only a position (three numbers): an iteration that is given up leaves nothing behind, and one that goes
// on after an edit or a dispose still sees its own version. A map without a trie is iterated by the list of its keys.
import { Result, Status } from '../generated/interface.js'
import { check } from '../wasm/errors.js'
import { raw } from '../wasm/instance.js'
import { result } from '../wasm/memory.js'
import * as lineage from './lineage.js'
import { StoredBatch } from './stored-batch.js'
import { fromStored } from './stored.js'
import type { Version } from './version.js'

/** What an iteration is to bring. */
export const keysOnly = 1
export const valuesOnly = 2
export const both = 3
export type What = typeof keysOnly | typeof valuesOnly | typeof both

const firstBatch = 32
const largestBatch = 512

/** The entries of a version that has keys to list. */
class ListedEntries {
  count = 0
  private isOver = false

  constructor(
    private readonly version: Version,
    private readonly keys: readonly string[],
  ) {
    lineage.retain(version)
  }

  next(): boolean {
    if (this.isOver) return false
    if (this.count === 0 && this.keys.length > 0) {
      this.count = this.keys.length
      return true
    }
    this.finish()
    return false
  }

  finish(): void {
    this.count = 0
    if (this.isOver) return
    this.isOver = true
    lineage.release(this.version)
  }

  key(i: number): string {
    return this.keys[i]!
  }

  value(i: number): unknown {
    return fromStored(lineage.findRetained(this.version, this.keys[i]!))
  }
}

/** The entries of a version whose contents are in wasm. */
class TrieEntries {
  count = 0

  private readonly batch: StoredBatch
  private readonly columns: What
  private low = 0
  private high = 0
  private index = 0
  private more = true
  private isOver = false
  private length = firstBatch

  constructor(
    private readonly version: Version,
    what: What,
  ) {
    // With keys, also where only values are wanted: an object that was loaded is asked for by its key, so that it stays the same one.
    this.columns = what & valuesOnly ? both : what
    this.batch = new StoredBatch(version.codec, true, what & valuesOnly ? 1 : 0)
    lineage.retain(version)
  }

  next(): boolean {
    this.count = 0
    if (this.more && !this.isOver) {
      lineage.withHandle(this.version, (handle) => this.read(handle))
      this.length = Math.min(largestBatch, 4 * this.length)
    }
    if (this.count !== 0) return true
    this.finish()
    return false
  }

  finish(): void {
    this.count = 0
    if (this.isOver) return
    this.isOver = true
    lineage.release(this.version)
  }

  key(i: number): string {
    return this.batch.key(i)
  }

  value(i: number): unknown {
    const { batch } = this
    return fromStored(
      batch.isUnresolved(i, 0) ? lineage.findRetained(this.version, batch.key(i)) : batch.stored(i, 0),
    )
  }

  private read(handle: number): void {
    const status = check(raw._hamt_batch(handle, this.length, this.columns, this.low, this.high, this.index))
    // As signed words, which V8 stores without a box.
    const low = result(Result.positionHashLow) | 0
    const high = result(Result.positionHashHigh) | 0
    const index = result(Result.positionIndex) | 0
    this.batch.read()
    // The position goes on when the batch is here: what throws before loses nothing.
    this.low = low
    this.high = high
    this.index = index
    this.more = status === Status.partial
    this.count = this.batch.count
  }
}

/**
 * An iteration over the entries of a version: `next` goes to the next batch and says whether there is one; `key` and `value` read entry `i` below
 * `count`; call `finish` unless `next` has said false.
 */
export type Entries = ListedEntries | TrieEntries

/** Begins an iteration. */
export function entriesOf(version: Version, what: What): Entries {
  const keys = lineage.keysOf(version)
  return keys === undefined ? new TrieEntries(version, what) : new ListedEntries(version, keys)
}

/** Calls `f` for every entry. O(n). What `f` throws ends it; `f` may do anything with this map and others. */
export function eachEntry(version: Version, f: (key: string, value: unknown) => void): void {
  lineage.checkUsable(version)
  const entries = entriesOf(version, both)
  try {
    while (entries.next()) {
      for (let i = 0; i < entries.count; ++i) f(entries.key(i), entries.value(i))
    }
  } finally {
    entries.finish()
  }
}

const iteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())) as object

/** What `keys`, `values` and `entries` return. */
export class EntryIterator<T> implements IterableIterator<T, undefined> {
  #i = 0
  readonly #entries: Entries
  readonly #what: What

  constructor(version: Version, what: What) {
    lineage.checkUsable(version)
    this.#entries = entriesOf(version, what)
    this.#what = what
  }

  next(): IteratorResult<T, undefined> {
    const entries = this.#entries
    if (this.#i >= entries.count) {
      if (!entries.next()) return { value: undefined, done: true }
      this.#i = 0
    }
    const i = this.#i
    const what = this.#what
    const value =
      what === both
        ? [entries.key(i), entries.value(i)]
        : what === keysOnly
          ? entries.key(i)
          : entries.value(i)
    this.#i = i + 1
    return { value: value as T, done: false }
  }

  return(): IteratorResult<T, undefined> {
    this.#entries.finish()
    return { value: undefined, done: true }
  }

  [Symbol.iterator](): this {
    return this
  }
}
// Where the platform has iterator helpers (map, filter, take), these iterators have them too.
Object.setPrototypeOf(EntryIterator.prototype, iteratorPrototype)
