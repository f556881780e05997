// Maps in every state, and every operation on them: what the tests of each kind of fault go through.
import { applyDelta, deserialize, Hamt, openSnapshot, serialize, serializeDelta } from 'hamt-wasm'
import { inWasm } from './stores.js'

export type Model = ReadonlyMap<string, unknown>

/** A map in some state, with its contents and its relatives', in plain Maps. */
export interface Subject {
  map: Hamt<unknown>
  model: Model
  /** Versions that share a history or a store with `map`. */
  relatives: readonly (readonly [Hamt<unknown>, Model])[]
}

const count = 24
const long = 'long '.repeat(60)

/** A value of every kind that crosses into wasm in a way of its own. */
function valueOf(i: number): unknown {
  switch (i % 8) {
    case 0:
      return i
    case 1:
      return `text ${i}`
    case 2:
      return { i, inner: [i, { deep: `${long}${i}` }] }
    case 3:
      return new Uint8Array([i, 1, 2])
    case 4:
      return BigInt(i) ** 20n
    case 5:
      return [i, null, true]
    case 6:
      return { bytes: new Uint8Array(100).fill(i), i }
    default:
      return `${long}é${i}`
  }
}

export function contents(n = count): Map<string, unknown> {
  return new Map(Array.from({ length: n }, (_, i) => [`k${i}`, valueOf(i)]))
}

/** The versions that single edits make, oldest first; each replaces, adds or deletes. */
function lineage(first: Hamt<unknown>, model: Model, edits: number): [Hamt<unknown>, Model][] {
  const versions: [Hamt<unknown>, Model][] = [[first, model]]
  for (let i = 0; i < edits; ++i) {
    const [map, before] = versions.at(-1)!
    const next = new Map(before)
    const key = i % 3 === 1 ? `new ${i}` : `k${(i * 7) % count}`
    if (i % 3 === 2) {
      next.delete(key)
      versions.push([map.delete(key), next])
    } else {
      const value = valueOf(i + 3)
      next.set(key, value)
      versions.push([map.set(key, value), next])
    }
  }
  return versions
}

/** One of the versions; its neighbours, the oldest and some others are the relatives that are checked. */
const fromLineage = (versions: readonly [Hamt<unknown>, Model][], at: number): Subject => {
  const index = (at + versions.length) % versions.length
  const [map, model] = versions[index]!
  const isChecked = (i: number): boolean => i % 8 === 0 || Math.abs(i - index) === 1
  return { map, model, relatives: versions.filter(([v], i) => v !== map && isChecked(i)) }
}

const bySets = (): [Hamt<unknown>, Model][] => lineage(Hamt.empty(), new Map(), 30)

const makers: [string, () => Subject][] = [
  ['made at once', () => ({ map: Hamt.from(contents()), model: contents(), relatives: [] })],
  ['made by sets', () => fromLineage(bySets(), -1)],
  ['old and near the newest', () => fromLineage(bySets(), -4)],
  ['old and far from the newest', () => fromLineage(bySets(), 5)],
  [
    'an old version of a map made at once',
    () => fromLineage(lineage(Hamt.from(contents()), contents(), 12), 1),
  ],
  [
    'a branch of a map made at once',
    () => {
      const base = Hamt.from(contents())
      const model = contents().set('branch', 1)
      return { map: base.set('branch', 1), model, relatives: [[base, contents()]] }
    },
  ],
  [
    'a branch of an old version',
    () => {
      const versions = bySets()
      const [old, model] = versions[10]!
      return {
        map: old.set('branch', 1).delete('k0'),
        model: new Map([...model, ['branch', 1] as const].filter(([k]) => k !== 'k0')),
        relatives: versions.slice(9, 12),
      }
    },
  ],
  [
    'loaded',
    () => {
      const base = Hamt.from(contents())
      const [older, map] = deserialize(serialize([base, base.set('k0', 'newer')]))
      return { map: map!, model: contents().set('k0', 'newer'), relatives: [[older!, contents()]] }
    },
  ],
  [
    'drafted',
    () => {
      const base = Hamt.from(contents())
      const map = base.withMutations((d) => void d.set('k1', { a: 1 }).delete('k2').set('k1', 'drafted'))
      const model = contents().set('k1', 'drafted')
      model.delete('k2')
      return { map, model, relatives: [[base, contents()]] }
    },
  ],
]

