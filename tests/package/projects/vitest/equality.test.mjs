// Equality of maps under Vitest.
import * as hamt from 'hamt-wasm'
import { assert, expect, test } from 'vitest'
import { eachPair, makeMaps } from './maps.cjs'

test('toEqual agrees with equals', () => {
  eachPair(
    makeMaps(hamt),
    (a, b) => expect({ a }).toEqual({ a: b }),
    (a, b) => expect({ a }).not.toEqual({ a: b }),
  )
})

test('a difference shows entries', () => {
  const { Hamt } = hamt
  expect(() => expect(Hamt.from({ name: 'Ada' })).toEqual(Hamt.from({ name: 'Eve' }))).toThrow(/Ada[^]*Eve/)
})

test("chai's deepEqual agrees with equals", () => {
  eachPair(
    makeMaps(hamt).slice(0, 12),
    (a, b) => assert.deepEqual([a], [b]),
    (a, b) => assert.notDeepEqual([a], [b]),
  )
})
