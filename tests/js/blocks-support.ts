// What the tests of blocks share: stores in memory, and maps with every kind of key and value.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import type { BlockStore } from 'hamt-wasm/blocks'

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Blocks in a `Map`, with the calls counted; `failAt` makes the n-th call fail. */
export class MemoryStore implements BlockStore {
  readonly blocks = new Map<string, Uint8Array>()
  gets = 0
  puts = 0
  /** Bytes that were put. */
  bytes = 0
  failAt = Infinity

  get(digest: Uint8Array): Promise<Uint8Array | undefined> {
    ++this.gets
    return this.answer(() => this.blocks.get(hex(digest))?.slice())
  }

  put(digest: Uint8Array, block: Uint8Array): Promise<void> {
    ++this.puts
    const copy = block.slice()
    return this.answer(() => {
      this.bytes += copy.length
      this.blocks.set(hex(digest), copy)
    })
  }

  copy(): MemoryStore {
    const other = new MemoryStore()
    for (const [name, block] of this.blocks) other.blocks.set(name, block)
    return other
  }

  private async answer<T>(f: () => T): Promise<T> {
    const fails = --this.failAt < 0
    await Promise.resolve()
    if (fails) throw new Error('the store fails')
    return f()
  }
}

const { pairs } = JSON.parse(
  readFileSync(new URL('../vectors/key-collisions.json', import.meta.url), 'utf8'),
) as { pairs: Record<string, [string, string, ...unknown[]][]> }
/** Keys whose hashes are equal, or begin alike, in pairs. */
const colliding = Object.values(pairs).flatMap((group) => group.slice(0, 4).flatMap(([a, b]) => [a, b]))

/** A key of one of the kinds that blocks tell apart. */
export function keyOf(i: number): string {
  if (i % 7 === 6) return colliding[Math.floor(i / 7)] ?? `plain ${i}`
  if (i % 11 === 3) return 'k'.repeat(1100) + i
  if (i % 11 === 4) return 'é'.repeat(512 - 4) + String(i).padStart(8, '0')
  if (i % 3 === 0) return `ключ ${i}`
  return `${i % 3 === 1 ? '0x' : '0X'}${i.toString(16).padStart(8, '0')}`
}

export type Value = number | string | { n: number; text: string }

export function valueOf(i: number): Value {
  if (i % 13 === 5) return 'v'.repeat(1020 + (i % 7)) + i
  if (i % 5 === 0) return { n: i, text: 'x'.repeat(i % 80) }
  return i
}

export type Edit = readonly [key: string, value: Value | undefined]

/** A history: lists of edits, each one version further. */
export const histories = (keys: number, edits: number, versions: number): fc.Arbitrary<Edit[][]> =>
  fc.array(
    fc.array(
      fc
        .tuple(fc.nat(keys - 1), fc.option(fc.nat(200), { nil: undefined, freq: 3 }))
        .map(([k, v]): Edit => [keyOf(k), v === undefined ? undefined : valueOf(v)]),
      { maxLength: edits, size: 'max' },
    ),
    { minLength: 1, maxLength: versions, size: 'max' },
  )

export async function all<T>(from: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of from) list.push(item)
  return list
}
