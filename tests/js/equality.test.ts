// Equality and cloning in tools: assertion libraries agree with `equals` in every state of a map, and what
// clones objects says what to do.
import assert from 'node:assert'
import { MessageChannel } from 'node:worker_threads'
import * as chai from 'chai'
import fc from 'fast-check'
import { deserialize, Hamt, serialize } from 'hamt-wasm'
import lodash from 'lodash'
import { contents, expectUnchanged, other, states } from './support/states.js'
import { key, value } from './support/values.js'

/** What a tool says of two values: whether its assertion passes. */
function passes(assertion: () => void): boolean {
  try {
    assertion()
    return true
  } catch (error) {
    expect((error as Error).message).toMatch(/expect|equal/)
    return false
  }
}

/**
 * Tools that must say exactly what `equals` says; Vitest, which cannot be loaded beside Jest, is asked by
 * tests/package.
 */
const exact: [string, (a: unknown, b: unknown) => boolean][] = [
  ['Jest', (a, b) => passes(() => expect(a).toEqual(b))],
  ['chai', (a, b) => passes(() => chai.expect(a).to.deep.equal(b))],
]
/** Tools that must refuse different maps; they may refuse equal ones. */
const safe: [string, (a: unknown, b: unknown) => boolean][] = [
  ['Jest, strictly', (a, b) => passes(() => expect(a).toStrictEqual(b))],
  ['deepStrictEqual', (a, b) => passes(() => assert.deepStrictEqual(a, b))],
  ['deepEqual', (a, b) => passes(() => assert.deepEqual(a, b))],
  ['lodash', (a, b) => lodash.isEqual(a, b)],
]

function expectAgreement(a: Hamt<unknown>, b: Hamt<unknown>): void {
  const isEqual = a.equals(b)
  for (const [name, says] of exact) {
    expect([name, says(a, b), says({ in: [a] }, { in: [b] })]).toEqual([name, isEqual, isEqual])
  }
  if (isEqual) return
  for (const [name, says] of safe) expect([name, says(a, b), says([a], [b])]).toEqual([name, false, false])
}

test.each(states)('tools agree with equals: %s', (_, make) => {
  const subject = make()
  const { map, model } = subject
  const equal = [
    map,
    Hamt.from(model),
    deserialize(serialize([map]))[0]!,
    map.set('another', 1).delete('another'),
  ]
  for (const b of equal) {
    expectAgreement(map, b)
    expectAgreement(b, map)
    assert.deepStrictEqual(map, b) // not promised, and so
  }
  const [first] = model.keys()
  const different = [
    Hamt.empty(),
    map.set('another', 1),
    map.set(first!, 'changed'),
    map.set(first!, { deep: [1] }),
    map.delete(first!).set(`${first} `, map.get(first!)),
    other(),
  ]
  for (const b of different) {
    expect(map.equals(b)).toBe(false)
    expectAgreement(map, b)
    expectAgreement(b, map)
  }
  for (const b of [{}, [], new Map(model), map.toJSON(), [...map], null, map.asMutable()]) {
    for (const [name, says] of [...exact, ...safe]) expect([name, says(map, b)]).toEqual([name, false])
  }
  expectUnchanged(subject)
})

test('tools agree with equals about any values', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(key, value), { maxLength: 6 }), key, value, (entries, k, v) => {
      const map = Hamt.from<unknown>(entries)
      expectAgreement(map, Hamt.from<unknown>([...entries].reverse().filter(([k]) => map.has(k))))
      expectAgreement(map, map.set(k, v))
      expectAgreement(map, deserialize(serialize([map.set(k, v)]))[0]!)
    }),
    { numRuns: 100 },
  )
})

test('kinds of values that are nearly equal', () => {
  const values = [
    0,
    -0,
    0n,
    NaN,
    null,
    false,
    '',
    '0',
    [],
    {},
    new Uint8Array(),
    [0],
    { 0: 0 },
    new Uint8Array(1),
  ]
  for (const a of values) for (const b of values) expectAgreement(Hamt.from({ a }), Hamt.from({ a: b }))
})

