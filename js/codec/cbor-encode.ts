// The encoder of the deterministic CBOR that values are stored in (RFC 8949, section 4.2); cbor-decode.ts
// reads it back.
//
//     safe integers (not -0)      integers, shortest form
//     every other number          the shortest float that holds it, subnormal halves included; NaN is f9 7e00
//     bigint                      always a bignum: tag 2 or 3 over the shortest big-endian bytes
//     object                      a map, its keys in the order of their encoded bytes, without properties that are undefined
//
// Every property is read once (twice where one is undefined), and every length and list of keys before what
// they announce; so the bytes are always well formed, whatever getters and proxies answer.
import { isBytes, takeBytes } from './bytes.js'
import { layoutOf } from './layout.js'
import { Path } from './path.js'
import { describeClass, isExtended, isPlain, isPlainArray } from './plain.js'
import { encodeUtf8, isWellFormed, kind } from './text.js'

/**
 * Deterministic CBOR of a value, in an array of its own. O(size). TypeError, naming the path, for what it
 * cannot carry; RangeError above 1 GiB.
 */
export function encodeCbor(value: unknown): Uint8Array<ArrayBuffer> {
  const encoder = idle ?? new Encoder()
  idle = undefined // a getter may come here again
  try {
    return encoder.encode(value)
  } finally {
    idle = encoder
  }
}

function withoutUndefined(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
}

let idle: Encoder | undefined
const usualSize = 4096
/** What the map in wasm takes as one value. */
const largestSize = 2 ** 30 - 1

class Encoder extends Path {
  private bytes = new Uint8Array(usualSize)
  private at = 0
  /** The slot of the last value's layout. */
  private layout = 0

  encode(value: unknown): Uint8Array<ArrayBuffer> {
    try {
      this.layout = this.item(value, this.layout)
      return this.bytes.slice(0, this.at)
    } finally {
      this.at = 0
      this.restart()
      if (this.bytes.length > 16 * usualSize) this.bytes = new Uint8Array(usualSize)
    }
  }

  /**
   * Writes an item. `layout` is the slot to guess for an object; gives back the slot of the layout that it
   * had.
   */
  private item(value: unknown, layout: number): number {
    this.makeRoom(largestPrimitive)
    const size = writePrimitive(value, this.bytes, this.at)
    if (size >= 0) this.at += size
    else if (typeof value === 'string') this.text(value)
    else if (typeof value === 'bigint') this.bignum(value)
    else if (typeof value !== 'object' || value === null) this.refuse(kind(value))
    else if (Array.isArray(value)) this.array(value)
    else if (isBytes(value))
      this.string(
        0x40,
        takeBytes(value, () => `a value's bytes${this.where()}`),
      )
    else return this.object(value as Record<string, unknown>, layout)
    return layout
  }

  private array(array: readonly unknown[]): void {
    this.enter(array)
    if (!isPlainArray(array)) this.refuse(describeClass(array), this.depth - 1)
    const { length } = array
    if (length !== length >>> 0) this.refuse(`an array of length ${String(length)}`)
    this.head(0x80, length)
    const { depth, steps } = this
    let layout = 0
    for (let i = 0; i < length; ++i) {
      steps[depth - 1] = i
      layout = this.item(array[i], layout)
    }
    if (isExtended(array)) this.refuse('an array with named properties or symbols', depth - 1)
    this.leave()
  }

  private object(object: Record<string, unknown>, guess: number): number {
    this.enter(object)
    if (!isPlain(object)) this.refuse(describeClass(object), this.depth - 1)
    const slot = this.properties(object, guess)
    this.leave()
    return slot
  }

  private properties(object: Record<string, unknown>, guess: number): number {
    const start = this.at
    const layout = layoutOf(Object.keys(object), guess)
    const { depth, steps } = this
    const { sorted, encoded, inner } = layout
    this.head(0xa0, sorted.length)
    for (let i = 0; i < sorted.length; ++i) {
      const key = sorted[i]!
      steps[depth - 1] = key
      const value = object[key]
      if (value === undefined) {
        this.at = start
        return this.properties(withoutUndefined(object), 0)
      }
      this.encodedName(encoded[i])
      inner[i] = this.item(value, inner[i]!)
    }
    return layout.slot
  }

  private encodedName(encoded: Uint8Array | undefined): void {
    if (!encoded) return this.refuse('a property name with a lone surrogate')
    const { length } = encoded
    this.makeRoom(length)
    const { bytes, at } = this
    if (length > 32) bytes.set(encoded, at)
    else for (let i = 0; i < length; ++i) bytes[at + i] = encoded[i]!
    this.at = at + length
  }

