// A strict decoder for the deterministic CBOR that values are stored in (RFC 8949 section 4.2, and the number
// rules of this package). It accepts exactly one encoding of each value, so decode-then-encode gives back the
// same bytes.
import { MAX_DEPTH } from './path.js'
import { latin1, strictDecoder, unshared } from './text.js'

export { MAX_DEPTH }

/**
 * Bytes that are not the one deterministic encoding of a value. `offset` is where the offending item begins.
 */
export class CborError extends Error {
  override readonly name = 'CborError'
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(`${message} (at byte ${offset})`)
  }
}

/**
 * Decodes one value: null, boolean, number, bigint, string, Uint8Array, array or plain object, nested.
 * O(bytes); what it returns is fresh (byte strings are copies). Throws `CborError` for anything else, for any
 * encoding but the deterministic one, and for bytes that are left over.
 */
export function decodeCbor(bytes: Uint8Array): unknown {
  return decoder.decode(bytes)
}

const nothing = new Uint8Array(0)
/** Up to this many bytes a loop over ASCII is faster than TextDecoder (measured in Node 20). */
const loopLength = 12
/** Below this many bytes a bigint fits in every engine. */
const everyEngineHolds = 2 ** 16

class Decoder {
  private bytes = nothing as Uint8Array
  private at = 0

  decode(bytes: Uint8Array): unknown {
    this.bytes = bytes
    this.at = 0
    try {
      const value = this.item(0)
      if (this.at !== bytes.length) this.fail('bytes after the value', this.at)
      return value
    } finally {
      this.bytes = nothing
    }
  }

  private fail(message: string, offset: number): never {
    throw new CborError(message, offset)
  }

  private item(depth: number): unknown {
    const start = this.at
    const initial = this.bytes[this.skip(1)]!
    const major = initial >> 5
    const info = initial & 31
    if (major === 7) return this.simpleOrFloat(info, start)
    const argument = info < 24 ? info : this.argument(info, start)
    switch (major) {
      case 0:
        return argument
      case 1:
        // the safe integers end at -(2^53 - 1)
        if (argument === Number.MAX_SAFE_INTEGER) this.fail('integer out of range', start)
        return -1 - argument
      case 2:
        return new Uint8Array(this.take(argument)) // a copy; `slice` of a Buffer is none
      case 3:
        return this.text(argument, start)
      case 4:
        return this.array(argument, depth, start)
      case 5:
        return this.object(argument, depth, start)
      default:
        return this.bignum(argument, start)
    }
  }

  /**
   * The argument of an item that is not in its first byte: a non-negative safe integer, in the fewest bytes
   * that hold it.
   */
  private argument(info: number, start: number): number {
    if (info > 27) this.fail('indefinite or reserved length', start)
    const size = 1 << (info - 24)
    const end = this.skip(size) + size
    const value = this.unsigned(end - size, end)
    if (value > Number.MAX_SAFE_INTEGER) this.fail('integer out of range', start)
    if (value < (size === 1 ? 24 : 2 ** (4 * size))) this.fail('number not in its shortest form', start)
    return value
  }

  /** Bytes, highest first, as a number: exact up to 2^53, and above it whenever the number is. */
  private unsigned(from: number, to: number): number {
    let value = 0
    for (let i = from; i < to; ++i) value = value * 256 + this.bytes[i]!
    return value
  }

  private text(length: number, start: number): string {
    const at = this.skip(length)
    return this.textAt(at, length, start)
  }

  private textAt(at: number, length: number, start: number): string {
    const { bytes } = this
    if (length <= loopLength) {
      let text = ''
      for (let i = at; i < at + length; ++i) {
        const c = bytes[i]!
        if (c > 127) break
        text += String.fromCharCode(c)
      }
      if (text.length === length) return text
    }
    try {
      return strictDecoder.decode(unshared(bytes.subarray(at, at + length)))
    } catch (error) {
      // Not for want of memory or of stack. The name, as the decoder may be of another realm.
      if ((error as Error).name !== 'TypeError') throw error
      return this.fail('text is not UTF-8', start)
    }
  }

  private array(size: number, depth: number, start: number): unknown[] {
    if (depth >= MAX_DEPTH) this.fail('nested too deep', start)
    const array: unknown[] = []
    for (let i = 0; i < size; ++i) array.push(this.item(depth + 1))
    return array
  }

  private object(size: number, depth: number, start: number): object {
    if (depth >= MAX_DEPTH) this.fail('nested too deep', start)
    const object: Record<string, unknown> = {}
    let previous = 0
    let previousEnd = 0
    for (let i = 0; i < size; ++i) {
      const from = this.at
      const key = this.key(from)
      if (i > 0 && !this.isLess(previous, previousEnd, from, this.at))
        this.fail('keys not sorted, or repeated', from)
      previous = from
      previousEnd = this.at
      const value = this.item(depth + 1)
      if (key in object) {
        // inherited: an assignment would meet `Object.prototype`, a setter there or a property that is frozen
        Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
      } else object[key] = value
    }
    return object
  }

