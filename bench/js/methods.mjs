// Methods beyond get, set and delete, beside immutable, hamt_plus and effect; and whether each costs what its
// docstring says.
//
//     npm run bench:js methods          (some minutes; `-- --quick` for one with fewer rounds)
//
// Prints a Markdown table for each of three sizes: what bench/README.md shows. The libraries take turns,
// round after round; a figure is the median of the rounds, in processor time of the process for one call.
// All libraries must give the same result, or the program fails. The last table has the growth of
// hamt-wasm's time from 1,000 entries to 100,000. A cost that depends on the size linearly grows 100 times
// or more; one that does not must stay below `flat`, which leaves room for the caches of the processor and
// for a constant: maps of 1,000 entries are in JavaScript, those of 100,000 in wasm.
import { cpus } from 'node:os'
import { measure, median, now, settle } from './measure.mjs'
import { libraries } from './methods-peers.mjs'
import { makeKeys } from './peers.mjs'

const quick = process.argv.includes('--quick')
const sizes = [32, 1000, 100_000]
const flat = 50
const changes = 10

// --- data ----------------------------------------------------------------------------------------

/** What all rows work on; all libraries have the same keys and values. */
function dataFor(lib, n) {
  const keys = makeKeys(n)
  const lookups = makeKeys(n) // equal strings, other objects
  const absent = makeKeys(n, 99)
  // Spread over the keys, each once: 7919 is prime.
  const some = Array.from({ length: Math.min(n, 100) }, (_, i) => lookups[(i * 7919) % n])
  return {
    n,
    lookups,
    entries: keys.map((k, i) => [k, i]),
    some,
    absent: absent.slice(0, some.length),
    edits: some.map((k, i) => [k, n + i]),
    small: lib.from(some.map((k, i) => [i % 2 ? k : absent[i], i])),
    stranger: lib.from(lookups.map((k, i) => [i % 2 ? k : absent[i], i])),
    items: keys.map((_, i) => i),
  }
}

/** The map of a row and a relative of it: of no other row, as methods change how a map is kept. */
function withMaps(lib, data) {
  const map = lib.from(data.entries)
  const half = changes / 2
  const added = data.absent.slice(0, half).map((k, i) => [k, i])
  return { ...data, map, near: lib.setMany(lib.deleteMany(map, data.some.slice(0, half)), added) }
}

// --- rows ----------------------------------------------------------------------------------------

const add = (a, b) => a + b
const group = (i) => `group ${i % 100}`

/** One after the other, each from the version before. */
function updated(lib, m, keys) {
  for (const k of keys) m = lib.updateIfPresent(m, k, (v) => v + 1)
  return m
}

/** Maps that no method was called of, some at a time where one is too quick for the clock. */
const freshMaps = (lib, d) => Array.from({ length: Math.ceil(1000 / d.n) }, () => lib.from(d.entries))

/** Versions with an edit each, of a map whose hash is known. */
function editedMaps(lib, d) {
  lib.hashCode(d.map)
  return d.some.slice(0, 16).map((k, i) => lib.set(d.map, k, -1 - i))
}

/**
 * `call` is measured; `made`, where it is there, makes the maps of a run, and is not. `cost` is the
 * docstring's; `flat`: it does not depend on the number of entries. `method`: what a library must have.
 */
