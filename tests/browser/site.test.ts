// The site, opened from disk in each browser: search finds, the playground runs, the keyboard leads
// everywhere, and no page is heavy or hard to read.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Page } from 'puppeteer-core'
import { browserNames, launch, root, type RunningBrowser } from './harness.js'

const axe = readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8')
let out: string
beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), 'hamt-site-'))
  // A name held in a variable: the builder is plain JavaScript without types.
  const builder = join(root, 'wasm-build/docs.mjs')
  const { buildDocs } = (await import(builder)) as { buildDocs(out: string): Promise<unknown> }
  await buildDocs(out)
}, 240_000)

afterAll(() => rmSync(out, { recursive: true, force: true }))

test('no page loads more than 150 KB with gzip', () => {
  const zipped = (name: string) => gzipSync(readFileSync(join(out, name)), { level: 9 }).length
  const onDemand = ['search.js', 'hamt-wasm.js', 'examples.js']
  const assets = readdirSync(join(out, 'assets')).filter((name) => !onDemand.includes(name))
  const shared = assets.reduce((sum, name) => sum + zipped(join('assets', name)), 0)
  const pages = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.html'),
  )
  const heaviest = Math.max(...pages.map(zipped))
  expect(shared + heaviest + zipped('assets/examples.js')).toBeLessThanOrEqual(150_000)
})