test('frozen maps compare as others, and as often as you like', () => {
  const deepFreeze = (object: object): object => {
    for (const value of Object.values(object)) if (typeof value === 'object') deepFreeze(value as object)
    return Object.freeze(object)
  }
  const [a, b, c] = [{ x: 1 }, { x: 1 }, { x: 2 }].map((record) => Hamt.from(record))
  for (const map of [a, b, c]) deepFreeze(deepFreeze(map!))
  expect(Object.isFrozen((a as unknown as { contents: object }).contents)).toBe(true)
  expectAgreement(a!, b!)
  expectAgreement(a!, c!)
})

test('a difference shows entries', () => {
  const [a, b] = [Hamt.from({ name: { first: 'Ada' } }), Hamt.from({ name: { first: 'Eve' } })]
  expect(() => expect(a).toEqual(b)).toThrow(/- {5}"first": "Eve",\n\+ {5}"first": "Ada"/)
  expect(() => chai.expect(a).to.deep.equal(b)).toThrow(/Ada[^]*deeply equal[^]*Eve/)
  expect(() => assert.deepStrictEqual(a, b)).toThrow(/Hamt [0-9a-f]{64}/)
  expect(() => assert.deepStrictEqual(a.toMap(), b.toMap())).toThrow(/Ada[^]*Eve/)
})

describe('copies', () => {
  const map = Hamt.from(contents())
  test('what clones by structure says what to do', () => {
    const { port1 } = new MessageChannel()
    for (const copy of [
      () => structuredClone(map),
      () => structuredClone({ state: [map] }),
      () => structuredClone({ ...map }),
      () => port1.postMessage(map),
      () => port1.postMessage({ map }),
    ])
      expect(copy).toThrow('Symbol(a Hamt: use serialize([map]), or map.toJSON()) could not be cloned')
    port1.close()
    expect(() => JSON.stringify({ ...map })).toThrow('a spread Hamt has no entries: use map.toJSON()')
  })

  test('JSON has the entries, and lodash leaves maps in objects as they are', () => {
    const plain = Hamt.from({ a: 1, b: { c: ['d'] } })
    expect(JSON.parse(JSON.stringify(plain))).toEqual({ a: 1, b: { c: ['d'] } })
    expect(Hamt.from(JSON.parse(JSON.stringify(plain))).equals(plain)).toBe(true)
    expect(lodash.cloneDeep({ state: plain }).state).toBe(plain)
  })

  test('the property that tools see gives nothing away', () => {
    expect(Object.keys(map)).toEqual(['uncloneable', 'contents'])
    const { contents: seen } = map as unknown as { contents: object }
    expect(seen.constructor).toBe(Object)
    const hexadecimal = Buffer.from(map.digest()).toString('hex')
    for (const change of [
      () => Object.assign(seen, { digest: '' }),
      () => Object.assign(seen, { other: '' }),
      () => Object.defineProperty(seen, 'digest', { value: '' }),
      () => Object.setPrototypeOf(seen, {}),
    ]) {
      try {
        change()
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError)
      }
    }
    expect(Object.entries(seen)).toEqual([['digest', hexadecimal]])
    expect(String(Object.create(Object.getPrototypeOf(seen)))).toBe('[object Contents]')
    expect(Object.prototype.toString.call(seen)).toMatch(/^\[object Hamt [0-9a-f]{64}\]$/)
  })
})

test('maps are not made with new, and drafts not at all', () => {
  const { constructor } = Hamt.empty() as unknown as { constructor: new (...args: unknown[]) => object }
  for (const args of [[], [{}], [{ codec: null, size: 5, store: { handle: 1 } }]])
    expect(() => new constructor(...args)).toThrow('use Hamt.empty() or Hamt.from(entries)')
  expect(() => new (class extends constructor {})()).toThrow(TypeError)
  const { constructor: draft } = Hamt.empty().asMutable() as unknown as { constructor: new () => object }
  expect(() => new draft()).toThrow(TypeError)
})
