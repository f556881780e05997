// Node tables: many versions of maps in one file that is read in pieces. cpp/blocks/BLOCKS.md describes the
// bytes.
import { type Codec, codecOption, decodeCbor, encoder, given, kind } from '../core.js'
import { BlockError } from '../errors.js'
import { keccakOf, mapDigest } from './digests.js'
import {
  type Address,
  type BlockNode,
  bodySize,
  checkItems,
  childByDigest,
  childInlined,
  COLLISION_LEVEL,
  Cursor,
  FORMAT_VERSION,
  hasLongKey,
  hasLongValue,
  isEntry,
  type Item,
  LARGEST_BODY,
  LONGEST_INLINED,
  LONGEST_TEXT,
  readBody,
  readItem,
  sameBytes,
} from './node.js'
import { abortable, checkDigest } from './options.js'
import { BlockReader, type CacheOptions, type NodeRef, type SignalOption, type TextRef } from './reader.js'
import { LazyMap } from './lazy-map.js'
import { type FetchOption, type NodeSource, type OpenedSource, openSource, Pieces } from './source.js'

/** How `openNodes` reads. */
export interface OpenNodesOptions<V> extends CacheOptions, FetchOption, SignalOption {
  /** The codec that the versions were made with, if not CBOR. */
  readonly codec?: Codec<V> | undefined
  /**
   * The digests that the versions must have, in their order; `undefined` for one that is not known. With them
   * nobody has to be trusted, the server least of all: `BlockError` with the code `digest` unless the file
   * has these versions. Without them the file says itself what its versions are. `meta` is not covered by
   * digests.
   */
  readonly digests?: readonly (Uint8Array | undefined)[] | undefined
}

const MAGIC = encoder.encode('HAMTNODE')
const PREAMBLE = MAGIC.length + 8
const LEVELS = COLLISION_LEVEL + 1
const TEXTS = LEVELS
const FULL_ROW = 0
const PATCH_ROW = 1
const LONGEST_PATCHES = 4096
/** What the first request asks for: the head and the topmost nodes, most often. */
const FIRST_READ = 48 * 1024
/** A head of more bytes is refused: that of a million versions has 40 MB. */
const LARGEST_HEAD = 2 ** 28

interface Section {
  readonly start: number
  readonly size: number
}

interface Version {
  readonly digest: Uint8Array
  readonly size: number
  readonly root: Address | undefined
}

interface Head {
  readonly meta: Uint8Array
  readonly sections: readonly Section[]
  readonly versions: readonly Version[]
}

/**
 * Opens a node table that `serializeNodes` wrote: bytes, a `Blob`, a URL of a server that answers range
 * requests, or anything with `size` and `read(offset, length)`. One request for the head, two when it is
 * long. `BlockError` for a file that is none.
 */
export async function openNodes<V = unknown>(
  source: NodeSource,
  opening?: OpenNodesOptions<V>,
): Promise<NodeFile<V>> {
  const options = given(opening)
  const codec = codecOption(options.codec)
  const pinned = digestsOption(options.digests)
  const reader = await abortable(options.signal, () => TableReader.open(source, options))
  const { versions } = reader.head
  if (pinned) {
    if (pinned.length !== versions.length)
      throw new BlockError('digest', `${versions.length} versions, where ${pinned.length} digests were given`)
    versions.forEach(({ digest }, i) => {
      const wanted = pinned[i]
      if (wanted && !sameBytes(wanted, digest))
        throw new BlockError('digest', `version ${i} is another than the one asked for`, { digest: wanted })
    })
  }
  return new NodeFile<V>(reader, codec)
}

function digestsOption(digests: unknown): (Uint8Array | undefined)[] | undefined {
  if (digests === undefined) return undefined
  if (!Array.isArray(digests)) throw new TypeError(`digests must be an array, not ${kind(digests)}`)
  return Array.from(digests, (digest: unknown) => (digest === undefined ? undefined : checkDigest(digest)))
}

const uncloneable = Symbol('an open node table: send its bytes or its address, and open it there')

/** An open node table. */
export class NodeFile<V> {
  /** @internal What tools refuse to clone. */
  readonly uncloneable: symbol = uncloneable
  /** How many versions there are. */
  readonly length: number
  /** What was written beside the versions; undefined if nothing. */
  readonly meta: unknown
  /** The size of the file in bytes. */
  readonly bytes: number

  readonly #reader: TableReader
  readonly #codec: Codec<V>