  private key(start: number): string {
    const initial = this.bytes[this.skip(1)]!
    if (initial >> 5 !== 3) this.fail('key is not text', start)
    const info = initial & 31
    const length = info < 24 ? info : this.argument(info, start)
    const at = this.skip(length)
    if (length === 0 || info >= 24) return this.textAt(at, length, start)
    const { bytes } = this
    const slot =
      (Math.imul(
        bytes[at]! + (bytes[at + (length >> 1)]! << 8) + (bytes[at + length - 1]! << 16),
        0x9e3779b1,
      ) >>>
        24) ^
      length
    const known = keys[slot]
    if (known && known.bytes.length === length) {
      let i = 0
      while (i < length && known.bytes[i] === bytes[at + i]) ++i
      if (i === length) return known.text
    }
    const text = this.textAt(at, length, start)
    keys[slot] = { text, bytes: new Uint8Array(bytes.subarray(at, at + length)) }
    return text
  }

  /** Bytewise order of two parts of the bytes; of two encoded texts neither is a prefix of the other. */
  private isLess(a: number, aEnd: number, b: number, bEnd: number): boolean {
    const { bytes } = this
    for (let i = a, j = b; i < aEnd && j < bEnd; ++i, ++j) {
      if (bytes[i] !== bytes[j]) return bytes[i]! < bytes[j]!
    }
    return aEnd - a < bEnd - b
  }

  private bignum(tag: number, start: number): bigint {
    if (tag !== 2 && tag !== 3) this.fail('unknown tag', start)
    const content = this.at
    const initial = this.bytes[this.skip(1)]!
    if (initial >> 5 !== 2) this.fail('bignum is not a byte string', content)
    const info = initial & 31
    const length = info < 24 ? info : this.argument(info, content)
    const at = this.skip(length)
    if (length > 0 && this.bytes[at] === 0) this.fail('bignum with a leading zero', content)
    const magnitude = length <= 6 ? BigInt(this.unsigned(at, at + length)) : this.long(at, length, start)
    return tag === 2 ? magnitude : -1n - magnitude
  }

  /** A large bigint, through hexadecimal digits: the only way that is linear. */
  private long(at: number, length: number, start: number): bigint {
    const digits = new Uint8Array(2 * length)
    for (let i = 0; i < length; ++i) {
      const byte = this.bytes[at + i]!
      digits[2 * i] = hexDigit(byte >> 4)
      digits[2 * i + 1] = hexDigit(byte & 15)
    }
    const text = `0x${latin1.decode(digits)}`
    try {
      return BigInt(text)
    } catch (error) {
      if (length < everyEngineHolds) throw error
      return this.fail('bignum too large for this engine', start)
    }
  }

  private simpleOrFloat(info: number, start: number): unknown {
    if (info === 20) return false
    if (info === 21) return true
    if (info === 22) return null
    if (info < 25 || info > 27) this.fail('unknown simple value', start)
    const size = 1 << (info - 24)
    const at = this.skip(size)
    const view = this.viewAt(at, size)
    let value: number
    if (size === 2) {
      value = half(view.getUint16(0))
      if (Number.isNaN(value) && view.getUint16(0) !== 0x7e00) this.fail('NaN with a payload', start)
    } else {
      value = size === 4 ? view.getFloat32(0) : view.getFloat64(0)
      const shorter = size === 4 ? fitsHalf(value) : Object.is(Math.fround(value), value)
      if (shorter || Number.isNaN(value)) this.fail('number not in its shortest form', start)
    }
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) this.fail('integer written as a float', start)
    return value
  }

  private viewAt(at: number, size: number): DataView {
    for (let i = 0; i < size; ++i) eight[i] = this.bytes[at + i]!
    return eightView
  }

  private take(length: number): Uint8Array {
    const at = this.skip(length)
    return this.bytes.subarray(at, at + length)
  }

  private skip(length: number): number {
    const at = this.at
    if (length > this.bytes.length - at) this.fail('ends too early', at)
    this.at = at + length
    return at
  }
}

const decoder = new Decoder()
const eight = new Uint8Array(8)
const eightView = new DataView(eight.buffer)

/** Property names that were read lately, by a hash of their bytes: the same few come again and again. */
const keys: ({ text: string; bytes: Uint8Array } | undefined)[] = Array.from({ length: 256 })

function hexDigit(n: number): number {
  return n < 10 ? 48 + n : 87 + n
}

function half(bits: number): number {
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  const size =
    exponent === 0
      ? fraction * 2 ** -24
      : exponent < 31
        ? (1 + fraction / 1024) * 2 ** (exponent - 15)
        : fraction
          ? NaN
          : Infinity
  return bits & 0x8000 ? -size : size
}

/**
 * Whether a half-precision float holds the single-precision `value`: eleven significant bits, none below
 * 2^-24.
 */
function fitsHalf(value: number): boolean {
  const size = Math.abs(value)
  if (size === 0 || size === Infinity) return true
  if (!(size < 65536)) return false
  const exponent = Math.max(Math.floor(Math.log2(size)), -14)
  return Number.isInteger(size * 2 ** (10 - exponent))
}
