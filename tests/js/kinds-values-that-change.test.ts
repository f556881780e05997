// Values that change while they are read: getters and proxies, wherever a value comes in, and codecs that
// dispose or edit the map.
import { DisposedError, Hamt, deserialize, readMeta, serialize } from 'hamt-wasm'
import { contents, expectContents, expectUnchanged, show, states } from './support/states.js'
import { cannotTell, inWasm, platform } from './support/stores.js'
import { fail, insertions, Refused } from './support/insertions.js'

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

/**
 * What a map makes of a value: nothing, with an error, or something that can be read, written and loaded for
 * ever.
 */
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

describe.each(insertions)('%s', (_, put) => {
  test.each(hostile)('%s', (_, value) => {
    for (const [, make] of states) {
      const subject = make()
      let made: Hamt<unknown> | undefined
      try {
        made = put(subject.map, value())
      } catch (error) {
        if (!(error instanceof Refused)) expect((error as Error).name).toBe('TypeError')
      }
      if (made !== undefined) expectReadable(made)
      expectUnchanged(subject)
    }
  })
})

describe.each(insertions)('a Proxy that misbehaves only later, by %s', (_, put) => {
  test.each(states)('%s', (_, make) => {
    const subject = make()
    const later: { trap: (() => void) | undefined } = { trap: undefined }
    const run = (): void => later.trap?.()
    const traps: ProxyHandler<object> = {
      get: (t, k) => (run(), Reflect.get(t, k) as unknown),
      ownKeys: (t) => (run(), Reflect.ownKeys(t)),
      getPrototypeOf: (t) => (run(), Reflect.getPrototypeOf(t)),
      getOwnPropertyDescriptor: (t, k) => (run(), Reflect.getOwnPropertyDescriptor(t, k)),
    }
    const { proxy, revoke } = Proxy.revocable({ a: [1] }, traps)
    const made = [put(subject.map, proxy), put(subject.map, { list: [new Proxy([1, 2], traps)] })]
    const before = made.map((map) => show([...map]))
    later.trap = fail
    revoke()
    made.forEach((map, i) => {
      expect(show([...map])).toBe(before[i])
      expectReadable(map)
      expectReadable(map.set('k1', 'changed').delete('k4'))
    })
    expectUnchanged(subject)
  })
})

/** What a trap may do to the map that it is in. */
const actions: [string, (m: Hamt<unknown>) => unknown][] = [
  ['edits once', (m) => m.set('other', 1)],
  ['edits an object', (m) => m.set('other', { some: 'object' }).delete('k1')],
  [
    'edits in bulk',
    (m) => m.withMutations((d) => Array.from({ length: 300 }, (_, i) => d.set(`z${i}`, { i }))),
  ],
  ['saves and loads', (m) => deserialize(serialize([m.set('y', { z: 1 })]))],
  ['takes a digest', (m) => m.digest()],
  ['disposes', (m) => m.dispose()],
]

/** Operations on a map with a Proxy under `p`; each compares or encodes it. */
const readers: [string, (m: Hamt<unknown>) => unknown][] = [
  ['set', (m) => m.set('p', { a: 2 })],
  ['set of an equal value', (m) => m.set('p', { a: 1 })],
  ['a draft', (m) => m.withMutations((d) => void d.set('p', { a: 1 }).set('p', { a: 3 }))],
  ['update', (m) => m.update('p', () => ({ a: 1 }))],
  ['equals', (m) => m.equals(Hamt.from<unknown>(contents()).set('p', { a: 1 }))],
  ['diff', (m) => [...m.diff(Hamt.from<unknown>(contents()).set('p', { a: 1 }))]],
  ['merge', (m) => m.merge(Hamt.from<unknown>({ p: { a: 1 } }))],
  ['merge with a resolver', (m) => m.merge(Hamt.from<unknown>({ p: { a: 2 } }), (_, a) => a)],
  [
    'mergeFrom',
    (m) => m.mergeFrom(Hamt.from<unknown>({ p: { a: 1 } }), Hamt.from<unknown>({ p: { a: 2 } }), (_, a) => a),
  ],
  ['map', (m) => m.map((v, k) => (k === 'p' ? { a: 1 } : v))],
  ['filter', (m) => m.filter((_, k) => k !== 'k2')],
  ['digest', (m) => m.digest()],
  ['prove', (m) => m.prove('p')],
  ['serialize', (m) => serialize([m])],
  ['iteration', (m) => show([...m])],
]

