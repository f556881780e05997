// Maps as applications have them: objects as values, small maps, histories that are read, and the first
// operations of a process.
//
//     npm run bench:js values          (some minutes; `-- --quick` for one with little meaning, `-- 1000` for one size)
//
// Writes bench/results/values.json and a plot for each of three sizes. Prints, for every row, nanoseconds an
// operation of each library and the multiple of the fastest persistent peer. The libraries take turns, round
// after round; a figure is the median. Rows that defer cost: `from` and `set` do not encode values (the first
// digest or save does), and the first full iteration of a small map sorts its keys (`first iteration`).
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import os from 'node:os'
import { fileURLToPath } from 'node:url'
import { measure, median, settle } from './measure.mjs'
import { load, makeKeys } from './peers.mjs'
import { draw } from './plot.mjs'

const quick = process.argv.includes('--quick')
const only = process.argv
  .slice(2)
  .filter((arg) => /^\d+$/.test(arg))
  .map(Number)
const peers = ['hamt-wasm', 'immutable', 'hamt_plus', 'effect']

let sink = 0

/** A value such as a registry has, new each time. */
const makeObject = (i) => ({
  registered: true,
  active: i % 3 !== 0,
  ticketBalance: BigInt(i),
  joined: 1_700_000_000 + i,
  tags: ['a', `b${i % 100}`],
})

/** What the rows work on. Each operation of a row is one of `lookups`. */
function dataFor(lib, n, kind) {
  const makeValue = kind === 'objects' ? makeObject : (i) => i
  const keys = makeKeys(n)
  const lookups = makeKeys(n)
  for (let i = n - 1; i > 0; --i) {
    const j = (i * 7919 + 13) % (i + 1)
    ;[lookups[i], lookups[j]] = [lookups[j], lookups[i]]
  }
  const entries = keys.map((k, i) => [k, makeValue(i)])
  const values = Array.from({ length: 1000 }, (_, i) => makeValue(n + i))
  const map = lib.from(entries)
  // Small maps by the hundred: one would be over before the clock has moved.
  const times = Math.max(1, Math.floor(1000 / n))
  const forks = Array.from({ length: 1000 }, (_, i) => lib.set(map, lookups[(i * 7919) % n], values[i]))
  const line = [map]
  for (let i = 0; i < 1000; ++i) line.push(lib.set(line[i], lookups[(i * 7919) % n], values[(i * 31) % 1000]))
  return {
    keys,
    lookups,
    entries,
    values,
    map,
    times,
    forks,
    line,
    n,
    makeValue,
  }
}

const seen = (value) => {
  if (value === undefined) throw new Error('a key is missing')
  sink += typeof value === 'number' ? value : value.joined
}

