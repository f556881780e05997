// What is taken for something that it is not: every mistake is an error that names what was wrong, and never
// an empty map, a lost edit or a silent false.
import { createRequire } from 'node:module'
import { applyDelta, deserialize, Hamt, openSnapshot, serialize, serializeDelta } from 'hamt-wasm'
import { push, serializeNodes } from 'hamt-wasm/blocks'
import { contents, expectUnchanged, other, states } from './support/states.js'

async function* later(): AsyncGenerator<[string, number]> {
  yield ['a', 1]
}
class Point {
  x = 1
}

test.each<[string, unknown, RegExp]>([
  ['a promise', Promise.resolve([['a', 1]]), /promise.*await/],
  ['a thenable', { then: () => {} }, /promise/],
  ['an async iterable', later(), /async iterable/],
  ['a function', () => [['a', 1]], /function/],
  ['an async function', later, /function/],
  ['a class', Point, /function/],
  ['a date', new Date(), /Date/],
  ['an error', new Error('x'), /Error/],
  ['a class instance', new Point(), /Point/],
  ['a regular expression', /x/, /RegExp/],
  ['a WeakMap', new WeakMap(), /WeakMap/],
  ['a DataView', new DataView(new ArrayBuffer(1)), /DataView/],
  ['an ArrayBuffer', new ArrayBuffer(1), /ArrayBuffer/],
  ['a number', 5, /number/],
  ['null', null, /null/],
  ['undefined', undefined, /undefined/],
  ['a string', 'ab', /string/],
  ['a symbol', Symbol('x'), /symbol/],
  ['a list of keys', ['a'], /entry/],
  ['a set', new Set(['a']), /entry/],
  ['a list of records', [{ key: 'a' }], /key/],
])('Hamt.from of %s', (_, value, message) => {
  expect(() => Hamt.from(value as Iterable<[string, number]>)).toThrow(TypeError)
  expect(() => Hamt.from(value as Iterable<[string, number]>)).toThrow(message)
})

type AnyMethod = (...args: unknown[]) => unknown

/** Every method that calls back, with a function put where its callback goes. */
const callers: [string, (m: Hamt<unknown>, fn: unknown) => unknown][] = [
  ['update', (m, fn) => (m.update as AnyMethod).call(m, 'k1', fn)],
  ['filter', (m, fn) => (m.filter as AnyMethod).call(m, fn)],
  ['map', (m, fn) => (m.map as AnyMethod).call(m, fn)],
  ['reduce', (m, fn) => (m.reduce as AnyMethod).call(m, fn, 0)],
  ['forEach', (m, fn) => (m.forEach as AnyMethod).call(m, fn)],
  ['merge', (m, fn) => (m.merge as AnyMethod).call(m, other().map(String), fn)],
  ['mergeFrom', (m, fn) => (m.mergeFrom as AnyMethod).call(m, Hamt.empty(), other().map(String), fn)],
  ['withMutations', (m, fn) => (m.withMutations as AnyMethod).call(m, fn)],
]
const inDrafts: [string, (m: Hamt<unknown>, fn: unknown) => unknown][] = [
  ['update of a draft', (m, fn) => m.withMutations((d) => void (d.update as AnyMethod).call(d, 'k1', fn))],
  ['forEach of a draft', (m, fn) => m.withMutations((d) => void (d.forEach as AnyMethod).call(d, fn))],
]

describe.each([...callers, ...inDrafts])('%s', (name, call) => {
  test.each(states)('%s', (_, make) => {
    const subject = make()
    const method = name.split(' ')[0]!
    for (const fn of [5, 'text', {}, [], true, new Map(), Symbol('s')]) {
      expect(() => call(subject.map, fn)).toThrow(TypeError)
      expect(() => call(subject.map, fn)).toThrow(new RegExp(`${method}.*function`))
    }
    for (const fn of [
      async () => 1,
      () => Promise.resolve(true),
      async () => Promise.reject(new Error('late')),
    ]) {
      expect(() => call(subject.map, fn)).toThrow(TypeError)
    }
    expectUnchanged(subject)
  })
})

