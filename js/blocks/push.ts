// Maps in memory into node tables and block stores, and back.
import {
  DisposedError,
  encodeCbor,
  given,
  type Hamt,
  isHamt,
  kind,
  type Owned,
  withHandles,
} from '../core.js'
import type { LoadOptions } from './load.js'
import { startWasm } from './load.js'
import { answerWalk, closeWalk, openWalk, takeBlocks, writeNodes } from './native.js'
import type { SignalOption } from './reader.js'
import { abortable, callbackOption } from './options.js'
import { checkStore, openMap, type OpenMapOptions } from './remote-map.js'
import { type BlockStore, StoreReader } from './store.js'

/** What `serializeNodes` takes besides versions. */
export interface SerializeNodesOptions {
  /** Anything that CBOR carries, stored beside the versions: a title, block numbers, dates. */
  readonly meta?: unknown
}

/**
 * The node table of versions of one map or of several: every distinct node once, in an order in which
 * `openNodes` reads few pieces for a question. The bytes follow from contents, order and `meta` alone.
 * Computes the digests that are not known yet; then O(what the versions do not share). RangeError when there
 * is no memory.
 *
 * A snapshot (`serialize` of `hamt-wasm`) of the same versions is smaller; it is the form to keep and to
 * send. A node table is the form to put on a server and to ask.
 */
export function serializeNodes<V>(
  versions: Iterable<Hamt<V>>,
  options?: SerializeNodesOptions,
): Uint8Array<ArrayBuffer> {
  if (typeof (versions as Partial<Iterable<Hamt<V>>> | null | undefined)?.[Symbol.iterator] !== 'function')
    throw new TypeError(`versions must be a list of Hamts, not ${kind(versions)}`)
  const maps = [...versions]
  for (const map of maps) if (!isHamt(map)) throw new TypeError(`versions must be Hamts, not ${kind(map)}`)
  const asked = given(options).meta
  const meta = asked === undefined ? new Uint8Array(0) : encodeCbor(asked)
  return withHandles(maps, (handles) => writeNodes(handles, meta))
}

/** How a map is pushed. */
export interface PushOptions extends SignalOption {
  /** Called with the number of blocks that were put, and how many there are to put. */
  readonly progress?: ((done: number, all: number) => void) | undefined
  /**
   * Puts every block, whatever the store says it has: for one that has lost blocks, or was given wrong ones.
   */
  readonly repair?: boolean | undefined
}

/**
 * The map that was pushed to or pulled from a store last: the store is not asked about what it shares with
 * the next one.
 */
const known = new WeakMap<BlockStore, Hamt<unknown>>()

/** So many bytes of blocks are on their way at a time. */
const mostBytes = 256 * 1024

/**
 * Puts the blocks of a map into a store that lacks them, and gives its digest, by which `openMap` and `pull`
 * find it. Children are put before their parents and the map's own block last, so whatever stops it, the
 * store holds no incomplete map. O(changes) after another version was pushed to or pulled from the
 * same store object; else the store is asked from the root down, and what it has it is believed to have
 * completely.
 */
export async function push<V>(
  map: Hamt<V>,
  store: BlockStore,
  pushing?: PushOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const options = given(pushing)
  if (!isHamt(map)) throw new TypeError(`push takes a Hamt, not ${kind(map)}`)
  checkStore(store)
  callbackOption('progress', options.progress)
  await startWasm()
  const digest = map.digest()
  return abortable(options.signal, async () => {
    const reader = new StoreReader(store, { cache: 0 })
    const base = options.repair ? undefined : known.get(store)
    const baseDigest = base && digestIfUsable(base)
    const [has, hasBase] = options.repair
      ? []
      : await reader.have(baseDigest ? [digest, baseDigest] : [digest])
    if (!has) await putLacking(map, hasBase ? base! : undefined, reader, options)
    known.set(store, map)
    return digest
  })
}

function digestIfUsable(map: Hamt<unknown>): Uint8Array | undefined {
  try {
    return map.digest()
  } catch (error) {
    if (error instanceof DisposedError) return undefined
    throw error
  }
}

async function putLacking<V>(
  map: Hamt<V>,
  base: Hamt<unknown> | undefined,
  reader: StoreReader,
  options: PushOptions,
): Promise<void> {
  const maps: Hamt<unknown>[] = base ? [map, base] : [map]
  const walk: Owned = { id: 0 }
  try {
    let asked = digestsOf(withHandles(maps, (handles) => openWalk(walk, handles[0]!, handles[1] ?? 0)))
    let count = 0
    for (let isRoot = true; asked.length > 0; isRoot = false) {
      // What the base has is not asked about; of the rest the store lacks all, most likely, and putting it
      // again does no harm.
      const isSure = base !== undefined || isRoot || options.repair === true
      const lacks = isSure ? asked.map(() => true) : (await reader.have(asked)).map((has) => !has)
      options.signal?.throwIfAborted()
      const answer = answerWalk(walk.id, Uint8Array.from(lacks, Number))
      asked = digestsOf(answer.asked)
      count = answer.count
    }
    for (let done = 0; ; options.progress?.(done, count)) {
      options.signal?.throwIfAborted()
      const bytes = takeBlocks(walk.id, mostBytes)
      if (!bytes) break
      const blocks = blocksOf(bytes)
      await reader.put(blocks)
      done += blocks.length
    }
  } finally {
    closeWalk(walk)
  }
}

function digestsOf(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: bytes.length / 32 }, (_, i) => bytes.subarray(32 * i, 32 * i + 32))
}

function blocksOf(bytes: Uint8Array): { digest: Uint8Array; block: Uint8Array }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const blocks: { digest: Uint8Array; block: Uint8Array }[] = []
  for (let at = 0; at < bytes.length;) {
    const digest = bytes.slice(at, at + 32)
    const size = view.getUint32(at + 32, true)
    blocks.push({ digest, block: bytes.slice(at + 36, at + 36 + size) })
    at += 36 + size
  }
  return blocks
}

/**
 * The map with this digest in a store, in memory: as `openMap(store, digest).load()`. The next `push` to the
 * store is O(changes).
 */
export async function pull<V = unknown>(
  store: BlockStore,
  digest: Uint8Array,
  options?: OpenMapOptions<V> & LoadOptions,
): Promise<Hamt<V>> {
  const map = await openMap<V>(store, digest, options).load(options)
  known.set(store, map)
  return map
}
