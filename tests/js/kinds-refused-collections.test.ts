// Operations on many entries that user code ends, or interrupts with operations on other maps: later maps
// work, and nothing that was on its way is kept.
import { Hamt, stats } from 'hamt-wasm'
import { collectUntil } from './support/gc.js'
import { inWasm } from './support/stores.js'

/** More than a collector keeps in a native Map, and several batches for wasm. */
const many = 30_000
type Value = { readonly n: number } | readonly Value[]
type Entry = [string, Value]

/** Objects of entries that were made, to see whether they are kept. */
let made: WeakRef<object>[] = []

function* entriesThen(end: (entries: number) => unknown): Generator<Entry> {
  for (let n = 0; n < many; ++n) {
    const value = { n }
    if (n % 1000 === 0) made.push(new WeakRef(value))
    yield [`key ${n}`, value]
  }
  yield end(many) as Entry
}

const ends: [string, () => unknown][] = [
  ['an iterable that throws', () => fail()],
  ['a value that is refused', () => ['bad', () => 1]],
  ['a value that is undefined', () => ['bad', undefined]],
  ['a key that is refused', () => ['\ud800', 1]],
  ['an entry that is none', () => 1],
]
function fail(): never {
  throw new Error('as planned')
}

const small = (): Hamt<Value> => inWasm(() => Hamt.from<Value>({ a: { n: 1 }, b: { n: 2 } }))
const large = (): Hamt<Value> => Hamt.from<Value>(entriesThen(() => ['last', { n: 0 }]))

const takesEntries: [string, (entries: Iterable<Entry>) => unknown][] = [
  ['from', (entries) => Hamt.from(entries)],
  ['setMany', (entries) => small().setMany(entries)],
  ['merge', (entries) => small().merge(entries)],
  ['merge with a resolver', (entries) => small().merge(entries, (_, ours) => ours)],
  ['mergeWith', (entries) => small().mergeWith(entries, (ours) => ours)],
  ['merge of a draft', (entries) => small().withMutations((draft) => void draft.merge(entries))],
  [
    'sets of a draft',
    (entries) =>
      small().withMutations((draft) => [...entries].forEach(([key, value]) => draft.set(key, value))),
  ],
]

/** Calls `last` behind the last of many values. */
const takesCallbacks: [string, (last: () => unknown) => unknown][] = [
  ['map', (last) => large().map((value, key) => (key === 'last' ? last() : [value]))],
  ['filter', (last) => large().filter((_, key) => (key === 'last' ? last() : key.length % 2))],
  [
    'merge',
    (last) =>
      large().merge(
        large().map((v) => [v]),
        (key, _, v) => (key === 'key 777' ? (last() as Value) : [v]),
      ),
  ],
  [
    'mergeWith',
    (last) => large().mergeWith(large(), (_, v, key) => (key === 'last' ? (last() as Value) : [v])),
  ],
  [
    'groupBy',
    (last) =>
      Hamt.groupBy(
        entriesThen(() => 'last'),
        (entry) => (entry === ('last' as unknown) ? String(last()) : entry[0]),
      ),
  ],
]

async function expectNothingKept(): Promise<void> {
  const seen = made
  made = []
  expect(seen.length).toBeGreaterThan(0)
  small().digest() // what waits for the next use of wasm comes back
  await collectUntil(() => stats().maps === 0 && stats().objects === 0)
  small().digest()
  await collectUntil(() => seen.every((each) => each.deref() === undefined))
  await collectUntil(() => stats().maps === 0)
}

function expectAllWorks(): void {
  const map = small().set('c', { n: 3 })
  expect(map.merge(Hamt.from<Value>({ d: { n: 4 } })).toJSON()).toEqual({
    ...{ a: { n: 1 }, b: { n: 2 }, c: { n: 3 }, d: { n: 4 } },
  })
  expect(map.digest()).toEqual(Hamt.from(map.toJSON()).digest())
  expect(large().get('key 29999')).toEqual({ n: 29_999 })
}

describe.each(takesEntries)('%s', (name, take) => {
  test.each(name === 'from' ? ends : ends.slice(0, 1))('again and again refused for %s', async (_, end) => {
    for (let i = 0; i < 4; ++i) expect(() => take(entriesThen(end))).toThrow()
    expectAllWorks()
    await expectNothingKept()
  })

  test('an iterable that makes other maps in wasm meanwhile', () => {
    let others = 0
    function* entries(): Generator<Entry> {
      for (let n = 0; n < 5 * many; ++n) {
        yield [`key ${n}`, { n }]
        if (n % (many - 1) !== 0) continue
        expect(small().set('c', { n }).get('c')).toEqual({ n })
        ++others
      }
    }
    take(entries())
    expect(others).toBe(6)
    expectAllWorks()
  })
})

test.each(takesCallbacks)('%s: a callback throws again and again', async (_, take) => {
  for (let i = 0; i < 4; ++i) expect(() => take(fail)).toThrow('as planned')
  expectAllWorks()
  await expectNothingKept()
})

test.each(takesCallbacks)('%s: a callback makes another large map', (_, take) => {
  take(() => (large(), small(), { n: 5 }))
  expectAllWorks()
})
