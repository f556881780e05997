/// <reference lib="esnext.disposable" preserve="true" />
// The map that users hold.
import { BatchIterator, both, eachEntry, keysOnly, valuesOnly } from './batches.js'
import { Builder } from './builder.js'
import { cbor } from '../codec/codec.js'
import type { Codec } from '../codec/codec.js'
import { DiffIterator } from './diff.js'
import type { Difference } from './diff.js'
import { digest, prove } from '../digest/digest.js'
import { Draft, endDraft } from './draft.js'
import { kind } from '../codec/text.js'
import { Result } from '../generated/interface.js'
import { check } from '../wasm/errors.js'
import { copyHandle, dropHandle, newHandle } from '../wasm/handles.js'
import { raw } from '../wasm/instance.js'
import { memorySize, result } from '../wasm/memory.js'
import * as lineage from './lineage.js'
import { RecordBatch } from '../wasm/record-batch.js'

/** How a map is made. */
export interface HamtOptions<V> {
  /** Turns values into bytes and back instead of CBOR. Equal values must have equal bytes. */
  readonly codec?: Codec<V>
}

/** What is alive in wasm: for hunting leaks. */
export interface Stats {
  /** Tries that a version (or a lineage of versions) owns. */
  readonly maps: number
  /** Live blocks: trie nodes, large entries, cached digests. */
  readonly nodes: number
  /** Their bytes. */
  readonly bytes: number
  /** Size of the wasm memory in bytes. It grows and never shrinks; freed blocks are used again. */
  readonly memory: number
}

/**
 * A persistent, immutable map from strings to values. Every edit gives a new version and leaves this one as it is; versions share
 * what is equal. Nothing has to be freed.
 *
 * Keys are well-formed strings (TypeError otherwise). Values are null, booleans, numbers, bigints, strings, `Uint8Array`, arrays
 * and plain objects, nested; they are stored as bytes, so what comes back is equal and fresh. TypeError for any other value,
 * RangeError when memory is exhausted; then nothing has changed.
 *
 * Costs: n is the number of entries. "A path" is at most 13 nodes, 3 or 4 in a map of 100,000.
 */
export class Hamt<V> extends lineage.Version {
  /** An empty map. O(1). */
  static empty<V>(options?: HamtOptions<V>): Hamt<V> {
    const { size, owner, state } = lineage.whole(0)
    return new Hamt<V>(codecIn(options), size, owner, state)
  }

  /**
   * A map of the entries of an iterable of `[key, value]`, or of the own enumerable properties of an object. The last of equal keys
   * wins. O(n), a crossing for some hundred entries.
   */
  static from<V>(
    entries: Iterable<readonly [string, V]> | { readonly [key: string]: V },
    options?: HamtOptions<V>,
  ): Hamt<V> {
    if ((typeof entries !== 'object' && typeof entries !== 'function') || entries === null) {
      throw new TypeError(`Hamt.from takes an iterable of entries or an object, not ${kind(entries)}`)
    }
    const codec = codecIn(options)
    return building(codec, (builder) => {
      if (isIterable(entries)) {
        for (const entry of entries) {
          if (typeof entry !== 'object' || entry === null)
            throw new TypeError(`an entry must be [key, value], not ${kind(entry)}`)
          builder.set(entry[0], entry[1])
        }
      } else {
        for (const key of Object.keys(entries)) builder.set(key, entries[key])
      }
    })
  }

  /** The value of `key`, or undefined. One path; what it decodes is fresh. */
  get(key: string): V | undefined {
    return lineage.get(this, key) as V | undefined
  }

  /** Whether `key` is there. One path. */
  has(key: string): boolean {
    return lineage.has(this, key)
  }

  /** A version with `key` set to `value`; this one when that very value is there (equal encoded bytes). One path. */
  set(key: string, value: V): Hamt<V> {
    return lineage.set(this, key, value)
  }

  /** A version without `key`; this one when it is absent. One path. */
  delete(key: string): Hamt<V> {
    return lineage.remove(this, key)
  }

