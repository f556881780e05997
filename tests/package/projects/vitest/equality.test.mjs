import * as hamt from 'hamt-wasm'
import { assert, expect, test } from 'vitest'
import { makeMaps } from './maps.cjs'

test('toEqual agrees with equals', () => {
  const maps = makeMaps(hamt)
  for (const a of maps) {
    for (const b of maps) {
      if (a.equals(b)) expect({ a }).toEqual({ a: b })
      else expect({ a }).not.toEqual({ a: b })
    }
  }
})

test('a difference shows entries', () => {
  const { Hamt } = hamt
  expect(() => expect(Hamt.from({ name: 'Ada' })).toEqual(Hamt.from({ name: 'Eve' }))).toThrow(/Ada[^]*Eve/)
})

test("chai's deepEqual agrees with equals", () => {
  const maps = makeMaps(hamt).slice(0, 12)
  for (const a of maps) for (const b of maps) (a.equals(b) ? assert.deepEqual : assert.notDeepEqual)([a], [b])
})
