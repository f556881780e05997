// A map under change, for `withMutations`.
import type { Codec } from '../codec/codec.js'
import { Status } from '../generated/interface.js'
import { check } from '../wasm/errors.js'
import { sizeOfHandle } from '../wasm/handles.js'
import { input, writeBytes, writeKey } from '../wasm/input.js'
import { raw } from '../wasm/instance.js'
import { fresh } from '../wasm/memory.js'
import { writePrimitive } from '../codec/cbor-encode.js'
import { cbor } from '../codec/codec.js'
import { encodeValue, getFromHandle, isInHandle } from './lineage.js'

/** What `fn` of `withMutations` gets. Edits change it in place; the version that it was made from sees nothing of them. */
export class Draft<V> {
  /** @internal One that never dies; see BatchIterator.kept. */
  static _kept: unknown

  /** @internal 0 after the end. */
  _handle: number
  private readonly codec: Codec<unknown>

  /** @internal */
  constructor(handle: number, codec: Codec<unknown>) {
    this._handle = handle
    this.codec = codec
  }

  /** Number of entries. */
  get size(): number {
    return sizeOfHandle(this.handle())
  }

  /** The value of `key`, or undefined. */
  get(key: string): V | undefined {
    return getFromHandle(this.codec, this.handle(), key) as V | undefined
  }

  /** Whether `key` is there. */
  has(key: string): boolean {
    return isInHandle(this.handle(), key)
  }

  /** Sets `key`. Often allocates nothing. */
  set(key: string, value: V): this {
    const handle = this.handle()
    if (this.codec === cbor && (typeof value !== 'object' || value === null)) {
      const n = writeKey(key)
      const size = writePrimitive(value, fresh(), input + n)
      if (size >= 0) {
        check(raw._hamt_set(handle, n, size, 0))
        return this
      }
    }
    const bytes = encodeValue(this.codec, value)
    // A codec may have ended the draft; its handle would be another map's by now.
    this.handle()
    const n = writeKey(key)
    writeBytes(bytes, n)
    check(raw._hamt_set(handle, n, bytes.length, 0))
    return this
  }

  /** Deletes `key`; whether it was there. */
  delete(key: string): boolean {
    const handle = this.handle()
    return check(raw._hamt_remove(handle, writeKey(key), 0)) === Status.ok
  }

  private handle(): number {
    if (this._handle === 0) throw new Error('a draft is of no use after withMutations has returned')
    return this._handle
  }
}

/** Makes a draft unusable. */
export function endDraft<V>(draft: Draft<V>): void {
  draft._handle = 0
}

Draft._kept = new Draft(0, cbor)