const rows = {
  from: {
    run(lib, { entries, times, n }) {
      for (let t = 0; t < times; ++t) lib.from(entries)
      return n * times
    },
  },
  build: {
    run(lib, { keys, values, times, n }) {
      for (let t = 0; t < times; ++t) {
        let m = lib.empty()
        for (let i = 0; i < n; ++i) m = lib.set(m, keys[i], values[i % 1000])
      }
      return n * times
    },
  },
  get: {
    run(lib, { map, lookups, times, n }) {
      for (let t = 0; t < times; ++t) for (const k of lookups) seen(lib.get(map, k))
      return n * times
    },
  },
  set: {
    run(lib, { map, lookups, values, times, n }) {
      for (let t = 0; t < times; ++t) {
        let m = map
        for (let i = 0; i < n; ++i) m = lib.set(m, lookups[i], values[i % 1000])
      }
      return n * times
    },
  },
  update: {
    objectsOnly: true,
    run(lib, { map, lookups, times, n }) {
      const count = Math.min(n, 10_000)
      for (let t = 0; t < times; ++t) {
        let m = map
        for (let i = 0; i < count; ++i) {
          const old = lib.get(m, lookups[i])
          m = lib.set(m, lookups[i], { ...old, joined: old.joined + 1 })
        }
      }
      return count * times
    },
  },
  delete: {
    numbersOnly: true,
    run(lib, { map, lookups, times, n }) {
      for (let t = 0; t < times; ++t) {
        let m = map
        for (const k of lookups) m = lib.delete(m, k)
      }
      return n * times
    },
  },
  iterate: {
    run(lib, { map, times, n }) {
      for (let t = 0; t < times; ++t) lib.iterate(map, (k, v) => seen(v))
      return n * times
    },
  },
  'first iteration': {
    prepare: (lib, { entries, times }) => Array.from({ length: times }, () => lib.from(entries)),
    run(lib, { times, n }, maps) {
      for (const map of maps) lib.iterate(map, (k, v) => seen(v))
      return n * times
    },
  },
  '1,000 forks': {
    run(lib, { map, lookups, values, n }) {
      const kept = []
      for (let i = 0; i < 1000; ++i) kept.push(lib.set(map, lookups[(i * 7919) % n], values[i]))
      sink += kept.length
      return 1000
    },
  },
  'forks read': {
    run(lib, { forks, lookups, n }) {
      // Other keys than the one that was written.
      for (let i = 0; i < 1000; ++i)
        for (let j = 1; j <= 10; ++j) seen(lib.get(forks[i], lookups[(i * 7919 + j * 101) % n]))
      return 10_000
    },
  },
  '1,000 in a row': {
    run(lib, { map, lookups, values, n }) {
      const kept = [map]
      for (let i = 0; i < 1000; ++i)
        kept.push(lib.set(kept[i], lookups[(i * 7919) % n], values[(i * 31) % 1000]))
      sink += kept.length
      return 1000
    },
  },
  'line read': {
    run(lib, { line, lookups, n }) {
      for (let i = 0; i < 10_000; ++i) seen(lib.get(line[(i * 7919) % 1001], lookups[(i * 104_729) % n]))
      return 10_000
    },
  },
  'line made and read': {
    prepare(lib, { map, lookups, values, n }) {
      const kept = [map]
      for (let i = 0; i < 1000; ++i)
        kept.push(lib.set(kept[i], lookups[(i * 7919) % n], values[(i * 31) % 1000]))
      return kept
    },
    run(lib, { lookups, n }, line) {
      for (let i = 0; i < 10_000; ++i) seen(lib.get(line[(i * 7919) % 1001], lookups[(i * 104_729) % n]))
      return 10_000
    },
  },
}

/** What values.md asks for: at most this multiple of the fastest persistent peer. */
const goals = {
  objects: {
    read: { 8: 0.7, 32: 0.7, 1000: 0.5, 10_000: 0.5, 100_000: 0.6 },
    write: { 8: 1, 32: 1, 1000: 0.8, 10_000: 0.7, 100_000: 0.7 },
    iterate: { 8: 1, 32: 1, 1000: 0.8, 10_000: 0.8, 100_000: 0.8 },
  },
  numbers: {
    get: { 8: 0.7, 32: 0.7, 1000: 0.5, 10_000: 0.6, 100_000: 0.5 },
    from: { 8: 1, 32: 1, 1000: 0.8, 10_000: 0.8, 100_000: 0.4 },
    rest: { 8: 1, 32: 1, 1000: 0.8, 10_000: 0.8, 100_000: 0.5 },
  },
}
function goalOf(kind, row, n) {
  if (row === 'first iteration' || row === 'line made and read') return undefined
  if (kind === 'numbers') {
    if (['get', 'from'].includes(row)) return goals.numbers[row][n]
    return ['build', 'set', 'delete', 'iterate'].includes(row) ? goals.numbers.rest[n] : undefined
  }
  if (['get', 'forks read', 'line read'].includes(row)) return goals.objects.read[n]
  if (row === 'iterate') return goals.objects.iterate[n]
  return row === 'build' ? undefined : goals.objects.write[n]
}

async function runSize(libraries, kind, n) {
  const rounds = quick ? 3 : n >= 100_000 ? 5 : 11
  const least = quick ? 4 : 8
  const data = new Map(libraries.map((lib) => [lib, dataFor(lib, n, kind)]))
  const results = []
  for (const [name, row] of Object.entries(rows)) {
    if ((row.objectsOnly && kind !== 'objects') || (row.numbersOnly && kind !== 'numbers')) continue
    const times = new Map(libraries.map((lib) => [lib, []]))
    for (let round = 0; round < rounds; ++round) {
      for (let i = 0; i < libraries.length; ++i) {
        const lib = libraries[(i + round) % libraries.length]
        await settle()
        times.get(lib).push(measure(lib, row, data.get(lib), least))
      }
    }
    process.stderr.write('.')
    const ns = Object.fromEntries(libraries.map((lib) => [lib.name, median(times.get(lib))]))
    results.push({ kind, n, name, ns })
  }
  return results
}

