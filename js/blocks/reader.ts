// Reader of nodes and long texts from an asynchronous source: each is checked against its digest, kept in a
// cache of bounded size, and asked for once however many callers want it at the same time.
import { given, hashWords } from '../core.js'
import { BlockError } from '../errors.js'
import { nodeDigest, textDigest } from './digests.js'
import { bytesOption, orAborted } from './options.js'
import { type Address, type BlockNode, isBelow, type Item, type KeyHash, sameBytes } from './node.js'

/** Which node is wanted: its digest, the slots on the way to it, and where it lies if that is known. */
export interface NodeRef {
  readonly digest: Uint8Array
  readonly path: readonly number[]
  readonly at: Address | undefined
}

/** Which long key or value is wanted. */
export interface TextRef {
  readonly digest: Uint8Array
  readonly at: Address | undefined
}

/** What an operation takes to be stopped. */
export interface SignalOption {
  /** Aborts the operation: it rejects with the signal's reason at once, whatever the server or store does. */
  readonly signal?: AbortSignal | undefined
}

/** How much is kept. */
export interface CacheOptions {
  /**
   * So many bytes of memory may be taken by checked blocks that are kept, 32 MiB if not given. A block of a
   * kilobyte takes about 16.
   */
  readonly cache?: number | undefined
  /** Longer values are refused (`BlockError`, `too-large`); 64 MiB if not given. */
  readonly largestValue?: number | undefined
}

/** What was asked of a store or source so far. */
export interface Traffic {
  /** Requests: calls of a store, ranges of a file. */
  requests: number
  /** Bytes that were sent in answer. */
  bytes: number
  /** Blocks among them. */
  blocks: number
}

const defaultCache = 32 * 2 ** 20
const defaultLargest = 64 * 2 ** 20

/** A digest as a key of a `Map`. */
export function nameOf(digest: Uint8Array): string {
  return String.fromCharCode(...digest)
}

/**
 * A node as a key of a `Map`: its digest and its position. A node belongs at one position only, which is
 * checked when it is parsed; one that a hostile map names at a second position is parsed there again, and
 * refused.
 */
export function nodeName({ digest, path }: Pick<NodeRef, 'digest' | 'path'>): string {
  return `N${nameOf(digest)}${String.fromCharCode(...path)}`
}

const textName = ({ digest }: TextRef): string => `L${nameOf(digest)}`

/** What an item takes in memory, besides its bytes. */
const itemMemory = 512

function itemsOf({ items }: BlockNode): number {
  let count = 1
  for (const { child } of items) count += child ? itemsOf(child) : 1
  return count
}

/** Reads that went out together, for one caller; others may wait for some of them. */
interface Fetch {
  readonly controller: AbortController
  readonly names: readonly string[]
  /** How many callers wait for some of them. */
  callers: number
  /** How many of them are under way. */
  left: number
  /** What was wrong with one of them. The call has failed with it; hashing the rest would be for nobody. */
  refusal?: Error
}

interface Pending {
  readonly promise: Promise<unknown>
  readonly fetch: Fetch
}

/** Reads of one store or file. */
export abstract class BlockReader {
  readonly traffic: Traffic = { requests: 0, bytes: 0, blocks: 0 }
  readonly largestValue: number
  private readonly room: number
  private used = 0
  private readonly kept = new Map<string, { what: BlockNode | Uint8Array; size: number }>()
  private readonly pending = new Map<string, Pending>()

  constructor(
    options: CacheOptions | undefined,
    readonly hash: KeyHash = hashWords,
  ) {
    const { cache, largestValue } = given(options)
    this.room = bytesOption('cache', cache, defaultCache)
    this.largestValue = bytesOption('largestValue', largestValue, defaultLargest)
  }

  /** The bytes of these nodes, in order; an answer for each, which is undefined where there is none. */
  protected abstract fetchNodes(
    refs: readonly NodeRef[],
    signal: AbortSignal,
  ): Promise<Uint8Array | undefined>[]
  /** The same for long texts. */
  protected abstract fetchTexts(
    refs: readonly TextRef[],
    signal: AbortSignal,
  ): Promise<Uint8Array | undefined>[]
  /** The node in such bytes, well formed but not yet compared with its digest. */
  protected abstract parseNode(bytes: Uint8Array, ref: NodeRef): BlockNode
  /** The text in such bytes. */
  protected abstract parseText(bytes: Uint8Array, ref: TextRef): Uint8Array

  /**
   * Nodes that are well formed but not compared with their digests, for a caller that compares the digest of
   * the map that they make: hashing is most of what reading all of a map costs. They are not kept.
   */
  uncheckedNodes(refs: readonly NodeRef[], signal?: AbortSignal): Promise<BlockNode[]> {
    const answers = this.fetchNodes(refs, signal ?? new AbortController().signal)
    const nodes = answers.map(async (answer, i) => {
      const bytes = await answer
      if (bytes === undefined) throw absent(refs[i]!.digest)
      ++this.traffic.blocks
      return this.parseNode(bytes, refs[i]!)
    })
    return orAborted(Promise.all(nodes), signal)
  }

  /** Nodes, each checked. All that are not in the cache go out together. */
  nodes(refs: readonly NodeRef[], signal?: AbortSignal): Promise<BlockNode[]> {
    return this.load(
      refs,
      nodeName,
      signal,
      (missing, s) => this.fetchNodes(missing, s),
      (bytes, ref) => {
        const node = this.parseNode(bytes, ref)
        if (!sameBytes(nodeDigest(node), ref.digest)) throw mismatch(ref.digest)
        return node
      },
    )
  }

