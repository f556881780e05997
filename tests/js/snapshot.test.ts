// Snapshots through the package: any history comes back, by every way of reading it.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import {
  applyDelta,
  deserialize,
  DisposedError,
  Hamt,
  openSnapshot,
  readMeta,
  serialize,
  serializeDelta,
  stats,
} from 'hamt-wasm'
import { checksum, star } from '../vectors/snapshots/generate.mjs'
import { readSnapshot } from './snapshot-reference.js'
import { disposeAll, hex, live, refusal, sample, sealed } from './support/snapshots.js'

type Model = Map<string, number | string>
// --- random histories ----------------------------------------------------------------------------

const key = fc.oneof(
  fc.integer({ min: 0, max: 40 }).map((n) => `user:${String(n).padStart(6, '0')}`),
  fc.integer({ min: 0, max: 9 }).map((n) => `${'shared'.repeat(40)}${n}`),
  fc.string({ unit: 'binary', maxLength: 3 }),
  fc.constantFrom('', '__proto__', 'é', 'è', '😀', '😁'),
)
const value = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.string({ maxLength: 3 }))
const step = fc.record({
  /** Where the version comes from: so many versions back, or from nothing. */
  back: fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: fc.nat(8) },
    { weight: 1, arbitrary: fc.constant(-1) },
  ),
  edits: fc.array(fc.tuple(key, fc.option(value)), { maxLength: 8 }),
})
const history = fc.array(step, { maxLength: 25 })

type Step = { back: number; edits: [string, number | string | null][] }

function play(steps: Step[]): { maps: Hamt<number | string>[]; models: Model[] } {
  const maps: Hamt<number | string>[] = []
  const models: Model[] = []
  for (const { back, edits } of steps) {
    const from = back < 0 ? -1 : maps.length - 1 - back
    let map = maps[from] ?? Hamt.empty<number | string>()
    const model: Model = new Map(models[from])
    for (const [k, v] of edits) {
      if (v === null) {
        map = map.delete(k)
        model.delete(k)
      } else {
        map = map.set(k, v)
        model.set(k, v)
      }
    }
    maps.push(map)
    models.push(model)
  }
  return { maps, models }
}

test('any history comes back: loaded, opened, and read by the reference', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const { maps, models } = play(steps)
      const bytes = serialize(maps)
      const loaded = deserialize<number | string>(bytes)
      const opened = openSnapshot<number | string>(bytes)
      const trusted = openSnapshot<number | string>(bytes, { trusted: true })
      const reference = readSnapshot(bytes)
      expect(loaded.length).toBe(models.length)
      expect(opened.length).toBe(models.length)
      expect(reference.versions.length).toBe(models.length)
      const keys = new Set(models.flatMap((m) => [...m.keys()]))
      models.forEach((model, i) => {
        expect(new Map(loaded[i])).toEqual(model)
        expect(loaded[i]!.equals(maps[i]!)).toBe(true)
        expect(reference.versions[i]!.size).toBe(model.size)
        for (const version of [opened.at(i), trusted.at(i)]) {
          expect(version.size).toBe(model.size)
          for (const k of keys) {
            expect(version.get(k)).toBe(model.get(k))
            expect(version.has(k)).toBe(model.has(k))
          }
          expect(version.has('nobody')).toBe(false)
          expect(hex(version.digest())).toBe(hex(loaded[i]!.digest()))
          const listed = [...version.keys()]
          expect(listed).toEqual([...listed].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))))
          expect(new Set(listed)).toEqual(new Set(model.keys()))
        }
      })
      expect(hex(serialize(loaded))).toBe(hex(bytes))
      disposeAll([...maps, ...loaded])
    }),
    { numRuns: 150 },
  )
})

test('the bytes follow from the contents, not from how the versions were made', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const { maps, models } = play(steps)
      const apart = models.map((model) => Hamt.from([...model].reverse()))
      expect(hex(serialize(apart))).toBe(hex(serialize(maps)))
      disposeAll([...maps, ...apart])
    }),
    { numRuns: 100 },
  )
})

test('deltas add up, in chains too, and refuse every other base', () => {
  fc.assert(
    fc.property(history, fc.nat(24), fc.nat(24), (steps, i, j) => {
      const { maps } = play(steps)
      const [a, b] = [Math.min(i, j, maps.length), Math.min(Math.max(i, j), maps.length)]
      const parts = [maps.slice(0, a), maps.slice(a, b), maps.slice(b)] as const
      const first = deserialize<number | string>(serialize(parts[0]))
      const second = applyDelta(first, serializeDelta(parts[0], parts[1]))
      const third = applyDelta(
        [...first, ...second].reverse(),
        serializeDelta([...parts[0], ...parts[1]], parts[2]),
      )
      const all = [...first, ...second, ...third]
      expect(all.length).toBe(maps.length)
      all.forEach((map, n) => expect(map.equals(maps[n]!)).toBe(true))
      if (b > 0) {
        const delta = serializeDelta(maps.slice(0, b), parts[2])
        expect(refusal(() => deserialize(delta)).code).toBe('needs-base')
        expect(refusal(() => openSnapshot(delta)).code).toBe('needs-base')
        expect(refusal(() => openSnapshot(delta, { trusted: true })).code).toBe('needs-base')
        expect(refusal(() => applyDelta([], delta)).code).toBe('wrong-base')
        expect(refusal(() => applyDelta([maps[b - 1]!.set('nobody', 1)], delta)).code).toBe('wrong-base')
      }
      disposeAll([...maps, ...all])
    }),
    { numRuns: 100 },
  )
})