const rows = [
  {
    name: 'getMany, 100 keys',
    method: 'getMany',
    flat,
    cost: 'a path a key',
    call: (l, d) => l.getMany(d.map, d.some),
  },
  {
    name: 'setMany, 100 entries',
    method: 'setMany',
    flat,
    cost: 'a path an entry',
    call: (l, d) => l.setMany(d.map, d.edits),
  },
  {
    name: 'deleteMany, 100 keys',
    method: 'deleteMany',
    flat,
    cost: 'a path a key',
    call: (l, d) => l.deleteMany(d.map, d.some),
  },
  {
    name: 'mergeWith, 100 entries',
    method: 'mergeWith',
    flat,
    cost: 'paths: entries of the smaller',
    call: (l, d) => l.mergeWith(d.map, d.small, add),
  },
  {
    name: 'intersect, 10 differences',
    method: 'intersect',
    flat,
    cost: 'what differs',
    call: (l, d) => l.intersect(d.map, d.near),
  },
  {
    name: 'intersect, half in common',
    method: 'intersect',
    cost: 'paths: ≤ 2 × the smaller',
    call: (l, d) => l.intersect(d.map, d.stranger),
  },
  {
    name: 'without, 10 differences',
    method: 'without',
    flat,
    cost: 'what differs',
    call: (l, d) => l.without(d.map, d.near),
  },
  {
    name: 'without, half in common',
    method: 'without',
    cost: 'paths: ≤ 2 × the smaller',
    call: (l, d) => l.without(d.map, d.stranger),
  },
  {
    name: 'updateIfPresent, 100 keys',
    method: 'updateIfPresent',
    flat,
    cost: 'two paths a call',
    call: (l, d) => updated(l, d.map, d.some),
  },
  {
    name: 'updateIfPresent, 100 absent',
    method: 'updateIfPresent',
    flat,
    cost: 'a path a call',
    call: (l, d) => updated(l, d.map, d.absent),
  },
  {
    name: 'some, the first',
    method: 'some',
    flat,
    cost: 'O(n), up to the first',
    call: (l, d) => l.some(d.map, (v) => v >= 0),
  },
  { name: 'some, none', method: 'some', cost: 'O(n)', call: (l, d) => l.some(d.map, (v) => v < 0) },
  {
    name: 'every, not the first',
    method: 'every',
    flat,
    cost: 'O(n), up to the first',
    call: (l, d) => l.every(d.map, (v) => v < 0),
  },
  { name: 'every, all', method: 'every', cost: 'O(n)', call: (l, d) => l.every(d.map, (v) => v >= 0) },
  {
    name: 'find, the first',
    method: 'find',
    flat,
    cost: 'O(n), up to the first',
    differs: true,
    call: (l, d) => l.find(d.map, (v) => v >= 0),
  },
  { name: 'find, none', method: 'find', cost: 'O(n)', call: (l, d) => l.find(d.map, (v) => v < 0) },
  {
    name: 'hashCode, first',
    method: 'hashCode',
    cost: 'two hashes an entry',
    differs: true,
    made: freshMaps,
    call: (l, d, m) => l.hashCode(m),
  },
  {
    name: 'hashCode, after an edit',
    method: 'hashCode',
    flat,
    cost: 'the path of the edit',
    differs: true,
    made: editedMaps,
    call: (l, d, m) => l.hashCode(m),
  },
  {
    name: 'hashCode, again',
    method: 'hashCode',
    flat,
    cost: 'its digest is kept',
    differs: true,
    call: (l, d) => l.hashCode(d.map),
  },
  { name: 'toMap', method: 'toMap', cost: 'O(n)', call: (l, d) => l.toMap(d.map) },
  { name: 'groupBy, 100 groups', method: 'groupBy', cost: 'O(n)', call: (l, d) => l.groupBy(d.items, group) },
  { name: 'countBy, 100 groups', method: 'countBy', cost: 'O(n)', call: (l, d) => l.countBy(d.items, group) },
  {
    name: 'asMutable, 100 edits, asImmutable',
    method: 'draft',
    flat,
    cost: 'O(1), a path an edit',
    call: (l, d) => l.draft(d.map, d.edits),
  },
]

// --- measuring -----------------------------------------------------------------------------------

/** A result as something that is equal for all libraries: a map as its size. */
function comparable(lib, result) {
  if (result instanceof Map) return result.size
  if (Array.isArray(result)) return result.join()
  return typeof result === 'object' ? lib.size(result) : result
}

function checkAlike(row, taking, data) {
  if (row.differs) return
  const results = taking.map((lib) => comparable(lib, row.call(lib, data.get(lib))))
  if (results.some((result) => result !== results[0]))
    throw new Error(`${row.name}: ${taking.map((lib, i) => `${lib.name} gives ${results[i]}`).join(', ')}`)
}

/** Where results go, so that no call is left out. */
const sink = { last: undefined }

