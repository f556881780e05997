// Digests of decoded nodes, by the rules of cpp/digest/DIGEST.md.
import { keccak_256 } from '@noble/hashes/sha3.js'
import { type BlockNode, childByDigest, childInlined, COLLISION_LEVEL, isEntry, type Item } from './node.js'

/** keccak-256 of the first `length` bytes of a message, written to an offset in other bytes. */
export type HashInto = (message: Uint8Array, length: number, to: Uint8Array, at: number) => void

/** Replaced by the one in wasm once that is there. */
let hashInto: HashInto = (message, length, to, at) => to.set(keccak_256(message.subarray(0, length)), at)

/** Makes all digests by another implementation of keccak-256. */
export function useKeccak(implementation: HashInto): void {
  hashInto = implementation
}

/** keccak-256 of any bytes. */
export function keccakOf(bytes: Uint8Array): Uint8Array {
  const digest = new Uint8Array(32)
  hashInto(bytes, bytes.length, digest, 0)
  return digest
}

const E = 0x45
const P = 0x50
const N = 0x4e
const C = 0x43
const M = 0x4d
const L = 0x4c
const EMPTY = 0x30
const LONGEST_BRIEF = 64
const HASHED = 0xff

// One message at a time is put together here; digests wait in rows of 32 bytes for the message that they are
// parts of. A node needs six rows, one of two or more parts at a time, and 14 nodes lie below each other; a
// collision node needs as many as its size has bits.
const message = new Uint8Array(136)
const view = new DataView(message.buffer)
const rows = new Uint8Array(32 * 256)

/** Hashes the message into a row. */
function hash(length: number, row: number): void {
  hashInto(message, length, rows, 32 * row)
}

/** Writes rows into the message. */
function putRows(at: number, row: number, count: number): void {
  const shift = 32 * row - at
  for (let i = at; i < at + 32 * count; ++i) message[i] = rows[i + shift]!
}

const rowOf = (row: number): Uint8Array => rows.slice(32 * row, 32 * row + 32)

/** Writes the brief of a text and gives where it ends. */
function writeBrief(at: number, bytes: Uint8Array | undefined, digest: Uint8Array | undefined): number {
  if (digest === undefined && bytes!.length <= LONGEST_BRIEF) {
    message[at] = bytes!.length
    message.set(bytes!, at + 1)
    return at + 1 + bytes!.length
  }
  message[at] = HASHED
  message.set(digest!, at + 1)
  return at + 33
}

/** The digest that stands for a long text: `H(L ‖ bytes)`. */
export function textDigest(bytes: Uint8Array): Uint8Array {
  const tagged = new Uint8Array(1 + bytes.length)
  tagged[0] = L
  tagged.set(bytes, 1)
  return keccakOf(tagged)
}

const long = (bytes: Uint8Array | undefined): Uint8Array | undefined =>
  bytes !== undefined && bytes.length > LONGEST_BRIEF ? textDigest(bytes) : undefined

/** What DIGEST.md calls brief: at most 65 bytes that stand for a text. */
export function brief(bytes: Uint8Array | undefined, digest: Uint8Array | undefined): Uint8Array {
  return message.slice(0, writeBrief(0, bytes, digest ?? long(bytes)))
}

/** The two bitmaps of a node with slots. */
export function mapsOf(node: BlockNode): { entries: number; children: number } {
  let entries = 0
  let children = 0
  for (const { kind, slot } of node.items)
    if (kind === childByDigest || kind === childInlined) children |= 1 << slot
    else entries |= 1 << slot
  return { entries, children }
}

/**
 * Of a node with more than one item: the width of the halves of its top pair, and where the left one begins.
 */
export function topPair(items: readonly Item[]): { from: number; width: number } {
  const lowest = items[0]!.slot
  const width = 2 ** (31 - Math.clz32(lowest ^ items.at(-1)!.slot))
  return { from: lowest & ~(2 * width - 1), width }
}

// --- into rows -------------------------------------------------------------------------------------

function entryInto(row: number, item: Item): void {
  const keyDigest = item.keyDigest ?? long(item.key)
  const valueDigest = item.valueDigest ?? long(item.value)
  message[0] = E
  hash(writeBrief(writeBrief(1, item.key, keyDigest), item.value, valueDigest), row)
}

