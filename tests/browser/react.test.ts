// A React component with a map as its store, in stock browsers: only what changed is rendered again.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { browserAndServer, browserNames, root } from './harness.js'

const out = join(root, 'build', 'browser-react')

beforeAll(() => {
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  // In a process of its own: esbuild does not run inside Jest's sandbox.
  const built = spawnSync(process.execPath, [join(root, 'tests/browser/react/build.mjs'), out], {
    encoding: 'utf8',
  })
  if (built.status !== 0) throw new Error(built.stdout + built.stderr)
  const html = '<!doctype html><meta charset="utf-8"><div id="root"></div>'
  for (const [page, script] of [
    ['index', 'app'],
    ['list', 'list'],
  ])
    writeFileSync(join(out, `${page}.html`), `${html}<script type="module" src="/${script}.js"></script>`)
}, 60_000)

interface Outcome {
  steps: Record<string, { rendered: string[]; text: string }>
  listeners: number
}

describe.each(browserNames)('%s', (name) => {
  const at = browserAndServer(name, () => ({ '/': out, '/dist': join(root, 'dist') }))

  // The larger map is in wasm from the beginning, the smaller one from its digest on.
  test.each([3, 20_000])(
    'a map of %i entries as a store: a row is rendered when its value has changed, and only then',
    async (size) => {
      const shown = size === 3 ? ['row0', 'row1', 'row2'] : ['row5', 'row10000', 'row19999']
      const [a, b, c] = shown as [string, string, string]
      const page = await at.browser.newPage()
      try {
        await page.goto(at.server.url)
        await page.waitForFunction(() => 'run' in window, { timeout: 60_000, polling: 100 })
        const { steps, listeners }: Outcome = await page.evaluate(
          (n, rows) => (window as any).run(n, rows),
          size,
          shown,
        )
        const rendered = Object.fromEntries(
          Object.entries(steps).map(([step, { rendered }]) => [step, rendered]),
        )
        expect(rendered).toEqual({
          mount: ['app', ...shown, 'size'].sort(),
          edit: [b],
          equal: [],
          another: ['size'],
          digest: [],
          'edit after the digest': [c],
          'two at once': [a, 'size'].sort(),
          'undo all': [a, b, c, 'size'].sort(),
          unmount: [],
        })
        expect(steps['two at once']!.text).toBe(
          `${size - 1} entriesgonetodo ${b.slice(3)}: donetodo ${c.slice(3)}: done`,
        )
        expect(steps['undo all']!.text).toBe(steps['mount']!.text)
        expect(listeners).toBe(0)
      } finally {
        await page.close()
      }
    },
    120_000,
  )

  test('a list of 10,000 rows: an edit renders its rows, and undo, save, load and verify do what they say', async () => {
    const page = await at.browser.newPage()
    try {
      await page.goto(`${at.server.url}/list.html`)
      await page.waitForFunction(() => 'runList' in window, { timeout: 60_000, polling: 100 })
      const { steps, verified } = await page.evaluate(() => (window as any).runList(10_000))
      const hundred = Array.from({ length: 100 }, (_, i) => `row${100 + i}`)
      expect(steps).toEqual({
        mount: { rendered: 10_000, rows: 10_000, done: 0, entries: 10_000 },
        'edit one': { rendered: ['row7'], rows: 10_000, done: 1, entries: 10_000 },
        'edit it to what it is': { rendered: [], rows: 10_000, done: 1, entries: 10_000 },
        'delete one': { rendered: [], rows: 9_999, done: 1, entries: 9_999 },
        'add one': { rendered: ['new'], rows: 10_000, done: 1, entries: 10_000 },
        'edit a hundred': { rendered: hundred, rows: 10_000, done: 101, entries: 10_000 },
        filter: { rendered: [], rows: 9_899, done: 0, entries: 9_899 },
        undo: { rendered: [...hundred, 'row7'], rows: 10_000, done: 101, entries: 10_000 },
        'undo the hundred': { rendered: hundred, rows: 10_000, done: 1, entries: 10_000 },
        'load what is shown': { rendered: [], rows: 10_000, done: 1, entries: 10_000 },
        'load the first': { rendered: ['row7', 'row8'], rows: 10_001, done: 0, entries: 10_001 },
        unmount: { rendered: [], rows: 0, done: 0, entries: 10_001 },
      })
      expect(verified).toEqual([{ found: true, value: { title: 'todo 7', done: true } }, false, 4])
    } finally {
      await page.close()
    }
  }, 120_000)
})
