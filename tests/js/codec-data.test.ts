// js/codec/data.ts, copy.ts and equal.ts: what is data, that it is frozen or copied as a whole or not at all,
// and equality.
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { encodeCbor } from '../../js/codec/codec.js'
import { copyData } from '../../js/codec/copy.js'
import { freezeData, PrivateCopy } from '../../js/codec/data.js'
import { sameData } from '../../js/codec/equal.js'
import { platform } from '../../js/codec/plain.js'
import { value } from './support/values.js'

const hex = (x: unknown): string => Buffer.from(encodeCbor(x)).toString('hex')

/** Every container in a value, byte arrays too. */
function containers(x: unknown, found = new Set<object>()): Set<object> {
  if (typeof x === 'object' && x !== null && !found.has(x)) {
    found.add(x)
    for (const inner of Object.values(Object.getOwnPropertyDescriptors(x))) containers(inner.value, found)
  }
  return found
}
const holdsBytes = (x: unknown): boolean => [...containers(x)].some((c) => c instanceof Uint8Array)
const anyFrozen = (x: unknown): boolean =>
  [...containers(x)].some((c) => Object.isFrozen(c) && Reflect.ownKeys(c).length > 0)

test('data is frozen in place on all levels, and keeps its bytes; what holds bytes is copied instead', () => {
  let copied = 0
  fc.assert(
    fc.property(value, (x) => {
      const before = hex(x)
      const data = freezeData(x, 'k')
      if (holdsBytes(x)) {
        ++copied
        expect(data).toBeInstanceOf(PrivateCopy)
        const copy = (data as PrivateCopy).value
        expect(copy).toStrictEqual(x)
        for (const c of containers(copy)) expect(containers(x).has(c)).toBe(false)
        expect(anyFrozen(x)).toBe(false)
      } else {
        expect(data).toBe(x)
        for (const c of containers(x)) expect(Object.isFrozen(c)).toBe(true)
      }
      expect(hex(x)).toBe(before)
    }),
    { numRuns: 2000 },
  )
  expect(copied).toBeGreaterThan(100)
})

test('a copy is equal, and shares and freezes nothing', () => {
  fc.assert(
    fc.property(value, (x) => {
      const copy = copyData(x)
      expect(copy).toStrictEqual(x)
      expect(hex(copy)).toBe(hex(x))
      for (const c of containers(copy)) expect(containers(x).has(c)).toBe(false)
      expect(anyFrozen(copy)).toBe(false)
    }),
    { numRuns: 1000 },
  )
})

class Point {
  x = 1
}
const cyclic: { self?: unknown } = {}
cyclic.self = [{ a: 1 }, cyclic]
const far: unknown[] = [1]
far[1] = { a: [far] }

test.each([
  ['undefined', { a: [{}, undefined] }, 'a[1]'],
  ['a hole', { a: [{}, , 1] }, 'a[1]'], // eslint-disable-line no-sparse-arrays
  ['a function', { list: [{ f: () => 1 }] }, 'list[0].f'],
  ['a symbol', { s: [Symbol('s')] }, 's[0]'],
  ['a property named by a symbol', { a: { [Symbol.iterator]: 1 } }, '(at a'],
  ['an instance of a class', [{}, new Point()], '[1]'],
  ['a Date', { at: { date: new Date(0) } }, 'at.date'],
  ['a Map', [[new Map()]], '[0][0]'],
  ['a Float64Array', { f: new Float64Array(1) }, '(at f'],
  ['a cycle', { inner: cyclic }, 'inner.self[1]'],
  ['a cycle through an array', far, '[1].a[0]'],
  ['a lone surrogate', { s: ['\ud800'] }, 's[0]'],
  ['a lone surrogate in a name', { ['\udc00']: 1 }, 'property name'],
  ['a getter', { a: { get b(): number { throw new Error('called') } } }, 'a.b'], // prettier-ignore
  ['a setter', { a: [Object.defineProperty({}, 'b', { set() {}, enumerable: true })] }, 'a[0].b'],
  ['a getter in an array', { a: Object.defineProperty([0], 0, { get: () => 1 }) }, 'a[0]'],
])('%s is refused with path and key, and nothing has been frozen', (_, x, where) => {
  const attempt = (): unknown => freezeData({ before: [{}], x, after: [{}] }, 'the "key"')
  expect(attempt).toThrow(TypeError)
  expect(() => freezeData(x, 'the "key"')).toThrow(where)
  expect(() => freezeData(x, 'the "key"')).toThrow(String.raw`under key "the \"key\""`)
  expect(anyFrozen(x)).toBe(false)
  expect(() => copyData(x)).toThrow(where)
  for (const bad of [undefined, () => 1, Symbol('x'), '\ud800', new Point()])
    expect(() => freezeData(bad, 'k')).toThrow('under key "k"')
})