test('an async withMutations loses no edit in silence, and its draft is of no use later', async () => {
  const map = Hamt.from({ a: 1 })
  let late: Promise<unknown> = Promise.resolve()
  expect(() =>
    map.withMutations((d) => {
      late = (async () => {
        await Promise.resolve()
        d.set('b', 2)
      })()
      return late as unknown as void
    }),
  ).toThrow(/promise/)
  await expect(late).rejects.toThrow(/draft/)
  expect(map.toJSON()).toEqual({ a: 1 })
})

test('what is no map where one is needed is named', () => {
  const map = Hamt.from<unknown>(contents())
  for (const value of [null, undefined, 5, new Map(), {}, [map], 'text']) {
    const wrong = value as unknown as Hamt<unknown>
    for (const combine of ['intersect', 'without'] as const)
      expect(() => map[combine](wrong)).toThrow(TypeError)
    expect(() => map.mergeFrom(wrong, map, () => 1)).toThrow(TypeError)
    expect(() => map.diff(wrong)).toThrow(TypeError)
    expect(() => serialize([wrong])).toThrow(TypeError)
    expect(map.equals(wrong)).toBe(false)
  }
  for (const value of [null, undefined, 5, [map], [1], 'text', Promise.resolve({}), new Date(), () => 1]) {
    const wrong = value as never
    for (const name of ['merge', 'setMany', 'mergeWith'] as const)
      expect(() => map[name](wrong, () => 1)).toThrow(TypeError)
    expect(() => map.asMutable().merge(wrong)).toThrow(TypeError)
  }
  for (const value of [null, undefined, 5, {}, 'text', [1], [['k1']]]) {
    expect(() => map.deleteMany(value as never)).toThrow(TypeError)
  }
  for (const key of [5, null, undefined, Symbol('k'), {}, ['k1'], '\ud800']) {
    const wrong = key as string
    for (const f of [
      () => map.get(wrong),
      () => map.has(wrong),
      () => map.set(wrong, 1),
      () => map.delete(wrong),
      () => map.update(wrong, () => 1),
      () => map.getMany([wrong]),
      () => map.withMutations((d) => void d.set(wrong, 1)),
      () => Hamt.from([[wrong, 1]]),
    ])
      expect(f).toThrow(TypeError)
  }
})

test('maps of another copy of the package are refused aloud, by import and require alike', async () => {
  const theirs = createRequire(import.meta.url)('../../dist/cjs/index.js') as { Hamt: typeof Hamt }
  const ours = Hamt.from({ a: 1 })
  const foreign = theirs.Hamt.from({ a: 1 }) as unknown as Hamt<number>
  expect(foreign).not.toBeInstanceOf(Hamt)
  for (const f of [
    () => ours.equals(foreign),
    () => foreign.equals(ours),
    () => ours.merge(foreign),
    () => ours.diff(foreign),
    () => ours.mergeFrom(foreign, ours, () => 1),
    () => ours.mergeFrom(ours, foreign, () => 1),
    () => serialize([foreign]),
    () => serializeDelta([ours], [foreign]),
    () => serializeDelta([foreign], [ours]),
    () => serializeNodes([foreign]),
  ])
    expect(f).toThrow(/another copy of hamt-wasm/)
  await expect(push(foreign, { get: () => undefined, put: () => {} })).rejects.toThrow(
    /another copy of hamt-wasm/,
  )
  expect(Hamt.from(foreign).equals(ours)).toBe(true)
})

