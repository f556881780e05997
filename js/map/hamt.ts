/// <reference lib="esnext.disposable" preserve="true" />
// The map that callers hold.
import { callback, settled } from './arguments.js'
import * as bulk from './bulk.js'
import { cbor } from '../codec/codec.js'
import type { Codec } from '../codec/codec.js'
import { kind } from '../codec/text.js'
import { DiffIterator } from './diff.js'
import type { Difference } from './diff.js'
import { digest, prove } from '../digest/digest.js'
import { Draft, endDraft } from './draft.js'
import { both, eachEntry, EntryIterator, keysOnly, valuesOnly } from './entries.js'
import { getMany } from './get-many.js'
import { inspect } from './inspect.js'
import * as lineage from './lineage.js'
import { toStored } from './stored.js'
import type { Version } from './version.js'
import { YoungStore } from './young-store.js'

/** How a map is made. */
export interface HamtOptions<V> {
  /** Turns values into bytes and back instead of CBOR. Equal values must have equal bytes. */
  readonly codec?: Codec<V>
}

// What `ReadonlyMap` has, under every version of TypeScript.
type Keys = ReturnType<ReadonlyMap<string, unknown>['keys']>
type Values<V> = ReturnType<ReadonlyMap<string, V>['values']>
type Entries<V> = ReturnType<ReadonlyMap<string, V>['entries']>

/** @internal The version behind a map. TypeError for what is none. */
export let versionOf: (map: Hamt<unknown>) => Version
/** @internal Whether a value is a map. TypeError for one of another copy of this package. */
export let isHamt: (value: unknown) => value is Hamt<unknown>
/** @internal The map of a version. */
export let wrap: <V>(version: Version) => Hamt<V>

/** Marks maps of every copy of this package. */
const brand = Symbol.for('hamt-wasm.Hamt')

/**
 * A persistent, immutable map from strings to values. Every edit gives a new version and leaves this one as it is; versions share what is
 * equal. Nothing has to be freed, but by long synchronous loops over large maps: see `dispose`.
 *
 * Keys are well-formed strings (TypeError otherwise). Values are null, booleans, numbers, bigints, strings, `Uint8Array`, arrays and plain
 * objects, nested. Objects and arrays are frozen, deeply and in place, and come back as the same object; what holds a `Uint8Array` is copied
 * in and out. TypeError for any other value, RangeError when memory is exhausted; then nothing has changed.
 *
 * Costs: n is the number of entries. "A path" is one lookup in a small map, and at most 13 nodes in a large one, 3 or 4 in one of 100,000.
 */
