// Reader of inclusion and exclusion proofs (cpp/digest/DIGEST.md): computes the digest that a proof leads to.

import { keccak_256 } from '@noble/hashes/sha3.js'
import { ByteReader } from '../codec/byte-reader.js'
import { ProofError } from '../errors.js'
import { nodeLevels } from './siphash.js'

/**
 * A key that is asked about, with its hash, whose digits are its slots; `value` is set when its entry has
 * been read.
 */
export interface KeyQuery {
  readonly key: Uint8Array
  readonly hash: bigint
  value?: Uint8Array
}

/**
 * The digest to which `proof` leads for these queries, which must be sorted by key and all different. The
 * answers are worth something only if that digest is the expected one. At most 18 levels of recursion for
 * each of 13 nodes; work is linear in the proof's length for each key. Throws `ProofError` for anything that
 * is not well formed.
 */
export function readProof(proof: Uint8Array, queries: KeyQuery[]): Uint8Array {
  return new ProofReader(proof).map(queries)
}

const slotOf = (q: KeyQuery, level: number): number => Number((q.hash >> BigInt(5 * level)) & 31n)

/** The bits of a map that are set for the `width` slots from `from` on. */
const slots = (map: number, from: number, width: number): number =>
  (map >>> from) & (0xffff_ffff >>> (32 - width))

class ProofReader {
  private readonly input: ByteReader

  constructor(private readonly bytes: Uint8Array) {
    this.input = new ByteReader(bytes, 0, bytes.length, (fault, offset) =>
      fault === 'truncated'
        ? this.fail('truncated', 'the proof ends too early', offset)
        : this.malformed('a number that is too large or not in its shortest form', offset),
    )
  }

  map(queries: KeyQuery[]): Uint8Array {
    if (this.input.byte() !== 1) this.fail('version', 'unknown version of the proof format', 0)
    const size = this.varint()
    const root = size === 0 ? hash(tag('0')) : this.node(0, queries)
    if (this.input.at !== this.bytes.length) this.fail('trailing', 'bytes after the proof', this.input.at)
    return hash(tag('M'), Uint8Array.of(1, 1), u32(size), u32(size / 2 ** 32), root)
  }

  private node(level: number, queries: KeyQuery[]): Uint8Array {
    const start = this.input.at
    const entries = this.u32()
    const children = this.u32()
    const occupied = entries | children
    if (occupied === 0) this.malformed('a node without slots', start)
    if ((entries & children) !== 0) this.malformed('a slot with both an entry and a child', start)
    if (level === nodeLevels - 1 && occupied >>> 16 !== 0)
      this.malformed('a slot that the last level does not have', start)
    const head = [tag('N'), this.bytes.subarray(start, this.input.at)]

    // `top`: nothing of this node was hashed above, so the first pair, or the only slot, goes in with the
    // maps.
    const range = (from: number, width: number, inside: KeyQuery[], top: boolean): Uint8Array | undefined => {
      if (slots(occupied, from, width) === 0) return undefined
      if (width > 1 && (top || inside.length > 0)) {
        const half = width / 2
        const middle = from + half
        const both = slots(occupied, from, half) !== 0 && slots(occupied, middle, half) !== 0
        const [before, after] = split(inside, (q) => slotOf(q, level) < middle)
        const left = range(from, half, before, top && !both)
        const right = range(middle, half, after, top && !both)
        return left && right ? hash(...(top ? head : [tag('P')]), left, right) : (left ?? right)
      }
      const digest =
        inside.length === 0
          ? this.take(32)
          : slots(entries, from, 1)
            ? this.entry(inside)
            : level < nodeLevels - 1
              ? this.node(level + 1, inside)
              : this.collision(inside)
      return top ? hash(...head, digest) : digest
    }
    // a key that falls into an empty slot is absent: the maps say so
    const further = queries.filter((q) => slots(occupied, slotOf(q, level), 1) !== 0)
    return range(0, 32, further, true)!
  }

  /** The entry of a slot into which the queries fall: it is about one of them, or about another key. */
  private entry(queries: KeyQuery[]): Uint8Array {
    const start = this.input.at
    const index = this.varint()
    if (index > 0) {
      const asked = queries[index - 1]
      if (!asked) this.malformed('an entry for a key that was not asked', start)
      asked.value = this.blob()
      return entryDigest(asked.key, asked.value)
    }
    const key = this.brief()
    if (queries.some((q) => compare(brief(q.key), key) === 0))
      this.malformed('a key that was asked, shown as another', start)
    return hash(tag('E'), key, this.brief())
  }

