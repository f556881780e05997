// Versions: any history, every version kept and read again, against plain Maps. Interleaved with garbage
// collection, iterators that stay open, and disposes.
import fc from 'fast-check'
import { Hamt, stats } from 'hamt-wasm'
import { collect, collectUntil } from './support/gc.js'
import { inWasm } from './support/stores.js'
import { key, value } from './support/values.js'

interface Pair {
  map: Hamt<unknown>
  model: Map<string, unknown>
}

/** Equal by `Object.is` for primitives, by contents otherwise: what a round trip through bytes preserves. */
function expectSame({ map, model }: Pair, samples: readonly string[] = [...model.keys()]): void {
  expect(map.size).toBe(model.size)
  for (const k of samples) {
    expect(map.has(k)).toBe(model.has(k))
    expect(map.get(k)).toStrictEqual(model.get(k))
  }
}

function expectSameAll(pair: Pair): void {
  expectSame(pair)
  expect(pair.map.toJSON()).toStrictEqual(Object.fromEntries(pair.model))
}

// One step of a history; `at` picks the version that it starts from, the newest one mostly.
const at = fc.oneof({ weight: 4, arbitrary: fc.constant(-1) }, { weight: 1, arbitrary: fc.nat(1000) })
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('set' as const), at, key, value }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('delete' as const), at, key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('update' as const), at, key, value }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('mutate' as const),
      at,
      edits: fc.array(fc.tuple(key, fc.option(value)), { maxLength: 8 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('merge' as const), at, other: fc.nat(1000), ask: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('mergeFrom' as const),
      at,
      base: fc.nat(1000),
      other: fc.nat(1000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('filter' as const), at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('map' as const), at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('from' as const), at }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('read' as const), at, key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('readOften' as const), at, key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('iterate' as const), at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('diff' as const), at, other: fc.nat(1000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('dispose' as const), at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('collect' as const), at }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

const same = (a: unknown, b: unknown): boolean => Hamt.from({ x: a }).equals(Hamt.from({ x: b }))

/** What `mergeFrom` gives where every conflict is decided by 'clash'. */
function mergedModel(base: Pair, ours: Pair, theirs: Pair): Map<string, unknown> {
  const result = new Map(ours.model)
  type There = readonly [boolean, unknown]
  const alike = (x: There, y: There): boolean => x[0] === y[0] && (!x[0] || same(x[1], y[1]))
  for (const k of new Set([base, theirs, ours].flatMap(({ model }) => [...model.keys()]))) {
    const there = ({ model }: Pair): There => [model.has(k), model.get(k)]
    const [b, o, t] = [there(base), there(ours), there(theirs)]
    if (alike(o, t) || alike(b, t)) continue
    const [stays, merged] = alike(b, o) ? t : [true, 'clash']
    if (stays) result.set(k, merged)
    else result.delete(k)
  }
  return result
}

/** The version that a step makes of another; undefined when it makes none. */
function edited(s: Step, { map, model }: Pair, pick: (i: number) => Pair): Pair | undefined {
  const next = new Map(model)
  switch (s.do) {
    case 'set':
      return { map: map.set(s.key, s.value), model: next.set(s.key, s.value) }
    case 'delete':
      next.delete(s.key)
      return { map: map.delete(s.key), model: next }
    case 'update': {
      const update = (old: unknown) => {
        expect(old).toStrictEqual(model.get(s.key))
        return s.value
      }
      return { map: map.update(s.key, update), model: next.set(s.key, s.value) }
    }
    case 'mutate':
      for (const [k, v] of s.edits) v === null ? next.delete(k) : next.set(k, v)
      return {
        map: map.withMutations((d) => s.edits.forEach(([k, v]) => (v === null ? d.delete(k) : d.set(k, v)))),
        model: next,
      }
    case 'merge': {
      const other = pick(s.other)
      for (const [k, v] of other.model) if (!s.ask || !model.has(k) || same(v, model.get(k))) next.set(k, v)
      return { map: s.ask ? map.merge(other.map, (_, ours) => ours) : map.merge(other.map), model: next }
    }
    case 'mergeFrom': {
      const [base, other] = [pick(s.base), pick(s.other)]
      return {
        map: map.mergeFrom(base.map, other.map, () => 'clash'),
        model: mergedModel(base, { map, model }, other),
      }
    }
    case 'filter':
      for (const k of model.keys()) if (k.length % 2) next.delete(k)
      return { map: map.filter((_, k) => k.length % 2 === 0), model: next }
    case 'map':
      for (const k of model.keys()) next.set(k, k)
      return { map: map.map((_, k) => k), model: next }
    case 'from':
      return { map: Hamt.from(model), model }
    case 'read':
    case 'readOften':
    case 'iterate':
    case 'diff':
    case 'dispose':
    case 'collect':
      return undefined
  }
}

function expectDiff(a: Pair, b: Pair): void {
  const changed = new Set([...a.model.keys(), ...b.model.keys()])
  for (const k of changed) {
    if (a.model.has(k) && b.model.has(k) && same(a.model.get(k), b.model.get(k))) changed.delete(k)
  }
  for (const { key: k, before, after } of a.map.diff(b.map)) {
    expect(changed.delete(k)).toBe(true)
    expect([before, after]).toStrictEqual([a.model.get(k), b.model.get(k)])
  }
  expect(changed.size).toBe(0)
}

/** An iteration under way, and what it has still to give. */
interface Open {
  iterator: Iterator<[string, unknown]>
  rest: Map<string, unknown>
}

function begin({ map, model }: Pair): Open {
  const open = { iterator: map.entries(), rest: new Map(model) }
  for (let i = 0; i < 3 && open.rest.size > 0; ++i) open.rest.delete(open.iterator.next().value![0])
  return open
}

function expectRest({ iterator, rest }: Open): void {
  for (let r = iterator.next(); !r.done; r = iterator.next()) {
    expect(rest.has(r.value[0])).toBe(true)
    expect(r.value[1]).toStrictEqual(rest.get(r.value[0]))
    rest.delete(r.value[0])
  }
  expect(rest.size).toBe(0)
}

/** Runs a history; gives every version that was not disposed. */
async function run(steps: readonly Step[]): Promise<Pair[]> {
  const kept: Pair[] = [{ map: Hamt.empty(), model: new Map() }]
  const open: Open[] = []
  const pick = (i: number): Pair => (i < 0 ? kept.at(-1)! : kept[i % kept.length]!)
  for (const s of steps) {
    const pair = pick(s.at)
    const made = edited(s, pair, pick)
    if (made) kept.push(made)
    switch (s.do) {
      case 'read':
        expectSame(pair, [s.key])
        break
      case 'readOften':
        for (let i = 0; i < 70; ++i) expectSame(pair, [s.key])
        break
      case 'iterate':
        open.push(begin(pair))
        break
      case 'diff':
        expectDiff(pair, pick(s.other))
        break
      case 'dispose': {
        // Wherever this very object is kept.
        const left = kept.filter(({ map }) => map !== pair.map)
        if (left.length === 0) break
        kept.splice(0, kept.length, ...left)
        pair.map.dispose()
        break
      }
      case 'collect':
        await collect()
        break
      case 'set':
      case 'delete':
      case 'update':
      case 'mutate':
      case 'merge':
      case 'mergeFrom':
      case 'filter':
      case 'map':
      case 'from':
        break // made a version
    }
  }
  open.forEach(expectRest)
  return kept
}

test('any history: every version that is kept stays right, and nothing is left in the end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 60 }),
      fc.boolean(),
      async (steps, forwards) => {
        const kept = await run(steps)
        // Oldest or newest first: both find their way to a whole version.
        for (const pair of forwards ? kept : [...kept].reverse()) expectSameAll(pair)
        for (const pair of kept) expectSameAll(pair)
      },
    ),
    { numRuns: 150 },
  )
  await collectUntil(() => stats().maps === 0 && stats().nodes === 0)
  expect(stats()).toMatchObject({ maps: 0, nodes: 0, bytes: 0 })
}, 120_000)