test('what the encoder takes is data, and nothing else but getters', () => {
  const odd = fc.constantFrom<unknown>(undefined, new Date(0), Symbol('s'), () => 1, '\ud800', new Point())
  const { nearly } = fc.letrec((tie) => ({
    nearly: fc.oneof(
      { depthSize: 'small' },
      { arbitrary: value, weight: 8 },
      { arbitrary: odd, weight: 1 },
      { arbitrary: fc.array(tie('nearly'), { maxLength: 4 }), weight: 4 },
      { arbitrary: fc.dictionary(fc.string(), tie('nearly'), { maxKeys: 4 }), weight: 4 },
    ),
  }))
  const outcome = (f: () => unknown): string => {
    try {
      f()
      return 'taken'
    } catch (error) {
      return (error as Error).message.replace(/(, | \()under key "k"\)$/, (_, by) => (by === ', ' ? ')' : ''))
    }
  }
  fc.assert(
    fc.property(nearly, (x) => {
      // Refused alike; where several things are wrong, each may name another.
      const wanted = outcome(() => encodeCbor(x))
      expect(outcome(() => freezeData(x, 'k')) === 'taken').toBe(wanted === 'taken')
      expect(outcome(() => copyData(x)) === 'taken').toBe(wanted === 'taken')
    }),
    { numRuns: 3000 },
  )
})

test('a value that is frozen on its surface is walked', () => {
  const inner = [1]
  freezeData(Object.freeze({ a: Object.freeze([inner]) }), 'k')
  expect(Object.isFrozen(inner)).toBe(true)
  const mutable = Object.freeze({ a: Object.freeze([new Date(0)]) })
  expect(() => freezeData(mutable, 'k')).toThrow('a[0]')
})

test('plain objects of another realm or without a prototype are data', () => {
  const other = runInNewContext('({ a: [1, { b: 2 }], bytes: new Uint8Array([1, 2]) })') as { a: object }
  expect(freezeData(other.a, 'k')).toBe(other.a)
  expect(Object.isFrozen(other.a)).toBe(true)
  expect((freezeData(other, 'k') as PrivateCopy).value).toEqual({
    a: [1, { b: 2 }],
    bytes: Uint8Array.of(1, 2),
  })
  const bare = Object.assign(Object.create(null) as object, { a: 1 })
  expect(freezeData(bare, 'k')).toBe(bare)
})

test('names that an object inherits are not part of it', () => {
  const polluted = Object.prototype as { inherited?: unknown }
  polluted.inherited = () => 1
  try {
    expect(freezeData({ a: 1 }, 'k')).toEqual({ a: 1 })
    expect(Object.keys(copyData({ a: 1 }) as object)).toEqual(['a'])
    expect(hex({ a: 1 })).toBe('a1616101')
  } finally {
    delete polluted.inherited
  }
})

test('bytes are copied by their real content, wherever they lie', () => {
  class Lying extends Uint8Array {
    override get length(): number {
      return 1
    }
    static get [Symbol.species](): Uint8ArrayConstructor {
      throw new Error('species')
    }
  }
  const bytes = Buffer.from([1, 2, 3])
  for (const x of [bytes, new Lying([1, 2, 3])]) {
    const data = freezeData({ list: [x] }, 'k') as PrivateCopy
    expect(data.value).toEqual({ list: [Uint8Array.of(1, 2, 3)] })
    expect(hex({ x })).toBe('a1617843010203')
  }
  bytes.fill(0)
  expect((freezeData(Buffer.from([7]), 'k') as PrivateCopy).value).toEqual(Uint8Array.of(7))
})

