// Many versions in one Uint8Array, and back: snapshots, deltas, and reading one version without loading any.
import { CborError, decodeCbor } from '../codec/cbor-decode.js'
import { cbor, encodeCbor } from '../codec/codec.js'
import type { Codec } from '../codec/codec.js'
import { decoder, isWellFormed, kind } from '../codec/text.js'
import { Result, type Status } from '../generated/interface.js'
import { check } from '../wasm/errors.js'
import { takeOutput, withInput } from '../wasm/input.js'
import { raw } from '../wasm/instance.js'
import { result, wordsAt } from '../wasm/memory.js'
import { SnapshotError } from '../errors.js'
import { checkUsable, fromHandle, withHandles } from '../map/access.js'
import { Hamt } from '../map/hamt.js'
import { SnapshotView } from './snapshot-view.js'

/** What `serialize` and `serializeDelta` take besides versions. */
export interface SerializeOptions {
  /** Anything that CBOR carries, stored beside the versions: a title, block numbers, dates. */
  meta?: unknown
}

/** How `deserialize` and `applyDelta` read. */
export interface DeserializeOptions<V> {
  /** The codec that the versions were made with, if not CBOR. */
  codec?: Codec<V>
  /** The digest (32 bytes) that the last version must have; `SnapshotError` with the code `wrong-digest` otherwise. */
  digest?: Uint8Array
  /**
   * How many bytes of memory the versions may take; 1 GiB if not given. A file of a few kilobytes can hold a long value that many
   * keys have, or many versions of a large node: `SnapshotError` with the code `too-large` before that fills the memory.
   */
  limit?: number
}

/** How `openSnapshot` reads. */
export interface OpenOptions<V> extends Omit<DeserializeOptions<V>, 'limit'> {
  /**
   * The bytes are known to be a snapshot: they were validated before, or their hash was compared with one that you trust. Skips
   * the validation, which is most of the time that opening takes. Bytes that are none of this then give wrong answers or a
   * `SnapshotError`, and nothing worse.
   */
  trusted?: boolean
}

/**
 * The bytes of versions of one map or of several: what they share is written once, and what is equal is shared, however they
 * were made. The bytes follow from contents, order and `meta` alone. O(what the versions do not share).
 */
export function serialize<V>(
  versions: Iterable<Hamt<V>>,
  options?: SerializeOptions,
): Uint8Array<ArrayBuffer> {
  return write([], mapsOf(versions, 'versions'), options)
}

/**
 * As `serialize`, but without what the versions in `base` already hold. Whoever has these gets `versions` back with
 * `applyDelta`. A delta names the versions that it needs, and always the last of `base`, by their digests.
 */
export function serializeDelta<V>(
  base: Iterable<Hamt<V>>,
  versions: Iterable<Hamt<V>>,
  options?: SerializeOptions,
): Uint8Array<ArrayBuffer> {
  return write(mapsOf(base, 'base'), mapsOf(versions, 'versions'), options)
}

function write(
  base: Hamt<unknown>[],
  versions: Hamt<unknown>[],
  options?: SerializeOptions,
): Uint8Array<ArrayBuffer> {
  const meta = options?.meta === undefined ? new Uint8Array(0) : encodeCbor(options.meta)
  return withHandles([...base, ...versions], (handles) =>
    withInput([bytesOf(handles), meta], () => {
      check(raw._hamt_snapshot_write(base.length, versions.length, meta.length))
      return takeOutput()
    }),
  )
}

/**
 * The versions of a snapshot, in the order in which they were written; they share memory again. One pass over the bytes, every
 * rule of the format checked first; `SnapshotError` names the one that is broken, and where.
 */
export function deserialize<V = unknown>(bytes: Uint8Array, options?: DeserializeOptions<V>): Hamt<V>[] {
  checkBytes(bytes)
  const maps = withInput([bytes], () =>
    handOver<V>(raw._hamt_snapshot_read(bytes.length, 0, 0, room(options)), options),
  )
  return expect(maps, options?.digest)
}

/** The versions of a delta. Among `base` must be those it was made for, in any order; else `SnapshotError`, `wrong-base`. */
export function applyDelta<V>(
  base: Iterable<Hamt<V>>,
  bytes: Uint8Array,
  options?: DeserializeOptions<V>,
): Hamt<V>[] {
  checkBytes(bytes)
  const maps = withHandles(mapsOf(base, 'base'), (handles) =>
    withInput([bytes, bytesOf(handles)], () =>
      handOver<V>(raw._hamt_snapshot_read(bytes.length, 1, handles.length, room(options)), options),
    ),
  )
  return expect(maps, options?.digest)
}

/** What `serialize` or `serializeDelta` was given as `meta`; undefined if nothing. Checks the bytes' checksum, not the versions. */
export function readMeta(bytes: Uint8Array): unknown {
  checkBytes(bytes)
  return decodeMeta(
    withInput([bytes], () => {
      check(raw._hamt_snapshot_meta(bytes.length))
      return takeOutput()
    }),
  )
}

/**
 * Opens a snapshot for reading where it lies: nothing is loaded and no map is made. Checks all of it first, unless the bytes are
 * `trusted`. The bytes must not change while they are in use.
 */
