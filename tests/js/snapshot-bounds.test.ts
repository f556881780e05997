// Bounds of reading snapshots under hostile bytes, options and objects: every step is bounded, and nothing is
// taken for something else.
import { jest } from '@jest/globals'
import { runInNewContext } from 'node:vm'
import { applyDelta, deserialize, Hamt, openSnapshot, readMeta, serialize, serializeDelta, SnapshotError } from 'hamt-wasm' // prettier-ignore
import { Column } from '../../js/snapshot/columns.js'
import { packHexadecimal, unpackHexadecimal } from '../../js/snapshot/hexadecimal.js'
import { VersionTree } from '../../js/snapshot/version-tree.js'
import { SnapshotView } from '../../js/snapshot/view.js'
import { encode } from '../vectors/snapshots/generate.mjs'

const utf8 = (text: string): number[] => [...new TextEncoder().encode(text)]
const codeOf = (f: () => unknown): string => {
  try {
    f()
  } catch (error) {
    if (error instanceof SnapshotError) return error.code
    throw error
  }
  return 'nothing'
}
const sample = (): Hamt<number>[] => {
  const a = Hamt.from({ alice: 1, bob: 2 })
  return [a, a.set('bob', 3)]
}

// --- steps -----------------------------------------------------------------------------------------

/** How often numbers of columns were read, and bases climbed, meanwhile. */
function stepsOf(f: () => void): number {
  const spies = [
    jest.spyOn(Column.prototype, 'get'),
    jest.spyOn(VersionTree.prototype as unknown as { step(): number }, 'step'),
  ]
  try {
    f()
    return spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0)
  } finally {
    jest.restoreAllMocks()
  }
}

/** A chain of n versions, each with a change of `a`; `k` is changed in the first only. */
const chain = (n: number): Uint8Array =>
  encode({
    tree: Array<number>(n).fill(0),
    growth: [2, ...Array<number>(n - 1).fill(0)],
    keys: [utf8('a'), utf8('k')],
    values: [[1], [2]],
    histories: [Array.from({ length: n }, (_, v) => [v, 1 + (v % 2)] as [number, number]), [[0, 1]]],
  })

/**
 * The same, and on each version of the chain another that changes `k`: no change of `k` but the first is in a
 * base of the last.
 */
const comb = (n: number): Uint8Array => {
  const versions = 2 * n - 1
  return encode({
    tree: Array.from({ length: versions }, (_, v) => (v > 0 && v % 2 === 0 ? 1 : 0)),
    growth: [2, ...Array<number>(versions - 1).fill(0)],
    keys: [utf8('a'), utf8('k')],
    values: [[1], [2]],
    histories: [
      Array.from({ length: n }, (_, i) => [2 * i, 1 + (i % 2)] as [number, number]),
      [[0, 1], ...Array.from({ length: n - 1 }, (_, i) => [2 * i + 1, 2] as [number, number])],
    ],
  })
}

test('a lookup in a long chain of bases takes steps in their logarithm', () => {
  const n = 20_000
  const view = new SnapshotView(chain(n))
  const key = view.find(new Uint8Array(utf8('k')))
  for (const v of [0, 1, 2, 777, n - 1]) {
    expect(
      stepsOf(() => {
        expect(view.code(key, v)).toBe(1)
        expect(view.code(0, v)).toBe(1 + (v % 2))
      }),
    ).toBeLessThan(100)
  }
  expect(stepsOf(() => expect([...view.keysOf(n - 1)].length).toBe(2))).toBeLessThan(100)
})

test('a key that was changed beside all bases takes steps for its changes, and no more', () => {
  for (const n of [500, 5000]) {
    const view = new SnapshotView(comb(n))
    const last = 2 * n - 2
    const steps = stepsOf(() => expect(view.code(1, last)).toBe(1))
    expect(steps).toBeLessThan(4 * n * Math.log2(n))
    expect(stepsOf(() => expect(view.code(1, last - 1)).toBe(2))).toBeLessThan(100)
    expect(stepsOf(() => expect([...view.keysOf(last)].length).toBe(2))).toBeLessThan(5 * n * Math.log2(n))
    const opened = openSnapshot<number>(comb(n))
    const loaded = deserialize<number>(comb(n))
    for (const v of [0, 1, 2, 3, 500, last - 1, last]) {
      expect(opened.at(v).get('k')).toBe(loaded[v]!.get('k'))
      expect(opened.at(v).get('a')).toBe(loaded[v]!.get('a'))
    }
  }
})

