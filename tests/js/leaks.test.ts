// Nothing leaks and nothing breaks: every public function, with callbacks that throw and that re-enter, with
// memory that grows in the middle of it, and with memory that runs out.
import { applyDelta, deserialize, Hamt, openSnapshot, serialize, serializeDelta, stats } from 'hamt-wasm'
import { collectUntil } from './support/gc.js'
import { young } from './support/stores.js'

// The built core, which is not for users.
const built: string = '../../dist/core.js'
const wasm = (
  (await import(built)) as { raw: { take_memory(n: number): number; give_memory(p: number): void } }
).raw

afterEach(async () => {
  // Not only maps: a walk of a difference that was given up holds nodes, and the collector may see it later.
  await collectUntil(() => stats().maps === 0 && stats().nodes === 0)
  expect(stats()).toMatchObject({ maps: 0, nodes: 0, bytes: 0 })
})

class Mine extends Error {}
const fail = (): never => {
  throw new Mine()
}
const many = (n = 300): Hamt<number> =>
  Hamt.from(Array.from({ length: n }, (_, i): [string, number] => [`k${i}`, i]))
const json = {
  encode: (x: unknown) => new TextEncoder().encode(JSON.stringify(x)),
  decode: (b: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(b)),
}

/**
 * Every public function that makes or reads something, over a map of each kind: whole, newest of a lineage,
 * old version, branch.
 */
const uses: [string, (m: Hamt<number>, other: Hamt<number>) => unknown][] = [
  ['empty', () => Hamt.empty().set('a', 1)],
  ['from', (m) => Hamt.from(m)],
  ['from an object', (m) => Hamt.from(m.toJSON())],
  ['a codec', (m) => Hamt.from<unknown>(m, { codec: json }).set('x', [1]).toJSON()],
  ['get, has', (m) => [m.get('k1'), m.has('k2')]],
  ['set', (m) => m.set('k1', -1).set('new', 2).set('new', 3)],
  ['delete', (m) => m.delete('k1').delete('k2').delete('none')],
  ['update', (m) => m.update('k1', (x) => x! + 1).update('k2', () => undefined)],
  ['merge', (m, o) => [m.merge(o), m.merge(o, (_, a, b) => a + b), m.merge(o, () => undefined)]],
  ['mergeFrom', (m, o) => m.mergeFrom(many(200), o, (_, a, b) => (a ?? 0) + (b ?? 0))],
  [
    'withMutations',
    (m) =>
      m.withMutations((d) => {
        for (let i = 0; i < 100; ++i) d.set(`m${i}`, i).delete(`k${i}`)
      }),
  ],
  ['filter', (m) => m.filter((v) => v % 2)],
  ['map', (m) => m.map((v) => [v])],
  ['reduce, forEach', (m) => [m.reduce((a, b) => a + b, 0), m.forEach(() => {})]],
  ['iterating', (m) => [[...m], [...m.keys()], [...m.values()], [...m.entries()]]],
  ['iterating a little', (m) => [m.keys().next(), m.entries().next(), m.values()]],
  ['equals', (m, o) => [m.equals(o), m.equals(Hamt.from(m))]],
  ['diff', (m, o) => [...m.diff(o)]],
  ['diff a little', (m, o) => [m.diff(o).next(), m.diff(o)]],
  ['digest, prove', (m) => [m.digest(), m.prove('k1'), m.prove(['k1', 'none'])]],
  ['toJSON, toString', (m) => [JSON.stringify(m), String(m)]],
  [
    'dispose',
    (m) => {
      const n = m.set('d', 1)
      n.dispose()
      n.dispose()
    },
  ],
  ['serialize', (m, o) => deserialize(serialize([m, o, m], { meta: { a: 1 } }))],
  ['deltas', (m, o) => applyDelta([m], serializeDelta([m], [m, o]))],
  [
    'openSnapshot',
    (m, o) =>
      openSnapshot(serialize([m, o]))
        .at(1)
        .get('k1'),
  ],
]

