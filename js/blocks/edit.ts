// Edits of a map in a store: canonical insertion and deletion over blocks, which reads and writes the paths
// of the edits only.
//
// Subtrees are edited one after the other as soon as they have many edits, so that memory is bounded by the
// edits and a few hundred blocks, whatever the size of the map. A block is written after all beneath it.
import { latin1 } from '../core.js' // bytes as keys of a `Map`
import type { Hash64 } from '../digest/siphash.js'
import { nodeDigest, textDigest } from './digests.js'
import {
  type BlockNode,
  bodySize,
  childByDigest,
  COLLISION_LEVEL,
  compareBytes,
  digitOf,
  isEntry,
  type Item,
  LONGEST_INLINED,
  LONGEST_TEXT,
  makeChild,
  makeEntry,
  nodeBlock,
  textBlock,
} from './node.js'
import { nodeName } from './reader.js'
import type { StoreReader } from './store.js'

/** An edit: a value to set, or undefined to delete. */
export interface Edit {
  readonly key: Uint8Array
  readonly hash: Hash64
  readonly value: Uint8Array | undefined
}

/** What a subtree is after its edits: nothing, an entry alone, or a node. */
type Subtree = undefined | Item | BlockNode

const isNode = (x: Subtree): x is BlockNode => x !== undefined && 'items' in x

/** Below so many edits, all subtrees of a node are edited at the same time. */
const manyEdits = 2048

/**
 * Writes of blocks that go out together, and the order that they keep: `written` resolves when the store has
 * what was put before.
 */
class Outbox {
  private waiting: { digest: Uint8Array; block: Uint8Array }[] = []
  private flushing: Promise<void> | undefined

  constructor(private readonly reader: StoreReader) {}

  /** Puts a block; resolves when the store has it. Blocks that are put at the same time travel together. */
  put(digest: Uint8Array, block: Uint8Array): Promise<void> {
    this.waiting.push({ digest, block })
    this.flushing ??= Promise.resolve().then(() => {
      const blocks = this.waiting
      this.waiting = []
      this.flushing = undefined
      return this.reader.put(blocks)
    })
    return this.flushing
  }
}

/**
 * Applies edits, of different keys, to the tree below `root`; gives the new root and how the size changes.
 */
export async function editTree(
  reader: StoreReader,
  root: BlockNode | undefined,
  edits: readonly Edit[],
  signal?: AbortSignal,
): Promise<{ root: BlockNode | undefined; growth: number }> {
  const editor = new Editor(reader, signal)
  const result = await editor.node(root ?? { level: 0, items: [] }, [], edits)
  const node = isNode(result) ? result : result && editor.rootOf(result)
  return { root: node, growth: editor.growth }
}

class Editor {
  growth = 0
  private readonly outbox: Outbox

  constructor(
    private readonly reader: StoreReader,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.outbox = new Outbox(reader)
  }

  /** A root with one entry. */
  rootOf(item: Item): BlockNode {
    return { level: 0, items: [item] }
  }

  /** The subtree that `node` becomes. What is new beneath it is in the store; its own block is not. */
  async node(node: BlockNode, path: readonly number[], edits: readonly Edit[]): Promise<Subtree> {
    this.signal?.throwIfAborted()
    const { level } = node
    if (level === COLLISION_LEVEL) return this.collision(node.items, path, edits)
    const bySlot = new Map<number, Edit[]>()
    for (const edit of edits) {
      const slot = digitOf(edit.hash, level)
      const list = bySlot.get(slot)
      if (list) list.push(edit)
      else bySlot.set(slot, [edit])
    }
    const slots = [...bySlot.keys()].sort((a, b) => a - b)
    const held = new Map(node.items.map((item) => [item.slot, item]))
    const after = new Map<number, Item | undefined>()
    const one = async (slot: number, child: BlockNode | undefined): Promise<void> => {
      const below = [...path, slot]
      const result = await this.slot(held.get(slot), child, below, bySlot.get(slot)!)
      after.set(slot, await this.itemOf(below, result))
    }
    const group = edits.length > manyEdits ? 1 : 32
    for (let i = 0; i < slots.length; i += group) {
      const some = slots.slice(i, i + group)
      const children = await this.children(some, held, path)
      await allSettled(some.map((slot, k) => one(slot, children[k])))
    }
    const items: Item[] = []
    for (let slot = 0; slot < 32; ++slot) {
      const item = after.has(slot) ? after.get(slot) : held.get(slot)
      if (item) items.push(item)
    }
    return items.length === 0
      ? undefined
      : items.length === 1 && level > 0 && isEntry(items[0]!.kind)
        ? items[0]
        : { level, items }
  }

