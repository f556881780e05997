// Block stores: what they are, and reading maps from them.
import { BlockError } from '../errors.js'
import { mapDigest } from './digests.js'
import {
  type BlockNode,
  type KeyHash,
  readMapBlock,
  readNodeBlock,
  readTextBlock,
  sameBytes,
} from './node.js'
import { orAborted } from './options.js'
import { BlockReader, type CacheOptions, type NodeRef, type TextRef } from './reader.js'

/** A value, or a promise of one. */
export type Awaitable<T> = T | PromiseLike<T>

/**
 * Somewhere to keep blocks: Redis, LevelDB, a folder, IndexedDB, S3. A block never changes, so `put` of a
 * name that is there already may do nothing. Whatever these methods throw reaches the caller of the
 * operation, which then has changed nothing that counts.
 */
export interface BlockStore {
  /** The block of this name (32 bytes), or undefined. */
  get(digest: Uint8Array, signal?: AbortSignal): Awaitable<Uint8Array | undefined | null>
  /**
   * Keeps a block. When the promise resolves, `get` gives it, also after a crash if the store is to survive
   * one.
   */
  put(digest: Uint8Array, block: Uint8Array): Awaitable<unknown>
  /** Whether a block is there; `get` is used otherwise. */
  has?(digest: Uint8Array): Awaitable<boolean>
  /** Many blocks in one request, in the order of the digests; `get` is called for each otherwise. */
  getMany?(
    digests: readonly Uint8Array[],
    signal?: AbortSignal,
  ): Awaitable<readonly (Uint8Array | undefined | null)[]>
  /** Keeps many blocks in one request, in any order; `put` is called for each otherwise. */
  putMany?(blocks: readonly { readonly digest: Uint8Array; readonly block: Uint8Array }[]): Awaitable<unknown>
}

/**
 * So many calls to a store are under way at a time, and so many blocks go into one call of `getMany` or
 * `putMany`.
 */
const mostCalls = 64
const mostBlocks = 256