/** The kinds of versions, each made anew; the last ones in wasm. */
function kinds(): [string, Hamt<number>, Hamt<number>[]][] {
  return [...kindsOf(() => {}), ...kindsOf((m) => void m.digest())]
}

function kindsOf(prepare: (m: Hamt<number>) => void): [string, Hamt<number>, Hamt<number>[]][] {
  const base = many()
  prepare(base)
  let newest = base
  const old = [base]
  for (let i = 0; i < 50; ++i) old.push((newest = newest.set(`k${i}`, -i)))
  return [
    ['whole', many(), []],
    ['newest', newest, old],
    ['old', old[20]!, old],
    ['branch', base.set('branch', 1), []],
    ['empty', Hamt.empty(), []],
  ]
}

describe.each(uses)('%s', (_, use) => {
  test('leaves nothing behind and changes no version', () => {
    for (const [, m, relatives] of kinds()) {
      const other = many().set('k3', 1).delete('k4')
      const before = [m, other, ...relatives].map((v) => JSON.stringify(v))
      use(m, other)
      expect([m, other, ...relatives].map((v) => JSON.stringify(v))).toEqual(before)
    }
  })

  test('memory that grows in the middle is no trouble', () => {
    // Whatever is allocated next makes the memory grow: all that is free now is taken.
    const taken: number[] = []
    const { memory } = stats()
    const [, m] = kinds()[1]!
    const other = many().set('k3', 1)
    const expected = JSON.stringify([use(m, other), m, other], (__, x: unknown) =>
      typeof x === 'bigint' ? String(x) : x,
    )
    try {
      for (let size = 1 << 20; size >= 16; size >>= 1) {
        for (;;) {
          const p = wasm.take_memory(size)
          if (stats().memory !== memory && taken.length > 0) {
            wasm.give_memory(p)
            break
          }
          taken.push(p)
          if (taken.length > 200_000) break
        }
        if (stats().memory !== memory) break
      }
      const again = JSON.stringify([use(m, other), m, other], (__, x: unknown) =>
        typeof x === 'bigint' ? String(x) : x,
      )
      expect(again).toBe(expected)
    } finally {
      for (const p of taken) wasm.give_memory(p)
    }
  })
})

test.each<[string, (m: Hamt<number>, other: Hamt<number>) => unknown]>([
  [
    'from',
    () =>
      Hamt.from(
        (function* () {
          for (let i = 0; i < 5000; ++i) yield [`k${i}`, i] as const
          fail()
        })(),
      ),
  ],
  ['a proxy in a value', (m) => (m as Hamt<unknown>).set('a', [new Proxy({}, { ownKeys: fail })])],
  ['a codec that cannot encode', () => Hamt.from({ a: 1 }, { codec: { encode: fail, decode: fail } })],
  ['a codec that cannot decode', () => Hamt.from({ a: 1 }, { codec: { ...json, decode: fail } }).get('a')],
  ['update', (m) => m.update('k1', fail)],
  ['merge', (m, o) => m.merge(o, fail)],
  ['mergeFrom', (m, o) => m.mergeFrom(Hamt.empty(), o, fail)],
  [
    'withMutations',
    (m) =>
      m.withMutations((d) => {
        d.set('a', 1).delete('k1')
        fail()
      }),
  ],
  ['filter', (m) => m.filter((v) => v < 200 || fail())],
  ['map', (m) => m.map((v) => (v < 200 ? v : fail()))],
  ['reduce', (m) => m.reduce((_, v) => (v < 200 ? v : fail()), 0)],
  ['forEach', (m) => m.forEach((v) => v < 200 || fail())],
  [
    'the body of for…of',
    (m) => {
      for (const [, v] of m) if (v > 200) fail()
    },
  ],
  [
    'the body of a loop over diff',
    (m, o) => {
      let n = 0
      for (const _ of m.diff(o)) if (++n > 100) fail()
    },
  ],
])('what %s throws passes through; nothing changes', (_, use) => {
  for (const [, m, relatives] of kinds()) {
    if (m.size === 0) continue
    const other = m.map((v) => v + 1)
    const before = [m, other, ...relatives].map((v) => JSON.stringify(v))
    expect(() => use(m, other)).toThrow(Mine)
    expect([m, other, ...relatives].map((v) => JSON.stringify(v))).toEqual(before)
  }
})