  /** The nodes of children with blocks of their own, read together. */
  private async children(
    slots: readonly number[],
    held: ReadonlyMap<number, Item>,
    path: readonly number[],
  ): Promise<(BlockNode | undefined)[]> {
    const wanted = slots.flatMap((slot) => {
      const item = held.get(slot)
      return item?.kind === childByDigest
        ? [{ slot, ref: { digest: item.digest!, path: [...path, slot], at: undefined } }]
        : []
    })
    const nodes = await this.reader.nodes(
      wanted.map(({ ref }) => ref),
      this.signal,
    )
    const bySlot = new Map(wanted.map(({ slot }, i) => [slot, nodes[i]!]))
    return slots.map((slot) => bySlot.get(slot) ?? held.get(slot)?.child)
  }

  /** What a slot becomes. */
  private async slot(
    item: Item | undefined,
    child: BlockNode | undefined,
    below: readonly number[],
    edits: readonly Edit[],
  ): Promise<Subtree> {
    if (child) return this.node(child, below, edits)
    return this.merged(item ? [item] : [], below, edits).then((items) => this.built(items, below))
  }

  /** Entries with edits applied, each with its key; what is new of long texts is in the store. */
  private async merged(
    items: readonly Item[],
    below: readonly number[],
    edits: readonly Edit[],
  ): Promise<{ item: Item; key: Uint8Array }[]> {
    const complete = await this.reader.complete(
      items.map((item) => ({ item, below })),
      { keys: true },
      this.signal,
    )
    const result: { item: Item; key: Uint8Array }[] = []
    const left = new Map(edits.map((edit) => [latin1.decode(edit.key), edit]))
    for (const item of items) {
      const { key } = complete.get(item)!
      const name = latin1.decode(key)
      const edit = left.get(name)
      if (!edit) {
        result.push({ item, key })
        continue
      }
      left.delete(name)
      if (edit.value) result.push({ item: await this.entry(edit.key, edit.value), key })
      else --this.growth
    }
    for (const edit of left.values()) {
      if (!edit.value) continue
      ++this.growth
      result.push({ item: await this.entry(edit.key, edit.value), key: edit.key })
    }
    return result
  }

  private async entry(key: Uint8Array, value: Uint8Array): Promise<Item> {
    const put = async (bytes: Uint8Array): Promise<Uint8Array | undefined> => {
      if (bytes.length <= LONGEST_TEXT) return undefined
      const digest = textDigest(bytes)
      await this.outbox.put(digest, textBlock(bytes))
      return digest
    }
    const [keyDigest, valueDigest] = await Promise.all([put(key), put(value)])
    return makeEntry(0, key, valueDigest ? undefined : value, keyDigest, valueDigest)
  }

  /** The subtree of entries that share the digits of `below`. */
  private async built(
    entries: readonly { item: Item; key: Uint8Array }[],
    below: readonly number[],
  ): Promise<Subtree> {
    const level = below.length
    if (entries.length === 0) return undefined
    if (entries.length === 1) return entries[0]!.item
    if (level === COLLISION_LEVEL) return collisionNode(entries)
    const bySlot = new Map<number, { item: Item; key: Uint8Array }[]>()
    for (const entry of entries) {
      const slot = digitOf(this.reader.hash(entry.key), level)
      const list = bySlot.get(slot)
      if (list) list.push(entry)
      else bySlot.set(slot, [entry])
    }
    const slots = [...bySlot.keys()].sort((a, b) => a - b)
    const items = await allSettled(
      slots.map(async (slot) => {
        const path = [...below, slot]
        return (await this.itemOf(path, await this.built(bySlot.get(slot)!, path)))!
      }),
    )
    return { level, items }
  }

  private async collision(
    items: readonly Item[],
    path: readonly number[],
    edits: readonly Edit[],
  ): Promise<Subtree> {
    const entries = await this.merged(items, path, edits)
    return entries.length > 1 ? collisionNode(entries) : entries[0]?.item
  }

  /**
   * What a parent holds for the subtree at the end of `path`; a node that is too large to be inlined is put
   * into the store.
   */
  private async itemOf(path: readonly number[], subtree: Subtree): Promise<Item | undefined> {
    if (subtree === undefined) return undefined
    const slot = path.at(-1)!
    if (!isNode(subtree)) return { ...subtree, slot }
    if (bodySize(subtree) <= LONGEST_INLINED) return makeChild(slot, subtree)
    const digest = nodeDigest(subtree)
    const block = nodeBlock(subtree)
    await this.outbox.put(digest, block)
    this.reader.keep(nodeName({ digest, path }), subtree, block.length)
    return makeChild(slot, undefined, digest)
  }
}

function collisionNode(entries: readonly { item: Item; key: Uint8Array }[]): BlockNode {
  const sorted = [...entries].sort((a, b) => compareBytes(a.key, b.key))
  return { level: COLLISION_LEVEL, items: sorted.map(({ item }) => ({ ...item, slot: 0 })) }
}

/** Waits for all, also after a failure, and then throws the first one. */
async function allSettled<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  return (await Promise.allSettled(promises)).map((done) => {
    if (done.status === 'rejected') throw done.reason
    return done.value
  })
}
