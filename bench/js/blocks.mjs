// Node tables and block stores: requests, bytes, blocks, time and memory, against the goals.
//
//     node --expose-gc bench/js/blocks.mjs [--entries N]        (after a build; about a minute with a million entries)
//     node bench/js/blocks.mjs --redis N                        a map of N entries in a Redis server of its own, edited by a process that never has it
//
// Entries: `0x` and 40 random hex digits → a number below 1,000. Versions: 20, each 1,000 random edits of the
// one before.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ClassicLevel } from 'classic-level'
import { Hamt, serialize } from 'hamt-wasm'
import { openMap, openNodes, push, serializeNodes } from 'hamt-wasm/blocks'
import { createClient, RESP_TYPES } from 'redis'
import { randoms } from './random.mjs'

function option(name, otherwise) {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? otherwise : Number(process.argv[at + 1])
}

const hex8 = (n) => (n >>> 0).toString(16).padStart(8, '0')
/** The i-th key: a permutation of 32 bits leads, so that no two are equal. */
function keyOf(i) {
  const mixed = Math.imul(i ^ (i >>> 15), 0x2c1b3c6d) ^ 0x297a2d39
  return `0x${hex8(Math.imul(i, 0x9e3779b1))}${hex8(mixed)}${hex8(Math.imul(mixed, 0x85ebca6b))}${hex8(i)}${hex8(~mixed)}`
}

