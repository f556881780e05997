// Equality of maps under Bun's test runner.
import { expect, test } from 'bun:test'
import * as hamt from 'hamt-wasm'
import { makeMaps } from './maps.cjs'

test('toEqual, toStrictEqual and deepEquals agree with equals', () => {
  const maps = makeMaps(hamt).slice(0, 12)
  for (const a of maps) {
    for (const b of maps) {
      const expected = a.equals(b)
      expect(Bun.deepEquals({ a }, { a: b })).toBe(expected)
      expect(Bun.deepEquals({ a }, { a: b }, true)).toBe(expected)
      if (expected) expect(a).toEqual(b)
      else expect(a).not.toEqual(b)
      if (expected) expect(a).toStrictEqual(b)
      else expect(a).not.toStrictEqual(b)
    }
  }
})
