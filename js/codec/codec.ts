// Values ⇄ bytes: CBOR, or a codec of the user's.
import { CborError, decodeCbor } from './cbor-decode.js'
import { encodeCbor } from './cbor-encode.js'

export { encodeCbor }

/**
 * Turns values into bytes and back. Equal values must have equal bytes; `decode` gets bytes of its own to
 * keep.
 */
export interface Codec<V> {
  /** The bytes of a value. May throw; then nothing changes. */
  readonly encode: (value: V) => Uint8Array
  /** The value of such bytes, fresh each time. */
  readonly decode: (bytes: Uint8Array) => V
}

/**
 * The codec of every map that was not given another. Its methods throw TypeError for what CBOR cannot carry.
 */
export const cbor: Codec<unknown> = { encode: encodeCbor, decode: decodeStrictly }

/** The codec of options; CBOR unless one is given. TypeError for what is none. */
export function codecOption<V>(codec: Codec<V> | undefined): Codec<V> {
  if (codec === undefined) return cbor as Codec<V>
  if (typeof codec?.encode !== 'function' || typeof codec.decode !== 'function')
    throw new TypeError('a codec needs the functions encode and decode')
  return codec
}

function decodeStrictly(bytes: Uint8Array): unknown {
  try {
    return decodeCbor(bytes)
  } catch (error) {
    if (!(error instanceof CborError)) throw error
    throw new TypeError(`the bytes of a value are not deterministic CBOR: ${error.message}`, { cause: error })
  }
}

// --- primitives, without allocating (writePrimitive in cbor-encode.ts is the other half) ------------------------

const double = new Float64Array(1)
const doubleBytes = new Uint8Array(double.buffer)

/** What `readPrimitive` gives for a value that has to be decoded the long way. */
export const notPrimitive: unique symbol = Symbol('not a primitive')
const longestReadText = 24

/**
 * The value of the `length` bytes at `at` when they are the CBOR of a number below 2^32, a float, a boolean,
 * null or a short ASCII string; `notPrimitive` for anything else, malformed bytes included. Allocates nothing
 * but the value.
 */
export function readPrimitive(from: Uint8Array, at: number, length: number): unknown {
  if (length === 0) return notPrimitive
  const initial = from[at]!
  if (length === 1) {
    if (initial < 0x18) return initial
    if (initial >= 0x20 && initial < 0x38) return 0x1f - initial
    if (initial === 0x60) return ''
    return initial === 0xf4 ? false : initial === 0xf5 ? true : initial === 0xf6 ? null : notPrimitive
  }
  if (initial < 0x40) {
    const argument = readArgument(from, at, length)
    return argument < 0 ? notPrimitive : initial < 0x20 ? argument : -1 - argument
  }
  if (initial > 0x60 && initial < 0x78) return readShortText(from, at, length, initial)
  if (initial === 0xfb && length === 9) return readDouble(from, at)
  return notPrimitive
}

/** The argument of an integer of more than one byte, or -1 when it is not in shortest form or is long. */
function readArgument(from: Uint8Array, at: number, length: number): number {
  const info = from[at]! & 31
  if (info === 24 && length === 2) {
    const n = from[at + 1]!
    return n >= 24 ? n : -1
  }
  if (info === 25 && length === 3) {
    const n = (from[at + 1]! << 8) | from[at + 2]!
    return n >= 0x100 ? n : -1
  }
  if (info === 26 && length === 5) {
    const n = ((from[at + 1]! << 24) | (from[at + 2]! << 16) | (from[at + 3]! << 8) | from[at + 4]!) >>> 0
    return n >= 0x10000 ? n : -1
  }
  return -1
}

function readShortText(from: Uint8Array, at: number, length: number, initial: number): unknown {
  const n = initial - 0x60
  if (length !== n + 1 || n > longestReadText) return notPrimitive
  let text = ''
  for (let i = at + 1; i < at + length; ++i) {
    const c = from[i]!
    if (c > 127) return notPrimitive
    text += String.fromCharCode(c)
  }
  return text
}

/** A double that no shorter float holds and that is no safe integer. */
function readDouble(from: Uint8Array, at: number): unknown {
  for (let i = 0; i < 8; ++i) doubleBytes[7 - i] = from[at + 1 + i]!
  const value = double[0]!
  if (value !== value || Math.fround(value) === value || Number.isSafeInteger(value)) return notPrimitive
  return value
}
