// Methods that combine, search and group, and drafts outside of callbacks: against Map and plain functions,
// in every state of a map.
import fc from 'fast-check'
import { jest } from '@jest/globals'
import { deserialize, DisposedError, type Draft, Hamt, serialize, stats } from 'hamt-wasm'
import { contents, expectContents, expectUnchanged, show, states } from './support/states.js'
import { inWasm, young } from './support/stores.js'

type Model = Map<string, number>

const key = fc.nat(60).map((i) => `k${i}`)
const entries = fc.array(fc.tuple(key, fc.nat(3)), { maxLength: 60 })
/** How a map got its entries. */
const making = fc.constantFrom('from', 'sets', 'old', 'loaded', 'wasm')

function make(how: string, list: readonly [string, number][]): Hamt<number> {
  const map = Hamt.from(list)
  if (how === 'from') return map
  if (how === 'loaded') return deserialize<number>(serialize([map]))[0]!
  if (how === 'wasm') return (map.digest(), map)
  const bySets = list.reduce((m, [k, v]) => m.set(k, v), Hamt.empty<number>())
  if (how === 'sets') return bySets
  for (let i = 0, next = bySets; i < 9; ++i) next = next.set(`later ${i}`, i)
  return bySets
}

/** The same entries as a map, an iterable, a Map and a record. */
function inputs(how: string, list: readonly [string, number][]) {
  return [make(how, list), list, new Map(list), Object.fromEntries(list), new Set(list).values()]
}

function expectSame(map: Hamt<number>, model: Model): void {
  expectContents(map, model)
}

const pair = fc.record({ a: entries, b: entries, howA: making, howB: making })

/** Runs a property over two maps in many states; both stay what they were. */
function forPairs(f: (a: Hamt<number>, b: Hamt<number>, modelA: Model, modelB: Model) => void): void {
  fc.assert(
    fc.property(pair, ({ a, b, howA, howB }) => {
      const [mapA, mapB] = [make(howA, a), make(howB, b)]
      f(mapA, mapB, new Map(a), new Map(b))
      expectSame(mapA, new Map(a))
      expectSame(mapB, new Map(b))
    }),
    { numRuns: 150 },
  )
}

