// The decoder of values: gives back what was encoded, accepts one encoding of a value, refuses the rest.
import fc from 'fast-check'
import { CborError, decodeCbor, MAX_DEPTH } from '../../js/codec/cbor-decode.js'
import { encodeCbor } from '../../js/codec/codec.js'

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
const nested = (depth: number): Uint8Array => Uint8Array.from([...Array<number>(depth).fill(0x81), 0x00])

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.maxSafeInteger(),
      fc.double(),
      fc.float(),
      fc.bigInt(),
      fc.string({ unit: 'binary' }),
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom(
        -0,
        NaN,
        Infinity,
        -Infinity,
        2 ** 53,
        -(2 ** 53),
        65504,
        65520,
        2 ** -24,
        2 ** -25,
        5e-324,
        0n,
        -1n,
        2n ** 64n,
      ),
    ),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(
      fc.oneof(fc.string({ unit: 'binary', maxLength: 30 }), fc.constant('__proto__')),
      tie('value'),
      { maxKeys: 6, noNullPrototype: true },
    ),
  ),
}))

test('gives back what was encoded', () => {
  fc.assert(
    fc.property(value, (v) => {
      const decoded = decodeCbor(encodeCbor(v))
      expect(decoded).toEqual(v)
      expect(encodeCbor(decoded)).toEqual(encodeCbor(v)) // -0, bigints and key order as well
    }),
    { numRuns: 1000 },
  )
})

test('accepts one encoding of a value: what it accepts is what the encoder writes', () => {
  const near = value.chain((v) =>
    fc
      .tuple(fc.constant(encodeCbor(v)), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }))
      .map(([encoded, edits]) => {
        const altered = encoded.slice()
        for (const [at, byte] of edits) if (altered.length > 0) altered[at % altered.length] = byte
        return altered
      }),
  )
  let accepted = 0
  fc.assert(
    fc.property(fc.oneof(near, fc.uint8Array({ maxLength: 12 })), (input) => {
      let decoded: unknown
      try {
        decoded = decodeCbor(input)
      } catch (error) {
        expect(error).toBeInstanceOf(CborError)
        return
      }
      ++accepted
      expect(Buffer.from(encodeCbor(decoded)).toString('hex')).toBe(Buffer.from(input).toString('hex'))
    }),
    { numRuns: 5000 },
  )
  expect(accepted).toBeGreaterThan(500)
})

describe('refuses', () => {
  test.each([
    ['nothing', ''],
    ['a byte more', '00 00'],
    ['a one-byte number in two', '18 17'],
    ['a two-byte number in three', '19 00ff'],
    ['a four-byte number in nine', '1b 00000000ffffffff'],
    ['an integer beyond 2^53', '1b 0020000000000000'],
    ['a negative integer beyond -(2^53 - 1)', '3b 001fffffffffffff'],
    ['an integer as a half', 'f9 3c00'],
    ['zero as a half', 'f9 0000'],
    ['a half as a single', 'fa 3fc00000'],
    ['a single as a double', 'fb 3ff8000000000000'],
    ['NaN as a single', 'fa 7fc00000'],
    ['NaN with a payload', 'f9 7e01'],
    ['a subnormal half as a single', 'fa 33800000'],
    ['infinity as a single', 'fa 7f800000'],
    ['minus zero as a double', 'fb 8000000000000000'],
    ['undefined', 'f7'],
    ['a simple value', 'e0'],
    ['a break', 'ff'],
    ['a string without end', '7f 61 61 ff'],
    ['an array without end', '9f ff'],
    ['a reserved length', '1c'],
    ['a long string that is not there', '7b 001fffffffffffff'],
    ['a long array that is not there', '9b 001fffffffffffff'],
    ['text that is not UTF-8', '61 ff'],
    ['an encoded surrogate', '63 eda080'],
    ['an unknown tag', 'c0 60'],
    ['a bignum with a leading zero', 'c2 42 0001'],
    ['a bignum of text', 'c2 61 31'],
    ['a key that is no text', 'a1 01 01'],
    ['a key twice', 'a2 6161 01 6161 02'],
    ['keys out of order', 'a2 6162 01 6161 02'],
    ['a longer key before a shorter one', 'a2 626161 01 6162 02'],
  ])('%s', (_, hex) => {
    expect(() => decodeCbor(bytes(hex))).toThrow(CborError)
  })

  test('nesting beyond the limit, wherever the encoder would', () => {
    expect(encodeCbor(decodeCbor(nested(MAX_DEPTH)))).toEqual(nested(MAX_DEPTH))
    expect(() => decodeCbor(nested(MAX_DEPTH + 1))).toThrow(CborError)
    expect(() => decodeCbor(nested(1_000_000))).toThrow('nested too deep')
    let value: unknown = 0
    for (let i = 0; i < MAX_DEPTH + 1; ++i) value = [value]
    expect(() => encodeCbor(value)).toThrow(TypeError)
  })
})

test('a byte-order mark stays', () => {
  expect(decodeCbor(encodeCbor('\ufeffx'))).toBe('\ufeffx')
})

test('byte strings are copies', () => {
  const input = bytes('42 0102')
  const decoded = decodeCbor(input) as Uint8Array
  input.fill(0)
  expect(decoded).toEqual(bytes('0102'))
})
