const hamt = require('hamt-wasm')
const { makeMaps } = require('./maps.cjs')

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
  expect(() => expect(Hamt.from({ name: 'Ada' })).toEqual(Hamt.from({ name: 'Eve' }))).toThrow(
    /"name": "Eve"[^]*"name": "Ada"/,
  )
})