  /**
   * A version with `key` set to what `fn` makes of its value (or of undefined); when `fn` returns undefined, without `key`. This
   * one when nothing changes. Two paths.
   */
  update(key: string, fn: (value: V | undefined) => V | undefined): Hamt<V> {
    const value = fn(this.get(key))
    return value === undefined ? this.delete(key) : this.set(key, value)
  }

  /**
   * The entries of both. Where both have a key with different values, `other` wins, or `resolve` gives the value (undefined:
   * leaves the key out). Parts that are equal in both are not visited.
   */
  merge(other: Hamt<V>, resolve?: (key: string, ours: V, theirs: V) => V | undefined): Hamt<V> {
    this.checkAlike(other)
    const handle = lineage.withHandles([this, other], (h) => newHandle(raw.merge(h[0]!, h[1]!)))
    if (!resolve) return lineage.become(this, handle)
    return this.amended(handle, (builder) => {
      // What differs from ours and was there before: exactly the clashes.
      const changes = new DiffIterator<V>(
        this._codec,
        (f) => lineage.withHandle(this, (h) => f(h, handle)),
        () => {},
      )
      for (const { key, before, after } of changes) {
        if (before !== undefined && after !== undefined) apply(builder, key, resolve(key, before, after))
      }
    })
  }

  /**
   * Three-way merge: this map with the changes that lead from `base` to `other`. Only where both changed a key differently,
   * `resolve` decides (undefined stands for "not there", for its arguments and its result). O(changes) between relatives.
   */
  mergeFrom(
    base: Hamt<V>,
    other: Hamt<V>,
    resolve: (key: string, ours: V | undefined, theirs: V | undefined, base: V | undefined) => V | undefined,
  ): Hamt<V> {
    this.checkAlike(base)
    this.checkAlike(other)
    const clashes = new RecordBatch(this._codec, true, 3)
    let count = 0
    const handle = lineage.withHandles([base, this, other], (h) => {
      const merged = newHandle(raw.mergeChanges(h[0]!, h[1]!, h[2]!))
      count = clashes.read()
      return merged
    })
    if (count === 0) return lineage.become(this, handle)
    return this.amended(handle, (builder) => {
      for (let i = 0; i < count; ++i) {
        const key = clashes.key(i)
        const [from, ours, theirs] = [0, 1, 2].map((column) => clashes.value(i, column) as V | undefined)
        apply(builder, key, resolve(key, ours, theirs, from))
      }
    })
  }

  /**
   * One new version from many edits: `fn` gets a draft that changes in place. This version when nothing has changed in the end.
   * When `fn` throws, nothing has happened. The draft is of no use afterwards.
   */
  withMutations(fn: (draft: Draft<V>) => void): Hamt<V> {
    lineage.checkUsable(this)
    const handle = lineage.withHandle(this, copyHandle)
    const draft = new Draft<V>(handle, this._codec)
    return lineage.holding(this, () => {
      try {
        fn(draft)
      } catch (error) {
        dropHandle(handle)
        throw error
      } finally {
        endDraft(draft)
      }
      return lineage.become(this, handle)
    })
  }

  /** A version with the entries for which `fn` says true. O(n) calls; what is left is shared. */
  filter<W extends V>(fn: (value: V, key: string) => value is W): Hamt<W>
  filter(fn: (value: V, key: string) => unknown): Hamt<V>
  filter(fn: (value: V, key: string) => unknown): Hamt<V> {
    lineage.checkUsable(this)
    return this.rebuilding((builder) => {
      eachEntry(this, (key, value) => {
        if (!fn(value as V, key)) builder.delete(key)
      })
    })
  }

  /** A map with the same keys, each with the value that `fn` makes of its own. O(n). */
  map<W>(fn: (value: V, key: string) => W): Hamt<W> {
    lineage.checkUsable(this)
    const result = this.rebuilding((builder) => {
      eachEntry(this, (key, value) => builder.set(key, fn(value as V, key)))
    })
    return result as unknown as Hamt<W>
  }