  private collision(queries: KeyQuery[]): Uint8Array {
    const start = this.input.at
    const count = this.u32()
    if (count < 2) this.malformed('a collision node with fewer than two entries', start)
    const head = [tag('C'), this.bytes.subarray(start, this.input.at)]

    const present = new Map<number, KeyQuery>()
    const absent: { key: Uint8Array; rank: number }[] = []
    const shown = new Set<number>()
    let least = 0 // the smallest rank that the next key can have
    for (const q of queries) {
      const at = this.input.at
      const position = this.varint()
      const isPresent = position % 2 === 1
      const rank = (position - (position % 2)) / 2
      if (rank < least || rank > count || (isPresent && rank === count))
        this.malformed('a key out of order', at)
      if (isPresent) {
        present.set(rank, q)
        shown.add(rank)
        least = rank + 1
      } else {
        absent.push({ key: q.key, rank })
        if (rank > 0) shown.add(rank - 1)
        if (rank < count) shown.add(rank)
        least = rank
      }
    }

    const keys = new Map<number, Uint8Array>()
    const indices = [...shown].sort((a, b) => a - b)
    const range = (from: number, size: number, top: boolean): Uint8Array => {
      if (!top && !(firstFrom(indices, from) < from + size)) return this.take(32)
      if (size > 1) {
        const half = 2 ** (31 - Math.clz32(size - 1))
        const left = range(from, half, false)
        return hash(...(top ? head : [tag('P')]), left, range(from + half, size - half, false))
      }
      const q = present.get(from)
      if (q) {
        keys.set(from, q.key)
        q.value = this.blob()
        return entryDigest(q.key, q.value)
      }
      const key = this.blob()
      keys.set(from, key)
      return hash(tag('E'), brief(key), this.brief())
    }
    const digest = range(0, count, true)

    for (const { key, rank } of absent) {
      const before = keys.get(rank - 1)
      const after = keys.get(rank)
      if ((before && compare(before, key) >= 0) || (after && compare(key, after) >= 0)) {
        this.malformed('an absent key that is not between its neighbours', start)
      }
    }
    return digest
  }

  private malformed(message: string, offset: number): never {
    this.fail('malformed', message, offset)
  }

  private fail(code: string, message: string, offset: number): never {
    throw new ProofError(code, `${message} (at byte ${offset} of the proof)`)
  }

  private take(size: number): Uint8Array {
    const start = this.input.skip(size)
    return this.bytes.subarray(start, start + size)
  }

  private u32(): number {
    const start = this.input.skip(4)
    const { bytes } = this
    return (
      (bytes[start]! | (bytes[start + 1]! << 8) | (bytes[start + 2]! << 16) | (bytes[start + 3]! << 24)) >>> 0
    )
  }

  private varint(): number {
    return this.input.varint(2 ** 53)
  }

  private blob(): Uint8Array {
    return this.take(this.varint())
  }

  private brief(): Uint8Array {
    const start = this.input.at
    const size = this.input.byte()
    if (size > 64 && size !== 0xff) this.malformed('a brief field that is neither short nor a digest', start)
    this.take(size === 0xff ? 32 : size)
    return this.bytes.subarray(start, this.input.at)
  }
}

/** The first of ascending numbers that is at least `from`; Infinity for none. O(log). */
function firstFrom(ascending: readonly number[], from: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (ascending[middle]! < from) low = middle + 1
    else high = middle
  }
  return ascending[low] ?? Infinity
}

const entryDigest = (key: Uint8Array, value: Uint8Array): Uint8Array =>
  hash(tag('E'), brief(key), brief(value))

/** At most 65 bytes that stand for `bytes`: up to 64 bytes themselves, or their digest. */
function brief(bytes: Uint8Array): Uint8Array {
  return bytes.length <= 64
    ? concat([Uint8Array.of(bytes.length), bytes])
    : concat([Uint8Array.of(0xff), hash(tag('L'), bytes)])
}

const tag = (letter: string): Uint8Array => Uint8Array.of(letter.charCodeAt(0))

function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, true)
  return bytes
}

function hash(...parts: Uint8Array[]): Uint8Array {
  return keccak_256(concat(parts))
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  let size = 0
  for (const part of parts) size += part.length
  const joined = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

function split<T>(items: readonly T[], first: (item: T) => boolean): [T[], T[]] {
  const yes: T[] = []
  const no: T[] = []
  for (const item of items) (first(item) ? yes : no).push(item)
  return [yes, no]
}

/** Order by unsigned bytes, a prefix first. */
export function compare(a: Uint8Array, b: Uint8Array): number {
  const end = Math.min(a.length, b.length)
  for (let i = 0; i < end; ++i) if (a[i] !== b[i]) return a[i]! - b[i]!
  return a.length - b.length
}
