// The encoder of the deterministic CBOR that values are stored in (RFC 8949, section 4.2); cbor-decode.ts reads it back.
//
//     safe integers (not -0)      integers, shortest form
//     every other number          the shortest float that holds it, subnormal halves included; NaN is f9 7e00
//     bigint                      always a bignum: tag 2 or 3 over the shortest big-endian bytes
//     object                      a map, its keys in the order of their encoded bytes
//
// cborg, which the tests compare with, would do for all of this but two things: it writes floats that fit a subnormal half as
// singles, which is not the shortest form, and it does not say where in a value the trouble is.
import { MAX_DEPTH } from './cbor-decode.js'
import { isWellFormed, kind } from './text.js'

/** Deterministic CBOR of a value. TypeError, naming the path, for what it cannot carry. O(size). */
export function encodeCbor(value: unknown): Uint8Array<ArrayBuffer> {
  const encoder = idle ?? new Encoder()
  idle = undefined // a getter may come here again
  try {
    return encoder.encode(value)
  } finally {
    idle = encoder
  }
}

let idle: Encoder | undefined
const utf8 = new TextEncoder()
const usualSize = 4096

class Encoder {
  private bytes = new Uint8Array(usualSize)
  private at = 0
  private readonly parents: object[] = []
  private readonly path: (string | number)[] = []

  encode(value: unknown): Uint8Array<ArrayBuffer> {
    try {
      this.item(value)
      return this.bytes.slice(0, this.at)
    } finally {
      this.at = this.parents.length = this.path.length = 0
      if (this.bytes.length > 16 * usualSize) this.bytes = new Uint8Array(usualSize)
    }
  }

  private item(value: unknown): void {
    this.makeRoom(largestPrimitive)
    const size = writePrimitive(value, this.bytes, this.at)
    if (size >= 0) this.at += size
    else if (typeof value === 'string') this.text(value)
    else if (typeof value === 'bigint') this.bignum(value)
    else if (typeof value !== 'object' || value === null) this.refuse(kind(value))
    else if (value instanceof Uint8Array) this.string(0x40, value)
    else this.container(value)
  }

  private container(value: object): void {
    if (this.parents.includes(value)) this.refuse('itself (a cycle)')
    if (this.parents.length >= MAX_DEPTH)
      throw new TypeError(`a value cannot have more than ${MAX_DEPTH} levels of nesting`)
    this.parents.push(value)
    if (Array.isArray(value)) {
      this.head(0x80, value.length)
      for (let i = 0; i < value.length; ++i) this.part(i, (value as unknown[])[i])
    } else {
      if (!isPlain(value)) this.refuse(`${nameOf(value)}, only plain objects`)
      const keys = sortKeys(Object.keys(value))
      this.head(0xa0, keys.length)
      for (const key of keys) {
        this.text(key, 'a property name')
        this.part(key, (value as { [key: string]: unknown })[key])
      }
    }
    this.parents.pop()
  }

  private part(step: string | number, value: unknown): void {
    this.path.push(step)
    this.item(value)
    this.path.pop()
  }

  private text(text: string, what = 'a string'): void {
    if (!isWellFormed(text)) this.refuse(`${what} with a lone surrogate`)
    this.string(0x60, utf8.encode(text))
  }

  private bignum(n: bigint): void {
    this.makeRoom(1)
    this.bytes[this.at++] = n < 0n ? 0xc3 : 0xc2
    this.string(0x40, bigEndian(n < 0n ? -1n - n : n))
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
    if (size <= this.bytes.length - this.at) return
    const larger = new Uint8Array(Math.max(2 * this.bytes.length, this.at + size))
    larger.set(this.bytes.subarray(0, this.at))
    this.bytes = larger
  }

  private refuse(what: string): never {
    const path = this.path.map((step, i) =>
      typeof step === 'number'
        ? `[${step}]`
        : /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(step)
          ? `${i ? '.' : ''}${step}`
          : `[${JSON.stringify(step)}]`,
    )
    throw new TypeError(`a value cannot hold ${what}${path.length ? ` (at ${path.join('')})` : ''}`)
  }
}

/** Whether an object is a record: its prototype is null or the root of a chain, in whichever realm; no symbols. */
function isPlain(object: object): boolean {
  const prototype = Object.getPrototypeOf(object) as object | null
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return false
  if (ArrayBuffer.isView(object)) return false
  return Object.getOwnPropertySymbols(object).length === 0
}

function nameOf(object: object): string {
  const name: unknown = object.constructor?.name
  return typeof name === 'string' && name !== 'Object' && name !== ''
    ? `an instance of ${name}`
    : 'an object with symbols'
}

/** The order of encoded texts: by length in bytes, then bytewise. */
function sortKeys(keys: string[]): string[] {
  if (keys.length < 2) return keys
  if (keys.every((key) => /^[\0-\x7f]*$/.test(key))) {
    return keys.sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
  }
  return keys
    .map((key) => ({ key, bytes: utf8.encode(key) }))
    .sort((a, b) => a.bytes.length - b.bytes.length || compare(a.bytes, b.bytes))
    .map(({ key }) => key)
}

function compare(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; ++i) if (a[i] !== b[i]) return a[i]! - b[i]!
  return 0
}

function bigEndian(n: bigint): Uint8Array {
  if (n === 0n) return new Uint8Array(0)
  const hex = n.toString(16)
  const bytes = new Uint8Array((hex.length + 1) >> 1)
  for (let end = hex.length, i = bytes.length - 1; i >= 0; --i, end -= 2) {
    bytes[i] = parseInt(hex.slice(Math.max(0, end - 2), end), 16)
  }
  return bytes
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
