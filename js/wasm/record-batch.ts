// Record batches: keys with some values each, as cpp/boundary/record_batch.hpp leaves them, taken over into
// JavaScript.
//
// Keys are decoded together and then cut. Primitives are decoded at once, straight from the wasm memory; of
// any other value the bytes are kept, and an object that is held by reference is that object.
import { cbor, notPrimitive, readPrimitive } from '../codec/codec.js'
import type { Codec } from '../codec/codec.js'
import { decoder } from '../codec/text.js'
import { Result } from '../generated/interface.js'
import { reset, usualCapacity } from './input.js'
import { fresh, result, wordsAt } from './memory.js'
import { objectOf } from './references.js'

/**
 * A value in a record: none, a primitive (under CBOR only), an object that is held by reference, or encoded
 * bytes.
 */
export type Cell = undefined | string | number | bigint | boolean | null | object | EncodedValue

/** A value's bytes. */
export class EncodedValue {
  constructor(
    readonly bytes: Uint8Array<ArrayBuffer>,
    /** Whether an object can replace them: `resolve` in cpp/boundary/interface.hpp. */
    readonly isObject: boolean,
  ) {}
}

/**
 * One batch. An instance can be read into again and again; it allocates as little as what it hands out
 * allows.
 */
export class RecordBatch {
  readonly keys: string[] = []
  /** The values, `columns` a record. */
  readonly cells: Cell[] = []

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
        const end = word >>> 2
        const form = word & 3
        let found: Cell
        if (form === 2) {
          const at = base + value
          found = objectOf(
            memory[at]! | (memory[at + 1]! << 8) | (memory[at + 2]! << 16) | (memory[at + 3]! << 24),
          )
        } else if (form !== 0) {
          const read = isCbor && form === 1 ? readPrimitive(memory, base + value, end - value) : notPrimitive
          found =
            read === notPrimitive
              ? new EncodedValue(memory.slice(base + value, base + end), form === 3)
              : (read as Cell)
        }
        cells[cell++] = found
        value = end
      }
    }
    if (value > 4 * usualCapacity) reset()
    return count
  }
}
