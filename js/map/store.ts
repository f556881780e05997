// What a materialized version owns: its contents, changed in place by the edits that follow.
import type { Stored } from './stored.js'
import type { TrieStore } from './trie-store.js'
import type { Version } from './version.js'
import type { YoungStore } from './young-store.js'

/**
 * What `put` and `remove` did: nothing (an equal value is there, or none), added an entry, or changed or took
 * one.
 */
export const unchanged = 0
export const added = 1
export const replaced = 2
/** Nothing either: what was compared was a Proxy, and its traps have edited these contents. */
export const edited = 3
export type Outcome = typeof unchanged | typeof added | typeof replaced | typeof edited

/** Contents behind one interface: a native `Map` (young-store.ts), or a trie in wasm (trie-store.ts). */
export interface Contents {
  /** The value of a key, or undefined. TypeError for what is no key; RangeError when memory is exhausted. */
  get(key: string): Stored | undefined
  has(key: string): boolean
  /**
   * Sets a key. All or nothing: after it has returned, the contents are changed and nothing can fail any more
   * before the caller has noted it, as long as the caller calls nothing. A trie takes an object for a change:
   * who calls this has compared it.
   */
  put(key: string, value: Stored): Outcome
  /** Deletes a key; likewise. */
  remove(key: string): Outcome
  /** Contents of their own that are equal now; `version` is the one whose contents these are. */
  copy(version: Version): Store
  /** Gives back what the collector cannot see. */
  free(): void
}

export type Store = YoungStore | TrieStore