const rows = []
function report(what, measured, goal, isMet) {
  rows.push(
    `| ${what} | ${measured} | ${goal ?? ''} | ${isMet === undefined ? '' : isMet ? 'met' : '**missed**'} |`,
  )
  if (process.argv.includes('--verbose')) console.error(rows.at(-1))
}
async function timed(f) {
  const began = performance.now()
  const result = await f()
  return [result, (performance.now() - began) / 1000]
}
const seconds = (s) => `${s.toFixed(2)} s`
const kb = (bytes) => `${(bytes / 1024).toFixed(1)} KB`
const mb = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`
const sorted = (list) => [...list].sort((a, b) => a - b)
const median = (list) => sorted(list)[list.length >> 1]

async function main(entries) {
  const random = randoms(54321)
  const first = Hamt.from(
    (function* () {
      for (let i = 0; i < entries; ++i) yield [keyOf(i), random(1000)]
    })(),
  )
  const versions = [first]
  while (versions.length < 20) {
    versions.push(
      versions.at(-1).withMutations((draft) => {
        for (let i = 0; i < 1000; ++i) draft.set(keyOf(random(entries)), random(1000))
      }),
    )
  }
  await tables(versions, entries, random)
  await stores(versions[0], entries, random)
  console.log('| | measured | goal | |\n| --- | ---: | ---: | --- |')
  console.log(rows.join('\n'))
}

async function tables(versions, entries, random) {
  const table = await written(versions)
  /** The table as a server would give it. */
  const source = {
    size: table.length,
    read: async (offset, length) => table.subarray(offset, offset + length),
  }
  const opened = await openNodes(source)
  const { requests, bytes } = opened.traffic
  report('open', `${requests} requests, ${kb(bytes)}`, '≤ 2, ≤ 64 KB', requests <= 2 && bytes <= 64 * 1024)
  await gets(source, versions, entries, random)
  const [loaded, loading] = await timed(() => opened.at(-1).load())
  report('load of a version', `${seconds(loading)}; ${opened.traffic.requests} requests`)
  if (!loaded.equals(versions.at(-1))) throw new Error('a version was loaded wrong')
}

/** The node table of versions; reports its size and the time to write it. */
async function written(versions) {
  const snapshotTimes = []
  const tableTimes = []
  let snapshot, table
  // The digests are made by the first and kept: shown apart.
  const [, digests] = await timed(() => versions.forEach((version) => version.digest()))
  for (let i = 0; i < 3; ++i) {
    const [a, forSnapshot] = await timed(() => serialize(versions))
    const [b, forTable] = await timed(() => serializeNodes(versions))
    snapshotTimes.push(forSnapshot)
    tableTimes.push(forTable)
    ;[snapshot, table] = [a, b]
  }
  const ratio = table.length / snapshot.length
  report(
    'node table, size',
    `${mb(table.length)}; snapshot ${mb(snapshot.length)}; ${ratio.toFixed(2)} ×`,
    '≤ 1.6 ×',
    ratio <= 1.6,
  )
  const [s, t] = [median(snapshotTimes), median(tableTimes)]
  report(
    'node table, written',
    `${seconds(t)}; snapshot ${seconds(s)}; ${(t / s).toFixed(2)} ×`,
    '≤ 2 ×',
    t <= 2 * s,
  )
  report('all digests, before that', seconds(digests))
  return table
}

/** Reports what a lookup in a table takes that was just opened, and a second one near it. */
async function gets(source, versions, entries, random) {
  // Of some keys the one that follows; the versions have the same keys.
  const asked = new Set(Array.from({ length: 300 }, () => keyOf(random(entries))))
  const neighbours = new Map()
  let last
  for (const key of versions[0].keys()) {
    if (asked.has(last)) neighbours.set(last, key)
    last = key
  }
  const cold = []
  const near = []
  const times = []
  for (const [key, neighbour] of neighbours) {
    const file = await openNodes(source)
    const before = file.traffic
    const at = random(20)
    const [value, time] = await timed(() => file.at(at).get(key))
    if (value === undefined) throw new Error('a key is not there')
    times.push(time)
    const after = file.traffic
    cold.push({ requests: after.requests - before.requests, bytes: after.bytes - before.bytes })
    // Near: the key that follows in iteration.
    await file.at(at).get(neighbour)
    near.push(file.traffic.requests - after.requests)
  }
  const most = (name) => Math.max(...cold.map((c) => c[name]))
  report(
    'cold get, of 300 keys',
    `median ${median(cold.map((c) => c.requests))} requests, ${kb(median(cold.map((c) => c.bytes)))}; most ${most('requests')}, ${kb(most('bytes'))}; ${(1000 * median(times)).toFixed(2)} ms`,
    '≤ 4, ≤ 32 KB',
    most('requests') <= 4 && most('bytes') <= 32 * 1024,
  )
  report(
    'a second near it',
    `median ${median(near)} requests, most ${Math.max(...near)}`,
    '≤ 2',
    Math.max(...near) <= 2,
  )
}

class CountingStore {
  blocks = new Map()
  reads = 0
  writes = 0
  bytes = 0
  get(digest) {
    ++this.reads
    return this.blocks.get(Buffer.from(digest).toString('latin1'))
  }
  put(digest, block) {
    ++this.writes
    this.bytes += block.length
    this.blocks.set(Buffer.from(digest).toString('latin1'), block)
  }
  clear() {
    this.reads = this.writes = this.bytes = 0
  }
}

async function stores(map, entries, random) {
  const store = new CountingStore()
  const [digest, pushing] = await timed(() => push(map, store))
  report('push of everything to memory', `${store.writes} blocks, ${mb(store.bytes)}, ${seconds(pushing)}`)
  const pushes = []
  let version = map
  for (let i = 0; i < 100; ++i) {
    version = version.set(keyOf(random(entries)), 1000 + i)
    store.clear()
    await push(version, store)
    pushes.push({ blocks: store.writes, bytes: store.bytes })
  }
  const blocks = Math.max(...pushes.map((p) => p.blocks))
  const bytes = Math.max(...pushes.map((p) => p.bytes))
  report(
    'push after one edit, most of 100',
    `${blocks} blocks, ${kb(bytes)}`,
    '≤ 6, ≤ 8 KB',
    blocks <= 6 && bytes <= 8192,
  )
  const reads = []
  for (let i = 0; i < 1000; ++i) {
    store.clear()
    await openMap(store, digest).get(keyOf(random(entries)))
    reads.push(store.reads)
  }
  report('cold get, most of 1,000', `${Math.max(...reads)} reads`, '≤ 6', Math.max(...reads) <= 6)
  const edits = []
  for (let i = 0; i < 200; ++i) {
    store.clear()
    await openMap(store, digest).edit((draft) => draft.set(keyOf(random(entries)), -i))
    edits.push([store.reads, store.writes])
  }
  const [r, w] = [0, 1].map((which) => Math.max(...edits.map((e) => e[which])))
  report('edit of one key, most of 200', `${r} reads, ${w} writes`, '≤ 6, ≤ 6', r <= 6 && w <= 6)
  await level(map)
}

async function level(map) {
  const folder = mkdtempSync(join(tmpdir(), 'hamt-bench-'))
  const times = { rows: [], blocks: [] }
  for (let round = 0; round < 3; ++round) {
    const encoding = { keyEncoding: 'view', valueEncoding: 'view' }
    const rowsDb = new ClassicLevel(join(folder, `rows${round}`), encoding)
    await rowsDb.open()
    const encoder = new TextEncoder()
    const [, forRows] = await timed(async () => {
      let batch = []
      for (const [key, value] of map) {
        batch.push({ type: 'put', key: encoder.encode(key), value: encoder.encode(String(value)) })
        if (batch.length === 1000) {
          await rowsDb.batch(batch)
          batch = []
        }
      }
      await rowsDb.batch(batch)
    })
    await rowsDb.close()
    const db = new ClassicLevel(join(folder, `blocks${round}`), encoding)
    await db.open()
    const store = {
      get: (digest) => db.get(digest),
      put: (digest, block) => db.put(digest, block),
      getMany: (digests) => db.getMany(digests),
      putMany: (many) =>
        db.batch(many.map(({ digest, block }) => ({ type: 'put', key: digest, value: block }))),
    }
    const [, forBlocks] = await timed(() => push(map, store))
    await db.close()
    times.rows.push(forRows)
    times.blocks.push(forBlocks)
  }
  rmSync(folder, { recursive: true, force: true })
  const [a, b] = [median(times.rows), median(times.blocks)]
  report(
    'push of everything to LevelDB',
    `${seconds(b)}; as rows ${seconds(a)}; ${(b / a).toFixed(2)} ×`,
    '≤ 3 ×',
    b <= 3 * a,
  )
}

/** No time limit: the machine may be busy with other things. */
const connect = (port) =>
  createClient({ url: `redis://127.0.0.1:${port}`, commandOptions: { timeout: 600_000 } }).connect()

