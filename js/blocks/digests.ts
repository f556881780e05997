// Digests of decoded nodes, by the rules of cpp/digest/DIGEST.md.
import { keccak_256 } from '@noble/hashes/sha3.js'
import { type BlockNode, childByDigest, childInlined, COLLISION_LEVEL, isEntry, type Item } from './node.js'

/** keccak-256. Replaced by the one in wasm once that is there. */
let keccak: (message: Uint8Array) => Uint8Array = keccak_256

/** Makes all digests by another implementation of keccak-256. It must not keep the message. */
export function useKeccak(implementation: (message: Uint8Array) => Uint8Array): void {
  keccak = implementation
}

const E = 0x45
const P = 0x50
const N = 0x4e
const C = 0x43
const M = 0x4d
const L = 0x4c
const LONGEST_BRIEF = 64
const HASHED = 0xff

// One message at a time is put together here.
const message = new Uint8Array(136)
const view = new DataView(message.buffer)

function finish(length: number): Uint8Array {
  return keccak(message.subarray(0, length))
}

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
  const whole = new Uint8Array(1 + bytes.length)
  whole[0] = L
  whole.set(bytes, 1)
  return keccak(whole)
}

const long = (bytes: Uint8Array | undefined): Uint8Array | undefined =>
  bytes !== undefined && bytes.length > LONGEST_BRIEF ? textDigest(bytes) : undefined

/** The digest of an entry. */
export function entryDigest(item: Item): Uint8Array {
  const keyDigest = item.keyDigest ?? long(item.key)
  const valueDigest = item.valueDigest ?? long(item.value)
  message[0] = E
  return finish(writeBrief(writeBrief(1, item.key, keyDigest), item.value, valueDigest))
}

/** What DIGEST.md calls brief: at most 65 bytes that stand for a text. */
export function brief(bytes: Uint8Array | undefined, digest: Uint8Array | undefined): Uint8Array {
  return message.slice(0, writeBrief(0, bytes, digest ?? long(bytes)))
}

/** The digest of two parts of a tree inside a node. */
export function pairDigest(left: Uint8Array, right: Uint8Array): Uint8Array {
  message[0] = P
  message.set(left, 1)
  message.set(right, 33)
  return finish(65)
}

/** The digest of what an item is: an entry, or a child. Kept with the item. */
export function itemDigest(item: Item): Uint8Array {
  return (item.digest ??= isEntry(item.kind) ? entryDigest(item) : nodeDigest(item.child!))
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

/** The digest of the occupied ones among `width` slots from `from` on; undefined when none is. */
export function rangeDigest(items: readonly Item[], from: number, width: number): Uint8Array | undefined {
  let result: Uint8Array | undefined
  const range = (begin: number, end: number, low: number, size: number): Uint8Array => {
    if (end - begin === 1) return itemDigest(items[begin]!)
    const half = size / 2
    let cut = begin
    while (cut < end && items[cut]!.slot < low + half) ++cut
    if (cut === begin) return range(begin, end, low + half, half)
    if (cut === end) return range(begin, end, low, half)
    const left = range(begin, cut, low, half)
    return pairDigest(left, range(cut, end, low + half, half))
  }
  let begin = 0
  while (begin < items.length && items[begin]!.slot < from) ++begin
  let end = begin
  while (end < items.length && items[end]!.slot < from + width) ++end
  if (end > begin) result = range(begin, end, from, width)
  return result
}

/** Of a node with more than one item: the width of the halves of its top pair, and where the left one begins. */
export function topPair(items: readonly Item[]): { from: number; width: number } {
  const lowest = items[0]!.slot
  const width = 2 ** (31 - Math.clz32(lowest ^ items.at(-1)!.slot))
  return { from: lowest & ~(2 * width - 1), width }
}

/** The digest of entries `from` to `from + size` of a collision node. */
export function ranksDigest(items: readonly Item[], from: number, size: number): Uint8Array {
  if (size === 1) return itemDigest(items[from]!)
  const half = 2 ** (31 - Math.clz32(size - 1))
  const left = ranksDigest(items, from, half)
  return pairDigest(left, ranksDigest(items, from + half, size - half))
}

/** The digest of a node: what its block must be named. O(items) hashes; recursion is at most 14 nodes deep. */
export function nodeDigest(node: BlockNode): Uint8Array {
  const { items } = node
  if (node.level === COLLISION_LEVEL) {
    const half = 2 ** (31 - Math.clz32(items.length - 1))
    const left = ranksDigest(items, 0, half)
    const right = ranksDigest(items, half, items.length - half)
    message[0] = C
    view.setUint32(1, items.length, true)
    message.set(left, 5)
    message.set(right, 37)
    return finish(69)
  }
  const { entries, children } = mapsOf(node)
  let left: Uint8Array
  let right: Uint8Array | undefined
  if (items.length === 1) left = itemDigest(items[0]!)
  else {
    const { from, width } = topPair(items)
    left = rangeDigest(items, from, width)!
    right = rangeDigest(items, from + width, width)!
  }
  message[0] = N
  view.setInt32(1, entries, true)
  view.setInt32(5, children, true)
  message.set(left, 9)
  if (right) message.set(right, 41)
  return finish(right ? 73 : 41)
}

/** The digest of a map: of `size` entries, below `root`, which is absent when it is empty. */
export function mapDigest(size: number, root: BlockNode | undefined): Uint8Array {
  const rootDigest = root ? nodeDigest(root) : keccak(Uint8Array.of(0x30))
  message[0] = M
  message[1] = 1
  message[2] = 1
  view.setUint32(3, size >>> 0, true)
  view.setUint32(7, size / 2 ** 32, true)
  message.set(rootDigest, 11)
  return finish(43)
}

/** keccak-256 of any bytes. */
export function keccakOf(bytes: Uint8Array): Uint8Array {
  return keccak(bytes)
}