test('wasm and native code write the same bytes: tests/cpp/snapshot_bounds_test.cpp makes the same versions', () => {
  let random = 1
  const next = (below: number) => {
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0
    return (random >>> 8) % below
  }
  const versions = [Hamt.empty<number>()]
  for (let v = 0; v < 200; ++v) {
    let map = versions[next(10) === 0 ? next(versions.length) : versions.length - 1]!
    for (let edits = next(40); edits > 0; --edits) {
      const k = `kéy:${next(3000)}`
      map = next(5) === 0 ? map.delete(k) : map.set(k, next(24))
    }
    versions.push(map)
  }
  const bytes = serialize(versions)
  expect(bytes.length).toBe(18918)
  expect(hex(Uint8Array.from(checksum(bytes)))).toBe('567d74c098034639')
})

// --- the example of FORMAT.md ----------------------------------------------------------------------

test('the worked example of FORMAT.md is what the writer writes', () => {
  const spec = readFileSync(new URL('../../cpp/snapshot/FORMAT.md', import.meta.url), 'utf8')
  const lines = spec.slice(spec.indexOf('<!-- example -->')).split('\n').slice(1)
  const bytes = lines
    .flatMap((line) => /^ {4}((?:[0-9a-f]{2} )*[0-9a-f]{2})(?: {2}|$)/.exec(line)?.[1]!.split(' ') ?? [])
    .join('')
  const a = Hamt.empty<number>().set('hello', 42)
  expect(hex(serialize([a, a.set('world', 100)]))).toBe(bytes)
})

// --- what a user meets -----------------------------------------------------------------------------

test('meta', () => {
  const versions = sample()
  const meta = { title: 'registry', blocks: [1, 2n ** 70n], bytes: new Uint8Array([1]) }
  const bytes = serialize(versions, { meta })
  expect(readMeta(bytes)).toEqual(meta)
  expect(openSnapshot(bytes).meta).toEqual(meta)
  expect(readMeta(serializeDelta(versions, versions, { meta }))).toEqual(meta)
  expect(readMeta(serialize(versions))).toBeUndefined()
  expect(openSnapshot(serialize(versions)).meta).toBeUndefined()
  expect(readMeta(serialize([], { meta: null }))).toBeNull()
  expect(() => serialize(versions, { meta: () => 1 })).toThrow(TypeError)
  expect(refusal(() => readMeta(bytes.subarray(1))).code).toBe('magic')
  const at = bytes.indexOf(0x65) // the head of "title"
  const broken = Uint8Array.from(bytes)
  broken[at] = 0xff
  expect(refusal(() => readMeta(sealed(broken))).code).toBe('meta')
})

test('an expected digest', () => {
  const versions = sample()
  const bytes = serialize(versions)
  const digest = versions[2]!.digest()
  expect(deserialize(bytes, { digest }).length).toBe(3)
  expect(openSnapshot(bytes, { digest }).length).toBe(3)
  expect(
    applyDelta(versions.slice(0, 1), serializeDelta(versions.slice(0, 1), versions), { digest }).length,
  ).toBe(3)
  const before = live()
  for (const wrong of [versions[1]!.digest(), digest.subarray(1), new Uint8Array(0)]) {
    expect(refusal(() => deserialize(bytes, { digest: wrong })).code).toBe('wrong-digest')
    expect(refusal(() => openSnapshot(bytes, { digest: wrong })).code).toBe('wrong-digest')
  }
  expect(refusal(() => deserialize(serialize([]), { digest })).code).toBe('wrong-digest')
  expect(live()).toEqual(before)
})

test('lists of versions: none, one several times, equal ones', () => {
  expect(deserialize(serialize([]))).toEqual([])
  expect(openSnapshot(serialize([])).length).toBe(0)
  const [a, b] = sample() as [Hamt<number>, Hamt<number>]
  const list = [b, a, b, Hamt.empty<number>(), a, b, Hamt.empty<number>()]
  const back = deserialize<number>(serialize(list))
  list.forEach((map, i) => expect(back[i]!.equals(map)).toBe(true))
  expect(serialize(list).length).toBeLessThan(serialize([a, b]).length + 15)
  const opened = openSnapshot<number>(serialize(list))
  expect(Array.from({ length: 7 }, (_, i) => opened.at(i).get('bob'))).toEqual([
    4,
    2,
    4,
    undefined,
    2,
    4,
    undefined,
  ])
})