  private text(text: string): void {
    if (!isWellFormed(text)) this.refuse('a string with a lone surrogate')
    this.string(0x60, encodeUtf8(text))
  }

  private bignum(n: bigint): void {
    this.makeRoom(largestPrimitive)
    const small = Number(n)
    if (small >= -Number.MAX_SAFE_INTEGER && small <= Number.MAX_SAFE_INTEGER) {
      this.at += writeSmallBignum(small, this.bytes, this.at)
      return
    }
    this.bytes[this.at++] = small < 0 ? 0xc3 : 0xc2
    this.string(0x40, bigEndian(small < 0 ? -1n - n : n))
  }

  private string(major: number, content: Uint8Array): void {
    this.head(major, content.length)
    this.makeRoom(content.length)
    this.bytes.set(content, this.at)
    this.at += content.length
  }

  private head(major: number, n: number): void {
    this.makeRoom(9)
    this.at += writeHead(major, n, this.bytes, this.at)
  }

  private makeRoom(size: number): void {
    const needed = this.at + size
    if (needed > this.bytes.length) this.grow(needed)
  }

  private grow(needed: number): void {
    if (needed > largestSize) throw new RangeError('a value cannot take more than 1 GiB as bytes')
    const larger = new Uint8Array(Math.max(2 * this.bytes.length, needed))
    larger.set(this.bytes.subarray(0, this.at))
    this.bytes = larger
  }
}

/** The bytes of a bignum's content: the shortest big-endian form. O(bytes). */
function bigEndian(n: bigint): Uint8Array {
  const hex = n.toString(16)
  const bytes = new Uint8Array((hex.length + 1) >> 1)
  for (let i = hex.length - 1, at = bytes.length - 1; i >= 0; i -= 2, --at) {
    bytes[at] = nibble(hex, i) | (i > 0 ? nibble(hex, i - 1) << 4 : 0)
  }
  return bytes
}

function nibble(hex: string, i: number): number {
  const code = hex.charCodeAt(i)
  return code < 58 ? code - 48 : code - 87
}

// --- primitives, without allocating ----------------------------------------------------------------

const longestShortText = 80
const largestPrimitive = 2 + longestShortText

const double = new Float64Array(1)
const doubleBytes = new Uint8Array(double.buffer)
const single = new Float32Array(1)
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

/** Writes the CBOR of a bigint that is a safe integer, and gives its length, at most 9. */
function writeSmallBignum(n: number, to: Uint8Array, at: number): number {
  const magnitude = n < 0 ? -1 - n : n
  const high = Math.floor(magnitude / 2 ** 32)
  const low = magnitude >>> 0
  const size = (high > 0 ? 71 - Math.clz32(high) : 39 - Math.clz32(low)) >> 3
  to[at] = n < 0 ? 0xc3 : 0xc2
  to[at + 1] = 0x40 | size
  for (let i = 0; i < size; ++i) to[at + 1 + size - i] = i < 4 ? low >>> (8 * i) : high >>> (8 * (i - 4))
  return 2 + size
}

/** An initial byte of a major type with its argument, a non-negative safe integer; gives the length. */
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
  if (n <= 0xffffffff) {
    to[at] = major | 26
    writeWord(n, to, at + 1)
    return 5
  }
  to[at] = major | 27
  writeWord(Math.floor(n / 2 ** 32), to, at + 1)
  writeWord(n >>> 0, to, at + 5)
  return 9
}

function writeNumber(value: number, to: Uint8Array, at: number): number {
  if (Number.isSafeInteger(value) && value !== 0) {
    return value > 0 ? writeHead(0, value, to, at) : writeHead(0x20, -1 - value, to, at)
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
  double[0] = value
  to[at] = 0xfb
  for (let i = 0; i < 8; ++i) to[at + 1 + i] = doubleBytes[7 - i]!
  return 9
}

function writeWord(n: number, to: Uint8Array, at: number): void {
  to[at] = n >>> 24
  to[at + 1] = n >>> 16
  to[at + 2] = n >>> 8
  to[at + 3] = n
}

/**
 * The half-precision bits of a number whose single-precision bits are in `singleBits`; -1 when it does not
 * fit.
 */
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
  const significand = fraction | 0x800000
  const shift = -1 - exponent
  return significand & ((1 << shift) - 1) ? -1 : sign | (significand >>> shift)
}
