// The map as its users see it: every method, keys, values, errors.
import { execFileSync } from 'node:child_process'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { DisposedError, Hamt, openSnapshot, serialize, stats } from 'hamt-wasm'
import { text, value } from './support/values.js'

const sample = (): Hamt<number> => Hamt.from({ a: 1, b: 2, c: 3 })
const record = <V>(m: Hamt<V>): Record<string, V> => m.toJSON()

describe('making', () => {
  test('an empty map', () => {
    const m = Hamt.empty<number>()
    expect([m.size, m.get('a'), m.has('a'), [...m]]).toEqual([0, undefined, false, []])
    expect(m.delete('a')).toBe(m)
  })

  test.each([
    [
      'pairs',
      [
        ['a', 1],
        ['b', 2],
        ['a', 3],
      ] as [string, number][],
    ],
    [
      'a Map',
      new Map([
        ['a', 3],
        ['b', 2],
      ]),
    ],
    ['an object', { a: 3, b: 2 }],
    [
      'a generator',
      (function* () {
        yield ['b', 2] as const
        yield ['a', 3] as const
      })(),
    ],
    ['a map', Hamt.from({ a: 3, b: 2 })],
  ])('from %s', (_, entries) => {
    expect(record(Hamt.from(entries as Iterable<[string, number]>))).toEqual({ a: 3, b: 2 })
  })

  test.each([
    [null, 'null'],
    [undefined, 'undefined'],
    [5, 'number'],
    ['text', 'string'],
    [[1], 'number'],
    [[['a', 1], null], 'null'],
    [[[1, 1]], 'key'],
    [[['a', undefined]], 'undefined'],
    [{ a: undefined }, 'undefined'],
    [[['\ud800', 1]], 'surrogate'],
  ])('from %p is refused by name and leaves nothing behind', (entries, name) => {
    const before = stats()
    expect(() => Hamt.from(entries as never)).toThrow(TypeError)
    expect(() => Hamt.from(entries as never)).toThrow(name)
    expect(stats()).toEqual(before)
  })

  test('from many entries, in one go or one by one, is the same map', () => {
    const entries = Array.from({ length: 5000 }, (_, i): [string, number] => [`key ${i}`, i])
    let m = Hamt.empty<number>()
    for (const [k, v] of entries) m = m.set(k, v)
    const n = Hamt.from(entries)
    expect(n.size).toBe(5000)
    expect(n.equals(m)).toBe(true)
    expect([...n]).toEqual([...m])
    expect(new Map(n)).toEqual(new Map(entries))
  })

  test('from an iterable that throws passes the error on, closes the iterator, and leaves nothing behind', () => {
    const before = stats()
    let closed = 0
    const entries = {
      *[Symbol.iterator](): Generator<[string, number]> {
        try {
          for (let i = 0; ; ++i) {
            if (i === 3000) throw new URIError('mine')
            yield [`k${i}`, i]
          }
        } finally {
          ++closed
        }
      },
    }
    expect(() => Hamt.from(entries)).toThrow(URIError)
    expect(() =>
      Hamt.from([
        ['a', 1],
        ['b', Symbol()],
      ] as never),
    ).toThrow(TypeError)
    expect(closed).toBe(1)
    expect(stats()).toEqual(before)
  })
})

