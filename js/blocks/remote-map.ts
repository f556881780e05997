// Maps in a block store: opening, editing, pushing, pulling, and what a store still needs.
import { type Codec, codecOption, given, kind, takeBytes } from '../core.js'
import { mapDigest } from './digests.js'
import { type Edit, editTree } from './edit.js'
import { keyBytes, LazyMap } from './lazy-map.js'
import { startWasm } from './load.js'
import { childByDigest, childInlined, hasLongKey, hasLongValue, mapBlock, sameBytes } from './node.js'
import type { BlockNode } from './node.js'
import { abortable, callbackOption, checkDigest } from './options.js'
import { type CacheOptions, nameOf, type NodeRef, type SignalOption } from './reader.js'
import { type BlockStore, StoreReader } from './store.js'

/** How a map in a store is read. */
export interface OpenMapOptions<V> extends CacheOptions {
  /** The codec that the map was made with, if not CBOR. */
  readonly codec?: Codec<V> | undefined
}

/** The map with this digest in a store. Nothing is read yet. TypeError unless the digest has 32 bytes. */
export function openMap<V = unknown>(
  store: BlockStore,
  digest: Uint8Array,
  options?: OpenMapOptions<V>,
): RemoteMap<V> {
  checkStore(store)
  const name = checkDigest(digest)
  return new RemoteMap<V>(name, new StoreReader(store, options), codecOption(given(options).codec))
}

/** An empty map whose edits go to a store. Writes the block of the empty map. O(1). */
export async function emptyMap<V = unknown>(
  store: BlockStore,
  options?: OpenMapOptions<V>,
): Promise<RemoteMap<V>> {
  checkStore(store)
  const reader = new StoreReader(store, options)
  const digest = mapDigest(0, undefined)
  await reader.put([{ digest, block: mapBlock(0, undefined) }])
  return new RemoteMap<V>(digest, reader, codecOption(given(options).codec))
}

export function checkStore(store: BlockStore): void {
  if (typeof store?.get !== 'function' || typeof store.put !== 'function')
    throw new TypeError('a block store needs the functions get and put')
}

const uncloneable = Symbol('a draft of one edit: send the digest of the map that edit() gives')

/** Collects the edits of one `edit`. It is of no use afterwards. */
export class RemoteDraft<V> {
  /** @internal What tools refuse to clone. */
  readonly uncloneable: symbol = uncloneable
  readonly #edits = new Map<string, Uint8Array | undefined>()
  /**
   * Reads of the base that updates wait for. Updates of one key share one, and so take turns in the order of
   * their calls.
   */
  readonly #reads = new Map<string, Promise<V | undefined>>()
  #ended = false
  readonly #base: RemoteMap<V>
  readonly #signal: AbortSignal | undefined

  /** @internal */
  constructor(base: RemoteMap<V>, signal: AbortSignal | undefined) {
    if (!(base instanceof RemoteMap))
      throw new TypeError('new makes no draft: use edit(fn) of a map in a store')
    this.#base = base
    this.#signal = signal
  }

  /** Sets a key. The value is encoded at once. */
  set(key: string, value: V): this {
    this.check(key)
    if (value === undefined) throw new TypeError('a value cannot be undefined; to remove a key, use delete')
    this.#edits.set(key, takeBytes(this.#base._codec.encode(value), 'what a codec encodes to'))
    return this
  }

  /** Takes a key out, if it is there. */
  delete(key: string): this {
    this.check(key)
    this.#edits.set(key, undefined)
    return this
  }

