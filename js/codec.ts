// Values ⇄ bytes.
//
// Values are stored as deterministic CBOR (RFC 8949, section 4.2): equal values have equal bytes, and any language reads
// them. cborg encodes, under the number rules of this package:
//
//     safe integers (not -0)      integers, shortest form
//     every other number          the shortest float that holds it; NaN is f9 7e00
//     bigint                      always a bignum: tag 2 or 3 over the shortest big-endian bytes
//
// Primitives take a fast path that writes the very same bytes without allocating (tests compare the two).
import { encode as encodeTokens, rfc8949EncodeOptions, Token, Type } from 'cborg'
import type { EncodeOptions, OptionalTypeEncoder, Reference } from 'cborg/interface'
import { CborError, decodeCbor, MAX_DEPTH } from './cbor-decode.js'
import { isWellFormed, kind } from './engine.js'

/** Turns values into bytes and back. Equal values must have equal bytes; `decode` gets bytes of its own to keep. */
export interface Codec<V> {
  /** The bytes of a value. May throw; then nothing changes. */
  readonly encode: (value: V) => Uint8Array
  /** The value of such bytes, fresh each time. */
  readonly decode: (bytes: Uint8Array) => V
}

/** The codec of every map that was not given another. Its methods throw TypeError for what CBOR cannot carry. */
export const cbor: Codec<unknown> = { encode: encodeCbor, decode: decodeStrictly }

// --- any value -----------------------------------------------------------------------------------

/** Deterministic CBOR of a value. TypeError, naming the path, for what it cannot carry. O(size). */
export function encodeCbor(value: unknown): Uint8Array {
  try {
    return encodeTokens(value, options)
  } catch (error) {
    const found = findUnencodable(value)
    if (found) throw new TypeError(`a value cannot hold ${found.what}${found.path ? ` (at ${found.path})` : ''}`)
    throw error
  }
}

/** Thrown inside cborg only to leave it; `encodeCbor` finds out what is wrong and where. */
class Unencodable extends Error {}

function refuse(): never {
  throw new Unencodable()
}

const typeEncoders: { [type: string]: OptionalTypeEncoder } = {
  number: (n: number) => (Object.is(n, -0) ? new Token(Type.float, n) : null),
  bigint: (n: bigint) => {
    const tag = n >= 0n ? 2 : 3
    return [new Token(Type.tag, tag), new Token(Type.bytes, bigEndian(n >= 0n ? n : -1n - n))]
  },
  string: (s: string) => (isWellFormed(s) ? null : refuse()),
  undefined: refuse,
  Array: (array: unknown[], _type, _options, parents) => (isTooDeep(parents) ? refuse() : null),
  Object: (object: object, _type, _options, parents) =>
    isPlain(object) && !isTooDeep(parents) ? null : refuse(),
}
// What cborg would write as something else than it is.
for (const type of ['Map', 'Set', 'Date', 'ArrayBuffer', 'DataView', 'Tagged']) typeEncoders[type] = refuse
for (const type of 'Uint8Clamped Uint16 Uint32 Int8 Int16 Int32 BigUint64 BigInt64 Float32 Float64'.split(' ')) {
  typeEncoders[`${type}Array`] = refuse
}
const options: EncodeOptions = { ...rfc8949EncodeOptions, typeEncoders }

function isTooDeep(parents: Reference | undefined): boolean {
  let depth = 0
  for (let p = parents; p; p = p.parent) ++depth
  return depth > MAX_DEPTH
}

/** Whether an object is a record: its prototype is null or the root of a chain, in whichever realm. */
function isPlain(object: object): boolean {
  const prototype = Object.getPrototypeOf(object) as object | null
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return false
  return Object.getOwnPropertySymbols(object).length === 0
}

function bigEndian(n: bigint): Uint8Array {
  if (n === 0n) return new Uint8Array(0)
  let hex = n.toString(16)
  if (hex.length % 2) hex = `0${hex}`
  const bytes = new Uint8Array(hex.length / 2)
  for (let i = 0; i < bytes.length; ++i) bytes[i] = parseInt(hex.slice(2 * i, 2 * i + 2), 16)
  return bytes
}

