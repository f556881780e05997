// A map under change: a cell that holds the newest version of a lineage.
import { callback, settled } from './arguments.js'
import { eachEntry } from './entries.js'
import * as lineage from './lineage.js'
import { toStored } from './stored.js'
import type { Version } from './version.js'

/** @internal Makes a draft unusable; gives the version that it holds. */
export let endDraft: (draft: Draft<unknown>) => Version | null

/** What `fn` of `withMutations` gets. Edits change it in place; the version that it was made from sees nothing of them. */
export class Draft<V> {
  static {
    endDraft = (draft) => {
      const v = draft.#version
      draft.#version = null
      return v
    }
  }

  /** null after the end. */
  #version: Version | null

  /** @internal */
  constructor(version: Version) {
    this.#version = version
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
  get(key: string): V | undefined {
    return lineage.get(this.#current(), key) as V | undefined
  }

  /** Whether `key` is there. One path. */
  has(key: string): boolean {
    return lineage.has(this.#current(), key)
  }

  /** Sets `key`. One path; allocates a small object. */
  set(key: string, value: V): this {
    const stored = toStored(this.#current().codec, key, value)
    // A codec may have ended the draft.
    this.#version = lineage.edit(this.#current(), key, stored)
    return this
  }

  /** Deletes `key`, if it is there. One path. */
  delete(key: string): this {
    this.#version = lineage.edit(this.#current(), key, undefined)
    return this
  }

  /** Sets `key` to what `fn` makes of its value (or of undefined); deletes it when `fn` returns undefined. Two paths. */
  update(key: string, fn: (value: V | undefined) => V | undefined): this {
    const value = settled(callback(fn, 'update')(this.get(key)), 'update')
    return value === undefined ? this.delete(key) : this.set(key, value)
  }

  /** Calls `fn` for every entry that is there now, in the order of iteration; edits meanwhile are not seen. O(n). */
  forEach(fn: (value: V, key: string) => void): void {
    callback(fn, 'forEach')
    eachEntry(this.#current(), (key, value) => void settled(fn(value as V, key) as unknown, 'forEach'))
  }

  #current(): Version {
    const v = this.#version
    if (v === null) throw new Error('a draft is of no use after withMutations has returned')
    return v
  }
}