/**
 * n versions that follow from one another, over `keys` keys: version i has k(j) = the last i' <= i with i' %
 * keys = j.
 */
function chain(n: number, keys: number, first: Hamt<number> = Hamt.empty()): Hamt<number>[] {
  const versions = [first]
  for (let i = 0; i < n; ++i) versions.push(versions.at(-1)!.set(`k${i % keys}`, i))
  return versions
}
function expectedIn(version: number, j: number, keys: number): number | undefined {
  const last = version - 1 - ((((version - 1 - j) % keys) + keys) % keys)
  return last < 0 ? undefined : last
}

// The built core, which is not for users.
const built: string = '../../dist/core.js'
const core = (await import(built)) as { raw: object }

/** How many steps `f` takes: calls into wasm, lookups in native Maps, and records that are put on a list. */
function countingSteps(f: () => void): number {
  const raw = Object.getPrototypeOf(core.raw) as Record<string, unknown> // another one before the module has started
  let steps = 0
  const counted = (owner: object, name: string): (() => void) => {
    const methods = owner as Record<string, (...args: unknown[]) => unknown>
    const original = methods[name]!
    methods[name] = function (this: unknown, ...args: unknown[]): unknown {
      ++steps
      return Reflect.apply(original, this, args)
    }
    return () => (methods[name] = original)
  }
  const calls = Object.keys(raw).filter((name) => name.startsWith('hamt_') && typeof raw[name] === 'function')
  expect(calls.length).toBeGreaterThan(10)
  const restore = [
    ...calls.map((name) => counted(raw, name)),
    counted(Map.prototype, 'get'),
    counted(Array.prototype, 'push'),
  ]
  try {
    f()
  } finally {
    restore.forEach((each) => each())
  }
  return steps
}

