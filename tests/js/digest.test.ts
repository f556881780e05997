// Digests: equal exactly when contents are, whatever the history, and those of the reference.
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { deserialize, Hamt, serialize, stats } from 'hamt-wasm'
import { cbor } from '../../js/codec/codec.js'
import { bytesOf, type Entry, order, referenceDigest } from './digest-reference.js'

// The digests of the map in wasm against the reference, which knows entries only.

const { pairs } = JSON.parse(
  readFileSync(new URL('../vectors/key-collisions.json', import.meta.url), 'utf8'),
) as {
  pairs: Record<string, [string, string, string, string][]>
}
/** Keys that share from 25 to all 64 bits of their hash with another. */
const alike = Object.values(pairs).flatMap((rows) => rows.flatMap(([a, b]) => [a, b]))

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

function expected(contents: Map<string, unknown>): string {
  const entries = [...contents].map(([key, value]): Entry => ({
    key: bytesOf(key),
    value: cbor.encode(value),
  }))
  return hex(referenceDigest(entries))
}

const key = fc.oneof(
  fc.constantFrom(...alike),
  fc.nat(40).map((i) => `key-${i}`),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.constantFrom('', '__proto__', 'x'.repeat(64), 'x'.repeat(65), 'x'.repeat(300)),
)
const value = fc.oneof(
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.double(),
  fc.bigInt(),
  fc.string({ unit: 'grapheme', maxLength: 120 }),
  fc.uint8Array({ maxLength: 300 }),
  fc.record({ balance: fc.bigInt(), active: fc.boolean() }),
)
const edit = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('set' as const), key, value }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), key }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom({ do: 'reload' as const }, { do: 'ask' as const }, { do: 'branch' as const }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('draft' as const, 'merge' as const),
      entries: fc.array(fc.tuple(key, value), { maxLength: 8 }),
    }),
  },
)

test('the digest of an old version is kept near it: asking again computes a few paths', () => {
  const versions = [Hamt.from<number>(Array.from({ length: 300 }, (_, i) => [`k${i}`, i]))]
  for (let i = 0; i < 200; ++i) versions.push(versions[i]!.set(`k${i}`, -i))
  versions.at(-1)!.digest()
  const digest = versions[100]!.digest()
  const { maps } = stats()
  for (let i = 0; i < 10; ++i) expect(versions[100]!.digest()).toEqual(digest)
  expect(stats().maps).toBe(maps)
  expect(Hamt.from(versions[100]!.toMap()).digest()).toEqual(digest)
})

test('the digest is that of the contents, whatever the history', () => {
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 25 }), (edits) => {
      let map = Hamt.empty<unknown>()
      let model = new Map<string, unknown>()
      const versions: [Hamt<unknown>, Map<string, unknown>][] = []
      for (const step of edits) {
        versions.push([map, model])
        model = new Map(model)
        if (step.do === 'set') {
          map = map.set(step.key, step.value)
          model.set(step.key, step.value)
        } else if (step.do === 'delete') {
          map = map.delete(step.key)
          model.delete(step.key)
        } else if (step.do === 'ask') {
          expect(hex(map.digest())).toBe(expected(model))
        } else if (step.do === 'reload') {
          map = deserialize<unknown>(serialize([map]))[0]!
        } else if (step.do === 'branch') {
          ;[map, model] = versions[versions.length >> 1]!
        } else {
          for (const [k, v] of step.entries) model.set(k, v)
          map =
            step.do === 'merge'
              ? map.merge(Hamt.from<unknown>(step.entries))
              : map.withMutations((draft) => {
                  for (const [k, v] of step.entries) draft.set(k, v)
                })
        }
      }
      // old versions too, after all that followed from them
      for (const [old, contents] of [...versions, [map, model] as const])
        expect(hex(old.digest())).toBe(expected(contents))
    }),
    { numRuns: 150 },
  )
})

test('digests are equal exactly when the contents are', () => {
  const contents = fc.array(
    fc.tuple(fc.constantFrom(...alike.slice(0, 6), 'a', 'b'), fc.integer({ min: 0, max: 2 })),
    { maxLength: 6 },
  )
  fc.assert(
    fc.property(contents, contents, (a, b) => {
      const [x, y] = [Hamt.from(a), Hamt.from(b)]
      const [left, right] = [new Map(a), new Map(b)]
      const equal = left.size === right.size && [...left].every(([k, v]) => right.get(k) === v)
      expect(hex(x.digest()) === hex(y.digest())).toBe(equal)
      expect(x.equals(y)).toBe(equal) // both digests are known now
    }),
    { numRuns: 300 },
  )
})

describe('keys with equal hashes', () => {
  test.each(pairs['64']!)('%s and %s', (a, b) => {
    const map = Hamt.from<number>([
      [a, 1],
      [b, 2],
      ['other', 3],
    ])
    expect(hex(map.digest())).toBe(
      expected(
        new Map([
          [b, 2],
          [a, 1],
          ['other', 3],
        ]),
      ),
    )
    expect(hex(map.delete(a).digest())).toBe(
      expected(
        new Map([
          [b, 2],
          ['other', 3],
        ]),
      ),
    )
    expect(hex(map.delete(a).set(a, 1).digest())).toBe(hex(map.digest()))
  })
})

test('a digest is fresh bytes each time', () => {
  const map = Hamt.from({ hello: 42 })
  const first = map.digest()
  first.fill(0)
  expect(hex(map.digest())).toBe(expected(new Map([['hello', 42]])))
  expect(map.digest()).toHaveLength(32)
})

test('the empty map has the digest of DIGEST.md', () => {
  expect(hex(Hamt.empty().digest())).toBe(expected(new Map()))
  expect(hex(Hamt.from({ a: 1 }).delete('a').digest())).toBe(expected(new Map()))
})

test('a disposed map has no digest', () => {
  const map = Hamt.from({ a: 1 })
  map.dispose()
  expect(() => map.digest()).toThrow(expect.objectContaining({ name: 'DisposedError' }))
  expect(() => map.prove('a')).toThrow(expect.objectContaining({ name: 'DisposedError' }))
})

test('the order of the reference is that of bytes', () => {
  expect(order(bytesOf('a'), bytesOf('é'))).toBeLessThan(0)
  expect(order(bytesOf('a'), bytesOf('ab'))).toBeLessThan(0)
})