const nested = (depth: number, inner: unknown = 1): unknown => {
  for (let i = 0; i < depth; ++i) inner = i % 2 ? [inner] : { inner }
  return inner
}

test('depth is an error before it is a stack overflow; width is none', () => {
  expect(() => freezeData(nested(100_000), 'k')).toThrow(/1000 levels.*…/)
  expect(() => copyData(nested(100_000))).toThrow(/1000 levels/)
  expect(() => sameData(nested(100_000), nested(100_000))).toThrow(TypeError)
  const deepest = nested(1000)
  expect(freezeData(deepest, 'k')).toBe(deepest)
  expect(sameData(deepest, nested(1000))).toBe(true)
  const wide = Object.fromEntries(Array.from({ length: 1_000_000 }, (_, i) => [`field ${i}`, i]))
  expect(freezeData(wide, 'k')).toBe(wide)
  expect(Object.isFrozen(wide)).toBe(true)
  const long = Array.from({ length: 1_000_000 }, () => [])
  expect(freezeData(long, 'k')).toBe(long)
  expect(Object.isFrozen(long[999_999])).toBe(true)
})

/** Calls `f` as where no Proxy can be told from an object: in browsers. */
function inBrowsers(f: () => void): void {
  const { isProxy } = platform
  platform.isProxy = () => false
  try {
    f()
  } finally {
    platform.isProxy = isProxy
  }
}

/** A value made of proxies that count how often a property is looked at. */
function counting<T extends object>(target: T, counter: { looks: number }): T {
  return new Proxy(target, {
    getOwnPropertyDescriptor(t, key) {
      ++counter.looks
      return Reflect.getOwnPropertyDescriptor(t, key)
    },
  })
}

test('a large value is walked once, alone and in others, small ones each time', () => {
  inBrowsers(() => {
    const counter = { looks: 0 }
    const large = counting(
      Array.from({ length: 10_000 }, (_, i) => i),
      counter,
    )
    freezeData(large, 'k')
    expect(counter.looks).toBeGreaterThanOrEqual(10_000)
    counter.looks = 0
    for (let i = 0; i < 10; ++i) freezeData({ i, large }, 'k')
    freezeData([large, [large], { large }], 'k')
    expect(counter.looks).toBeLessThan(2000)
  })
  // But not deeper than the limit allows, however little of it is walked again.
  const deep = nested(600, [...Array<number>(100).keys()])
  freezeData(deep, 'k')
  expect(() => freezeData(nested(600, deep), 'k')).toThrow(/1000 levels/)
})

test('parts that occur again and again are walked and copied once, and counted as often as they occur', () => {
  const doubled = (levels: number, leaf: unknown): unknown => {
    for (let i = 0; i < levels; ++i) leaf = [leaf, leaf]
    return leaf
  }
  const counter = { looks: 0 }
  const leaf = counting({ a: 1 }, counter)
  inBrowsers(() => freezeData(doubled(18, leaf), 'k'))
  expect(counter.looks).toBeLessThan(2000)
  expect(() => freezeData(doubled(900, { a: 1 }), 'k')).toThrow(/more than 16777216 parts/)
  const bytes = Uint8Array.of(1)
  expect(freezeData(doubled(18, bytes), 'k')).toBeInstanceOf(PrivateCopy)
})

test('a Proxy anywhere in a value: it is copied, nothing is frozen, and no trap runs later', () => {
  for (const wrap of [
    (x: unknown) => x,
    (x: unknown) => [x],
    (x: unknown) => ({ a: { b: [1, x] } }),
    (x: unknown) => nested(50, x),
    (x: unknown) => ({ bytes: new Uint8Array(2), x }),
    (x: unknown) => [...Array.from({ length: 500 }, (_, i) => i), x],
  ]) {
    const counter = { looks: 0 }
    const target = { p: [1, { q: 'text' }] }
    const value = wrap(counting(target, counter))
    const plain = wrap(structuredClone(target))
    const data = freezeData(value, 'k')
    expect(data).toBeInstanceOf(PrivateCopy)
    expect(anyFrozen(value)).toBe(false)
    const { looks } = counter
    expect(looks).toBeGreaterThan(0)
    expect((data as PrivateCopy).value).toEqual(plain)
    expect(counter.looks).toBe(looks)
  }
  const { proxy, revoke } = Proxy.revocable([1], {})
  revoke()
  expect(() => freezeData([proxy], 'k')).toThrow(TypeError)
})