describe('keys', () => {
  test.each([
    [''],
    ['__proto__'],
    ['constructor'],
    ['😀👩‍👩‍👧'],
    ['\ufeffbom'],
    ['\0'],
    ['x'.repeat(10_000)],
    ['é'.repeat(10_000)],
    ['x'.repeat(79) + 'é'],
    ['x'.repeat(200_000)],
    ['漢'.repeat(200_000)],
  ])('%.20p', (key) => {
    const m = Hamt.empty<number>().set(key, 1).set('other', 2)
    expect([m.size, m.get(key), m.has(key), m.get('other')]).toEqual([2, 1, true, 2])
    expect([...m.keys()].sort()).toEqual([key, 'other'].sort())
    expect(Object.keys(m.toJSON()).sort()).toEqual([key, 'other'].sort())
    expect(m.delete(key).has(key)).toBe(false)
    const n = Hamt.from([[key, 5]])
    expect(n.get(key)).toBe(5)
    expect(n.set(key, 6).set(key, 7).get(key)).toBe(7)
  })

  test.each([
    ['\ud800'],
    ['a\udc00b'],
    ['\udc00\ud800'],
    ['x'.repeat(100) + '\ud83d'],
    [1],
    [null],
    [undefined],
    [{}],
    [Symbol('k')],
    [['a']],
  ])('%p is refused by every method that takes a key', (key) => {
    const bad = key as string
    for (const m of [
      Hamt.empty<number>(),
      sample(),
      sample().set('d', 4),
      sample().set('d', 4).set('e', 5),
    ]) {
      expect(() => m.get(bad)).toThrow(TypeError)
      expect(() => m.has(bad)).toThrow(TypeError)
      expect(() => m.set(bad, 1)).toThrow(TypeError)
      expect(() => m.delete(bad)).toThrow(TypeError)
      expect(() => m.update(bad, () => 1)).toThrow(TypeError)
      m.withMutations((d) => {
        expect(() => d.get(bad)).toThrow(TypeError)
        expect(() => d.has(bad)).toThrow(TypeError)
        expect(() => d.set(bad, 1)).toThrow(TypeError)
        expect(() => d.delete(bad)).toThrow(TypeError)
      })
    }
  })

  test('any well-formed strings', () => {
    fc.assert(
      fc.property(fc.uniqueArray(text, { maxLength: 60 }), (keys) => {
        const m = Hamt.from(keys.map((k, i): [string, number] => [k, i]))
        expect(m.size).toBe(keys.length)
        keys.forEach((k, i) => expect(m.get(k)).toBe(i))
        expect([...m.keys()].sort()).toEqual([...keys].sort())
      }),
    )
  })
})

const holdsBytes = (x: unknown): boolean =>
  x instanceof Uint8Array || (typeof x === 'object' && x !== null && Object.values(x).some(holdsBytes))

describe('values', () => {
  test('every value comes back equal, and an object as itself', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 8 }), (values) => {
        let m = Hamt.empty<unknown>()
        values.forEach((x, i) => (m = m.set(`k${i}`, x)))
        const n = Hamt.from(values.map((x, i): [string, unknown] => [`k${i}`, x]))
        expect(m.equals(n)).toBe(true)
        for (const map of [m, n, n.set('more', 1), m.withMutations((d) => d.set('k0', values[0]))]) {
          values.forEach((x, i) => expect(map.get(`k${i}`)).toStrictEqual(x))
        }
        expect(n.toJSON()).toStrictEqual(Object.fromEntries(values.map((x, i) => [`k${i}`, x])))
        const [first] = values
        expect(n.get('k0') === n.get('k0')).toBe(!holdsBytes(first) && !Number.isNaN(first))
        // Setting what is there changes nothing.
        values.forEach((x, i) => expect(n.set(`k${i}`, x)).toBe(n))
      }),
      { numRuns: 300 },
    )
  })

  test('-0, NaN and bigints keep what they are', () => {
    const m = Hamt.from<unknown>({ z: -0, nan: NaN, one: 1n, n: 1 })
    expect(Object.is(m.get('z'), -0)).toBe(true)
    expect(m.get('nan')).toBeNaN()
    expect(m.get('one')).toBe(1n)
    expect(m.set('z', 0)).not.toBe(m)
    expect(m.set('n', 1n)).not.toBe(m)
    expect(m.set('nan', NaN)).toBe(m)
  })

  test.each([
    [undefined],
    [() => 1],
    [Symbol('v')],
    [new Date(0)],
    [new Map()],
    [{ a: undefined }],
    ['\ud800'],
  ])('%p is refused everywhere, and nothing has changed', (bad) => {
    const m = sample() as Hamt<unknown>
    const n = m.set('d', 4).set('e', 5).set('f', 6).set('g', 7).set('h', 8)
    for (const map of [m, n]) {
      const before = record(map)
      expect(() => map.set('a', bad)).toThrow(TypeError)
      expect(() => map.map(() => bad)).toThrow(TypeError)
      expect(() => map.withMutations((d) => d.set('a', 9).set('b', bad))).toThrow(TypeError)
      if (bad !== undefined) expect(() => map.update('a', () => bad)).toThrow(TypeError)
      expect(record(map)).toEqual(before)
    }
  })

  test('a proxy may use the map while its value is being read', () => {
    let m = Hamt.from<unknown>({ a: 1 })
    const seen: unknown[] = []
    const nosy = (): unknown =>
      new Proxy(
        { x: 7 },
        {
          ownKeys(target) {
            m = m.set('b', 'x'.repeat(100))
            seen.push(m.get('a'), Hamt.from({ q: [1, { r: 2 }] }).get('q'))
            return Reflect.ownKeys(target)
          },
        },
      )
    const n = m.set('c', nosy())
    expect(n.toJSON()).toEqual({ a: 1, c: { x: 7 } })
    expect(m.toJSON()).toEqual({ a: 1, b: 'x'.repeat(100) })
    expect(seen.slice(0, 2)).toEqual([1, [1, { r: 2 }]])
    expect(
      Hamt.from([
        ['p', nosy()],
        ['q', nosy()],
      ]).toJSON(),
    ).toEqual({ p: { x: 7 }, q: { x: 7 } })
  })
})

