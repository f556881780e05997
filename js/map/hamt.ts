// Hamt, the public class: an immutable map, one version.
/// <reference lib="esnext.disposable" preserve="true" />
import { callback, iterable, synchronous } from './arguments.js'
import * as bulk from './bulk.js'
import * as combine from './combine.js'
import { cbor } from '../codec/codec.js'
import { type Contents, contentsOf, uncloneable } from './contents.js'
import { DiffIterator } from './diff.js'
import type { Difference } from './diff.js'
import { digest, prove } from '../digest/digest.js'
import { Draft, endDraft } from './draft.js'
import { both, eachEntry, EntryIterator, keysOnly, valuesOnly } from './entries.js'
import { equals } from './equality.js'
import { getMany } from './get-many.js'
import { grouped } from './group.js'
import { inspect } from './inspect.js'
import * as lineage from './lineage.js'
import { alike, another, input, merged, usable } from './operands.js'
import { codecIn } from './options.js'
import type { HamtOptions } from './options.js'
import { toStored } from './stored.js'
import type { Entries, HamtInput, Keys, Replacing, Storing, Values } from './types.js'
import { checkVersion } from './version.js'
import type { Version } from './version.js'
import { YoungStore } from './young-store.js'

/** @internal The version behind a map. TypeError for what is none. */
export let versionOf: (map: Hamt<unknown>) => Version
/** @internal Whether a value is a map of this copy of the package. No trap of a proxy is called. */
export let isOwn: (value: unknown) => value is Hamt<unknown>
/** @internal Whether a value is a map. TypeError for one of another copy of this package. */
export let isHamt: (value: unknown) => value is Hamt<unknown>
/** @internal The map of a version. */
export let wrap: <V, K extends string = string>(version: Version) => Hamt<V, K>

/** Marks maps of every copy of this package. */
const brand = Symbol.for('hamt-wasm.Hamt')

/** The empty map without a codec of its own: there is one. */
let empty: Hamt<unknown> | undefined

/**
 * A persistent, immutable map from strings to values. Every edit gives a new version and leaves this one as
 * it is; versions share what is equal. Nothing has to be freed, but by long synchronous loops over large
 * maps: see `dispose`.
 *
 * Keys are well-formed strings (TypeError otherwise). Values are null, booleans, numbers, bigints, strings,
 * `Uint8Array`, arrays and plain objects, nested. Objects and arrays are frozen, deeply and in place, and
 * come back as the same object; what holds a `Uint8Array` is copied in and out. TypeError for any other
 * value, RangeError when memory is exhausted; then nothing has changed, though where many values are given,
 * those before a refused one may be frozen.
 *
 * Costs: n is the number of entries. "A path" is one lookup in a small map, and at most 13 nodes in a large
 * one, 3 or 4 in one of 100,000.
 */
