// Tools that freeze, copy, clone and proxy: a frozen object is as good as any, a copy works or is refused
// with an error, and none reaches the state of a version.
import { reactive, readonly, shallowReactive, toRaw } from '@vue/reactivity'
import { Hamt, openSnapshot, serialize } from 'hamt-wasm'
import { NodeRegistry } from 'hamt-wasm/sortition'
import { klona } from 'klona/full'
import { klona as klonaDefault } from 'klona'
import lodash from 'lodash'
import { contents, expectContents, expectUnchanged, other, show, states, uses } from './support/states.js'

/** Freezes an object with its prototype chain and all that can be reached, as deep-freeze and `harden` do. */
function deepFreeze<T>(value: T, freeze: (o: object) => unknown = Object.freeze): T {
  const seen = new Set<unknown>()
  const visit = (o: unknown): void => {
    if ((typeof o !== 'object' && typeof o !== 'function') || o === null || seen.has(o)) return
    seen.add(o)
    if (!ArrayBuffer.isView(o)) freeze(o)
    for (const key of Reflect.ownKeys(o)) {
      const property = Object.getOwnPropertyDescriptor(o, key)!
      if ('value' in property) visit(property.value)
    }
  }
  visit(value)
  return value
}

const freezers: [string, <T extends object>(o: T) => T][] = [
  ['Object.freeze', Object.freeze],
  ['Object.seal', Object.seal],
  ['Object.preventExtensions', Object.preventExtensions],
  ['a deep freeze', deepFreeze],
  ['a deep seal', (o) => deepFreeze(o, Object.seal)],
]

describe.each(freezers)('%s', (_, freeze) => {
  test.each(states)('%s: every operation works, and no version changes', (_, make) => {
    const subject = make()
    const theirs = other()
    const expected = uses.map(([, use]) => show(use(make().map, theirs)))
    freeze(subject.map)
    for (const [relative] of subject.relatives) freeze(relative)
    expectUnchanged(subject)
    expect(uses.map(([, use]) => show(use(subject.map, theirs)))).toEqual(expected)
    expectUnchanged(subject)
  })

  test('drafts, iterators and walks of differences', () => {
    const map = Hamt.from(contents())
    const result = map.withMutations((draft) => {
      freeze(draft)
      draft.set('k1', 1).delete('k2')
    })
    expectContents(map, contents())
    const changed = contents().set('k1', 1)
    changed.delete('k2')
    expectContents(result, changed)
    for (const iterator of [freeze(map.entries()), freeze(result.entries()), freeze(map.diff(result))]) {
      expect([...iterator].length).toBeGreaterThan(0)
    }
    expect(show([...freeze(map.diff(result))])).toBe(show([...map.diff(result)]))
  })

  test('opened snapshots and their versions', () => {
    const opened = freeze(openSnapshot(serialize([Hamt.from(contents()), other()])))
    const version = freeze(opened.at(0))
    expect(version.get('k1')).toBe(contents().get('k1'))
    expect([...freeze(version.keys())].length).toBe(version.size)
    expect(version.digest()).toEqual(Hamt.from(contents()).digest())
  })

  test('registries', () => {
    const registry = freeze(NodeRegistry.empty())
    expect(registry.changes).toEqual(NodeRegistry.empty().changes)
  })
})

/** What copies objects. Each gives something that is, or is not, a map. */
const copiers: [string, (m: Hamt<unknown>) => unknown][] = [
  ['lodash cloneDeep', (m) => lodash.cloneDeep(m)],
  ['lodash clone', (m) => lodash.clone(m)],
  ['klona', (m) => klonaDefault(m)],
  ['klona/full', (m) => klona(m)],
  ['structuredClone', (m) => structuredClone(m)],
  [
    'property descriptors',
    (m) => Object.create(Object.getPrototypeOf(m) as object, Object.getOwnPropertyDescriptors(m)) as unknown,
  ],
  ['Object.create', (m) => Object.create(m) as unknown],
  ['Object.assign', (m) => Object.assign(Object.create(Hamt.prototype) as object, m)],
  ['a spread', (m) => ({ ...m })],
  ['a Proxy', (m) => new Proxy(m, {})],
  [
    'a Proxy that answers for its target',
    (m) => new Proxy(m, { get: (target, key) => Reflect.get(target, key, target) as unknown }),
  ],
]

