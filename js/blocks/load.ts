// Loading: maps in memory from entries that arrive in bytes, and the start of wasm for that.
import {
  check,
  type Codec,
  emptyTrie,
  type Hamt,
  isStarted,
  mapOf,
  raw,
  takeOutput,
  withHandle,
  withInput,
} from '../core.js'
import { BlockError } from '../errors.js'
import { useKeccak } from './digests.js'
import { keccak256Into } from './keccak.js'
import { compareBytes } from './node.js'
import { bytesOption } from './options.js'
import type { SignalOption } from './reader.js'
import type { FoundEntry } from './walk.js'

/** How a map is loaded. */
export interface LoadOptions extends SignalOption {
  /** Called now and then with the number of entries so far, and how many there are. */
  readonly progress?: ((entries: number, all: number) => void) | undefined
  /**
   * How many bytes the keys and values may have in all; 1 GiB if not given. A long value is stored once
   * however many keys have it, so that a small file or store can hold a large map: `BlockError` with the code
   * `too-large` before that fills the memory.
   */
  readonly limit?: number | undefined
}

/** Loads the wasm of the package unless it is there. */
export async function startWasm(): Promise<void> {
  if (!isStarted) await import('../index.js')
  useKeccak(keccak256Into)
}

const batchBytes = 3 * 2 ** 20
const defaultLimit = 2 ** 30

/** The map with these entries, whose digest must be as given. */
export async function loadMap<V>(
  digest: Uint8Array,
  size: number,
  entries: AsyncGenerator<FoundEntry[], void, void> | undefined,
  codec: Codec<V>,
  options: LoadOptions | undefined,
): Promise<Hamt<V>> {
  await startWasm()
  const trie = emptyTrie(codec as Codec<unknown>)
  let done = false
  try {
    const batch = new Batch(trie.handle)
    let room = bytesOption('limit', options?.limit, defaultLimit)
    let count = 0
    let told = 0
    for await (const some of entries ?? []) {
      for (const { key, value } of some) {
        room -= key.length + value.length
        if (room < 0) throw new BlockError('too-large', 'a map of more bytes than the limit', { digest })
        batch.add(key, value)
      }
      count += some.length
      if (count > size) break
      if (count - told < 1024) continue
      options?.progress?.(count, size)
      told = count
    }
    batch.flush()
    options?.progress?.(count, size)
    const map = mapOf<V>(trie)
    done = true
    const loaded = withHandle(map, (h) => {
      check(raw.hamt_digest(h))
      return takeOutput()
    })
    if (compareBytes(loaded, digest) !== 0)
      throw new BlockError('mismatch', 'the entries are not those of a map with this digest', { digest })
    return map
  } finally {
    if (!done) trie.free()
  }
}

/** Entries on their way into a handle; the layout is that of hamt_apply. */
class Batch {
  private bytes = new Uint8Array(64 * 1024)
  private view = new DataView(this.bytes.buffer)
  private used = 0

  constructor(private readonly handle: number) {}

  add(key: Uint8Array, value: Uint8Array): void {
    const size = (8 + key.length + value.length + 3) & ~3
    if (this.used + size > batchBytes) this.flush()
    if (this.used + size > this.bytes.length) {
      const larger = new Uint8Array(Math.max(2 * this.bytes.length, this.used + size))
      larger.set(this.bytes.subarray(0, this.used))
      this.bytes = larger
      this.view = new DataView(larger.buffer)
    }
    this.view.setUint32(this.used, key.length, true)
    this.view.setUint32(this.used + 4, value.length, true)
    this.bytes.set(key, this.used + 8)
    this.bytes.set(value, this.used + 8 + key.length)
    this.used += size
  }

  flush(): void {
    if (this.used === 0) return
    const { handle, used } = this
    withInput([this.bytes.subarray(0, used)], () => check(raw.hamt_apply(handle, used)))
    this.used = 0
  }
}
