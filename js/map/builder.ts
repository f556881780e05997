// Many edits of a trie in one crossing.
import { writePrimitive } from '../codec/cbor-encode.js'
import type { Codec } from '../codec/codec.js'
import { checkKey } from '../codec/keys.js'
import { encodeUtf8 } from '../codec/text.js'
import { Status } from '../generated/interface.js'
import { check } from '../wasm/errors.js'
import { writeBytes } from '../wasm/input.js'
import { raw } from '../wasm/instance.js'
import { doubt, referTo } from '../wasm/references.js'
import { bytesOfStored, isReferable } from './stored.js'
import type { Stored } from './stored.js'
import { emptyTrie, takeReplaced } from './trie-store.js'
import type { TrieStore } from './trie-store.js'

const usual = 64 * 1024
/**
 * This many bytes of entries are built into a map in one go, which is faster and leaves neighbours side by
 * side, but needs them all in wasm memory at once, and that memory never shrinks. What follows is set in
 * place.
 */
const largestBuild = 3 * 1024 * 1024
/** More than an entry of short key and primitive value takes. */
const smallEntry = 512
const shortKey = 80
const deleted = 0xffffffff
const byReference = 0xfffffffe

/** A buffer that is not in use, so that building one map after the other does not allocate. */
let spare: Uint8Array<ArrayBuffer> | undefined

/**
 * Collects edits and applies them to a handle, some hundreds at a time. In between, user code may run and use
 * other maps or builders. Layout: see `apply` in cpp/boundary/interface.hpp.
 */
export class Builder {
  private bytes: Uint8Array<ArrayBuffer>
  private used = 0
  /**
   * Objects of this batch, and where their ids belong. They get ids in `flush`: user code may throw, or use
   * other maps, before.
   */
  private readonly objects: object[] = []
  private readonly idOffsets: number[] = []

  /** With `building` the handle holds an empty map, and nothing is deleted. */
  constructor(
    private readonly handle: number,
    private building = false,
  ) {
    this.bytes = spare ?? new Uint8Array(usual)
    spare = undefined
  }

  /**
   * Sets a key, or deletes it when the value is undefined. TypeError for what is no key; whatever it throws,
   * drop the handle.
   */
  put(key: string, value: Stored | undefined): void {
    if (value === undefined) {
      this.close(this.writeKey(key), deleted)
      return
    }
    if (typeof value !== 'object' || value === null) {
      const n = this.writeKey(key)
      const size = writePrimitive(value, this.bytes, this.used + 8 + n)
      if (size >= 0) {
        this.close(n, size)
        return
      }
    }
    if (isReferable(value)) {
      this.putReference(key, value)
      return
    }
    const encoded = bytesOfStored(value)
    const n = this.writeKey(key, encoded.length)
    this.bytes.set(encoded, this.used + 8 + n)
    this.close(n, encoded.length)
  }

  private putReference(key: string, value: object): void {
    const n = this.writeKey(key, 4)
    this.objects.push(value)
    this.idOffsets.push(this.used + 8 + n)
    this.close(n, byReference)
  }

  /** Applies what is left. The builder is not to be used again. */
  finish(): void {
    this.flush()
    if (this.bytes.length === usual) spare = this.bytes
  }

  /**
   * Writes a key behind the two words of its entry, where room for a small value and for `size` bytes is
   * left.
   */
  private writeKey(key: string, size = 0): number {
    if (typeof key !== 'string') checkKey(key)
    const { length } = key
    if (length <= shortKey) {
      this.makeRoom(smallEntry + size)
      const to = this.bytes
      const at = this.used + 8
      let i = 0
      for (; i < length; ++i) {
        const c = key.charCodeAt(i)
        if (c > 127) break
        to[at + i] = c
      }
      if (i === length) return length
    }
    checkKey(key)
    const encoded = encodeUtf8(key)
    this.makeRoom(smallEntry + encoded.length + size)
    this.bytes.set(encoded, this.used + 8)
    return encoded.length
  }

  private makeRoom(size: number): void {
    const { bytes, used } = this
    if (size <= bytes.length - used) return
    if (this.building && used + size <= largestBuild) {
      this.bytes = new Uint8Array(Math.min(largestBuild, Math.max(4 * bytes.length, used + size)))
      this.bytes.set(bytes.subarray(0, used))
      return
    }
    this.flush()
    if (size > usual || bytes.length > usual) this.bytes = new Uint8Array(Math.max(size, usual))
  }

  /** Ends the entry whose key and value have been written. */
  private close(keySize: number, valueSize: number): void {
    const to = this.bytes
    const at = this.used
    to[at] = keySize
    to[at + 1] = keySize >>> 8
    to[at + 2] = keySize >>> 16
    to[at + 3] = keySize >>> 24
    to[at + 4] = valueSize
    to[at + 5] = valueSize >>> 8
    to[at + 6] = valueSize >>> 16
    to[at + 7] = valueSize >>> 24
    const written = valueSize === deleted ? 0 : valueSize === byReference ? 4 : valueSize
    this.used = (at + 8 + keySize + written + 3) & ~3
  }

  private flush(): void {
    if (this.used === 0) return
    const ids: number[] = []
    let status: Status = Status.internalError
    try {
      this.refer(ids)
      writeBytes(this.bytes.subarray(0, this.used), 0)
      status = this.building ? raw.hamt_build(this.handle, this.used) : raw.hamt_apply(this.handle, this.used)
    } finally {
      if ((status as number) < 0) ids.forEach(doubt)
      this.used = this.objects.length = this.idOffsets.length = 0
    }
    this.building = false
    check(status)
  }

  /** Gives the objects of this batch ids. */
  private refer(ids: number[]): void {
    const { bytes, objects, idOffsets } = this
    if (objects.length > 0) takeReplaced() // before ids are drained
    for (let i = 0; i < objects.length; ++i) {
      const id = referTo(objects[i]!)
      ids.push(id)
      const at = idOffsets[i]!
      bytes[at] = id
      bytes[at + 1] = id >>> 8
      bytes[at + 2] = id >>> 16
      bytes[at + 3] = id >>> 24
    }
  }
}

/** A trie of entries. O(n). When it throws, nothing is left behind. */
export function buildTrie(codec: Codec<unknown>, entries: Iterable<readonly [string, Stored]>): TrieStore {
  const store = emptyTrie(codec)
  try {
    const builder = new Builder(store.handle, true)
    for (const [key, value] of entries) builder.put(key, value)
    builder.finish()
    return store
  } catch (error) {
    store.free()
    throw error
  }
}
