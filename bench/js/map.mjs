// The map against immutable, hamt_plus, hamt, effect's HashMap (persistent) and the native Map (not
// persistent).
//
//     npm run bench:js map             (about five minutes; `-- --quick` for one with little meaning)
//
// One process, one run. Keys have 42 characters; lookups use strings that are equal to those in the map, but
// other objects. For every row the libraries take turns, round after round, each with its own warm-up; a
// figure is the median of the rounds. Times are processor time of the process (the collector's helper threads
// included), so that other programs on the machine do not count. Memory is measured in one fresh process a
// library. Writes bench/results/map.json, and bench/js/map.svg and map.md, which bench/README.md shows.
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { fileURLToPath } from 'node:url'
import { measure, median, settle } from './measure.mjs'
import { load, makeKeys } from './peers.mjs'
import { draw } from './plot.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const quick = process.argv.includes('--quick')

// --- rows ----------------------------------------------------------------------------------------

let sink = 0

/** What is measured: `run` gives how many operations it did. `prepare` is not measured. */
const rows = [
  {
    name: 'get',
    run(lib, { map, lookups }) {
      for (const k of lookups) sink += lib.get(map, k)
      return lookups.length
    },
  },
  {
    name: 'get, missing key',
    run(lib, { map, missing }) {
      for (const k of missing) if (lib.get(map, k) === undefined) ++sink
      return missing.length
    },
  },
  {
    name: 'build by a loop of set',
    run(lib, { fresh }) {
      let m = lib.empty()
      for (let i = 0; i < fresh.length; ++i) m = lib.set(m, fresh[i], i)
      sink += lib.get(m, fresh[0])
      return fresh.length
    },
  },
  {
    name: 'from',
    run(lib, { entries }) {
      sink += lib.get(lib.from(entries), entries[0][0])
      return entries.length
    },
  },
  {
    name: 'loop of set over existing keys',
    prepare: (lib, data) => (lib.native ? lib.from(data.entries) : data.map),
    run(lib, { lookups }, map) {
      let m = map
      for (let i = 0; i < lookups.length; ++i) m = lib.set(m, lookups[i], i + 1)
      sink += lib.get(m, lookups[0])
      return lookups.length
    },
  },
  {
    name: 'delete, every key in turn',
    prepare: (lib, data) => (lib.native ? lib.from(data.entries) : data.map),
    run(lib, { lookups }, map) {
      let m = map
      for (const k of lookups) m = lib.delete(m, k)
      return lookups.length
    },
  },
  {
    // What an edit of an old version defers is paid by reads of other keys: they are part of the row.
    name: '1,000 kept versions from one base, read',
    persistent: true,
    run(lib, { map, lookups }) {
      const n = lookups.length
      const versions = []
      for (let i = 0; i < 1000; ++i) versions.push(lib.set(map, lookups[(i * 7919) % n], -i))
      for (let i = 0; i < 1000; ++i) {
        sink += lib.get(versions[i], lookups[(i * 7919 + 101) % n])
        sink += lib.get(versions[i], lookups[(i * 104_729 + 13) % n])
      }
      return 1000
    },
  },
  {
    name: 'full iteration',
    run(lib, { map, lookups }) {
      lib.iterate(map, (k, v) => (sink += v + k.length))
      return lookups.length
    },
  },
  {
    name: 'equality of relatives',
    persistent: true,
    perCall: true,
    run(lib, { map, relative, back }) {
      if (lib.equals(map, relative) || !lib.equals(map, back)) throw new Error(`${lib.name} is wrong`)
      return 2
    },
  },
  {
    name: 'diff of relatives (10 changes)',
    persistent: true,
    perCall: true,
    run(lib, { map, relative }) {
      let changes = 0
      lib.diff(map, relative, () => ++changes)
      if (changes !== 10) throw new Error(`${lib.name} finds ${changes} changes`)
      return 1
    },
  },
]

