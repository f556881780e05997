// Files whose values are no CBOR, which nothing checks before they are read: readers get one typed error with
// a code, and everything that need not decode the value works, so that the entry can be replaced and deleted.
import {
  applyDelta,
  deserialize,
  Hamt,
  openSnapshot,
  serialize,
  serializeDelta,
  SnapshotError,
} from 'hamt-wasm'
import { openNodes, serializeNodes } from 'hamt-wasm/blocks'
import { inWasm, young } from './support/stores.js'

const raw = { encode: (v: Uint8Array) => v, decode: (b: Uint8Array) => b }
/**
 * Not in shortest form; cut off; a reserved length; text that is no UTF-8; keys out of order; an object that
 * is cut off.
 */
const wrong = [
  [0x18, 5],
  [0x82, 1],
  [0x1c],
  [0x61, 0xff],
  [0xa2, 0x61, 98, 1, 0x61, 97, 2],
  [0xa1, 0x61, 97],
  [],
]

const entries = (bytes: number[]): Record<string, Uint8Array> => ({
  a: Uint8Array.from(bytes),
  b: Uint8Array.of(5),
  c: Uint8Array.of(0xa1, 0x61, 97, 1), // {a: 1}
})

/** A map with such a value under `a`, in each state that one can have. */
const makers: [string, (bytes: number[]) => Hamt<unknown>][] = [
  ['loaded', (bytes) => deserialize(serialize([Hamt.from(entries(bytes), { codec: raw })]))[0]!],
  [
    'from a delta',
    (bytes) => {
      const base = Hamt.from<Uint8Array>({ b: Uint8Array.of(5) }, { codec: raw })
      const delta = serializeDelta([base], [base.setMany(entries(bytes))])
      return applyDelta(deserialize(serialize([base])), delta)[0]!
    },
  ],
  [
    'filtered',
    (bytes) =>
      makers[0]![1](bytes)
        .withMutations((d) => void d.set('x', 1))
        .delete('x'),
  ],
  ['a branch', (bytes) => makers[0]![1](bytes).set('b', 6).set('b', 5)],
  [
    'young',
    (bytes) => {
      const loaded = makers[0]![1](bytes)
      return Hamt.from<unknown>({ z: 1 }).merge(loaded).delete('z')
    },
  ],
]

describe.each(makers)('%s', (_, maker) => {
  test.each(wrong.map((bytes) => [bytes] as const))('the bytes %j', (bytes) => {
    for (const make of [() => maker(bytes), () => inWasm(() => maker(bytes))]) {
      const map = make()
      const digest = map.digest()
      const isWrong = (f: () => unknown): void => {
        let error: unknown
        try {
          f()
        } catch (e) {
          error = e
        }
        expect(error).toBeInstanceOf(SnapshotError)
        expect((error as SnapshotError).code).toBe('value')
        expect((error as SnapshotError).message).toMatch(/not deterministic CBOR.*under key "a"/)
      }
      // Reading it says so.
      for (const read of [
        () => map.get('a'),
        () => map.getMany(['b', 'a']),
        () => [...map],
        () => [...map.values()],
        () => map.toJSON(),
        () => map.forEach(() => {}),
        () => map.filter(() => true),
        () => map.map((v) => v),
        () => map.update('a', (v) => v),
        () => [...map.diff(map.set('a', 1))],
        () => map.merge({ a: 1 }, (_key, ours) => ours),
      ])
        isWrong(read)
      // Everything else works.
      expect(map.size).toBe(3)
      expect(map.has('a')).toBe(true)
      expect([...map.keys()].sort()).toEqual(['a', 'b', 'c'])
      expect(map.get('b')).toBe(5)
      expect(map.get('c')).toEqual({ a: 1 })
      expect(map.equals(make())).toBe(true)
      expect(map.equals(Hamt.from({ a: 5, b: 5, c: { a: 1 } }))).toBe(false)
      expect(map.prove('a').length).toBeGreaterThan(0)
      const mended = Hamt.from<unknown>({ a: { n: 1 }, b: 5, c: { a: 1 } })
      expect(map.set('a', { n: 1 }).equals(mended)).toBe(true)
      expect(map.merge({ a: { n: 1 } }).equals(mended)).toBe(true)
      expect(map.setMany([['a', { n: 1 }]]).digest()).toEqual(mended.digest())
      expect(map.withMutations((d) => d.set('a', 2).set('a', { n: 1 })).equals(mended)).toBe(true)
      expect(map.delete('a').toJSON()).toEqual({ b: 5, c: { a: 1 } })
      expect(map.deleteMany(['a']).size).toBe(2)
      expect(map.digest()).toEqual(digest)
      expect(deserialize(serialize([map, map.set('a', 1)])).map((m) => m.digest())[0]).toEqual(digest)
    }
  })
})

test.each(wrong.map((bytes) => [bytes] as const))('opened snapshots and node tables: %j', async (bytes) => {
  const map = Hamt.from(entries(bytes), { codec: raw })
  const opened = openSnapshot(serialize([map])).at(0)
  expect(() => opened.get('a')).toThrow(SnapshotError)
  expect(opened.get('b')).toBe(5)
  expect(opened.digest()).toEqual(map.digest())
  const version = (await openNodes(serializeNodes([map]))).at(0)
  await expect(version.get('a')).rejects.toMatchObject({ name: 'BlockError', code: 'malformed' })
  expect(await version.get('b')).toBe(5)
  expect((await version.load()).delete('a').size).toBe(2)
})

test('a large map goes on', () => {
  const map = Hamt.from(
    Array.from(
      { length: Math.min(young.size, 20_000) + 500 },
      (_, i) => [`k${i}`, Uint8Array.of(i & 15)] as const,
    ),
    { codec: raw },
  ).set('a', Uint8Array.of(0x18, 5))
  const [loaded] = deserialize<number>(serialize([map]))
  expect(() => loaded!.get('a')).toThrow(SnapshotError)
  expect(loaded!.set('a', 1).get('a')).toBe(1)
  expect(loaded!.delete('a').equals(deserialize<number>(serialize([map.delete('a')]))[0]!)).toBe(true)
})