describe('editing', () => {
  test('set and delete leave the version that they were called on as it is', () => {
    const a = sample()
    const b = a.set('d', 4)
    const c = b.set('a', 10)
    const d = c.delete('b')
    expect([a, b, c, d].map(record)).toEqual([
      { a: 1, b: 2, c: 3 },
      { a: 1, b: 2, c: 3, d: 4 },
      { a: 10, b: 2, c: 3, d: 4 },
      { a: 10, c: 3, d: 4 },
    ])
    expect([a.size, b.size, c.size, d.size]).toEqual([3, 4, 4, 3])
  })

  test('what changes nothing gives the same object', () => {
    for (const m of [
      sample(),
      sample().set('x', 1),
      sample().set('x', 1).set('y', 2).set('z', 3).set('u', 4).set('v', 5),
    ]) {
      expect(m.set('a', 1)).toBe(m)
      expect(m.delete('nope')).toBe(m)
      expect(m.update('a', (x) => x)).toBe(m)
      expect(m.update('nope', () => undefined)).toBe(m)
      expect(m.withMutations(() => {})).toBe(m)
      expect(m.withMutations((d) => d.set('q', 1).delete('q'))).toBe(m)
      expect(m.filter(() => true)).toBe(m)
      expect(m.map((x) => x)).toBe(m)
      expect(m.merge(m)).toBe(m)
      expect(m.merge(Hamt.from(m))).toBe(m)
      expect(m.merge(Hamt.empty())).toBe(m)
      expect(m.mergeFrom(m, m, () => 0)).toBe(m)
    }
  })

  test('update', () => {
    const m = sample()
    expect(m.update('a', (x) => x! + 1).get('a')).toBe(2)
    expect(m.update('new', (x) => (x === undefined ? 5 : 6)).get('new')).toBe(5)
    expect(m.update('a', () => undefined).has('a')).toBe(false)
    expect(() =>
      m.update('a', () => {
        throw new URIError('mine')
      }),
    ).toThrow(URIError)
  })

  test('merge', () => {
    const a = Hamt.from({ a: 1, b: 2, same: 0 })
    const b = Hamt.from({ b: 3, c: 4, same: 0 })
    const asked: unknown[] = []
    expect(record(a.merge(b))).toEqual({ a: 1, b: 3, c: 4, same: 0 })
    expect(
      record(
        a.merge(b, (...args) => {
          asked.push(args)
          return args[1] + args[2]
        }),
      ),
    ).toEqual({ a: 1, b: 5, c: 4, same: 0 })
    expect(asked).toEqual([['b', 2, 3]])
    expect(record(a.merge(b, () => undefined))).toEqual({ a: 1, c: 4, same: 0 })
    expect(() => a.merge(5 as never)).toThrow(TypeError)
    expect(() =>
      a.merge(b, () => {
        throw new URIError('mine')
      }),
    ).toThrow(URIError)
  })

  test('mergeFrom asks only where both changed a key differently', () => {
    const base = Hamt.from({ both: 0, ours: 0, theirs: 0, alike: 0, gone: 0, kept: 0 })
    const ours = base.set('both', 1).set('ours', 1).set('alike', 9).delete('gone').set('new', 1)
    const theirs = base.set('both', 2).set('theirs', 2).set('alike', 9).set('gone', 2).set('new', 2)
    const asked: unknown[] = []
    const merged = ours.mergeFrom(base, theirs, (key, a, b, from) => {
      asked.push([key, a, b, from])
      return key === 'new' ? undefined : 100
    })
    expect(asked.sort()).toEqual([
      ['both', 1, 2, 0],
      ['gone', undefined, 2, 0],
      ['new', 1, 2, undefined],
    ])
    expect(record(merged)).toEqual({ both: 100, ours: 1, theirs: 2, alike: 9, gone: 100, kept: 0 })
  })

  test('merges of random relatives and strangers agree with a model', () => {
    const map = fc.dictionary(
      fc.integer({ min: 0, max: 30 }).map((i) => `k${i}`),
      fc.integer({ min: 0, max: 3 }),
    )
    fc.assert(
      fc.property(map, map, map, (x, y, z) => {
        const [a, b, base] = [Hamt.from(x), Hamt.from(y), Hamt.from(z)]
        expect(record(a.merge(b))).toEqual({ ...x, ...y })
        const sum: Record<string, number> = { ...x, ...y }
        for (const k of Object.keys(x)) if (k in y && x[k] !== y[k]) sum[k] = 10 * x[k]! + y[k]!
        expect(record(a.merge(b, (_, ours, theirs) => 10 * ours + theirs))).toEqual(sum)

        const three: Record<string, number> = {}
        for (const k of new Set([...Object.keys(x), ...Object.keys(y), ...Object.keys(z)])) {
          const v =
            x[k] === y[k] || y[k] === z[k] ? x[k] : x[k] === z[k] ? y[k] : 100 + (x[k] ?? 10) + (y[k] ?? 10)
          if (v !== undefined) three[k] = v
        }
        expect(record(a.mergeFrom(base, b, (_, o, t) => 100 + (o ?? 10) + (t ?? 10)))).toEqual(three)

        const changes = [...a.diff(b)]
        const keys = [...new Set([...Object.keys(x), ...Object.keys(y)])].filter((k) => x[k] !== y[k])
        expect(changes.map((c) => [c.key, c.before, c.after]).sort()).toEqual(
          keys.map((k) => [k, x[k], y[k]]).sort(),
        )
        expect(a.equals(b)).toBe(keys.length === 0)
      }),
      { numRuns: 300 },
    )
  })

  test('withMutations', () => {
    const m = sample()
    const n = m.withMutations((d) => {
      expect(d.set('a', 10)).toBe(d)
      expect(d.delete('b').delete('b')).toBe(d)
      d.set('big', 5)
      expect([d.size, d.get('a'), d.get('b'), d.has('c'), d.has('b')]).toEqual([
        3,
        10,
        undefined,
        true,
        false,
      ])
      expect(record(m)).toEqual({ a: 1, b: 2, c: 3 })
    })
    expect(record(n)).toEqual({ a: 10, c: 3, big: 5 })
    let escaped!: { set(k: string, v: number): unknown; size: number }
    m.withMutations((d) => void (escaped = d))
    expect(() => escaped.set('a', 1)).toThrow(/withMutations/)
    expect(() => escaped.size).toThrow(/withMutations/)
    expect(() =>
      m.withMutations((d) => {
        d.set('a', 5)
        throw new URIError('mine')
      }),
    ).toThrow(URIError)
    expect(record(m)).toEqual({ a: 1, b: 2, c: 3 })
  })

  test('filter, map, reduce, forEach', () => {
    const m = Hamt.from(Array.from({ length: 2000 }, (_, i): [string, number] => [`k${i}`, i]))
    expect(m.filter((v) => v % 2).size).toBe(1000)
    expect([...m.filter((_, k) => k === 'k7')]).toEqual([['k7', 7]])
    expect(m.filter(() => false).equals(Hamt.empty())).toBe(true)
    const texts: Hamt<string> = m.map((v, k) => `${k}=${v}`)
    expect([texts.size, texts.get('k5')]).toEqual([2000, 'k5=5'])
    expect(m.reduce((sum, v) => sum + v, 0)).toBe(1999000)
    const seen = new Map<string, number>()
    m.forEach((v, k, map) => {
      expect(map).toBe(m)
      seen.set(k, v)
    })
    expect(seen).toEqual(new Map(m))
  })
})