function dataFor(lib, n, keys) {
  const { entries, lookups } = keys
  const map = lib.from(entries)
  let relative = map
  for (let i = 0; i < 10; ++i)
    relative = lib.native ? relative : lib.set(relative, lookups[(i * 997) % n], -1 - i)
  let back = relative
  for (let i = 0; i < 10; ++i) {
    const key = lookups[(i * 997) % n]
    back = lib.native ? back : lib.set(back, key, lib.get(map, key))
  }
  return { ...keys, map, relative, back }
}

async function runRows(libraries, n) {
  const lookups = makeKeys(n)
  // In another order than the keys were made in, as lookups are.
  for (let i = n - 1; i > 0; --i) {
    const j = (i * 7919 + 13) % (i + 1)
    ;[lookups[i], lookups[j]] = [lookups[j], lookups[i]]
  }
  const keys = {
    entries: makeKeys(n).map((k, i) => [k, i]),
    fresh: makeKeys(n),
    lookups,
    missing: makeKeys(n, 99),
  }
  const data = new Map(libraries.map((lib) => [lib, dataFor(lib, n, keys)]))
  const rounds = quick ? 3 : n >= 1_000_000 ? 1 : n >= 100_000 ? 7 : 25
  const least = quick ? 5 : 10
  const results = []
  for (const row of rows) {
    const taking = libraries.filter((lib) => !(row.persistent && lib.native))
    if (taking.length === 0) continue
    const times = new Map(taking.map((lib) => [lib, []]))
    for (const lib of taking) {
      for (let i = 0; i < (n < 10_000 ? 40 : n < 1_000_000 ? 2 : 0); ++i) measure(lib, row, data.get(lib), 1)
      await settle()
    }
    for (let round = 0; round < rounds; ++round) {
      // Who begins changes, so that nobody always runs after the same neighbour.
      for (let i = 0; i < taking.length; ++i) {
        const lib = taking[(i + round) % taking.length]
        await settle()
        times.get(lib).push(measure(lib, row, data.get(lib), least))
      }
    }
    process.stderr.write('.')
    const ns = Object.fromEntries(taking.map((lib) => [lib.name, median(times.get(lib))]))
    results.push({ name: row.name, perCall: row.perCall ?? false, n, ns })
  }
  return results
}

// --- memory --------------------------------------------------------------------------------------

/**
 * Bytes an entry of one map, keys and values included: JavaScript's heap and array buffers, and wasm memory.
 */