/** Methods that call back, each with `meddle`, which gives 7. What they give, where that is a map. */
type Calling = (m: Hamt<number>, meddle: () => number, other: Hamt<number>) => Hamt<number> | void
const calling: [string, Calling][] = [
  ['update', (m, meddle) => m.update('k1', meddle)],
  ['merge', (m, meddle, other) => m.merge(other, meddle)],
  ['mergeFrom', (m, meddle, other) => m.mergeFrom(Hamt.empty(), other, meddle)],
  [
    'withMutations',
    (m, meddle) =>
      m.withMutations((d) => {
        for (let i = 0; i < 200; ++i) d.set(`w${i}`, meddle())
      }),
  ],
  ['filter', (m, meddle) => m.filter(meddle)],
  ['map', (m, meddle) => m.map(meddle)],
  ['reduce', (m, meddle) => void m.reduce(meddle, 0)],
  ['forEach', (m, meddle) => m.forEach(meddle)],
  [
    'iterate',
    (m, meddle) => {
      const before = m.toJSON()
      const seen = new Map<string, number>()
      for (const [k, v] of m) {
        seen.set(k, v)
        meddle()
      }
      expect(Object.fromEntries(seen)).toEqual(before)
    },
  ],
  [
    'diff',
    (m, meddle, other) => {
      const all = m.toJSON()
      for (const { key, before } of m.diff(other)) {
        expect(before).toBe(all[key])
        meddle()
      }
    },
  ],
]

test.each(calling)('callbacks may use, edit and dispose the very maps that call them: %s', (which, call) => {
  for (const disposes of [false, true]) {
    if (disposes && which === 'update') continue // it needs the map again
    const m = many().set('a', 1).set('b', 2).set('c', 3).set('d', 4).set('e', 5)
    const other = m.map((v) => v + 1)
    const before = m.toJSON()
    let side = m
    let calls = 0
    const meddle = (): number => {
      side = side.set('a', ++calls).delete(`k${calls}`)
      if (calls % 50 === 0) side = side.withMutations((d) => d.set('z', calls))
      if (disposes && calls === 100) {
        m.dispose()
        other.dispose()
      }
      return 7
    }
    const result = call(m, meddle, other)
    if (which === 'map' || which.startsWith('merge')) {
      expect([...result!.values()].every((v) => v === 7)).toBe(true)
      expect(result!.size).toBe(305)
    }
    if (which === 'filter' && !disposes) expect(result).toBe(m)
    if (!disposes) expect(m.toJSON()).toEqual(before)
    expect(calls).toBeGreaterThan(0)
    expect(side.get('a')).toBe(calls)
  }
})

/** Calls `f` while all memory of wasm is taken. */
function withoutMemory<T>(f: () => T): T {
  // As much as there is, in ever smaller pieces; what is left afterwards is too little for a node.
  const taken: number[] = []
  try {
    for (let size = 1 << 29; size >= 8; size >>= 1) {
      for (let p = wasm.take_memory(size); p !== 0; p = wasm.take_memory(size)) taken.push(p)
    }
    return f()
  } finally {
    for (const p of taken) wasm.give_memory(p)
  }
}

