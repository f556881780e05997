// Record batches: keys with some values each, as cpp/boundary/record_batch.hpp leaves them, taken over into JavaScript.
//
// Keys are decoded together and then cut. Primitives are decoded at once, straight from the wasm memory; of any other value the bytes
// are kept, and decoded (afresh, and by codecs that may be user code) whenever it is asked for.
import { cbor, notPrimitive, readPrimitive } from '../codec/codec.js'
import type { Codec } from '../codec/codec.js'
import { decoder } from '../codec/text.js'
import { Result } from '../generated/interface.js'
import { reset, usualCapacity } from './input.js'
import { fresh, result, wordsAt } from './memory.js'

/** A value in a record: none, a primitive (under CBOR only), or the encoded bytes. */
export type Cell = undefined | string | number | boolean | null | Uint8Array

/** One batch. An instance can be read into again and again; it allocates as little as what it hands out allows. */
export class RecordBatch {
  private readonly keys: string[] = []
  private readonly cells: Cell[] = []

  /** Records with a key or without, and with `columns` values. */
  constructor(
    private readonly codec: Codec<unknown>,
    private readonly keyed: boolean,
    private readonly columns: number,
  ) {}

  /** Takes over the records that a call has just left; gives their number. */
  read(): number {
    const { codec, keyed, columns, keys, cells } = this
    const isCbor = codec === cbor
    const memory = fresh()
    const count = result(Result.recordsCount)
    const keysAt = result(Result.recordsKeys)
    const text = keyed ? decoder.decode(memory.subarray(keysAt, keysAt + result(Result.recordsKeysSize))) : ''
    const base = result(Result.recordsValues)
    const ends = wordsAt(result(Result.recordsEnds), count * (columns + (keyed ? 1 : 0)))
    let at = 0
    let cell = 0
    let key = 0
    let value = 0
    for (let record = 0; record < count; ++record) {
      if (keyed) {
        const end = ends[at++]!
        keys[record] = text.slice(key, end)
        key = end
      }
      for (let column = 0; column < columns; ++column) {
        const word = ends[at++]!
        const end = word >>> 1
        let found: Cell
        if (word & 1) {
          const read = isCbor ? readPrimitive(memory, base + value, end - value) : notPrimitive
          found = read === notPrimitive ? memory.slice(base + value, base + end) : (read as Cell)
        }
        cells[cell++] = found
        value = end
      }
    }
    if (value > 4 * usualCapacity) reset()
    return count
  }

  key(record: number): string {
    return this.keys[record]!
  }

  /** What is in a column, encoded unless it is a primitive. The bytes are the caller's to keep. */
  cell(record: number, column: number): Cell {
    return this.cells[record * this.columns + column]
  }

  /** The value in a column, or undefined when there is none. */
  value(record: number, column: number): unknown {
    const cell = this.cells[record * this.columns + column]
    if (typeof cell !== 'object' || cell === null) return cell
    // A codec of the user's may keep or change what it gets.
    return this.codec.decode(this.codec === cbor ? cell : cell.slice())
  }
}