  /** The value of a key as the edits leave it. Reads, unless it was edited. */
  async get(key: string): Promise<V | undefined> {
    this.check(key)
    if (!this.#edits.has(key)) return this.#base.get(key, { signal: this.#signal })
    const bytes = this.#edits.get(key)
    return bytes && this.#base._decode(bytes)
  }

  /** Whether a key is there as the edits leave it. */
  async has(key: string): Promise<boolean> {
    this.check(key)
    if (!this.#edits.has(key)) return this.#base.has(key, { signal: this.#signal })
    return this.#edits.get(key) !== undefined
  }

  /**
   * Sets a key to what `fn` makes of its value, or deletes it when that is undefined. Reads, unless the key
   * was edited. `fn` gets the value as the edits leave it when the read ends: updates that begin at the same
   * time follow each other in the order of their calls, and none is lost.
   */
  async update(key: string, fn: (value: V | undefined) => V | undefined): Promise<void> {
    if (typeof fn !== 'function') throw new TypeError(`update needs a function, not ${kind(fn)}`)
    this.check(key)
    const read = this.#reads.get(key) ?? (this.#edits.has(key) ? undefined : this.#read(key))
    const before = await read
    this.check(key)
    const bytes = this.#edits.get(key)
    const value = fn(this.#edits.has(key) ? bytes && this.#base._decode(bytes) : before)
    if (value === undefined) this.delete(key)
    else this.set(key, value)
  }

  #read(key: string): Promise<V | undefined> {
    const read = this.#base.get(key, { signal: this.#signal }).finally(() => this.#reads.delete(key))
    this.#reads.set(key, read)
    return read
  }

  /** What consoles and tools call it. */
  get [Symbol.toStringTag](): string {
    return 'RemoteDraft'
  }

  /** What Node's console shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return !(#ended in this) || this.#ended
      ? '[RemoteDraft, ended]'
      : `RemoteDraft(${this.#edits.size} edits)`
  }

  private check(key: string): void {
    if (this.#ended) throw new TypeError('this draft has ended')
    keyBytes(key)
  }

  /** @internal */
  _end(): Edit[] {
    this.#ended = true
    const { hash } = this.#base._reader
    const list: Edit[] = []
    for (const [text, value] of this.#edits) {
      const key = keyBytes(text)
      list.push({ key, hash: hash(key), value })
      this.#edits.delete(text) // many edits need not be in memory twice
    }
    return list
  }
}

/** A map in a block store. */
export class RemoteMap<V> extends LazyMap<V> {
  /** The store that the map is in. */
  readonly store: BlockStore

  /** @internal */
  constructor(
    digest: Uint8Array,
    /** @internal */
    override readonly _reader: StoreReader,
    codec: Codec<V>,
    opened?: { size: number; root: BlockNode | undefined },
  ) {
    super(digest, _reader, codec, (signal) =>
      opened ? Promise.resolve(opened) : _reader.map(digest, signal),
    )
    this.store = _reader.store
  }

  /** The number of entries. One read, the first time. */
  async size(options?: SignalOption): Promise<number> {
    return (await this._open(given(options).signal)).size
  }

  /**
   * The map that follows from this one by edits: `fn` gets a draft, may be asynchronous, and nothing is
   * written before it is done. Reads and writes the paths of the edits only, so the map may be larger than
   * any memory. This map itself when nothing changes. The digest is that of the same edits in memory.
   *
   * The new map's own block is written last: an edit that fails leaves blocks that nothing names, and nothing
   * else.
   */
  edit(fn: (draft: RemoteDraft<V>) => unknown, options?: SignalOption): Promise<RemoteMap<V>> {
    const { signal } = given(options)
    return abortable(signal, () => this.edited(fn, signal))
  }

  private async edited(
    fn: (draft: RemoteDraft<V>) => unknown,
    signal: AbortSignal | undefined,
  ): Promise<RemoteMap<V>> {
    if (typeof fn !== 'function') throw new TypeError(`edit takes a function, not ${kind(fn)}`)
    await startWasm() // digests are made there, many times faster
    const draft = new RemoteDraft<V>(this, signal)
    let edits: Edit[]
    try {
      await fn(draft)
    } finally {
      edits = draft._end()
    }
    const { size, root } = await this._open(signal)
    if (edits.length === 0) return this
    const after = await editTree(this._reader, root, edits, signal)
    const opened = { size: size + after.growth, root: after.root }
    const digest = mapDigest(opened.size, opened.root)
    if (sameBytes(digest, this.digest)) return this
    signal?.throwIfAborted()
    await this._reader.put([{ digest, block: mapBlock(opened.size, opened.root) }])
    return new RemoteMap<V>(digest, this._reader, this._codec, opened)
  }
}

/** What `reachable` takes. */
export interface ReachableOptions extends SignalOption {
  /** Called with the number of blocks so far. */
  readonly progress?: ((blocks: number) => void) | undefined
}

/**
 * The digests of all blocks that maps in a store need, each once: whatever else the store holds may be
 * deleted. Reads every node of them; takes some 100 bytes of memory a block.
 */
export async function* reachable(
  store: BlockStore,
  digests: Iterable<Uint8Array>,
  options?: ReachableOptions,
): AsyncGenerator<Uint8Array, void, void> {
  checkStore(store)
  if (typeof (digests as { [Symbol.iterator]?: unknown })?.[Symbol.iterator] !== 'function')
    throw new TypeError(`reachable takes a list of digests, not ${kind(digests)}`)
  const { signal } = given(options)
  const progress = callbackOption('progress', given(options).progress)
  const reader = new StoreReader(store, { cache: 0 })
  const seen = new Set<string>()
  const isNew = (digest: Uint8Array): boolean => {
    const name = nameOf(digest)
    if (seen.has(name)) return false
    seen.add(name)
    if (seen.size % 256 === 0) progress?.(seen.size)
    return true
  }
  for (const given of digests) {
    const digest = checkDigest(given)
    if (!isNew(digest)) continue
    yield digest.slice()
    const { root } = await reader.map(digest, signal)
    const waiting: NodeRef[] = []
    const texts: Uint8Array[] = []
    const collect = (node: BlockNode, path: readonly number[]): void => {
      for (const item of node.items) {
        const below = [...path, item.slot]
        if (hasLongKey(item.kind) && isNew(item.keyDigest!)) texts.push(item.keyDigest!)
        if (hasLongValue(item.kind) && isNew(item.valueDigest!)) texts.push(item.valueDigest!)
        if (item.kind === childInlined) collect(item.child!, below)
        else if (item.kind === childByDigest && isNew(item.digest!))
          waiting.push({ digest: item.digest!, path: below, at: undefined })
      }
    }
    if (root) collect(root, [])
    while (waiting.length > 0 || texts.length > 0) {
      for (const text of texts.splice(0)) yield text.slice()
      // The deepest first, so that few wait.
      const some = waiting.splice(-64)
      const nodes = await reader.nodes(some, signal)
      for (const [i, node] of nodes.entries()) {
        yield some[i]!.digest.slice()
        collect(node, some[i]!.path)
      }
    }
  }
  progress?.(seen.size)
}
