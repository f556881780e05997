// Values ⇄ bytes, against cborg and against the values themselves.
import { encode, rfc8949EncodeOptions, Token, Type } from 'cborg'
import type { EncodeOptions } from 'cborg/interface'
import fc from 'fast-check'
import { encodeCbor, writePrimitive } from '../../js/codec/cbor-encode.js'
import { cbor, notPrimitive, readPrimitive } from '../../js/codec/codec.js'
import { primitive, value } from './support/values.js'

// cborg with nothing of ours but the number rules, which it is told in another way than js/codec/codec.ts does.
const options: EncodeOptions = {
  ...rfc8949EncodeOptions,
  typeEncoders: {
    number: (n: number) =>
      new Token(
        Number.isSafeInteger(n) && !Object.is(n, -0) ? (n < 0 ? Type.negint : Type.uint) : Type.float,
        n,
      ),
    bigint: (n: bigint) => {
      const hex = (n < 0n ? -1n - n : n).toString(16)
      const bytes =
        n === 0n || n === -1n ? [] : Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
      return [new Token(Type.tag, n < 0n ? 3 : 2), new Token(Type.bytes, Uint8Array.from(bytes))]
    },
  },
}
const reference = (x: unknown): Uint8Array => encode(x, options)
/** cborg 6.1 writes these as singles, five bytes where three do. Another test goes through all of them. */
function holdsSubnormalHalf(x: unknown): boolean {
  if (typeof x === 'number') return x !== 0 && Math.abs(x) < 2 ** -14 && Number.isInteger(x * 2 ** 24)
  return (
    typeof x === 'object' &&
    x !== null &&
    !(x instanceof Uint8Array) &&
    Object.values(x).some(holdsSubnormalHalf)
  )
}
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

test('every value has the bytes that cborg gives it, and comes back equal', () => {
  fc.assert(
    fc.property(value, (x) => {
      const bytes = encodeCbor(x)
      if (!holdsSubnormalHalf(x)) expect(hex(bytes)).toBe(hex(reference(x)))
      expect(cbor.decode(bytes)).toStrictEqual(x)
    }),
    { numRuns: 3000 },
  )
})

test('the fast path writes the very same bytes', () => {
  const to = new Uint8Array(300)
  let taken = 0
  fc.assert(
    fc.property(primitive, (x) => {
      const size = writePrimitive(x, to, 7)
      if (size < 0) return
      ++taken
      if (!holdsSubnormalHalf(x)) expect(hex(to.subarray(7, 7 + size))).toBe(hex(reference(x)))
      const back = readPrimitive(to, 7, size)
      if (back !== notPrimitive) expect(back).toBe(x)
    }),
    { numRuns: 20_000 },
  )
  expect(taken).toBeGreaterThan(10_000)
})

test('every half-precision float is written in three bytes', () => {
  const to = new Uint8Array(16)
  const view = new DataView(to.buffer)
  const wrong: number[] = []
  for (let bits = 0; bits < 0x10000; ++bits) {
    const exponent = (bits >> 10) & 31
    const fraction = bits & 1023
    const size =
      exponent === 0
        ? fraction * 2 ** -24
        : exponent === 31
          ? fraction
            ? NaN
            : Infinity
          : (1 + fraction / 1024) * 2 ** (exponent - 15)
    const x = bits & 0x8000 ? -size : size
    if (Number.isSafeInteger(x) && !Object.is(x, -0)) continue
    const written = writePrimitive(x, to, 0)
    if (written !== 3 || view.getUint16(1) !== (Number.isNaN(x) ? 0x7e00 : bits)) wrong.push(bits)
    else if (!Object.is(cbor.decode(to.subarray(0, 3)), x)) wrong.push(bits)
  }
  expect(wrong).toEqual([])
})

test('the fast path reads only what it would write', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 0, maxLength: 12 }), (bytes) => {
      const fast = readPrimitive(bytes, 0, bytes.length)
      if (fast === notPrimitive) return
      const to = new Uint8Array(100)
      expect(hex(to.subarray(0, writePrimitive(fast, to, 0)))).toBe(hex(bytes))
    }),
    { numRuns: 50_000 },
  )
})

test.each([
  ['1800', 'an integer that fits the head'],
  ['190017', 'an integer that fits a byte'],
  ['fb3ff8000000000000', 'a double that fits a half'],
  ['fb4059000000000000', 'an integer as a double'],
  ['f97e01', 'NaN with a payload'],
  ['f7', 'undefined'],
  ['9f01ff', 'an indefinite array'],
  ['a2616201616102', 'unsorted keys'],
  ['a2616101616102', 'a repeated key'],
  ['a10102', 'a key that is no text'],
  ['61ff', 'text that is not UTF-8'],
  ['c24100', 'a bignum with a leading zero'],
  ['c101', 'another tag'],
  ['0101', 'two values'],
  ['6261', 'text that ends early'],
  ['', 'nothing'],
])('decoding refuses %s: %s', (bytes) => {
  expect(() => cbor.decode(Buffer.from(bytes, 'hex'))).toThrow(TypeError)
})

const cyclic: { self?: unknown } = {}
cyclic.self = [1, cyclic]
class Point {
  x = 1
}

test.each([
  [undefined, 'undefined'],
  [() => 1, 'function'],
  [Symbol('s'), 'symbol'],
  [{ a: [1, undefined] }, 'a[1]'],
  [{ 'a b': { c: () => 1 } }, '["a b"].c'],
  [[1, , 3], '[1]'], // eslint-disable-line no-sparse-arrays
  [cyclic, 'self[1]'],
  [{ date: new Date(0) }, 'date'],
  [[new Map()], '[0]'],
  [new Set(), 'Set'],
  [new Point(), 'Point'],
  [new Float64Array(1), 'Float64Array'],
  [{ p: Promise.resolve() }, 'p'],
  [/x/, 'RegExp'],
  [{ s: ['\ud800'] }, 's[0]'],
  [{ ['\udc00']: 1 }, 'property name'],
  [{ [Symbol.iterator]: 1 }, 'symbols'],
  [Object(1), 'Number'],
])('%p is refused, and the message says where', (x, where) => {
  expect(() => encodeCbor(x)).toThrow(TypeError)
  expect(() => encodeCbor(x)).toThrow(where)
})

test('nesting is refused beyond a limit, not by a stack overflow', () => {
  const nested = (depth: number, inner: unknown = 1): unknown => {
    for (let i = 0; i < depth; ++i) inner = i % 2 ? [inner] : { inner }
    return inner
  }
  const deep = nested(1000)
  expect(cbor.decode(encodeCbor(deep))).toStrictEqual(deep)
  expect(() => encodeCbor(nested(1001))).toThrow(/1000 levels/)
  expect(() => encodeCbor(nested(1_000_000))).toThrow(TypeError)
  expect(() => cbor.decode(new Uint8Array(1_000_000).fill(0x81))).toThrow(TypeError)
})

test('a getter that throws passes through', () => {
  const x = {
    get a(): never {
      throw new URIError('mine')
    },
  }
  expect(() => encodeCbor(x)).toThrow(URIError)
})

test('plain objects of another realm and without a prototype are plain; shared parts are not cycles', () => {
  const bare = Object.assign(Object.create(null) as object, { a: 1 })
  const shared = [1]
  expect(cbor.decode(encodeCbor({ bare, x: shared, y: shared }))).toStrictEqual({
    bare: { a: 1 },
    x: [1],
    y: [1],
  })
})