test('an array with properties that its encoding would lose is refused, small, large and beside bytes', () => {
  const match = 'abc'.match(/b/)
  for (const odd of [
    match,
    Object.assign([1], { meta: { n: 1 } }),
    Object.assign(Array(200).fill(1), { a: 1 }),
  ])
    for (const value of [odd, { odd }, [new Uint8Array(1), odd]]) {
      expect(() => freezeData(value, 'k')).toThrow(/an array with named properties.*under key "k"/)
      expect(() => copyData(value)).toThrow(/an array with named properties/)
      expect(() => encodeCbor(value)).toThrow(/an array with named properties/)
      expect(anyFrozen(value)).toBe(false)
    }
})

test('an object whose prototype is a Proxy is no plain object', () => {
  const root = new Proxy(Object.create(null) as object, {})
  const value = Object.assign(Object.create(root) as object, { a: 1 })
  expect(() => freezeData({ value }, 'k')).toThrow(/at value, under key "k"/)
  expect(() => encodeCbor(value)).toThrow(TypeError)
})

test('where a Proxy cannot be told, one that refuses to be frozen is copied', () =>
  inBrowsers(() => {
    const refusing = new Proxy(
      { a: [1] },
      {
        preventExtensions: () => false,
      },
    )
    const data = freezeData({ refusing }, 'k') as PrivateCopy
    expect(data.value).toEqual({ refusing: { a: [1] } })
    const throwing = new Proxy([1, 2], {
      defineProperty() {
        throw new TypeError('frozen by nobody')
      },
    })
    expect((freezeData(throwing, 'k') as PrivateCopy).value).toEqual([1, 2])
  }))

test('a trap that freezes other values meanwhile does no harm', () => {
  const x = new Proxy(
    { a: [1], b: [2] },
    {
      getOwnPropertyDescriptor(t, key) {
        freezeData({ other: ['value', { of: 'this kind' }] }, 'j')
        return Reflect.getOwnPropertyDescriptor(t, key)
      },
    },
  )
  expect((freezeData(x, 'k') as PrivateCopy).value).toEqual({ a: [1], b: [2] })
  inBrowsers(() => expect(freezeData(x, 'k')).toBe(x))
  expect(Object.isFrozen(x.a)).toBe(true)
})

/**
 * A value, and one that is equal or nearly: properties in another order, numbers of another kind, a part left
 * out.
 */
const small: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  small: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<unknown>(
      0,
      -0,
      1,
      0n,
      1n,
      -1n,
      NaN,
      null,
      true,
      false,
      '',
      '0',
      'a',
      1.5,
      2 ** 60,
      2n ** 60n,
    ),
    fc.constantFrom<number[]>([], [0], [1, 2]).map((b) => Uint8Array.from(b)),
    fc.array(tie('small'), { maxLength: 3 }),
    fc.uniqueArray(fc.constantFrom('a', 'b', '0', '__proto__', 'é'), { maxLength: 3 }).chain((names) =>
      fc.tuple(...names.map(() => tie('small'))).map((values) => {
        const object = {}
        names.forEach((name, i) => {
          const property = { value: values[i], enumerable: true, writable: true, configurable: true }
          Object.defineProperty(object, name, property)
        })
        return object
      }),
    ),
  ),
})).small

test('data is equal exactly when its bytes are', () => {
  let equal = 0
  const check = (a: unknown, b: unknown): void => {
    const wanted = hex(a) === hex(b)
    if (wanted) ++equal
    expect(sameData(a, b)).toBe(wanted)
    expect(sameData(b, a)).toBe(wanted)
  }
  fc.assert(
    fc.property(small, small, (a, b) => check(a, b)),
    { numRuns: 10_000 },
  )
  fc.assert(
    fc.property(value, fc.nat(), (x, seed) => {
      check(x, reordered(x, seed))
      check(x, copyData(x))
    }),
    { numRuns: 2000 },
  )
  expect(equal).toBeGreaterThan(3000)
})