test('running out of memory is a RangeError, and everything goes on afterwards', () => {
  let m: Hamt<unknown> = many()
  m.digest() // in wasm
  for (const k of 'abcdefghij') m = m.set(k, k) // beyond the records that a pinned version has
  const before = m.toJSON()
  const { size: youngSize } = young
  young.size = 0
  withoutMemory(() => {
    const failing: (() => unknown)[] = [
      () => m.set('x', 'y'.repeat(50_000)),
      () => m.set('y'.repeat(500_000), 1),
      () => Hamt.from(m.toJSON()),
      () => Hamt.from({ a: new Uint8Array(300_000) }),
      () => m.map((v) => `${String(v)} ${'x'.repeat(100)}`),
      () =>
        m.withMutations((d) => {
          for (let i = 0; i < 5000; ++i) d.set(`a longer key, number ${i}`, i)
        }),
      () => serialize([m]),
    ]
    for (const f of failing) expect(f).toThrow(RangeError)
    let out = 0
    let n = m
    for (let i = 0; i < 6000; ++i) {
      try {
        n = n.set(`another key ${i}`, i)
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError)
        ++out
      }
    }
    expect(out).toBeGreaterThan(1000)
    expect(n.size).toBe(m.size + 6000 - out)
    expect(m.get('k5')).toBe(5)
  })
  young.size = youngSize
  expect(m.toJSON()).toEqual(before)
  expect(m.set('x', 'y'.repeat(50_000)).get('x')).toHaveLength(50_000)
})

const long = 'z'.repeat(1_000_000)
/** Bulk edits, with new values that take megabytes where wasm lists what they change. */
const bulkEdits: [string, (theirs: Hamt<unknown>) => (m: Hamt<unknown>) => Hamt<unknown>][] = [
  ['map', () => (m) => m.map((v, key) => (key.length < 3 ? long : v))],
  ['merge', (theirs) => (m) => m.merge(theirs, (_, ours, other) => other)],
  ['mergeFrom', (theirs) => (m) => m.mergeFrom(Hamt.empty(), theirs, (_, ours, other) => other)],
]

// A bulk edit changes a copy of the trie, and then has wasm list what is different now. Here that fails.
test.each(bulkEdits)('%s, when memory runs out after its edits, leaves the version as it was', (_, use) => {
  const { size: youngSize } = young
  young.size = 0
  let m: Hamt<unknown> = many()
  for (const k of 'abcdefghij') m = m.set(k, k) // the newest of a lineage, with a trie that its edits change
  const edit = use(Hamt.from<unknown>({ k1: long, more: long }))
  const before = m.toJSON()
  const functions = Object.getPrototypeOf(wasm) as { changes: (...args: number[]) => number }
  const { changes } = functions
  const { maps } = stats()
  let calls = 0
  try {
    functions.changes = (...args) => {
      ++calls
      return withoutMemory(() => changes(...args))
    }
    expect(() => edit(m)).toThrow(RangeError)
    expect([calls, stats().maps]).toEqual([1, maps])
    functions.changes = changes
    expect(m.toJSON()).toEqual(before)
    expect(edit(m).equals(edit(Hamt.from(before)))).toBe(true)
    expect(m.toJSON()).toEqual(before)
  } finally {
    functions.changes = changes
    young.size = youngSize
  }
})

test('keys and values of many megabytes work, and what they took is free again', () => {
  const key = 'é'.repeat(20_000_000)
  const value = new Uint8Array(60_000_000).fill(7)
  let m = Hamt.from<unknown>({ a: 1 }).set(key, 1)
  expect([m.get(key), m.has(key), m.size]).toEqual([1, true, 2])
  m = m.set('value', value).set('b', 1).set('c', 2).set('d', 3)
  expect(Buffer.compare(m.get('value') as Uint8Array, value)).toBe(0)
  m = m.set('value', 1).delete(key)
  expect(m.toJSON()).toEqual({ a: 1, value: 1, b: 1, c: 2, d: 3 })
  expect(stats().bytes).toBeLessThan(200_000_000)
})
