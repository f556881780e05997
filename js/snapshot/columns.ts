// Integers of fixed width and bits, read where they lie in a snapshot.
import type { ByteReader } from '../core.js'
import { SnapshotError } from '../errors.js'

/** How many bytes a column takes for each number up to `max`. */
export function widthOf(max: number): number {
  return max < 0x100 ? 1 : max < 0x10000 ? 2 : max < 0x1000000 ? 3 : 4
}

/** Numbers of equal width, as planes: all lowest bytes first. */
export class Column {
  private readonly bytes: Uint8Array
  private readonly start: number

  constructor(
    reader: ByteReader,
    readonly count: number,
    private readonly width: number,
  ) {
    this.bytes = reader.bytes
    this.start = reader.skip(count * width)
  }

  get(i: number): number {
    let at = this.start + i
    let value = this.bytes[at]!
    for (let p = 1, scale = 256; p < this.width; ++p, scale *= 256)
      value += this.bytes[(at += this.count)]! * scale
    return value
  }
}

function ones(x: number): number {
  x -= (x >> 1) & 0x55
  x = (x & 0x33) + ((x >> 2) & 0x33)
  return (x + (x >> 4)) & 15
}

/** Bits that can be counted and searched: how many ones there are before every 64th byte is kept. */
export class Bits {
  private static readonly stride = 64
  private readonly bytes: Uint8Array
  private readonly start: number
  private readonly before: Uint32Array

  constructor(reader: ByteReader, count: number, expected: number) {
    const length = Math.ceil(count / 8)
    this.bytes = reader.bytes
    this.start = reader.skip(length)
    this.before = new Uint32Array(Math.ceil(length / Bits.stride) + 1)
    let sum = 0
    for (let i = 0; i < length; ++i) {
      if (i % Bits.stride === 0) this.before[i / Bits.stride] = sum
      sum += ones(this.bytes[this.start + i]!)
    }
    this.before[this.before.length - 1] = sum
    const padding = count % 8 === 0 ? 0 : this.bytes[this.start + length - 1]! >> (count % 8)
    if (sum !== expected || padding !== 0) throw new SnapshotError('bits', this.start)
  }

  get(i: number): boolean {
    return ((this.bytes[this.start + (i >>> 3)]! >> (i & 7)) & 1) === 1
  }

  /** How many ones there are before bit `i`. O(1): at most 64 bytes are looked at. */
  rank(i: number): number {
    const byte = i >>> 3
    const group = Math.floor(byte / Bits.stride)
    let sum = this.before[group]!
    for (let b = group * Bits.stride; b < byte; ++b) sum += ones(this.bytes[this.start + b]!)
    return (i & 7) === 0 ? sum : sum + ones(this.bytes[this.start + byte]! & ((1 << (i & 7)) - 1))
  }

  /** Where the zero is that has `n` zeros before it. There must be one. O(log count). */
  zero(n: number): number {
    const bits = Bits.stride * 8
    let low = 0
    let high = this.before.length - 2
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (middle * bits - this.before[middle]! <= n) low = middle
      else high = middle - 1
    }
    let left = n - (low * bits - this.before[low]!)
    let byte = low * Bits.stride
    for (;;) {
      const zeros = 8 - ones(this.bytes[this.start + byte]!)
      if (left < zeros) break
      left -= zeros
      ++byte
    }
    let bit = byte * 8
    for (; this.get(bit) || left-- > 0; ++bit);
    return bit
  }
}
