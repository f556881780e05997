// The map against what is used without a persistent map: immer, and copies of plain objects.
//
//     npm run bench:js plain             (half a minute)
//
// Keys of 42 characters, small numbers as values. "One edit" keeps the version before it. Medians of rounds
// in which all take turns.
import { enableMapSet, produce, setAutoFreeze } from 'immer'
import { Hamt, serialize } from 'hamt-wasm'

enableMapSet()
// Freezing everything deeply is immer's default and a safety net; without it, immer is at its fastest.
setAutoFreeze(false)

const hex = '0123456789abcdef'
let seed = 1
function key() {
  const bytes = Buffer.alloc(42, '0x')
  for (let i = 2; i < 42; ++i) {
    seed ^= seed << 13
    seed ^= seed >>> 17
    seed ^= seed << 5
    bytes[i] = hex.charCodeAt((seed >>> 4) & 15)
  }
  return bytes.latin1Slice()
}

const libraries = [
  {
    name: 'hamt-wasm',
    from: (entries) => Hamt.from(entries),
    get: (m, k) => m.get(k),
    set: (m, k, v) => m.set(k, v),
    save: (versions) => serialize(versions).length,
  },
  {
    name: 'immer, Map',
    from: (entries) => new Map(entries),
    get: (m, k) => m.get(k),
    set: (m, k, v) => produce(m, (draft) => void draft.set(k, v)),
    save: (versions) => JSON.stringify(versions.map((m) => Object.fromEntries(m))).length,
  },
  {
    name: 'immer, object',
    from: (entries) => Object.fromEntries(entries),
    get: (m, k) => m[k],
    set: (m, k, v) =>
      produce(m, (draft) => {
        draft[k] = v
      }),
    save: (versions) => JSON.stringify(versions).length,
  },
  {
    name: 'object, copied',
    from: (entries) => Object.fromEntries(entries),
    get: (m, k) => m[k],
    set: (m, k, v) => ({ ...m, [k]: v }),
    save: (versions) => JSON.stringify(versions).length,
  },
]

const median = (xs) => [...xs].sort((a, b) => a - b)[xs.length >> 1]
let sink = 0

/** Nanoseconds a call of `f`, which gets a running number, for at least `least` milliseconds. */
function time(f, least) {
  let calls = 0
  const began = performance.now()
  let now
  do {
    for (let i = 0; i < 10; ++i) sink += f(calls++)
    now = performance.now()
  } while (now - began < least)
  return ((now - began) * 1e6) / calls
}

const readable = (ns) =>
  ns < 1000
    ? `${ns.toPrecision(3)} ns`
    : ns < 1e6
      ? `${(ns / 1e3).toPrecision(3)} µs`
      : `${(ns / 1e6).toPrecision(3)} ms`
const bytes = (n) => (n < 1e6 ? `${Math.round(n / 1e3)} KB` : `${(n / 1e6).toPrecision(3)} MB`)

for (const n of [1_000, 100_000]) {
  const entries = Array.from({ length: n }, (_, i) => [key(), i % 1000])
  // Equal strings, other objects.
  const lookups = entries.map(([k]) => Buffer.from(k).latin1Slice())
  const rows = { get: new Map(), 'one edit': new Map() }
  const saved = new Map()
  for (const library of libraries) {
    const map = library.from(entries)
    const versions = [map]
    for (let i = 1; i < 20; ++i) versions.push(library.set(versions[i - 1], lookups[(i * 7919) % n], -i))
    saved.set(library, library.save(versions))
  }
  for (let round = 0; round < 9; ++round) {
    for (const library of libraries) {
      const map = library.from(entries)
      const get = time((i) => library.get(map, lookups[(i * 7919) % n]), 20)
      const edit = time((i) => (library.set(map, lookups[(i * 7919) % n], -i) === map ? 1 : 0), 40)
      for (const [row, ns] of [
        ['get', get],
        ['one edit', edit],
      ]) {
        if (!rows[row].has(library)) rows[row].set(library, [])
        rows[row].get(library).push(ns)
      }
      globalThis.gc?.()
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }
  console.log(`| ${n.toLocaleString('en')} entries | ${libraries.map((l) => l.name).join(' | ')} |`)
  console.log(`| --- | ${libraries.map(() => '---:').join(' | ')} |`)
  for (const [row, times] of Object.entries(rows))
    console.log(`| ${row} | ${libraries.map((l) => readable(median(times.get(l)))).join(' | ')} |`)
  console.log(`| 20 versions in a file | ${libraries.map((l) => bytes(saved.get(l))).join(' | ')} |\n`)
}
if (Number.isNaN(sink)) throw new Error('a value is missing')