export function openSnapshot<V = unknown>(bytes: Uint8Array, options?: OpenOptions<V>): OpenedSnapshot<V> {
  checkBytes(bytes)
  if (!options?.trusted) withInput([bytes], () => check(raw._hamt_snapshot_validate(bytes.length)))
  const opened = new OpenedSnapshot<V>(bytes, new SnapshotView(bytes), (options?.codec ?? cbor) as Codec<V>)
  const wanted = options?.digest
  if (wanted && !(opened.length > 0 && sameBytes(opened.at(opened.length - 1).digest(), wanted)))
    throw wrongDigest()
  return opened
}

/** A snapshot that is read in place. */
export class OpenedSnapshot<V> {
  /** How many versions there are. */
  readonly length: number

  /** @internal */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly view: SnapshotView,
    private readonly codec: Codec<V>,
  ) {
    this.length = view.length
  }

  /** What was given as `meta`, decoded afresh; undefined if nothing. */
  get meta(): unknown {
    return decodeMeta(this.view.meta)
  }

  /** Version `i`, counted from 0; RangeError when there is none. O(1). */
  at(i: number): OpenedVersion<V> {
    if (!Number.isInteger(i) || i < 0 || i >= this.length) {
      throw new RangeError(`no version ${i} in a snapshot of ${this.length}`)
    }
    return new OpenedVersion(this.view, this.view.version(i), this.codec, () =>
      withInput([this.bytes], () => {
        check(raw._hamt_snapshot_digest(this.bytes.length, i))
        return takeOutput()
      }),
    )
  }
}

const encoder = new TextEncoder()

/** A version of a map, read in place. */
export class OpenedVersion<V> {
  /** Number of entries. */
  readonly size: number

  /** @internal */
  constructor(
    private readonly view: SnapshotView,
    private readonly version: number,
    private readonly codec: Codec<V>,
    private readonly computeDigest: () => Uint8Array,
  ) {
    this.size = view.size(version)
  }

  /** The value of a key, or undefined. Two binary searches: O(log keys + log changes of the key). */
  get(key: string): V | undefined {
    const code = this.code(key)
    return code === 0 ? undefined : this.codec.decode(this.view.value(code - 1))
  }

  /** Whether a key is there. */
  has(key: string): boolean {
    return this.code(key) !== 0
  }

  /** The keys in ascending order of their UTF-8 bytes: that is the order of the file. */
  *keys(): IterableIterator<string> {
    for (const key of this.view.keysOf(this.version)) yield decoder.decode(key)
  }

  /** The digest that the loaded version would have. Two hashes an entry, after a walk over the file; makes no map. */
  digest(): Uint8Array {
    return this.computeDigest()
  }

  private code(key: string): number {
    if (typeof key !== 'string') throw new TypeError(`a key must be a string, not ${kind(key)}`)
    if (!isWellFormed(key)) throw new TypeError('a key must be well-formed: this one has a lone surrogate')
    const number = this.view.find(encoder.encode(key))
    return number < 0 ? 0 : this.view.code(number, this.version)
  }
}

function mapsOf<V>(maps: Iterable<Hamt<V>>, what: string): Hamt<unknown>[] {
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
    if (!(map instanceof Hamt))
      throw new TypeError(`${what} must be a list of maps, but number ${i} is ${kind(map)}`)
    checkUsable(map)
  })
  return list
}

function bytesOf(handles: Uint32Array): Uint8Array {
  return new Uint8Array(handles.buffer, handles.byteOffset, handles.byteLength)
}

function room(options?: { limit?: number }): number {
  const limit = options?.limit ?? 2 ** 30
  if (!(limit >= 0)) throw new RangeError(`a limit must be a number of bytes, not ${String(limit)}`)
  return Math.min(Math.floor(limit), 2 ** 32 - 1)
}

/** Makes maps of the handles that a call left in the output buffer. */
function handOver<V>(status: Status, options?: DeserializeOptions<V>): Hamt<V>[] {
  check(status)
  const handles = wordsAt(result(Result.outputData), result(Result.outputSize) / 4).slice()
  const codec = (options?.codec ?? cbor) as Codec<V>
  return Array.from(handles, (handle) => fromHandle(handle, codec))
}

function expect<V>(maps: Hamt<V>[], digest: Uint8Array | undefined): Hamt<V>[] {
  if (digest === undefined) return maps
  const last = maps[maps.length - 1]
  if (last && sameBytes(last.digest(), digest)) return maps
  for (const map of maps) map.dispose()
  throw wrongDigest()
}

function wrongDigest(): SnapshotError {
  return new SnapshotError(
    'wrong-digest',
    -1,
    'the last version does not have the digest that was asked for (wrong-digest)',
  )
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

function decodeMeta(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined
  try {
    return decodeCbor(bytes)
  } catch (error) {
    if (!(error instanceof CborError)) throw error
    throw new SnapshotError(
      'meta',
      -1,
      `the meta of this snapshot is not deterministic CBOR: ${error.message} (meta)`,
    )
  }
}

function checkBytes(bytes: unknown): void {
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`a snapshot must be a Uint8Array, not ${kind(bytes)}`)
}
