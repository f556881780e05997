// Values ⇄ bytes: CBOR of this package against JSON, on the same objects. Internals, bundled from js/codec.
//
//     node bench/js/codec.mjs         (a few seconds)
import { buildSync } from 'esbuild'

const { outputFiles } = buildSync({
  stdin: {
    contents: `export { encodeCbor, cbor } from './codec/codec.js'
      export { freezeData } from './codec/data.js'
      export { copyData } from './codec/copy.js'
      export { sameData } from './codec/equal.js'`,
    resolveDir: new URL('../../js', import.meta.url).pathname,
    loader: 'ts',
  },
  bundle: true,
  format: 'esm',
  write: false,
})
const source = `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
const { cbor, copyData, encodeCbor, freezeData, sameData } = await import(source)

const objects = 2000
const make = (i, balance) => ({
  registered: true,
  active: i % 3 > 0,
  ticketBalance: balance(i % 500),
  joined: 1_700_000_000 + i,
  tags: ['a', 'b'],
})
const all = (balance) => Array.from({ length: objects }, (_, i) => make(i, balance))

/** Nanoseconds for each of the inputs. */
function time(f, inputs) {
  const start = performance.now()
  for (const input of inputs) f(input)
  return ((performance.now() - start) * 1e6) / inputs.length
}

/** Medians of 40 rounds, in turn, after 20 to warm up. */
export function benchCodec() {
  const values = all(BigInt)
  const numbers = all(Number)
  const encoded = values.map(encodeCbor)
  const text = numbers.map((value) => JSON.stringify(value))
  const pairs = values.map((value, i) => [value, make(i, BigInt)])
  const rows = {
    'JSON.stringify': () => time(JSON.stringify, numbers),
    encode: () => time(encodeCbor, values),
    'JSON.parse': () => time((json) => JSON.parse(json), text),
    decode: () => time((bytes) => cbor.decode(bytes), encoded),
    'freeze, first': () => time((value) => freezeData(value, 'key'), all(BigInt)),
    'freeze, again': () => time((value) => freezeData(value, 'key'), values),
    copy: () => time(copyData, values),
    'compare equal ones': () => time(([a, b]) => sameData(a, b), pairs),
  }
  const samples = Object.fromEntries(Object.keys(rows).map((name) => [name, []]))
  for (let round = 0; round < 60; ++round)
    for (const [name, row] of Object.entries(rows)) {
      const ns = row()
      if (round >= 20) samples[name].push(ns)
    }
  return Object.fromEntries(
    Object.entries(samples).map(([name, list]) => [name, list.sort((a, b) => a - b)[list.length >> 1]]),
  )
}

if (import.meta.url === `file://${process.argv[1]}`) {
  for (const [name, ns] of Object.entries(benchCodec())) console.log(`${name.padEnd(20)} ${ns.toFixed(0)} ns`)
}
