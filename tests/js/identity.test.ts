// One entry, one object: `get` gives the same object each time, in every state that a map can be in.
import { jest } from '@jest/globals'
import { Hamt, openSnapshot, deserialize, serialize, serializeDelta, applyDelta, stats } from 'hamt-wasm'
import { collect, collectUntil } from './support/gc.js'

interface Operator {
  readonly name: string
  readonly tags: readonly string[]
}
const operator = (i: number): Operator => ({ name: `operator ${i}`, tags: ['a', `b${i}`] })
const entries = (n: number): [string, Operator][] =>
  Array.from({ length: n }, (_, i) => [`key ${i}`, operator(i)])

interface Readable {
  get(key: string): Operator | undefined
}

async function expectSame(map: Readable, keys: readonly string[]): Promise<void> {
  const first = keys.map((key) => map.get(key))
  await collect()
  keys.forEach((key, i) => {
    expect(first[i]).toBeDefined()
    expect(Object.isFrozen(first[i]) && Object.isFrozen(first[i]!.tags)).toBe(true)
    expect(map.get(key)).toBe(first[i])
    expect(map.get(key)).toBe(map.get(key))
  })
  if (map instanceof Hamt) {
    expect(map.getMany(keys)).toEqual(first)
    map.getMany(keys).forEach((value, i) => expect(value).toBe(first[i]))
    const all = new Map(map as Hamt<Operator>)
    keys.forEach((key, i) => expect(all.get(key)).toBe(first[i]))
    const values = [...(map as Hamt<Operator>).values()]
    expect([...all.values()].every((value, i) => value === values[i])).toBe(true)
  }
}

const keys = ['key 0', 'key 7', 'key 49']

test.each([50, 20_000])(
  'of %i entries: young or in wasm, old, forked, moved, and its relatives',
  async (n) => {
    const given = entries(n)
    const map = Hamt.from(given)
    expect(given.every(([key, value]) => map.get(key) === value)).toBe(true)
    await expectSame(map, keys)

    let newest = map
    const line = [map]
    for (let i = 0; i < 100; ++i) line.push((newest = newest.set(`key ${100 + i}`, operator(i))))
    const forks = Array.from({ length: 20 }, (_, i) => map.set('key 9', operator(1000 + i)))
    for (const each of [...line, ...forks]) {
      keys.forEach((key) => expect(each.get(key)).toBe(map.get(key)))
    }
    for (const each of [map, line[3]!, line[50]!, newest, forks[5]!]) {
      each.digest()
      keys.forEach((key) => expect(each.get(key)).toBe(given[Number(key.slice(4))]![1]))
      await expectSame(each, keys)
    }
  },
)

test('of a loaded map, and of the versions that it was loaded with', async () => {
  const map = Hamt.from(entries(50))
  const [first, second] = deserialize<Operator>(serialize([map, map.set('other', operator(1))])) as [
    Hamt<Operator>,
    Hamt<Operator>,
  ]
  await expectSame(first, keys)
  for (const key of keys) expect(second.get(key)).toBe(first.get(key))
  const next = first.set('more', operator(2)).delete('key 3')
  for (const key of keys) expect(next.get(key)).toBe(first.get(key))
  const [patched] = applyDelta<Operator>([map], serializeDelta([map], [map.set('other', operator(1))])) as [
    Hamt<Operator>,
  ]
  for (const key of keys) expect(patched.get(key)).toBe(map.get(key))
})

test('of an opened snapshot, whichever of its versions is asked', async () => {
  const map = Hamt.from<unknown>([...entries(50), ['bytes', { raw: new Uint8Array([1]) }], ['number', 5]])
  const opened = openSnapshot<Operator>(serialize([map, map.set('key 1', operator(1000))]))
  const [older, newer] = [opened.at(0), opened.at(1)]
  await expectSame(older, keys)
  for (const key of keys) {
    expect(newer.get(key)).toBe(older.get(key))
    expect(opened.at(0).get(key)).toBe(older.get(key))
    expect(older.get(key)).toEqual(map.get(key))
  }
  expect(newer.get('key 1')).not.toBe(older.get('key 1'))
  expect(older.get('number')).toBe(5)

  // Bytes cannot be frozen: a copy each time.
  const raw = (): { raw: Uint8Array } => older.get('bytes') as unknown as { raw: Uint8Array }
  raw().raw[0] = 9
  expect(raw().raw[0]).toBe(1)

  // With a codec, what it decodes.
  const text = {
    encode: (s: string) => new TextEncoder().encode(s),
    decode: (b: Uint8Array) => new TextDecoder().decode(b),
  }
  const texts = Hamt.from({ a: 'x' }, { codec: text })
  expect(
    openSnapshot(serialize([texts]), { codec: text })
      .at(0)
      .get('a'),
  ).toBe('x')
})

test('an opened snapshot keeps no object that nobody else holds', async () => {
  const version = openSnapshot<Operator>(serialize([Hamt.from(entries(100))])).at(0)
  const refs = entries(100).map(([key]) => new WeakRef(version.get(key)!))
  await collectUntil(() => refs.every((ref) => ref.deref() === undefined))
  expect(version.get('key 5')).toEqual(operator(5))
})

afterAll(async () => {
  await collectUntil(() => stats().maps === 0 && stats().objects === 0)
})

test.each([
  ['a snapshot', (versions: Hamt<Operator>[]) => void serialize(versions)],
  ['a delta', (versions: Hamt<Operator>[]) => void serializeDelta(versions.slice(0, 1), versions)],
  ['digests', (versions: Hamt<Operator>[]) => versions.forEach((map) => map.digest())],
])('an object that many versions have is not encoded for each of them, for %s', (_, use) => {
  const versions = [Hamt.from(entries(500))]
  for (let i = 0; i < 40; ++i)
    versions.push(versions.at(-1)!.set(`key ${i}`, { name: `newer ${i}`, tags: [] }))
  const keysOf = jest.spyOn(Object, 'keys') // the encoder asks each object once
  try {
    use(versions)
    const asked = keysOf.mock.calls.map(([object]) => (object as Partial<Operator>).name ?? '')
    // Operators from 40 on are in all versions, of which the first and the newest have a store of their own.
    const ofAll = asked.filter((name) => Number(/^operator (\d+)$/.exec(name)?.[1]) >= 40)
    expect(new Set(ofAll).size).toBe(460)
    expect(ofAll.length).toBeLessThanOrEqual(2 * 460)
  } finally {
    keysOf.mockRestore()
  }
})
