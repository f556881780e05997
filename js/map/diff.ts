// Differences of two versions, hundreds a crossing.
//
// A cursor that does not end within its first batch stays open in wasm, where it holds counts on both tries: edits and
// disposes do not disturb it. It is closed at its end, by `return` (so by `break`), or by the collector.
import type { Codec } from '../codec/codec.js'
import { Result, type Status } from '../generated/interface.js'
import { check } from '../wasm/errors.js'
import { raw } from '../wasm/instance.js'
import { result } from '../wasm/memory.js'
import { RecordBatch } from '../wasm/record-batch.js'

/** A key whose value differs; `undefined` means that it is not there. */
export interface Difference<V> {
  /** The key. */
  readonly key: string
  /** Its value in the map that was asked. */
  readonly before: V | undefined
  /** Its value in the newer one. */
  readonly after: V | undefined
}

const firstBatch = 64
const largestBatch = 512
const registry = new FinalizationRegistry<number>((cursor) => raw.diffClose(cursor))

export class DiffIterator<V> implements IterableIterator<Difference<V>, undefined> {
  private stage: 'unopened' | 'open' | 'ended' = 'unopened'
  private cursor = 0
  private count = 0
  private i = 0
  private readonly rows: RecordBatch

  /**
   * `open` calls its argument with the handles of the two maps, when the first difference is asked for; `close` is called when the
   * maps are not needed any more.
   */
  constructor(
    codec: Codec<unknown>,
    private readonly open: (f: (before: number, after: number) => Status) => Status,
    private readonly close: () => void,
  ) {
    this.rows = new RecordBatch(codec, true, 2)
  }

  next(): IteratorResult<Difference<V>, undefined> {
    if (this.i === this.count && !this.batch()) return { value: undefined, done: true }
    const i = this.i++
    const { rows } = this
    const value = {
      key: rows.key(i),
      before: rows.value(i, 0) as V | undefined,
      after: rows.value(i, 1) as V | undefined,
    }
    return { value, done: false }
  }

  return(): IteratorResult<Difference<V>, undefined> {
    this.end()
    this.i = this.count = 0
    return { value: undefined, done: true }
  }

  [Symbol.iterator](): this {
    return this
  }

  private batch(): boolean {
    this.i = this.count = 0
    try {
      if (this.stage === 'unopened') this.first()
      else if (this.cursor !== 0) {
        check(raw.diffNext(this.cursor, largestBatch))
        this.count = this.rows.read()
      }
    } catch (error) {
      // The cursor may have moved on: nothing may follow a batch that was lost.
      if (this.cursor !== 0) this.end()
      throw error
    }
    if (this.count === 0) this.end()
    return this.count !== 0
  }

  private first(): void {
    this.open((before, after) => {
      const status = check(raw.diffOpen(before, after, firstBatch))
      this.cursor = result(Result.cursorId)
      if (this.cursor !== 0) registry.register(this, this.cursor, this)
      this.count = this.rows.read()
      return status
    })
    this.stage = 'open'
    this.close()
  }

  private end(): void {
    if (this.cursor !== 0) {
      registry.unregister(this)
      raw.diffClose(this.cursor)
      this.cursor = 0
    }
    if (this.stage === 'unopened') this.close()
    this.stage = 'ended'
  }
}
Object.setPrototypeOf(
  DiffIterator.prototype,
  Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())) as object,
)
