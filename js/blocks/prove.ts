// Proofs about remote maps: what cpp/digest/DIGEST.md specifies under "Proofs", from the blocks on the way to
// the keys.
import type { Hash64 } from '../digest/siphash.js'
import { brief, itemDigest, mapsOf, rangeDigest, ranksDigest, topPair } from './digests.js'
import {
  type BlockNode,
  childByDigest,
  COLLISION_LEVEL,
  compareBytes,
  digitOf,
  isEntry,
  type Item,
} from './node.js'
import type { BlockReader } from './reader.js'

interface KeyQuery {
  readonly key: Uint8Array
  readonly hash: Hash64
}

/** The proof about keys in the map of `size` entries below `root`. */
export async function prove(
  reader: BlockReader,
  size: number,
  root: BlockNode | undefined,
  keys: readonly Uint8Array[],
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const questions = [...keys]
    .sort(compareBytes)
    .filter((key, i, sorted) => i === 0 || compareBytes(sorted[i - 1]!, key) !== 0)
    .map((key) => ({ key, hash: reader.hash(key) }))
  const prover = new Prover(reader, signal)
  prover.byte(1)
  prover.varint(size)
  if (root) await prover.node(root, [], questions)
  return prover.bytes()
}

class Prover {
  private readonly pieces: Uint8Array[] = []

  constructor(
    private readonly reader: BlockReader,
    private readonly signal: AbortSignal | undefined,
  ) {}

  bytes(): Uint8Array<ArrayBuffer> {
    const proof = new Uint8Array(this.pieces.reduce((sum, { length }) => sum + length, 0))
    let at = 0
    for (const piece of this.pieces) {
      proof.set(piece, at)
      at += piece.length
    }
    return proof
  }

  byte(value: number): void {
    this.pieces.push(Uint8Array.of(value))
  }

  varint(value: number): void {
    for (; value >= 128; value = Math.floor(value / 128)) this.byte((value % 128) + 128)
    this.byte(value)
  }

  private u32(value: number): void {
    this.pieces.push(new Uint8Array(Uint32Array.of(value).buffer)) // little-endian wherever JavaScript runs
  }

  private blob(bytes: Uint8Array): void {
    this.varint(bytes.length)
    this.pieces.push(bytes)
  }

  async node(node: BlockNode, path: readonly number[], questions: readonly KeyQuery[]): Promise<void> {
    if (node.level === COLLISION_LEVEL) return this.collision(node, path, questions)
    const { items, level } = node
    const maps = mapsOf(node)
    this.u32(maps.entries)
    this.u32(maps.children)
    const asked = questions.filter(({ hash }) => items.some(({ slot }) => slot === digitOf(hash, level)))
    const children = await this.childrenOnTheWay(node, path, asked)
    const range = async (from: number, width: number): Promise<void> => {
      const here = items.filter(({ slot }) => slot >= from && slot < from + width)
      if (here.length === 0) return
      const inside = asked.filter(({ hash }) => {
        const slot = digitOf(hash, level)
        return slot >= from && slot < from + width
      })
      if (inside.length === 0) this.pieces.push(rangeDigest(items, from, width)!)
      else if (width > 1) {
        await range(from, width / 2)
        await range(from + width / 2, width / 2)
      } else if (isEntry(here[0]!.kind)) await this.entry(here[0]!, [...path, from], inside)
      else await this.node(children.get(here[0]!)!, [...path, from], inside)
    }
    if (items.length === 1) return range(items[0]!.slot, 1)
    const { from, width } = topPair(items)
    await range(from, width)
    await range(from + width, width)
  }

  /** The children into which keys fall, read together. */
  private async childrenOnTheWay(
    { items, level }: BlockNode,
    path: readonly number[],
    asked: readonly KeyQuery[],
  ): Promise<Map<Item, BlockNode>> {
    const slots = new Set(asked.map(({ hash }) => digitOf(hash, level)))
    const wanted = items.filter(({ kind, slot }) => kind === childByDigest && slots.has(slot))
    const nodes = await this.reader.nodes(
      wanted.map(({ digest, slot, at }) => ({ digest: digest!, path: [...path, slot], at })),
      this.signal,
    )
    const children = new Map(wanted.map((item, i) => [item, nodes[i]!]))
    for (const item of items) if (item.child) children.set(item, item.child)
    return children
  }

  private async entry(item: Item, below: readonly number[], inside: readonly KeyQuery[]): Promise<void> {
    const all = await this.reader.complete([{ item, below }], { keys: true }, this.signal)
    const { key } = all.get(item)!
    const index = inside.findIndex((q) => compareBytes(q.key, key) === 0)
    this.varint(index + 1)
    if (index >= 0) return this.value(item, below)
    this.pieces.push(brief(item.key, item.keyDigest), brief(item.value, item.valueDigest))
  }

  private async value(item: Item, below: readonly number[]): Promise<void> {
    const complete = await this.reader.complete([{ item, below }], { values: true }, this.signal)
    this.blob(complete.get(item)!.value!)
  }

  private async collision(
    { items }: BlockNode,
    path: readonly number[],
    questions: readonly KeyQuery[],
  ): Promise<void> {
    const complete = await this.reader.complete(
      items.map((item) => ({ item, below: path })),
      { keys: true },
      this.signal,
    )
    const keys = items.map((item) => complete.get(item)!.key)
    this.u32(items.length)
    const shown = new Set<number>()
    const present = new Set<number>()
    for (const { key } of questions) {
      let rank = 0
      while (rank < keys.length && compareBytes(keys[rank]!, key) < 0) ++rank
      const isPresent = rank < keys.length && compareBytes(keys[rank]!, key) === 0
      this.varint(2 * rank + (isPresent ? 1 : 0))
      if (isPresent) present.add(rank)
      else if (rank > 0) shown.add(rank - 1)
      if (rank < keys.length) shown.add(rank)
    }
    const ranks = async (from: number, size: number): Promise<void> => {
      if (![...shown].some((rank) => rank >= from && rank < from + size)) {
        this.pieces.push(size === 1 ? itemDigest(items[from]!) : ranksDigest(items, from, size))
      } else if (size > 1) {
        const half = 2 ** (31 - Math.clz32(size - 1))
        await ranks(from, half)
        await ranks(from + half, size - half)
      } else if (present.has(from)) await this.value(items[from]!, path)
      else {
        this.blob(keys[from]!)
        this.pieces.push(brief(items[from]!.value, items[from]!.valueDigest))
      }
    }
    const half = 2 ** (31 - Math.clz32(items.length - 1))
    await ranks(0, half)
    await ranks(half, items.length - half)
  }
}
