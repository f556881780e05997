// Stored values: what a map keeps of a value, itself where it cannot change, or something that gives an equal
// one.
//
//   primitives, frozen data    kept by reference and given back as they are
//   data that holds bytes      a private copy, copied again for each reader (a Uint8Array cannot be frozen)
//   any value, with a codec    the bytes that the codec made, decoded for each reader
//   bytes that are no value    themselves: a file may hold any; readers get an error, edits and comparisons go on
//
// `undefined` stands for "no value": no map holds it.
import { sameBytes, takeBytes } from '../codec/bytes.js'
import { CborError, decodeCbor } from '../codec/cbor-decode.js'
import { cbor, encodeCbor } from '../codec/codec.js'
import type { Codec } from '../codec/codec.js'
import { copyData } from '../codec/copy.js'
import { freezeData, PrivateCopy } from '../codec/data.js'
import { sameData } from '../codec/equal.js'
import { shorten } from '../codec/path.js'
import { cannotTell, platform } from '../codec/plain.js'
import { SnapshotError } from '../errors.js'

/** A value that readers get a copy of. */
abstract class Sealed {
  readonly #brand = true

  /**
   * Runs no user code: where a Proxy can be stored, `instanceof` would ask it for its prototype. It is 20 ns
   * faster than a private field.
   */
  static is(stored: object): stored is Sealed {
    return platform.isProxy === cannotTell ? #brand in stored : stored instanceof Sealed
  }

  /** The value, made for this reader. May run user code. */
  abstract open(): unknown
  /** Its encoded bytes; not to be changed. */
  abstract bytes(): Uint8Array
}

class SealedData extends Sealed {
  constructor(private readonly data: object) {
    super()
  }
  open(): unknown {
    return copyData(this.data)
  }
  bytes(): Uint8Array {
    return encodeCbor(this.data)
  }
}

class SealedBytes extends Sealed {
  constructor(
    private readonly codec: Codec<unknown>,
    private readonly encoded: Uint8Array,
  ) {
    super()
  }
  open(): unknown {
    return this.codec.decode(this.encoded.slice())
  }
  bytes(): Uint8Array {
    return this.encoded
  }
}

/** Bytes from a file that are no value. */
class Undecodable extends Sealed {
  constructor(
    private readonly encoded: Uint8Array,
    private readonly key: string,
    private readonly cause: CborError,
  ) {
    super()
  }
  open(): never {
    throw new SnapshotError(
      'value',
      -1,
      `the bytes of a value are not deterministic CBOR: ${this.cause.message} (value, under key ${JSON.stringify(shorten(this.key))})`,
    )
  }
  bytes(): Uint8Array {
    return this.encoded
  }
}

/** A value as maps keep it: a primitive, frozen data, or a `Sealed`. */
export type Stored = string | number | boolean | bigint | null | object

/**
 * Makes of a caller's value what a map keeps. Freezes plain objects and arrays, deeply and in place.
 * TypeError, naming key and path, for what is no data; then nothing is frozen. Runs user code: getters are
 * refused, but proxies and codecs are called.
 */
export function toStored(codec: Codec<unknown>, key: string, value: unknown): Stored {
  if (value === undefined) throw new TypeError('a value cannot be undefined; to remove a key, use delete')
  if (codec !== cbor) return new SealedBytes(codec, takeBytes(codec.encode(value), 'what a codec encodes to'))
  const type = typeof value
  if (value === null || type === 'number' || type === 'boolean') return value
  const data = freezeData(value, key)
  return data instanceof PrivateCopy ? new SealedData(data.value) : data
}

/** What a map keeps of a value whose encoded bytes are given; the bytes are taken over. */
export function storedFromBytes(codec: Codec<unknown>, key: string, bytes: Uint8Array): Stored {
  if (codec !== cbor) return new SealedBytes(codec, bytes)
  let value: unknown
  try {
    value = decodeCbor(bytes)
  } catch (error) {
    if (!(error instanceof CborError)) throw error
    return new Undecodable(bytes, key, error)
  }
  return toStored(cbor, key, value)
}

/** The value for a reader; undefined when there is none. SnapshotError for bytes that are no value. */
export function fromStored(stored: Stored | undefined): unknown {
  return typeof stored === 'object' && stored !== null && Sealed.is(stored) ? stored.open() : stored
}

/** Whether a trie holds it by reference: an object that is the value itself. */
export function isReferable(stored: Stored): stored is object {
  return typeof stored === 'object' && stored !== null && !Sealed.is(stored)
}

/** The encoded bytes of what a map keeps. */
export function bytesOfStored(stored: Stored): Uint8Array {
  return typeof stored === 'object' && stored !== null && Sealed.is(stored)
    ? stored.bytes()
    : encodeCbor(stored)
}

/**
 * Whether two values have equal encodings. Encodes only what is sealed. May run user code (the traps of a
 * Proxy) where both are objects; a version may have been edited or disposed when it returns.
 */
export function sameStored(a: Stored | undefined, b: Stored | undefined): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Sealed.is(a) || Sealed.is(b)) {
    return sameBytes(bytesOfStored(a), bytesOfStored(b))
  }
  return sameData(a, b)
}