describe('iterating', () => {
  const many = Hamt.from(
    Array.from({ length: 3000 }, (_, i): [string, { i: number }] => [`😀 key ${i}`, { i }]),
  )

  test('keys, values and entries agree, and equal maps have the same order', () => {
    const keys = [...many.keys()]
    expect(new Set(keys).size).toBe(3000)
    expect([...many.values()]).toEqual(keys.map((k) => many.get(k)))
    expect([...many.entries()]).toEqual(keys.map((k) => [k, many.get(k)]))
    const again = Hamt.from([...many].reverse())
    expect([...again.keys()]).toEqual(keys)
  })

  test('an iterator goes on with its own version, whatever happens to the map', () => {
    let m = Hamt.from(Array.from({ length: 1000 }, (_, i): [string, number] => [`k${i}`, i]))
      .set('x', 1)
      .set('y', 2)
      .set('z', 3)
      .set('u', 4)
      .set('v', 5)
    const expected = [...m]
    const seen: [string, number][] = []
    for (const entry of m) {
      seen.push(entry)
      m = m.set(entry[0], -1).delete('x')
      if (seen.length === 200) m.dispose()
      if (seen.length === 200) m = Hamt.empty()
    }
    expect(seen).toEqual(expected)
    // Disposed while it is walked, with nothing else to keep it alive.
    const n = Hamt.from(Array.from({ length: 1000 }, (_, i): [string, number] => [`k${i}`, i]))
    const it = n[Symbol.iterator]()
    it.next()
    n.dispose()
    expect([...it].length).toBe(999)
    expect(() => n.entries()).toThrow(DisposedError)
    const [first, second] = [Hamt.from(expected), Hamt.from(expected).map((v) => v + 1)]
    const changes = first.diff(second)
    first.dispose()
    second.dispose()
    expect([...changes].length).toBe(expected.length)
  })

  test('an iterator that was left starts nothing again; iterators are iterable', () => {
    const it = many.keys()
    for (const _ of it) break
    expect([...it]).toEqual([])
    expect(it.next()).toEqual({ value: undefined, done: true })
    expect(it[Symbol.iterator]()).toBe(it)
    const d = many.diff(Hamt.empty())
    for (const _ of d) break
    expect([...d]).toEqual([])
  })

  test('values of many sizes cross in batches', () => {
    const big = Hamt.from(
      Array.from({ length: 50 }, (_, i): [string, Uint8Array] => [
        `k${i}`,
        new Uint8Array(i * 20_000).fill(i),
      ]),
    )
    for (const [k, v] of big) expect(Buffer.compare(v, big.get(k)!)).toBe(0)
    expect([...big.values()].reduce((sum, v) => sum + v.length, 0)).toBe((49 * 50 * 20_000) / 2)
  })
})