/** A row as `measure` takes it: a run calls so often that the clock is exact. */
function timed(row, lib, data) {
  if (row.made) {
    const run = (l, d, maps) => {
      for (const m of maps) sink.last = row.call(l, d, m)
      return maps.length
    }
    return { prepare: row.made, run }
  }
  const repeated = (calls) => {
    for (let i = 0; i < calls; ++i) sink.last = row.call(lib, data)
    return calls
  }
  let calls = 1
  for (let time = 0; time < 0.5; calls *= 2) {
    const began = now()
    repeated(calls)
    time = now() - began
  }
  return { run: () => repeated(calls) }
}

async function runSize(n) {
  const common = new Map(libraries.map((lib) => [lib, dataFor(lib, n)]))
  const rounds = quick ? 3 : n >= 100_000 ? 5 : 9
  const results = []
  for (const row of rows) {
    const taking = libraries.filter((lib) => lib[row.method])
    const data = new Map(taking.map((lib) => [lib, withMaps(lib, common.get(lib))]))
    checkAlike(row, taking, data)
    const runs = taking.map((lib) => ({ lib, times: [], ...timed(row, lib, data.get(lib)) }))
    // Small maps are over before the compiler has seen them often enough.
    for (const each of n < 10_000 ? runs : [])
      for (let i = 0; i < 10; ++i) measure(each.lib, each, data.get(each.lib), 3)
    for (let round = 0; round < rounds; ++round) {
      // Who begins changes, so that nobody always runs after the same neighbour.
      for (let i = 0; i < runs.length; ++i) {
        const each = runs[(i + round) % runs.length]
        await settle()
        each.times.push(measure(each.lib, each, data.get(each.lib), quick ? 3 : 6))
      }
    }
    process.stderr.write('.')
    results.push(Object.fromEntries(runs.map(({ lib, times }) => [lib.name, median(times)])))
  }
  return results
}

// --- report --------------------------------------------------------------------------------------

const readable = (ns) => {
  const [value, unit] = ns < 1000 ? [ns, 'ns'] : ns < 1e6 ? [ns / 1e3, 'µs'] : [ns / 1e6, 'ms']
  return `${value >= 100 ? Math.round(value) : value.toPrecision(2)} ${unit}`
}

function growthOf(row, small, large) {
  const growth = large['hamt-wasm'] / small['hamt-wasm']
  const times = growth >= 100 ? Math.round(growth) : growth.toPrecision(2)
  const verdict = row.flat ? ` ${growth <= row.flat ? '✓' : '✗'} ≤ ${row.flat}` : ''
  return `${times}${verdict}`
}

/** The table of a size; `before`: the results of the size that growth is measured from. */
function tableOf(n, results, before) {
  const names = libraries.map((lib) => lib.name)
  const last = before ? ['growth from 1,000'] : []
  const lines = [
    `**${n.toLocaleString('en')} entries** (a call)`,
    '',
    `| | stated cost | ${[...names, 'to the best peer', ...last].join(' | ')} |`,
    `| --- | --- | ${[...names, '', ...last].map(() => '---:').join(' | ')} |`,
  ]
  rows.forEach((row, i) => {
    const ns = results[i]
    const best = names.slice(1).reduce((a, b) => ((ns[a] ?? Infinity) <= (ns[b] ?? Infinity) ? a : b))
    const ratio = ns['hamt-wasm'] / ns[best]
    const cells = [
      row.name,
      row.cost,
      ...names.map((name) => (ns[name] === undefined ? '–' : readable(ns[name]))),
      `${ratio < 0.01 ? ratio.toPrecision(1) : ratio.toFixed(2)} (${best})`,
      ...(before ? [growthOf(row, before[i], ns)] : []),
    ]
    lines.push(`| ${cells.join(' | ')} |`)
  })
  return lines.join('\n')
}

const measured = []
for (const n of sizes) measured.push(await runSize(n))
process.stderr.write('\n')
const tables = sizes.map((n, i) => tableOf(n, measured[i], n === 100_000 ? measured[i - 1] : undefined))
console.log(
  [`${cpus()[0].model.trim()}, ${cpus().length} cores; Node ${process.version}`, ...tables].join('\n\n'),
)