describe.each(browserNames)('%s', (browser) => {
  let running: RunningBrowser
  let page: Page
  const errors: string[] = []

  beforeAll(async () => {
    running = await launch(browser)
    page = await running.browser.newPage()
    page.on('pageerror', (error) => errors.push(String(error)))
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  }, 90_000)

  afterAll(async () => {
    await running?.close()
    expect(errors).toEqual([])
  })

  /** Opens a page, and waits until it is shown. */
  async function open(name: string): Promise<void> {
    await page.goto(String(pathToFileURL(join(out, name))))
    await page.waitForFunction(() => getComputedStyle(document.body).display !== 'none')
  }

  /** What the search lists for what is typed, once it is there. */
  async function search(words: string): Promise<string[]> {
    await open('index.html')
    await page.keyboard.press('/')
    await page.waitForSelector('#tsd-search[open] input')
    await page.keyboard.type(words)
    await page.waitForSelector('#tsd-search-results li')
    // The list is made anew 200 ms after the last key.
    await page.waitForFunction(
      () => {
        const found = document.querySelector('#tsd-search-results')!.textContent
        const state = globalThis as { lastFound?: string; since?: number }
        if (found !== state.lastFound) Object.assign(state, { lastFound: found, since: performance.now() })
        return performance.now() - state.since! > 300
      },
      { polling: 50 },
    )
    return page.$$eval('#tsd-search-results li', (all) => all.map((each) => each.textContent.trim()))
  }

  test.each([
    ['how do I save versions', 'History', 'serialize writes any number of versions into one Uint8Array'],
    ['how do I verify one entry', 'Digests and proofs', 'verifyProof'],
    ['how do I share a map with a worker', 'Workers', 'It gets a snapshot of the map'],
    ['Why is my value refused?', 'Values', 'The error says where they are'],
    ['how large is it', 'Questions and answers', 'KB with gzip, WebAssembly included'],
    ['how do I verify a committee?', 'Sortition', 'npx hamt-wasm sortition verify'],
  ])('search: %s', async (question, wanted, answer) => {
    const [first] = await search(question)
    expect(first).toBe(wanted)
    await page.keyboard.press('Enter')
    await page.waitForFunction(
      (title: string) => document.querySelector('h1')?.textContent === title,
      {},
      wanted,
    )
    expect(await page.$eval('[role=main]', (main) => main.textContent!.replace(/\s+/g, ' '))).toContain(
      answer,
    )
  })

  test('search finds pages by their text, and names of the reference', async () => {
    for (const [words, wanted] of [
      ['useSyncExternalStore', 'React'],
      ['withMutations', 'Hamt.withMutations'],
      ['cooldown', 'AdmissionPolicy'],
      ['esbuild', 'Bundlers'],
      ['redux', 'Bundlers'],
      ['deserialize(', 'hamt-wasm.deserialize'],
    ] as const)
      expect((await search(words)).join('\n')).toContain(wanted)
  })

  test('the navigation of every page leads to all pages and entry points', async () => {
    const wanted = ['documents', 'modules'].flatMap((folder) =>
      readdirSync(join(out, folder)).map((name) => String(pathToFileURL(join(out, folder, name)))),
    )
    expect(wanted.length).toBeGreaterThan(25)
    for (const name of ['index.html', 'documents/Guide.html', 'classes/hamt-wasm.Hamt.html']) {
      await open(name)
      await page.waitForSelector('.tsd-navigation a[href*=Guide]')
      const links = await page.$$eval('.tsd-navigation a', (all) => all.map(({ href }) => decodeURI(href)))
      expect(links).toEqual(expect.arrayContaining(wanted.map(decodeURI)))
    }
  })

  test('the playground runs every example with the package, and shows errors', async () => {
    await open('documents/Playground.html')
    await page.waitForSelector('#playground-program')
    const examples = await page.$$eval('#playground-example option', (all) => all.map(({ value }) => value))
    expect(examples.length).toBeGreaterThan(8)
    const run = async () => {
      await page.click('#playground button')
      await page.waitForSelector('#playground-output[data-state=done]')
      return page.$eval('#playground-output', (output) => output.textContent)
    }
    for (const example of examples) {
      await page.select('#playground-example', example)
      const program = await page.$eval('#playground-program', (field) => (field as HTMLTextAreaElement).value)
      const wanted = [...program.matchAll(/\/\/ → (.*)$/gm)].map(([, value]) => value!.replaceAll("'", '"'))
      expect((await run()).trim().split('\n')).toEqual(wanted)
    }
    await page.$eval(
      '#playground-program',
      (field) => ((field as HTMLTextAreaElement).value = "throw new Error('on purpose')"),
    )
    expect(await run()).toContain('on purpose')
  })

  test('the playground works with the keyboard alone', async () => {
    await open('documents/Playground.html')
    await page.waitForSelector('#playground-program')
    const focused = () => page.evaluate(() => document.activeElement?.id)
    for (let i = 0; i < 60 && (await focused()) !== 'playground-program'; ++i)
      await page.keyboard.press('Tab')
    expect(await focused()).toBe('playground-program')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForSelector('#playground-output[data-state=done]')
  })

  test('accessibility: axe finds nothing, light and dark, and nothing is wider than a phone', async () => {
    // One page of each kind: prose, wide tables, long code, the playground; a class, a function, a module.
    const names = [
      'index.html',
      'documents/Benchmarks.html',
      'documents/Comparison.html',
      'documents/Questions_and_answers.html',
      'documents/React.html',
      'documents/Playground.html',
      'classes/hamt-wasm.Hamt.html',
      'functions/hamt-wasm.serialize.html',
      'modules/hamt-wasm_sortition.html',
    ]
    const found: string[] = []
    for (const [i, name] of names.entries()) {
      // Each page once: desktop and phone, light and dark in turn.
      const width = i % 2 === 0 ? 390 : 1280
      await page.setViewport({ width, height: 900 })
      await page.evaluate((theme) => localStorage.setItem('tsd-theme', theme), i % 4 < 2 ? 'light' : 'dark')
      await open(name)
      await page.waitForSelector('.tsd-navigation a[href*=Guide]')
      await page.evaluate(axe)
      const violations = await page.evaluate(() =>
        (globalThis as any).axe
          .run(document, { resultTypes: ['violations'], preload: false })
          .then((result: any) =>
            result.violations
              .filter((each: any) => each.impact !== 'minor')
              .map((each: any) => `${each.id}: ${each.nodes[0].html.slice(0, 100)}`),
          ),
      )
      found.push(...(violations as string[]).map((each) => `${name}: ${each}`))
      if ((await page.evaluate(() => document.documentElement.scrollWidth)) > width)
        found.push(`${name}: too wide`)
    }
    expect(found).toEqual([])
  }, 180_000)
})
