// Bodies of blocks: nodes of the trie from bytes, with every rule of cpp/blocks/BLOCKS.md checked, and back
// into bytes. No wasm.
import { ByteReader, encoder, nodeLevels } from '../core.js'
import { BlockError } from '../errors.js'
import type { Hash64 } from '../digest/siphash.js'

export const LONGEST_TEXT = 1024
export const LONGEST_INLINED = 256
export const LARGEST_BODY = 2 ** 20
export const COLLISION_LEVEL = nodeLevels
export const FORMAT_VERSION = 1

export const MAP_TAG = 0x4d
export const NODE_TAG = 0x4e
export const COLLISION_TAG = 0x43
export const TEXT_TAG = 0x4c

const rawKey = 0
const hexKey = 2
const longKey = 4
export const childByDigest = 6
export const childInlined = 7

export const isEntry = (kind: number): boolean => kind < childByDigest
export const hasLongKey = (kind: number): boolean => (kind & 6) === longKey
export const hasLongValue = (kind: number): boolean => isEntry(kind) && (kind & 1) === 1

/** Decides the position of a key. */
export type KeyHash = (key: Uint8Array) => Hash64

/** Where bytes lie in a section of a node table. */
export interface Address {
  readonly start: number
  readonly size: number
}

/** What a slot of a node holds, or an entry of a collision node. */
export interface Item {
  slot: number
  kind: number
  /** Bytes in the body. */
  size: number
  key: Uint8Array | undefined
  value: Uint8Array | undefined
  keyDigest: Uint8Array | undefined
  valueDigest: Uint8Array | undefined
  /** Of a child by its digest, and what was computed of others. */
  digest: Uint8Array | undefined
  child: BlockNode | undefined
  /** In a node table: of a child by digest or a long key. */
  at: Address | undefined
  /** In a node table: of a long value. */
  valueAt: Address | undefined
}

export interface BlockNode {
  readonly level: number
  /** By slot; of a collision node by key. */
  items: Item[]
}

/** A digit of a hash: the slot on a level. */
export function digitOf({ low, high }: Hash64, level: number): number {
  const shift = 5 * level
  if (shift >= 32) return (high >>> (shift - 32)) & 31
  return ((low >>> shift) | (shift > 27 ? high << (32 - shift) : 0)) & 31
}

/** Whether a key's hash has these digits, from the first on. */
export function isBelow(hash: Hash64, path: readonly number[]): boolean {
  for (let level = path.length - 1; level >= 0; --level)
    if (digitOf(hash, level) !== path[level]) return false
  return true
}

/** Order by unsigned bytes, a prefix first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const end = Math.min(a.length, b.length)
  for (let i = 0; i < end; ++i) if (a[i] !== b[i]) return a[i]! - b[i]!
  return a.length - b.length
}

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && compareBytes(a, b) === 0

// --- reading -------------------------------------------------------------------------------------

/**
 * Reads bytes from front to back. Errors name the digest that they were to have, and an offset from `base`
 * on.
 */
export class Cursor {
  private readonly reader: ByteReader
  private readonly view: DataView

  constructor(
    readonly bytes: Uint8Array,
    private readonly digest?: Uint8Array,
    private readonly base = 0,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.reader = new ByteReader(bytes, 0, bytes.length, (fault, offset) =>
      fault === 'truncated'
        ? this.refuse('the bytes end too early', bytes.length, 'truncated')
        : this.refuse('a number too large or not in its shortest form', offset),
    )
  }

  get at(): number {
    return this.reader.at
  }
  get left(): number {
    return this.bytes.length - this.reader.at
  }

  refuse(message: string, at = this.at, code = 'malformed'): never {
    throw new BlockError(code, message, { digest: this.digest, offset: this.base + at })
  }

  expectEnd(what: string): void {
    if (this.left !== 0) this.refuse(`bytes after ${what}`)
  }

  take(size: number): Uint8Array {
    const start = this.reader.skip(size)
    return this.bytes.subarray(start, start + size)
  }