export class Hamt<V> implements ReadonlyMap<string, V> {
  static {
    versionOf = (map) => {
      if (#version in map) return map.#version
      throw new TypeError(
        'this object is not a Hamt but a copy or proxy of one; maps are immutable: use the map itself',
      )
    }
    isHamt = (value): value is Hamt<unknown> => {
      if (typeof value !== 'object' || value === null) return false
      if (#version in value) return true
      if (brand in value && !(value instanceof Hamt))
        throw new TypeError(
          'this map is of another copy of hamt-wasm (import and require give two): use one, or Hamt.from(map)',
        )
      return false
    }
    wrap = (version) => new Hamt(version)
    // What tools see: a kind of its own, which proxies and cloning tools leave alone.
    Object.defineProperties(Hamt.prototype, {
      [Symbol.toStringTag]: { value: 'Hamt', configurable: true },
      [brand]: { value: true },
    })
  }

  /** State that no caller reaches: freezing, copying or writing to a map changes nothing. */
  readonly #version: Version

  /** An empty map. O(1). */
  static empty<V>(options?: HamtOptions<V>): Hamt<V> {
    return new Hamt<V>(lineage.pinned(codecIn(options), 0, new YoungStore()))
  }

  /**
   * A map of the entries of an iterable of `[key, value]`, or of the own enumerable properties of a plain object. The last of equal keys
   * wins. A map (with the same codec) is given back as it is. TypeError, naming what it got, for anything else: a promise, an async iterable, a
   * function, a date. O(n).
   */
  static from<V>(entries: Iterable<readonly [string, V]>, options?: HamtOptions<V>): Hamt<V>
  static from<V>(record: { readonly [key: string]: V }, options?: HamtOptions<V>): Hamt<V>
  static from<T extends object>(
    record: T & { readonly [Symbol.iterator]?: never },
    options?: HamtOptions<T[keyof T & string]>,
  ): Hamt<T[keyof T & string]>
  static from<V>(entries: object, options?: HamtOptions<V>): Hamt<V> {
    const codec = codecIn(options)
    if (entries instanceof Hamt && isHamt(entries) && versionOf(entries).codec === codec)
      return entries as Hamt<V>
    return new Hamt<V>(bulk.fromEntries(codec, entries))
  }

  /** Number of entries. O(1). */
  get size(): number {
    return versionOf(this).size
  }

  /** The value of `key`, or undefined. One path. The same object each time, unless it holds a `Uint8Array`. */
  get(key: string): V | undefined {
    return lineage.get(versionOf(this), key) as V | undefined
  }

  /**
   * The values of many keys, in their order; undefined for a key that is absent. A path a key; in wasm, one call for each thousand keys or
   * 256 KB of values.
   */
  getMany(keys: Iterable<string>): (V | undefined)[] {
    const version = versionOf(this)
    lineage.checkUsable(version)
    return getMany(version, Array.from(keys)) as (V | undefined)[]
  }

  /** Whether `key` is there. One path. */
  has(key: string): boolean {
    return lineage.has(versionOf(this), key)
  }

  /**
   * A version with `key` set to `value`, which is frozen; this one, with the object that was there, when an equal value is there (equal encoded
   * bytes). One path.
   */
  set(key: string, value: V): Hamt<V> {
    const version = versionOf(this)
    lineage.checkUsable(version)
    return this.#become(lineage.edit(version, key, toStored(version.codec, key, value)))
  }

  /** A version without `key`; this one when it is absent. One path. */
  delete(key: string): Hamt<V> {
    return this.#become(lineage.edit(versionOf(this), key, undefined))
  }

  /**
   * A version with `key` set to what `fn` makes of its value (or of undefined); when `fn` returns undefined, without `key`. This one when
   * nothing changes. Two paths.
   */
  update(key: string, fn: (value: V | undefined) => V | undefined): Hamt<V> {
    const value = settled(callback(fn, 'update')(this.get(key)), 'update')
    return value === undefined ? this.delete(key) : this.set(key, value)
  }

  /**
   * The entries of both. Where both have a key with different values, `other` wins, or `resolve` gives the value (undefined: leaves the key
   * out). Where both have a key with *equal* values, `resolve` is not called: it decides conflicts, and does not see every common key, so it cannot
   * count or add. Parts that are equal in both are not visited.
   */
  merge(other: Hamt<V>, resolve?: (key: string, ours: V, theirs: V) => V | undefined): Hamt<V> {
    if (resolve !== undefined) callback(resolve, 'merge')
    return this.#become(bulk.merge(versionOf(this), this.#alike(other), resolve as never))
  }

  /**
   * Three-way merge: this map with the changes that lead from `base` to `other`. Only where both changed a key differently, `resolve` decides
   * (undefined stands for "not there", for its arguments and its result). O(changes) between relatives.
   */
  mergeFrom(
    base: Hamt<V>,
    other: Hamt<V>,
    resolve: (key: string, ours: V | undefined, theirs: V | undefined, base: V | undefined) => V | undefined,
  ): Hamt<V> {
    callback(resolve, 'mergeFrom')
    return this.#become(
      bulk.mergeFrom(this.#alike(base), versionOf(this), this.#alike(other), resolve as never),
    )
  }

  /**
   * One new version from many edits: `fn` gets a draft (a transient) that changes in place. This version when nothing has changed in the end. When
   * `fn` throws, nothing has happened; TypeError when it returns a promise. The draft is of no use afterwards.
   */
  withMutations(fn: (draft: Draft<V>) => void): Hamt<V> {
    callback(fn, 'withMutations')
    const version = versionOf(this)
    lineage.checkUsable(version)
    const draft = new Draft<V>(version)
    return lineage.retaining(version, () => {
      try {
        settled(fn(draft) as unknown, 'withMutations')
      } catch (error) {
        endDraft(draft)
        throw error
      }
      const result = endDraft(draft)!
      return lineage.equals(version, result) ? this : new Hamt<V>(result)
    })
  }

  /** A version with the entries for which `fn` says true; this one when these are all. O(n) calls. TypeError for a promise. */
  filter<W extends V>(fn: (value: V, key: string) => value is W): Hamt<W>
  filter(fn: (value: V, key: string) => unknown): Hamt<V>
  filter(fn: (value: V, key: string) => unknown): Hamt<V> {
    callback(fn, 'filter')
    const version = versionOf(this)
    lineage.checkUsable(version)
    return this.#become(bulk.filter(version, fn as never))
  }

  /** A map with the same keys, each with the value that `fn` makes of its own. O(n). */
  map<W>(fn: (value: V, key: string) => W): Hamt<W> {
    callback(fn, 'map')
    const version = versionOf(this)
    lineage.checkUsable(version)
    return this.#become(bulk.map(version, fn as never)) as unknown as Hamt<W>
  }

  /** Folds the entries, in the order of iteration. O(n). */
  reduce<A>(fn: (sum: A, value: V, key: string) => A, init: A): A {
    callback(fn, 'reduce')
    let sum = init
    eachEntry(versionOf(this), (key, value) => {
      sum = settled(fn(sum, value as V, key), 'reduce')
    })
    return sum
  }

  /** Calls `fn` for every entry, in the order of iteration. O(n). TypeError for a promise. */
  forEach(fn: (value: V, key: string, map: Hamt<V>) => void): void {
    callback(fn, 'forEach')
    eachEntry(versionOf(this), (key, value) => void settled(fn(value as V, key, this) as unknown, 'forEach'))
  }

  /**
   * The keys. The order of all iterations is that of the keys' hashes: the same for equal maps on every machine. O(1) a step; a map that is in
   * no trie sorts its keys first, O(n log n), and keeps the order until a key comes or goes. An iterator sees this version, whatever happens
   * meanwhile.
   */
  keys(): Keys {
    return new EntryIterator<string>(versionOf(this), keysOnly) as unknown as Keys
  }

  /** The values, in the order of `keys`. */
  values(): Values<V> {
    return new EntryIterator<V>(versionOf(this), valuesOnly) as unknown as Values<V>
  }

  /** The entries, in the order of `keys`. */
  entries(): Entries<V> {
    return new EntryIterator<[string, V]>(versionOf(this), both) as unknown as Entries<V>
  }

  /** The entries, in the order of `keys`: for `for … of` and the spread. */
  [Symbol.iterator](): Entries<V> {
    return this.entries()
  }

  /**
   * Whether both have equal contents (equal encoded bytes). O(1) for the same node, never worse than what is not shared. TypeError for a map of
   * another copy of this package.
   */
  equals(other: Hamt<V>): boolean {
    const version = versionOf(this)
    lineage.checkUsable(version)
    if (!isHamt(other)) return false
    lineage.checkUsable(versionOf(other))
    return lineage.equals(version, versionOf(other))
  }

  /** What differs between this version and `newer`, in the order of iteration. O(changes) between relatives. Can be walked once. */
  diff(newer: Hamt<V>): IterableIterator<Difference<V>, undefined> {
    return new DiffIterator<V>(versionOf(this), this.#alike(newer))
  }

  /**
   * The digest of the contents: 32 bytes, equal exactly when the entries (keys and encoded values) are equal. Two hashes an entry the
   * first time, and one encoding a value; the path of an edit afterwards (some 40 µs), as every part of the trie keeps its own, which takes 32 bytes a
   * node.
   */
  digest(): Uint8Array<ArrayBuffer> {
    const version = versionOf(this)
    lineage.checkUsable(version)
    return digest(version)
  }

  /**
   * A proof that a key has its value in the map with this digest, or is absent: `verifyProof` of `hamt-wasm/verify` checks it. For
   * several keys, in any order, one proof that shares the common part of their paths; it is verified for exactly these keys. O(log n) a key once the
   * digest is known; a few hundred bytes a key.
   */
  prove(keys: string | Iterable<string>): Uint8Array<ArrayBuffer> {
    const version = versionOf(this)
    lineage.checkUsable(version)
    return prove(version, keys)
  }

  /** A plain object with the entries. O(n). */
  toJSON(): { [key: string]: V } {
    // Not by assignment: `__proto__` is a key like any other.
    return Object.fromEntries<V>(this.entries())
  }

  /** A short summary: `Hamt(3)`. O(1). */
  toString(): string {
    return `Hamt(${this.size})`
  }

  /** What Node's console and assertion libraries show: the first hundred entries. */
  [Symbol.for('nodejs.util.inspect.custom')](depth?: unknown, options?: unknown, show?: unknown): string {
    if (!(#version in this)) return '[a copy or proxy of a Hamt, or its prototype]'
    const isDisposed = this.#version.disposed
    return inspect(this.toString(), isDisposed ? undefined : this, this.size, { depth, options, show })
  }

  /**
   * Frees what this version holds, as far as no other version needs it, before the collector would. Needed only by loops that make
   * many large maps without a turn of the event loop, in which no finalizer runs. Using the version afterwards throws DisposedError; disposing it again does
   * nothing.
   */
  dispose(): void {
    lineage.dispose(versionOf(this))
  }

  /** What `using` calls: `dispose`. */
  declare readonly [Symbol.dispose]: () => void

  /** @internal */
  constructor(version: Version) {
    this.#version = version
  }

  #become(version: Version): Hamt<V> {
    return version === this.#version ? this : new Hamt<V>(version)
  }

  #alike(other: Hamt<V>): Version {
    const version = versionOf(this)
    lineage.checkUsable(version)
    if (!isHamt(other)) throw new TypeError(`another Hamt is needed, not ${kind(other)}`)
    const theirs = versionOf(other)
    lineage.checkUsable(theirs)
    if (theirs.codec !== version.codec) throw new TypeError('the two maps have different codecs')
    return theirs
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

function codecIn<V>(options: HamtOptions<V> | undefined): Codec<unknown> {
  const codec = options?.codec
  if (codec === undefined) return cbor
  if (typeof codec?.encode !== 'function' || typeof codec.decode !== 'function') {
    throw new TypeError('a codec needs the functions encode and decode')
  }
  return codec as Codec<unknown>
}
