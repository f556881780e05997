// A map that is disposed by what a method of it runs: an iterable or a callback of the caller's.
import { DisposedError, Hamt } from 'hamt-wasm'

type Numbers = Hamt<number>

/** An iterable that calls `dispose` once it runs. */
function* after<T>(dispose: () => void, ...items: T[]): Generator<T> {
  dispose()
  yield* items
}

/** Runs `dispose` and gives its result. */
const then =
  <T>(dispose: () => void, result: T) =>
  (): T => {
    dispose()
    return result
  }

const entries: [string, number][] = [
  ['k1', 3],
  ['new', 4],
]

/** Every method that takes an iterable. None can have a result: the map is gone before they look at it. */
const iterating: { [name: string]: (m: Numbers, dispose: () => void) => unknown } = {
  getMany: (m, d) => m.getMany(after(d, 'k1', 'absent')),
  'getMany of nothing': (m, d) => m.getMany(after(d)),
  setMany: (m, d) => m.setMany(after(d, ...entries)),
  'setMany of nothing': (m, d) => m.setMany(after(d)),
  deleteMany: (m, d) => m.deleteMany(after(d, 'k1', 'absent')),
  'deleteMany of nothing': (m, d) => m.deleteMany(after(d)),
  merge: (m, d) => m.merge(after(d, ...entries)),
  'merge with a resolver': (m, d) => m.merge(after(d, ...entries), () => 1),
  'merge of nothing': (m, d) => m.merge(after(d)),
  mergeWith: (m, d) => m.mergeWith(after(d, ...entries), () => 1),
  'mergeWith of nothing': (m, d) => m.mergeWith(after(d), () => 1),
  prove: (m, d) => m.prove(after(d, 'k1')),
}

/** Every method that takes a callback: an iteration that has begun ends, and else DisposedError. */
const calling: { [name: string]: (m: Numbers, dispose: () => void) => unknown } = {
  update: (m, d) => m.update('k1', then(d, 5)),
  'update that deletes': (m, d) => m.update('k1', then(d, undefined)),
  updateIfPresent: (m, d) => m.updateIfPresent('k1', then(d, 5)),
  'merge, resolving': (m, d) => m.merge(Hamt.from({ k1: 9, k2: 9 }), then(d, 1)),
  'mergeWith, resolving': (m, d) => m.mergeWith(Hamt.from({ k1: 9, k2: 9 }), then(d, 1)),
  mergeFrom: (m, d) => {
    const other = Hamt.from({ k1: 9, k2: 9 })
    return m.mergeFrom(Hamt.from({ k1: 8, k2: 8 }), other, then(d, 1))
  },
  withMutations: (m, d) => m.withMutations((draft) => (d(), void draft.set('k1', 5).delete('k2'))),
  filter: (m, d) => m.filter(then(d, true)),
  'filter of none': (m, d) => m.filter(then(d, false)),
  map: (m, d) => m.map(then(d, 1)),
  reduce: (m, d) => m.reduce(then(d, 1), 0),
  some: (m, d) => m.some(then(d, false)),
  every: (m, d) => m.every(then(d, true)),
  find: (m, d) => m.find(then(d, false)),
  forEach: (m, d) => m.forEach(then(d, undefined)),
  'asMutable, set': (m, d) => {
    const draft = m.asMutable()
    draft.merge(after(d, ...entries))
    return draft.asImmutable()
  },
}

/** A small map, one of some edits, and large ones in a trie. */
function makes(): [string, () => Numbers][] {
  const of = (size: number): Numbers =>
    Hamt.from(Array.from({ length: size }, (_, i) => [`k${i}`, i] as const))
  const inTrie = (size: number): Numbers => {
    const m = of(size)
    m.digest()
    return m
  }
  return [
    ['small', () => of(4)],
    ['edited', () => of(4).set('k2', 7).delete('k3')],
    ['small, in a trie', () => inTrie(4)],
    ['large', () => of(3000)],
    ['large, in a trie', () => inTrie(3000)],
    ['large, edited', () => inTrie(3000).set('k2', 7)],
  ]
}

/** What a use throws, or undefined. */
function thrown(use: () => unknown): unknown {
  try {
    use()
    return undefined
  } catch (error) {
    return error
  }
}

describe.each(makes())('a map that is disposed meanwhile: %s', (_, make) => {
  test.each(Object.entries(iterating))('by its iterable: %s', (_name, use) => {
    const m = make()
    expect(thrown(() => use(m, () => m.dispose()))).toBeInstanceOf(DisposedError)
    expect(() => m.get('k1')).toThrow(DisposedError)
  })

  test.each(Object.entries(calling))('by its callback: %s', (_name, use) => {
    const expected = use(make(), () => {})
    const m = make()
    let result: unknown
    const error = thrown(() => (result = use(m, () => m.dispose())))
    if (error !== undefined) expect(error).toBeInstanceOf(DisposedError)
    else if (expected instanceof Hamt && result !== m) expect((result as Numbers).equals(expected)).toBe(true)
    else if (result !== m) expect(result).toEqual(expected)
    expect(() => m.get('k1')).toThrow(DisposedError)
  })
})