  /** @internal */
  constructor(reader: TableReader, codec: Codec<V>) {
    if (!(reader instanceof TableReader))
      throw new TypeError('new opens no node table: use openNodes(source)')
    this.#reader = reader
    this.#codec = codec
    const { head, source } = reader
    this.length = head.versions.length
    this.bytes = source.size
    try {
      this.meta = head.meta.length > 0 ? decodeCbor(head.meta) : undefined
    } catch (error) {
      throw new BlockError('malformed', `the meta is not deterministic CBOR: ${String(error)}`)
    }
  }

  /** What was read so far: requests, bytes, nodes. */
  get traffic(): { requests: number; bytes: number; blocks: number } {
    return { ...this.#reader.traffic }
  }

  /** Version `i`; from the last one when negative. RangeError when there is none. Reads nothing. */
  at(i: number): NodeVersion<V> {
    const n = i < 0 ? this.length + i : i
    const version = this.#reader.head.versions[n]
    if (!version) throw new RangeError(`there is no version ${i}: the file has ${this.length}`)
    return new NodeVersion<V>(this.#reader, this.#codec, version)
  }

  /** What consoles and tools call it. */
  get [Symbol.toStringTag](): string {
    return 'NodeFile'
  }

  /** What Node's console shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `NodeFile(${this.length} versions)`
  }
}

/** A version in a node table. */
export class NodeVersion<V> extends LazyMap<V> {
  /** @internal */
  constructor(reader: TableReader, codec: Codec<V>, version: Version) {
    super(version?.digest, reader, codec, (signal) => reader.root(version, signal))
    this.size = version.size
  }

  /** The number of entries, as the file says. It is checked with the first read. */
  readonly size: number
}

/** Reads the rows of a node table. */
class TableReader extends BlockReader {
  private readonly pieces: Pieces

  private constructor(
    readonly source: OpenedSource,
    readonly head: Head,
    options: CacheOptions | undefined,
    traffic: { requests: number; bytes: number },
  ) {
    super(options)
    Object.assign(this.traffic, traffic)
    this.pieces = new Pieces(source)
  }

  static async open(
    from: NodeSource,
    options: (CacheOptions & FetchOption & SignalOption) | undefined,
  ): Promise<TableReader> {
    const traffic = { requests: 0, bytes: 0, blocks: 0 }
    const source = await openSource(from, FIRST_READ, traffic, options)
    const start = new Cursor(source.first)
    if (source.first.length < PREAMBLE || !sameBytes(start.take(MAGIC.length), MAGIC))
      start.refuse('not a node table', 0)
    for (const known of [FORMAT_VERSION, 1, 1, 0])
      if (start.byte() !== known) start.refuse('a version that is not known', start.at - 1, 'version')
    const size = start.u32()
    if (size > source.size) start.refuse('the file ends within its head', source.size, 'truncated')
    if (size < PREAMBLE + 32) start.refuse('a head too short', start.at - 4)
    if (size > LARGEST_HEAD) start.refuse('a head too large', start.at - 4, 'too-large')
    let head = source.first.subarray(0, size)
    if (size > source.first.length) {
      const { first } = source
      const rest = await source.read(first.length, size - first.length, options?.signal)
      head = new Uint8Array(size)
      head.set(first)
      head.set(rest, first.length)
    }
    const reader = new TableReader(source, readHead(head, source.size), options, traffic)
    // The same object, so that later reads are counted too.
    Object.assign(traffic, reader.traffic)
    Object.defineProperty(reader, 'traffic', { value: traffic })
    return reader
  }

  /** The root of a version, checked against its digest. */
  async root(version: Version, signal?: AbortSignal): Promise<{ size: number; root: BlockNode | undefined }> {
    const { digest, size } = version
    let root: BlockNode | undefined
    if (version.root) {
      const bytes = await this.piece(0, version.root, signal ?? new AbortController().signal)
      root = this.row(bytes, version.root, [], digest)
      ++this.traffic.blocks
    }
    if (!sameBytes(mapDigest(size, root), digest))
      throw new BlockError('mismatch', 'a root is not what the digest of its version names', { digest })
    return { size, root }
  }

  private async piece(section: number, at: Address, signal: AbortSignal): Promise<Uint8Array> {
    const within = this.head.sections[section]!
    const offset = within.start + Math.min(at.start, within.size)
    if (at.start > within.size || at.size > within.size - at.start)
      throw new BlockError('truncated', 'a row that lies outside its section', { offset })
    if (section !== TEXTS && at.size > 2 * LARGEST_BODY)
      throw new BlockError('too-large', 'a row too large', { offset })
    if (section === TEXTS && at.size > this.largestValue)
      throw new BlockError('too-large', `a value of ${at.size} bytes`, { offset })
    return this.pieces.read([{ offset, size: at.size }], signal)[0]!
  }

  protected override fetchNodes(refs: readonly NodeRef[], signal: AbortSignal): Promise<Uint8Array>[] {
    return refs.map(({ path, at }) => this.piece(path.length, at!, signal))
  }

  protected override fetchTexts(refs: readonly TextRef[], signal: AbortSignal): Promise<Uint8Array>[] {
    return refs.map(({ at }) => this.piece(TEXTS, at!, signal))
  }

  protected override parseText(bytes: Uint8Array): Uint8Array {
    return bytes
  }

  protected override parseNode(bytes: Uint8Array, { path, at, digest }: NodeRef): BlockNode {
    const node = this.row(bytes, at!, path, digest)
    if (bodySize(node) <= LONGEST_INLINED)
      throw new BlockError('malformed', "a node that belongs in its parent's row", { digest })
    return node
  }

  /** The node of a full row, with the patches that follow it applied. */
  private row(bytes: Uint8Array, at: Address, path: readonly number[], digest: Uint8Array): BlockNode {
    const from = new Cursor(bytes, digest, this.head.sections[path.length]!.start + at.start)
    const isRoot = path.length === 0
    if (from.byte() !== FULL_ROW) from.refuse('not a row', 0)
    const node = readBody(from, path, this.hash, isRoot)
    for (const item of node.items) readAddresses(from, item)
    if (from.left === 0) return node
    if (from.left > LONGEST_PATCHES) from.refuse('too many patches')
    while (from.left > 0) this.patch(from, node, path)
    checkItems(node, isRoot, from, 0)
    return node
  }

  private patch(from: Cursor, node: BlockNode, path: readonly number[]): void {
    const head = from.at
    if (node.level === COLLISION_LEVEL || from.byte() !== PATCH_ROW) from.refuse('not a patch', head)
    const bySlot = new Map(node.items.map((item) => [item.slot, item]))
    const emptied = from.byte()
    for (let i = 0, last = -1; i < emptied; ++i) {
      const slot = from.byte()
      if (slot <= last || !bySlot.delete(slot)) from.refuse('a slot that cannot be emptied', from.at - 1)
      last = slot
    }
    const count = from.byte()
    if (count > 32 || emptied + count === 0) from.refuse('a patch that cannot be', from.at - 1)
    const put: Item[] = []
    for (let i = 0; i < count; ++i) {
      const start = from.at
      const item = readItem(from, path, this.hash)
      if (i > 0 && item.slot <= put[i - 1]!.slot) from.refuse('slots out of order', start)
      put.push(item)
    }
    for (const item of put) {
      readAddresses(from, item)
      bySlot.set(item.slot, item)
    }
    node.items = [...bySlot.values()].sort((a, b) => a.slot - b.slot)
  }
}

/** Reads where the children and texts lie that an item names. */
function readAddresses(from: Cursor, item: Item): void {
  const text = (): Address => {
    const at = from.address()
    if (at.size <= LONGEST_TEXT) from.refuse('a text that belongs in its node', from.at - 1)
    return at
  }
  if (item.kind === childByDigest) item.at = from.address()
  else if (item.kind === childInlined) for (const inner of item.child!.items) readAddresses(from, inner)
  else if (isEntry(item.kind)) {
    if (hasLongKey(item.kind)) item.at = text()
    if (hasLongValue(item.kind)) item.valueAt = text()
  }
}

/** Reads the head of a file of `size` bytes. */
function readHead(head: Uint8Array, size: number): Head {
  const end = head.length - 32
  if (!sameBytes(keccakOf(head.subarray(0, end)), head.subarray(end)))
    throw new BlockError('checksum', "the head's checksum is wrong", { offset: end })
  const from = new Cursor(head.subarray(0, end))
  from.take(PREAMBLE)
  const meta = from.take(from.varint())
  const sections: Section[] = []
  let at = head.length
  for (let i = 0; i <= TEXTS; ++i) {
    const section = { start: at, size: from.varint() }
    sections.push(section)
    at += section.size
    if (at > size) from.refuse('the file ends too early', from.at, 'truncated')
  }
  if (at !== size) from.refuse('bytes after the file')
  const count = from.varint()
  if (count > from.left / 33) from.refuse('versions that cannot fit')
  const versions: Version[] = []
  for (let i = 0; i < count; ++i) {
    const digest = from.take(32)
    const entries = from.varint()
    versions.push({ digest, size: entries, root: entries > 0 ? from.address() : undefined })
  }
  from.expectEnd('the versions')
  return { meta, sections, versions }
}