  /** Folds the entries, in iteration order. O(n). */
  reduce<A>(fn: (sum: A, value: V, key: string) => A, init: A): A {
    lineage.checkUsable(this)
    let sum = init
    eachEntry(this, (key, value) => {
      sum = fn(sum, value as V, key)
    })
    return sum
  }

  /** Calls `fn` for every entry. O(n). */
  forEach(fn: (value: V, key: string, map: this) => void): void {
    lineage.checkUsable(this)
    eachEntry(this, (key, value) => fn(value as V, key, this))
  }

  /**
   * The keys. The order of all iterations is that of the keys' hashes: the same for equal maps on every machine. O(1) a step, a crossing for
   * some hundred entries. An iterator sees this version, whatever happens meanwhile.
   */
  keys(): IterableIterator<string, undefined> {
    lineage.checkUsable(this)
    return new BatchIterator<string>(this, keysOnly)
  }

  /** The values, in the order of `keys`. */
  values(): IterableIterator<V, undefined> {
    lineage.checkUsable(this)
    return new BatchIterator<V>(this, valuesOnly)
  }

  /** The entries, in the order of `keys`. */
  entries(): IterableIterator<[string, V], undefined> {
    lineage.checkUsable(this)
    return new BatchIterator<[string, V]>(this, both)
  }

  /** The entries, in the order of `keys`: for `for … of` and the spread. */
  [Symbol.iterator](): IterableIterator<[string, V], undefined> {
    return this.entries()
  }

  /** Whether both have equal contents (equal encoded bytes). O(1) for the same node, never worse than what is not shared. */
  equals(other: Hamt<V>): boolean {
    lineage.checkUsable(this)
    if (!(other instanceof Hamt)) return false
    lineage.checkUsable(other)
    if (this.size !== other.size) return false
    if (this === other) return true
    return lineage.withHandles([this, other], (h) => lineage.isEqual(h[0]!, h[1]!))
  }

  /** What differs between this version and `newer`, in iteration order. O(changes) between relatives. Can be walked once. */
  diff(newer: Hamt<V>): IterableIterator<Difference<V>, undefined> {
    this.checkAlike(newer)
    lineage.hold(this)
    lineage.hold(newer)
    return new DiffIterator<V>(
      this._codec,
      (f) => lineage.withHandles([this, newer], (h) => f(h[0]!, h[1]!)),
      () => {
        lineage.letGo(this)
        lineage.letGo(newer)
      },
    )
  }

  /**
   * The digest of the contents: 32 bytes, equal exactly when the entries (keys and encoded values) are equal. About two hashes an
   * entry the first time; the path of an edit afterwards (some 40 µs), as every part of the trie keeps its own, which takes
   * 32 bytes a node.
   */
  digest(): Uint8Array<ArrayBuffer> {
    lineage.checkUsable(this)
    return digest(this)
  }

  /**
   * A proof that a key has its value in the map with this digest, or is absent: `verifyProof` of `hamt-wasm/verify` checks
   * it. For several keys, in any order, one proof that shares their way; it is verified for just these keys. O(log n) a key once the
   * digest is known; a few hundred bytes a key.
   */
  prove(keys: string | Iterable<string>): Uint8Array<ArrayBuffer> {
    lineage.checkUsable(this)
    return prove(this, keys)
  }

  /** A plain object with the entries. O(n). */
  toJSON(): { [key: string]: V } {
    // Not by assignment: `__proto__` is a key like any other.
    return Object.fromEntries<V>(this.entries())
  }

  /** A short summary: `Hamt(3)`. O(1). */
  override toString(): string {
    return `Hamt(${this.size})`
  }

