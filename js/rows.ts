// Rows of a key and some values, as cpp/binding/rows.hpp leaves them, copied out of the wasm memory.
import { cbor, notPrimitive, readPrimitive } from './codec.js'
import type { Codec } from './codec.js'
import { decoder, fresh, io, wordsAt } from './engine.js'

/** One batch. Keys are decoded together and then cut; a value is decoded, afresh, whenever it is asked for. */
export class Rows {
  private text = ''
  private bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0)
  private ends: Uint32Array<ArrayBuffer> = new Uint32Array(0)
  private readonly width: number
  private readonly before: number

  /** Rows with a key or without, and with `columns` values. */
  constructor(
    private readonly codec: Codec<unknown>,
    private readonly keyed: boolean,
    private readonly columns: number,
  ) {
    this.width = columns + (keyed ? 1 : 0)
    // From the first value of a row to the last one of the row before.
    this.before = keyed ? 2 : 1
  }

  /** Takes over `count` rows of the batch that a call has just made. */
  read(count: number): void {
    const memory = fresh()
    if (this.keyed) this.text = decoder.decode(memory.subarray(io(0), io(0) + io(1)))
    if (this.columns !== 0) this.bytes = memory.slice(io(2), io(2) + io(3))
    this.ends = wordsAt(io(4), count * this.width).slice()
  }

  key(row: number): string {
    const at = row * this.width
    return this.text.slice(row === 0 ? 0 : this.ends[at - this.width], this.ends[at])
  }

  /** The value in a column, or undefined when there is none. */
  value(row: number, column: number): unknown {
    const at = (row + 1) * this.width - this.columns + column
    const end = this.ends[at]!
    if ((end & 1) === 0) return undefined
    const from = column === 0 ? at - this.before : at - 1
    return decodeAt(this.codec, this.bytes, from < 0 ? 0 : this.ends[from]! >>> 1, end >>> 1)
  }

  /** The only value of a row, for a record: a primitive under CBOR, else its bytes, to keep; `none` when there is none. */
  stored(row: number, none: unknown): unknown {
    const at = (row + 1) * this.width - 1
    const end = this.ends[at]!
    if ((end & 1) === 0) return none
    const from = at - this.before
    const begin = from < 0 ? 0 : this.ends[from]! >>> 1
    const value = this.codec === cbor ? readPrimitive(this.bytes, begin, (end >>> 1) - begin) : notPrimitive
    return value === notPrimitive ? this.bytes.slice(begin, end >>> 1) : value
  }
}

/** The value that lies from `begin` to `end`. */
export function decodeAt(codec: Codec<unknown>, bytes: Uint8Array, begin: number, end: number): unknown {
  // A codec of the user's may keep or change what it gets.
  if (codec !== cbor) return codec.decode(bytes.slice(begin, end))
  const value = readPrimitive(bytes, begin, end - begin)
  return value === notPrimitive ? codec.decode(bytes.subarray(begin, end)) : value
}
