// Differences of two versions, hundreds a crossing.
//
// A walk that does not end within its first batch stays open in wasm, where it holds counts on both tries:
// edits and disposes do not disturb it. It is closed at its end, by `return` (so by `break`), or by the
// collector. wasm goes on before the batch is in JavaScript: after a step that failed in between, or that the
// host cut off, the walk is over, and says so.
import { InterruptedError } from '../errors.js'
import { check } from '../wasm/errors.js'
import { aWalk, finalizers, giveBack, own } from '../wasm/handles.js'
import type { Owned } from '../wasm/handles.js'
import { raw } from '../wasm/instance.js'
import { iteratorPrototype, uncloneable } from './entries.js'
import * as lineage from './lineage.js'
import { StoredBatch } from './stored-batch.js'
import { fromStored, sameStored } from './stored.js'
import { checkVersion } from './version.js'
import type { Version } from './version.js'

/** A key whose value differs; `undefined` means that it is not there. */
export interface Difference<V, K extends string = string> {
  /** The key. */
  readonly key: K
  /** Its value in the map that was asked. */
  readonly before: V | undefined
  /** Its value in the newer one. */
  readonly after: V | undefined
}

const firstBatch = 64
const largestBatch = 512
const registry = finalizers<Owned>((walk) => giveBack(walk, aWalk.drop))

/** The differences of two tries, batch by batch. */
export class DiffIterator<V, K extends string = string> implements IterableIterator<
  Difference<V, K>,
  undefined
> {
  /** @internal */
  readonly uncloneable: symbol = uncloneable
  /** The versions, until the walk has begun. */
  #versions: readonly [Version, Version] | null
  /** The walk in wasm. */
  readonly #walk: Owned = { id: 0 }
  #i = 0
  /** Records that were looked at. */
  #steps = 0
  /** Set while a batch is on its way: nothing may follow one that was lost. */
  #isLost = false
  readonly #batch: StoredBatch

  constructor(before: Version, after: Version) {
    checkVersion(before)
    checkVersion(after)
    this.#batch = new StoredBatch(before.codec, true, 2)
    this.#versions = [before, after]
    lineage.retain(before)
    lineage.retain(after)
  }

  next(): IteratorResult<Difference<V, K>, undefined> {
    const batch = this.#batch
    for (;;) {
      if (this.#i >= batch.count && !this.#nextBatch()) return { value: undefined, done: true }
      const i = this.#i
      const steps = this.#steps
      const key = batch.key(i)
      const before = batch.stored(i, 0)
      const after = batch.stored(i, 1)
      // wasm reports two objects that are equal, too.
      const isSame = sameStored(before, after)
      const value = isSame
        ? undefined
        : { key: key as K, before: fromStored(before) as V, after: fromStored(after) as V }
      // A codec may have stepped this walk.
      if (steps !== this.#steps) continue
      ++this.#steps
      this.#i = i + 1
      if (value !== undefined) return { value, done: false }
    }
  }

  return(): IteratorResult<Difference<V, K>, undefined> {
    this.#end()
    return { value: undefined, done: true }
  }

  get [Symbol.toStringTag](): string {
    return 'Hamt Iterator'
  }

  [Symbol.iterator](): this {
    return this
  }

  #nextBatch(): boolean {
    if (this.#isLost)
      throw new InterruptedError('a step of this walk of differences failed or was cut off: begin a new one')
    if (this.#versions !== null) this.#open(this.#versions)
    else if (this.#walk.id !== 0) this.#step()
    else return false
    this.#i = 0
    if (this.#batch.count > 0) return true
    this.#end()
    return false
  }

  #step(): void {
    this.#isLost = true
    check(raw.diffNext(this.#walk.id, largestBatch))
    this.#batch.read()
    this.#isLost = false
  }

  /** May be called again when it has thrown. */
  #open(versions: readonly [Version, Version]): void {
    this.#close()
    lineage.withHandles(versions, (handles) => {
      registry.register(this, this.#walk, this)
      own(this.#walk, aWalk, () => raw.diffOpen(handles[0]!, handles[1]!, firstBatch))
      this.#batch.read()
      this.#versions = null
    })
    versions.forEach(lineage.release)
  }

  #end(): void {
    this.#batch.count = 0
    const versions = this.#versions
    this.#versions = null
    versions?.forEach(lineage.release)
    this.#close()
  }

  #close(): void {
    if (this.#walk.id === 0) return
    giveBack(this.#walk, aWalk.drop)
    registry.unregister(this)
  }
}
Object.setPrototypeOf(DiffIterator.prototype, iteratorPrototype)
