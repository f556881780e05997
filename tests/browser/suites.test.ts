// The Jest suites of tests/js once more, in workers of stock browsers under the strict policy. HAMT_YOUNG and
// HAMT_LONG mean what they mean in Node.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { browserAndServer, browserNames, root } from './harness.js'
import type { Outcome } from './suites/jest-globals.js'

const suites = [
  'collisions',
  'shared-bytes',
  'cbor-decode',
  'codec',
  'digest',
  'digest-vectors',
  'hamt',
  'hamt-disposing',
  'hamt-values',
  'histories',
  'interrupted',
  'kinds-everything',
  'leaks',
  'loops',
  'snapshot',
  'snapshot-corpus',
  'snapshot-hostile',
  'sortition-registry',
  'sortition-score',
  'sortition-select',
  'sortition-verify',
  'verify',
  'versions',
]
/** What only Node can run, for a reason. Everything else must run in a browser. */
const onlyInNode = [
  'showing › toString, toJSON, inspect', // Node's inspect
  'disposing › Symbol.dispose is dispose', // a process of its own
  'a synchronous loop of set of objects keeps the memory of a small map flat: young', // process.memoryUsage
  'a synchronous loop of set of objects keeps the memory of a small map flat: in wasm',
]
/** What ends with a wait for the collector, which Firefox's may not satisfy. */
const undecidedInFirefox = [
  'a synchronous loop of set keeps wasm memory flat, and stats() honest',
  'any history: every version that is kept stays right, and nothing is left in the end',
]

const patience = process.env['HAMT_LONG'] === undefined ? 170_000 : 3_000_000

const out = join(root, 'build', 'browser-suites')

beforeAll(() => {
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  // In a process of its own: esbuild does not run inside Jest's sandbox.
  const built = spawnSync(process.execPath, [join(root, 'tests/browser/suites/build.mjs'), out, ...suites], {
    encoding: 'utf8',
  })
  if (built.status !== 0) throw new Error(built.stdout + built.stderr)
  for (const suite of suites) {
    writeFileSync(
      join(out, `${suite}.html`),
      `<!doctype html><meta charset="utf-8"><script type="module" src="/${suite}.page.js"></script>`,
    )
    writeFileSync(
      join(out, `${suite}.page.js`),
      `const worker = new Worker('/${suite}.js', { type: 'module' })
       worker.onmessage = (event) => { window.outcome = event.data }
       worker.onerror = (event) => { window.outcome = { crashed: event.message || 'the worker did not start' } }\n`,
    )
  }
}, 60_000)

describe.each(browserNames)('%s', (name) => {
  const folders = {
    '/': out,
    '/dist': join(root, 'dist'),
    '/repo/tests': join(root, 'tests'),
    '/repo/cpp': join(root, 'cpp'),
  }
  const at = browserAndServer(name, () => folders, { gc: true })

  test.each(suites)(
    '%s',
    async (suite) => {
      const page = await at.browser.newPage()
      try {
        await page.goto(`${at.server.url}/${suite}.html`)
        await page.waitForFunction(() => 'outcome' in window, { timeout: patience, polling: 200 })
        const outcome: Outcome = await page.evaluate(() => (window as any).outcome)
        expect(outcome).toMatchObject({ failed: [] })
        const excused = name === 'firefox' ? [...onlyInNode, ...undecidedInFirefox] : onlyInNode
        expect(outcome.nodeOnly.filter((each) => !excused.includes(each))).toEqual([])
        expect(outcome.passed.length).toBeGreaterThan(0)
      } finally {
        await page.close()
      }
    },
    patience + 10_000,
  )
})