test('a codec', () => {
  const codec = {
    encode: (d: Date) => new Uint8Array(new Float64Array([d.getTime()]).buffer),
    decode: (bytes: Uint8Array) => new Date(new Float64Array(bytes.slice().buffer)[0]!),
  }
  const map = Hamt.empty<Date>({ codec }).set('then', new Date(1e12))
  const bytes = serialize([map])
  expect(deserialize<Date>(bytes, { codec })[0]!.get('then')).toEqual(new Date(1e12))
  expect(openSnapshot<Date>(bytes, { codec }).at(0).get('then')).toEqual(new Date(1e12))
})

test('wrong arguments', () => {
  const map = Hamt.from({ a: 1 })
  const bytes = serialize([map])
  // @ts-expect-error one map is not a list of maps, though it can be iterated
  expect(() => serialize(map)).toThrow(/list of maps/)
  // @ts-expect-error not maps
  expect(() => serialize([map, 5])).toThrow(/number 1 is a number/)
  for (const wrong of [undefined, null, 'HAMT', [...bytes], bytes.buffer]) {
    for (const f of [deserialize, openSnapshot, readMeta, (x: Uint8Array) => applyDelta([], x)]) {
      expect(() => f(wrong as unknown as Uint8Array)).toThrow(TypeError)
    }
  }
  const opened = openSnapshot(bytes)
  for (const i of [-2, 1, 0.5, -0.5, NaN, Infinity, -Infinity]) expect(() => opened.at(i)).toThrow(RangeError)
  expect(opened.at(-1).get('a')).toBe(opened.at(0).get('a'))
  expect(() => opened.at(0).get('\ud800')).toThrow(TypeError)
  // @ts-expect-error not a string
  expect(() => opened.at(0).has(1)).toThrow(TypeError)
  map.dispose()
  expect(() => serialize([map])).toThrow(DisposedError)
  expect(() => serializeDelta([map], [])).toThrow(DisposedError)
})

test('a Buffer, and a view into a larger buffer, are read', () => {
  const bytes = serialize(sample())
  const larger = new Uint8Array(bytes.length + 20)
  larger.set(bytes, 7)
  expect(deserialize(larger.subarray(7, 7 + bytes.length)).length).toBe(3)
  expect(
    openSnapshot(larger.subarray(7, 7 + bytes.length))
      .at(1)
      .get('bob'),
  ).toBe(4)
  expect(deserialize(Buffer.from(bytes)).length).toBe(3)
})

test('the digest of an opened version makes no map', () => {
  const value = (n: number) => `${n}`.padEnd(1000, '-')
  const first = Hamt.from(Array.from({ length: 2000 }, (_, i): [string, string] => [`key${i}`, value(i)]))
  const bytes = serialize([first, first.set('key7', value(-1))])
  const { maps } = stats()
  const opened = openSnapshot<string>(bytes, { trusted: true })
  expect(hex(opened.at(1).digest())).toBe(hex(first.set('key7', value(-1)).digest()))
  const memory = stats().memory
  for (let i = 0; i < 20; ++i) opened.at(0).digest()
  expect(stats().memory).toBe(memory)
  expect(stats().maps - maps).toBeLessThanOrEqual(1)
})

test('a key with twenty thousand changes is found in place, on every version', () => {
  const opened = openSnapshot<number>(star(20_000))
  for (let i = 0; i < opened.length; i += 7) expect(opened.at(i).get('k')).toBe(i === 0 ? 1 : 2)
})

// --- sizes -----------------------------------------------------------------------------------------

test('a delta of one edit to a thousand entries is small', () => {
  const map = Hamt.from(Array.from({ length: 1000 }, (_, i): [string, string] => [`user:${i}`, `value-${i}`]))
  const next = map.set('user:500', 'another value')
  const delta = serializeDelta([map], [next])
  expect(delta.length).toBeLessThanOrEqual('user:500'.length + 'another value'.length + 100)
  expect(applyDelta([map], delta)[0]!.equals(next)).toBe(true)
})

test('versions that were loaded share memory', () => {
  let map = Hamt.from(Array.from({ length: 5000 }, (_, i) => [`user:${i}`, i] as const))
  const versions = [map]
  for (let i = 1; i < 100; ++i) versions.push((map = map.set(`user:${i}`, -i)))
  const alone = serialize(versions.slice(0, 1))
  const all = serialize(versions)
  let before = live().bytes
  const one = deserialize(alone)
  const sizeOfOne = live().bytes - before
  before = live().bytes
  const hundred = deserialize(all)
  expect(live().bytes - before).toBeLessThan(2 * sizeOfOne)
  disposeAll([...one, ...hundred])
})

test('every value of the package comes back through an opened snapshot', () => {
  const values = [
    null,
    true,
    false,
    0,
    -0,
    NaN,
    1.5,
    2 ** 53,
    -(2 ** 31),
    5n,
    -(2n ** 80n),
    '',
    'é😀',
    new Uint8Array([1, 2]),
    [1, [2]],
    { a: { b: 1 } },
  ]
  const map = Hamt.from(values.map((v, i) => [String(i), v] as const))
  const version = openSnapshot(serialize([map])).at(0)
  values.forEach((v, i) => expect(version.get(String(i))).toEqual(v))
  expect(Object.is(version.get('4'), -0)).toBe(true)
})