/** Every state, once young (a native Map) and once in wasm; each made anew by every call. */
export const states: [string, () => Subject][] = [
  ...makers,
  ...makers.map(([name, make]): [string, () => Subject] => [`${name}, in wasm`, () => inWasm(make)]),
]

/** States of a map that is large enough to be in wasm, and has several levels of nodes. Slow to make. */
export const largeStates: [string, () => Subject][] = [
  ['large', () => ({ map: Hamt.from(contents(9000)), model: contents(9000), relatives: [] })],
  [
    'large, by sets',
    () => {
      const base = Hamt.from(contents(9000))
      return fromLineage(
        lineage(
          base.withMutations((d) => void d.set('k1', 1)),
          contents(9000).set('k1', 1),
          12,
        ),
        -3,
      )
    },
  ],
]

/** A map to merge, compare and diff with. */
export function other(): Hamt<unknown> {
  return Hamt.from(contents())
    .set('k3', 'other')
    .delete('k4')
    .set('k2', { other: [1] })
}

export type Use = (m: Hamt<unknown>, other: Hamt<unknown>) => unknown

const json = {
  encode: (x: unknown) => new TextEncoder().encode(JSON.stringify(x)),
  decode: (b: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(b)),
}

/**
 * Every public operation that makes or reads something. None changes its maps, and each gives equal results
 * whenever it is called.
 */
export const uses: [string, Use][] = [
  ['empty', () => Hamt.empty().set('a', 1)],
  ['from a map', (m) => Hamt.from(m)],
  ['from entries', (m) => Hamt.from([...m])],
  ['from an object', (m) => Hamt.from(m.toJSON())],
  ['a codec', (m) => Hamt.from<unknown>(m.map(String), { codec: json }).set('x', [1]).toJSON()],
  ['get, has, getMany', (m) => [m.get('k2'), m.has('k3'), m.get('none'), m.getMany(['k1', 'k3', 'none'])]],
  ['set an added key', (m) => m.set('new', 2).set('new', { three: [3] })],
  ['set a primitive over an object', (m) => m.set('k2', -1)],
  ['set an object over a string', (m) => m.set('k1', { a: [1] })],
  ['set bytes over bytes', (m) => m.set('k3', new Uint8Array(50).fill(9))],
  ['set a long string over a long string', (m) => m.set('k7', 'another '.repeat(100))],
  ['set an equal value', (m) => m.set('k2', m.get('k2') ?? null)],
  ['delete', (m) => m.delete('k2').delete('k3').delete('none')],
  ['update', (m) => m.update('k1', (x) => [x ?? null]).update('k2', () => undefined)],
  ['many sets', (m) => Array.from({ length: 8 }).reduce<Hamt<unknown>>((v, _, i) => v.set(`k${i}`, [i]), m)],
  ['merge', (m, o) => [m.merge(o), o.merge(m)]],
  ['merge with a resolver', (m, o) => [m.merge(o, (_, a) => a), m.merge(o, () => undefined)]],
  ['mergeFrom', (m, o) => m.mergeFrom(Hamt.from(contents()), o, (_, a, b) => [a ?? null, b ?? null])],
  [
    'withMutations',
    (m) =>
      m.withMutations((d) => {
        for (let i = 0; i < 12; ++i)
          d.set(`m${i}`, [i])
            .delete(`k${i}`)
            .update('k20', () => i)
        d.forEach(() => {})
        d.get('k21')
      }),
  ],
  ['filter', (m) => [m.filter((_, k) => k.length % 2), m.filter(() => true)]],
  ['map', (m) => [m.map((v) => [v]), m.map((v) => v)]],
  ['reduce, forEach', (m) => [m.reduce((a: number, _, k) => a + k.length, 0), m.forEach(() => {})]],
  ['iterating', (m) => [[...m], [...m.keys()], [...m.values()], [...m.entries()]]],
  ['iterating a little', (m) => [m.keys().next().value, m.entries().next().value, void m.values()]],
  ['setMany, deleteMany', (m) => [m.setMany({ k2: [1], new: 2 }), m.deleteMany(['k2', 'k3', 'none'])]],
  ['merge with entries', (m) => [m.merge([['k2', 1]]), m.merge({ k2: 1, k3: 2 }, (_, a) => [a])]],
  ['mergeWith', (m, o) => [m.mergeWith(o, (a, b) => [a, b]), o.mergeWith(m, () => undefined)]],
  [
    'intersect, without',
    (m, o) => [m.intersect(o), m.without(o), o.without(m), m.without(m.filter(() => 0))],
  ],
  ['some, every, find', (m) => [m.some((v) => v === 0), m.every(Boolean), m.find((_, k) => k === 'k2')]],
  [
    'groupBy, countBy',
    (m) => [Hamt.groupBy(m.keys(), (k) => k.at(-1)!), Hamt.countBy(m.values(), (v) => typeof v)],
  ],
  [
    'a draft',
    (m, o) => {
      const draft = m.asMutable().merge(o).set('k1', [1]).delete('k2').merge({ k5: 5 })
      return [[...draft], draft.asImmutable(), m.asMutable().clear().asImmutable()]
    },
  ],
  ['hashCode, toMap', (m) => [m.hashCode(), [...m.toMap()]]],
  ['equals', (m, o) => [m.equals(o), m.equals(Hamt.from(m.toJSON()))]],
  ['diff', (m, o) => [...m.diff(o)]],
  ['diff a little', (m, o) => [m.diff(o).next().value, void m.diff(o)]],
  ['digest, prove', (m) => [m.digest(), m.prove('k1'), m.prove(['k1', 'none'])]],
  ['toJSON, toString', (m) => [m.toJSON(), String(m)]],
  [
    'inspect',
    (m) => (m as unknown as Record<symbol, () => string>)[Symbol.for('nodejs.util.inspect.custom')]!(),
  ],
  ['dispose', (m) => (m.set('d', 1).dispose(), m.set('d', 1).set('e', 1).dispose())],
  ['serialize', (m, o) => deserialize(serialize([m, o, m], { meta: { a: 1 } }))],
  ['deltas', (m, o) => applyDelta([m], serializeDelta([m], [m, o]))],
  [
    'openSnapshot',
    (m, o) => {
      const opened = openSnapshot(serialize([m, o]))
      return [opened.at(1).get('k1'), [...opened.at(0).keys()], opened.at(0).digest()]
    },
  ],
]

