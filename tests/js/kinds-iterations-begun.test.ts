// An edit and the beginning of an iteration in turn: what is sorted and copied is in proportion to the turns,
// not to turns times entries.
import { Hamt } from 'hamt-wasm'
import { collectUntil } from './support/gc.js'
import { inWasm } from './support/stores.js'

const size = 4000
const turns = 3000
const entries = Array.from({ length: size }, (_, i): [string, number] => [`k${i}`, i])

/** How many keys are sorted, entries copied into native Maps, and entries written to wasm, while `f` runs. */
function countingSteps(f: () => void): number {
  let steps = 0
  const { sort } = Float64Array.prototype
  const { Map: NativeMap } = globalThis
  const { set } = Uint8Array.prototype
  Float64Array.prototype.sort = function (...args) {
    steps += this.length
    return sort.apply(this, args)
  }
  globalThis.Map = class<K, V> extends NativeMap<K, V> {
    constructor(from?: Iterable<readonly [K, V]> | null) {
      super(from)
      steps += this.size
    }
  } as MapConstructor
  Uint8Array.prototype.set = function (from, offset) {
    steps += from.length / 16 // an entry takes sixteen bytes at least
    set.call(this, from, offset)
  }
  try {
    f()
  } finally {
    Float64Array.prototype.sort = sort
    globalThis.Map = NativeMap
    Uint8Array.prototype.set = set
  }
  return steps
}

const first = (m: Hamt<number>): string => m.keys().next().value!

const loops: [string, (m: Hamt<number>) => void][] = [
  [
    'the first key is deleted',
    (m) => {
      for (let i = 0; i < turns; ++i) m = m.delete(first(m))
      expect(m.size).toBe(size - turns)
    },
  ],
  [
    'the first key of a draft is deleted',
    (m) => {
      const left = m.withMutations((d) => {
        for (let i = 0; i < turns; ++i) d.delete(d.keys().next().value!)
      })
      expect(left.size).toBe(size - turns)
    },
  ],
  [
    'a key is added, and an iteration is left at once',
    (m) => {
      for (let i = 0; i < turns; ++i) {
        m = m.set(`new ${i}`, i)
        for (const [key] of m) {
          expect(m.has(key)).toBe(true)
          break
        }
      }
      expect(m.size).toBe(size + turns)
    },
  ],
  [
    'a key comes and goes, and an entry is found',
    (m) => {
      for (let i = 0; i < turns; ++i) {
        m = i % 2 ? m.delete('new') : m.set('new', i)
        expect(m.find(() => true)).toBeGreaterThanOrEqual(0)
        expect(m.values().next().done).toBe(false)
      }
    },
  ],
  [
    'branches of one map',
    (m) => {
      for (let i = 0; i < turns; ++i) expect(first(m.set(`new ${i % 7}`, i))).toBeDefined()
    },
  ],
  [
    'old versions with other keys, again and again',
    (m) => {
      const versions = [m]
      for (let i = 0; i < 20; ++i) versions.push(versions.at(-1)!.delete(`k${i}`))
      for (let i = 0; i < turns; ++i) expect(first(versions[i % versions.length]!)).toBeDefined()
    },
  ],
  [
    'two branches in turn',
    (m) => {
      let [a, b] = [m.delete('k0'), m.delete('k1')]
      for (let i = 0; i < turns; ++i) {
        if (i % 2) a = a.delete(first(a))
        else b = b.delete(first(b))
      }
      expect(a.size + b.size).toBe(2 * size - 2 - turns)
    },
  ],
]

test.each(loops)('%s', (_, loop) => {
  const m = Hamt.from(entries)
  const steps = countingSteps(() => loop(m))
  // At most: eight sorts that are free, four keys and four entries for each edit, and some moves. The square
  // is twelve million.
  expect(steps).toBeLessThan(16 * size + 40 * turns)
  expect(m.size).toBe(size)
  expect(new Map(m)).toEqual(new Map(entries))
})

test('a small map stays as it is: sorting it costs no more than some edits', () => {
  const few = Hamt.from(entries.slice(0, 60))
  let m = few
  for (let i = 0; i < 1000; ++i) m = m.delete(first(m)).set(`new ${i}`, i)
  expect(m.size).toBe(60)
  expect(few.toJSON()).toEqual(Object.fromEntries(entries.slice(0, 60)))
})

test('the order is the same before and after the move', () => {
  let [m, other] = [Hamt.from(entries), Hamt.from(entries)]
  for (let i = 0; i < 200; ++i) {
    const key = first(m)
    m = m.delete(key)
    other = other.delete(key)
  }
  expect([...m]).toEqual([...other])
  expect(m.equals(other)).toBe(true)
})

test('whatever lists the keys of branches is right before, at and after the move', () => {
  const m = Hamt.from(entries)
  const all = Object.fromEntries(entries)
  for (let i = 0; i < 24; ++i) {
    const [added, without] = [m.set(`new ${i}`, i), m.delete(`k${i}`)]
    expect(added.filter((_, key) => key.startsWith('new')).toJSON()).toEqual({ [`new ${i}`]: i })
    expect(without.map((value) => -value).get('k100')).toBe(-100)
    expect(without.map((value) => value + 1).size).toBe(size - 1)
    expect(Hamt.from({ x: 1 }).merge(added).size).toBe(size + 2)
    expect(added.toJSON()).toEqual({ ...all, [`new ${i}`]: i })
  }
  expect(m.toJSON()).toEqual(all)
})

test.each(['diff', 'entries', 'values'] as const)(
  'a codec that steps the walk that decodes for it: each entry is given out once, %s',
  (method) => {
    let walk: Iterator<unknown> | undefined
    const seen: unknown[] = []
    let depth = 0
    const codec = {
      encode: (n: number) => new TextEncoder().encode(String(n)),
      decode: (b: Uint8Array): number => {
        if (walk && depth < 3 && seen.length % 5 === 2) {
          ++depth
          const { done, value } = walk.next()
          if (!done) seen.push(value)
          --depth
        }
        return Number(new TextDecoder().decode(b))
      },
    }
    for (const inStore of [<T>(f: () => T) => f(), inWasm]) {
      const map = inStore(() =>
        Hamt.from(
          Array.from({ length: 700 }, (_, i) => [`k${i}`, i] as const),
          { codec },
        ),
      )
      const begun = method === 'diff' ? Hamt.empty<number>({ codec }).diff(map) : map[method]()
      walk = begun
      seen.length = 0
      for (let step = begun.next(); !step.done; step = begun.next()) seen.push(step.value)
      walk = undefined
      const numbers = seen.map((x) =>
        typeof x === 'number' ? x : Array.isArray(x) ? x[1] : (x as { after: number }).after,
      )
      expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 700 }, (_, i) => i))
    }
  },
)

test('keys of any length leave no buffer of their length behind', async () => {
  const before = process.memoryUsage().arrayBuffers
  const map = Hamt.from({ ['k'.repeat(20_000_000)]: 1, short: 2 })
  expect([...map.keys()].length).toBe(2)
  map.dispose()
  await collectUntil(() => process.memoryUsage().arrayBuffers - before < 10_000_000)
})
