// Values that a map holds, as its users see them: every kind, what is refused, codecs.
import fc from 'fast-check'
import { Hamt } from 'hamt-wasm'
import { value } from './support/values.js'

const sample = (): Hamt<number> => Hamt.from({ a: 1, b: 2, c: 3 })
const record = <V>(m: Hamt<V>): Record<string, V> => m.toJSON()

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
    [{ a: [undefined] }],
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
