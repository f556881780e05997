// Reading a snapshot where it lies: no wasm, no copy, no trie. cpp/snapshot/FORMAT.md describes the bytes.
//
// What makes this possible is that a file stores, for each key, the list of its changes: a lookup finds the key in the
// sorted table, then the last change that its version has seen. Both are binary searches.
//
// A view believes nothing that would take it out of bounds or round in circles: counts, lengths and the tree of versions are
// checked when it is made, and each string again when it is read. Whether keys are sorted and sizes true is for the validator.
import { SnapshotError } from '../errors.js'

const formatVersion = 1
const blockStrings = 32
const mostShared = 127
const checksumLength = 8

/** A place in the bytes, moving on. */
class Reader {
  constructor(
    readonly bytes: Uint8Array,
    public at: number,
    readonly end: number,
  ) {}

  byte(): number {
    if (this.at >= this.end) throw new SnapshotError('truncated', this.at)
    return this.bytes[this.at++]!
  }

  /** LEB128 below 2^32. */
  varint(): number {
    const start = this.at
    let value = 0
    for (let scale = 1; scale < 2 ** 35; scale *= 128) {
      const b = this.byte()
      value += (b & 127) * scale
      if (b < 128) {
        if (value >= 2 ** 32 || (b === 0 && scale > 1)) break
        return value
      }
    }
    throw new SnapshotError('varint', start)
  }

  zigzag(): number {
    const u = this.varint()
    return u % 2 === 0 ? u / 2 : -(u + 1) / 2
  }

  /** Steps over `length` bytes and says where they begin. */
  skip(length: number): number {
    if (length > this.end - this.at) throw new SnapshotError('truncated', this.end)
    const start = this.at
    this.at += length
    return start
  }
}

/** Compares the rest of `a` from `i` with `length` bytes of `b` from `j`: how many are equal, and which is greater, in `order`. */
let order = 0
function match(a: Uint8Array, i: number, b: Uint8Array, j: number, length: number): number {
  const most = Math.min(a.length - i, length)
  let n = 0
  while (n < most && a[i + n] === b[j + n]) ++n
  order = n < most ? a[i + n]! - b[j + n]! : a.length - i - length
  return n
}

/** Front-coded strings in ascending order. */
class StringTable {
  /** Where each block begins, and where the last ends. */
  private readonly starts: Uint32Array
  /** The string under the last `step`: where its own bytes are, how many bytes it shares, its whole length. */
  private own = 0
  private shared = 0
  private length = 0
  private scratch = new Uint8Array(64)
  readonly first: Uint8Array

  constructor(
    private readonly bytes: Uint8Array,
    reader: Reader,
    readonly count: number,
  ) {
    const blocks = Math.ceil(count / blockStrings)
    if (blocks > reader.end - reader.at) throw new SnapshotError('truncated', reader.end)
    this.starts = new Uint32Array(blocks + 1)
    let at = 0
    for (let b = 0; b < blocks; ++b) {
      at += reader.varint()
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

  /** Reads what is before the own bytes of the string at `at`; `before` is the length of its model. Gives where it ends. */
  private step(at: number, end: number, before: number): number {
    const start = at
    const bytes = this.bytes
    const token = at < end ? bytes[at++]! : 0xff
    let shared = token >> 4
    let fold = token & 15
    if (shared === 15) shared += at < end ? bytes[at++]! : 255
    if (fold === 15) {
      const reader = new Reader(bytes, at, end)
      fold += reader.varint()
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

  /** The number of `key`, or -1. O(log count) blocks, then one block; does not allocate. */
  find(key: Uint8Array): number {
    if (this.count === 0) return -1
    const { bytes, first, starts } = this
    const common = match(key, 0, first, 0, first.length)
    const beyond = order
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
        n = shared + match(key, shared, bytes, this.own, this.length - shared)
        if (order === 0) return middle * blockStrings
        side = order
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
      matched = shared + match(key, shared, bytes, this.own, this.length - shared)
      if (order <= 0) return order === 0 ? index : -1
    }
    return -1
  }

  private grow(length: number): void {
    if (length <= this.scratch.length) return
    const larger = new Uint8Array(2 * length)
    larger.set(this.scratch)
    this.scratch = larger
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
      if (heads) this.scratch.set(first.subarray(0, this.shared))
      for (let from = this.own, to = this.shared; from < at; ++from, ++to) this.scratch[to] = bytes[from]!
    }
    return this.scratch.slice(0, this.length)
  }

  /** Copies of the strings from `index` on in the same block. O(one block). */
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
      strings.push(string)
      model = string
    }
    return strings
  }
}

