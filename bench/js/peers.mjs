// The libraries that are compared, behind the same few functions; and keys.

/** `count` keys like addresses, the same every time, each a fresh flat string. */
export function makeKeys(count, seed = 1) {
  const keys = new Array(count)
  const bytes = Buffer.alloc(42, '0x')
  let s = seed
  for (let i = 0; i < count; ++i) {
    for (let j = 2; j < 42; ++j) {
      s ^= s << 13
      s ^= s >>> 17
      s ^= s << 5
      bytes[j] = '0123456789abcdef'.charCodeAt((s >>> 4) & 15)
    }
    keys[i] = bytes.latin1Slice(0, 42)
  }
  return keys
}

async function optional(name) {
  try {
    const module = await import(name)
    return module.default ?? module
  } catch {
    return undefined
  }
}

// Each library has functions of its own, also where they are spelled alike: shared ones would be slower for
// all.

async function hamtWasm() {
  const { Hamt, stats } = await import('hamt-wasm')
  return {
    memory: () => stats().memory,
    empty: () => Hamt.empty(),
    from: (entries) => Hamt.from(entries),
    get: (m, k) => m.get(k),
    set: (m, k, v) => m.set(k, v),
    delete: (m, k) => m.delete(k),
    iterate: (m, f) => {
      for (const [k, v] of m) f(k, v)
    },
    equals: (a, b) => a.equals(b),
    diff: (a, b, f) => {
      for (const change of a.diff(b)) f(change.key)
    },
  }
}

const immutable = (Immutable) => ({
  empty: () => Immutable.Map(),
  from: (entries) => Immutable.Map(entries),
  get: (m, k) => m.get(k),
  set: (m, k, v) => m.set(k, v),
  delete: (m, k) => m.delete(k),
  iterate: (m, f) => {
    for (const [k, v] of m) f(k, v)
  },
  equals: (a, b) => a.equals(b),
})

/** Of hamt and hamt_plus. */
const hamtLike = (hamt) => ({
  size: (m) => hamt.count(m),
  empty: () => hamt.empty,
  from(entries) {
    if (hamt.mutate) return hamt.mutate((m) => entries.forEach(([k, v]) => hamt.set(k, v, m)), hamt.empty)
    let m = hamt.empty
    for (const [k, v] of entries) m = hamt.set(k, v, m)
    return m
  },
  get: (m, k) => hamt.get(k, m),
  set: (m, k, v) => hamt.set(k, v, m),
  delete: (m, k) => hamt.remove(k, m),
  iterate: (m, f) => {
    for (const [k, v] of hamt.entries(m)) f(k, v)
  },
})

const effect = ({ HashMap, Option }) => ({
  size: (m) => HashMap.size(m),
  empty: () => HashMap.empty(),
  from: (entries) => HashMap.fromIterable(entries),
  get: (m, k) => {
    const found = HashMap.get(m, k)
    return Option.isSome(found) ? found.value : undefined
  },
  set: (m, k, v) => HashMap.set(m, k, v),
  delete: (m, k) => HashMap.remove(m, k),
  iterate: (m, f) => {
    for (const [k, v] of m) f(k, v)
  },
})

const native = () => ({
  native: true,
  size: (m) => m.size,
  empty: () => new Map(),
  from: (entries) => new Map(entries),
  get: (m, k) => m.get(k),
  set: (m, k, v) => m.set(k, v),
  delete: (m, k) => (m.delete(k), m),
  iterate: (m, f) => {
    for (const [k, v] of m) f(k, v)
  },
})

const peers = { immutable, hamt_plus: hamtLike, hamt: hamtLike, effect }

const byLookup = (library) => (a, b, f) => {
  library.iterate(b, (k, v) => library.get(a, k) !== v && f(k))
  library.iterate(a, (k) => library.get(b, k) === undefined && f(k))
}
const sameByLookup = (library) => (a, b) => {
  let same = library.size(a) === library.size(b)
  if (same) library.iterate(a, (k, v) => (same &&= library.get(b, k) === v))
  return same
}

/** Every library, or the one that is named, behind the same few functions. `from` is its own fastest way. */
export async function load(only) {
  const libraries = []
  const add = (name, library) => {
    libraries.push(library)
    library.name = name
    library.diff ??= byLookup(library)
    library.equals ??= sameByLookup(library)
  }
  const wanted = (name) => !only || only === name
  if (wanted('hamt-wasm')) add('hamt-wasm', await hamtWasm())
  for (const [name, adapt] of Object.entries(peers)) {
    const module = wanted(name) && (await optional(name))
    if (module) add(name, adapt(module))
  }
  if (wanted('Map')) add('Map', native())
  return libraries
}