  byte(): number {
    return this.reader.byte()
  }

  u32(): number {
    return this.view.getUint32(this.reader.skip(4), true)
  }

  /** Below 2^53, in as few bytes as its value needs. */
  varint(): number {
    return this.reader.varint(2 ** 53)
  }

  address(): Address {
    const start = this.varint()
    return { start, size: this.varint() }
  }
}

const hexDigits = encoder.encode('0123456789abcdef')

/** Whether a key is `0x` and an even number of lower-case hexadecimal digits, at least two. */
function isHex(key: Uint8Array): boolean {
  if (key.length < 4 || key.length % 2 !== 0 || key[0] !== 0x30 || key[1] !== 0x78) return false
  for (let i = 2; i < key.length; ++i) {
    const c = key[i]!
    if (!((c >= 0x30 && c <= 0x39) || (c >= 0x61 && c <= 0x66))) return false
  }
  return true
}

function unpackedHex(packed: Uint8Array): Uint8Array {
  const key = new Uint8Array(2 + 2 * packed.length)
  key[0] = 0x30
  key[1] = 0x78
  for (let i = 0; i < packed.length; ++i) {
    key[2 * i + 2] = hexDigits[packed[i]! >> 4]!
    key[2 * i + 3] = hexDigits[packed[i]! & 15]!
  }
  return key
}

/** Reads the text of a key or value. */
function readText(from: Cursor): Uint8Array {
  const start = from.at
  const size = from.varint()
  if (size > LONGEST_TEXT) from.refuse('a key or value too long for a body', start)
  return from.take(size)
}

/** One item of a node at the end of `path`. */
export function readItem(from: Cursor, path: readonly number[], hash: KeyHash): Item {
  const start = from.at
  const level = path.length
  const head = from.byte()
  const slot = head & 31
  const kind = head >> 5
  const collides = level === COLLISION_LEVEL
  if (collides && slot !== 0) from.refuse('a slot in a collision node', start)
  if (level === COLLISION_LEVEL - 1 && slot > 15)
    from.refuse('a slot that the last level does not have', start)
  const item: Item = {
    slot,
    kind,
    size: 0,
    key: undefined,
    value: undefined,
    keyDigest: undefined,
    valueDigest: undefined,
    digest: undefined,
    child: undefined,
    at: undefined,
    valueAt: undefined,
  }
  if (!isEntry(kind)) {
    if (collides) from.refuse('a child of a collision node', start)
    if (kind === childByDigest) item.digest = from.take(32)
    else {
      const body = from.at
      item.child = readBody(from, [...path, slot], hash)
      if (from.at - body > LONGEST_INLINED) from.refuse('a node too large to be inlined', body)
    }
  } else {
    readEntry(from, start, item, path, hash)
  }
  item.size = from.at - start
  return item
}

function readEntry(from: Cursor, start: number, item: Item, path: readonly number[], hash: KeyHash): void {
  const { kind } = item
  if (hasLongKey(kind)) item.keyDigest = from.take(32)
  else {
    const text = readText(from)
    if ((kind & 6) === hexKey) {
      if (text.length === 0 || 2 + 2 * text.length > LONGEST_TEXT)
        from.refuse('a hexadecimal key of a length that none has', start)
      item.key = unpackedHex(text)
    } else {
      if (isHex(text)) from.refuse('a hexadecimal key that is not packed', start)
      item.key = text
    }
    const digits = hash(item.key)
    const isInSlot = path.length === COLLISION_LEVEL || digitOf(digits, path.length) === item.slot
    if (!isInSlot || !isBelow(digits, path)) from.refuse("a key in another slot than its hash's", start)
  }
  if (hasLongValue(kind)) item.valueDigest = from.take(32)
  else item.value = readText(from)
}

