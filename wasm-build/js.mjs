// js/ → dist/: every entry point as ESM and CommonJS with source maps (esbuild), and type declarations (tsc).
//
// An entry never contains another: an import of one by another stays an import. So `hamt-wasm`,
// `hamt-wasm/slim` and `hamt-wasm/sortition` share one core, one wasm instance and one set of classes, in ESM
// and in CommonJS alike.
import * as esbuild from 'esbuild'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { minify } from 'terser'
import { Failure, quietly, root, say, seconds } from './step.mjs'

const source = join(root, 'js')
const dist = join(root, 'dist')
// Built beside dist/ and then moved there: a failed build leaves the last good one, and no test sees half of
// one.
const fresh = join(root, `.dist-${process.pid}`)
const stamp = join(root, 'build', 'js.stamp')

/**
 * Entry points, as paths below js/ without an ending. `errors` and `core` are what the others share, not for
 * users. The modules of wasm as text are files of their own: Node prints the line that threw an uncaught
 * error, and theirs are long.
 */
const libraryEntries = [
  'errors',
  'core',
  'snapshot/index',
  'snapshot/embedded',
  'index',
  'slim',
  'verify',
  'blocks/index',
  'sortition/index',
  'devtools',
  'generated/core-wasm',
  'generated/blocks-wasm',
  'generated/snapshots-wasm',
  'generated/draws-wasm',
]
const programEntries = ['cli/main']

const wanted = [...libraryEntries, ...programEntries]

/** The source of an entry point; undefined when there is none. */
function sourceOf(entry) {
  return ['.ts', '.js'].map((ending) => join(source, entry + ending)).find(existsSync)
}

function present(entries) {
  return entries.filter(sourceOf)
}

/**
 * What an entry gets in place of another: the main one carries the wasm of snapshots, which `slim` has in its
 * file.
 */
const replaced = { 'index snapshot/index': 'snapshot/embedded' }

/** Keeps imports of other entries as imports, rewritten to where the entry's output lies. */
function siblings(self) {
  return {
    name: 'siblings',
    setup(build) {
      build.onResolve({ filter: /^\.{1,2}\// }, (args) => {
        if (args.kind === 'entry-point') return undefined
        const target = relative(source, join(args.resolveDir, args.path)).replace(/\.(js|ts)$/, '')
        if (target === self || !wanted.includes(target)) return undefined
        const path = relative(dirname(self), replaced[`${self} ${target}`] ?? target)
        return { path: `${path.startsWith('.') ? '' : './'}${path}.js`, external: true }
      })
    },
  }
}

const common = {
  bundle: true,
  platform: 'neutral',
  mainFields: ['module', 'main'],
  target: ['es2022'],
  minifySyntax: true,
  keepNames: true,
  sourcemap: 'linked',
  sourcesContent: true,
  legalComments: 'inline',
  logLevel: 'warning',
  metafile: true,
}

/**
 * Classes that users meet. V8 shows the name that the source text has, in "Class constructor Hamt cannot be
 * invoked without 'new'" and in stack traces, whatever the property `name` says.
 */
const classNames = [
  ...['Hamt', 'Draft', 'EntryIterator', 'DiffIterator', 'OpenedSnapshot', 'OpenedVersion', 'NodeFile'],
  ...['NodeVersion', 'RemoteMap', 'RemoteDraft', 'LazyMap', 'NodeRegistry', 'LogReader', 'BlockError'],
  ...['DisposedError', 'EventError', 'InterruptedError', 'LogError', 'ProofError', 'SnapshotError'],
]

/**
 * Shortens the names in a bundle and takes its spaces away; a line for each statement, as Node prints the
 * line that threw an uncaught error. Terser, as it names the variables of each function alike, in which gzip
 * finds more to repeat than in esbuild's names.
 */
async function shorten(file, isModule) {
  // esbuild gives a class that mentions itself a second name, with an underscore; as long without it.
  const code = readFileSync(file, 'utf8').replace(new RegExp(`\\b_(${classNames.join('|')})\\b`, 'g'), '$1 ')
  const { code: short, map } = await minify(code, {
    module: isModule,
    compress: false,
    mangle: { toplevel: true, reserved: classNames },
    format: { ecma: 2022, semicolons: false },
    sourceMap: {
      content: readFileSync(`${file}.map`, 'utf8'),
      includeSources: true,
      url: `${basename(file)}.map`,
    },
  })
  writeFileSync(file, short)
  writeFileSync(`${file}.map`, map)
}

async function bundle(entry, format) {
  const outfile = join(fresh, format === 'cjs' ? 'cjs' : '.', `${entry}.js`)
  // CommonJS has no import.meta: what the sources make of it (the address of hamt.wasm) is the same in both.
  const cjsUrl = `require('node:url').pathToFileURL(__filename.replace(/cjs([\\\\/][^\\\\/]*)$/,'$1')).href`
  const result = await esbuild.build({
    ...common,
    entryPoints: [sourceOf(entry)],
    outfile,
    format,
    conditions: ['import', 'module'],
    external: ['node:*'],
    plugins: [siblings(entry)],
    // Names of functions are a tenth of the core's weight; its public classes carry theirs themselves.
    ...(['core', 'snapshot/index'].includes(entry) && { keepNames: false }),
    ...(entry === 'slim' &&
      format === 'cjs' && {
        define: { 'import.meta.url': 'importMetaUrl' },
        banner: { js: `const importMetaUrl=${cjsUrl};` },
      }),
  })
  leaveOutWasm(`${outfile}.map`)
  if (!entry.endsWith('-wasm')) await shorten(outfile, format === 'esm')
  return Object.keys(result.metafile.inputs)
}

