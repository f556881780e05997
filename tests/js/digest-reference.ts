// A second implementation of digests and proofs, written from cpp/digest/DIGEST.md alone and for clarity, not
// speed. It works from nothing but entries: no trie is kept, so history cannot matter. The hash of keys can
// be replaced, to make keys collide.

import { keccak_256 } from '@noble/hashes/sha3.js'

export interface Entry {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

export type KeyHash = (key: Uint8Array) => bigint

const text = new TextEncoder()

export const bytesOf = (key: string): Uint8Array => text.encode(key)

/** Unsigned bytes, a prefix first: Buffer's order. */
export const order = (a: Uint8Array, b: Uint8Array): number => Buffer.compare(a, b)

/** SipHash-1-3 (Aumasson and Bernstein, 2012) with key (0, 0) over a key's bytes and one more byte 0xff. */
export function hashKey(key: Uint8Array): bigint {
  const word = (n: bigint): bigint => n & 0xffff_ffff_ffff_ffffn
  const rotate = (n: bigint, by: bigint): bigint => word((n << by) | (n >> (64n - by)))
  const v: [bigint, bigint, bigint, bigint] = [
    0x736f_6d65_7073_6575n,
    0x646f_7261_6e64_6f6dn,
    0x6c79_6765_6e65_7261n,
    0x7465_6462_7974_6573n,
  ]
  const half = (a: 0 | 2, b: 1 | 3, by: bigint, turn: boolean): void => {
    v[a] = word(v[a] + v[b])
    v[b] = rotate(v[b], by) ^ v[a]
    if (turn) v[a] = rotate(v[a], 32n)
  }
  const round = (): void => {
    half(0, 1, 13n, true)
    half(2, 3, 16n, false)
    half(0, 3, 21n, false)
    half(2, 1, 17n, true)
  }
  // Blocks of eight bytes; the last byte of the last one is the length.
  const length = key.length + 1
  const message = Buffer.alloc(8 * (Math.floor(length / 8) + 1))
  message.set(key)
  message[key.length] = 0xff
  message[message.length - 1] = length & 0xff
  for (let at = 0; at < message.length; at += 8) {
    const block = message.readBigUInt64LE(at)
    v[3] ^= block
    round()
    v[0] ^= block
  }
  v[2] ^= 0xffn
  for (let i = 0; i < 3; ++i) round()
  return v[0] ^ v[1] ^ v[2] ^ v[3]
}

const same = (a: Uint8Array, b: Uint8Array): boolean => order(a, b) === 0

type Part = Uint8Array | string | number[]

function join(...parts: Part[]): Uint8Array {
  return new Uint8Array(
    Buffer.concat(
      parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
    ),
  )
}

const H = (...parts: Part[]): Uint8Array => keccak_256(join(...parts))

function u32(value: number): Uint8Array {
  const out = Buffer.alloc(4)
  out.writeUInt32LE(value)
  return out
}

function u64(value: number): Uint8Array {
  const out = Buffer.alloc(8)
  out.writeBigUInt64LE(BigInt(value))
  return out
}

export function varint(value: number): Uint8Array {
  const out: number[] = []
  let rest = BigInt(value)
  do {
    const low = Number(rest % 128n)
    rest /= 128n
    out.push(rest > 0n ? low + 128 : low)
  } while (rest > 0n)
  return Uint8Array.from(out)
}

const blob = (bytes: Uint8Array): Uint8Array => join(varint(bytes.length), bytes)

const brief = (bytes: Uint8Array): Uint8Array =>
  bytes.length <= 64 ? join([bytes.length], bytes) : join([255], H('L', bytes))

const entryDigest = (entry: Entry): Uint8Array => H('E', brief(entry.key), brief(entry.value))

/** A tree over leaves, as both kinds of nodes have: ranges that were cut, and leaves. */
type Tree<Leaf> = { left: Tree<Leaf>; right: Tree<Leaf> } | { leaf: Leaf }

/** What hangs in a slot. */
type Slot = { slot: number; entry: Entry } | { slot: number; child: Node }

type Node =
  | { kind: 'node'; level: number; entryMap: number; childMap: number; tree: Tree<Slot> }
  | { kind: 'collision'; entries: Entry[]; tree: Tree<number> }

function slotTree(slots: Slot[], from: number, width: number): Tree<Slot> {
  const [only, another] = slots
  if (!another) return { leaf: only! }
  const middle = from + width / 2
  const left = slots.filter(({ slot }) => slot < middle)
  const right = slots.filter(({ slot }) => slot >= middle)
  if (left.length === 0) return slotTree(right, middle, width / 2)
  if (right.length === 0) return slotTree(left, from, width / 2)
  return { left: slotTree(left, from, width / 2), right: slotTree(right, middle, width / 2) }
}

function rankTree(from: number, size: number): Tree<number> {
  if (size === 1) return { leaf: from }
  let half = 1
  while (half * 2 < size) half *= 2
  return { left: rankTree(from, half), right: rankTree(from + half, size - half) }
}

function makeNode(level: number, entries: Entry[], keyHash: KeyHash): Node {
  if (level === 13) {
    const sorted = [...entries].sort((a, b) => order(a.key, b.key))
    return { kind: 'collision', entries: sorted, tree: rankTree(0, sorted.length) }
  }
  const bySlot = new Map<number, Entry[]>()
  for (const entry of entries) {
    const slot = slotAt(keyHash(entry.key), level)
    bySlot.set(slot, [...(bySlot.get(slot) ?? []), entry])
  }
  const slots = [...bySlot].map(([slot, inside]): Slot =>
    inside.length === 1 ? { slot, entry: inside[0]! } : { slot, child: makeNode(level + 1, inside, keyHash) },
  )
  let entryMap = 0
  let childMap = 0
  for (const s of slots) {
    if ('entry' in s) entryMap += 2 ** s.slot
    else childMap += 2 ** s.slot
  }
  return { kind: 'node', level, entryMap, childMap, tree: slotTree(slots, 0, 32) }
}

const slotAt = (hash: bigint, level: number): number => Number((hash >> BigInt(5 * level)) % 32n)

function treeDigest<Leaf>(tree: Tree<Leaf>, leaf: (leaf: Leaf) => Uint8Array): Uint8Array {
  return 'leaf' in tree ? leaf(tree.leaf) : H('P', treeDigest(tree.left, leaf), treeDigest(tree.right, leaf))
}

function nodeDigest(node: Node): Uint8Array {
  const collision = node.kind === 'collision'
  const head = collision
    ? join('C', u32(node.entries.length))
    : join('N', u32(node.entryMap), u32(node.childMap))
  const leaf = (it: Slot | number): Uint8Array =>
    typeof it === 'number'
      ? entryDigest((node as { entries: Entry[] }).entries[it]!)
      : 'entry' in it
        ? entryDigest(it.entry)
        : nodeDigest(it.child)
  const tree = node.tree as Tree<Slot | number>
  return 'leaf' in tree
    ? H(head, leaf(tree.leaf))
    : H(head, treeDigest(tree.left, leaf), treeDigest(tree.right, leaf))
}

/** The digest of the map with these entries (keys all different, in any order). */
export function referenceDigest(entries: readonly Entry[], keyHash: KeyHash = hashKey): Uint8Array {
  const root = entries.length === 0 ? H('0') : nodeDigest(makeNode(0, [...entries], keyHash))
  return H('M', [1], [1], u64(entries.length), root)
}

/** The proof about `keys` (at least one) in the map with these entries. */
export function referenceProof(
  entries: readonly Entry[],
  keys: readonly Uint8Array[],
  keyHash: KeyHash = hashKey,
): Uint8Array {
  const sorted = [...keys].sort(order).filter((key, i, all) => i === 0 || !same(key, all[i - 1]!))
  const body = entries.length === 0 ? [] : proveNode(makeNode(0, [...entries], keyHash), sorted, keyHash)
  return join([1], varint(entries.length), ...body)
}

function proveNode(node: Node, keys: Uint8Array[], keyHash: KeyHash): Uint8Array[] {
  if (node.kind === 'collision') return proveCollision(node, keys)
  const under = ({ slot }: Slot): Uint8Array[] =>
    keys.filter((key) => slotAt(keyHash(key), node.level) === slot)
  return [
    u32(node.entryMap),
    u32(node.childMap),
    ...proveTree(
      node.tree,
      (leaf) => {
        const asked = under(leaf)
        if (asked.length === 0) return undefined
        if ('child' in leaf) return proveNode(leaf.child, asked, keyHash)
        const index = asked.findIndex((key) => same(key, leaf.entry.key))
        return index >= 0
          ? [varint(index + 1), blob(leaf.entry.value)]
          : [varint(0), brief(leaf.entry.key), brief(leaf.entry.value)]
      },
      (leaf) => ('entry' in leaf ? entryDigest(leaf.entry) : nodeDigest(leaf.child)),
    ),
  ]
}

function proveCollision(node: Node & { kind: 'collision' }, keys: Uint8Array[]): Uint8Array[] {
  const { entries } = node
  const shown = new Set<number>()
  const positions = keys.map((key) => {
    const rank = entries.filter((entry) => order(entry.key, key) < 0).length
    const present = rank < entries.length && same(entries[rank]!.key, key)
    shown.add(rank)
    if (!present) shown.add(rank - 1)
    return varint(2 * rank + (present ? 1 : 0))
  })
  return [
    u32(entries.length),
    ...positions,
    ...proveTree(
      node.tree,
      (rank) => {
        if (!shown.has(rank)) return undefined
        const entry = entries[rank]!
        return keys.some((key) => same(key, entry.key))
          ? [blob(entry.value)]
          : [blob(entry.key), brief(entry.value)]
      },
      (rank) => entryDigest(entries[rank]!),
    ),
  ]
}

/**
 * Walks a tree: `open` says what a leaf shows, or undefined if nothing; a part that shows nothing is its
 * digest. The top pair is always opened.
 */
function proveTree<Leaf>(
  tree: Tree<Leaf>,
  open: (leaf: Leaf) => Uint8Array[] | undefined,
  digest: (leaf: Leaf) => Uint8Array,
): Uint8Array[] {
  const walk = (part: Tree<Leaf>): Uint8Array[] | undefined => {
    if ('leaf' in part) return open(part.leaf)
    const left = walk(part.left)
    const right = walk(part.right)
    if (!left && !right) return undefined
    return [...(left ?? [treeDigest(part.left, digest)]), ...(right ?? [treeDigest(part.right, digest)])]
  }
  if ('leaf' in tree) return walk(tree) ?? [treeDigest(tree, digest)]
  return [
    ...(walk(tree.left) ?? [treeDigest(tree.left, digest)]),
    ...(walk(tree.right) ?? [treeDigest(tree.right, digest)]),
  ]
}
