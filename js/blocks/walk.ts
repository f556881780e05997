// Walks over remote maps: all entries, and what differs between two maps. Siblings are read together, and
// ahead.
import { itemDigest } from './digests.js'
import {
  type BlockNode,
  childByDigest,
  COLLISION_LEVEL,
  compareBytes,
  digitOf,
  hasLongKey,
  hasLongValue,
  isEntry,
  type Item,
  sameBytes,
} from './node.js'
import type { BlockReader } from './reader.js'

/** So many siblings are read in one go. */
const batch = 32

/** An entry on the way out, in bytes. */
export interface FoundEntry {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/**
 * The nodes of the children of `items` that have blocks of their own, read in batches, the next one while
 * this one is used.
 */
class Siblings {
  private readonly refs: { readonly item: Item; readonly path: readonly number[] }[]
  private next = 0
  private ahead: Promise<BlockNode[]> | undefined
  private here: BlockNode[] = []

  constructor(
    private readonly reader: BlockReader,
    items: readonly Item[],
    path: readonly number[],
    private readonly signal: AbortSignal | undefined,
    private readonly check = true,
  ) {
    this.refs = items
      .filter(({ kind }) => kind === childByDigest)
      .map((item) => ({ item, path: [...path, item.slot] }))
  }

  /** The node of the next child. */
  async take(): Promise<BlockNode> {
    if (this.here.length === 0) {
      this.here = await (this.ahead ?? this.read())
      this.ahead = this.next < this.refs.length ? this.read() : undefined
      this.ahead?.catch(() => {}) // heard of when it is waited for
    }
    return this.here.shift()!
  }

  private read(): Promise<BlockNode[]> {
    const refs = this.refs.slice(this.next, this.next + batch)
    this.next += batch
    const named = refs.map(({ item, path }) => ({ digest: item.digest!, path, at: item.at }))
    return this.check ? this.reader.nodes(named, this.signal) : this.reader.uncheckedNodes(named, this.signal)
  }
}

/** So many entries, and so many with a long key or value among them, are given out at once at most. */
const mostEntries = 1024
const mostLong = 16

/** Entries on their way out; those with a long key or value wait for it together. */
class Run {
  private found: FoundEntry[] = []
  private long: { readonly i: number; readonly item: Item; readonly below: readonly number[] }[] = []

  constructor(
    private readonly reader: BlockReader,
    private readonly signal: AbortSignal | undefined,
  ) {}

  add(item: Item, path: readonly number[], level: number): void {
    if (hasLongKey(item.kind) || hasLongValue(item.kind)) {
      const below = level === COLLISION_LEVEL ? path : [...path, item.slot]
      this.long.push({ i: this.found.length, item, below })
    }
    this.found.push(item as FoundEntry)
  }

  get isFull(): boolean {
    return this.found.length >= mostEntries || this.long.length >= mostLong
  }