/** Fills a Redis server by another process, which has all of it in memory; gives the map's digest as text. */
function filledElsewhere(port, entries) {
  const self = fileURLToPath(import.meta.url)
  const args = ['--max-old-space-size=4096', self, '--fill', String(port), '--entries', String(entries)]
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    child.stdout.on('data', (data) => (said += data))
    child.once('exit', (code) => (code === 0 ? resolve(said.trim()) : reject(new Error('filling failed'))))
  })
}

/** Reports edits of a map in a store, few and many in one, and lookups in the map that they lead to. */
async function editsAndGets(store, map, entries) {
  let next = map
  const random = randoms(99)
  for (const [edits, batches] of [
    [1, 100],
    [1000, 10],
    [50_000, 2],
  ]) {
    const took = []
    for (let k = 0; k < batches; ++k) {
      const [edited, time] = await timed(() =>
        next.edit((draft) => {
          for (let i = 0; i < edits; ++i) draft.set(keyOf(random(entries)), -1 - random(1000))
        }),
      )
      next = edited
      took.push(time)
    }
    report(`${edits} edits in one, median of ${batches}`, `${(1000 * median(took)).toFixed(1)} ms`)
  }
  const times = []
  for (let i = 0; i < 200; ++i) {
    const n = random(entries)
    const fresh = openMap(store, next.digest)
    const [value, time] = await timed(() => fresh.get(keyOf(n)))
    if (value === undefined) throw new Error('a key is not there')
    times.push(time)
  }
  report('cold get', `${(1000 * median(times)).toFixed(2)} ms`)
  if ((await next.size()) !== entries) throw new Error('an entry is missing')
}

/** A map that is made and edited in a Redis server, never in this process. */
async function redis(entries) {
  const folder = mkdtempSync(join(tmpdir(), 'hamt-bench-'))
  const port = 20_000 + (process.pid % 20_000)
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder]
  const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.stdout.on('data', (data) => String(data).includes('Ready to accept') && resolve())
  })
  const client = await connect(port)
  try {
    const commands = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })
    const store = {
      get: (digest) => commands.get(Buffer.from(digest)),
      put: (digest, block) => commands.set(Buffer.from(digest), Buffer.from(block)),
      getMany: (digests) => commands.mGet(digests.map((digest) => Buffer.from(digest))),
    }
    const [filled, filling] = await timed(() => filledElsewhere(port, entries))
    report(`${entries} entries made and pushed to Redis by another process`, seconds(filling))
    await editsAndGets(store, openMap(store, Buffer.from(filled, 'hex')), entries)
    const most = process.resourceUsage().maxRSS * 1024
    const used = Number(/used_memory:(\d+)/.exec(await client.info('memory'))[1])
    report('memory of the server', mb(used))
    report('memory of this process, at most', mb(most), '< 512 MB', most < 512e6)
  } finally {
    client.destroy()
    server.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  console.log('| | measured | goal | |\n| --- | ---: | ---: | --- |')
  console.log(rows.join('\n'))
}

/** Pushes a map to a Redis server and prints its digest. */
async function fill(port, entries) {
  const client = await connect(port)
  const store = {
    get: (digest) => client.get(Buffer.from(digest)),
    has: async () => false, // nothing is there yet
    put: (digest, block) => client.set(Buffer.from(digest), Buffer.from(block)),
  }
  const map = Hamt.from(
    (function* () {
      for (let i = 0; i < entries; ++i) yield [keyOf(i), i % 1000]
    })(),
  )
  console.log(Buffer.from(await push(map, store)).toString('hex'))
  client.destroy()
}

const forRedis = option('redis', 0)
const toFill = option('fill', 0)
if (toFill > 0) await fill(toFill, option('entries', 0))
else if (forRedis > 0) await redis(forRedis)
else await main(option('entries', 1_000_000))
