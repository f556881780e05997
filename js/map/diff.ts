// Differences of two versions, hundreds a crossing.
//
// A walk that does not end within its first batch stays open in wasm, where it holds counts on both tries: edits and disposes do not
// disturb it. It is closed at its end, by `return` (so by `break`), or by the collector.
import { Result } from '../generated/interface.js'
import { check } from '../wasm/errors.js'
import { raw } from '../wasm/instance.js'
import { result } from '../wasm/memory.js'
import * as lineage from './lineage.js'
import { StoredBatch } from './stored-batch.js'
import { fromStored, sameStored } from './stored.js'
import type { Version } from './version.js'

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

/** The differences of two tries, batch by batch. */
export class DiffIterator<V> implements IterableIterator<Difference<V>, undefined> {
  /** The versions, until the walk has begun. */
  #versions: readonly [Version, Version] | null
  /** The walk in wasm; 0 when there is none. */
  #cursor = 0
  #i = 0
  readonly #batch: StoredBatch

  constructor(before: Version, after: Version) {
    this.#batch = new StoredBatch(before.codec, true, 2)
    this.#versions = [before, after]
    lineage.retain(before)
    lineage.retain(after)
  }

  next(): IteratorResult<Difference<V>, undefined> {
    const batch = this.#batch
    for (;;) {
      if (this.#i >= batch.count && !this.#nextBatch()) return { value: undefined, done: true }
      const i = this.#i
      const before = batch.stored(i, 0)
      const after = batch.stored(i, 1)
      // wasm reports two objects that are equal, too.
      const isSame = sameStored(before, after)
      const value = isSame
        ? undefined
        : { key: batch.key(i), before: fromStored(before) as V, after: fromStored(after) as V }
      this.#i = i + 1
      if (value !== undefined) return { value, done: false }
    }
  }

  return(): IteratorResult<Difference<V>, undefined> {
    this.#end()
    return { value: undefined, done: true }
  }

  [Symbol.iterator](): this {
    return this
  }

  #nextBatch(): boolean {
    try {
      if (this.#versions !== null) this.#open(this.#versions)
      else if (this.#cursor !== 0) {
        check(raw.diffNext(this.#cursor, largestBatch))
        this.#batch.read()
      } else return false
    } catch (error) {
      // The cursor may have gone on: nothing may follow a batch that was lost.
      if (this.#cursor !== 0) this.#end()
      throw error
    }
    this.#i = 0
    if (this.#batch.count > 0) return true
    this.#end()
    return false
  }

  #open(versions: readonly [Version, Version]): void {
    lineage.withHandles(versions, (handles) => {
      check(raw.diffOpen(handles[0]!, handles[1]!, firstBatch))
      const cursor = result(Result.cursorId)
      if (cursor !== 0) {
        try {
          registry.register(this, cursor, this)
        } catch (error) {
          raw.diffClose(cursor)
          throw error
        }
      }
      this.#cursor = cursor
      this.#batch.read()
    })
    this.#releaseVersions()
  }

  #end(): void {
    if (this.#cursor !== 0) {
      registry.unregister(this)
      raw.diffClose(this.#cursor)
      this.#cursor = 0
    }
    this.#releaseVersions()
    this.#batch.count = 0
  }

  #releaseVersions(): void {
    const versions = this.#versions
    this.#versions = null
    for (const v of versions ?? []) lineage.release(v)
  }
}
Object.setPrototypeOf(
  DiffIterator.prototype,
  Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())) as object,
)