/** A source map shows sources; the wasm module as text is none, and is in the file itself. */
function leaveOutWasm(file) {
  const map = JSON.parse(readFileSync(file, 'utf8'))
  const at = map.sources.findIndex((path) => path.endsWith('-wasm.js'))
  if (at < 0) return
  map.sourcesContent[at] = null
  writeFileSync(file, JSON.stringify(map))
}

/** Only re-exports, and enumerations that are inlined: nothing that could exist twice. */
const lists = ['js/public.ts', 'js/generated/interface.ts']

/**
 * A source that ends up in two bundles would exist twice at run time: two wasm instances, two classes of one
 * name.
 */
function refuseDuplicates(inputsOf) {
  const owner = new Map()
  for (const [entry, inputs] of inputsOf) {
    if (entry === 'verify') continue // stands alone on purpose
    for (const input of inputs.filter((path) => path.startsWith('js/') && !lists.includes(path))) {
      const other = owner.get(input)
      if (other) {
        throw new Failure(
          `${input} would be bundled into both dist/${other}.js and dist/${entry}.js; import it through an entry point`,
        )
      }
      owner.set(input, entry)
    }
  }
}

async function declarations() {
  const types = join(root, 'build', `types-${process.pid}`)
  rmSync(types, { recursive: true, force: true })
  await quietly('tsc', process.execPath, [
    join(root, 'node_modules/typescript/bin/tsc'),
    '-p',
    'tsconfig.build.json',
    '--outDir',
    types,
  ])
  const isTypes = (path) =>
    statSync(path).isDirectory() || (path.endsWith('.d.ts') && !path.endsWith('described.d.ts'))
  for (const target of [fresh, join(fresh, 'cjs')]) {
    cpSync(types, target, { recursive: true })
    cpSync(join(source, 'generated'), join(target, 'generated'), { recursive: true, filter: isTypes })
  }
  rmSync(types, { recursive: true, force: true })
}

function filesBelow(dir) {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath ?? file.path, file.name))
    .sort()
}

/** Names the state of everything that dist/ is made from. */
function inputState() {
  const files = [...filesBelow(source), ...filesBelow(join(root, 'wasm-build'))]
  files.push(
    ...['package-lock.json', 'package.json', 'tsconfig.json', 'tsconfig.build.json'].map((name) =>
      join(root, name),
    ),
  )
  const hash = createHash('sha256')
  for (const file of files) hash.update(file).update('\0').update(readFileSync(file)).update('\0')
  return hash.digest('hex')
}

async function buildFresh(withTypes) {
  mkdirSync(join(fresh, 'cjs'), { recursive: true })
  const inputsOf = new Map()
  const jobs = []
  for (const entry of present(wanted)) {
    jobs.push(bundle(entry, 'esm').then((inputs) => inputsOf.set(entry, inputs)))
    if (libraryEntries.includes(entry)) jobs.push(bundle(entry, 'cjs'))
  }
  if (withTypes) jobs.push(declarations())
  const failed = (await Promise.allSettled(jobs)).find((job) => job.status === 'rejected')?.reason
  if (failed) throw failed instanceof Failure ? failed : new Failure(failed.message)
  refuseDuplicates(inputsOf)

  writeFileSync(join(fresh, 'cjs', 'package.json'), '{ "type": "commonjs" }\n')
  copyFileSync(join(source, 'generated', 'hamt.wasm'), join(fresh, 'hamt.wasm'))
  for (const entry of present(programEntries)) chmodSync(join(fresh, `${entry}.js`), 0o755)
}

/**
 * Builds dist/ when something it is made from has changed; says what it did. Without types it is quicker, and
 * does not mind type errors.
 */
export async function buildJs({ withTypes = true } = {}) {
  const began = performance.now()
  const state = `${inputState()} ${withTypes ? 'with' : 'without'} types`
  if (existsSync(stamp) && existsSync(dist) && readFileSync(stamp, 'utf8') === state) {
    say(`Up to date: the npm package (dist/) (${seconds(began)})`)
    return
  }
  try {
    await buildFresh(withTypes)
    rmSync(dist, { recursive: true, force: true })
    renameSync(fresh, dist)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, state)
  say(`Built the npm package (dist/) (${seconds(began)})`)
}

/**
 * Compiles js/examples/*.ts, which use the package by its name as any program would, into build/js/examples.
 */
export async function buildExamples() {
  await esbuild.build({
    entryPoints: [join(source, 'examples', '*.ts')],
    outdir: join(root, 'build', 'js', 'examples'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external', // the built package, as any program has it
    tsconfigRaw: {}, // whose paths lead to the sources
    sourcemap: 'inline',
    logLevel: 'warning',
  })
}
