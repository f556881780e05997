// Values that change while they are read: getters and proxies, in every place where a value comes in, and codecs that dispose or edit the map.
import { DisposedError, Hamt, deserialize, readMeta, serialize } from 'hamt-wasm'
import { expectUnchanged, type Model, show, states } from './support/states.js'
import { inWasm } from './support/stores.js'

/** Values whose reading changes them; each made anew. */
const hostile: [string, () => unknown][] = [
  [
    'an array that a getter shortens',
    () => {
      const a = [0, 1, 2]
      return Object.defineProperty(a, 0, { get: () => ((a.length = 1), 5), enumerable: true })
    },
  ],
  [
    'an object whose getter deletes',
    () => {
      const o: Record<string, unknown> = { b: 1, c: 2 }
      return Object.defineProperty(o, 'a', { get: () => (delete o['b'], 1), enumerable: true })
    },
  ],
  ['a getter that throws', () => Object.defineProperty({}, 'a', { get: fail, enumerable: true })],
  [
    'a getter inside',
    () => ({
      list: [
        {
          get a() {
            return 1
          },
        },
      ],
    }),
  ],
  ['a proxy whose length changes', () => changing([1, 2, 3], 'length', [3, 1, 2 ** 20, 0])],
  ['a proxy whose item changes', () => changing([1, 2, 3], '0', [1, 'text', { a: 1 }, undefined])],
  ['a proxy whose property changes', () => changing({ a: 1 }, 'a', [1, 'text', [1], undefined])],
  [
    'a proxy whose keys change',
    () => {
      let n = 0
      return new Proxy({ a: 1 } as Record<string, unknown>, {
        ownKeys: () => (++n % 2 ? ['a'] : ['a', 'b', 'c']),
        getOwnPropertyDescriptor: (_, k) => ({
          value: `${String(k)}${n}`,
          enumerable: true,
          configurable: true,
        }),
      })
    },
  ],
  [
    'a proxy that refuses to be frozen',
    () => new Proxy({ a: [1] }, { preventExtensions: () => false, defineProperty: () => false }),
  ],
  ['a proxy whose traps throw', () => new Proxy({}, { ownKeys: fail, getOwnPropertyDescriptor: fail })],
  [
    'a revoked proxy',
    () => {
      const { proxy, revoke } = Proxy.revocable({}, {})
      revoke()
      return proxy
    },
  ],
  [
    'an object that sets another part of itself',
    () => {
      const inner = [1, 2, 3]
      return { a: new Proxy({ x: 1 }, { ownKeys: (t) => ((inner.length = 0), Reflect.ownKeys(t)) }), inner }
    },
  ],
]

class Refused extends Error {}
function fail(): never {
  throw new Refused()
}

/** A proxy whose property has another value every time it is looked at. */
function changing(target: object, name: string, values: unknown[]): unknown {
  let n = 0
  const next = (): unknown => values[n++ % values.length]
  return new Proxy(target, {
    get: (t, k) => (k === name ? next() : (Reflect.get(t, k) as unknown)),
    getOwnPropertyDescriptor: (t, k) => {
      const found = Reflect.getOwnPropertyDescriptor(t, k)
      return k === name && found?.configurable ? { ...found, value: next() } : found
    },
  })
}

/** What a map makes of a value: nothing, with an error, or something that can be read, written and loaded for ever. */
function expectReadable(map: Hamt<unknown>): void {
  const before = show([...map])
  expect(show([...map])).toBe(before)
  const digest = map.digest()
  expect(show([...map])).toBe(before)
  const [loaded] = deserialize(serialize([map]))
  expect(show([...loaded!])).toBe(before)
  expect(loaded!.digest()).toEqual(digest)
  expect(loaded!.equals(map)).toBe(true)
  expect(Hamt.from([...map]).digest()).toEqual(digest)
}

/** Whether a stored value runs code of its own when it is read: a Proxy, which is kept as any object is, and which no code can tell. */
const runsCode = (name: string): boolean => /proxy|sets another part/.test(name)

/** The entries of a version that are no Proxy are what they were. */
function expectOthersReadable(map: Hamt<unknown>, model: Model): void {
  for (const [key, value] of model) {
    if (!['x', 'k1', 'k2', 'a'].includes(key)) expect(show(map.get(key))).toBe(show(value))
  }
}