/** Checks that a node's items go together. */
export function checkItems(node: BlockNode, isRoot: boolean, from: Cursor, start: number): void {
  const { items } = node
  if (node.level === COLLISION_LEVEL) {
    if (items.length < 2) from.refuse('a collision node with fewer than two entries', start)
    let last: Uint8Array | undefined
    for (const { key } of items) {
      if (!key) continue
      if (last && compareBytes(last, key) >= 0) from.refuse('colliding keys out of order', start)
      last = key
    }
    return
  }
  if (items.length === 0) from.refuse('a node without items', start)
  if (!isRoot && items.length === 1 && isEntry(items[0]!.kind))
    from.refuse('a node of one entry below the root', start)
}

/**
 * Reads the body of the node at the end of `path`. Time and memory are linear in the body; recursion is at
 * most 14 deep. Everything in the result is a view of the bytes.
 */
export function readBody(from: Cursor, path: readonly number[], hash: KeyHash, isRoot = false): BlockNode {
  const start = from.at
  const items: Item[] = []
  if (path.length === COLLISION_LEVEL) {
    const count = from.varint()
    if (count > from.left / 3) from.refuse('a collision node that cannot fit', start)
    for (let i = 0; i < count; ++i) items.push(readItem(from, path, hash))
  } else {
    const count = from.byte()
    if (count > 32) from.refuse('a node with more than 32 items', start)
    for (let i = 0; i < count; ++i) {
      const at = from.at
      const item = readItem(from, path, hash)
      if (i > 0 && item.slot <= items[i - 1]!.slot) from.refuse('slots out of order', at)
      items.push(item)
    }
  }
  const node = { level: path.length, items }
  checkItems(node, isRoot, from, start)
  return node
}

// --- writing -------------------------------------------------------------------------------------

export const varintSize = (value: number): number => {
  let size = 1
  for (; value >= 128; value = Math.floor(value / 128)) ++size
  return size
}

/** Bytes of a node's body, from the sizes of its items. */
export function bodySize(node: BlockNode): number {
  let size = node.level === COLLISION_LEVEL ? varintSize(node.items.length) : 1
  for (const item of node.items) size += item.size
  return size
}

/** An entry. A key or value that is long is given by its digest, and its bytes where they are known. */
export function makeEntry(
  slot: number,
  key: Uint8Array | undefined,
  value: Uint8Array | undefined,
  keyDigest?: Uint8Array,
  valueDigest?: Uint8Array,
): Item {
  const hex = !keyDigest && isHex(key!)
  const textSize = (length: number): number => varintSize(length) + length
  const keySize = keyDigest ? 32 : textSize(hex ? (key!.length - 2) / 2 : key!.length)
  return {
    slot,
    kind: (keyDigest ? longKey : hex ? hexKey : rawKey) + (valueDigest ? 1 : 0),
    size: 1 + keySize + (valueDigest ? 32 : textSize(value!.length)),
    key,
    value,
    keyDigest,
    valueDigest,
    digest: undefined,
    child: undefined,
    at: undefined,
    valueAt: undefined,
  }
}

/** A child: inlined with its node, or by the digest of its block. */
export function makeChild(slot: number, child: BlockNode | undefined, digest?: Uint8Array): Item {
  const kind = digest ? childByDigest : childInlined
  const size = 1 + (digest ? 32 : bodySize(child!))
  const none = undefined
  return {
    slot,
    kind,
    size,
    key: none,
    value: none,
    keyDigest: none,
    valueDigest: none,
    digest,
    child,
    at: none,
    valueAt: none,
  }
}

/** Writes into bytes that are large enough. */
class Writer {
  constructor(
    readonly bytes: Uint8Array,
    public at: number,
  ) {}