/** Numbers of equal width, as planes: all lowest bytes first. */
class Column {
  private readonly start: number

  constructor(
    private readonly bytes: Uint8Array,
    reader: Reader,
    readonly count: number,
    private readonly width: number,
  ) {
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

function widthOf(max: number): number {
  return max < 0x100 ? 1 : max < 0x10000 ? 2 : max < 0x1000000 ? 3 : 4
}

function ones(x: number): number {
  x -= (x >> 1) & 0x55
  x = (x & 0x33) + ((x >> 2) & 0x33)
  return (x + (x >> 4)) & 15
}

/** Bits that can be counted and searched: how many ones there are before every 64th byte is kept. */
class Bits {
  private static readonly stride = 64
  private readonly start: number
  private readonly before: Uint32Array

  constructor(
    private readonly bytes: Uint8Array,
    reader: Reader,
    count: number,
    expected: number,
  ) {
    const length = Math.ceil(count / 8)
    this.start = reader.skip(length)
    this.before = new Uint32Array(Math.ceil(length / Bits.stride) + 1)
    let sum = 0
    for (let i = 0; i < length; ++i) {
      if (i % Bits.stride === 0) this.before[i / Bits.stride] = sum
      sum += ones(bytes[this.start + i]!)
    }
    this.before[this.before.length - 1] = sum
    const padding = count % 8 === 0 ? 0 : bytes[this.start + length - 1]! >> (count % 8)
    if (sum !== expected || padding !== 0) throw new SnapshotError('bits', this.start)
  }

  get(i: number): boolean {
    return ((this.bytes[this.start + (i >>> 3)]! >> (i & 7)) & 1) === 1
  }

  /** How many ones there are before bit `i`. */
  rank(i: number): number {
    const byte = i >>> 3
    const group = Math.floor(byte / Bits.stride)
    let sum = this.before[group]!
    for (let b = group * Bits.stride; b < byte; ++b) sum += ones(this.bytes[this.start + b]!)
    return (i & 7) === 0 ? sum : sum + ones(this.bytes[this.start + byte]! & ((1 << (i & 7)) - 1))
  }

  /** Where the zero is that has `n` zeros before it. There must be one. */
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

/** What a snapshot's file says, read in place. @internal */
export class SnapshotView {
  /** How many versions were written. */
  readonly length: number
  /** CBOR, or nothing. */
  readonly meta: Uint8Array
  private readonly listing: Column | undefined
  private readonly bases: Int32Array
  private readonly ends: Uint32Array
  private readonly sizes: Float64Array
  private readonly keys: StringTable
  private readonly values: StringTable
  private readonly inFirst: Bits
  private readonly runs: Bits
  private readonly versions: Column
  private readonly codes: Column
  private readonly first: number

  /** Takes the file apart. O(versions + keys / 8); allocates 16 bytes a version and a byte in eight keys. */
  constructor(private readonly bytes: Uint8Array) {
    for (let i = 0; i < 4; ++i) {
      if (bytes.length <= i) throw new SnapshotError('truncated', bytes.length)
      if (bytes[i] !== 'HAMT'.charCodeAt(i)) throw new SnapshotError('magic', i)
    }
    const known = ['unknown-format', 'unknown-hash', 'unknown-digest']
    known.forEach((code, i) => {
      if (bytes.length <= 4 + i) throw new SnapshotError('truncated', bytes.length)
      if (bytes[4 + i] !== formatVersion) throw new SnapshotError(code, 4 + i)
    })
    if (bytes.length < 7 + checksumLength) throw new SnapshotError('truncated', bytes.length)
    const reader = new Reader(bytes, 7, bytes.length - checksumLength)
    const metaLength = reader.varint()
    const outside = reader.varint()
    const countsAt = reader.at
    const count = reader.varint()
    const listed = reader.varint()
    const keys = reader.varint()
    const values = reader.varint()
    const first = reader.varint()
    const later = reader.varint()
    if (
      first > keys ||
      (count < 2 && later > 0) ||
      (count === 0 && first + listed > 0) ||
      (listed > 0 && listed < count)
    ) {
      throw new SnapshotError('count', countsAt)
    }
    if (outside > 0) throw new SnapshotError('needs-base', 0)
    const metaAt = reader.skip(metaLength)
    this.meta = bytes.subarray(metaAt, metaAt + metaLength)
    this.first = first
    this.length = listed || count

    if (2 * count > reader.end - reader.at) throw new SnapshotError('truncated', reader.end)
    this.bases = new Int32Array(count)
    this.ends = new Uint32Array(count).fill(count)
    this.sizes = new Float64Array(count)
    for (let v = 0; v < count; ++v) {
      const at = reader.at
      let base = v - 1
      for (let climb = reader.varint(); climb > 0; --climb) {
        if (base < 0) throw new SnapshotError('tree', at)
        this.ends[base] = v
        base = this.bases[base]!
      }
      this.bases[v] = base
    }
    for (let v = 0; v < count; ++v) {
      const base = this.bases[v]!
      this.sizes[v] = reader.zigzag() + (base < 0 ? 0 : this.sizes[base]!)
    }
    this.listing = listed > 0 ? new Column(bytes, reader, listed, widthOf(count - 1)) : undefined
    this.keys = new StringTable(bytes, reader, keys)
    this.values = new StringTable(bytes, reader, values)
    this.inFirst = new Bits(bytes, reader, keys, first)
    this.runs = new Bits(bytes, reader, keys + later, later)
    this.versions = new Column(bytes, reader, later, widthOf(count - 1))
    this.codes = new Column(bytes, reader, first + later, widthOf(values))
    if (reader.at !== reader.end) throw new SnapshotError('trailing', reader.at)
  }

  /** The file's number of listed version `i`, which all other methods take. O(1). */
  version(i: number): number {
    const v = this.listing ? this.listing.get(i) : i
    if (v >= this.bases.length) throw new SnapshotError('listing', -1)
    return v
  }

  size(version: number): number {
    return this.sizes[version]!
  }

  /** The number of a key in this file, or -1. O(log keys). */
  find(key: Uint8Array): number {
    return this.keys.find(key)
  }

  /** 0 when version `v` has no such key, or 1 + the number of its value. O(log changes of the key). */
  code(key: number, v: number): number {
    const start = key === 0 ? 0 : this.runs.zero(key - 1) - (key - 1)
    let end = this.runs.zero(key) - key
    // The last change that is at v or at a version that v stands on.
    for (let at = v; at >= 0 && end > start;) {
      let low = start - 1
      let high = end - 1
      while (low < high) {
        const middle = (low + high + 1) >> 1
        if (this.versions.get(middle) <= at) low = middle
        else high = middle - 1
      }
      if (low < start) break
      const changed = this.versions.get(low)
      if (changed <= at && v < this.ends[changed]!) return this.checked(this.codes.get(this.first + low))
      end = low
      while (at >= changed) at = this.bases[at]!
    }
    return this.inFirst.get(key) && v < this.ends[0]!
      ? this.checked(this.codes.get(this.inFirst.rank(key)))
      : 0
  }

  private checked(code: number): number {
    if (code > this.values.count) throw new SnapshotError('value', -1)
    return code
  }

  /** A copy of the bytes of a value. */
  value(number: number): Uint8Array<ArrayBuffer> {
    return this.values.get(number)
  }

  /** The keys of version `v` in ascending order of their bytes. O(all keys of the file). */
  *keysOf(v: number): Generator<Uint8Array<ArrayBuffer>, void, undefined> {
    for (let block = 0; block * blockStrings < this.keys.count; ++block) {
      const strings = this.keys.block(block)
      for (let i = 0; i < strings.length; ++i) {
        if (this.code(block * blockStrings + i, v) !== 0) yield strings[i]!
      }
    }
  }
}
