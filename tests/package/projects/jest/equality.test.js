// Equality of maps under Jest.
const hamt = require('hamt-wasm')
const { eachPair, makeMaps } = require('./maps.cjs')

test('toEqual agrees with equals', () => {
  eachPair(
    makeMaps(hamt),
    (a, b) => expect({ a }).toEqual({ a: b }),
    (a, b) => expect({ a }).not.toEqual({ a: b }),
  )
})

test('a difference shows entries', () => {
  const { Hamt } = hamt
  expect(() => expect(Hamt.from({ name: 'Ada' })).toEqual(Hamt.from({ name: 'Eve' }))).toThrow(
    /"name": "Eve"[^]*"name": "Ada"/,
  )
})
