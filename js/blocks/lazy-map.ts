// LazyMap, the base class of versions of a node table and of maps in a block store: maps read piece by piece.
import { BlockError } from '../errors.js'
import {
  cbor,
  type Codec,
  encoder,
  given,
  type Hamt,
  isWellFormed,
  kind,
  strictDecoder,
  unshared,
} from '../core.js'
import { textDigest } from './digests.js'
import {
  type BlockNode,
  childByDigest,
  COLLISION_LEVEL,
  digitOf,
  isEntry,
  type Item,
  LONGEST_TEXT,
  sameBytes,
} from './node.js'
import { loadMap, type LoadOptions } from './load.js'
import { abortable, callbackOption } from './options.js'
import { prove } from './prove.js'
import { BlockReader, nodeName, type NodeRef, type SignalOption, type Traffic } from './reader.js'
import { type Change, changes, entriesBelow } from './walk.js'
import type { Hash64 } from '../digest/siphash.js'

/** A key whose value differs; `undefined` means that it is not there. */
export interface RemoteDifference<V> {
  /** The key. */
  readonly key: string
  /** Its value in the map that was asked. */
  readonly before: V | undefined
  /** Its value in the newer one. */
  readonly after: V | undefined
}

/** The bytes of a key. TypeError unless it is a well-formed string. */
export function keyBytes(key: unknown): Uint8Array {
  if (typeof key !== 'string') throw new TypeError(`a key must be a string, not ${kind(key)}`)
  if (!isWellFormed(key)) throw new TypeError('a key must be well-formed: this one has a lone surrogate')
  return encoder.encode(key)
}

/** A key from its bytes. */
export function keyText(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(unshared(bytes))
  } catch {
    throw new BlockError('malformed', 'a key that is not UTF-8')
  }
}

/** What is iterated over; TypeError unless it can be. */
function listed<T>(list: Iterable<T>): Iterable<T> {
  if (typeof list !== 'object' || typeof (list as Iterable<T> | null)?.[Symbol.iterator] !== 'function')
    throw new TypeError(`a list of keys is needed, not ${kind(list)}`)
  return list
}

/** A question about one key. */
interface KeyQuery {
  readonly key: Uint8Array
  readonly hash: Hash64
  /** The digest of the key, once it was asked for. */
  digest?: Uint8Array
  item?: Item
  below?: readonly number[]
}

/** How a lookup goes on: a node, and the questions that fall into it. */
interface Step {
  readonly node: BlockNode
  readonly path: readonly number[]
  readonly questions: KeyQuery[]
}

const uncloneable = Symbol(
  'a map in a store or a file: send its digest or the address of the file, and open it there',
)

/**
 * A map of which only what is asked for is read. Everything that is read is checked against the map's digest
 * before it is used; `BlockError` names what is missing or wrong. Every method that reads takes a signal.
 */
export abstract class LazyMap<V> {
  /** @internal What tools refuse to clone. */
  readonly uncloneable: symbol = uncloneable
  /** @internal */
  readonly _reader: BlockReader
  /** @internal */
  readonly _codec: Codec<V>
  readonly #digest: Uint8Array
  readonly #head: (signal?: AbortSignal) => Promise<{ size: number; root: BlockNode | undefined }>

  /** @internal */
  constructor(
    digest: Uint8Array,
    reader: BlockReader,
    codec: Codec<V>,
    head: (signal?: AbortSignal) => Promise<{ size: number; root: BlockNode | undefined }>,
  ) {
    if (!(reader instanceof BlockReader))
      throw new TypeError('new opens no map: use openMap, emptyMap, or at() of a node table')
    this.#digest = digest.slice()
    this._reader = reader
    this._codec = codec
    this.#head = head
  }

  /** The digest of the contents (32 bytes), as `Hamt.digest` gives it: a copy each time. */
  get digest(): Uint8Array {
    return this.#digest.slice()
  }

  /** What consoles and tools call it. */
  get [Symbol.toStringTag](): string {
    return 'LazyMap'
  }