/** Calls `f` for every item, at most `mostCalls` at a time; after a failure no more are begun. */
export async function eachAtOnce<T>(items: readonly T[], f: (item: T, i: number) => unknown): Promise<void> {
  let next = 0
  let failed = false
  const worker = async (): Promise<void> => {
    while (next < items.length && !failed) {
      const i = next++
      try {
        await f(items[i]!, i)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const done = await Promise.allSettled(Array.from({ length: Math.min(mostCalls, items.length) }, worker))
  for (const { status, reason } of done as PromiseRejectedResult[]) if (status === 'rejected') throw reason
}

/** Lets a bounded number of calls be under way; the others wait in the order in which they came. */
class Turns {
  private running = 0
  private readonly waiting: (() => void)[] = []

  async run<T>(f: () => Awaitable<T>): Promise<T> {
    if (this.running < mostCalls) ++this.running
    else await new Promise<void>((resolve) => this.waiting.push(resolve))
    try {
      return await f()
    } finally {
      const next = this.waiting.shift()
      if (next) next()
      else --this.running
    }
  }
}

/** Cuts a list into parts of at most `mostBlocks`. */
export function parts<T>(items: readonly T[]): T[][] {
  const all: T[][] = []
  for (let i = 0; i < items.length; i += mostBlocks) all.push(items.slice(i, i + mostBlocks))
  return all
}

/**
 * A copy, for what was checked must not change, and a store may use its memory again. Not by instanceof: a
 * store's bytes may come from another realm, and as Node's Buffer.
 */
function bytesOf(answer: unknown, digest: Uint8Array): Uint8Array | undefined {
  if (answer === undefined || answer === null) return undefined
  if (ArrayBuffer.isView(answer)) {
    const { buffer, byteOffset, byteLength } = answer
    const copy = new Uint8Array(byteLength)
    try {
      copy.set(new Uint8Array(buffer, byteOffset, byteLength))
      return copy
    } catch (error) {
      if (!(error instanceof TypeError)) throw error // a RangeError: no memory
    }
  }
  throw new BlockError('malformed', 'the store gave something that is no Uint8Array', { digest })
}

/**
 * Reads the blocks of a store, which gets copies: what it does to digests and blocks changes nothing that was
 * checked.
 */
export class StoreReader extends BlockReader {
  private readonly turns = new Turns()

  constructor(
    readonly store: BlockStore,
    options?: CacheOptions,
    hash?: KeyHash,
  ) {
    super(options, hash)
  }

  protected override fetchNodes(
    refs: readonly NodeRef[],
    signal: AbortSignal,
  ): Promise<Uint8Array | undefined>[] {
    return this.fetch(refs, signal)
  }

  protected override fetchTexts(
    refs: readonly TextRef[],
    signal: AbortSignal,
  ): Promise<Uint8Array | undefined>[] {
    return this.fetch(refs, signal)
  }

  protected override parseNode(bytes: Uint8Array, { path, digest }: NodeRef): BlockNode {
    return readNodeBlock(bytes, path, this.hash, digest)
  }

  protected override parseText(bytes: Uint8Array, { digest }: TextRef): Uint8Array {
    return readTextBlock(bytes, digest)
  }

  /** The size and the root of a map. */
  async map(
    digest: Uint8Array,
    signal?: AbortSignal,
  ): Promise<{ size: number; root: BlockNode | undefined }> {
    signal?.throwIfAborted()
    const bytes = await orAborted(this.fetch([{ digest }], signal)[0]!, signal)
    if (!bytes) throw new BlockError('missing', "a map's block is not there", { digest })
    const map = readMapBlock(bytes, this.hash, digest)
    if (!sameBytes(mapDigest(map.size, map.root), digest))
      throw new BlockError('mismatch', 'a block is not what its digest names', { digest })
    ++this.traffic.blocks
    return map
  }

  /** Keeps blocks, all of which may be written in any order. Resolves when the store has them all. */
  async put(blocks: readonly { digest: Uint8Array; block: Uint8Array }[]): Promise<void> {
    const { store } = this
    const copies = (part: typeof blocks): typeof blocks =>
      part.map(({ digest, block }) => ({ digest: digest.slice(), block: block.slice() }))
    if (store.putMany)
      await eachAtOnce(parts(blocks), (part) => this.turns.run(() => store.putMany!(copies(part))))
    else
      await eachAtOnce(blocks, ({ digest, block }) =>
        this.turns.run(() => store.put(digest.slice(), block.slice())),
      )
  }

  /** Which of these the store has. */
  async have(digests: readonly Uint8Array[]): Promise<boolean[]> {
    const { store } = this
    const found: boolean[] = new Array<boolean>(digests.length).fill(false)
    if (store.has)
      await eachAtOnce(digests, async (digest, i) => {
        ++this.traffic.requests
        found[i] = await this.turns.run(() => store.has!(digest.slice()))
      })
    else
      await eachAtOnce(this.fetch(digests.map((digest) => ({ digest }))), async (answer, i) => {
        found[i] = (await answer) !== undefined
      })
    return found
  }

  private fetch(
    refs: readonly { readonly digest: Uint8Array }[],
    signal?: AbortSignal,
  ): Promise<Uint8Array | undefined>[] {
    const { store, traffic } = this
    const count = (bytes: Uint8Array | undefined): Uint8Array | undefined => {
      traffic.bytes += bytes?.length ?? 0
      return bytes
    }
    if (store.getMany && refs.length > 1) {
      return parts(refs).flatMap((part) => {
        const answers = this.turns.run(() => {
          signal?.throwIfAborted() // it may have waited
          ++traffic.requests
          return store.getMany!(
            part.map(({ digest }) => digest.slice()),
            signal,
          )
        })
        return part.map(({ digest }, i) =>
          answers.then((all) => {
            if (!Array.isArray(all))
              throw new BlockError('malformed', 'the store gave something that is no array of blocks', {
                digest,
              })
            return count(bytesOf(all[i], digest))
          }),
        )
      })
    }
    // One promise each, of which a bounded number is under way.
    const settle: ((answer: Promise<Uint8Array | undefined>) => void)[] = []
    const promises = refs.map(
      (_, i) => new Promise<Uint8Array | undefined>((resolve) => (settle[i] = resolve)),
    )
    void eachAtOnce(refs, async ({ digest }, i) => {
      const answer = this.turns
        .run(() => {
          signal?.throwIfAborted()
          ++traffic.requests
          return store.get(digest.slice(), signal)
        })
        .then((block) => count(bytesOf(block, digest)))
      settle[i]!(answer)
      await answer.catch(() => {})
    })
    return promises
  }
}