async function measureMemory(name, n) {
  const [lib] = await load(name)
  const used = async () => {
    for (let i = 0; i < 4; ++i) {
      globalThis.gc()
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers + (lib.memory?.() ?? 0)
  }
  lib.get(lib.from([['warm', 1]]), 'warm')
  const before = await used()
  const map = lib.from(makeKeys(n).map((k, i) => [k, i + 0.5 - 0.5]))
  const after = await used()
  sink += lib.get(map, makeKeys(1)[0])
  return (after - before) / n
}

if (process.argv.includes('--memory')) {
  const [name, n] = process.argv.slice(process.argv.indexOf('--memory') + 1)
  console.log(await measureMemory(name, Number(n)))
  process.exit(0)
}

// --- report ----------------------------------------------------------------------------------------

// What the project set itself: at most this ratio to the best persistent peer.
const goals = {
  1000: { get: 0.8 },
  100000: {
    get: 0.5,
    'get, missing key': 0.7,
    'build by a loop of set': 0.3,
    from: 0.4,
    'loop of set over existing keys': 0.5,
    'delete, every key in turn': 0.5,
    '1,000 kept versions from one base, read': 1,
    'full iteration': 0.5,
    'equality of relatives': 0.01,
    'diff of relatives (10 changes)': 0.01,
    'memory, bytes an entry': 0.7,
  },
}

const libraries = await load()
const sizes = quick ? [1000, 100_000] : [1000, 100_000, 1_000_000]
const results = []
for (const n of sizes) {
  if (n < 1_000_000) {
    results.push(...(await runRows(libraries, n)))
  } else {
    // One library after the other, once: six such maps at a time would measure the collector.
    const parts = []
    for (const lib of libraries) parts.push(...(await runRows([lib], n)))
    for (const { name } of rows) {
      const same = parts.filter((part) => part.name === name)
      if (same.length > 0)
        results.push({
          ...same[0],
          ns: Object.assign({}, ...same.map((part) => part.ns)),
        })
    }
  }
  if (n === 1000) continue
  const ns = {}
  for (const { name } of libraries) {
    ns[name] = Number(
      execFileSync(process.execPath, ['--expose-gc', here('map.mjs'), '--memory', name, String(n)], {
        encoding: 'utf8',
      }),
    )
  }
  results.push({ name: 'memory, bytes an entry', perCall: false, n, ns })
}
process.stderr.write('\n')

const persistent = libraries.filter((lib) => !lib.native && lib.name !== 'hamt-wasm').map((lib) => lib.name)
for (const row of results) {
  row.best = persistent.filter((name) => name in row.ns).reduce((a, b) => (row.ns[a] <= row.ns[b] ? a : b))
  row.ratio = row.ns['hamt-wasm'] / row.ns[row.best]
  row.toMap = row.ns.Map === undefined ? undefined : row.ns['hamt-wasm'] / row.ns.Map
  row.goal = row.n === 1_000_000 ? undefined : (goals[row.n]?.[row.name] ?? (row.n === 1000 ? 1 : undefined))
}

const machine = `${os.cpus()[0].model.trim()}, ${os.cpus().length} cores; Node ${process.version}; ${os.type()} ${os.release()}`
const format = (x) =>
  x === undefined
    ? '–'
    : x >= 10_000
      ? `${Math.round(x / 1000)}k`
      : x >= 100
        ? String(Math.round(x))
        : x.toFixed(1)
const columns = libraries.map((lib) => lib.name)
const lines = []
for (const n of sizes) {
  lines.push(
    ``,
    `**${n.toLocaleString('en')} entries** (nanoseconds an operation; a whole call for equality and diff)`,
    ``,
  )
  lines.push(`| | ${columns.join(' | ')} | to the best persistent peer | goal | to Map |`)
  lines.push(`| --- | ${columns.map(() => '---:').join(' | ')} | ---: | ---: | ---: |`)
  for (const row of results.filter((r) => r.n === n)) {
    const goal = row.goal === undefined ? '' : `${row.ratio <= row.goal ? '✓' : '✗'} ≤ ${row.goal}`
    const toMap = row.toMap === undefined ? '–' : row.toMap.toFixed(2)
    lines.push(
      `| ${row.name} | ${columns.map((c) => format(row.ns[c])).join(' | ')} | ${row.ratio.toFixed(3)} (${row.best}) | ${goal} | ${toMap} |`,
    )
  }
}
const table = lines.join('\n')
console.log(`${machine}\n${table}`)

if (!quick) {
  mkdirSync(here('../results/'), { recursive: true })
  writeFileSync(
    here('../results/map.json'),
    `${JSON.stringify({ machine, date: new Date().toISOString(), results }, null, 2)}\n`,
  )
  writeFileSync(
    here('map.svg'),
    draw(
      results.filter((row) => row.n === 100_000),
      'Time (and memory) relative to the best persistent peer, 100,000 entries; shorter is better',
    ),
  )
  writeFileSync(
    here('map.md'),
    `# The map against its peers\n\nOne run of \`npm run bench:js map\` on: ${machine}.\n\n![Time of hamt-wasm relative to the best persistent peer](map.svg)\n${table}\n\n` +
      `“Goal” is the ratio to the fastest of the persistent peers that the project set itself. Keys have 42 characters and are equal to, but\n` +
      `not the same objects as, those in the map. Map is the native one: it keeps no versions, so \`set\` and \`delete\` change it in place. The peers\n` +
      `have no diff, and some no equality; there the row is a walk over one map with lookups in the other.\n`,
  )
}

if (sink === 0.123) console.log(sink)