export class Hamt<V, K extends string = string> implements ReadonlyMap<K, V> {
  static {
    versionOf = (map) => {
      if (#version in map) return map.#version
      throw new TypeError(
        'this object is not a Hamt but a copy or proxy of one; maps are immutable: use the map itself',
      )
    }
    isOwn = (value): value is Hamt<unknown> =>
      typeof value === 'object' && value !== null && #version in value
    isHamt = (value): value is Hamt<unknown> => {
      if (isOwn(value)) return true
      if (typeof value === 'object' && value !== null && brand in value && !(value instanceof Hamt))
        throw new TypeError(
          'this map is of another copy of hamt-wasm (import and require give two): use one, or Hamt.from(map)',
        )
      return false
    }
    wrap = <V, K extends string = string>(version: Version) => {
      if (version.size > 0 || version.codec !== cbor) return new Hamt<V, K>(version)
      lineage.dispose(version) // frees it now, unless others need it
      empty ??= new Hamt(lineage.pinned(cbor, 0, new YoungStore()))
      return empty as Hamt<V, K>
    }
    // What tools see: a kind of its own, which proxies and cloning tools leave alone.
    Object.defineProperties(Hamt.prototype, {
      [Symbol.toStringTag]: { value: 'Hamt', configurable: true },
      [brand]: { value: true },
    })
  }

  /** State that no caller reaches: freezing, copying or writing to a map changes nothing. */
  readonly #version: Version

  /** @internal What tools refuse to clone. */
  readonly uncloneable = uncloneable
  /** @internal What tools compare. */
  readonly contents: object

  /** The empty map; there is one for all who give no codec. O(1). */
  static empty<V, K extends string = string>(options: HamtOptions<V>): Hamt<V, K>
  static empty<V, K extends string = string>(this: Storing<V>, options?: HamtOptions<V>): Hamt<V, K>
  static empty<V, K extends string = string>(options?: HamtOptions<V>): Hamt<V, K> {
    return (empty && !options ? empty : wrap(lineage.pinned(codecIn(options), 0, new YoungStore()))) as Hamt<
      V,
      K
    >
  }

  /**
   * A map of the entries of an iterable of `[key, value]`, or of the own enumerable properties of a plain
   * object. The last of equal keys wins. A map (with the same codec) is given back as it is. TypeError,
   * naming what it got, for anything else: a promise, an async iterable, a function, a date. O(n).
   */
  static from<V>(entries: HamtInput<V>, options: HamtOptions<V>): Hamt<V>
  static from<V>(this: Storing<V>, entries: Iterable<readonly [string, V]>, options?: HamtOptions<V>): Hamt<V>
  static from<V>(this: Storing<V>, record: { readonly [key: string]: V }, options?: HamtOptions<V>): Hamt<V>
  static from<T extends object>(
    this: Storing<T[keyof T & string]>,
    // Promises, dates, functions, iterables and the like have one of these.
    record: T & {
      readonly [Symbol.iterator]?: never
      readonly [Symbol.asyncIterator]?: never
      readonly [Symbol.toStringTag]?: never
      readonly [Symbol.toPrimitive]?: never
      readonly [Symbol.hasInstance]?: never
    },
    options?: HamtOptions<T[keyof T & string]>,
  ): Hamt<T[keyof T & string]>
  static from<V, K extends string>(
    this: Storing<V>,
    entries: HamtInput<V, K>,
    options?: HamtOptions<V>,
  ): Hamt<V, K>
  static from<V>(entries: object, options?: HamtOptions<V>): Hamt<V> {
    const codec = codecIn(options)
    if (entries instanceof Hamt && isHamt(entries) && usable(entries).codec === codec)
      return entries as Hamt<V>
    return wrap(bulk.fromEntries(codec, entries, 'Hamt.from'))
  }

  /**
   * A map from what `fn` says of an item, a key, to the array of the items of which it says that, in their
   * order. O(n). TypeError for items that cannot be stored, and for a promise.
   */
  static groupBy<T>(
    this: Storing<T>,
    items: Iterable<T>,
    fn: (item: T, index: number) => string,
  ): Hamt<readonly T[]>
  static groupBy<T>(items: Iterable<T>, fn: (item: T, index: number) => string): Hamt<readonly T[]> {
    return wrap(bulk.fromEntries(cbor, grouped(items, fn, 'groupBy'), 'groupBy'))
  }

  /**
   * A map from what `fn` says of an item, a key, to the number of items of which it says that. O(n).
   * TypeError for a promise.
   */
  static countBy<T>(items: Iterable<T>, fn: (item: T, index: number) => string): Hamt<number> {
    const groups = [...grouped(items, fn, 'countBy')]
    return Hamt.from(groups.map(([key, group]) => [key, group.length]))
  }

  /** Number of entries. O(1). */
  get size(): number {
    return versionOf(this).size
  }

  /**
   * The value of `key`, or undefined. One path. The same object each time, unless it holds a `Uint8Array`.
   */
  get(key: K): V | undefined {
    return lineage.get(versionOf(this), key) as V | undefined
  }

  /**
   * The values of many keys, in their order; undefined for a key that is absent. A path a key; in wasm, one
   * call for each thousand keys or 256 KB of values.
   */
  getMany(keys: Iterable<K>): (V | undefined)[] {
    const asked = [...iterable(keys, 'getMany', 'keys')] // which may dispose this map
    return getMany(usable(this), asked) as (V | undefined)[]
  }

  /** Whether `key` is there. One path. */
  has(key: K): boolean {
    return lineage.has(versionOf(this), key)
  }

  /**
   * A version with `key` set to `value`, which is frozen; this one, with the object that was there, when an
   * equal value is there (equal encoded bytes). One path.
   */
  set(key: K, value: V): Hamt<V, K> {
    const version = usable(this)
    return this.#mapOf(lineage.edit(version, key, toStored(version.codec, key, value)))
  }

  /** A version without `key`; this one when it is absent. One path. */
  delete(key: K): Hamt<V, K> {
    return this.#mapOf(lineage.edit(versionOf(this), key, undefined))
  }

  /**
   * A version with `key` set to what `fn` makes of its value (or of undefined); when `fn` returns undefined,
   * without `key`. This one when nothing changes. Two paths.
   */
  update(key: K, fn: (value: V | undefined) => V | undefined): Hamt<V, K> {
    const value = synchronous(callback(fn, 'update')(this.get(key)), 'update')
    return value === undefined ? this.delete(key) : this.set(key, value)
  }

  /** As `update`, where `key` is there; this version, without a call of `fn`, where it is absent. */
  updateIfPresent(key: K, fn: (value: V) => V | undefined): Hamt<V, K> {
    callback(fn, 'updateIfPresent')
    return this.has(key) ? this.update(key, fn as (value: V | undefined) => V | undefined) : this
  }

  /**
   * A version with the entries of a map, an iterable or a record, the last of equal keys; this one when
   * nothing changes. A path an entry.
   */
  setMany(entries: HamtInput<V, K>): Hamt<V, K> {
    return this.#merge(entries, undefined, 'setMany')
  }

  /**
   * A version without the keys; this one when all are absent. A path a key. TypeError for what is no
   * iterable, or a string.
   */
  deleteMany(keys: Iterable<K>): Hamt<V, K> {
    const version = usable(this)
    return this.#mapOf(combine.deleteMany(version, keys))
  }

  /**
   * The entries of both; `other` is a map, an iterable of entries, or a record. Where both have a key with
   * different values, `other` wins, or `resolve` gives the value (undefined: leaves the key out). Where both
   * have a key with *equal* values, `resolve` is not called: it decides conflicts; to count or add, use
   * `mergeWith`. Of two large maps, parts that are equal in both are not visited; else a path an entry of
   * `other`.
   */
  merge(other: HamtInput<V, K>, resolve?: (key: K, ours: V, theirs: V) => V | undefined): Hamt<V, K> {
    if (resolve !== undefined) callback(resolve, 'merge')
    return this.#merge(other, resolve, 'merge')
  }

  /**
   * The entries of both, as `merge`; for *every* key that both have, equal values too, `fn` makes the value
   * (undefined: leaves the key out). As many paths as the smaller has entries. TypeError for a promise.
   */
  mergeWith(other: HamtInput<V, K>, fn: (ours: V, theirs: V, key: K) => V | undefined): Hamt<V, K> {
    callback(fn, 'mergeWith')
    const version = usable(this)
    return this.#mapOf(combine.mergeWith(version, input(version, other, 'mergeWith'), fn as never), other)
  }

  /**
   * A version with those entries whose keys `other` has too; this one when these are all. Costs what differs
   * between large maps that share, and between versions that few edits separate; else at most as many paths
   * as twice the smaller has entries.
   */
  intersect(other: Hamt<unknown>): Hamt<V, K> {
    return this.#mapOf(combine.intersect(usable(this), another(other)))
  }

  /**
   * A version with those entries whose keys `other` has not; this one when these are all. Costs as
   * `intersect`.
   */
  without(other: Hamt<unknown>): Hamt<V, K> {
    return this.#mapOf(combine.without(usable(this), another(other)))
  }

  /**
   * Three-way merge: this map with the changes that lead from `base` to `other`. Only where both changed a
   * key differently, `resolve` decides (undefined stands for "not there", for its arguments and its result).
   * O(changes) between relatives.
   */
  mergeFrom(
    base: Hamt<V, K>,
    other: Hamt<V, K>,
    resolve: (key: K, ours: V | undefined, theirs: V | undefined, base: V | undefined) => V | undefined,
  ): Hamt<V, K> {
    callback(resolve, 'mergeFrom')
    const version = usable(this)
    return this.#mapOf(bulk.mergeFrom(alike(version, base), version, alike(version, other), resolve as never))
  }

  /**
   * One new version from many edits: `fn` gets a draft (a transient) that changes in place. This version when
   * nothing has changed in the end. When `fn` throws, nothing has happened; TypeError when it returns a
   * promise. The draft is of no use afterwards.
   */
  withMutations(fn: (draft: Draft<V, K>) => void): Hamt<V, K> {
    callback(fn, 'withMutations')
    const version = usable(this)
    const draft = new Draft<V, K>(version, {
      merge: merged,
      freeze() {
        throw new TypeError('withMutations ends its draft itself')
      },
    })
    return lineage.retaining(version, () => {
      try {
        synchronous(fn(draft) as unknown, 'withMutations')
      } catch (error) {
        endDraft(draft)
        throw error
      }
      const result = endDraft(draft)!
      return equals(version, result) ? this : wrap<V, K>(result)
    })
  }

  /**
   * A draft with the contents of this version, for edits outside of a callback: it changes in place until
   * `asImmutable` ends it. This version stays as it is. O(1).
   */
  asMutable(): Draft<V, K> {
    const version = usable(this)
    return new Draft<V, K>(version, {
      merge: merged,
      freeze: (v) => (v === version || (!version.disposed && equals(version, v)) ? this : wrap<V, K>(v)),
    })
  }

  /**
   * A version with the entries for which `fn` says true; this one when these are all. O(n) calls. TypeError
   * for a promise.
   */
  filter<W extends V>(fn: (value: V, key: K) => value is W): Hamt<W, K>
  filter(fn: (value: V, key: K) => unknown): Hamt<V, K>
  filter(fn: (value: V, key: K) => unknown): Hamt<V, K> {
    callback(fn, 'filter')
    const version = usable(this)
    return this.#mapOf(bulk.filter(version, fn as never))
  }

  /** A map with the same keys, each with the value that `fn` makes of its own. O(n). */
  map<W>(this: Replacing<V, W>, fn: (value: V, key: K) => W): Hamt<W, K>
  map<W>(fn: (value: V, key: K) => W): Hamt<W, K> {
    callback(fn, 'map')
    const version = usable(this)
    return this.#mapOf(bulk.map(version, fn as never)) as unknown as Hamt<W, K>
  }

  /** Folds the entries, in the order of iteration. O(n). */
  reduce<A>(fn: (sum: A, value: V, key: K) => A, init: A): A {
    callback(fn, 'reduce')
    let sum = init
    eachEntry(versionOf(this), (key, value) => {
      sum = synchronous(fn(sum, value as V, key as K), 'reduce')
    })
    return sum
  }

  /**
   * Whether `fn` says true for some entry. O(n), up to the first such entry in the order of iteration.
   * TypeError for a promise.
   */
  some(fn: (value: V, key: K) => unknown): boolean {
    return this.#first(fn, 'some') !== undefined
  }

  /**
   * Whether `fn` says true for every entry. O(n), up to the first for which it does not. TypeError for a
   * promise.
   */
  every(fn: (value: V, key: K) => unknown): boolean {
    callback(fn, 'every')
    return this.#first((value, key) => !synchronous(fn(value, key), 'every'), 'every') === undefined
  }

  /**
   * The value of the first entry, in the order of iteration, for which `fn` says true, or undefined. O(n).
   * TypeError for a promise.
   */
  find<W extends V>(fn: (value: V, key: K) => value is W): W | undefined
  find(fn: (value: V, key: K) => unknown): V | undefined
  find(fn: (value: V, key: K) => unknown): V | undefined {
    return this.#first(fn, 'find')?.[1]
  }

  /**
   * Calls `fn` for every entry, in the order of iteration, with `this` as given. O(n). TypeError for a
   * promise.
   */
  forEach<This>(fn: (this: This, value: V, key: K, map: Hamt<V, K>) => void, thisArg?: This): void {
    callback(fn, 'forEach')
    eachEntry(
      versionOf(this),
      (key, value) =>
        void synchronous(fn.call(thisArg as This, value as V, key as K, this) as unknown, 'forEach'),
    )
  }

  /**
   * The keys. The order of all iterations is that of the keys' hashes: the same for equal maps on every
   * machine. O(1) a step. A map in no trie sorts its keys first, O(n log n), when some have come or gone, and
   * moves to a trie when edits do not pay for that: O(log n) an edit, amortised. An iterator sees this
   * version, whatever happens meanwhile.
   */
  keys(): Keys<K> {
    return new EntryIterator<string>(versionOf(this), keysOnly) as unknown as Keys<K>
  }

  /** The values, in the order of `keys`. */
  values(): Values<V> {
    return new EntryIterator<V>(versionOf(this), valuesOnly) as unknown as Values<V>
  }

  /** The entries, in the order of `keys`. */
  entries(): Entries<V, K> {
    return new EntryIterator<[K, V]>(versionOf(this), both) as unknown as Entries<V, K>
  }

  /** The entries, in the order of `keys`: for `for … of` and the spread. */
  [Symbol.iterator](): Entries<V, K> {
    return this.entries()
  }

  /**
   * Whether both have equal contents (equal encoded bytes). O(1) for the same node, never worse than what is
   * not shared. TypeError for a map of another copy of this package.
   */
  equals(other: Hamt<V, K>): boolean {
    const version = usable(this)
    if (!isHamt(other)) return false
    lineage.checkUsable(versionOf(other))
    return equals(version, versionOf(other))
  }

  /**
   * What differs between this version and `newer`, in the order of iteration. O(changes) between relatives.
   * Can be walked once.
   */
  diff(newer: Hamt<V, K>): IterableIterator<Difference<V, K>, undefined> {
    const version = usable(this)
    return new DiffIterator<V, K>(version, alike(version, newer))
  }

  /**
   * The digest of the contents: 32 bytes, equal exactly when the entries (keys and encoded values) are equal.
   * Two hashes an entry the first time, and one encoding a value; the path of an edit afterwards (some 40
   * µs), as every part of the trie keeps its own, which takes 32 bytes a node.
   */
  digest(): Uint8Array<ArrayBuffer> {
    return digest(usable(this))
  }

  /**
   * A proof that a key has its value in the map with this digest, or is absent: `verifyProof` of
   * `hamt-wasm/verify` checks it. For several keys, in any order, one proof that shares the common part of
   * their paths; it is verified for exactly these keys. O(log n) a key once the digest is known; a few
   * hundred bytes a key.
   */
  prove(keys: string | Iterable<string>): Uint8Array<ArrayBuffer> {
    return prove(usable(this), keys)
  }

  /**
   * 32 bits of the digest, as a signed integer, for libraries whose keys are value objects (with `equals` and
   * `hashCode`, as Immutable has them). Costs as `digest`.
   */
  hashCode(): number {
    return new DataView(this.digest().buffer).getInt32(0)
  }

  /** A `Map` with the entries, in the order of iteration. O(n). */
  toMap(): Map<K, V> {
    return new Map(this.entries())
  }

  /** A plain object with the entries. O(n). */
  toJSON(): { [key: string]: V } {
    const copied = (this as { contents?: Partial<Contents> }).contents?.entries
    if (!(#version in this) && copied) return copied as { [key: string]: V } // Jest shows the difference of copies
    // Not by assignment: `__proto__` is a key like any other.
    return Object.fromEntries<V>(this.entries())
  }

  /** A short summary: `Hamt(3)`. O(1). */
  toString(): string {
    return `Hamt(${this.size})`
  }

  /**
   * @internal This map itself: fast-deep-equal and react-fast-compare, which ask for it, find a map equal to
   * itself only.
   */
  valueOf(): this {
    return this
  }

  /** What Node's console and assertion libraries show: the first hundred entries. */
  [Symbol.for('nodejs.util.inspect.custom')](depth?: unknown, options?: unknown, show?: unknown): string {
    if (!(#version in this)) return '[a copy or proxy of a Hamt, or its prototype]'
    const isDisposed = this.#version.disposed
    return inspect(this.toString(), isDisposed ? undefined : this, this.size, { depth, options, show })
  }

  /**
   * Frees what this version holds, as far as no other version needs it, before the collector would. Needed
   * only by loops that make many large maps without a turn of the event loop, in which no finalizer runs.
   * Using the version afterwards throws DisposedError, but for its size; disposing it again does nothing, and
   * so does disposing the empty map, which is everyone's.
   */
  dispose(): void {
    if (this !== empty) lineage.dispose(versionOf(this))
  }

  /** What `using` calls: `dispose`. */
  declare readonly [Symbol.dispose]: () => void

  private constructor(version: Version) {
    checkVersion(version)
    this.#version = version
    this.contents = contentsOf(version)
  }

  /** The map of a version: this one or `other`, where it is theirs. */
  #mapOf(version: Version, other?: unknown): Hamt<V, K> {
    if (version === this.#version) return this
    return other instanceof Hamt && other.#version === version ? (other as Hamt<V, K>) : wrap<V, K>(version)
  }

  #merge(other: HamtInput<V, K>, resolve: unknown, method: string): Hamt<V, K> {
    const version = usable(this)
    if (version.size > 0) return this.#mapOf(merged(version, other, resolve, method))
    const theirs = input(version, other, method)
    return isHamt(other) ? (other as Hamt<V, K>) : wrap<V, K>(theirs)
  }

  #first(fn: (value: V, key: K) => unknown, method: string): [K, V] | undefined {
    callback(fn, method)
    for (const entry of this.entries()) if (synchronous(fn(entry[1], entry[0]), method)) return entry
    return undefined
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