describe('showing', () => {
  test('classes keep their names in the minified package', () => {
    const made = [
      Hamt.empty(),
      openSnapshot(serialize([Hamt.empty()])),
      openSnapshot(serialize([Hamt.empty()])).at(0),
    ]
    expect(made.map((object) => object.constructor.name)).toEqual(['Hamt', 'OpenedSnapshot', 'OpenedVersion'])
    Hamt.empty<number>().withMutations((draft) => expect(draft.constructor.name).toBe('Draft'))
  })

  test('toString, toJSON, inspect', () => {
    const m = Hamt.from({ hello: 42 })
    expect(String(m)).toBe('Hamt(1)')
    expect(JSON.stringify(m)).toBe('{"hello":42}')
    expect(inspect(m)).toBe("Hamt(1) { 'hello' => 42 }")
    expect(inspect(Hamt.empty())).toBe('Hamt(0) {}')
    expect(inspect({ a: { b: { c: { m } } } })).toContain('[Object]')
    expect(inspect([[[m]]])).toBe('[ [ [ [Hamt(1)] ] ] ]')
    const many = Hamt.from(Array.from({ length: 150 }, (_, i): [string, number] => [`k${i}`, i]))
    expect(inspect(many)).toMatch(/^Hamt\(150\) \{[^]*… 50 more \}$/)
    const proto = Hamt.from([['__proto__', 1]])
    expect(Object.getOwnPropertyNames(proto.toJSON())).toEqual(['__proto__'])
    m.dispose()
    expect(inspect(m)).toContain('disposed')
  })
})