  put(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.at)
    this.at += bytes.length
  }

  varint(value: number): void {
    for (; value >= 128; value = Math.floor(value / 128)) this.bytes[this.at++] = (value % 128) + 128
    this.bytes[this.at++] = value
  }

  text(bytes: Uint8Array): void {
    this.varint(bytes.length)
    this.put(bytes)
  }

  body(node: BlockNode): void {
    this.varint(node.items.length)
    for (const item of node.items) {
      this.bytes[this.at++] = (item.kind << 5) | item.slot
      if (item.kind === childByDigest) this.put(item.digest!)
      else if (item.kind === childInlined) this.body(item.child!)
      else this.entry(item)
    }
  }

  entry({ kind, key, value, keyDigest, valueDigest }: Item): void {
    if (hasLongKey(kind)) this.put(keyDigest!)
    else if ((kind & 6) === hexKey) {
      const size = (key!.length - 2) / 2
      const digit = (c: number): number => (c <= 0x39 ? c - 0x30 : c - 0x57)
      this.varint(size)
      for (let i = 2; i < key!.length; i += 2)
        this.bytes[this.at++] = digit(key![i]!) * 16 + digit(key![i + 1]!)
    } else this.text(key!)
    if (hasLongValue(kind)) this.put(valueDigest!)
    else this.text(value!)
  }
}

/** The block of a node below the root. RangeError for a collision node that is too large for one. */
export function nodeBlock(node: BlockNode): Uint8Array {
  const size = bodySize(node)
  if (size > LARGEST_BODY) throw new RangeError('too many keys with equal hashes for one block')
  const block = new Uint8Array(1 + size)
  block[0] = node.level === COLLISION_LEVEL ? COLLISION_TAG : NODE_TAG
  new Writer(block, 1).body(node)
  return block
}

/** The block of a map, with its root node if it is not empty. */
export function mapBlock(size: number, root: BlockNode | undefined): Uint8Array {
  const block = new Uint8Array(12 + (root ? bodySize(root) : 0))
  block.set([MAP_TAG, FORMAT_VERSION, 1, 1])
  const view = new DataView(block.buffer)
  view.setUint32(4, size >>> 0, true)
  view.setUint32(8, size / 2 ** 32, true)
  if (root) new Writer(block, 12).body(root)
  return block
}

/** The block of a long key or value. */
export function textBlock(bytes: Uint8Array): Uint8Array {
  const block = new Uint8Array(1 + bytes.length)
  block[0] = TEXT_TAG
  block.set(bytes, 1)
  return block
}

// --- blocks ------------------------------------------------------------------------------------------

/** Reads the block of the node at the end of `path`. Its digest is not compared here. */
export function readNodeBlock(
  bytes: Uint8Array,
  path: readonly number[],
  hash: KeyHash,
  digest?: Uint8Array,
): BlockNode {
  const from = new Cursor(bytes, digest)
  if (from.byte() !== (path.length === COLLISION_LEVEL ? COLLISION_TAG : NODE_TAG))
    from.refuse('not the block of a node on this level', 0)
  if (from.left <= LONGEST_INLINED) from.refuse("a node that belongs in its parent's block", 0)
  if (from.left > LARGEST_BODY) from.refuse('a block too large', 0, 'too-large')
  const node = readBody(from, path, hash)
  from.expectEnd('the block')
  return node
}

/** Reads the block of a map: its size, and its root node if it is not empty. */
export function readMapBlock(
  bytes: Uint8Array,
  hash: KeyHash,
  digest?: Uint8Array,
): { size: number; root: BlockNode | undefined } {
  const from = new Cursor(bytes, digest)
  if (from.byte() !== MAP_TAG) from.refuse('not the block of a map', 0)
  for (const known of [FORMAT_VERSION, 1, 1])
    if (from.byte() !== known) from.refuse('a version that is not known', from.at - 1, 'version')
  const low = from.u32()
  const size = from.u32() * 2 ** 32 + low
  if (size > Number.MAX_SAFE_INTEGER) from.refuse('a size too large', 4)
  const root = size > 0 ? readBody(from, [], hash, true) : undefined
  from.expectEnd('the block')
  return { size, root }
}

/** Reads the block of a long key or value. */
export function readTextBlock(bytes: Uint8Array, digest?: Uint8Array): Uint8Array {
  const from = new Cursor(bytes, digest)
  if (from.byte() !== TEXT_TAG) from.refuse('not the block of a key or value', 0)
  if (from.left <= LONGEST_TEXT) from.refuse("a key or value that belongs in a node's block", 0)
  return from.take(from.left)
}
