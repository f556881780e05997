// Values that JavaScript confuses (0 and -0, null and what is absent, NaN and itself, 1 and 1n, what is
// falsy): every edit tells them apart, in every state of a map, and takes equal ones for equal.
import { deserialize, Hamt, serialize } from 'hamt-wasm'
import { expectContents } from './support/states.js'
import { inWasm } from './support/stores.js'

type Map1 = Hamt<unknown>

/** No two are equal. Made anew by each call. */
const values = (): unknown[] => [
  ...[null, 0, -0, NaN, '', false, true, 1, '0', 0n, 1n, [], {}],
  ...[[0], [-0], [null], { a: 0 }, { a: -0 }, { a: null }, new Uint8Array(0), new Uint8Array(1)],
]

const others = ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']
const filled = (value: unknown): Map<string, unknown> =>
  new Map([['k', value], ...others.map((key) => [key, null] as const)])

/** A map whose value of "k" is given. */
const makers: [string, (value: unknown) => Map1][] = [
  ['made at once', (value) => Hamt.from(filled(value))],
  ['made by sets', (value) => [...filled(value)].reduce((m, [k, v]) => m.set(k, v), Hamt.empty())],
  [
    'drafted',
    (value) => Hamt.empty().withMutations((draft) => filled(value).forEach((v, k) => draft.set(k, v))),
  ],
  [
    'old',
    (value) => {
      const map = [...filled(value)].reduce<Map1>((m, [k, v]) => m.set(k, v), Hamt.empty())
      for (let i = 0, next = map; i < 12; ++i) next = next.set(i % 2 ? 'k' : `later ${i}`, i)
      return map
    },
  ],
  ['a branch', (value) => Hamt.from(filled('something')).set('k', value)],
  ['loaded', (value) => deserialize(serialize([Hamt.from(filled(value))]))[0]!],
]
const states = [
  ...makers,
  ...makers.map(([name, make]): (typeof makers)[0] => [`${name}, in wasm`, (v) => inWasm(() => make(v))]),
]

/** Each sets "k", and changes nothing else. */
const sets: [string, (map: Map1, value: unknown) => Map1][] = [
  ['set', (m, value) => m.set('k', value)],
  ['update', (m, value) => m.update('k', () => value)],
  ['updateIfPresent', (m, value) => m.updateIfPresent('k', () => value)],
  ['setMany', (m, value) => m.setMany({ k: value })],
  ['merge', (m, value) => m.merge({ k: value })],
  ['merge of a map in wasm', (m, value) => m.merge(inWasm(() => Hamt.from({ k: value })))],
  ['merge with a resolver', (m, value) => m.merge({ k: value }, (_, __, theirs) => theirs)],
  ['mergeWith', (m, value) => m.mergeWith({ k: value }, (_, theirs) => theirs)],
  ['mergeWith a larger map', (m, value) => m.mergeWith(Hamt.from(m).set('k', value), (_, theirs) => theirs)],
  ['mergeFrom', (m, value) => m.mergeFrom(Hamt.from(m), Hamt.from(m).set('k', value), () => 'not asked')],
  ['map', (m, value) => m.map((old, key) => (key === 'k' ? value : old))],
  ['a draft', (m, value) => m.withMutations((draft) => void draft.set('k', value))],
  ['update of a draft', (m, value) => m.withMutations((draft) => void draft.update('k', () => value))],
  ['merge of a draft', (m, value) => m.withMutations((draft) => void draft.merge({ k: value }))],
  ['set after set', (m, value) => m.set('k', 'between').set('k', value)],
  ['set after delete', (m, value) => m.delete('k').set('k', value)],
]

describe.each(states)('%s', (_, make) => {
  test.each(sets)('%s', (name, set) => {
    const count = values().length
    for (let i = 0; i < count; ++i) {
      for (let j = 0; j < count; ++j) {
        const map = make(values()[i])
        const next = set(map, values()[j])
        expectContents(next, filled(values()[j]), false)
        expectContents(map, filled(values()[i]), false)
        if (map.equals(next) !== (i === j)) throw new Error(`${i} ${j}: equals is ${i !== j}`)
        const isKept = next === map
        if (isKept !== (i === j) && !name.includes(' after '))
          throw new Error(`${i} ${j}: the same map: ${isKept}`)
        const differences = [...map.diff(next)].map(({ key }) => key)
        if (differences.join() !== (i === j ? '' : 'k'))
          throw new Error(`${i} ${j}: diff gives ${differences.join()}`)
      }
    }
  })

  test('what is there is there, whatever its value', () => {
    for (const value of values()) {
      const model = filled(value)
      const [map, all] = [make(value), new Set(model.keys())]
      const one = Hamt.from({ x: null })
      const more = Hamt.from(Array.from({ length: 40 }, (_, i) => [`x${i}`, value]))
      const both = (other: Map1): Map<string, unknown> => new Map([...model, ...other])
      const fail = (): never => {
        throw new Error('asked about a key that only one map has')
      }
      for (const other of [one, more]) {
        expectContents(map.merge(other), both(other), false)
        expectContents(map.merge(other, fail), both(other), false)
        expectContents(map.mergeWith(other, fail), both(other), false)
        expectContents(other.mergeWith(map, fail), both(other), false)
        expectContents(map.mergeFrom(Hamt.empty(), other, fail), both(other), false)
        expectContents(map.mergeFrom(map, map.merge(other), fail), both(other), false)
        expect(map.intersect(other).size).toBe(0)
        expect(map.without(other)).toBe(map)
      }
      expect(map.intersect(Hamt.from(model))).toBe(map)
      expect(map.without(Hamt.from(model)).size).toBe(0)
      expect(map.filter(() => true)).toBe(map)
      expect(map.updateIfPresent('k', () => 'there').get('k')).toBe('there')
      expect(map.find((v, key) => key === 'k' && v !== undefined)).toEqual(value)
      expect(map.getMany([...all])).toEqual([...model.values()])
      expect(new Set(map.keys())).toEqual(all)
      expect(map.delete('k').has('k')).toBe(false)
      expectContents(map, model)
    }
  })
})