describe('disposing', () => {
  test('frees at once, can be repeated, and every use afterwards says so', () => {
    const before = stats().maps
    const m = Hamt.from({ a: 1 })
    m.digest() // needs a trie
    expect(stats().maps).toBe(before + 1)
    m.dispose()
    m.dispose()
    expect(stats().maps).toBe(before)
    const other = sample()
    const uses: (() => unknown)[] = [
      () => m.get('a'),
      () => m.has('a'),
      () => m.set('a', 1),
      () => m.delete('a'),
      () => m.update('a', () => 1),
      () => m.merge(other),
      () => other.merge(m),
      () => m.mergeFrom(other, other, () => 1),
      () => other.mergeFrom(m, other, () => 1),
      () => m.withMutations(() => {}),
      () => m.filter(() => true),
      () => m.map(() => 1),
      () => m.reduce(() => 1, 0),
      () => m.forEach(() => {}),
      () => m.keys(),
      () => m.values(),
      () => m.entries(),
      () => [...m],
      () => m.equals(other),
      () => other.equals(m),
      () => m.diff(other),
      () => other.diff(m),
      () => m.digest(),
      () => m.prove('a'),
      () => m.toJSON(),
    ]
    for (const use of uses) expect(use).toThrow(DisposedError)
    expect(m.size).toBe(1)
    expect(String(m)).toBe('Hamt(1)')
  })

  test('Symbol.dispose is dispose', () => {
    // In a process of its own: Jest's sandbox does not know the symbol.
    const program = `
      import { Hamt, stats } from 'hamt-wasm'
      const m = Hamt.from({ a: 1 })
      m[Symbol.dispose]()
      try { m.get('a') } catch (error) { console.log(error.name, stats().maps) }`
    const said = execFileSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', program], {
      encoding: 'utf8',
    })
    expect(said.trim()).toBe('DisposedError 0')
  })

  test('disposing one version leaves its relatives alone, in every order', () => {
    const before = stats()
    for (let order = 0; order < 24; ++order) {
      const base = sample()
      if (order % 2) base.digest() // in wasm
      const versions = [base, base.set('d', 4)]
      for (let i = 0; i < 8; ++i) versions.push(versions.at(-1)!.set(`x${i}`, i))
      versions.push(base.set('e', 5), versions[4]!.set('f', 6))
      versions[3]!.get('a')
      const expected = versions.map(record)
      const left = new Set(versions.keys())
      for (let i = 0; i < versions.length; ++i) {
        const pick = [...left][(order * 7 + i * (order + 3)) % left.size]!
        left.delete(pick)
        versions[pick]!.dispose()
        for (const j of left) expect(record(versions[j]!)).toEqual(expected[j])
      }
      // Everything that was made has been disposed.
      expect(stats().maps).toBe(before.maps)
    }
    expect(stats().nodes).toBe(before.nodes)
  })
})

describe('codecs', () => {
  const json = {
    encode: (x: unknown) => new TextEncoder().encode(JSON.stringify(x)),
    decode: (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes)),
  }

  test('replace CBOR everywhere', () => {
    const m = Hamt.empty<unknown>({ codec: json })
      .set('a', { b: [1] })
      .set('c', 'text')
      .set('a', 2)
      .set('d', 1)
      .set('e', 5)
      .set('f', 6)
    expect(m.toJSON()).toEqual({ a: 2, c: 'text', d: 1, e: 5, f: 6 })
    const n = Hamt.from<unknown>({ a: { b: 1 } }, { codec: json })
    expect(n.set('a', { b: 1 })).toBe(n)
    expect(n.withMutations((d) => d.set('x', [1])).get('x')).toEqual([1])
    expect([...n.diff(m)].find((c) => c.key === 'a')).toEqual({ key: 'a', before: { b: 1 }, after: 2 })
    expect(n.merge(m).get('a')).toBe(2)
    expect(() => n.merge(Hamt.empty())).toThrow(/codec/)
    expect(() => n.set('a', undefined)).toThrow(TypeError)
  })

  test('may reuse their bytes, give empty ones, throw, and use maps', () => {
    const shared = new Uint8Array(1)
    const reusing = {
      encode: (x: number) => (x === 0 ? shared.subarray(0, 0) : (shared.fill(x), shared)),
      decode: (bytes: Uint8Array) => {
        const x = bytes[0] ?? 0
        bytes.fill(99)
        if (x === 13) throw new URIError('mine')
        return x
      },
    }
    const base = Hamt.from({ a: 1 }, { codec: reusing })
    const versions = [base.set('a', 2), base.set('a', 0), base.set('b', 3), base]
    expect(versions.map((m) => [m.get('a'), m.get('b')])).toEqual([
      [2, undefined],
      [0, undefined],
      [1, 3],
      [1, undefined],
    ])
    expect(versions.map((m) => [m.get('a'), m.get('b')])).toEqual([
      [2, undefined],
      [0, undefined],
      [1, 3],
      [1, undefined],
    ])
    expect([...versions[2]!.values()].sort()).toEqual([1, 3])
    expect([...versions[1]!].length).toBe(1)
    expect(() => base.set('x', 13).get('x')).toThrow(URIError)
    expect(() => Hamt.empty({ codec: { encode: () => 'no' } as never }).set('a', 1)).toThrow(
      /function|Uint8Array/,
    )
    expect(() => Hamt.empty({ codec: { encode: () => 'no', decode: () => 1 } as never }).set('a', 1)).toThrow(
      /Uint8Array/,
    )
    expect(() => Hamt.from({}, { codec: 5 as never })).toThrow(TypeError)
  })
})
