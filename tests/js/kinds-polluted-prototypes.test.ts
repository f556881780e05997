// Prototypes that other code of the realm has changed: what `Object.prototype` was given is no option and no part of a value, and one that is frozen or
// has setters changes nothing of what is read.
import { applyDelta, deserialize, Hamt, openSnapshot, serialize, serializeDelta } from 'hamt-wasm'
import { emptyMap, openMap, openNodes, pull, push, serializeNodes } from 'hamt-wasm/blocks'
import { MemoryStore } from './blocks-support.js'
import { expectUnchanged, other, show, states, uses } from './support/states.js'

const forbidden = (): never => {
  throw new Error('an option that nobody gave was used')
}
/** Options of every function, with values that would change what it does. */
const options: Record<string, unknown> = {
  codec: { encode: forbidden, decode: forbidden },
  digest: new Uint8Array(32),
  limit: 1,
  trusted: 'yes',
  meta: { forged: true },
  cache: -1,
  largestValue: -1,
  digests: 5,
  signal: { aborted: true, addEventListener: forbidden, throwIfAborted: forbidden },
  progress: forbidden,
  repair: true,
  fetch: forbidden,
}

/** Calls `f` while `Object.prototype` has more properties. */
function polluted<T>(properties: PropertyDescriptorMap, f: () => T): T {
  Object.defineProperties(Object.prototype, properties)
  try {
    return f()
  } finally {
    for (const name of Object.keys(properties)) Reflect.deleteProperty(Object.prototype, name)
  }
}

const asDescriptors = (values: Record<string, unknown>): PropertyDescriptorMap =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      { value, writable: true, configurable: true, enumerable: name !== 'digest' },
    ]),
  )

describe.each(Object.keys(options))('a polluted option, %s', (name) => {
  const pollute = <T>(f: () => T): T => polluted(asDescriptors({ [name]: options[name] }), f)

  test.each(states)('%s', (_, make) => {
    const subject = make()
    const { map } = subject
    const newer = map.set('k1', 'newer')
    const file = serialize([map, newer])
    const delta = serializeDelta([map], [newer])
    const results = (): unknown => [
      Hamt.empty().set('a', { b: 1 }).get('a'),
      Hamt.from(map.toMap()),
      serialize([map, newer]),
      serializeDelta([map], [newer]),
      deserialize(file),
      applyDelta([map], delta),
      openSnapshot(file).at(1).get('k1'),
      openSnapshot(file).meta,
      serializeNodes([map]),
    ]
    expect(show(pollute(results))).toBe(show(results()))
    expectUnchanged(subject)
  })

  test('block stores and node tables', async () => {
    const map = Hamt.from({ a: 1, b: 'text'.repeat(500) })
    const table = serializeNodes([map])
    const store = new MemoryStore()
    const steps: (() => Promise<unknown>)[] = [
      () => push(map, store),
      () => pull(store, map.digest()),
      () => openMap(store, map.digest()).get('b'),
      () => openMap(store, map.digest()).size(),
      () => openMap(store, map.digest()).prove('a'),
      () => openMap(store, map.digest()).load(),
      async () =>
        (await emptyMap(new MemoryStore())).edit((d) => void d.set('x', [1])).then((m) => m.get('x')),
      async () => (await openNodes(table)).at(0).getMany(['a', 'b']),
    ]
    for (const step of steps) {
      const expected = show(await step())
      // The whole step runs polluted, its continuations too.
      Object.defineProperties(Object.prototype, asDescriptors({ [name]: options[name] }))
      let got: string
      try {
        got = show(await step())
      } finally {
        Reflect.deleteProperty(Object.prototype, name)
      }
      expect(got).toBe(expected)
    }
  })
})

describe.each(['constructor', 'toString', 'a stranger'])('a setter on Object.prototype, %s', (name) => {
  test.each([
    ['a value with bytes', { [name]: [1], bytes: new Uint8Array(2) }],
    ['a loaded value', { [name]: [1], other: 2 }],
  ])('%s', (_, value) => {
    const file = serialize([Hamt.from<unknown>({ k: value })])
    const before = Object.getOwnPropertyDescriptor(Object.prototype, name)
    Object.defineProperty(Object.prototype, name, {
      set: forbidden,
      get: () => 'inherited',
      configurable: true,
    })
    try {
      expect(Object.hasOwn(deserialize<object>(file)[0]!.get('k')!, name)).toBe(true)
      expect(Object.hasOwn(openSnapshot<object>(file).at(0).get('k')!, name)).toBe(true)
      const map = Hamt.empty<object>().set('k', value)
      expect(Object.hasOwn(map.get('k')!, name)).toBe(true)
    } finally {
      if (before) Object.defineProperty(Object.prototype, name, before)
      else Reflect.deleteProperty(Object.prototype, name)
    }
  })
})

test('every operation gives the same under an Object.prototype that has all of these at once', () => {
  for (const [state, make] of states) {
    const subject = make()
    for (const [name, use] of uses) {
      const theirs = other()
      const expected = show(use(subject.map, theirs))
      const got = polluted(asDescriptors(options), () => {
        const result = use(subject.map, theirs)
        return (): string => show(result)
      })
      expect([state, name, got()]).toEqual([state, name, expected])
    }
    expectUnchanged(subject)
  }
})
