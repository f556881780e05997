// Iteration: entries, hundreds a crossing.
//
// Between batches there is only a position (three numbers): an iteration that is given up leaves nothing behind, and one that goes
// on after an edit or a dispose still sees its own version.
import { Result, Status } from '../generated/interface.js'
import { check } from '../wasm/errors.js'
import { raw } from '../wasm/instance.js'
import { result } from '../wasm/memory.js'
import { RecordBatch } from '../wasm/record-batch.js'
import { hold, letGo, withHandle } from './lineage.js'
import type { Version } from './lineage.js'

/** What an iteration is to bring. */
export const keysOnly = 1
export const valuesOnly = 2
export const both = 3

const firstBatch = 32
const largestBatch = 512

/** The entries of a version, batch by batch. Call `finish` unless `next` has said false. */
export class Batches {
  /** Entries in this batch. */
  count = 0

  private readonly rows: RecordBatch
  private low = 0
  private high = 0
  private index = 0
  private more = true
  private held = true
  private length = firstBatch

  constructor(
    private readonly version: Version,
    private readonly what: number,
  ) {
    this.rows = new RecordBatch(version._codec, (what & keysOnly) !== 0, what & valuesOnly ? 1 : 0)
    hold(version)
  }

  /** Goes to the next batch; false at the end. One crossing; allocates for the batch. */
  next(): boolean {
    this.count = 0
    if (this.more) {
      withHandle(this.version, (handle) => this.read(handle))
      this.length = Math.min(largestBatch, 4 * this.length)
    }
    if (this.count !== 0) return true
    this.finish()
    return false
  }

  /** Says that no further batch will be asked for. */
  finish(): void {
    this.more = false
    if (!this.held) return
    this.held = false
    letGo(this.version)
  }

  /** Key `i` of the batch. */
  key(i: number): string {
    return this.rows.key(i)
  }

  /** Value `i` of the batch, decoded afresh. */
  value(i: number): unknown {
    return this.rows.value(i, 0)
  }

  private read(handle: number): void {
    const status = check(raw._hamt_batch(handle, this.length, this.what, this.low, this.high, this.index))
    // As signed words, which V8 stores without a box.
    const low = result(Result.positionHashLow) | 0
    const high = result(Result.positionHashHigh) | 0
    const index = result(Result.positionIndex) | 0
    this.count = this.rows.read()
    // Only when the batch is here: reading it may fail.
    this.low = low
    this.high = high
    this.index = index
    this.more = status === Status.partial
  }
}

/** Calls `f` for every entry. O(n). What `f` throws ends it; `f` may do anything with this map and others. */
export function eachEntry(version: Version, f: (key: string, value: unknown) => void): void {
  const batches = new Batches(version, both)
  try {
    while (batches.next()) {
      for (let i = 0; i < batches.count; ++i) f(batches.key(i), batches.value(i))
    }
  } finally {
    batches.finish()
  }
}

const iteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())) as object

/** What `keys`, `values` and `entries` return. */
export class BatchIterator<T> implements IterableIterator<T, undefined> {
  /**
   * One iterator that never dies. V8 throws optimised code away when the hidden classes that it was made for die, which those of iterators
   * do at each full collection, unless there is one left.
   */
  static kept: unknown

  private i = 0
  private readonly batches: Batches

  constructor(
    version: Version,
    private readonly what: number,
  ) {
    this.batches = new Batches(version, what)
  }

  next(): IteratorResult<T, undefined> {
    const { batches, what } = this
    if (this.i === batches.count) {
      this.i = 0
      if (!batches.next()) return { value: undefined, done: true }
    }
    const i = this.i++
    const value =
      what === both
        ? [batches.key(i), batches.value(i)]
        : what === keysOnly
          ? batches.key(i)
          : batches.value(i)
    return { value: value as T, done: false }
  }

  return(): IteratorResult<T, undefined> {
    this.batches.finish()
    this.batches.count = this.i = 0
    return { value: undefined, done: true }
  }

  [Symbol.iterator](): this {
    return this
  }
}
// Where the platform has iterator helpers (map, filter, take), these iterators have them too.
Object.setPrototypeOf(BatchIterator.prototype, iteratorPrototype)
