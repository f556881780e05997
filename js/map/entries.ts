// Iteration: the entries of a version in the order of their hashes, batch by batch.
//
// Between batches of a trie there is only a position (three numbers): an iteration that is given up leaves
// nothing behind, and one that goes on after an edit or a dispose still sees its own version. A map without a
// trie is iterated by the list of its keys.
import { cbor } from '../codec/codec.js'
import { InterruptedError } from '../errors.js'
import { Result, Status } from '../generated/interface.js'
import { check } from '../wasm/errors.js'
import { raw } from '../wasm/instance.js'
import { result } from '../wasm/memory.js'
import { EncodedValue, RecordBatch } from '../wasm/record-batch.js'
import type { Cell } from '../wasm/record-batch.js'
import * as lineage from './lineage.js'
import { fromStored, storedFromBytes } from './stored.js'
import type { Stored } from './stored.js'
import { checkVersion, Version } from './version.js'
import { YoungStore } from './young-store.js'

/** What an iteration is to bring. */
export const keysOnly = 1
export const valuesOnly = 2
export const both = 3
export type What = typeof keysOnly | typeof valuesOnly | typeof both

const firstBatch = 32
const largestBatch = 512

/**
 * The entries of a version, batch by batch: `next` brings more and gives the index of the first new one, or
 * -1 at the end; those below `count` can be read. Call `finish` unless `next` has said -1.
 */
interface Entries {
  readonly keys: readonly string[]
  /** What is kept for the keys. */
  readonly cells: readonly Cell[]
  count: number
  /** The version, which is retained until the iteration is over. */
  readonly version: Version
  isOver: boolean
  next(): number
  /** The value of a cell that is an object, for a reader. */
  open(key: string, cell: object): unknown
}

/** Ends an iteration. A function, as a base class makes iterations of ten entries 10 % slower. */
function finish(entries: Entries): void {
  entries.count = 0
  if (entries.isOver) return
  entries.isOver = true
  lineage.release(entries.version)
}

/** The entries of a version that has keys to list. */
class ListedEntries implements Entries {
  readonly cells: readonly Stored[]
  count = 0
  /** Values that are being listed; null when they need not be. */
  private readonly found: Stored[] | null
  private readonly store: YoungStore | null
  private readonly edits: number
  private length = firstBatch
  isOver = false

  constructor(
    readonly version: Version,
    readonly keys: readonly string[],
    what: What,
  ) {
    const { store } = version
    this.store = store?.isYoung ? store : null
    this.edits = this.store?.edits ?? 0
    const known = what === keysOnly ? [] : this.store?.values
    this.found = known ? null : []
    this.cells = known ?? this.found!
    lineage.retain(version)
  }

  next(): number {
    const begin = this.count
    const { keys, found, version } = this
    if (this.isOver || begin === keys.length) {
      finish(this)
      return -1
    }
    if (found === null) {
      this.count = keys.length
      return begin
    }
    const end = Math.min(keys.length, begin + this.length)
    this.length *= 4
    for (let i = begin; i < end; ++i) found[i] = lineage.findRetained(version, keys[i]!)!
    if (end === keys.length && this.store?.edits === this.edits) this.store.values = found
    this.count = end
    return begin
  }

  open(key: string, cell: object): unknown {
    return fromStored(cell)
  }
}

/**
 * The value in a cell of a batch. An object that was loaded is asked for by its key, so that it stays the
 * same one.
 */
export function openCell(version: Version, key: string, cell: Cell): unknown {
  if (!(cell instanceof EncodedValue)) return cell
  return fromStored(
    cell.isObject && version.codec === cbor
      ? lineage.findRetained(version, key)
      : storedFromBytes(version.codec, key, cell.bytes),
  )
}

/** The entries of a version whose contents are in wasm. */
class TrieEntries implements Entries {
  readonly keys: readonly string[]
  readonly cells: readonly Cell[]
  count = 0

  private readonly records: RecordBatch
  private readonly columns: What
  private low = 0
  private high = 0
  private index = 0
  private more = true
  isOver = false
  private length = firstBatch

  constructor(
    readonly version: Version,
    what: What,
  ) {
    // With keys, also where only values are wanted: an object that was loaded is asked for by its key, so
    // that it stays the same one.
    this.columns = what & valuesOnly ? both : what
    this.records = new RecordBatch(version.codec, true, what & valuesOnly ? 1 : 0)
    this.keys = this.records.keys
    this.cells = this.records.cells
    lineage.retain(version)
  }

  next(): number {
    this.count = 0
    if (this.more && !this.isOver) {
      lineage.withHandle(this.version, (handle) => this.read(handle))
      this.length = Math.min(largestBatch, 4 * this.length)
    }
    if (this.count !== 0) return 0
    finish(this)
    return -1
  }

