// Random values of every kind that a map holds, for fast-check.
import fc from 'fast-check'

const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.float(),
  // Half-precision floats: ten bits of fraction, subnormal ones included.
  fc.tuple(fc.integer({ min: 0, max: 2047 }), fc.integer({ min: -24, max: 5 })).map(([m, e]) => m * 2 ** e),
  fc.constantFrom(
    0,
    -0,
    NaN,
    Infinity,
    -Infinity,
    23,
    24,
    255,
    256,
    65535,
    65536,
    2 ** 32 - 1,
    2 ** 32,
    2 ** 53 - 1,
    2 ** 53,
  ),
  fc.constantFrom(
    -1,
    -24,
    -25,
    -256,
    -257,
    -65537,
    -(2 ** 32),
    -(2 ** 32) - 1,
    -(2 ** 53) + 1,
    -(2 ** 53),
    65504,
    65505,
    65519,
    65520,
  ),
  fc.constantFrom(
    2 ** -24,
    2 ** -25,
    2 ** -14,
    1.5 * 2 ** -24,
    2 ** -126,
    2 ** -149,
    2 ** -150,
    5e-324,
    1.1,
    2 ** 64,
    3.4028234663852886e38,
  ),
)
const bigint = fc.oneof(
  fc.bigInt(),
  fc.constantFrom(0n, 1n, -1n, 255n, 256n, -256n, -257n, 2n ** 64n, -(2n ** 64n), 2n ** 255n),
)
/** Well-formed strings of every length that has a head of its own. */
export const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    '__proto__',
    'a'.repeat(23),
    'b'.repeat(24),
    'c'.repeat(25),
    'd'.repeat(80),
    'e'.repeat(81),
    'f'.repeat(300),
    '\ufeffx',
    'é',
    '😀',
  ),
)
const bytes = fc.uint8Array({ maxLength: 300 })

export const primitive = fc.oneof(fc.constant(null), fc.boolean(), number, bigint, text)

/** Any value that a map holds. */
export const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    primitive,
    bytes,
    tie('array'),
    tie('object'),
  ),
  array: fc.array(tie('value'), { maxLength: 5 }),
  object: fc
    .array(fc.tuple(text, tie('value')), { maxLength: 5 })
    .map((entries) => Object.fromEntries(entries)),
})).value

/** Keys that meet one another often, and odd ones. */
export const key = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 40 }).map((i) => `key-${i}`) },
  { weight: 1, arbitrary: text },
)