describe('thousands of versions in an array', () => {
  const [n, keys] = [3000, 100]
  test.each([
    ['oldest first', (i: number) => i],
    ['newest first', (i: number) => n - i],
    ['at random', (i: number) => (i * 1237) % (n + 1)],
    ['from the middle outwards', (i: number) => (i % 2 ? (n + 1 + i) / 2 : (n - i) / 2) | 0],
  ])('read %s, each is right and reading stays cheap', (_, order) => {
    const versions = chain(n, keys)
    for (let i = 0; i <= n; ++i) {
      const v = order(i)
      for (const j of [0, 57, (v * 31) % keys]) {
        const actual = versions[v]!.get(`k${j}`)
        if (actual !== expectedIn(v, j, keys)) throw new Error(`version ${v}, key ${j}: ${actual}`)
      }
      if (versions[v]!.size !== Math.min(v, keys))
        throw new Error(`version ${v} has size ${versions[v]!.size}`)
    }
  })

  test('no order of reading costs a square of their number', () => {
    const stepsFor = (count: number): number => {
      const versions = inWasm(() => chain(count, 50))
      // One key that changes now and then, and one that never does: it is in no record.
      return countingSteps(() => versions.forEach((v) => [v.get('k7'), v.get('elsewhere')]))
    }
    const [small, large] = [stepsFor(2000), stepsFor(32_000)]
    // Every read of the key that is in no record asks an index or a store.
    expect(small).toBeGreaterThan(2000)
    // Sixteen times as many: 16 log for what is promised, 256 for a square.
    expect(large / small).toBeLessThan(32)
  })

  test('branching from an old version again and again', () => {
    const versions = chain(500, keys)
    const branches = Array.from({ length: 500 }, (_, i) =>
      versions[100]!.set('branch', i).set(`k${i % keys}`, -i),
    )
    branches.forEach((b, i) => {
      expect([b.get('branch'), b.get(`k${i % keys}`), b.size]).toEqual([i, -i, keys + 1])
      const other = (i + 1) % keys
      expect(b.get(`k${other}`)).toBe(expectedIn(100, other, keys))
    })
    versions.forEach((v, i) => expect(v.get('k3')).toBe(expectedIn(i, 3, keys)))
  })
})
