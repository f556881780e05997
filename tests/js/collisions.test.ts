// Keys whose real hashes collide, in all 64 bits or in many: the deepest paths and the collision nodes,
// through the whole API.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { Hamt } from 'hamt-wasm'

const { pairs } = JSON.parse(
  readFileSync(new URL('../vectors/key-collisions.json', import.meta.url), 'utf8'),
) as { pairs: Record<string, [string, string, string, string][]> }
const keys = [...new Set(Object.values(pairs).flatMap((group) => group.flatMap(([a, b]) => [a, b])))]

test('two keys of equal hash are two keys, in every version and after every removal', () => {
  for (const [a, b] of pairs['64']!) {
    const one = Hamt.from({ [a]: 1 })
    const two = one.set(b, 2)
    expect([one.get(b), two.get(a), two.get(b), two.size]).toEqual([undefined, 1, 2, 2])
    expect(two.delete(a).toJSON()).toEqual({ [b]: 2 })
    // What is left has the shape that it would have had from the beginning.
    expect(two.delete(b).equals(one)).toBe(true)
    expect(two.delete(b).digest()).toEqual(one.digest())
    expect([...two.delete(a).keys()]).toEqual([b])
    expect([...one.diff(two)]).toEqual([{ key: b, before: undefined, after: 2 }])
  }
})

test('any set of colliding keys: every entry is iterated once, whatever the batches are', () => {
  const some = fc.uniqueArray(fc.constantFrom(...keys), { minLength: 1 })
  fc.assert(
    fc.property(some, some, fc.nat(40), (first, second, plain) => {
      const model = new Map<string, number>()
      let m = Hamt.empty<number>()
      for (let i = 0; i < plain; ++i) model.set(`plain ${i}`, i)
      m = m.merge(Hamt.from(model))
      first.forEach((k, i) => {
        m = m.set(k, i)
        model.set(k, i)
      })
      const kept = m
      const before = new Map(model)
      for (const k of second) {
        m = m.delete(k)
        model.delete(k)
      }
      for (const [map, expected] of [
        [kept, before],
        [m, model],
      ] as const) {
        expect(map.size).toBe(expected.size)
        expect(map.toJSON()).toEqual(Object.fromEntries(expected))
        const built = Hamt.from(expected)
        expect([...map.keys()]).toEqual([...built.keys()])
        expect(built.equals(map)).toBe(true)
        expect(built.digest()).toEqual(map.digest())
      }
      const gone = [...kept.diff(m)]
      expect(gone.map((d) => d.key).sort()).toEqual(second.filter((k) => before.has(k)).sort())
      expect(m.merge(kept).equals(kept)).toBe(true)
    }),
    { numRuns: 200 },
  )
})
