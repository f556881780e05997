// Synchronous loops in which each result is dropped at once: no finalizer runs until they end. Small maps need no wasm memory at all; where it
// runs out, the error says what waits for the collector and what to do.
import { deserialize, Hamt, serialize, stats } from 'hamt-wasm'
import { collectUntil } from './support/gc.js'
import { inWasm, young } from './support/stores.js'

// The built engine, which is not for users.
const engine: string = '../../dist/core.js'
const wasm = (
  (await import(engine)) as { raw: { _take_memory(n: number): number; _give_memory(p: number): void } }
).raw

const entries = (n: number): [string, number][] => Array.from({ length: n }, (_, i) => [`k${i}`, i])

afterEach(async () => {
  await collectUntil(() => stats().maps === 0 && stats().nodes === 0)
})

test('young maps that are made and dropped take no wasm memory', () => {
  if (young.size < 100) return
  const before = stats()
  const base = Hamt.from(entries(100))
  for (let i = 0; i < 2000; ++i) {
    Hamt.from(entries(10))
    base.filter((v) => v % 2)
    base.map((v) => v + i)
    base.withMutations((d) => void d.set('a', i).delete('k1'))
    base.set('x', i).set('y', i).get('x')
  }
  expect(stats()).toEqual(before)
})

/** Calls `f` with little wasm memory: all but some megabytes is taken. */
function withLittleMemory(f: () => void): void {
  const taken: number[] = []
  const reserve = wasm._take_memory(4 * 2 ** 20)
  try {
    for (let size = 1 << 29; size >= 1 << 12; size >>= 1)
      for (let p = wasm._take_memory(size); p !== 0; p = wasm._take_memory(size)) taken.push(p)
    wasm._give_memory(reserve)
    inWasm(f)
  } finally {
    for (const p of taken) wasm._give_memory(p)
  }
}

const large = 5000
const loops: [string, () => () => Hamt<number> | Hamt<number>[]][] = [
  ['from', () => () => Hamt.from(entries(large))],
  [
    'deserialize',
    () => {
      const file = serialize([Hamt.from(entries(large))])
      return () => deserialize<number>(file)
    },
  ],
  [
    'map',
    () => {
      const base = Hamt.from(entries(large))
      let n = 0
      return () => base.map((v) => v + ++n)
    },
  ],
]

test.each(loops)('%s in a loop: the error says how many maps wait, and what to do', (_, prepare) => {
  withLittleMemory(() => {
    const make = prepare()
    let message = ''
    for (let i = 0; i < 200 && message === ''; ++i) {
      try {
        make()
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError)
        ;({ message } = error as Error)
      }
    }
    expect(message).toMatch(/out of memory/)
    const [, count] = /(\d+) maps/.exec(message) ?? []
    // The one that was being made is among them.
    expect(Number(count) - stats().maps).toBeLessThanOrEqual(1)
    expect(Number(count)).toBeGreaterThan(1)
    expect(message).toMatch(/using/)
    expect(message).toMatch(/dispose/)
    expect(message).toMatch(/event loop/)
  })
})

test.each(loops)('%s in a loop with dispose', (_, prepare) => {
  withLittleMemory(() => {
    const make = prepare()
    for (let i = 0; i < 50; ++i) for (const map of [make()].flat()) map.dispose()
  })
})