  /** The entries so far. */
  async take(): Promise<FoundEntry[]> {
    const { found, long } = this
    this.found = []
    this.long = []
    if (long.length === 0) return found
    const complete = await this.reader.complete(long, { keys: true, values: true }, this.signal)
    for (const { i, item } of long) found[i] = complete.get(item) as FoundEntry
    return found
  }
}

/**
 * All entries below a node, in the order of iteration, some at a time. With `check` false the nodes are not
 * compared with their digests.
 */
export async function* entriesBelow(
  reader: BlockReader,
  node: BlockNode,
  path: readonly number[],
  signal?: AbortSignal,
  check = true,
): AsyncGenerator<FoundEntry[], void, void> {
  interface Frame {
    node: BlockNode
    path: readonly number[]
    i: number
    siblings: Siblings
  }
  const frames: Frame[] = []
  const run = new Run(reader, signal)
  const enter = (n: BlockNode, p: readonly number[]): void => {
    frames.push({ node: n, path: p, i: 0, siblings: new Siblings(reader, n.items, p, signal, check) })
  }
  enter(node, path)
  while (frames.length > 0) {
    const frame = frames.at(-1)!
    const item = frame.node.items[frame.i++]
    if (!item) {
      frames.pop()
    } else if (isEntry(item.kind)) {
      run.add(item, frame.path, frame.node.level)
      if (run.isFull) yield await run.take()
    } else if (item.child) {
      enter(item.child, [...frame.path, item.slot])
    } else {
      signal?.throwIfAborted()
      const found = await run.take()
      if (found.length > 0) yield found
      enter(await frame.siblings.take(), [...frame.path, item.slot])
    }
  }
  yield await run.take()
}

/** A key whose value differs. */
export interface Change {
  readonly key: Uint8Array
  readonly before: Uint8Array | undefined
  readonly after: Uint8Array | undefined
}

interface Side {
  readonly reader: BlockReader
  readonly node: BlockNode
}

/** What a side has in a slot. */
interface Held {
  readonly reader: BlockReader
  readonly item: Item | undefined
}

const same = (a: Item | undefined, b: Item | undefined): boolean => {
  if (!a || !b) return a === b
  if (isEntry(a.kind) !== isEntry(b.kind)) return false
  if (isEntry(a.kind) && a.key && b.key && a.value && b.value)
    return sameBytes(a.key, b.key) && sameBytes(a.value, b.value)
  return sameBytes(itemDigest(a), itemDigest(b))
}

/**
 * What differs between two nodes at one position, in the order of iteration. Reads what differs only;
 * recursion is as deep as the trie.
 */
export async function* changes(
  a: Side,
  b: Side,
  signal?: AbortSignal,
  path: readonly number[] = [],
): AsyncGenerator<Change, void, void> {
  if (a.node.level === COLLISION_LEVEL) {
    yield* collisionChanges(a, b, path, signal)
    return
  }
  const level = a.node.level
  const differing: { slot: number; x: Item | undefined; y: Item | undefined }[] = []
  for (let slot = 0, i = 0, j = 0; slot < 32; ++slot) {
    const x = a.node.items[i]?.slot === slot ? a.node.items[i++] : undefined
    const y = b.node.items[j]?.slot === slot ? b.node.items[j++] : undefined
    if (!same(x, y)) differing.push({ slot, x, y })
  }
  const itemsOf = (which: 'x' | 'y'): Item[] => differing.flatMap((d) => (d[which] ? [d[which]] : []))
  const before = new Siblings(a.reader, itemsOf('x'), path, signal)
  const after = new Siblings(b.reader, itemsOf('y'), path, signal)
  for (const { slot, x, y } of differing) {
    const below = [...path, slot]
    const isSimple = (!x || isEntry(x.kind)) && (!y || isEntry(y.kind))
    if (isSimple && (!x || !y || sameKey(x, y))) {
      yield await changeOf({ reader: a.reader, item: x }, { reader: b.reader, item: y }, below, signal)
      continue
    }
    const [nodeA, nodeB] = await Promise.all([
      asNode(a.reader, before, x, level + 1, below, signal),
      asNode(b.reader, after, y, level + 1, below, signal),
    ])
    yield* changes({ reader: a.reader, node: nodeA }, { reader: b.reader, node: nodeB }, signal, below)
  }
}

const sameKey = (x: Item, y: Item): boolean =>
  x.key && y.key
    ? sameBytes(x.key, y.key)
    : !!x.keyDigest && !!y.keyDigest && sameBytes(x.keyDigest, y.keyDigest)

/** What a slot holds as a node of the next level: a child, an entry alone, or nothing. */
async function asNode(
  reader: BlockReader,
  siblings: Siblings,
  item: Item | undefined,
  level: number,
  below: readonly number[],
  signal: AbortSignal | undefined,
): Promise<BlockNode> {
  if (!item) return { level, items: [] }
  if (item.kind === childByDigest) return siblings.take()
  if (item.child) return item.child
  if (level === COLLISION_LEVEL) return { level, items: [{ ...item, slot: 0 }] }
  const { key } = (await reader.complete([{ item, below }], { keys: true }, signal)).get(item)!
  return { level, items: [{ ...item, slot: digitOf(reader.hash(key), level) }] }
}

async function changeOf(
  x: Held,
  y: Held,
  below: readonly number[],
  signal: AbortSignal | undefined,
): Promise<Change> {
  const all = { keys: true, values: true }
  const [before, after] = await Promise.all(
    [x, y].map(async ({ reader, item }) =>
      item ? (await reader.complete([{ item, below }], all, signal)).get(item) : undefined,
    ),
  )
  return { key: (before ?? after)!.key, before: before?.value, after: after?.value }
}

async function* collisionChanges(
  a: Side,
  b: Side,
  path: readonly number[],
  signal: AbortSignal | undefined,
): AsyncGenerator<Change, void, void> {
  const keyed = async ({ reader, node }: Side): Promise<{ item: Item; key: Uint8Array }[]> => {
    const complete = await reader.complete(
      node.items.map((item) => ({ item, below: path })),
      { keys: true },
      signal,
    )
    return node.items.map((item) => ({ item, key: complete.get(item)!.key }))
  }
  const [xs, ys] = await Promise.all([keyed(a), keyed(b)])
  for (let i = 0, j = 0; i < xs.length || j < ys.length;) {
    const order = i === xs.length ? 1 : j === ys.length ? -1 : compareBytes(xs[i]!.key, ys[j]!.key)
    const x = order <= 0 ? xs[i++]!.item : undefined
    const y = order >= 0 ? ys[j++]!.item : undefined
    if (!same(x, y))
      yield await changeOf({ reader: a.reader, item: x }, { reader: b.reader, item: y }, path, signal)
  }
}