  /** What Node's console shows: the digest. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const digits =
      #digest in this ? Array.from(this.#digest, (byte) => byte.toString(16).padStart(2, '0')) : []
    return `${this.constructor.name} ${digits.join('')}`
  }

  /** What was read so far, through this map and those that share its reader: requests, bytes, blocks. */
  get traffic(): Readonly<Traffic> {
    return { ...this._reader.traffic }
  }

  #opened: { size: number; root: BlockNode | undefined } | undefined

  /** @internal The size and the root node. */
  async _open(signal?: AbortSignal): Promise<{ size: number; root: BlockNode | undefined }> {
    return abortable(signal, async () => (this.#opened ??= await this.#head(signal)))
  }

  /**
   * The value of a key, or undefined. A read for each node on the way that is not in the cache: four in a map
   * of a million.
   */
  async get(key: string, options?: SignalOption): Promise<V | undefined> {
    return (await this.getMany([key], options))[0]
  }

  /**
   * The values of keys, in their order, undefined where absent. The reads of all go out together, level by
   * level.
   */
  async getMany(keys: Iterable<string>, options?: SignalOption): Promise<(V | undefined)[]> {
    const { signal } = given(options)
    const questions = await this.find(keys, signal)
    const found = questions.flatMap(({ item, below }) => (item ? [{ item, below: below! }] : []))
    const complete = await this._reader.complete(found, { values: true }, signal)
    return questions.map(({ item }) => (item ? this._decode(complete.get(item)!.value!) : undefined))
  }

  /** Whether a key is there. Reads as `get`, but no long value. */
  async has(key: string, options?: SignalOption): Promise<boolean> {
    return (await this.find([key], given(options).signal))[0]!.item !== undefined
  }

  /**
   * The entries, in the order of `Hamt.entries`. Reads siblings together and ahead; keeps no more than a few
   * hundred blocks in memory at a time.
   */
  async *entries(options?: SignalOption): AsyncGenerator<[string, V], void, void> {
    const { signal } = given(options)
    const { root, size } = await this._open(signal)
    if (!root) return
    let count = 0
    for await (const some of entriesBelow(this._reader, root, [], signal)) {
      for (const { key, value } of some) {
        signal?.throwIfAborted()
        yield [keyText(key), this._decode(value)]
      }
      count += some.length
    }
    if (count !== size)
      throw new BlockError('mismatch', `a map of ${count} entries that says ${size}`, { digest: this.digest })
  }

  /** The entries: for `for await … of`. */
  [Symbol.asyncIterator](): AsyncGenerator<[string, V], void, void> {
    return this.entries()
  }

  /** What differs between this map and `newer`, in the order of `entries`. Reads only what differs. */
  async *diff(newer: LazyMap<V>, options?: SignalOption): AsyncGenerator<RemoteDifference<V>, void, void> {
    if (!(newer instanceof LazyMap))
      throw new TypeError(`another map in blocks is needed, not ${kind(newer)}`)
    if (sameBytes(this.digest, newer.digest)) return
    const { signal } = given(options)
    const [a, b] = await Promise.all([this._open(signal), newer._open(signal)])
    const walk = changes(
      { reader: this._reader, node: a.root ?? { level: 0, items: [] } },
      { reader: newer._reader, node: b.root ?? { level: 0, items: [] } },
      signal,
    )
    const decoded = (change: Change): RemoteDifference<V> => ({
      key: keyText(change.key),
      before: change.before && this._decode(change.before),
      after: change.after && newer._decode(change.after),
    })
    for await (const change of walk) yield decoded(change)
  }

  /** A proof, byte for byte the one of `Hamt.prove`. Reads as `getMany`. */
  async prove(keys: string | Iterable<string>, options?: SignalOption): Promise<Uint8Array<ArrayBuffer>> {
    const list = (typeof keys === 'string' ? [keys] : [...listed(keys)]).map(keyBytes)
    if (list.length === 0) throw new TypeError('a proof needs at least one key')
    const { signal } = given(options)
    const { size, root } = await this._open(signal)
    return prove(this._reader, size, root, list, signal)
  }

  /**
   * The map in memory: all of its entries are read. The package's wasm is loaded if it is not yet. RangeError
   * when there is no memory; `progress` is called with the number of entries so far.
   */
  async load(loading?: LoadOptions): Promise<Hamt<V>> {
    const options = given(loading)
    callbackOption('progress', options.progress)
    const { size, root } = await this._open(options.signal)
    const load = (check: boolean): Promise<Hamt<V>> => {
      const entries = root ? entriesBelow(this._reader, root, [], options.signal, check) : undefined
      return loadMap(this.digest, size, entries, this._codec, options)
    }
    try {
      return await load(false)
    } catch (error) {
      // Once more, to say which block it is that is wrong.
      if (!(error instanceof BlockError)) throw error
      return load(true)
    }
  }

  /** @internal The value of its bytes. */
  _decode(bytes: Uint8Array): V {
    try {
      return this._codec.decode(bytes.slice())
    } catch (error) {
      // A codec of the caller's own says itself what is wrong.
      if ((this._codec as Codec<unknown>) !== cbor || !(error instanceof TypeError)) throw error
      throw new BlockError('malformed', error.message)
    }
  }

  /** @internal Where keys are. */
  private async find(keys: Iterable<string>, signal?: AbortSignal): Promise<KeyQuery[]> {
    const questions: KeyQuery[] = Array.from(listed(keys), (text) => {
      const key = keyBytes(text)
      return { key, hash: this._reader.hash(key) }
    })
    const { root } = await this._open(signal)
    let steps: Step[] = root && questions.length > 0 ? [{ node: root, path: [], questions }] : []
    while (steps.length > 0) {
      const wanted = new Map<string, { ref: NodeRef; questions: KeyQuery[] }>()
      for (const step of steps) this.descend(step, wanted)
      const next = [...wanted.values()]
      const nodes = await this._reader.nodes(
        next.map(({ ref }) => ref),
        signal,
      )
      steps = nodes.map((node, i) => ({ node, path: next[i]!.ref.path, questions: next[i]!.questions }))
    }
    return questions
  }

  /** Follows the questions of a step as far as its block goes. */
  private descend(
    { node, path, questions }: Step,
    wanted: Map<string, { ref: NodeRef; questions: KeyQuery[] }>,
  ): void {
    if (node.level === COLLISION_LEVEL) {
      for (const q of questions)
        for (const item of node.items) if (isEntryOf(item, q)) Object.assign(q, { item, below: path })
      return
    }
    for (const q of questions) {
      const slot = digitOf(q.hash, node.level)
      const item = node.items.find((i) => i.slot === slot)
      if (!item) continue
      const below = [...path, slot]
      if (isEntry(item.kind)) {
        if (isEntryOf(item, q)) Object.assign(q, { item, below })
      } else if (item.kind === childByDigest) {
        const ref = { digest: item.digest!, path: below, at: item.at }
        const name = nodeName(ref)
        const known = wanted.get(name)
        if (known) known.questions.push(q)
        else wanted.set(name, { ref, questions: [q] })
      } else {
        this.descend({ node: item.child!, path: below, questions: [q] }, wanted)
      }
    }
  }
}

/**
 * Whether an entry is that of a key. A long key is known by its digest; one of 65 bytes and more could be
 * written so too, without another digest of the map, and is then refused.
 */
function isEntryOf(item: Item, query: KeyQuery): boolean {
  const { key } = query
  if (item.key) return sameBytes(item.key, key)
  query.digest ??= textDigest(key) // once for all items of a node
  if (!sameBytes(item.keyDigest!, query.digest)) return false
  if (key.length <= LONGEST_TEXT)
    throw new BlockError('malformed', 'a key that belongs in its node', { digest: item.keyDigest })
  return true
}