describe.each(actions)('where a Proxy cannot be told from an object, its trap %s', (action, act) => {
  const { isProxy } = platform
  beforeAll(() => void (platform.isProxy = cannotTell))
  afterAll(() => void (platform.isProxy = isProxy))

  test.each(readers)('during %s: no version changes', (_, use) => {
    for (const [, make] of states)
      for (const trap of ['ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor', 'get'] as const) {
        const subject = make()
        let run: (() => void) | undefined
        const handler: ProxyHandler<object> = {
          [trap](...args: unknown[]): unknown {
            const f = run
            run = undefined
            f?.()
            return Reflect.apply(Reflect[trap] as (...all: unknown[]) => unknown, undefined, args)
          },
        }
        const map = subject.map.set('p', new Proxy({ a: 1 }, handler))
        const kept = map.set('kept', [1])
        const model = new Map([...subject.model, ['p', { a: 1 }] as const])
        run = () => act(map)
        try {
          use(map)
        } catch (error) {
          expect(error).toBeInstanceOf(DisposedError)
          expect(action).toBe('disposes')
        }
        run = undefined
        if (action !== 'disposes') expectContents(map, model)
        expectContents(kept, new Map([...model, ['kept', [1]] as const]))
        expectUnchanged(subject)
      }
  })

  test('and throws when it is read later: the error says what it is, and other versions work', () => {
    const { proxy, revoke } = Proxy.revocable({ a: 1 }, {})
    const base = Hamt.from(contents())
    const map = base.set('p', proxy)
    revoke()
    for (const f of [() => map.digest(), () => serialize([map]), () => map.prove('k1')])
      expect(f).toThrow(/a value of this map cannot be read any more: it is a Proxy/)
    expect(map.get('k1')).toBe(contents().get('k1'))
    expectContents(map.delete('p'), contents())
    expectContents(base, contents())
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

describe('where a Proxy cannot be told from an object', () => {
  const { isProxy } = platform
  beforeEach(() => void (platform.isProxy = cannotTell))
  afterEach(() => void (platform.isProxy = isProxy))

  test.each<[string, (sibling: Record<string, unknown>) => void]>([
    ['a function', (sibling) => void Reflect.set(sibling, 'x', () => 1)],
    ['an object that is not frozen', (sibling) => void Reflect.set(sibling, 'x', { n: 1 })],
    [
      'a getter',
      (sibling) => void Reflect.defineProperty(sibling, 'x', { get: () => Math.random(), enumerable: true }),
    ],
    ['bytes', (sibling) => void Reflect.set(sibling, 'x', new Uint8Array(1))],
    ['undefined', (sibling) => void Reflect.set(sibling, 'x', undefined)],
  ])(
    'its trap puts %s into what was checked: that is refused, or copied, and the version stays',
    (_, change) => {
      for (const trap of [
        'preventExtensions',
        'ownKeys',
        'getOwnPropertyDescriptor',
        'isExtensible',
        'getPrototypeOf',
      ] as const)
        for (const large of [0, 300]) {
          const sibling: Record<string, unknown> = { x: 1 }
          const handler = {
            [trap]: (...a: unknown[]) => (
              change(sibling),
              (Reflect[trap] as (...a: unknown[]) => unknown)(...a)
            ),
          }
          const padding = Array.from({ length: large }, (_, i) => ({ i }))
          for (const value of [
            [new Proxy({ a: 1 }, handler), sibling, padding],
            [sibling, padding, new Proxy({ a: 1 }, handler)],
          ]) {
            let map: Hamt<unknown>
            try {
              map = Hamt.empty<unknown>().set('k', value)
            } catch (error) {
              expect(error).toBeInstanceOf(TypeError)
              continue
            }
            const before = show(map.get('k'))
            const digest = map.digest()
            if (typeof sibling['x'] === 'object' && !Object.isFrozen(sibling['x']))
              Object.assign(sibling['x']!, { n: 2 })
            expect(show(map.get('k'))).toBe(before)
            expect(deserialize(serialize([map]))[0]!.digest()).toEqual(digest)
            expect(show(deserialize(serialize([map]))[0]!.get('k'))).toBe(before)
          }
        }
    },
  )
})

test.each(states)('a refused key freezes nothing: %s', (_, make) => {
  const { map } = make()
  for (const key of [5, undefined, null, '\ud800', Symbol('s'), {}] as unknown as string[]) {
    const value = { deep: [{ a: 1 }] }
    for (const edit of [
      () => map.set(key, value),
      () => map.update(key, () => value),
      () => map.setMany([[key, value]]),
      () => map.asMutable().set(key, value),
      () => map.withMutations((d) => void d.set(key, value)),
      () => Hamt.from([[key, value]]),
    ])
      expect(edit).toThrow(TypeError)
    expect([value, value.deep, value.deep[0]].some(Object.isFrozen)).toBe(false)
  }
})