function reordered(x: unknown, seed: number): unknown {
  if (typeof x !== 'object' || x === null || x instanceof Uint8Array) return x
  if (Array.isArray(x)) return x.map((item) => reordered(item, seed))
  const entries = Object.entries(x).map(([name, inner]) => [name, reordered(inner, seed)] as const)
  const cut = entries.length > 0 ? seed % entries.length : 0
  return Object.fromEntries([...entries.slice(cut), ...entries.slice(0, cut)])
}

describe('values with shared parts', () => {
  /**
   * An array or object of `last` under `levels` levels, each of which holds the next one twice; counts reads
   * of its parts.
   */
  function shared(
    last: unknown,
    levels: number,
    make: (part: unknown) => object,
    count: () => void,
  ): unknown {
    let value = last
    for (let i = 0; i < levels; ++i) {
      value = new Proxy(make(value), {
        get(target, name) {
          count()
          return Reflect.get(target, name) as unknown
        },
      })
    }
    return value
  }
  const makers: [string, (part: unknown) => object][] = [
    ['arrays', (part) => [part, part]],
    ['objects', (part) => ({ a: part, b: part })],
    ['both', (part) => ({ a: [part, 1, [part]] })],
    ['wide arrays', (part) => [...Array.from({ length: 50 }, (_, i) => i), part, part]],
  ]

  test.each(makers)('are compared in steps that grow with their distinct parts: %s', (_, make) => {
    const levels = 300
    let left = 30 * levels * 54
    const of = (last: unknown): unknown =>
      shared(last, levels, make, () => {
        if (--left < 0) throw new Error('too many steps')
      })
    const [a, b] = [of([1]), of([1])]
    expect(sameData(a, b)).toBe(true)
    expect(sameData([a, b, a], [b, a, b])).toBe(true)
    expect(sameData([a, b, a, 1], [b, b, a, 2])).toBe(false)
    expect(sameData(a, of([2]))).toBe(false)
    expect(sameData([a, a], [b, of([2])])).toBe(false)
  })

  test('of any shape are equal exactly when their bytes are', () => {
    // Each container of a list holds any of those before it.
    const shape = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat(3)), { minLength: 1, maxLength: 18 })
    const built = (of: readonly (readonly number[])[], change: number): object => {
      const list: object[] = [[]]
      of.forEach(([a = 0, b = 0, c = 0, kind], i) => {
        const [x, y, z] = [a, b, c].map((n) => list[list.length - 1 - (n % Math.min(2, list.length))])
        const leaf = i === change ? -1 : 0
        list.push(kind === 0 ? { x, y } : kind === 1 ? [x, y, z] : kind === 2 ? { x, leaf } : [leaf, [y, z]])
      })
      return list.at(-1)!
    }
    fc.assert(
      fc.property(shape, fc.nat(40), (of, change) => {
        const [a, b, c] = [built(of, -1), built(of, -1), built(of, change)]
        const differs = !Buffer.from(encodeCbor(a)).equals(encodeCbor(c))
        return sameData(a, b) && sameData(a, c) !== differs && sameData([a, c], [c, a]) !== differs
      }),
      { numRuns: 60 },
    )
  })
})

test('what is not data is equal to nothing', () => {
  for (const odd of [undefined, () => 1, Symbol('s')]) {
    expect(() => sameData({ a: odd }, { a: odd })).toThrow(TypeError)
    expect(sameData({ a: odd }, {})).toBe(false)
  }
  expect(sameData(Uint8Array.of(1), { 0: 1 })).toBe(false)
  expect(sameData([1], { 0: 1 })).toBe(false)
  expect(sameData({ a: 1 }, { b: 1 })).toBe(false)
  expect(sameData(Uint8Array.of(1), runInNewContext('new Uint8Array([1])'))).toBe(true)
})