// --- the first operations of a process -----------------------------------------------------------------

/** Milliseconds that a fresh process needs to import a library, and for its first 2,000 operations. */
async function cold(name) {
  const began = performance.now()
  const [lib] = await load(name)
  const imported = performance.now()
  const keys = makeKeys(1000)
  const from = performance.now()
  let m = lib.from(keys.slice(0, 500).map((k, i) => [k, makeObject(i)]))
  for (let i = 0; i < 500; ++i) m = lib.set(m, keys[500 + i], makeObject(i))
  for (let i = 0; i < 1000; ++i) seen(lib.get(m, keys[i]))
  return [imported - began, performance.now() - from]
}

if (process.argv.includes('--cold')) {
  console.log(JSON.stringify(await cold(process.argv.at(-1))))
  process.exit(0)
}

function coldTable() {
  const runs = quick ? 3 : 15
  const times = new Map(peers.map((name) => [name, []]))
  for (let i = 0; i < runs; ++i) {
    for (const name of peers) {
      const out = execFileSync(process.execPath, [fileURLToPath(import.meta.url), '--cold', name], {
        encoding: 'utf8',
      })
      times.get(name).push(JSON.parse(out))
    }
  }
  const of = (name, column) => median(times.get(name).map((pair) => pair[column])).toFixed(1)
  return [
    '',
    '**A fresh process**: milliseconds to import, and for the first 2,000 operations with objects (500 by `from`, 500 `set`, 1,000 `get`)',
    '',
    `| | ${peers.join(' | ')} |`,
    `| --- | ${peers.map(() => '---:').join(' | ')} |`,
    `| import | ${peers.map((name) => of(name, 0)).join(' | ')} |`,
    `| first operations | ${peers.map((name) => of(name, 1)).join(' | ')} |`,
  ]
}

// --- report ----------------------------------------------------------------------------------------

const libraries = (await load()).filter((lib) => peers.includes(lib.name))
const lines = []
const all = []
const format = (x) =>
  x >= 10_000 ? `${Math.round(x / 1000)}k` : x >= 100 ? String(Math.round(x)) : x.toFixed(1)
for (const kind of ['objects', 'numbers']) {
  for (const n of only.length > 0 ? only : [8, 32, 1000, 10_000, 100_000]) {
    const results = await runSize(libraries, kind, n)
    all.push(...results)
    const names = libraries.map((lib) => lib.name)
    lines.push('', `**${kind}, ${n.toLocaleString('en')} entries** (nanoseconds an operation)`, '')
    lines.push(
      `| | ${names.join(' | ')} | to the best peer | goal |`,
      `| --- | ${names.map(() => '---:').join(' | ')} | ---: | ---: |`,
    )
    for (const { name, ns } of results) {
      const best = names.slice(1).reduce((a, b) => (ns[a] <= ns[b] ? a : b))
      const ratio = ns['hamt-wasm'] / ns[best]
      all.find((row) => row.kind === kind && row.n === n && row.name === name).best = best
      const goal = goalOf(kind, name, n)
      const verdict = goal === undefined ? '' : `${ratio <= goal ? '✓' : '✗'} ≤ ${goal}`
      lines.push(
        `| ${name} | ${names.map((each) => format(ns[each])).join(' | ')} | ${ratio.toFixed(2)} (${best}) | ${verdict} |`,
      )
    }
  }
}
process.stderr.write('\n')
const machine = `${os.cpus()[0].model.trim()}, ${os.cpus().length} cores; Node ${process.version}`
console.log([machine, ...lines, ...(only.length > 0 ? [] : coldTable())].join('\n'))
if (!quick && only.length === 0) {
  writeFileSync(
    new URL('../results/values.json', import.meta.url),
    `${JSON.stringify({ machine, results: all }, null, 2)}\n`,
  )
  for (const n of [32, 1000, 100_000]) {
    writeFileSync(
      new URL(`values-${n}.svg`, import.meta.url),
      draw(
        all.filter((row) => row.kind === 'objects' && row.n === n),
        `Time relative to the best persistent peer, objects, ${n.toLocaleString('en')} entries; shorter is better`,
      ),
    )
  }
}
if (sink === 0.123) console.log(sink)