describe('many entries', () => {
  test('setMany and merge take a map, an iterable, a Map and a record', () => {
    fc.assert(
      fc.property(pair, ({ a, b, howA, howB }) => {
        const expected = new Map([...new Map(a), ...new Map(b)])
        for (const name of ['setMany', 'merge'] as const) {
          for (const input of inputs(howB, b)) {
            const map = make(howA, a)
            expectSame(map[name](input as Iterable<[string, number]>), expected)
            expectSame(map, new Map(a))
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  test('a resolver of merge sees the keys whose values differ, whatever the other entries are', () => {
    fc.assert(
      fc.property(pair, ({ a, b, howA, howB }) => {
        const [modelA, modelB] = [new Map(a), new Map(b)]
        const clashes = [...modelA].filter(([k, v]) => modelB.has(k) && modelB.get(k) !== v).map(([k]) => k)
        const expected = new Map([...modelA, ...modelB])
        for (const k of clashes) expected.set(k, 10 * modelA.get(k)! + modelB.get(k)!)
        for (const input of inputs(howB, b)) {
          const asked: string[] = []
          const merged = make(howA, a).merge(input as Iterable<[string, number]>, (k, ours, theirs) => {
            asked.push(k)
            return 10 * ours + theirs
          })
          expect(asked.sort()).toEqual([...clashes].sort())
          expectSame(merged, expected)
        }
      }),
      { numRuns: 60 },
    )
  })

  test('deleteMany, with keys of any kind of iterable', () => {
    forPairs((a, b, modelA, modelB) => {
      const expected = new Map([...modelA].filter(([k]) => !modelB.has(k)))
      for (const keys of [b.keys(), [...modelB.keys()], new Set(modelB.keys())])
        expectSame(a.deleteMany(keys), expected)
    })
  })

  test('mergeWith sees every key that both have, equal values too', () => {
    forPairs((a, b, modelA, modelB) => {
      const common = [...modelA.keys()].filter((k) => modelB.has(k))
      const added = new Map([...modelA, ...modelB])
      for (const k of common) added.set(k, modelA.get(k)! + modelB.get(k)!)
      const seen: string[] = []
      const sum = a.mergeWith(b, (ours, theirs, k) => {
        expect([ours, theirs]).toEqual([modelA.get(k), modelB.get(k)])
        seen.push(k)
        return ours + theirs
      })
      expect(seen.sort()).toEqual(common.sort())
      expectSame(sum, added)
      const either = new Map([...added].filter(([k]) => !common.includes(k)))
      expectSame(
        a.mergeWith(Object.fromEntries(modelB), () => undefined),
        either,
      )
    })
  })

  test('intersect and without go by keys', () => {
    forPairs((a, b, modelA, modelB) => {
      expectSame(a.intersect(b), new Map([...modelA].filter(([k]) => modelB.has(k))))
      expectSame(a.without(b), new Map([...modelA].filter(([k]) => !modelB.has(k))))
      expect(a.intersect(a)).toBe(a)
      expect(a.without(Hamt.from({ other: 'x' }))).toBe(a)
      expect(a.without(a)).toBe(Hamt.empty())
    })
  })

  test('intersect, without and equals of versions with a common ancestor, few edits or many apart', () => {
    const edits = fc.oneof(
      fc.array(fc.tuple(key, fc.option(fc.nat(3))), { maxLength: 12 }),
      fc.array(fc.tuple(key, fc.option(fc.nat(3))), { minLength: 60, maxLength: 90 }),
    )
    const edited = (map: Hamt<number>, list: readonly [string, number | null][]): Hamt<number> =>
      list.reduce((m, [k, v]) => (v === null ? m.delete(k) : m.set(k, v)), map)
    fc.assert(
      fc.property(entries, making, edits, edits, fc.boolean(), (list, how, toA, toB, keepsFirst) => {
        const base = make(how, list)
        const a = edited(base, toA)
        // The branch of an older version, and the one that was in the store before.
        const b = edited(keepsFirst ? base : edited(base, toA.slice(0, 3)), toB)
        const [modelA, modelB] = [a.toMap(), b.toMap()]
        expectSame(a.intersect(b), new Map([...modelA].filter(([k]) => modelB.has(k))))
        expectSame(b.intersect(a), new Map([...modelB].filter(([k]) => modelA.has(k))))
        expectSame(a.without(b), new Map([...modelA].filter(([k]) => !modelB.has(k))))
        expectSame(b.without(a), new Map([...modelB].filter(([k]) => !modelA.has(k))))
        expect(a.equals(b)).toBe(
          modelA.size === modelB.size && [...modelA].every(([k, v]) => modelB.get(k) === v),
        )
        expectSame(a, modelA)
        expectSame(b, modelB)
        expectSame(base, new Map(list))
      }),
      { numRuns: 100 },
    )
  })

  test('intersect, without and equals of young relatives look only at the keys that were edited', () => {
    const base = Hamt.from(contents(500))
    const [a, b] = [base.set('a', 1).set('k1', 2).delete('k2'), base.set('b', 1).delete('k3').delete('k4')]
    const lookUps = jest.spyOn(Map.prototype, 'get')
    const counts = [() => a.intersect(b), () => a.without(b), () => a.equals(b)].map((f) => {
      lookUps.mockClear()
      f()
      return lookUps.mock.calls.length
    })
    lookUps.mockRestore()
    for (const count of counts) expect(count).toBeLessThan(60)
  })

  test('intersect and without of large relatives share what these share', () => {
    const base = inWasm(() => Hamt.from(contents(4000)))
    const [a, b] = [base.set('a', 1).delete('k2'), base.set('b', 1).delete('k3')]
    const { nodes } = stats()
    const [both, onlyA] = [a.intersect(b), a.without(b)]
    expect([both.size, [...onlyA.keys()].sort()]).toEqual([3998, ['a', 'k3']])
    expect(stats().nodes - nodes).toBeLessThan(60)
  })

  test.each([young.size, 0])('more entries than are edited one by one, young up to %d', (size) => {
    const usual = young.size
    young.size = size
    try {
      const list = (from: number, to: number) =>
        Array.from({ length: to - from }, (_, i): [string, number] => [`key ${from + i}`, from + i])
      const [left, right] = [Hamt.from(list(0, 4000)), Hamt.from(list(1000, 6000))]
      expectSame(left.setMany(list(1000, 6000)), new Map(list(0, 6000)))
      expectSame(Hamt.empty<number>().setMany(list(0, 4000)), new Map(list(0, 4000)))
      expectSame(left.merge(right), new Map(list(0, 6000)))
      expectSame(left.deleteMany(right.keys()), new Map(list(0, 1000)))
      expectSame(left.intersect(right), new Map(list(1000, 4000)))
      expectSame(right.without(left), new Map(list(4000, 6000)))
      expectSame(
        left.mergeWith(right, (a, b) => a + b),
        new Map(list(0, 6000).map(([k, i]) => [k, i >= 1000 && i < 4000 ? 2 * i : i])),
      )
      expectSame(left, new Map(list(0, 4000)))
      expectSame(right, new Map(list(1000, 6000)))
    } finally {
      young.size = usual
    }
  })
})

test.each(states)('combining leaves a map and its relatives as they are: %s', (_, make) => {
  const subject = make()
  const { map, model } = subject
  const other = Hamt.from<unknown>({ k1: 'other', new: [1] })
  const kept = [...model].filter(([k]) => k !== 'k1')
  expectContents(map.setMany({ k1: 'other', new: [1] }), new Map<string, unknown>([...model, ...other]))
  expectContents(
    map.mergeWith(other, (ours) => [ours]),
    new Map<string, unknown>([...model, ['k1', model.has('k1') ? [model.get('k1')] : 'other'], ['new', [1]]]),
  )
  expectContents(map.without(other), new Map(kept))
  expectContents(map.intersect(other), new Map(model.has('k1') ? [['k1', model.get('k1')]] : []))
  expectContents(map.deleteMany(['k1', 'none', 'k1']), new Map(kept))
  expectUnchanged(subject)
})

describe('the very same map', () => {
  test('where nothing changes', () => {
    forPairs((a, _, modelA) => {
      expect(Hamt.from(a)).toBe(a)
      expect(a.setMany(modelA)).toBe(a)
      expect(a.merge({})).toBe(a)
      expect(a.merge(Hamt.empty())).toBe(a)
      expect(a.mergeWith([], () => 1)).toBe(a)
      expect(a.deleteMany(['none'])).toBe(a)
      expect(a.updateIfPresent('none', () => 1)).toBe(a)
      expect(Hamt.empty<number>().merge(a)).toBe(a)
      expect(Hamt.empty<number>().setMany(a)).toBe(a)
      expect(a.asMutable().asImmutable()).toBe(a)
      expect(a.asMutable().set('none', 1).delete('none').asImmutable()).toBe(a)
    })
  })

  test('the empty map is one, however it comes about, and cannot be disposed', () => {
    const empty = Hamt.empty<number>()
    const one = Hamt.from({ a: 1 })
    const made = [
      Hamt.empty(),
      Hamt.empty({}),
      Hamt.from([]),
      Hamt.from({}),
      one.delete('a'),
      one.filter(() => false),
      one.withMutations((d) => d.clear()),
      one.asMutable().clear().asImmutable(),
      deserialize(serialize([empty]))[0],
      Hamt.groupBy([], String),
    ]
    for (const map of made) expect(map).toBe(empty)
    empty.dispose()
    expect(empty.set('b', 2).get('b')).toBe(2)
    expect(one.delete('a').set('b', 2).toJSON()).toEqual({ b: 2 })
    expect(one.get('a')).toBe(1)
  })

  test('empty maps with codecs of their own are others', () => {
    const codec = { encode: (x: number) => Uint8Array.of(x), decode: (b: Uint8Array) => b[0]! }
    const coded = Hamt.empty<number>({ codec })
    expect(coded).not.toBe(Hamt.empty())
    expect(() => coded.merge(Hamt.from({ a: 1 }))).toThrow(/codecs/)
    expect(() => Hamt.empty<number>().merge(coded.set('a', 1))).toThrow(/codecs/)
    expect(coded.merge({ a: 1, b: 2 }).toJSON()).toEqual({ a: 1, b: 2 })
    expect(
      coded
        .merge({ a: 1, b: 2 })
        .intersect(Hamt.from({ a: 'x' }))
        .toJSON(),
    ).toEqual({ a: 1 })
  })

  test('merging into the empty map shares nothing that dispose could take away', () => {
    const a = Hamt.from({ a: 1 })
    const drafted = Hamt.empty<number>().withMutations((d) => d.merge(a))
    const draft = Hamt.empty<number>().asMutable().merge(a)
    a.dispose()
    expect(drafted.get('a')).toBe(1)
    expect(draft.set('b', 2).asImmutable().toJSON()).toEqual({ a: 1, b: 2 })
  })
})

describe('searching', () => {
  test('some, every and find are what arrays make of the entries', () => {
    forPairs((a, _, modelA) => {
      const list = [...a]
      for (const n of [0, 2, 3]) {
        expect(a.some((v) => v === n)).toBe([...modelA.values()].includes(n))
        expect(a.every((v, k) => v < n || k === 'k1')).toBe(list.every(([k, v]) => v < n || k === 'k1'))
        expect(a.find((v, k) => v === n && k > 'k2')).toBe(list.find(([k, v]) => v === n && k > 'k2')?.[1])
      }
    })
  })

  test('they stop where they know, and keep nothing open', () => {
    const map = Hamt.from(contents(500))
    let calls = 0
    expect(map.some(() => ++calls === 3)).toBe(true)
    expect(map.every(() => ++calls < 5)).toBe(false)
    expect(map.find(() => ++calls === 7)).toBeDefined()
    expect(calls).toBe(7)
    for (const name of ['some', 'every', 'find'] as const) {
      expect(() => map[name](() => Promise.resolve(true))).toThrow(/promise/)
      expect(() => map[name](5 as never)).toThrow(`${name} needs a function`)
    }
  })

  test('updateIfPresent', () => {
    const map = Hamt.from({ a: 1, b: 2 })
    expect(map.updateIfPresent('a', (n) => n + 1).toJSON()).toEqual({ a: 2, b: 2 })
    expect(map.updateIfPresent('a', () => undefined).toJSON()).toEqual({ b: 2 })
    expect(() => map.updateIfPresent('a', 5 as never)).toThrow(TypeError)
    expect(() => map.updateIfPresent('none', 5 as never)).toThrow(TypeError)
    expect(() => map.updateIfPresent('none', () => Promise.resolve(1) as never)).not.toThrow()
  })
})

test('groupBy and countBy are what a loop over a Map makes', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ kind: key, n: fc.nat(9) }), { maxLength: 80 }), (items) => {
      const model = new Map<string, { kind: string; n: number }[]>()
      for (const item of items) model.set(item.kind, [...(model.get(item.kind) ?? []), item])
      const groups = Hamt.groupBy(new Set(items), (item) => item.kind)
      expect(groups.toMap()).toEqual(new Map([...groups.keys()].map((k) => [k, model.get(k)])))
      expect(groups.size).toBe(model.size)
      for (const [k, group] of groups) expect(group[0]).toBe(model.get(k)![0])
      const counts = Hamt.countBy(items, ({ kind }) => kind)
      expect(counts.toJSON()).toEqual(Object.fromEntries([...model].map(([k, list]) => [k, list.length])))
      expect(Hamt.countBy(items, (_, i) => `${i % 2}`).reduce((sum, n) => sum + n, 0)).toBe(items.length)
    }),
  )
  expect(() => Hamt.groupBy([1], () => 5 as never)).toThrow(/key/)
  expect(() => Hamt.groupBy([1], () => Promise.resolve('a') as never)).toThrow(/promise/)
  expect(() => Hamt.countBy([1], undefined as never)).toThrow('countBy needs a function')
  expect(() => Hamt.groupBy<unknown>([new Date()], String)).toThrow(/Date/)
})

test('hashCode is a number of 32 bits that goes by contents; toMap is a Map', () => {
  const codes = new Set<number>()
  for (let i = 0; i < 200; ++i) {
    const map = Hamt.from({ i })
    expect(map.hashCode()).toBe(Hamt.empty<number>().set('i', 0).set('i', i).hashCode())
    expect(map.hashCode() | 0).toBe(map.hashCode())
    codes.add(map.hashCode())
  }
  expect(codes.size).toBeGreaterThan(195)
  forPairs((a, b, modelA) => {
    expect(a.toMap()).toEqual(modelA)
    if (a.equals(b)) expect(a.hashCode()).toBe(b.hashCode())
  })
})

describe('drafts outside of a callback', () => {
  const step = fc.oneof(
    fc.tuple(fc.constant('set' as const), key, fc.nat(3)),
    fc.tuple(fc.constant('delete' as const), key),
    fc.tuple(fc.constant('update' as const), key),
    fc.tuple(fc.constant('merge' as const), entries),
    fc.tuple(fc.constant('merge a map' as const), entries),
    fc.tuple(fc.constant('resolve' as const), entries),
    fc.tuple(fc.constant('clear' as const)),
    fc.tuple(fc.constant('keep' as const)),
  )

  test('are what the same edits make of a Map, and leave the map as it was', () => {
    fc.assert(
      fc.property(making, entries, fc.array(step, { maxLength: 30 }), (how, list, steps) => {
        const map = make(how, list)
        let draft = map.asMutable()
        const model = new Map(list)
        for (const s of steps) {
          const before = draft
          let after: Draft<number> = draft
          if (s[0] === 'set') after = (model.set(s[1], s[2]), draft.set(s[1], s[2]))
          if (s[0] === 'delete') after = (model.delete(s[1]), draft.delete(s[1]))
          if (s[0] === 'update') {
            const value = model.get(s[1])
            if (value === undefined) model.set(s[1], 7)
            else model.delete(s[1])
            after = draft.update(s[1], (v) => (v === undefined ? 7 : undefined))
          }
          if (s[0] === 'merge' || s[0] === 'merge a map') {
            new Map(s[1]).forEach((v, k) => model.set(k, v))
            after = draft.merge(s[0] === 'merge' ? s[1] : Hamt.from(s[1]))
          }
          if (s[0] === 'resolve') {
            new Map(s[1]).forEach((v, k) => {
              const ours = model.get(k)
              model.set(k, ours === undefined || ours === v ? v : 10 * ours + v)
            })
            after = draft.merge(Object.fromEntries(s[1]), (_, ours, theirs) => 10 * ours + theirs)
          }
          if (s[0] === 'clear') after = (model.clear(), draft.clear())
          expect(after).toBe(before)
          if (s[0] === 'keep') {
            const kept = draft.asImmutable()
            expectSame(kept, model)
            draft = kept.asMutable()
          }
          expect(draft.size).toBe(model.size)
        }
        expect(new Map(draft)).toEqual(model)
        expect(new Set(draft.keys())).toEqual(new Set(model.keys()))
        expect([...draft.values()].sort()).toEqual([...model.values()].sort())
        expect(show([...draft.entries()])).toBe(show([...draft.asImmutable()]))
        expectSame(map, new Map(list))
      }),
      { numRuns: 200 },
    )
  })

  test('an iteration sees what was there when it began', () => {
    const draft = Hamt.from(contents()).asMutable()
    const before = new Map(draft)
    const seen = new Map<string, unknown>()
    for (const [k, v] of draft) {
      seen.set(k, v)
      draft.set(`more ${k}`, 1).delete(k)
    }
    expect(seen).toEqual(before)
    expect([...draft.keys()].every((k) => k.startsWith('more'))).toBe(true)
  })

  test('end with asImmutable, and say so', () => {
    const map = Hamt.from({ a: 1 })
    const draft = map.asMutable().set('b', 2)
    const made = draft.asImmutable()
    expect(made.toJSON()).toEqual({ a: 1, b: 2 })
    for (const use of [
      () => draft.get('a'),
      () => draft.size,
      () => draft.set('a', 2),
      () => draft.merge({}),
      () => draft.clear(),
      () => [...draft],
      () => draft.asImmutable(),
    ])
      expect(use).toThrow('this draft has ended')
    map.withMutations((d) => expect(() => d.asImmutable()).toThrow(/withMutations ends its draft itself/))
    expect(made.get('a')).toBe(1)
  })

  test('a failed merge changes nothing', () => {
    const draft = Hamt.from<number>({ a: 1 }).asMutable()
    for (const wrong of [5, [['b', undefined]], { b: new Date() }, Promise.resolve()])
      expect(() => draft.merge(wrong as never)).toThrow(TypeError)
    expect(() =>
      draft.merge({ a: 2 }, () => {
        throw new URIError('mine')
      }),
    ).toThrow(URIError)
    const ended = () => draft.merge({ a: 3 }, () => (draft.asImmutable(), 4))
    expect(draft.asImmutable().toJSON()).toEqual({ a: 1 })
    expect(ended).toThrow('this draft has ended')
  })

  test('are of no use for a map that is disposed before the first edit', () => {
    const map = Hamt.from({ a: 1 })
    const draft = map.asMutable()
    map.dispose()
    expect(() => draft.get('a')).toThrow(DisposedError)
    expect(() => map.asMutable()).toThrow(DisposedError)
  })
})
