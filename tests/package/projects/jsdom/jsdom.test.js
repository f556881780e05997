// The package in a window of jsdom, which has no TextDecoder.
const hamt = require('hamt-wasm')
const slim = require('hamt-wasm/slim')
const { makeMaps } = require('./maps.cjs')
const { use } = require('./use.cjs')

test('this is a window without TextDecoder', () => {
  expect(typeof document).toBe('object')
  expect(typeof TextDecoder).toBe('undefined')
})

test('every entry point works', async () => {
  expect(use()).toEqual({ hello: 42, world: '100', proved: 42, ticket: 3, shown: 'Hamt(1)' })
  await slim.load()
  expect(slim.Hamt.from({ größe: 'ä' }).digest()).toEqual(hamt.Hamt.from({ größe: 'ä' }).digest())
})

test('bytes of the window are bytes', () => {
  const map = hamt.Hamt.from({ bytes: new Uint8Array([1, 2, 3]) })
  const copy = new Uint8Array(hamt.serialize([map]))
  const [again] = hamt.deserialize(copy)
  expect(again.equals(map)).toBe(true)
  expect([...again.get('bytes')]).toEqual([1, 2, 3])
})

test('toEqual agrees with equals', () => {
  const maps = makeMaps(hamt).slice(0, 12)
  for (const a of maps) {
    for (const b of maps) {
      if (a.equals(b)) expect({ a }).toEqual({ a: b })
      else expect({ a }).not.toEqual({ a: b })
    }
  }
})
