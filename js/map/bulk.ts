// Edits of many entries at once: from, filter, map, merge.

import type { Codec } from '../codec/codec.js'
import { checkKey } from '../codec/keys.js'
import { kind } from '../codec/text.js'
import { raw } from '../wasm/instance.js'
import { isPlainObject, isThenable, synchronous } from './arguments.js'
import { Builder } from './builder.js'
import { DiffIterator } from './diff.js'
import { eachEntry } from './entries.js'
import * as lineage from './lineage.js'
import { StoredBatch } from './stored-batch.js'
import { fromStored, sameStored, toStored } from './stored.js'
import type { Stored } from './stored.js'
import { copyOfHandle, emptyTrie, TrieStore } from './trie-store.js'
import type { Version } from './version.js'
import { young, YoungStore } from './young-store.js'

/** Collects entries for a new version: in a Map while they are few, then in a trie. */
class Collector {
  private entries = new Map<string, Stored>()
  private trie: { store: TrieStore; builder: Builder } | null = null

  constructor(private readonly codec: Codec<unknown>) {}

  put(key: string, value: Stored): void {
    if (this.trie !== null) {
      this.trie.builder.put(key, value)
      return
    }
    checkKey(key)
    this.entries.set(key, value)
    if (this.entries.size > young.size) this.move()
  }

  /** The version; the collector is not to be used again. */
  finish(): Version {
    if (this.trie === null) return lineage.pinned(this.codec, this.entries.size, new YoungStore(this.entries))
    const { store, builder } = this.trie
    builder.finish()
    return lineage.pinned(this.codec, store.size, store)
  }

  /** Frees what was collected. */
  drop(): void {
    this.trie?.store.free()
  }

  private move(): void {
    const store = emptyTrie(this.codec)
    this.trie = { store, builder: new Builder(store.handle, true) }
    for (const [key, value] of this.entries) this.trie.builder.put(key, value)
    this.entries = new Map()
  }
}

/** A version of what `fill` collects. */
export function collected(codec: Codec<unknown>, fill: (collector: Collector) => void): Version {
  const collector = new Collector(codec)
  try {
    fill(collector)
    return collector.finish()
  } catch (error) {
    collector.drop()
    throw error
  }
}

/**
 * A version of the entries of an iterable, or of the own enumerable properties of an object. TypeError that
 * names `method` for anything else.
 */
export function fromEntries(codec: Codec<unknown>, entries: unknown, method: string): Version {
  const refusal = (what: string): TypeError =>
    new TypeError(`${method} takes an iterable of entries or a plain object, not ${what}`)
  if (!isObject(entries)) throw refusal(kind(entries))
  return collected(codec, (collector) => {
    const put = (key: unknown, value: unknown): void => {
      checkKey(key)
      collector.put(key, toStored(codec, key, value))
    }
    if (isIterable(entries)) {
      for (const entry of entries) {
        if (!isObject(entry)) throw new TypeError(`an entry must be [key, value], not ${kind(entry)}`)
        put((entry as { 0: unknown })[0], (entry as { 1: unknown })[1])
      }
      return
    }
    if (typeof entries === 'function') throw refusal('a function')
    if (isThenable(entries)) throw refusal('a promise; wait for it with await')
    if (Symbol.asyncIterator in entries)
      throw refusal('an async iterable; collect it first, with Array.fromAsync or for await')
    if (!isPlainObject(entries)) throw refusal(`an instance of ${nameOf(entries)}`)
    for (const key of Object.keys(entries)) put(key, (entries as { [key: string]: unknown })[key])
  })
}