/** Calls `f`; a refusal is a TypeError with a message. */
function tolerated(f: () => unknown): unknown {
  try {
    return f()
  } catch (error) {
    if ((error as Error).name !== 'TypeError' && (error as Error).name !== 'DataCloneError') throw error
    expect((error as Error).message).not.toBe('')
    return undefined
  }
}

describe.each(copiers)('a copy by %s', (_, copy) => {
  test.each(states)('%s: whatever is done to it, no version changes', (_, make) => {
    const subject = make()
    const made = tolerated(() => copy(subject.map)) as Hamt<unknown>
    if (made === undefined || made === subject.map) return
    for (const [, use] of uses) {
      tolerated(() => use(made, other()))
      tolerated(() => use(subject.map, made))
    }
    tolerated(() => made.set('k1', 'changed in the copy').delete('k2').set('k3', 1))
    tolerated(() => ((made as unknown as { size: number }).size = 7))
    tolerated(() => made.dispose())
    // What it says is right, or it refuses.
    if (!(tolerated(() => made.get('k1') === undefined) ?? true))
      expect(show(made.get('k1'))).toBe(show(subject.model.get('k1')))
    expect(() => subject.map.get('k1')).not.toThrow('disposed')
    expectUnchanged(subject)
  })
})

test('a copy by any tool of another object that holds maps: the maps are the same ones, or are refused', () => {
  const map = Hamt.from(contents())
  const state = { map, list: [map], nested: { map } }
  for (const copied of [lodash.cloneDeep(state), klona(state)]) {
    const inner = copied.nested.map
    if (inner !== map) expect(() => inner.get('k1')).toThrow(TypeError)
  }
  expect(lodash.isEqual(state, { ...state })).toBe(true)
  expectContents(map, contents())
})

test('versions, drafts, iterators and snapshots show no state that could be written', () => {
  const map = Hamt.from(contents())
  const opened = openSnapshot(serialize([map]))
  map.withMutations((draft) => expect(Reflect.ownKeys(draft)).toEqual(['uncloneable']))
  for (const object of [map.entries(), map.keys(), map.values(), map.diff(map)])
    expect(Reflect.ownKeys(object)).toEqual(['uncloneable'])
  // What assertion libraries compare is no state of the map.
  expect(Reflect.ownKeys(map)).toEqual(['uncloneable', 'contents'])
  tolerated(() => Reflect.set(map, 'contents', Hamt.from({ other: 1 }).contents))
  tolerated(() => Reflect.deleteProperty(map, 'contents'))
  expect(map.equals(Hamt.from(contents()))).toBe(true)
  expect(() => {
    ;(map as { size: number }).size = 3
  }).toThrow(TypeError)
  for (const object of [opened, opened.at(0)]) {
    for (const key of Reflect.ownKeys(object)) tolerated(() => Reflect.set(object, key, 3))
  }
  expect(opened.at(0).get('k1')).toBe(contents().get('k1'))
  expectContents(map, contents())
})

test('proxies of Vue leave maps, opened snapshots and registries alone', () => {
  for (const wrap of [reactive, shallowReactive, readonly] as (<T extends object>(o: T) => T)[]) {
    const map = Hamt.from(contents())
    const registry = NodeRegistry.empty()
    const opened = openSnapshot(serialize([map]))
    const store = wrap({ map, registry, opened, inner: { map } })
    expect(toRaw(store.map)).toBe(map)
    expectContents(store.map, contents())
    expectContents(store.inner.map.set('k1', 1), contents().set('k1', 1))
    expect(store.registry.changes).toEqual(registry.changes)
    expect(store.opened.at(0).get('k1')).toBe(contents().get('k1'))
    expect(store.map.equals(map)).toBe(true)
    expect(map.merge(store.map)).toBe(map)
  }
})

test('values that come out can be frozen, changed or refused, and the version stays', () => {
  for (const [, make] of states) {
    const subject = make()
    for (const value of subject.map.values()) {
      tolerated(() => deepFreeze(value))
      if (typeof value !== 'object' || value === null) continue
      for (const key of Object.keys(value)) tolerated(() => Reflect.set(value, key, 'changed'))
      if (value instanceof Uint8Array) value.fill(99)
      else if ('bytes' in value) (value.bytes as Uint8Array).fill(99)
    }
    expectUnchanged(subject)
  }
})
