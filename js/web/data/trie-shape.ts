// The shape of a version's trie, for the picture. It is computed from the keys: the trie is canonical, so its
// shape is a function of its keys, and two versions share a node exactly when the entries beneath it are
// equal.
import { hashKey, nodeLevels } from '../../digest/siphash.js'

const bitsPerLevel = 5n

export interface Shape {
  /** In the order of the trie. */
  keys: string[]
  /** Of the node that holds each key. */
  depths: number[]
  nodes: { depth: number; from: number; size: number; isNew: boolean }[]
}

const encoder = new TextEncoder()
/** Neighbouring versions have most keys in common. */
const hashes = new Map<string, bigint>()
const mostHashes = 100_000

function hashOf(key: string): bigint {
  let hash = hashes.get(key)
  if (hash === undefined) {
    hash = hashKey(encoder.encode(key))
    if (hashes.size === mostHashes) hashes.clear()
    hashes.set(key, hash)
  }
  return hash
}

/** Digits of the hash, low ones first: the path of slots that leads to a key. */
function slot(hash: bigint, depth: number): number {
  return Number((hash >> (bitsPerLevel * BigInt(depth))) & 31n)
}

/**
 * The trie of `keys`. A node is new when one of `touched` (keys whose entry differs from the version before,
 * removed ones too) is or was beneath it; every other node has equal contents there, and is the same one.
 * O(keys × depth).
 */
export function trieShape(keys: Iterable<string>, touched: Iterable<string>, isFirst: boolean): Shape {
  const all = [...keys].map((key) => ({ key, hash: hashOf(key) }))
  const marks = [...touched].map((key) => ({ key, hash: hashOf(key) }))
  const shape: Shape = { keys: [], depths: [], nodes: [] }
  const visit = (here: typeof all, marked: typeof marks, depth: number): void => {
    shape.nodes.push({
      depth,
      from: shape.keys.length,
      size: here.length,
      isNew: isFirst || marked.length > 0,
    })
    if (depth === nodeLevels) {
      for (const { key } of here.sort((a, b) => (a.key < b.key ? -1 : 1))) addEntry(shape, key, depth)
      return
    }
    const slots = bySlot(here, depth)
    const markedSlots = bySlot(marked, depth)
    // Entries first, as a node holds them, then the nodes beneath, each in slot order.
    for (const group of slots) if (group?.length === 1) addEntry(shape, group[0]!.key, depth)
    slots.forEach((group, i) => {
      if (group && group.length > 1) visit(group, markedSlots[i] ?? [], depth + 1)
    })
  }
  if (all.length > 0) visit(all, marks, 0)
  return shape
}

function addEntry(shape: Shape, key: string, depth: number): void {
  shape.keys.push(key)
  shape.depths.push(depth)
}

function bySlot<T extends { hash: bigint }>(items: T[], depth: number): (T[] | undefined)[] {
  const slots = Array<T[] | undefined>(32).fill(undefined)
  for (const item of items) (slots[slot(item.hash, depth)] ??= []).push(item)
  return slots
}