function itemInto(row: number, item: Item): void {
  if (item.digest) rows.set(item.digest, 32 * row)
  else if (isEntry(item.kind)) entryInto(row, item)
  else nodeInto(row, item.child!)
}

/** Two rows into one. */
function pairInto(row: number): void {
  message[0] = P
  putRows(1, row, 2)
  hash(65, row)
}

/** Of items `begin` to `end`, all among `size` slots from `low` on. */
function rangeInto(
  row: number,
  items: readonly Item[],
  begin: number,
  end: number,
  low: number,
  size: number,
): void {
  if (end - begin === 1) return itemInto(row, items[begin]!)
  const half = size / 2
  let cut = begin
  while (cut < end && items[cut]!.slot < low + half) ++cut
  if (cut === begin) return rangeInto(row, items, begin, end, low + half, half)
  if (cut === end) return rangeInto(row, items, begin, end, low, half)
  rangeInto(row, items, begin, cut, low, half)
  rangeInto(row + 1, items, cut, end, low + half, half)
  pairInto(row)
}

/** Of entries `from` to `from + size` of a collision node. */
function ranksInto(row: number, items: readonly Item[], from: number, size: number): void {
  if (size === 1) return itemInto(row, items[from]!)
  const half = 2 ** (31 - Math.clz32(size - 1))
  ranksInto(row, items, from, half)
  ranksInto(row + 1, items, from + half, size - half)
  pairInto(row)
}

function nodeInto(row: number, node: BlockNode): void {
  const { items } = node
  if (node.level === COLLISION_LEVEL) {
    const half = 2 ** (31 - Math.clz32(items.length - 1))
    ranksInto(row, items, 0, half)
    ranksInto(row + 1, items, half, items.length - half)
    message[0] = C
    view.setUint32(1, items.length, true)
    putRows(5, row, 2)
    hash(69, row)
    return
  }
  if (items.length === 1) itemInto(row, items[0]!)
  else {
    const { from, width } = topPair(items)
    let cut = 1
    while (items[cut]!.slot < from + width) ++cut
    rangeInto(row, items, 0, cut, from, width)
    rangeInto(row + 1, items, cut, items.length, from + width, width)
  }
  const { entries, children } = mapsOf(node)
  message[0] = N
  view.setInt32(1, entries, true)
  view.setInt32(5, children, true)
  putRows(9, row, items.length === 1 ? 1 : 2)
  hash(items.length === 1 ? 41 : 73, row)
}

// --- digests ---------------------------------------------------------------------------------------

/** The digest of what an item is: an entry, or a child. Kept with the item. */
export function itemDigest(item: Item): Uint8Array {
  if (!item.digest) {
    itemInto(0, item)
    item.digest = rowOf(0)
  }
  return item.digest
}

/** The digest of the occupied ones among `width` slots from `from` on; undefined when none is. */
export function rangeDigest(items: readonly Item[], from: number, width: number): Uint8Array | undefined {
  let begin = 0
  while (begin < items.length && items[begin]!.slot < from) ++begin
  let end = begin
  while (end < items.length && items[end]!.slot < from + width) ++end
  if (end === begin) return undefined
  rangeInto(0, items, begin, end, from, width)
  return rowOf(0)
}

/** The digest of entries `from` to `from + size` of a collision node. */
export function ranksDigest(items: readonly Item[], from: number, size: number): Uint8Array {
  ranksInto(0, items, from, size)
  return rowOf(0)
}

/**
 * The digest of a node: what its block must be named. O(items) hashes; recursion is at most 14 nodes deep.
 */
export function nodeDigest(node: BlockNode): Uint8Array {
  nodeInto(0, node)
  return rowOf(0)
}

/** The digest of a map: of `size` entries, below `root`, which is absent when it is empty. */
export function mapDigest(size: number, root: BlockNode | undefined): Uint8Array {
  if (root) nodeInto(0, root)
  else {
    message[0] = EMPTY
    hash(1, 0)
  }
  message[0] = M
  message[1] = 1
  message[2] = 1
  view.setUint32(3, size >>> 0, true)
  view.setUint32(7, size / 2 ** 32, true)
  putRows(11, 0, 1)
  hash(43, 0)
  return rowOf(0)
}
