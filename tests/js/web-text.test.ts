// Text of the verifier page: marks of its axes, and keys and values of any map.
import fc from 'fast-check'
import { powerTicks, roundTicks, shareText, timeTicks, amountText } from '../../js/web/charts/ticks.js'
import { valueText } from '../../js/web/data/value-text.js'
import { scoreText, visible } from '../../js/web/format.js'

describe('marks of an axis', () => {
  const range = fc
    .tuple(fc.double({ min: 0, max: 1e15, noNaN: true }), fc.double({ min: 1e-6, max: 1e15, noNaN: true }))
    .map(([from, length]) => [from, from + length] as const)

  test('lie within, are round, ascend by equal steps, and are few', () => {
    fc.assert(
      fc.property(range, fc.integer({ min: 1, max: 20 }), ([from, to], most) => {
        const ticks = roundTicks(from, to, most)
        expect(ticks.length).toBeLessThanOrEqual(most + 1)
        for (const tick of ticks) {
          expect(tick).toBeGreaterThanOrEqual(from - (to - from) * 1e-6 - Math.abs(from) * 1e-9)
          expect(tick).toBeLessThanOrEqual(to + (to - from) * 1e-6 + to * 1e-9)
        }
      }),
    )
    expect(roundTicks(0, 10, 5)).toEqual([0, 2, 4, 6, 8, 10])
    expect(roundTicks(0, 1, 4)).toEqual([0, 0.5, 1])
    expect(roundTicks(0, 0.3, 3)).toEqual([0, 0.1, 0.2, 0.3])
    expect(roundTicks(0, 2, 10, 1)).toEqual([0, 1, 2])
    // Steps are not finer than the numbers themselves.
    expect(roundTicks(2 ** 49 + 0.2, 2 ** 49 + 0.4, 7).length).toBeLessThanOrEqual(8)
  })

  test('of time are as fine as their steps', () => {
    expect(timeTicks(1_788_220_800, 1_788_220_920, 4).map(({ text }) => text)).toEqual([
      '00:00:00',
      '00:00:30',
      '00:01:00',
      '00:01:30',
      '00:02:00',
    ])
    expect(timeTicks(1_788_220_800, 1_788_220_800 + 86_400 * 4, 4)[1]!.text).toBe('2026-09-02')
    for (const length of [1, 1e3, 1e6, 1e9, 1e12])
      expect(timeTicks(0, length, 8).length).toBeLessThanOrEqual(9)
  })

  test('of powers of ten', () => {
    expect(powerTicks(1e-4, 1)).toEqual([1e-4, 1e-3, 1e-2, 0.1, 1])
    expect(shareText(1e-12)).toBe('10⁻¹²')
    expect(shareText(0.01)).toBe('0.01')
    expect([5000, 20_000, 3e6, 2.5e9, 4e18].map(amountText)).toEqual(['5000', '20k', '3M', '2.5G', '4·10¹⁸'])
  })
})

test('a score has three digits, however small it is', () => {
  expect(scoreText(1n)).toMatch(/^0\.0+1\d*$/)
  expect(scoreText(2n ** 255n)).toBe('0.500')
  expect(scoreText(2n ** 246n)).toBe('0.000977')
})

describe('a value on one line', () => {
  test('as one would write it', () => {
    expect(valueText({ a: [1, -0, 2n, null, true, 'x"'], 'b c': new Uint8Array([1, 255]) })).toBe(
      '{ a: [1, -0, 2n, null, true, "x\\""], "b c": 0x01ff }',
    )
  })

  test('is cut, whatever it is, and hides nothing', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withTypedArray: true }), (value) => {
        const text = valueText(value)
        expect(text.length).toBeLessThan(4000)
        expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u)
      }),
    )
    expect(valueText('x'.repeat(1e6)).length).toBeLessThan(500)
    expect(valueText(2n ** 100_000n).length).toBeLessThan(500)
    expect(valueText(Array.from({ length: 1e6 }, () => 0)).length).toBeLessThan(500)
    expect(visible('a\u202eb\u001bc')).toBe('a\\u{202e}b\\u{1b}c')
  })
})