test('what only the package makes is not made by new, with whatever arguments', () => {
  const map = Hamt.from({ a: 1 })
  const constructors: unknown[] = [map, map.entries(), map.diff(map.set('b', 1))].map((x) => x.constructor)
  map.withMutations((draft) => void constructors.push(draft.constructor))
  const fake = {
    codec: null,
    size: 5,
    next: null,
    disposed: false,
    pinned: true,
    references: 0,
    store: { isYoung: false, handle: 1 },
  }
  for (const constructor of constructors as (new (...args: unknown[]) => unknown)[])
    for (const args of [
      [],
      [map, map],
      [fake, fake],
      [Object.create(map), map],
      [null, null],
      [map.entries(), 3],
    ])
      expect(() => new constructor(...args)).toThrow('Hamt.empty()')
  class Mine extends (Hamt as unknown as new () => object) {}
  expect(() => new Mine()).toThrow('Hamt.empty()')
  expect(map.toJSON()).toEqual({ a: 1 })
})

test('merge calls its resolver for conflicts only, as documented', () => {
  const calls: string[] = []
  const a = Hamt.from({ same: 1, differs: 1, ours: 1 })
  const b = Hamt.from({ same: 1, differs: 2, theirs: 1 })
  a.merge(b, (key, x, y) => (calls.push(key), x + y))
  expect(calls).toEqual(['differs'])
})

// An array-like that a stranger sends, `{ "length": 3e8 }`, would take all memory.
describe.each<[string, (m: Hamt<unknown>, keys: Iterable<string>) => unknown]>([
  ['getMany', (m, keys) => m.getMany(keys)],
  ['deleteMany', (m, keys) => m.deleteMany(keys)],
  ['prove', (m, keys) => m.prove(keys)],
])('a list of keys for %s', (name, call) => {
  test.each(states)('%s', (_, make) => {
    const subject = make()
    for (const wrong of [
      5,
      null,
      undefined,
      { length: 3e8 },
      { a: 1 },
      Promise.resolve(['k1']),
      () => ['k1'],
    ])
      expect(() => call(subject.map, wrong as unknown as Iterable<string>)).toThrow(
        new RegExp(`^${name} takes an iterable of keys.*, not `),
      )
    if (name !== 'prove') expect(() => call(subject.map, 'k1')).toThrow(/not a string/)
    call(subject.map, new Set(['k1', 'k1']))
    call(subject.map, ['k1', 'k1', 'none'])
    expectUnchanged(subject)
  })
})

test('groupBy and countBy of what is no iterable', () => {
  for (const wrong of [5, null, undefined, { length: 3 }, Promise.resolve([1])])
    for (const method of ['groupBy', 'countBy'] as const)
      expect(() => Hamt[method](wrong as unknown as Iterable<number>, String)).toThrow(
        new RegExp(`^${method} takes an iterable of items, not `),
      )
})

test('a codec that is none is refused wherever one is given', () => {
  const bytes = serialize([Hamt.from({ a: 1 })])
  for (const codec of [{}, null, 5, { encode: () => bytes }] as unknown as { encode: never; decode: never }[])
    for (const call of [
      () => Hamt.empty({ codec }),
      () => Hamt.from({}, { codec }),
      () => deserialize(bytes, { codec }),
      () => applyDelta([], bytes, { codec }),
      () => openSnapshot(bytes, { codec }),
    ])
      expect(call).toThrow('a codec needs the functions encode and decode')
})

describe('an edit of a draft while its merge runs: the edit is kept, and merge says that it did nothing', () => {
  const mergers: [string, (d: ReturnType<Hamt<unknown>['asMutable']>) => void][] = [
    [
      'by the iterable',
      (d) =>
        d.merge(
          (function* (): Generator<[string, unknown]> {
            yield ['m1', 1]
            d.set('x', 1)
            yield ['m2', 2]
          })(),
        ),
    ],
    [
      'by the resolver',
      (d) => d.merge(Hamt.from({ k1: 'other', k3: 'other' }), (key) => (d.set('x', 1), key)),
    ],
  ]
  test.each(mergers)('%s', (_, merge) => {
    for (const [, make] of states) {
      const subject = make()
      const draft = subject.map.set('k1', 'there').asMutable()
      expect(() => merge(draft)).toThrow(/merge.*edited this draft/)
      expect(draft.asImmutable().equals(subject.map.set('k1', 'there').set('x', 1))).toBe(true)
      expectUnchanged(subject)
    }
  })
})
