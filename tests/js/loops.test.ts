// Long synchronous loops: no finalizer runs while they do, and still wasm memory stays small.
import { Hamt, stats } from 'hamt-wasm'
import { collectNow, collectUntil } from './support/gc.js'
import { inWasm, young } from './support/stores.js'

afterEach(async () => {
  await collectUntil(() => stats().maps === 0 && stats().nodes === 0)
})

test.each(['young', 'in wasm'])(
  'who holds an old version of a long lineage does not hold a record for every edit since: %s',
  (kind) => {
    const check = () => {
      const first = Hamt.from([['a', -1]])
      let m = first.set('b', 0).set('c', 0).set('d', 0).set('e', 0).set('f', 0)
      const held: [number, Hamt<number>][] = []
      const edits = 60_000
      for (let i = 0; i < edits; ++i) {
        if (i % 7919 === 0) held.push([i, m])
        m = m.set('a', i)
      }
      if (young.size === 0) expect(stats().maps).toBeGreaterThan(2) // checkpoints
      expect(stats().maps).toBeLessThan(30)
      for (const [i, v] of held) expect(v.get('a')).toBe(i - 1 < 0 ? -1 : i - 1)
      expect(first.toJSON()).toEqual({ a: -1 })
      expect(m.get('a')).toBe(edits - 1)
    }
    if (kind === 'in wasm') inWasm(check)
    else check()
  },
)

test('a synchronous loop of set keeps wasm memory flat, and stats() honest', async () => {
  // Ten million of them take some seconds: HAMT_LONG=1 runs them all. The bounds are the same.
  const edits = process.env['HAMT_LONG'] ? 10_000_000 : 1_000_000
  const names = Array.from({ length: 1000 }, (_, i) => `0x${i.toString(16).padStart(40, '0')}`)
  const before = stats().maps
  let m = Hamt.empty<number>()
  for (let i = 0; i < edits; ++i) m = m.set(names[i % 1000]!, i)
  expect(m.size).toBe(1000)
  expect(m.get(names[7]!)).toBe(edits - 1000 + 7)
  const { maps, memory } = stats()
  expect(memory).toBeLessThan(32 * 2 ** 20)
  expect(maps - before).toBeLessThan(300)
  await collectUntil(() => stats().maps <= before + 1)
  expect(m.size).toBe(1000)
})

test('loops of delete and set, of small bulk edits, and of reading what was just made keep wasm memory flat', () => {
  const base = Hamt.from(Array.from({ length: 200 }, (_, i): [string, number] => [`k${i}`, i]))
  const small = Hamt.from({ k1: -1 })
  const start = stats()
  let m = base
  for (let i = 0; i < 30_000; ++i) m = m.delete(`k${i % 200}`).set(`k${(i + 7) % 200}`, i)
  for (let i = 0; i < 10_000; ++i)
    m = m.withMutations((d) =>
      d
        .set('k1', i)
        .set('k2', i)
        .delete(`k${i % 50}`),
    )
  for (let i = 0; i < 10_000; ++i) m = m.merge(small).set('k1', i)
  for (let i = 0; i < 10_000; ++i) m = m.update('k3', (x) => (x ?? 0) + 1)
  let sum = 0
  for (let i = 0; i < 20_000; ++i) sum += base.set('x', i).set('y', 1).get('x')!
  expect(sum).toBe((20_000 * 19_999) / 2)
  for (let i = 0; i < 1000; ++i) for (const [k] of base.set('x', i)) if (k === 'x') ++sum
  expect(stats().maps - start.maps).toBeLessThan(40)
  expect(stats().memory).toBeLessThan(32 * 2 ** 20)
})

test.each([
  ['young', 16_384, 64],
  // Checkpoints that wait for a finalizer come ever more rarely: what they keep grows with the logarithm.
  ['in wasm', 0, process.env['HAMT_LONG'] ? 32 : 16],
])('a synchronous loop of set of objects keeps the memory of a small map flat: %s', (_, size, megabytes) => {
  // HAMT_LONG=1 runs ten million.
  const edits = process.env['HAMT_LONG'] ? 10_000_000 : 600_000
  const setting = young.size
  young.size = size // whatever setting this runs in
  try {
    const names = Array.from({ length: 1000 }, (_, i) => `0x${i.toString(16).padStart(40, '0')}`)
    const used = (): number => process.memoryUsage().heapUsed + process.memoryUsage().external
    let m = Hamt.from(names.map((name): [string, object] => [name, { n: -1, tags: ['a'] }]))
    collectNow()
    const start = used()
    let most = 0
    for (let i = 0; i < edits; ++i) {
      m = m.set(names[i % 1000]!, { n: i, tags: ['a', `b${i & 7}`] })
      if (i % (edits / 10) !== 0) continue
      // What the collector could take is no matter of ours; what the table of objects in wasm keeps is.
      if (size === 0) collectNow()
      most = Math.max(most, used() - start)
    }
    expect(m.get(names[7]!)).toEqual({ n: edits - 993, tags: ['a', `b${(edits - 993) & 7}`] })
    expect(most).toBeLessThan(megabytes * 2 ** 20)
  } finally {
    young.size = setting
  }
})
