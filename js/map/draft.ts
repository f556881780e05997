// A map under change: a cell that holds the newest version of a lineage.
import { callback, synchronous } from './arguments.js'
import { both, eachEntry, EntryIterator, keysOnly, valuesOnly } from './entries.js'
import { inspect } from './inspect.js'
import type { Hamt } from './hamt.js'
import * as lineage from './lineage.js'
import { toStored } from './stored.js'
import type { Entries, HamtInput, Keys, Values } from './types.js'
import { checkVersion } from './version.js'
import type { Version } from './version.js'
import { YoungStore } from './young-store.js'

/** What a draft needs of maps. */
interface Host<V, K extends string> {
  /** As `Hamt.merge`. */
  merge(version: Version, other: unknown, resolve: unknown): Version
  /** The map of a version. */
  freeze(version: Version): Hamt<V, K>
}

const uncloneable = Symbol('a Draft: use serialize([draft.asImmutable()])')

/** @internal Makes a draft unusable; gives the version that it holds. */
export let endDraft: (draft: Draft<unknown>) => Version | null

/**
 * A map under change: what `asMutable` gives, and what `fn` of `withMutations` gets. Edits change it in
 * place; the version that it was made from sees nothing of them. It has the costs and the errors of the map's
 * methods, and is of no use after its end.
 */
export class Draft<V, K extends string = string> {
  static {
    endDraft = (draft) => {
      const v = draft.#version
      draft.#version = null
      return v
    }
  }

  /** @internal What tools refuse to clone. */
  readonly uncloneable: symbol = uncloneable
  /** null after the end. */
  #version: Version | null
  readonly #host: Host<V, K>

  /** @internal */
  constructor(version: Version, host: Host<V, K>) {
    checkVersion(version)
    this.#version = version
    this.#host = host
  }

  /** `Draft`: proxies of Vue and others leave drafts alone. */
  get [Symbol.toStringTag](): string {
    return 'Draft'
  }

  /** Number of entries. O(1). */
  get size(): number {
    return this.#current().size
  }

  /** The value of `key`, or undefined. One path. */
  get(key: K): V | undefined {
    return lineage.get(this.#current(), key) as V | undefined
  }

  /** Whether `key` is there. One path. */
  has(key: K): boolean {
    return lineage.has(this.#current(), key)
  }

  /** Sets `key`. One path; allocates a small object. */
  set(key: K, value: V): this {
    const stored = toStored(this.#current().codec, key, value)
    // A codec may have ended the draft.
    this.#version = lineage.edit(this.#current(), key, stored)
    return this
  }

  /** Deletes `key`, if it is there. One path. */
  delete(key: K): this {
    this.#version = lineage.edit(this.#current(), key, undefined)
    return this
  }

  /**
   * Sets `key` to what `fn` makes of its value (or of undefined); deletes it when `fn` returns undefined. Two
   * paths.
   */
  update(key: K, fn: (value: V | undefined) => V | undefined): this {
    const value = synchronous(callback(fn, 'update')(this.get(key)), 'update')
    return value === undefined ? this.delete(key) : this.set(key, value)
  }

  /**
   * Takes the entries of a map, an iterable or a record over, as `Hamt.merge` does: they win, or `resolve`
   * decides. TypeError when the iterable or `resolve` edits this draft; then it has these edits, and nothing
   * was merged.
   */
  merge(other: HamtInput<V, K>, resolve?: (key: K, ours: V, theirs: V) => V | undefined): this {
    if (resolve !== undefined) callback(resolve, 'merge')
    const before = this.#current()
    const merged = this.#host.merge(before, other, resolve)
    if (this.#current() !== before)
      throw new TypeError('merge: its callback, or its iterable, has edited this draft')
    this.#version = merged
    return this
  }

  /** Deletes all entries. O(1). */
  clear(): this {
    this.#version = lineage.pinned(this.#current().codec, 0, new YoungStore())
    return this
  }

  /**
   * Calls `fn` for every entry that is there now, in the order of iteration; edits meanwhile are not seen.
   * O(n).
   */
  forEach(fn: (value: V, key: K) => void): void {
    callback(fn, 'forEach')
    eachEntry(
      this.#current(),
      (key, value) => void synchronous(fn(value as V, key as K) as unknown, 'forEach'),
    )
  }

  /** The keys that are there now, in the order of `Hamt.keys`; edits meanwhile are not seen. */
  keys(): Keys<K> {
    return new EntryIterator<string>(this.#current(), keysOnly) as unknown as Keys<K>
  }

  /** The values that are there now, in the order of `keys`. */
  values(): Values<V> {
    return new EntryIterator<V>(this.#current(), valuesOnly) as unknown as Values<V>
  }

  /** The entries that are there now, in the order of `keys`. */
  entries(): Entries<V, K> {
    return new EntryIterator<[string, V]>(this.#current(), both) as unknown as Entries<V, K>
  }

  /** The entries that are there now: for `for … of` and the spread. */
  [Symbol.iterator](): Entries<V, K> {
    return this.entries()
  }

  /**
   * Ends the draft and gives its contents as a map: the very one that the draft was made from when they are
   * equal. TypeError in `withMutations`, which ends its draft itself. O(1), and what `equals` takes.
   */
  asImmutable(): Hamt<V, K> {
    const map = this.#host.freeze(this.#current())
    this.#version = null
    return map
  }

  /** What Node's console and assertion libraries show: the first hundred entries. */
  [Symbol.for('nodejs.util.inspect.custom')](depth?: unknown, options?: unknown, show?: unknown): string {
    const v = #version in this ? this.#version : null
    if (v === null) return '[Draft, ended]'
    return inspect(`Draft(${v.size})`, v.disposed ? undefined : this, v.size, { depth, options, show })
  }

  #current(): Version {
    const v = this.#version
    if (!v) throw new Error('this draft has ended: withMutations has returned, or asImmutable was called')
    return v
  }
}
