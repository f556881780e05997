// A strict decoder for the deterministic CBOR that values are stored in (RFC 8949 section 4.2, and the number rules of this
// package). It accepts exactly one encoding of each value, so decode-then-encode gives back the same bytes. No dependencies.

/** Bytes that are not the one deterministic encoding of a value. `offset` is where the offending item begins. */
export class CborError extends Error {
  override readonly name = 'CborError'
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(`${message} (at byte ${offset})`)
  }
}

/** So many arrays and maps may lie within one another; a guard for the stack. */
export const MAX_DEPTH = 1000

/**
 * Decodes one value: null, boolean, number, bigint, string, Uint8Array, array or plain object, nested. O(bytes); what it
 * returns is fresh (byte strings are copies). Throws `CborError` for anything else, for any encoding but the deterministic one,
 * and for bytes that are left over.
 */
export function decodeCbor(bytes: Uint8Array): unknown {
  const decoder = new Decoder(bytes)
  const value = decoder.item(0)
  if (decoder.at !== bytes.length) decoder.fail('bytes after the value', decoder.at)
  return value
}

// 'ignoreBOM' keeps a leading U+FEFF, which is part of the string.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

class Decoder {
  at = 0
  private readonly view: DataView

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  fail(message: string, offset: number): never {
    throw new CborError(message, offset)
  }

  item(depth: number): unknown {
    const start = this.at
    const initial = this.bytes[this.skip(1)]!
    const major = initial >> 5
    const info = initial & 31
    if (major === 7) return this.simpleOrFloat(info, start)
    const argument = this.argument(info, start)
    if ((major === 4 || major === 5) && depth >= MAX_DEPTH) this.fail('nested too deep', start)
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
      case 4: {
        const array: unknown[] = []
        for (let i = 0; i < argument; ++i) array.push(this.item(depth + 1))
        return array
      }
      case 5:
        return this.object(argument, depth)
      default:
        return this.bignum(argument, start)
    }
  }

  /** The argument of an item: a non-negative safe integer, in the fewest bytes that hold it. */
  private argument(info: number, start: number): number {
    if (info < 24) return info
    if (info > 27) this.fail('indefinite or reserved length', start)
    const size = 1 << (info - 24)
    const at = this.skip(size)
    let value: number
    if (size === 1) value = this.view.getUint8(at)
    else if (size === 2) value = this.view.getUint16(at)
    else if (size === 4) value = this.view.getUint32(at)
    else value = this.view.getUint32(at) * 2 ** 32 + this.view.getUint32(at + 4)
    if (value > Number.MAX_SAFE_INTEGER) this.fail('integer out of range', start)
    const least = size === 1 ? 24 : 2 ** (4 * size)
    if (value < least) this.fail('number not in its shortest form', start)
    return value
  }

  private text(length: number, start: number): string {
    const bytes = this.take(length)
    try {
      return utf8.decode(bytes)
    } catch {
      return this.fail('text is not UTF-8', start)
    }
  }

  private object(size: number, depth: number): object {
    const object = {}
    let previous: Uint8Array | undefined
    for (let i = 0; i < size; ++i) {
      const start = this.at
      const key = this.item(depth + 1)
      if (typeof key !== 'string') this.fail('key is not text', start)
      const encoded = this.bytes.subarray(start, this.at)
      if (previous && !isLess(previous, encoded)) this.fail('keys not sorted, or repeated', start)
      previous = encoded
      const value = this.item(depth + 1)
      if (key === '__proto__') {
        // an assignment would set the prototype
        Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
      } else (object as Record<string, unknown>)[key] = value
    }
    return object
  }

  private bignum(tag: number, start: number): bigint {
    if (tag !== 2 && tag !== 3) this.fail('unknown tag', start)
    const content = this.at
    const initial = this.bytes[this.skip(1)]!
    if (initial >> 5 !== 2) this.fail('bignum is not a byte string', content)
    const bytes = this.take(this.argument(initial & 31, content))
    if (bytes[0] === 0) this.fail('bignum with a leading zero', content)
    let hex = '0x0'
    for (const byte of bytes) hex += byte.toString(16).padStart(2, '0')
    return tag === 2 ? BigInt(hex) : -1n - BigInt(hex)
  }

  private simpleOrFloat(info: number, start: number): unknown {
    if (info === 20) return false
    if (info === 21) return true
    if (info === 22) return null
    if (info < 25 || info > 27) this.fail('unknown simple value', start)
    const size = 1 << (info - 24)
    const at = this.skip(size)
    let value: number
    if (size === 2) {
      value = half(this.view.getUint16(at))
      if (Number.isNaN(value) && this.view.getUint16(at) !== 0x7e00) this.fail('NaN with a payload', start)
    } else {
      value = size === 4 ? this.view.getFloat32(at) : this.view.getFloat64(at)
      const shorter = size === 4 ? fitsHalf(value) : Object.is(Math.fround(value), value)
      if (shorter || Number.isNaN(value)) this.fail('number not in its shortest form', start)
    }
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) this.fail('integer written as a float', start)
    return value
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

/** Whether a half-precision float holds the single-precision `value`: eleven significant bits, none below 2^-24. */
function fitsHalf(value: number): boolean {
  const size = Math.abs(value)
  if (size === 0 || size === Infinity) return true
  if (!(size < 65536)) return false
  const exponent = Math.max(Math.floor(Math.log2(size)), -14)
  return Number.isInteger(size * 2 ** (10 - exponent))
}

/** Bytewise order; of two encoded texts neither is a prefix of the other. */
function isLess(a: Uint8Array, b: Uint8Array): boolean {
  const end = Math.min(a.length, b.length)
  for (let i = 0; i < end; ++i) if (a[i] !== b[i]) return a[i]! < b[i]!
  return a.length < b.length
}