  /** What Node's console shows: the first hundred entries. */
  [Symbol.for('nodejs.util.inspect.custom')](
    depth: number,
    options: { maxArrayLength?: number | null },
    inspect: (value: unknown, options: object) => string,
  ): string {
    if (lineage.isDisposed(this) || depth < 0) return `[${this.toString()}${depth < 0 ? '' : ', disposed'}]`
    const most = options.maxArrayLength ?? Infinity
    const shown = new Map<string, V>()
    for (const [key, value] of this) {
      if (shown.size >= most) break
      shown.set(key, value)
    }
    const left = this.size - shown.size
    const text = inspect(shown, options).replace(/^Map\(\d+\)/, this.toString())
    return left === 0 ? text : text.replace(/\s*\}$/, `${shown.size ? ',' : ''} … ${left} more }`)
  }

  /**
   * Frees what this version holds, as far as no other version needs it, before the collector would. Never required. Using the
   * version afterwards throws DisposedError; disposing it again does nothing.
   */
  dispose(): void {
    lineage.dispose(this)
  }

  /** What `using` calls: `dispose`. */
  declare readonly [Symbol.dispose]: () => void

  /** @internal */
  override _another(size: number, owner: lineage.Version['_owner'], state: number): this {
    return new Hamt<V>(this._codec as Codec<V>, size, owner, state) as this
  }

  /** @internal */
  constructor(codec: Codec<V>, size: number, owner: lineage.Version['_owner'], state: number) {
    super(codec as Codec<unknown>, size, owner, state)
  }

  private checkAlike(other: Hamt<V>): void {
    lineage.checkUsable(this)
    if (!(other instanceof Hamt)) throw new TypeError(`another Hamt is needed, not ${kind(other)}`)
    lineage.checkUsable(other)
    if (other._codec !== this._codec) throw new TypeError('the two maps have different codecs')
  }

  /** This map after a pass over it that collects edits. */
  private rebuilding(fill: (builder: Builder) => void): Hamt<V> {
    return this.amended(lineage.withHandle(this, copyHandle), fill)
  }

  /** The map behind a new handle after the edits that `fill` collects. */
  private amended(handle: number, fill: (builder: Builder) => void): Hamt<V> {
    return lineage.holding(this, () => {
      try {
        const builder = new Builder(handle, this._codec)
        fill(builder)
        builder.finish()
      } catch (error) {
        dropHandle(handle)
        throw error
      }
      return lineage.become(this, handle)
    })
  }
}

// Not every supported browser knows the symbol.
const disposeSymbol: symbol | undefined = Symbol.dispose
if (disposeSymbol) {
  const value = function (this: Hamt<unknown>): void {
    this.dispose()
  }
  Object.defineProperty(Hamt.prototype, disposeSymbol, { value, writable: true, configurable: true })
}

BatchIterator.kept = [Hamt.empty().entries(), Hamt.empty().diff(Hamt.empty())]

function apply(builder: Builder, key: string, value: unknown): void {
  if (value === undefined) builder.delete(key)
  else builder.set(key, value)
}

function codecIn<V>(options: HamtOptions<V> | undefined): Codec<V> {
  const codec = options?.codec
  if (codec === undefined) return cbor as Codec<V>
  if (typeof codec?.encode !== 'function' || typeof codec.decode !== 'function') {
    throw new TypeError('a codec needs the functions encode and decode')
  }
  return codec
}

function isIterable<V>(x: object): x is Iterable<readonly [string, V]> {
  return Symbol.iterator in x
}

/** A map of what `fill` collects. */
function building<V>(codec: Codec<V>, fill: (builder: Builder) => void): Hamt<V> {
  const handle = copyHandle(0)
  try {
    const builder = new Builder(handle, codec as Codec<unknown>, true)
    fill(builder)
    builder.finish()
    return fromHandle<V>(handle, codec)
  } catch (error) {
    dropHandle(handle)
    throw error
  }
}

/** @internal A map that owns `handle` from now on. */
export function fromHandle<V>(handle: number, codec: Codec<V>): Hamt<V> {
  const { size, owner, state } = lineage.whole(handle)
  return new Hamt<V>(codec, size, owner, state)
}

/** What is alive in wasm. Versions that the collector has not yet seen to be gone still count. */
export function stats(): Stats {
  check(raw.usage())
  const maps = result(Result.usageMaps)
  return { maps, nodes: result(Result.usageBlocks), bytes: result(Result.usageBytes), memory: memorySize() }
}
