// The map as its users see it: making, keys, editing, iterating, showing.
import { inspect } from 'node:util'
import fc from 'fast-check'
import { DisposedError, Hamt, openSnapshot, serialize, stats } from 'hamt-wasm'
import { text } from './support/values.js'

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
    const sums = { total: 0 }
    m.forEach(function (this: { total: number }, v) {
      this.total += v
    }, sums)
    expect(sums.total).toBe(1999000)
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
