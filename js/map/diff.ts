// Differences of two versions, hundreds a crossing.
//
// A walk that does not end within its first batch stays open in wasm, where it holds counts on both tries: edits and
// disposes do not disturb it. It is closed at its end, by `return` (so by `break`), or by the collector.
import type { Codec } from '../codec/codec.js'
import { check, io, raw } from '../wasm/engine.js'
import { Rows } from '../wasm/rows.js'

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
const registry = new FinalizationRegistry<number>((walk) => raw.diffClose(walk))

export class DiffIterator<V> implements IterableIterator<Difference<V>, undefined> {
  private stage: 'unopened' | 'open' | 'ended' = 'unopened'
  private walk = 0
  private count = 0
  private i = 0
  private readonly rows: Rows

  /**
   * `open` calls its argument with the handles of the two maps, when the first difference is asked for; `close` is called when the
   * maps are not needed any more.
   */
  constructor(
    codec: Codec<unknown>,
    private readonly open: (f: (before: number, after: number) => number) => number,
    private readonly close: () => void,
  ) {
    this.rows = new Rows(codec, true, 2)
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
    if (this.stage === 'unopened') {
      const count = this.open((before, after) => {
        const read = check(raw.diffOpen(before, after, firstBatch))
        this.walk = io(5)
        return read
      })
      this.stage = 'open'
      this.close()
      if (this.walk !== 0) registry.register(this, this.walk, this)
      this.rows.read(count)
      this.count = count
    } else if (this.walk !== 0) {
      this.count = check(raw.diffNext(this.walk, largestBatch))
      this.rows.read(this.count)
    }
    if (this.count === 0) this.end()
    return this.count !== 0
  }

  private end(): void {
    if (this.walk !== 0) {
      registry.unregister(this)
      raw.diffClose(this.walk)
      this.walk = 0
    }
    if (this.stage === 'unopened') this.close()
    this.stage = 'ended'
  }
}
Object.setPrototypeOf(
  DiffIterator.prototype,
  Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())) as object,
)
