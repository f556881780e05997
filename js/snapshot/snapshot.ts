// Many versions in one Uint8Array, and back: snapshots and deltas. Reading one version without loading any:
// opened.ts.
import {
  check,
  checkUsable,
  type Codec,
  codecOf,
  given,
  Hamt,
  isHamt,
  kind,
  mapOf,
  raw,
  result,
  sameBytes,
  takeOutput,
  TrieStore,
  viewBytes,
  withHandles,
  withInput,
} from '../core.js'
import { Result, type Status } from '../generated/interface.js'
import { native } from './native.js'
import { decodeMeta, encodeMeta, settings, wrongDigest } from './options.js'

/** What `serialize` and `serializeDelta` take besides versions. */
export interface SerializeOptions {
  /** Anything that CBOR carries, stored beside the versions: a title, block numbers, dates. */
  meta?: unknown
}

/** How `deserialize` and `applyDelta` read. */
export interface DeserializeOptions<V> {
  /** The codec that the versions were made with, if not CBOR. */
  codec?: Codec<V>
  /**
   * The digest (32 bytes) that the last version must have; `SnapshotError` with the code `wrong-digest`
   * otherwise.
   */
  digest?: Uint8Array
  /**
   * How many bytes of memory the versions may take; 1 GiB if not given. A file of a few kilobytes can hold a
   * long value that many keys have, or many versions of a large node: `SnapshotError` with the code
   * `too-large` before that fills the memory.
   */
  limit?: number
}

/**
 * The bytes of versions of one map or of several: what they share is written once, and what is equal is
 * shared, however they were made. The bytes follow from contents, order and `meta` alone. O(what the versions
 * do not share); the first call takes some times as long as the next, as maps move to wasm and objects are
 * encoded.
 */
export function serialize<V>(
  versions: Iterable<Hamt<V>>,
  options?: SerializeOptions,
): Uint8Array<ArrayBuffer> {
  return write([], versions, options)
}

/**
 * As `serialize`, but without what the versions in `base` already hold. Whoever has these gets `versions`
 * back with `applyDelta`. A delta names the versions that it needs, and always the last of `base`, by their
 * digests.
 */
export function serializeDelta<V>(
  base: Iterable<Hamt<V>>,
  versions: Iterable<Hamt<V>>,
  options?: SerializeOptions,
): Uint8Array<ArrayBuffer> {
  return write(base, versions, options)
}

function write<V>(
  base: Iterable<Hamt<V>>,
  versions: Iterable<Hamt<V>>,
  options?: SerializeOptions,
): Uint8Array<ArrayBuffer> {
  // What may run code of the caller's comes first: meta, and the lists.
  const meta = encodeMeta(given(options).meta)
  const bases = listOf(base, 'base')
  const maps = listOf(versions, 'versions')
  const all = [...bases, ...maps]
  all.forEach(checkUsable)
  checkCodecs(all)
  return withHandles(all, (handles) =>
    withInput([bytesOf(handles), meta], () => {
      check(native().hamt_snapshot_write(bases.length, maps.length, meta.length))
      return takeOutput()
    }),
  )
}

/**
 * The versions of a snapshot, in the order in which they were written; they share memory again. One pass over
 * the bytes, every rule of the format checked first; `SnapshotError` names the one that is broken, and where.
 */
export function deserialize<V = unknown>(bytes: Uint8Array, options?: DeserializeOptions<V>): Hamt<V>[] {
  const { codec, digest, limit } = settings(options)
  const file = viewBytes(bytes, 'a snapshot')
  const maps = withInput([file], () =>
    handOver<V>(() => native().hamt_snapshot_read(file.length, 0, 0, limit), codec),
  )
  return expect(maps, digest)
}

/**
 * The versions of a delta. Among `base` must be those it was made for, in any order; else `SnapshotError`,
 * `wrong-base`.
 */
export function applyDelta<V>(
  base: Iterable<Hamt<V>>,
  bytes: Uint8Array,
  options?: DeserializeOptions<V>,
): Hamt<V>[] {
  const { codec, digest, limit } = settings(options)
  const bases = listOf(base, 'base')
  const file = viewBytes(bytes, 'a delta')
  bases.forEach(checkUsable)
  bases.forEach((map, i) => {
    if (map.size > 0 && codecOf(map) !== codec)
      throw new TypeError(`base must be maps with the codec of the delta, but number ${i} has another`)
  })
  const maps = withHandles(bases, (handles) =>
    withInput([file, bytesOf(handles)], () =>
      handOver<V>(() => native().hamt_snapshot_read(file.length, 1, handles.length, limit), codec),
    ),
  )
  return expect(maps, digest)
}

/**
 * What `serialize` or `serializeDelta` was given as `meta`; undefined if nothing. Checks the bytes' checksum,
 * not the versions.
 */
export function readMeta(bytes: Uint8Array): unknown {
  const file = viewBytes(bytes, 'a snapshot')
  return decodeMeta(
    withInput([file], () => {
      check(native().hamt_snapshot_meta(file.length))
      return takeOutput()
    }),
  )
}

function listOf<V>(maps: Iterable<Hamt<V>>, what: string): Hamt<unknown>[] {
  if (
    typeof (maps as Partial<typeof maps> | undefined)?.[Symbol.iterator] !== 'function' ||
    maps instanceof Hamt
  ) {
    throw new TypeError(
      `${what} must be a list of maps, not ${maps instanceof Hamt ? 'one map' : kind(maps)}`,
    )
  }
  const list = [...maps] as Hamt<unknown>[]
  list.forEach((map, i) => {
    if (!isHamt(map)) throw new TypeError(`${what} must be a list of maps, but number ${i} is ${kind(map)}`)
  })
  return list
}

function bytesOf(handles: Uint32Array): Uint8Array {
  return new Uint8Array(handles.buffer, handles.byteOffset, handles.byteLength)
}

/** Maps of different codecs in one file: some would be decoded by a codec that did not encode them. */
function checkCodecs(maps: readonly Hamt<unknown>[]): void {
  const filled = maps.filter((map) => map.size > 0)
  if (filled.some((map) => codecOf(map) !== codecOf(filled[0]!)))
    throw new TypeError('the maps of one file must have the same codec')
}

/** What a call has loaded is in wasm still, all or some of it. */
let isLoaded = false

/**
 * Makes maps of the versions that a call loads; when that fails, nothing is left behind, or the next call
 * drops it.
 */
function handOver<V>(load: () => Status, codec: Codec<V>): Hamt<V>[] {
  if (isLoaded) dropLoaded()
  isLoaded = true
  check(load())
  const count = result(Result.mapSize)
  const tries: TrieStore[] = []
  try {
    while (tries.length < count)
      tries.push(new TrieStore(codec as Codec<unknown>, () => raw.hamt_snapshot_take(tries.length)))
    return tries.map((trie) => mapOf<V>(trie))
  } finally {
    dropLoaded()
  }
}

function dropLoaded(): void {
  check(raw.hamt_snapshot_drop())
  isLoaded = false
}

function expect<V>(maps: Hamt<V>[], digest: Uint8Array | undefined): Hamt<V>[] {
  if (digest === undefined) return maps
  const last = maps[maps.length - 1]
  if (last && sameBytes(last.digest(), digest)) return maps
  for (const map of maps) map.dispose()
  throw wrongDigest()
}