test('ancestors in trees of every shape', () => {
  let random = 7
  const below = (n: number): number => ((random = (Math.imul(random, 1664525) + 1013904223) >>> 0) >>> 8) % n
  for (let round = 0; round < 50; ++round) {
    const n = 1 + below(300)
    const tree: number[] = []
    const bases: number[] = []
    for (let v = 0, path: number[] = []; v < n; ++v) {
      const up = round % 3 === 0 ? 0 : below(Math.min(path.length + 1, round % 3 === 1 ? 3 : 1000))
      tree.push(up)
      path = path.slice(0, path.length - up)
      bases.push(path.at(-1) ?? -1)
      path.push(v)
    }
    const bytes = encode({
      tree,
      growth: bases.map((b) => (b < 0 ? 1 : 0)),
      keys: [utf8('a')],
      values: Array.from({ length: n }, (_, v) => [v >> 8, v & 255]),
      histories: [Array.from({ length: n }, (_, v) => [v, 1 + v] as [number, number])],
    })
    const versions = (new SnapshotView(bytes) as unknown as { tree: VersionTree }).tree
    for (let i = 0; i < 200; ++i) {
      const v = below(n)
      const limit = below(n + 1)
      let expected = v
      while (expected >= limit) expected = bases[expected]!
      expect(versions.ancestorBelow(v, limit)).toBe(expected)
    }
  }
})

test('listed versions count towards the limit: a list of one version cannot fill the memory', () => {
  const one = {
    tree: [0],
    growth: [1],
    keys: [utf8('a')],
    values: [[1]],
    histories: [[[0, 1] as [number, number]]],
  }
  const bytes = encode({ ...one, listing: Array<number>(3_000_000).fill(0) })
  expect(codeOf(() => deserialize(bytes))).toBe('too-large')
  expect(openSnapshot<number>(bytes).at(2_999_999).get('a')).toBe(1)
  const few = encode({ ...one, listing: Array<number>(1000).fill(0) })
  expect(codeOf(() => deserialize(few, { limit: 400_000 }))).toBe('too-large')
  expect(deserialize(few, { limit: 600_000 }).length).toBe(1000)
})

// --- arguments -------------------------------------------------------------------------------------

test.each([null, '', 0, false, 'ab', [1], {}, new ArrayBuffer(32), new Float64Array(4)])(
  'an expected digest that is %p is refused, not ignored',
  (digest) => {
    const versions = sample()
    const bytes = serialize(versions)
    const delta = serializeDelta(versions, versions)
    const options = { digest: digest as unknown as Uint8Array }
    expect(() => openSnapshot(bytes, options)).toThrow(/a digest must be a Uint8Array, not/)
    expect(() => openSnapshot(bytes, { ...options, trusted: true })).toThrow(TypeError)
    expect(() => deserialize(bytes, options)).toThrow(/a digest must be a Uint8Array, not/)
    expect(() => applyDelta(versions, delta, options)).toThrow(/a digest must be a Uint8Array, not/)
  },
)

test('other options of a wrong type are refused', () => {
  const bytes = serialize(sample())
  for (const limit of ['1000', null, -1, NaN, {}])
    expect(() => deserialize(bytes, { limit: limit as number })).toThrow(RangeError)
  for (const trusted of ['false', 1, null, {}].slice(0, 2))
    expect(() => openSnapshot(bytes, { trusted: trusted as boolean })).toThrow(/trusted must be a boolean/)
})

const raw = { encode: (bytes: Uint8Array) => bytes, decode: (bytes: Uint8Array) => bytes }

test('maps of different codecs are not taken for one another', () => {
  const numbers = Hamt.from({ a: 1 })
  const bytes = Hamt.from({ a: Uint8Array.of(1) }, { codec: raw })
  expect(bytes.digest()).toEqual(numbers.digest())
  const next = numbers.set('b', 2)
  const delta = serializeDelta([numbers], [next])
  expect(() => applyDelta([bytes as unknown as Hamt<number>], delta)).toThrow(/codec.*number 0/)
  expect(() => applyDelta([numbers], delta, { codec: raw as never })).toThrow(/codec.*number 0/)
  expect(applyDelta([numbers], delta)[0]!.equals(next)).toBe(true)
  const mixed = [numbers, bytes] as unknown as Hamt<number>[]
  expect(() => serialize(mixed)).toThrow(/same codec/)
  expect(() => serializeDelta([mixed[0]!], [mixed[1]!])).toThrow(/same codec/)
})

// --- bytes that others hold --------------------------------------------------------------------------

test('bytes of another realm are bytes, by their real length', () => {
  const versions = sample()
  const bytes = serialize(versions, { meta: 'm' })
  const delta = serializeDelta(versions.slice(0, 1), versions)
  const digest = versions[1]!.digest()
  const foreign = (b: Uint8Array): Uint8Array => runInNewContext('Uint8Array.from(list)', { list: [...b] }) as Uint8Array // prettier-ignore
  class Lying extends Uint8Array {
    override get length(): number {
      return 7
    }
    static get [Symbol.species](): Uint8ArrayConstructor {
      throw new Error('species')
    }
  }
  for (const as of [foreign, (b: Uint8Array) => new Lying(b), (b: Uint8Array) => Buffer.from(b)]) {
    expect(deserialize<number>(as(bytes), { digest: as(digest) })[1]!.get('bob')).toBe(3)
    expect(
      openSnapshot<number>(as(bytes), { digest: as(digest) })
        .at(1)
        .get('bob'),
    ).toBe(3)
    expect(openSnapshot(as(bytes)).at(0).digest()).toEqual(versions[0]!.digest())
    expect(readMeta(as(bytes))).toBe('m')
    expect(applyDelta(versions, as(delta)).length).toBe(2)
    expect(Hamt.from({ a: { b: as(digest) } }).get('a')).toEqual({ b: digest })
  }
})