/** What in a value CBOR cannot carry, and where; undefined when all of it is fine. */
function findUnencodable(root: unknown): { what: string; path: string } | undefined {
  const parents = new Set<object>()
  const search = (value: unknown, path: string): { what: string; path: string } | undefined => {
    switch (typeof value) {
      case 'number':
      case 'bigint':
      case 'boolean':
        return undefined
      case 'string':
        return isWellFormed(value) ? undefined : { what: 'a string with a lone surrogate', path }
      case 'object':
        break
      default:
        return { what: kind(value), path }
    }
    if (value === null || value instanceof Uint8Array) return undefined
    if (parents.has(value)) return { what: 'itself (a cycle)', path }
    if (parents.size > MAX_DEPTH) return { what: `more than ${MAX_DEPTH} levels of nesting`, path: '' }
    parents.add(value)
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; ++i) {
        const found = search(value[i], `${path}[${i}]`)
        if (found) return found
      }
    } else {
      if (!isPlain(value)) return { what: `${nameOf(value)}, only plain objects`, path }
      for (const [key, item] of Object.entries(value)) {
        if (!isWellFormed(key)) return { what: 'a property name with a lone surrogate', path }
        const found = search(item, `${path}${/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`}`)
        if (found) return found
      }
    }
    parents.delete(value)
    return undefined
  }
  return search(root, '')
}

function nameOf(object: object): string {
  const name: unknown = object.constructor?.name
  return typeof name === 'string' && name !== 'Object' && name !== '' ? `an instance of ${name}` : 'an object with symbols'
}

function decodeStrictly(bytes: Uint8Array): unknown {
  try {
    return decodeCbor(bytes)
  } catch (error) {
    if (!(error instanceof CborError)) throw error
    throw new TypeError(`the bytes of a value are not deterministic CBOR: ${error.message}`, { cause: error })
  }
}

// --- primitives, without allocating ----------------------------------------------------------------

const longestShortText = 80

const float = new Float64Array(1)
const single = new Float32Array(1)
const floatBytes = new Uint8Array(float.buffer)
const singleBytes = new Uint8Array(single.buffer)
const singleBits = new Uint32Array(single.buffer)

/**
 * Writes the CBOR of a number, boolean, null or short ASCII string at `at` and gives its length, at most 82;
 * -1, having written nothing of use, for any other value.
 */
export function writePrimitive(value: unknown, to: Uint8Array, at: number): number {
  if (typeof value === 'number') {
    if (value === (value | 0) && (value !== 0 || 1 / value > 0)) {
      return value >= 0 ? writeHead(0, value, to, at) : writeHead(0x20, -1 - value, to, at)
    }
    return writeNumber(value, to, at)
  }
  if (typeof value === 'string') {
    const length = value.length
    if (length > longestShortText) return -1
    const head = length < 24 ? 1 : 2
    for (let i = 0; i < length; ++i) {
      const c = value.charCodeAt(i)
      if (c > 127) return -1
      to[at + head + i] = c
    }
    writeHead(0x60, length, to, at)
    return head + length
  }
  if (value === true || value === false || value === null) {
    to[at] = value === null ? 0xf6 : value ? 0xf5 : 0xf4
    return 1
  }
  return -1
}

/** An initial byte of a major type with its argument, a non-negative integer below 2^32; the length. */
function writeHead(major: number, n: number, to: Uint8Array, at: number): number {
  if (n < 24) {
    to[at] = major | n
    return 1
  }
  if (n < 0x100) {
    to[at] = major | 24
    to[at + 1] = n
    return 2
  }
  if (n < 0x10000) {
    to[at] = major | 25
    to[at + 1] = n >>> 8
    to[at + 2] = n
    return 3
  }
  to[at] = major | 26
  to[at + 1] = n >>> 24
  to[at + 2] = n >>> 16
  to[at + 3] = n >>> 8
  to[at + 4] = n
  return 5
}

function writeNumber(value: number, to: Uint8Array, at: number): number {
  if (Number.isSafeInteger(value) && value !== 0) {
    const n = value > 0 ? value : -1 - value
    const major = value > 0 ? 0 : 0x20
    if (n < 2 ** 32) return writeHead(major, n, to, at)
    to[at] = major | 27
    writeWord(Math.floor(n / 2 ** 32), to, at + 1)
    writeWord(n >>> 0, to, at + 5)
    return 9
  }
  single[0] = value
  if (single[0] === value || value !== value) {
    const half = halfBits(value)
    if (half >= 0) {
      to[at] = 0xf9
      to[at + 1] = half >>> 8
      to[at + 2] = half
      return 3
    }
    to[at] = 0xfa
    for (let i = 0; i < 4; ++i) to[at + 1 + i] = singleBytes[3 - i]!
    return 5
  }
  float[0] = value
  to[at] = 0xfb
  for (let i = 0; i < 8; ++i) to[at + 1 + i] = floatBytes[7 - i]!
  return 9
}

function writeWord(n: number, to: Uint8Array, at: number): void {
  to[at] = n >>> 24
  to[at + 1] = n >>> 16
  to[at + 2] = n >>> 8
  to[at + 3] = n
}

/** The half-precision bits of a number whose single-precision bits are in `singleBits`; -1 when it does not fit. */
function halfBits(value: number): number {
  if (value !== value) return 0x7e00
  const bits = singleBits[0]!
  const sign = (bits >>> 16) & 0x8000
  const exponent = ((bits >>> 23) & 0xff) - 127
  const fraction = bits & 0x7fffff
  if (exponent === 128) return sign | 0x7c00
  if (exponent >= -14 && exponent <= 15) {
    return fraction & 0x1fff ? -1 : sign | ((exponent + 15) << 10) | (fraction >>> 13)
  }
  if (bits << 1 === 0) return sign
  // A subnormal half: a multiple of 2^-24 below 2^-14.
  if (exponent < -24 || exponent >= -14) return -1
  const whole = fraction | 0x800000
  const shift = -1 - exponent
  return whole & ((1 << shift) - 1) ? -1 : sign | (whole >>> shift)
}

/** What `readPrimitive` gives for a value that has to be decoded the long way. */
export const notPrimitive: unique symbol = Symbol('not a primitive')
const longestReadText = 24

/**
 * The value of the `length` bytes at `at` when they are the CBOR of a number below 2^32, a float, a boolean, null or a
 * short ASCII string; `notPrimitive` for anything else, malformed bytes included. Allocates nothing but the value.
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
  for (let i = 0; i < 8; ++i) floatBytes[7 - i] = from[at + 1 + i]!
  const value = float[0]!
  if (value !== value || Math.fround(value) === value || Number.isSafeInteger(value)) return notPrimitive
  return value
}
