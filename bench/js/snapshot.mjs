// Snapshots against other ways of keeping many versions: bytes as they are and compressed, and the time to
// write, load and open.
//
//     node bench/js/snapshot.mjs [--json FILE]         (after a build; about a minute)
//
// W1 10,000 entries, `user:000123` → `value-` and a number below 1,000; 99 more versions, each 10 random
// edits of the one before. W2 100,000 entries, `0x` and 40 random hex digits → a number below 1,000; 999 more
// versions, each one edit of the first. W3 1,000 entries, 1,000 versions, each one edit of the one before;
// and a delta of one edit.
import { writeFileSync } from 'node:fs'
import v8 from 'node:v8'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import * as effect from 'effect/HashMap'
import hamtPlus from 'hamt_plus'
import { deserialize, Hamt, openSnapshot, serialize, serializeDelta } from 'hamt-wasm'
import Immutable from 'immutable'
import { randoms } from './random.mjs'

export const workloads = {
  W1() {
    const random = randoms(12345)
    const first = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, i) => [
        `user:${String(i).padStart(6, '0')}`,
        `value-${random(1000)}`,
      ]),
    )
    const keys = Object.keys(first)
    const edits = Array.from({ length: 99 }, () =>
      Object.fromEntries(
        Array.from({ length: 10 }, () => [keys[random(10_000)], `value-${random(100_000)}`]),
      ),
    )
    return { first, edits, linear: true }
  },
  W2() {
    const random = randoms(54321)
    const digits = '0123456789abcdef'
    const first = Object.fromEntries(
      Array.from({ length: 100_000 }, () => [
        `0x${Array.from({ length: 40 }, () => digits[random(16)]).join('')}`,
        random(1000),
      ]),
    )
    const keys = Object.keys(first)
    const edits = Array.from({ length: 999 }, () => ({ [keys[random(keys.length)]]: random(1000) }))
    return { first, edits, linear: false }
  },
  W3() {
    const random = randoms(777)
    const first = Object.fromEntries(
      Array.from({ length: 1000 }, (_, i) => [`key-${i}`, `value-${random(1000)}`]),
    )
    const edits = Array.from({ length: 999 }, () => ({ [`key-${random(1000)}`]: `value-${random(100_000)}` }))
    return { first, edits, linear: true }
  },
}

function allVersions({ first, edits, linear }) {
  const versions = [first]
  for (const edit of edits) versions.push({ ...(linear ? versions.at(-1) : first), ...edit })
  return versions
}

function mapsOf({ first, edits, linear }) {
  const maps = [Hamt.from(first)]
  for (const edit of edits) {
    maps.push(
      (linear ? maps.at(-1) : maps[0]).withMutations((draft) => {
        for (const [key, value] of Object.entries(edit)) draft.set(key, value)
      }),
    )
  }
  return maps
}

/** What it takes to have all versions as persistent maps of another library, from the first and the edits. */
const peers = {
  hamt_plus({ first, edits, linear }) {
    const start = hamtPlus.empty.mutate((map) => {
      for (const key in first) map.set(key, first[key])
    })
    return replay(start, edits, linear, (map, edit) =>
      map.mutate((m) => {
        for (const key in edit) m.set(key, edit[key])
      }),
    )
  },
  immutable({ first, edits, linear }) {
    return replay(Immutable.Map(first), edits, linear, (map, edit) => map.merge(edit))
  },
  effect({ first, edits, linear }) {
    return replay(effect.fromIterable(Object.entries(first)), edits, linear, (map, edit) =>
      Object.entries(edit).reduce((m, [key, value]) => effect.set(m, key, value), map),
    )
  },
}

function replay(start, edits, linear, apply) {
  const maps = [start]
  for (const edit of edits) maps.push(apply(linear ? maps.at(-1) : start, edit))
  return maps
}

function time(f) {
  const start = performance.now()
  const result = f()
  return { result, ms: performance.now() - start }
}

/** The least of several runs: what the code needs when nothing else wants the machine. */
function least(runs, f) {
  return Math.min(...Array.from({ length: runs }, f))
}

const brotli = (bytes) =>
  brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 24 },
  }).length
const sizes = (bytes) => ({
  raw: bytes.length,
  gzip: gzipSync(bytes, { level: 9 }).length,
  brotli: brotli(bytes),
})
const dispose = (maps) => {
  for (const map of maps) map.dispose()
}

async function encoders() {
  const list = [
    ['JSON', (x) => Buffer.from(JSON.stringify(x)), (b) => JSON.parse(b.toString())],
    ['v8.serialize', (x) => v8.serialize(x), (b) => v8.deserialize(b)],
  ]
  for (const name of ['cbor-x', 'msgpackr']) {
    try {
      const module = await import(name)
      // Without the option, maps of 2^16 entries and more are refused.
      const coder = new (module.Packr ?? module.Encoder)({ variableMapSize: true, useRecords: false })
      list.push([name, (x) => Buffer.from(coder.encode(x)), (b) => coder.decode(b)])
    } catch {
      console.warn(`${name} is not installed: left out`)
    }
  }
  return list
}