test('an opened snapshot whose buffer was transferred says so, whatever is asked', () => {
  const bytes = serialize(sample(), { meta: 'm' })
  const opened = openSnapshot<number>(bytes)
  const version = opened.at(1)
  const keys = version.keys()
  structuredClone(bytes, { transfer: [bytes.buffer] })
  for (const ask of [
    () => version.get('alice'),
    () => version.has('nobody'),
    () => keys.next(),
    () => [...version.keys()],
    () => version.digest(),
    () => opened.meta,
    () => opened.at(0),
  ])
    expect(ask).toThrow(/bytes of this snapshot are gone: their buffer was transferred/)
  for (const read of [deserialize, openSnapshot, readMeta])
    expect(() => read(bytes)).toThrow(/transferred or resized/)
})

test('an opened snapshot can be frozen, and neither written nor copied', () => {
  const opened = openSnapshot<number>(serialize(sample()))
  const version = opened.at(1)
  for (const object of [opened, version]) {
    Object.freeze(object)
    expect(Reflect.ownKeys(object)).toEqual(['uncloneable'])
    const copy = Object.create(
      Object.getPrototypeOf(object) as object,
      Object.getOwnPropertyDescriptors(object),
    ) as typeof opened & typeof version
    expect(() => copy.at?.(0) ?? copy.get('bob')).toThrow(TypeError)
  }
  expect(() => Object.assign(opened, { length: 7 })).toThrow(TypeError)
  expect(version.get('bob')).toBe(3)
  expect([opened.length, version.size]).toEqual([2, 2])
  expect(Object.prototype.toString.call(opened)).toBe('[object OpenedSnapshot]')
  expect(Object.prototype.toString.call(version)).toBe('[object OpenedVersion]')
})

test('meta that changes while it is read is refused with its path, and nothing is written', () => {
  const versions = sample()
  const get = (list: unknown[]): unknown => ((list.length = 1), 5)
  const meta = (): unknown => {
    const list = [0, 1, 2]
    return { list: Object.defineProperty(list, 0, { get: () => get(list), enumerable: true }) }
  }
  expect(() => serialize(versions, { meta: meta() })).toThrow(/list\[1\]/)
  const disposing = { get a() { versions[0]!.dispose(); return 1 } } // prettier-ignore
  expect(() => serialize(versions, { meta: disposing })).toThrow(/disposed/)
})

// --- hexadecimal tables ------------------------------------------------------------------------------

test('hexadecimal digits are packed and unpacked, and nothing else is', () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
  expect(packHexadecimal(bytes('0x'))).toEqual(new Uint8Array(0))
  expect(packHexadecimal(bytes('0x00ff1a'))).toEqual(Uint8Array.of(0, 255, 26))
  for (const other of [
    '',
    '0',
    'x0',
    '0x0',
    '0X00',
    '0xAB',
    '0xg0',
    '0x0g',
    '1x00',
    '0x0\u00e9',
    '0x:0',
    '0x0/',
  ])
    expect(packHexadecimal(bytes(other))).toBeUndefined()
  const all = Uint8Array.from({ length: 256 }, (_, i) => i)
  expect(packHexadecimal(unpackHexadecimal(all))).toEqual(all)
})

test('addresses take half their length, and are found, listed and loaded as they were', () => {
  const random = 0x9e3779b97f4a7c15f39cc0605cedc8341082276bn
  const address = (i: number): string =>
    `0x${((BigInt(i + 1) * random) % 2n ** 160n).toString(16).padStart(40, '0')}`
  const map = Hamt.from(Array.from({ length: 500 }, (_, i) => [address(i), i % 10] as const))
  const bytes = serialize([map, map.delete(address(3))])
  expect(bytes.length).toBeLessThan(map.size * 23)
  const opened = openSnapshot<number>(bytes)
  for (let i = 0; i < 500; ++i) {
    expect(opened.at(0).get(address(i))).toBe(map.get(address(i)))
    expect(opened.at(1).has(address(i))).toBe(i !== 3)
  }
  for (const absent of [
    '',
    '0x',
    `${address(1)}0`,
    address(1).toUpperCase(),
    `${address(1)}00`,
    'zz',
    address(1).slice(0, -2),
  ])
    expect(opened.at(0).has(absent)).toBe(false)
  expect(new Set(opened.at(0).keys())).toEqual(new Set(map.keys()))
  expect(deserialize(bytes)[0]!.equals(map)).toBe(true)
  // One key of another kind, and the table is plain: everything else stays the same.
  const mixed = map.set('alice', 1)
  expect(serialize([mixed]).length).toBeGreaterThan(map.size * 40)
  expect(
    openSnapshot<number>(serialize([mixed]))
      .at(0)
      .get(address(7)),
  ).toBe(7)
})
