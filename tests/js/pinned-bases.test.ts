// Maps of hundreds of entries that are edited again from one version: stores that lie over the Map of a
// pinned version, until edits have paid for a copy. Every version is kept with a model and read again.
import fc from 'fast-check'
import { Hamt } from 'hamt-wasm'

type Value = number | { readonly n: number }
type Version = { map: Hamt<Value>; model: Map<string, Value> }

const key = (i: number): string => `key ${i}`

function baseOf(size: number): Version {
  const entries = Array.from({ length: size }, (_, i): [string, Value] => [
    key(i),
    i % 3 === 0 ? { n: i } : i,
  ])
  return { map: Hamt.from(entries), model: new Map(entries) }
}

function expectSame({ map, model }: Version): void {
  if (map.size !== model.size) throw new Error(`size is ${map.size}, not ${model.size}`)
  for (const [k, value] of model) {
    if (!Object.is(map.get(k), value)) throw new Error(`"${k}" is ${JSON.stringify(map.get(k))}`)
  }
  const seen = new Map(map)
  for (const [k, value] of model)
    if (!Object.is(seen.get(k), value)) throw new Error(`"${k}" is not iterated`)
  expect(seen.size).toBe(model.size)
}

function edited({ map, model }: Version, i: number, value: Value | undefined): Version {
  const copy = new Map(model)
  if (value === undefined) copy.delete(key(i))
  else copy.set(key(i), value)
  return { map: value === undefined ? map.delete(key(i)) : map.set(key(i), value), model: copy }
}

const step = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constant('edits' as const), count: fc.integer({ min: 1, max: 60 }) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('back' as const), to: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('delete' as const), count: fc.integer({ min: 1, max: 20 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('move' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('iterate' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('dispose' as const), which: fc.nat() }) },
)

describe('stores over a pinned version', () => {
  test('hold what plain Maps hold, in every version, while bases move to wasm or are disposed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 60, max: 1500 }), fc.array(step, { maxLength: 30 }), (size, steps) => {
        const kept = [baseOf(size)]
        let at = kept[0]!
        let n = 0
        for (const each of steps) {
          switch (each.kind) {
            case 'edits':
            case 'delete':
              for (let i = 0; i < each.count; ++i) {
                ++n
                const value = each.kind === 'delete' ? undefined : n % 2 === 0 ? n : { n: -n }
                at = edited(at, (n * 7919) % (size + 50), value)
                if (n % 16 === 0) kept.push(at)
              }
              kept.push(at)
              break
            case 'back':
              at = kept[each.to % kept.length]!
              break
            case 'move':
              kept[each.which % kept.length]!.map.digest()
              break
            case 'iterate':
              expectSame(kept[each.which % kept.length]!)
              break
            case 'dispose': {
              const [gone] = kept.splice(each.which % kept.length, 1)
              if (kept.length === 0 || at === gone || kept.some(({ map }) => map === gone!.map))
                kept.push(gone!)
              else gone!.map.dispose()
            }
          }
        }
        kept.forEach(expectSame)
        for (const { map, model } of kept.slice(0, 3)) {
          const again = Hamt.from<Value>(model)
          expect(map.equals(again)).toBe(true)
          expect(map.digest()).toEqual(again.digest())
          expect([...map.keys()]).toEqual([...again.keys()])
        }
      }),
      { numRuns: 25 },
    )
  })

  test('a deleted key of the base stays deleted, set again it is there, in wasm too', () => {
    const base = baseOf(500)
    let at = base
    for (let i = 0; i < 12; ++i) at = edited(at, i, undefined)
    const without = at
    for (let i = 0; i < 6; ++i) at = edited(at, i, -i)
    expectSame(without)
    expectSame(at)
    for (const { map, model } of [without, at, base])
      expect(map.digest()).toEqual(Hamt.from<Value>(model).digest())
    ;[without, at, base].forEach(expectSame)
  })

  test('an undefined value of a deleted key never comes out of diff, filter, map or JSON', () => {
    let at = baseOf(300)
    const base = at
    for (let i = 0; i < 10; ++i) at = edited(at, i, undefined)
    expect([...at.map.diff(base.map)]).toHaveLength(10)
    expect(at.map.filter(() => true)).toBe(at.map)
    expect(Object.keys(at.map.toJSON())).toHaveLength(290)
    expect(at.map.map((value) => value).equals(at.map)).toBe(true)
  })
})
