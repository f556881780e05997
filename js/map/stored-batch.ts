// Records of a key and some values that cross from wasm together, as maps keep values.
import type { Codec } from '../codec/codec.js'
import { EncodedValue, RecordBatch } from '../wasm/record-batch.js'
import { storedFromBytes } from './stored.js'
import type { Stored } from './stored.js'

/** One batch. An instance can be read into again and again. */
export class StoredBatch {
  /** Records in it. */
  count = 0
  private readonly records: RecordBatch

  /** Records with a key or without, and with `columns` values. */
  constructor(
    private readonly codec: Codec<unknown>,
    keyed: boolean,
    private readonly columns: number,
  ) {
    this.records = new RecordBatch(codec, keyed, columns)
  }

  /** Takes over the records that a call has just left. */
  read(): void {
    this.count = 0
    this.count = this.records.read()
  }

  key(i: number): string {
    return this.records.keys[i]!
  }

  /** What is kept in a column; undefined when there is nothing. */
  stored(i: number, column: number): Stored | undefined {
    const cell = this.records.cells[i * this.columns + column]
    return cell instanceof EncodedValue ? storedFromBytes(this.codec, this.key(i), cell.bytes) : cell
  }
}
