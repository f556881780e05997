// Tables of front-coded strings, searched and read where they lie in a snapshot.
import { ByteReader } from '../core.js'
import { SnapshotError } from '../errors.js'
import { packHexadecimal, unpackHexadecimal } from './hexadecimal.js'

export const blockStrings = 32
const mostShared = 127

/** Throws what a `ByteReader` of a snapshot finds wrong. */
export function failSnapshot(fault: string, offset: number): never {
  throw new SnapshotError(fault, offset)
}

/** How many bytes of `a` from `i` on are equal to `length` bytes of `b` from `j` on. */
function commonPrefix(a: Uint8Array, i: number, b: Uint8Array, j: number, length: number): number {
  const most = Math.min(a.length - i, length)
  let n = 0
  while (n < most && a[i + n] === b[j + n]) ++n
  return n
}

/** Whether the first is less (negative), equal or greater, given that they share `common` bytes. */
function orderAfter(
  common: number,
  a: Uint8Array,
  i: number,
  b: Uint8Array,
  j: number,
  length: number,
): number {
  const most = Math.min(a.length - i, length)
  return common < most ? a[i + common]! - b[j + common]! : a.length - i - length
}

/** Front-coded strings in ascending order. */
export class StringTable {
  /** Where each block begins, and where the last ends. */
  private readonly starts: Uint32Array
  /**
   * The string under the last `step`: where its own bytes are, how many bytes it shares, its whole length.
   */
  private own = 0
  private shared = 0
  private length = 0
  private buffer = new Uint8Array(64)
  private readonly bytes: Uint8Array
  private readonly first: Uint8Array
  /** Whether the strings are `0x` and hexadecimal digits, and their bytes are stored. */
  private readonly packed: boolean

  constructor(
    reader: ByteReader,
    readonly count: number,
  ) {
    const { bytes } = reader
    this.bytes = bytes
    const form = reader.byte()
    if (form > 1) throw new SnapshotError('form', reader.at - 1)
    this.packed = form === 1
    const blocks = Math.ceil(count / blockStrings)
    if (blocks > reader.end - reader.at) throw new SnapshotError('truncated', reader.at)
    this.starts = new Uint32Array(blocks + 1)
    let at = 0
    for (let b = 0; b < blocks; ++b) {
      at += reader.varint(2 ** 32)
      this.starts[b + 1] = at
    }
    const start = reader.skip(at)
    for (let b = 0; b <= blocks; ++b) this.starts[b]! += start
    this.first = new Uint8Array(0)
    if (count > 0) {
      this.step(start, this.starts[1]!, 0)
      this.first = bytes.subarray(this.own, this.own + this.length)
    }
  }

  /**
   * Reads what is before the own bytes of the string at `at`; `before` is the length of its model. Gives
   * where it ends.
   */
  private step(at: number, end: number, before: number): number {
    const start = at
    const bytes = this.bytes
    const token = at < end ? bytes[at++]! : 0xff
    let shared = token >> 4
    let fold = token & 15
    if (shared === 15) shared += at < end ? bytes[at++]! : 255
    if (fold === 15) {
      const reader = new ByteReader(bytes, at, end, failSnapshot)
      fold += reader.varint(2 ** 32)
      at = reader.at
    }
    const length = before + (fold % 2 === 0 ? fold / 2 : -(fold + 1) / 2)
    if (shared > mostShared || shared > before || length < shared || length - shared > end - at) {
      throw new SnapshotError('string', start)
    }
    this.own = at
    this.shared = shared
    this.length = length
    return at + length - shared
  }

  /** The number of `text`, or -1. O(log count) blocks, then one block. */
  find(text: Uint8Array): number {
    if (this.count === 0) return -1
    const { bytes, first, starts } = this
    const key = this.packed ? packHexadecimal(text) : text
    if (key === undefined) return -1
    const common = commonPrefix(key, 0, first, 0, first.length)
    const beyond = orderAfter(common, key, 0, first, 0, first.length)
    if (beyond <= 0) return beyond === 0 ? 0 : -1
    // The last block whose first string is not above the key.
    let low = 0
    let high = starts.length - 2
    let matched = common
    while (low < high) {
      const middle = (low + high + 1) >> 1
      this.step(starts[middle]!, starts[middle + 1]!, first.length)
      const shared = this.shared
      let n = common
      // Sharing more with the first string than the key does, it is below the key; sharing less, it is above.
      let side = shared - common
      if (shared === common || (shared === mostShared && common > mostShared)) {
        n = commonPrefix(key, shared, bytes, this.own, this.length - shared)
        side = orderAfter(n, key, shared, bytes, this.own, this.length - shared)
        if (side === 0) return middle * blockStrings
        n += shared
      }
      if (side > 0) {
        low = middle
        matched = n
      } else high = middle - 1
    }
    let index = low * blockStrings
    const end = starts[low + 1]!
    const last = Math.min(index + blockStrings, this.count)
    let at = this.step(starts[low]!, end, low === 0 ? 0 : first.length)
    while (++index < last) {
      at = this.step(at, end, this.length)
      const shared = this.shared
      if (shared > matched) continue
      if (shared < matched && shared < mostShared) return -1
      matched = commonPrefix(key, shared, bytes, this.own, this.length - shared)
      const order = orderAfter(matched, key, shared, bytes, this.own, this.length - shared)
      if (order <= 0) return order === 0 ? index : -1
      matched += shared
    }
    return -1
  }

  private grow(length: number): void {
    if (length <= this.buffer.length) return
    const larger = new Uint8Array(2 * length)
    larger.set(this.buffer)
    this.buffer = larger
  }

  private text(string: Uint8Array): Uint8Array<ArrayBuffer> {
    return this.packed ? unpackHexadecimal(string) : new Uint8Array(string)
  }

  /** A copy of string `index`. O(one block). */
  get(index: number): Uint8Array<ArrayBuffer> {
    const block = Math.floor(index / blockStrings)
    const { bytes, first, starts } = this
    const end = starts[block + 1]!
    let at = starts[block]!
    for (let i = block * blockStrings; i <= index; ++i) {
      const heads = i % blockStrings === 0
      at = this.step(at, end, !heads ? this.length : i === 0 ? 0 : first.length)
      this.grow(this.length)
      if (heads) this.buffer.set(first.subarray(0, this.shared))
      for (let from = this.own, to = this.shared; from < at; ++from, ++to) this.buffer[to] = bytes[from]!
    }
    return this.text(this.buffer.subarray(0, this.length))
  }

  /** Copies of the strings of a block. O(one block). */
  block(block: number): Uint8Array<ArrayBuffer>[] {
    const { bytes, first, starts } = this
    const strings: Uint8Array<ArrayBuffer>[] = []
    const end = starts[block + 1]!
    let at = starts[block]!
    let model = block === 0 ? new Uint8Array(0) : first
    for (let i = block * blockStrings; i < this.count && strings.length < blockStrings; ++i) {
      at = this.step(at, end, model.length)
      const string = new Uint8Array(this.length)
      string.set(model.subarray(0, this.shared))
      string.set(bytes.subarray(this.own, at), this.shared)
      strings.push(this.text(string))
      model = string
    }
    return strings
  }
}