/** A text that differs for results that differ, maps included. */
export function show(result: unknown): string {
  return JSON.stringify(result, (_, x: unknown) => {
    if (typeof x === 'bigint') return `${x}n`
    if (x instanceof Uint8Array) return `bytes ${x.join()}`
    if (x instanceof Hamt) return { map: [...x.entries()], size: x.size }
    if (typeof x !== 'object' || x === null || Array.isArray(x)) return x
    // CBOR sorts the properties of an object.
    return Object.fromEntries(Object.entries(x).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}

/** Fails unless a map has these contents by every way of reading, and their digest. */
export function expectContents(map: Hamt<unknown>, model: Model, withDigest = true): void {
  if (map.size !== model.size) throw new Error(`size ${map.size}, not ${model.size}`)
  const isSame = (a: unknown, b: unknown): boolean => Object.is(a, b) || show(a) === show(b)
  for (const [key, value] of model) {
    const found = map.get(key)
    if (!isSame(found, value)) throw new Error(`${key}: ${show(found)}, not ${show(value)}`)
    if (!map.has(key)) throw new Error(`${key} is not there`)
  }
  if (map.has('none') || map.get('none') !== undefined) throw new Error('a key is there that is not')
  const seen = new Set<string>()
  for (const [key, value] of map) {
    if (!model.has(key)) throw new Error(`${key} is iterated and was never set`)
    if (seen.has(key)) throw new Error(`${key} is iterated twice`)
    if (!isSame(value, model.get(key))) throw new Error(`${key} is iterated as ${show(value)}`)
    seen.add(key)
  }
  if (seen.size !== model.size) throw new Error(`${seen.size} entries are iterated, not ${model.size}`)
  if (!withDigest) return
  const expected = Hamt.from(model)
  if (show(map.digest()) !== show(expected.digest())) throw new Error('the digest is of other contents')
  if (!map.equals(expected)) throw new Error('it does not equal a map of the same contents')
}

/** Fails unless a subject and its relatives are what they were. */
export function expectUnchanged({ map, model, relatives }: Subject): void {
  expectContents(map, model, false)
  for (const [relative, contents] of relatives) expectContents(relative, contents, false)
  // A digest moves a young map to wasm: last.
  expectContents(map, model)
}
