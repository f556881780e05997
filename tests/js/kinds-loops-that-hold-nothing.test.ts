// Synchronous loops in which each result is dropped at once: no finalizer runs until they end. Small maps
// need no wasm memory at all; where it runs out, the error says what waits for the collector and what to do.
import { applyDelta, deserialize, Hamt, serialize, serializeDelta, stats } from 'hamt-wasm'
import { collectUntil } from './support/gc.js'
import { inWasm, young } from './support/stores.js'
import { withFreeMemory } from './support/wasm-memory.js'

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
const withLittleMemory = (f: () => void): void => withFreeMemory(4 * 2 ** 20, () => inWasm(f))

const large = 5000
const changed = (map: Hamt<number>, by: number): Hamt<number> => map.map((v) => v + by)

/** Each makes what nobody holds; it may be given up by a dispose. */
type Made = Hamt<number> | readonly Hamt<number>[]

const loops: [string, (large: number) => (i: number) => Made][] = [
  ['from', (large) => () => Hamt.from(entries(large))],
  [
    'deserialize',
    (large) => {
      const file = serialize([Hamt.from(entries(large))])
      return () => deserialize<number>(file)
    },
  ],
  [
    'applyDelta',
    (large) => {
      const base = Hamt.from(entries(large))
      const delta = serializeDelta([base], [changed(base, 1)])
      return () => applyDelta([base], delta)
    },
  ],
  [
    'map',
    (large) => {
      const base = Hamt.from(entries(large))
      return (i) => changed(base, i + 1)
    },
  ],
  [
    'filter',
    (large) => {
      const base = Hamt.from(entries(large))
      return (i) => base.filter((v) => (v + i) % 3 !== 0)
    },
  ],
  [
    'merge',
    (large) => {
      const base = Hamt.from(entries(large))
      const other = changed(base, 1)
      return (i) => base.merge(other, (_, ours) => ours + i + 1)
    },
  ],
  [
    'drafts of a pinned map',
    (large) => {
      const base = Hamt.from(entries(large))
      return (i) =>
        base.withMutations((draft) => {
          for (let k = 0; k < large; k += 3) draft.set(`k${k}`, -i - 1)
        })
    },
  ],
]

test.each(loops)('%s in a loop: the error says how many maps wait, and what to do', (_, prepare) => {
  withLittleMemory(() => {
    const make = prepare(large)
    let message = ''
    for (let i = 0; i < 200 && message === ''; ++i) {
      try {
        make(i)
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
    const make = prepare(large)
    for (let i = 0; i < 50; ++i) for (const map of [make(i)].flat()) map.dispose()
  })
})

/** Calls `make` often; gives the message of the error that ends this before, or nothing. */
function stretch(make: (i: number) => Made, times: number): string {
  for (let i = 0; i < times; ++i) {
    try {
      make(i)
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError)
      return (error as Error).message
    }
  }
  return ''
}

// With HAMT_LONG=1 a stretch takes all the memory that wasm can have, and some minutes.
const isLong = Boolean(process.env['HAMT_LONG'])

test.each(loops)(
  'a synchronous stretch of %s ends well or with that error, and a turn of the event loop gives all of it back',
  async (name, prepare) => {
    const make = prepare(name === 'from' ? 10_000 : 20_000)
    const held = stats()
    const times = !isLong ? 12 : name === 'from' ? 17_457 : 4985
    const memories: number[] = []
    for (let i = 0; i < 2; ++i) {
      const message = stretch(make, times)
      if (message !== '') expect(message).toMatch(/out of memory with \d+ maps .*using.*event loop/)
      if (!isLong) expect(message).toBe('')
      if (name === 'from' && young.size >= 10_000) expect(stats()).toEqual(held)
      memories.push(stats().memory)
      await collectUntil(() => stats().maps <= held.maps)
    }
    // The second stretch has used what the first one gave back.
    expect(memories[1]!).toBeLessThanOrEqual(1.5 * memories[0]!)
    // The base is still in use, and right.
    make(0)
  },
  isLong ? 1_200_000 : 60_000,
)

/** Makes `open` iterators of differences that are begun and given up, until it throws; gives the message. */
function messageOfWalks(open: number, step: (walk: IterableIterator<unknown>) => void): string {
  const base = Hamt.from(entries(large))
  const newer = changed(base, 1)
  try {
    for (let i = 0; i < open; ++i) {
      const walk = base.diff(newer)
      walk.next()
      step(walk)
    }
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError)
    return (error as Error).message
  }
  return ''
}

test('open diffs in a loop: the error says how many wait, and what to do', () => {
  withLittleMemory(() => {
    const message = messageOfWalks(100_000, () => {})
    const [, count] = /(\d+) unfinished iterators of diff/.exec(message) ?? []
    expect(Number(count)).toBeGreaterThan(1000)
    expect(message).toMatch(/return\(\)/)
    expect(message).toMatch(/event loop/)
  })
})

test('open diffs in a loop with return', () => {
  withLittleMemory(() => {
    expect(messageOfWalks(20_000, (walk) => void walk.return!())).toBe('')
  })
})

test('one edit of a draft, of a branch or of an old version, dropped at once, takes no memory for good', () => {
  // Some seconds with HAMT_LONG=1.
  const turns = process.env['HAMT_LONG'] ? 1_000_000 : 20_000
  withLittleMemory(() => {
    const base = Hamt.from(entries(large))
    const { maps, bytes } = stats()
    for (let i = 0; i < turns; ++i) {
      base.withMutations(
        (draft) =>
          void draft
            .set('k1', -i - 1)
            .delete('k2')
            .set('new', i),
      )
      base.asMutable().set('k3', -i - 1)
      base.set('k4', -i - 1).get('k5')
    }
    expect(stats().maps - maps).toBeLessThan(10)
    expect(stats().bytes - bytes).toBeLessThan(2 ** 20)
    expect(base.get('k1')).toBe(1)
  })
})
