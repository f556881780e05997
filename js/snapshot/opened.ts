// Snapshots that are read where they lie: one version or all, without making a map.
import {
  check,
  type Codec,
  decoder,
  encodeKey,
  given,
  kind,
  sameBytes,
  takeOutput,
  unshared,
  viewBytes,
  withInput,
} from '../core.js'
import { DecodedValues } from './decoded.js'
import { native } from './native.js'
import { decodeMeta, settings, wrongDigest } from './options.js'
import type { DeserializeOptions } from './snapshot.js'
import { SnapshotView } from './view.js'

/** How `openSnapshot` reads. */
export interface OpenOptions<V> extends Omit<DeserializeOptions<V>, 'limit'> {
  /**
   * The bytes are known to be a snapshot: they were validated before, or their hash was compared with one
   * that you trust. Skips the validation, which is most of the time that opening takes. Bytes that are none
   * of this then give wrong answers or a `SnapshotError`, and nothing worse.
   */
  trusted?: boolean
}

/**
 * Opens a snapshot for reading where it lies: nothing is loaded and no map is made. Checks all of it first,
 * unless the bytes are `trusted`. The bytes must not change while they are in use; when their buffer is
 * transferred, reading throws a TypeError.
 */
export function openSnapshot<V = unknown>(bytes: Uint8Array, options?: OpenOptions<V>): OpenedSnapshot<V> {
  const { codec, digest } = settings(options)
  const trusted: unknown = given(options).trusted ?? false
  if (typeof trusted !== 'boolean') throw new TypeError(`trusted must be a boolean, not ${kind(trusted)}`)
  const file = viewBytes(bytes, 'a snapshot')
  if (!trusted) withInput([file], () => check(native().hamt_snapshot_validate(file.length)))
  const opened = new OpenedSnapshot<V>(new SnapshotView(file), codec)
  if (digest && !(opened.length > 0 && sameBytes(opened.at(opened.length - 1).digest(), digest)))
    throw wrongDigest()
  return opened
}

const uncloneable = Symbol('an opened snapshot: send its bytes')

/** Throws TypeError for what is no view: constructors of what users meet can be called by anyone. */
function checkView(view: unknown): void {
  if (!(view instanceof SnapshotView)) throw new TypeError('new opens no snapshot: use openSnapshot')
}

/** A snapshot that is read in place. */
export class OpenedSnapshot<V> {
  /** @internal What tools refuse to clone. */
  readonly uncloneable: symbol = uncloneable
  readonly #view: SnapshotView
  readonly #values: DecodedValues

  /** @internal */
  constructor(view: SnapshotView, codec: Codec<V>) {
    checkView(view)
    this.#view = view
    this.#values = new DecodedValues(view, codec as Codec<unknown>)
  }

  /** How many versions there are. */
  get length(): number {
    return this.#view.length
  }

  /** What was given as `meta`, decoded afresh; undefined if nothing. */
  get meta(): unknown {
    return decodeMeta(this.#view.meta())
  }

  /** Version `i`, counted from 0, or from the end when negative; RangeError when there is none. O(1). */
  at(i: number): OpenedVersion<V> {
    const listed = i < 0 ? this.length + i : i
    if (!Number.isInteger(i) || listed < 0 || listed >= this.length) {
      throw new RangeError(`no version ${i} in a snapshot of ${this.length}`)
    }
    return new OpenedVersion(this.#view, listed, this.#values)
  }

  /** What consoles and tools call it. */
  get [Symbol.toStringTag](): string {
    return 'OpenedSnapshot'
  }
}

/** A version of a map, read in place. */
export class OpenedVersion<V> {
  /** @internal What tools refuse to clone. */
  readonly uncloneable: symbol = uncloneable
  readonly #view: SnapshotView
  readonly #listed: number
  readonly #version: number
  readonly #values: DecodedValues

  /** @internal */
  constructor(view: SnapshotView, listed: number, values: DecodedValues) {
    checkView(view)
    this.#view = view
    this.#listed = listed
    this.#version = view.version(listed)
    this.#values = values
  }

  /** Number of entries. */
  get size(): number {
    return this.#view.sizeOf(this.#version)
  }

  /**
   * The value of a key, or undefined. As of a map, the same object each time and from every version, frozen:
   * it is remembered for as long as a reference to it exists, in some 150 bytes. Two binary searches: O(log
   * keys + log changes of the key); a key that was changed in many branches may cost a step for each of its
   * changes.
   */
  get(key: string): V | undefined {
    const code = this.#code(key)
    return code === 0 ? undefined : (this.#values.get(code - 1, key) as V)
  }

  /** Whether a key is there. Costs as `get`. */
  has(key: string): boolean {
    return this.#code(key) !== 0
  }

  /**
   * The keys in ascending order of their UTF-8 bytes: that is the order of the file. All of them: O(file).
   */
  *keys(): IterableIterator<string> {
    for (const key of this.#view.keysOf(this.#version)) yield decoder.decode(unshared(key))
  }

  /**
   * The digest that the loaded version would have. Two hashes an entry, after a walk over the file; makes no
   * map.
   */
  digest(): Uint8Array {
    const file = this.#view.file()
    return withInput([file], () => {
      check(native().hamt_snapshot_digest(file.length, this.#listed))
      return takeOutput()
    })
  }

  /** What consoles and tools call it. */
  get [Symbol.toStringTag](): string {
    return 'OpenedVersion'
  }

  #code(key: string): number {
    const number = this.#view.find(encodeKey(key))
    return number < 0 ? 0 : this.#view.code(number, this.#version)
  }
}
