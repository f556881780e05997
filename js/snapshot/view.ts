// Reading a snapshot where it lies: no wasm, no copy, no trie. cpp/snapshot/FORMAT.md describes the bytes.
//
// A file stores, for each key, the list of its changes: a lookup finds the key in the sorted table, then the
// last change that its version has seen.
//
// The constructor checks counts, lengths and the tree of versions, and reads check each string: no bytes lead
// out of bounds or into an endless loop. Whether keys are sorted and sizes true is for the validator.
import { ByteReader } from '../core.js'
import { SnapshotError } from '../errors.js'
import { Bits, Column, widthOf } from './columns.js'
import { blockStrings, failSnapshot, StringTable } from './string-table.js'
import { VersionTree } from './version-tree.js'

const formatVersion = 2
const identifiers = [
  ...Array.from('HAMT', (letter) => ['magic', letter.charCodeAt(0)] as const),
  ['unknown-format', formatVersion],
  ['unknown-hash', 1],
  ['unknown-digest', 1],
] as const
const checksumLength = 8

/** What a snapshot's file says, read in place. @internal */
export class SnapshotView {
  /** How many versions were written. */
  readonly length: number
  private readonly size: number
  private readonly metaAt: number
  private readonly metaLength: number
  private readonly listing: Column | undefined
  private readonly tree: VersionTree
  private readonly keys: StringTable
  private readonly values: StringTable
  private readonly inFirst: Bits
  private readonly runs: Bits
  private readonly versions: Column
  private readonly codes: Column
  private readonly first: number

  /**
   * Takes the file apart. O(versions + (keys + values + changes) / 8); allocates 24 bytes a version, and a
   * byte for each 8 keys and values and for each 128 changes.
   */
  constructor(private readonly bytes: Uint8Array) {
    this.size = bytes.length
    identifiers.forEach(([code, byte], i) => {
      if (bytes.length <= i) throw new SnapshotError('truncated', bytes.length)
      if (bytes[i] !== byte) throw new SnapshotError(code, i)
    })
    const start = identifiers.length
    if (bytes.length < start + checksumLength) throw new SnapshotError('truncated', bytes.length)
    const reader = new ByteReader(bytes, start, bytes.length - checksumLength, failSnapshot)
    const number = (): number => reader.varint(2 ** 32)
    const [metaLength, external, countsAt] = [number(), number(), reader.at]
    const [count, listed, keys, values, first, later] = [
      number(),
      number(),
      number(),
      number(),
      number(),
      number(),
    ]
    if (
      first > keys ||
      (count < 2 && later > 0) ||
      (count === 0 && first + listed > 0) ||
      (listed > 0 && listed < count)
    ) {
      throw new SnapshotError('count', countsAt)
    }
    if (external > 0) throw new SnapshotError('needs-base', 0)
    this.metaAt = reader.skip(metaLength)
    this.metaLength = metaLength
    this.first = first
    this.length = listed || count
    this.tree = new VersionTree(reader, count)
    this.listing = listed > 0 ? new Column(reader, listed, widthOf(count - 1)) : undefined
    this.keys = new StringTable(reader, keys)
    this.values = new StringTable(reader, values)
    this.inFirst = new Bits(reader, keys, first)
    this.runs = new Bits(reader, keys + later, later)
    this.versions = new Column(reader, later, widthOf(count - 1))
    this.codes = new Column(reader, first + later, widthOf(values))
    if (reader.at !== reader.end) throw new SnapshotError('trailing', reader.at)
  }

  /**
   * The bytes of the file. TypeError when their buffer was transferred or made smaller: nothing can be read
   * then.
   */
  file(): Uint8Array {
    if (this.bytes.length !== this.size)
      throw new TypeError('the bytes of this snapshot are gone: their buffer was transferred or resized')
    return this.bytes
  }

  /** A copy of the meta: CBOR, or nothing. */
  meta(): Uint8Array {
    return new Uint8Array(this.file().subarray(this.metaAt, this.metaAt + this.metaLength))
  }

  /** The file's number of listed version `i`, which all other methods take. O(1). */
  version(i: number): number {
    this.file()
    const v = this.listing ? this.listing.get(i) : i
    if (v >= this.tree.count) throw new SnapshotError('listing', -1)
    return v
  }

  sizeOf(version: number): number {
    return this.tree.size(version)
  }

  /** The number of a key in this file, or -1. O(log keys). */
  find(key: Uint8Array): number {
    this.file()
    return this.keys.find(key)
  }

  /**
   * 0 when version `v` has no such key, or 1 + the number of its value. O(log changes of the key · log
   * versions), unless the key was changed beside the bases of `v` again and again: then each such change may
   * cost one step more.
   */
  code(key: number, v: number): number {
    const start = key === 0 ? 0 : this.runs.zero(key - 1) - (key - 1)
    const end = this.runs.zero(key) - key
    return this.codeAmong(start, end, this.inFirst.get(key) ? this.inFirst.rank(key) : -1, v)
  }

  /** The same among later changes from `start` to `end`, and the change of version 0, if that is not -1. */
  private codeAmong(start: number, end: number, first: number, v: number): number {
    for (let at = v; at >= 0 && end > start;) {
      const last = this.lastChange(start, end, at)
      if (last < start) break
      const changed = this.versions.get(last)
      if (this.tree.isWithin(v, changed)) return this.checked(this.codes.get(this.first + last))
      // That change is not in the bases of v, nor is any between it and the nearest of them before it.
      end = last
      at = this.tree.ancestorBelow(at, changed)
    }
    return first >= 0 && this.tree.isWithin(v, 0) ? this.checked(this.codes.get(first)) : 0
  }

  /**
   * The last of a key's later changes from `start` to `end` whose version is at most `v`; `start - 1` for
   * none. O(log changes).
   */
  private lastChange(start: number, end: number, v: number): number {
    let low = start - 1
    let high = end - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.versions.get(middle) <= v) low = middle
      else high = middle - 1
    }
    return low
  }

  private checked(code: number): number {
    if (code > this.values.count) throw new SnapshotError('value', -1)
    return code
  }

  /** A copy of the bytes of a value. */
  value(number: number): Uint8Array<ArrayBuffer> {
    return this.values.get(number)
  }

  /**
   * The keys of version `v` in ascending order of their bytes. O(all keys of the file, and log(their changes)
   * each).
   */
  *keysOf(v: number): Generator<Uint8Array<ArrayBuffer>, void, undefined> {
    let bit = 0
    let change = 0
    let first = 0
    this.file()
    for (let key = 0; key < this.keys.count;) {
      for (const text of this.keys.block(key / blockStrings)) {
        const start = change
        for (; this.runs.get(bit); ++bit) ++change
        ++bit
        const code = this.codeAmong(start, change, this.inFirst.get(key) ? first++ : -1, v)
        ++key
        if (code === 0) continue
        yield text
        this.file() // the caller may have transferred it
      }
    }
  }
}
