// `npm test`: every part runs, even after another failed; the last lines say what passed.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildSmallWasm } from './wasm.mjs'
import { Failure, inParallel, openly, processors, quietly, root, say, seconds } from './step.mjs'

const jobs = String(processors)
const results = join(root, 'build', 'results')

function sourcesIn(dir, ending) {
  if (!existsSync(join(root, dir))) return []
  return readdirSync(join(root, dir))
    .filter((name) => name.endsWith(ending))
    .map((name) => name.replace(/\.\w+$/, ''))
}

/** Builds targets of a preset (all, when none are named). */
async function cmake(preset, targets = []) {
  say(`Building C++ tests (${preset})`)
  await quietly(`${preset}-configure`, 'cmake', ['--preset', preset])
  const named = targets.length > 0 ? ['--target', ...targets] : []
  await quietly(`${preset}-build`, 'cmake', ['--build', '--preset', preset, '-j', jobs, ...named])
}

/** Suites that open the page build it, several at once: the wasm of it is there before. */
async function browsers(args) {
  await buildSmallWasm()
  return jest('browser', args)
}

/** Adds up what GoogleTest wrote, one file a binary. */
function countGoogleTests(dir) {
  let passed = 0
  let failed = 0
  if (!existsSync(dir)) return { passed, failed }
  for (const file of readdirSync(dir)) {
    const { tests, failures, errors } = JSON.parse(readFileSync(join(dir, file), 'utf8'))
    failed += failures + errors
    passed += tests - failures - errors
  }
  return { passed, failed }
}

async function ctest(preset, filter) {
  const dir = join(results, preset)
  rmSync(dir, { recursive: true, force: true })
  const only = filter ? ['-R', filter] : []
  const env = { GTEST_OUTPUT: `json:${dir}/`, UBSAN_OPTIONS: 'print_stacktrace=1' }
  try {
    await openly('ctest', ['--preset', preset, '-j', jobs, '--no-tests=error', ...only], { env })
  } catch (error) {
    const counted = countGoogleTests(dir)
    throw Object.assign(error, { counts: { ...counted, failed: Math.max(counted.failed, 1) } })
  }
  return countGoogleTests(dir)
}

async function native() {
  await cmake('release')
  return ctest('release')
}

async function sanitized() {
  await cmake('asan')
  return ctest('asan')
}

async function threads() {
  const targets = sourcesIn('tests/cpp', '_thread_test.cpp')
  if (targets.length === 0) return undefined
  await cmake('tsan', targets)
  return ctest('tsan', '_thread_test$')
}

/** Every input the fuzzers have found worth keeping, and a short deterministic run from there. */
async function fuzz() {
  const targets = sourcesIn('tests/fuzz', '_fuzz.cpp')
  if (targets.length === 0) return undefined
  await cmake('fuzz', targets)
  const counts = { passed: 0, failed: 0 }
  const said = []
  const run = async (target) => {
    const corpus = join(root, 'tests', 'fuzz', 'corpus', target)
    const found = join(root, 'build', 'fuzz', 'found', target)
    mkdirSync(found, { recursive: true })
    const dirs = existsSync(corpus) ? [found, corpus] : [found]
    const limits = [
      '-seed=1',
      '-runs=20000',
      '-max_total_time=20',
      '-max_len=4096',
      '-timeout=10',
      '-rss_limit_mb=2048',
    ]
    try {
      await quietly(`fuzz-${target}`, join(root, 'build', 'fuzz', target), [
        ...limits,
        `-artifact_prefix=${found}-`,
        ...dirs,
      ])
      counts.passed++
    } catch (error) {
      counts.failed++
      said.push(error.message)
    }
  }
  await inParallel(targets, run)
  if (said.length > 0) throw Object.assign(new Failure(said.join('\n\n')), { counts })
  return counts
}

async function types() {
  say('Checking types')
  await quietly('tsc-check', process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'])
  return { passed: 1, failed: 0 }
}

/** One of the projects of jest.config.mjs. */
async function jest(project, args = [], { env = {}, name = project } = {}) {
  const file = join(results, `jest-${name}.json`)
  rmSync(file, { force: true })
  mkdirSync(results, { recursive: true })
  const counts = () => {
    if (!existsSync(file)) return { passed: 0, failed: 1 }
    const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(readFileSync(file, 'utf8'))
    return { passed: numPassedTests, failed: Math.max(numFailedTests, numFailedTestSuites) }
  }
  try {
    const flags = ['--disable-warning=ExperimentalWarning', '--experimental-vm-modules']
    await openly(
      process.execPath,
      [
        ...flags,
        join(root, 'node_modules/jest/bin/jest.js'),
        ...['--selectProjects', project, '--json', `--outputFile=${file}`, ...args],
      ],
      { env },
    )
  } catch (error) {
    throw Object.assign(error, { counts: counts() })
  }
  return counts()
}

/** Suites of maps, once with all maps in wasm and once with none that need not be there. */
const ofMaps = [
  'hamt',
  'hamt-disposing',
  'hamt-values',
  'versions',
  'leaks',
  'loops',
  'collisions',
  'snapshot',
  'snapshot-hostile',
  'digest',
  'kinds-everything',
  'kinds-foreign-bytes',
  'kinds-freezing-and-copying',
  'kinds-iterations-begun',
  'kinds-mistaken-arguments',
].map((suite) => join('tests', 'js', `${suite}.test.ts`))

async function stores() {
  const sum = { passed: 0, failed: 0 }
  for (const size of ['0', '100000000']) {
    say(`Suites of maps with HAMT_YOUNG=${size}`)
    const settings = { env: { HAMT_YOUNG: size }, name: `young-${size}` }
    const counts = await jest('js', ['--', ...ofMaps], settings).catch((error) => {
      say(error instanceof Failure ? error.message : (error?.stack ?? String(error)))
      return error.counts ?? { passed: 0, failed: 1 }
    })
    sum.passed += counts.passed
    sum.failed += counts.failed
  }
  return sum
}

const parts = {
  types: { title: 'Type check', run: types },
  native: { title: 'GoogleTest, release', run: native },
  sanitized: { title: 'GoogleTest, ASan + UBSan', run: sanitized },
  threads: { title: 'GoogleTest, TSan', run: threads },
  fuzz: { title: 'Fuzz corpus and short run', run: fuzz },
  js: { title: 'Jest', run: (args) => jest('js', args) },
  stores: { title: 'Jest, maps in one store', run: stores },
  browser: { title: 'Browsers', run: browsers },
  package: { title: 'Packed tarball', run: (args) => jest('package', args) },
}

/** Runs the named parts in order and prints a summary. Throws a Failure when one of them failed. */
export async function test(names, args = []) {
  const lines = []
  const total = { passed: 0, failed: 0 }
  for (const name of names) {
    const { title, run } = parts[name]
    const began = performance.now()
    let counts
    try {
      counts = await run(args)
    } catch (error) {
      say(error instanceof Failure ? error.message : (error?.stack ?? String(error)))
      counts = error.counts ?? { passed: 0, failed: 1 }
    }
    if (!counts) continue
    total.passed += counts.passed
    total.failed += counts.failed
    const verdict = counts.failed > 0 ? 'FAILED' : 'ok'
    const numbers = `${counts.passed} passed, ${counts.failed} failed`
    lines.push(`${verdict.padEnd(7)}${title.padEnd(28)}${numbers.padEnd(28)}${seconds(began)}`)
  }
  say(`\n${lines.join('\n')}\n`)
  say(`Tests: ${total.passed} passed, ${total.failed} failed`)
  if (total.failed > 0 || total.passed === 0) throw new Failure('Some tests failed')
}