/** Times of a snapshot: loaded, validated, opened, asked. */
function readings(workload, maps, bytes) {
  const runs = 7
  const key = Object.keys(workload.first)[500]
  const load = least(runs, () => {
    const { result, ms } = time(() => deserialize(bytes))
    dispose(result)
    return ms
  })
  const validate = least(runs, () => time(() => openSnapshot(bytes)).ms)
  const middle = maps.length >> 1
  const open = least(runs, () => time(() => openSnapshot(bytes, { trusted: true }).at(middle).get(key)).ms)
  const opened = openSnapshot(bytes, { trusted: true }).at(middle)
  if (opened.get(key) !== maps[middle].get(key))
    throw new Error('an opened snapshot says something else than the map')
  const keys = Object.keys(workload.first).slice(0, 1000)
  const get = least(runs, () => time(() => keys.forEach((k) => opened.get(k))).ms / keys.length)
  const write = least(runs, () => time(() => serialize(maps)).ms)
  return { load, validate, open, get, write }
}

/** Rows of the encoders, for the first version with its edits, and for all versions as values. */
async function encoderRows(name, workload) {
  const history = { first: workload.first, edits: workload.edits }
  const versions = name === 'W2' ? undefined : allVersions(workload) // of W2, gigabytes
  const forms = [['first version and edits', history], ...(versions ? [['all versions', versions]] : [])]
  return (await encoders()).flatMap(([encoder, encode, decode]) =>
    forms.map(([form, value]) => {
      const encoded = encode(value)
      const times = form === 'all versions' ? 1 : 3
      return {
        workload: name,
        what: `${encoder}: ${form}`,
        ...sizes(encoded),
        write: least(times, () => time(() => encode(value)).ms),
        load: least(times, () => time(() => decode(encoded)).ms),
      }
    }),
  )
}

/** Times in which peers make all versions from JSON of the first and its edits. */
function rebuiltByPeers({ first, edits, linear }) {
  const text = JSON.stringify({ first, edits })
  return Object.fromEntries(
    Object.entries(peers).map(([peer, build]) => [
      peer,
      least(5, () => time(() => build({ ...JSON.parse(text), linear })).ms),
    ]),
  )
}

export async function benchSnapshot() {
  const table = []
  const ratios = {}
  for (const [name, make] of Object.entries(workloads)) {
    const workload = make()
    const maps = mapsOf(workload)
    const bytes = serialize(maps)
    const { load, validate, open, get, write } = readings(workload, maps, bytes)
    table.push({ workload: name, what: 'hamt-wasm snapshot', ...sizes(bytes), write, load, open })
    table.push(...(await encoderRows(name, workload)))
    const rebuilt = rebuiltByPeers(workload)
    const last = maps.at(-1)
    const [editKey, editValue] = [Object.keys(workload.first)[500], 'changed']
    const delta = serializeDelta([last], [last.set(editKey, editValue)])
    const sizeAt = (n) => serialize(maps.slice(0, n)).length
    ratios[name] = {
      validateMs: validate,
      validateToLoad: validate / load,
      openToLoad: open / load,
      getUs: 1000 * get,
      rebuiltMs: rebuilt,
      loadToFastestPeer: load / Math.min(...Object.values(rebuilt)),
      deltaBytesAboveKeyAndValue: delta.length - editKey.length - editValue.length,
      bytesOfTenthVersion: sizeAt(10) - sizeAt(9),
      bytesOfLastVersion: sizeAt(maps.length) - sizeAt(maps.length - 1),
    }
    dispose(maps)
  }
  return { table, ratios }
}

/** The result as Markdown. */
export function renderSnapshot({ table, ratios }) {
  const number = (n) => n.toLocaleString('en-US')
  const ms = (n) => (n === undefined ? '' : n < 10 ? n.toFixed(2) : n.toFixed(0))
  const lines = []
  for (const name of Object.keys(ratios)) {
    lines.push(
      `| ${name} | raw bytes | gzip -9 | brotli -q 5 | write ms | load ms | open + get ms |`,
      '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    )
    for (const row of table.filter((r) => r.workload === name)) {
      lines.push(
        `| ${row.what} | ${number(row.raw)} | ${number(row.gzip)} | ${number(row.brotli)} | ${ms(row.write)} | ${ms(row.load)} | ${ms(row.open)} |`,
      )
    }
    const r = ratios[name]
    lines.push(
      '',
      `${name}: validation alone ${ms(r.validateMs)} ms (${r.validateToLoad.toFixed(2)} × load); trusted open and one get ` +
        `${r.openToLoad.toFixed(4)} × load, further gets ${r.getUs.toFixed(1)} µs; JSON.parse and building the same versions: ` +
        `${Object.entries(r.rebuiltMs)
          .map(([peer, t]) => `${peer} ${ms(t)} ms`)
          .join(', ')}, so load is ${r.loadToFastestPeer.toFixed(2)} × the fastest. ` +
        `A delta of one edit: ${r.deltaBytesAboveKeyAndValue} bytes above key and value. ` +
        `The tenth version added ${r.bytesOfTenthVersion} bytes, the last ${r.bytesOfLastVersion}.`,
      '',
    )
  }
  return lines.join('\n')
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const result = await benchSnapshot()
  console.log(renderSnapshot(result))
  const at = process.argv.indexOf('--json')
  if (at > 0) writeFileSync(process.argv[at + 1], `${JSON.stringify(result, null, 1)}\n`)
}