const places: [string, (m: Hamt<unknown>, value: unknown) => Hamt<unknown>][] = [
  ['set', (m, value) => m.set('x', value)],
  ['set over an object', (m, value) => m.set('k2', value)],
  ['update', (m, value) => m.update('k1', () => value)],
  ['a draft', (m, value) => m.withMutations((d) => void d.set('a', 1).set('x', value))],
  ['from', (m, value) => Hamt.from<unknown>([...m, ['x', value]])],
  ['from an object', (m, value) => Hamt.from<unknown>({ ...m.toJSON(), x: value })],
  ['map', (m, value) => m.map((v, k) => (k === 'k1' ? value : v))],
  ['merge', (m, value) => m.merge(Hamt.from<unknown>({ k1: 'other' }), () => value)],
  ['mergeFrom', (m, value) => m.mergeFrom(Hamt.empty(), Hamt.from<unknown>({ k1: 'other' }), () => value)],
]

describe.each(places)('%s', (_, put) => {
  test.each(hostile)('%s', (name, value) => {
    for (const [, make] of states) {
      const subject = make()
      let made: Hamt<unknown> | undefined
      try {
        made = put(subject.map, value())
      } catch (error) {
        if (!(error instanceof Refused)) expect((error as Error).name).toBe('TypeError')
      }
      if (runsCode(name)) {
        if (made !== undefined) expectOthersReadable(made, subject.model)
        expectOthersReadable(subject.map, subject.model)
        for (const [relative, model] of subject.relatives) expectOthersReadable(relative, model)
      } else {
        if (made !== undefined) expectReadable(made)
        expectUnchanged(subject)
      }
    }
  })
})

test.each(hostile)('as meta: %s', (_, value) => {
  const map = Hamt.from({ a: 1 })
  let file: Uint8Array | undefined
  try {
    file = serialize([map], { meta: value() })
  } catch (error) {
    if (!(error instanceof Refused)) expect((error as Error).name).toBe('TypeError')
  }
  if (file === undefined) return
  readMeta(file)
  expect(deserialize(file)[0]!.equals(map)).toBe(true)
})

describe.each([
  ['young', <T>(f: () => T) => f()],
  ['in wasm', inWasm],
] as const)('a codec that meddles: %s', (_, run) => {
  const encoder = new TextEncoder()
  const decode = (b: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(b))

  test('disposes the map that encodes', () => {
    run(() => {
      let victim: Hamt<unknown> | undefined
      const codec = {
        encode(value: unknown) {
          victim?.dispose()
          return encoder.encode(JSON.stringify(value))
        },
        decode,
      }
      for (const use of [
        (m: Hamt<unknown>) => m.set('b', 2),
        (m: Hamt<unknown>) => m.update('a', () => 3),
        (m: Hamt<unknown>) => m.withMutations((d) => void d.set('b', 1).set('c', 2)),
        (m: Hamt<unknown>) => m.map(() => 5),
      ]) {
        victim = undefined
        const first = Hamt.from<unknown>({ a: 1, x: 1 }, { codec })
        for (const map of [first, first.set('y', 1).set('z', 1)]) {
          const kept = map.set('kept', 1)
          victim = map
          let result: unknown
          try {
            result = use(map)
          } catch (error) {
            expect(error).toBeInstanceOf(DisposedError)
          }
          victim = undefined
          if (result !== undefined) expect((result as Hamt<unknown>).size).toBeGreaterThan(0)
          expect(() => map.get('a')).toThrow(DisposedError)
          expect(kept.get('a')).toBe(1)
          expect(kept.get('kept')).toBe(1)
        }
      }
    })
  })

  test('edits the map that encodes or decodes', () => {
    run(() => {
      let depth = 0
      let map: Hamt<unknown> | undefined
      const meddle = (): void => {
        if (map === undefined || depth > 2) return
        ++depth
        map = map.set(`inner ${depth}`, depth).delete('a')
        --depth
      }
      const codec = {
        encode: (value: unknown) => (meddle(), encoder.encode(JSON.stringify(value))),
        decode: (b: Uint8Array) => (meddle(), decode(b)),
      }
      const first = Hamt.from<unknown>({ a: 1, b: 2 }, { codec })
      map = first
      const versions = [first]
      for (let i = 0; i < 10; ++i) versions.push(versions[i]!.set(`k${i}`, i))
      map = undefined
      versions.forEach((v, i) => {
        expect(v.size).toBe(2 + i)
        expect([v.get('a'), v.get('b'), v.has('inner 1'), v.get(`k${i - 1}`)]).toEqual([
          1,
          2,
          false,
          i ? i - 1 : undefined,
        ])
      })
    })
  })
})