function nameOf(value: object): string {
  return (value as { constructor?: { name?: string } }).constructor?.name || 'a class'
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

function isIterable(value: object): value is Iterable<unknown> {
  return typeof (value as { [Symbol.iterator]?: unknown })[Symbol.iterator] === 'function'
}

/** The version that follows from `v` by the edits that `fill` collects, on a copy of its trie. */
export function amended(v: Version, trie: TrieStore, fill: (builder: Builder) => void): Version {
  return lineage.retaining(v, () => {
    try {
      const builder = new Builder(trie.handle)
      fill(builder)
      builder.finish()
    } catch (error) {
      trie.free()
      throw error
    }
    return lineage.advance(v, trie)
  })
}

/** A trie of the same contents, to be changed. */
export function copyOfTrie(v: Version): TrieStore {
  return lineage.withHandle(v, (handle) => copyOfHandle(v.codec, handle))
}

/** The entries for which `fn` says true; `v` itself when these are all. O(n) calls. */
export function filter(v: Version, fn: (value: unknown, key: string) => unknown): Version {
  const keys = lineage.keysOf(v)
  if (keys === undefined) {
    return amended(v, copyOfTrie(v), (builder) => {
      eachEntry(v, (key, value) => {
        if (!synchronous(fn(value, key), 'filter')) builder.put(key, undefined)
      })
    })
  }
  const kept = new Map<string, Stored>()
  eachStored(v, keys, (key, stored) => {
    if (synchronous(fn(fromStored(stored), key), 'filter')) kept.set(key, stored)
  })
  return kept.size === v.size ? v : lineage.pinned(v.codec, kept.size, new YoungStore(kept))
}

/** The same keys with the values that `fn` makes; `v` itself when these are equal. O(n) calls. */
export function map(v: Version, fn: (value: unknown, key: string) => unknown): Version {
  const keys = lineage.keysOf(v)
  if (keys === undefined) {
    return amended(v, copyOfTrie(v), (builder) => {
      eachEntry(v, (key, value) =>
        builder.put(key, toStored(v.codec, key, synchronous(fn(value, key), 'map'))),
      )
    })
  }
  const made = new Map<string, Stored>()
  let isEqual = true
  eachStored(v, keys, (key, stored) => {
    const value = toStored(v.codec, key, synchronous(fn(fromStored(stored), key), 'map'))
    isEqual &&= sameStored(stored, value)
    made.set(key, value)
  })
  return isEqual ? v : lineage.pinned(v.codec, made.size, new YoungStore(made))
}

/** Calls `f` with what is kept for the keys of a version, even if `f` disposes it. */
function eachStored(v: Version, keys: readonly string[], f: (key: string, stored: Stored) => void): void {
  lineage.retaining(v, () => {
    for (const key of keys) f(key, lineage.findRetained(v, key)!)
  })
}

/** As `Hamt.merge`. */
export function merge(
  v: Version,
  other: Version,
  resolve?: (key: string, ours: unknown, theirs: unknown) => unknown,
): Version {
  const trie = lineage.withHandles([v, other], (h) => new TrieStore(v.codec, () => raw.merge(h[0]!, h[1]!)))
  if (resolve === undefined) return lineage.advance(v, trie)
  return amended(v, trie, (builder) => {
    // What differs from ours and was there before: exactly the clashes.
    const merged = lineage.pinned(v.codec, trie.size, trie)
    for (const { key, before, after } of new DiffIterator<unknown>(v, merged)) {
      if (before !== undefined && after !== undefined)
        builder.put(key, resolved(v, key, synchronous(resolve(key, before, after), 'merge')))
    }
  })
}

/**
 * The entries of `v` whose keys `other` has too, or with `common` false has not. What the tries share is not
 * visited.
 */
export function selectKeys(v: Version, other: Version, common: boolean): Version {
  const make = (h: Uint32Array) => new TrieStore(v.codec, () => raw.selectKeys(h[0]!, h[1]!, common ? 1 : 0))
  return lineage.advance(v, lineage.withHandles([v, other], make))
}

/** As `Hamt.mergeFrom`. */
export function mergeFrom(
  base: Version,
  v: Version,
  other: Version,
  resolve: (key: string, ours: unknown, theirs: unknown, base: unknown) => unknown,
): Version {
  const clashes = new StoredBatch(v.codec, true, 3)
  const trie = lineage.withHandles([base, v, other], (h) => {
    const merged = new TrieStore(v.codec, () => raw.mergeChanges(h[0]!, h[1]!, h[2]!))
    try {
      clashes.read()
    } catch (error) {
      merged.free()
      throw error
    }
    return merged
  })
  if (clashes.count === 0) return lineage.advance(v, trie)
  return amended(v, trie, (builder) => {
    for (let i = 0; i < clashes.count; ++i) {
      const key = clashes.key(i)
      const [from, ours, theirs] = [0, 1, 2].map((column) => clashes.stored(i, column))
      // wasm takes two objects for different that are equal.
      if (sameStored(ours, theirs) || sameStored(from, theirs)) continue
      if (sameStored(from, ours)) builder.put(key, theirs)
      else {
        const [b, o, t] = [from, ours, theirs].map(fromStored)
        builder.put(key, resolved(v, key, synchronous(resolve(key, o, t, b), 'mergeFrom')))
      }
    }
  })
}

/** What a resolver's result is kept as; undefined when it leaves the key out. */
export function resolved(v: Version, key: string, value: unknown): Stored | undefined {
  return value === undefined ? undefined : toStored(v.codec, key, value)
}

/** A version whose contents are a trie that nobody changes from now on; without a handle, an empty one. */
export function versionOfTrie(trie: TrieStore): Version {
  return trie.handle === 0
    ? lineage.pinned(trie.codec, 0, new YoungStore())
    : lineage.pinned(trie.codec, trie.size, trie)
}