  /** Long keys and values, each checked. */
  texts(refs: readonly TextRef[], signal?: AbortSignal): Promise<Uint8Array[]> {
    return this.load(
      refs,
      textName,
      signal,
      (missing, s) => this.fetchTexts(missing, s),
      (bytes, ref) => {
        if (bytes.length > this.largestValue + 1)
          throw new BlockError('too-large', `a value of ${bytes.length} bytes`, { digest: ref.digest })
        const text = this.parseText(bytes, ref)
        if (!sameBytes(textDigest(text), ref.digest)) throw mismatch(ref.digest)
        return text
      },
    )
  }

  private async load<R extends { readonly digest: Uint8Array }, T extends BlockNode | Uint8Array>(
    refs: readonly R[],
    nameFor: (ref: R) => string,
    signal: AbortSignal | undefined,
    fetch: (missing: R[], signal: AbortSignal) => Promise<Uint8Array | undefined>[],
    parse: (bytes: Uint8Array, ref: R) => T,
  ): Promise<T[]> {
    signal?.throwIfAborted()
    const names = refs.map(nameFor)
    const found = names.map((name) => this.cached(name) as T | undefined)
    const missing = new Map<string, R>()
    names.forEach((name, i) => {
      if (found[i] === undefined && !this.pending.has(name)) missing.set(name, refs[i]!)
    })
    if (missing.size > 0) this.begin(missing, fetch, parse)
    const waits = names.flatMap((name, i) =>
      found[i] === undefined ? [{ i, entry: this.pending.get(name)! }] : [],
    )
    const fetches = new Set(waits.map(({ entry }) => entry.fetch))
    for (const each of fetches) ++each.callers
    try {
      const values = await orAborted(Promise.all(waits.map(({ entry }) => entry.promise)), signal)
      waits.forEach(({ i }, k) => (found[i] = values[k] as T))
      return found as T[]
    } finally {
      for (const each of fetches)
        if (--each.callers === 0 && each.left > 0) this.abandon(each, each.refusal ?? signal?.reason)
    }
  }

  /** Sends for what is missing. */
  private begin<R extends { readonly digest: Uint8Array }, T extends BlockNode | Uint8Array>(
    missing: ReadonlyMap<string, R>,
    fetch: (missing: R[], signal: AbortSignal) => Promise<Uint8Array | undefined>[],
    parse: (bytes: Uint8Array, ref: R) => T,
  ): void {
    const names = [...missing.keys()]
    const group: Fetch = { controller: new AbortController(), names, callers: 0, left: names.length }
    const answers = fetch([...missing.values()], group.controller.signal)
    names.forEach((name, i) => {
      const checked = (bytes: Uint8Array | undefined): T => {
        const ref = missing.get(name)!
        if (group.refusal !== undefined && group.callers < 2) throw group.refusal
        try {
          if (bytes === undefined) throw absent(ref.digest)
          const what = parse(bytes, ref)
          ++this.traffic.blocks
          this.keep(name, what, bytes.length)
          return what
        } catch (error) {
          group.refusal ??= error as Error // at once: others of the group may have come with it
          throw error
        }
      }
      const promise = answers[i]!.then(checked).finally(() => {
        --group.left
        this.forget(name, group)
      })
      promise.catch(() => {}) // reported to its caller, who waits for it
      this.pending.set(name, { promise, fetch: group })
    })
  }

  private forget(name: string, group: Fetch): void {
    if (this.pending.get(name)?.fetch === group) this.pending.delete(name)
  }

  /** Gives up reads that nobody waits for any more; who wants the same later asks anew. */
  private abandon(group: Fetch, reason: unknown): void {
    for (const name of group.names) this.forget(name, group)
    group.controller.abort(reason)
  }

  private cached(name: string): BlockNode | Uint8Array | undefined {
    const entry = this.kept.get(name)
    if (!entry) return undefined
    this.kept.delete(name)
    this.kept.set(name, entry) // the last to go
    return entry.what
  }

  /** Puts something that was checked into the cache. */
  keep(name: string, what: BlockNode | Uint8Array, bytes: number): void {
    const size = bytes + (what instanceof Uint8Array ? itemMemory : itemMemory * itemsOf(what))
    if (size > this.room || this.kept.has(name)) return
    this.kept.set(name, { what, size })
    this.used += size
    for (const [oldest, entry] of this.kept) {
      if (this.used <= this.room) break
      this.kept.delete(oldest)
      this.used -= entry.size
    }
  }

  /** The long keys and values of these items, where they are not there yet; `key` and `value` are set. */
  async complete(
    items: readonly { item: Item; below: readonly number[] }[],
    which: { keys?: boolean; values?: boolean },
    signal?: AbortSignal,
  ): Promise<Map<Item, { key: Uint8Array; value: Uint8Array | undefined }>> {
    const refs: TextRef[] = []
    for (const { item } of items) {
      if (which.keys && !item.key) refs.push({ digest: item.keyDigest!, at: item.at })
      if (which.values && !item.value) refs.push({ digest: item.valueDigest!, at: item.valueAt })
    }
    const texts = refs.length > 0 ? await this.texts(refs, signal) : []
    let next = 0
    const complete = new Map<Item, { key: Uint8Array; value: Uint8Array | undefined }>()
    for (const { item, below } of items) {
      let { key, value } = item
      if (which.keys && !key) {
        key = texts[next++]!
        if (!isBelow(this.hash(key), below))
          throw new BlockError('malformed', "a key in another slot than its hash's", {
            digest: item.keyDigest,
          })
      }
      if (which.values && !value) value = texts[next++]!
      complete.set(item, { key: key!, value })
    }
    return complete
  }
}

function mismatch(digest: Uint8Array): BlockError {
  return new BlockError('mismatch', 'a block is not what its digest names', { digest })
}

function absent(digest: Uint8Array): BlockError {
  return new BlockError('missing', 'a block is not there', { digest })
}