  open(key: string, cell: object): unknown {
    return openCell(this.version, key, cell)
  }

  private read(handle: number): void {
    const status = check(raw.hamt_batch(handle, this.length, this.columns, this.low, this.high, this.index))
    // As signed words, which V8 stores without a box.
    const low = result(Result.positionHashLow) | 0
    const high = result(Result.positionHashHigh) | 0
    const index = result(Result.positionIndex) | 0
    const count = this.records.read()
    // The position goes on when the batch is here: what throws before loses nothing.
    this.low = low
    this.high = high
    this.index = index
    this.more = status === Status.partial
    this.count = count
  }
}

function entriesOf(version: Version, what: What): Entries {
  const keys = lineage.keysOf(version)
  return keys === undefined ? new TrieEntries(version, what) : new ListedEntries(version, keys, what)
}

/** Calls `f` for every entry. O(n). What `f` throws ends it; `f` may do anything with this map and others. */
export function eachEntry(version: Version, f: (key: string, value: unknown) => void): void {
  lineage.checkUsable(version)
  const entries = entriesOf(version, both)
  const { keys, cells } = entries
  try {
    for (let i = entries.next(); i >= 0; i = entries.next()) {
      for (const { count } = entries; i < count; ++i) {
        const cell = cells[i]
        f(keys[i]!, typeof cell === 'object' && cell !== null ? entries.open(keys[i]!, cell) : cell)
      }
    }
  } finally {
    finish(entries)
  }
}

/**
 * Where the platform has iterator helpers (map, filter, take), iterators with this prototype have them too.
 */
export const iteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())) as object

/** What tools refuse to clone: a property of iterators. */
export const uncloneable = Symbol('an iterator of a Hamt: send its items')

/** What `keys`, `values` and `entries` return. */
export class EntryIterator<T> implements IterableIterator<T, undefined> {
  /**
   * One object of each shape. V8 holds shapes weakly: where a full collection finds no object of a shape, it
   * throws away all optimised code that knows the shape, and iterations are three times as slow until they
   * are compiled again.
   * @internal
   */
  static readonly shapes: readonly unknown[] = [
    new ListedEntries(new Version(cbor, 0, new YoungStore()), [], both),
    new TrieEntries(new Version(cbor, 0, null), both),
    new EntryIterator(new Version(cbor, 0, new YoungStore()), both),
  ]

  /** @internal */
  readonly uncloneable: symbol = uncloneable
  #i = 0
  #count = 0
  /** Entries that were given out. */
  #steps = 0
  /** A batch is on its way. When the host cuts that off, no `catch` runs, and the batch may be lost. */
  #isTaking = false
  readonly #keys: readonly string[]
  readonly #cells: readonly Cell[]
  readonly #entries: Entries
  readonly #what: What

  constructor(version: Version, what: What) {
    checkVersion(version)
    lineage.checkUsable(version)
    const entries = entriesOf(version, what)
    this.#entries = entries
    this.#keys = entries.keys
    this.#cells = entries.cells
    this.#what = what
  }

  next(): IteratorResult<T, undefined> {
    const i = this.#i
    if (i >= this.#count) return this.#nextBatch()
    const steps = this.#steps
    const key = this.#keys[i]!
    const what = this.#what
    let value: unknown = key
    if (what !== keysOnly) {
      value = this.#cells[i]
      if (typeof value === 'object' && value !== null) value = this.#entries.open(key, value)
      if (what === both) value = [key, value]
    }
    // A codec may have stepped this iterator.
    if (steps !== this.#steps) return this.next()
    ++this.#steps
    this.#i = i + 1
    return { value: value as T, done: false }
  }

  #nextBatch(): IteratorResult<T, undefined> {
    if (this.#isTaking) throw new InterruptedError('a step of this iteration was cut off: begin a new one')
    this.#isTaking = true
    let begin: number
    try {
      begin = this.#entries.next()
    } catch (error) {
      this.#isTaking = false // nothing is lost
      throw error
    }
    if (begin >= 0) {
      this.#i = begin
      this.#count = this.#entries.count
    }
    this.#isTaking = false
    return begin < 0 ? { value: undefined, done: true } : this.next()
  }

  return(): IteratorResult<T, undefined> {
    this.#count = 0
    finish(this.#entries)
    return { value: undefined, done: true }
  }

  get [Symbol.toStringTag](): string {
    return 'Hamt Iterator'
  }

  [Symbol.iterator](): this {
    return this
  }
}
Object.setPrototypeOf(EntryIterator.prototype, iteratorPrototype)
