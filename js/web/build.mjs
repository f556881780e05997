// js/web → dist-web/: static files that any server can serve, below any path.
import { keccak_256 } from '@noble/hashes/sha3.js'
import * as esbuild from 'esbuild'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { asText, buildSmallWasm } from '../../wasm-build/wasm.mjs'
import { shrunk } from './shrink.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const source = join(root, 'js', 'web')

/**
 * The page takes the wasm from files of its own: whatever imports `hamt-wasm` gets `hamt-wasm/slim`, and no
 * parts as text but the one that it loads later.
 */
const slim = {
  name: 'slim',
  setup(build) {
    const [index, slimEntry] = ['index', 'slim'].map((name) => join(root, 'js', `${name}.ts`))
    build.onResolve({ filter: /\/index\.js$/ }, ({ path, resolveDir }) =>
      resolve(resolveDir, path).replace(/\.js$/, '.ts') === index ? { path: slimEntry } : undefined,
    )
    build.onLoad({ filter: /generated[\\/]\w+-wasm\.js$/ }, () => ({ contents: "export const text = ''" }))
  },
}

const common = {
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: ['es2022'],
  minify: true,
  sourcemap: 'linked',
  legalComments: 'linked',
  logLevel: 'warning',
  // Only Node takes that way: see slim.ts.
  external: ['node:*'],
}

/** The topics of the events that the page reads, by name. */
async function knownTopics() {
  const entry = join(root, 'js/sortition/abi.ts')
  const { outputFiles } = await esbuild.build({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    write: false,
  })
  const address = `data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`
  const { sortitionAbi } = await import(address)
  const typeOf = ({ type, components }) => (components ? `(${components.map(typeOf)})` : type)
  const hash = (text) => `0x${Buffer.from(keccak_256(Buffer.from(text))).toString('hex')}`
  return new Map(sortitionAbi.map(({ name, inputs }) => [name, hash(`${name}(${inputs.map(typeOf)})`)]))
}

/** An example: the logs of a recorded run that the page reads, and the blocks that they are in or name. */
async function example(name, thresholds) {
  const topics = await knownTopics()
  const { contracts, chainId, blocks, logs, requests } = JSON.parse(
    readFileSync(join(root, `tests/vectors/${name}.json`), 'utf8'),
  )
  const { ciphernodeRegistry, bondingRegistry, interfold, randomnessProvider } = contracts
  // The first run needs two of the contracts; the newer one the provider and the controller, too.
  const named = { ciphernodeRegistry, bondingRegistry, ...(thresholds && { interfold, randomnessProvider }) }
  const emitters = Object.values(named).map((address) => address.toLowerCase())
  const known = new Set(topics.values())
  const read = logs.filter(
    ({ address, topics: [topic] }) => emitters.includes(address.toLowerCase()) && known.has(topic),
  )
  const numbers = new Set(read.map(({ blockNumber }) => Number(blockNumber)))
  // The first word of a request is its entropy block, from whose hash the seed follows; other hashes are not
  // needed.
  const requested = topics.get('CommitteeRequested')
  const entropy = new Set(
    read.filter(({ topics: [topic] }) => topic === requested).map(({ data }) => Number(data.slice(0, 66))),
  )
  return JSON.stringify({
    contracts: named,
    // The controller of this run does not say how many members were asked for.
    ...(thresholds && {
      chainId,
      thresholds: Object.fromEntries(requests.map(({ e3Id, threshold }) => [e3Id, threshold])),
    }),
    blocks: blocks.flatMap(({ number, timestamp, hash }) => {
      if (entropy.has(number)) return [{ number, timestamp, hash }]
      return numbers.has(number) ? [{ number, timestamp }] : []
    }),
    logs: read.map(({ address, topics, data, blockNumber, logIndex }) => ({
      address,
      topics,
      data,
      blockNumber,
      logIndex,
    })),
  })
}

/** The wasm module and its part that is loaded later, without what no source in the bundles calls. */
function wasmOf(outputs, module) {
  const included = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([name, { bytesInOutput }]) => (bytesInOutput > 0 ? [name] : [])),
  )
  return shrunk(
    module,
    included.map((name) => readFileSync(resolve(name), 'utf8')),
  )
}

/** Builds the page; `to` is where, dist-web/ unless given. */
export async function buildWeb(to = join(root, 'dist-web')) {
  const fresh = join(root, `.dist-web-${process.pid}`)
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh, { recursive: true })
  try {
    // One after the other: what both have is small, and files of a few bytes each cost more than it does.
    const outputs = {}
    const module = await buildSmallWasm()
    for (const name of ['main', 'worker']) {
      const { metafile } = await esbuild.build({
        ...common,
        plugins: [slim],
        entryPoints: [join(source, `${name}.ts`)],
        outdir: fresh,
        splitting: true,
        chunkNames: '[name]-[hash]',
        metafile: true,
      })
      Object.assign(outputs, metafile.outputs)
    }
    await esbuild.build({
      ...common,
      entryPoints: [join(source, 'style.css')],
      outdir: fresh,
    })
    for (const name of ['index.html', 'favicon.svg']) copyFileSync(join(source, name), join(fresh, name))
    const { first, later } = wasmOf(outputs, module)
    writeFileSync(join(fresh, 'hamt.wasm'), first)
    writeFileSync(join(fresh, 'snapshots.part'), asText(later))
    writeFileSync(join(fresh, 'example.json'), await example('chain-run', false))
    writeFileSync(join(fresh, 'newer.json'), await example('chain-run-live', true))
    await buildServiceWorker(fresh)
    rmSync(to, { recursive: true, force: true })
    renameSync(fresh, to)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
  return to
}

/** Last, as it names all other files and what is in them. */
async function buildServiceWorker(dir) {
  const names = readdirSync(dir)
    .filter((name) => !/\.(map|txt)$/.test(name))
    .sort()
  const hash = createHash('sha256')
  for (const name of names)
    hash
      .update(name)
      .update('\0')
      .update(readFileSync(join(dir, name)))
      .update('\0')
  await esbuild.build({
    ...common,
    format: 'iife',
    entryPoints: [join(source, 'service-worker.ts')],
    outdir: dir,
    define: {
      assets: JSON.stringify(['./', ...names.filter((name) => name !== 'index.html')]),
      version: JSON.stringify(hash.digest('hex').slice(0, 12)),
    },
  })
}
