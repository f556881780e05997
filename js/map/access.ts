// Handles in wasm of maps, for the other parts of the package.
import type { Codec } from '../codec/codec.js'
import { copyOfTrie, versionOfTrie } from './bulk.js'
import { withEncoded } from './encoded.js'
import { type Hamt, versionOf, wrap } from './hamt.js'
import * as lineage from './lineage.js'
import type { TrieStore } from './trie-store.js'

/**
 * Calls `f` with a handle of the map, all its values encoded, valid until `f` returns; no user code may run
 * meanwhile.
 */
export function withHandle<T>(map: Hamt<unknown>, f: (handle: number) => T): T {
  return withHandles([map], (handles) => f(handles[0]!))
}

/** As `withHandle`, for many at once. */
export function withHandles<T>(maps: readonly Hamt<unknown>[], f: (handles: Uint32Array) => T): T {
  maps.forEach(checkUsable)
  return withEncoded(maps.map(versionOf), false, f)
}

/**
 * A trie of the same contents, to be changed by calls with its handle; `mapOf` makes a map of it, `free`
 * gives it up.
 */
export function trieOf(map: Hamt<unknown>): TrieStore {
  checkUsable(map)
  return copyOfTrie(versionOf(map))
}

/** The map of a trie that nobody changes from now on. */
export function mapOf<V>(trie: TrieStore): Hamt<V> {
  return wrap<V>(versionOfTrie(trie))
}

/** Throws DisposedError when a map is disposed. */
export function checkUsable(map: Hamt<unknown>): void {
  lineage.checkUsable(versionOf(map))
}

/** The codec that a map was made with. */
export function codecOf(map: Hamt<unknown>): Codec<unknown> {
  return versionOf(map).codec
}

/** Whether `dispose` was called. */
export function isDisposed(map: Hamt<unknown>): boolean {
  return versionOf(map).disposed
}
