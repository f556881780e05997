// The site, opened from disk in each browser: search finds, the playground runs, the keyboard leads
// everywhere, and no page is heavy or hard to read.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
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

test('every link leads to a page that is there, and to an element of it', () => {
  const pages = new Map(
    readdirSync(out, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.html'))
      .map((name) => [name, readFileSync(join(out, name), 'utf8')]),
  )
  const broken: string[] = []
  let count = 0
  for (const [name, html] of pages) {
    for (const [, href] of html.matchAll(/<a [^>]*href="([^"]*)"/g)) {
      if (/^[a-z]+:/.test(href!)) continue
      ++count
      const { pathname, hash } = new URL(href!.replaceAll('&amp;', '&'), `file:///${encodeURI(name)}`)
      const target = pages.get(decodeURIComponent(pathname.slice(1)))
      const id = decodeURIComponent(hash.slice(1))
      const isThere = target === undefined ? existsSync(join(out, decodeURIComponent(pathname))) : true
      if (!isThere || (target && id !== '' && !target.includes(`id="${id}"`))) broken.push(`${name}: ${href}`)
    }
  }
  expect(count).toBeGreaterThan(1000)
  expect(broken).toEqual([])
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

  // The section that is found first, and words that it has.
  test.each([
    ['how do I save versions', 'History › Save versions', 'serialize writes any number of versions into one'],
    ['how do I verify one entry', 'Digests and proofs › Verify one entry', 'verifyProof'],
    ['how do I share a map with a worker', 'Workers › Send a map to a worker', 'deserialize'],
    [
      'Why is my value refused?',
      'Questions and answers › Why is my value refused?',
      'names the key and the path',
    ],
    ['how large is it', 'Questions and answers › How large is it?', 'KB with gzip, WebAssembly included'],
    ['how do I verify a committee?', 'Sortition › Verify a committee in a program', 'judgeDraw'],
    ['undo', 'History › Undo', 'an undo stack is an array'],
    ['localStorage', 'History › Save versions', 'localStorage stores them as base64'],
    [
      'CSP',
      'Questions and answers › Does it work under a content security policy (CSP)?',
      "'wasm-unsafe-eval'",
    ],
    ['size', 'Questions and answers › What size does it add to a bundle?', 'maps and snapshots'],
    ['sorted', 'React › A sorted list', 'useMemo'],
    ['sqlite', 'Node scripts › Keep versions in SQLite, or another database', 'applyDelta'],
    ['react', 'React', 'useSyncExternalStore'],
  ])('search: %s', async (question, wanted, answer) => {
    const [first, ...others] = await search(question)
    expect(first!.startsWith(wanted)).toBe(true)
    expect(others.length).toBeLessThan(10)
    await page.keyboard.press('Enter')
    const [title, heading] = wanted.split(' › ')
    await page.waitForFunction((t) => document.querySelector('h1')?.textContent === t, {}, title)
    const shown = await page.evaluate(() => {
      const start = location.hash ? document.querySelector(':target')! : document.querySelector('h1')!
      const { top } = start.getBoundingClientRect()
      let text = ''
      for (let at = start.nextElementSibling; at && at.tagName !== 'H2'; at = at.nextElementSibling)
        text += at.textContent
      if (!location.hash) text = document.querySelector('[role=main]')!.textContent
      return {
        heading: start.textContent,
        text: text.replace(/\s+/g, ' '),
        isInView: top >= 0 && top < innerHeight,
      }
    })
    expect(shown.heading).toBe(heading ?? title)
    expect(shown.text).toContain(answer)
    expect(shown.isInView).toBe(true)
  })

  test('search shows an excerpt with the word, and none of it is taken for HTML', async () => {
    const [first] = await search('localStorage')
    expect(first).toContain('localStorage stores them as base64')
    await search('empty<Date>')
    const excerpts = await page.$$eval('#tsd-search-results small', (all) =>
      all.map((each) => [each.textContent, each.childElementCount] as const),
    )
    expect(excerpts.some(([text]) => text!.includes('Hamt.empty<Date>()'))).toBe(true)
    expect(excerpts.filter(([, elements]) => elements > 0)).toEqual([])
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

  test('on a phone: short code and signs of headings do not wrap, wide tables say so, code is copied', async () => {
    const phone = { width: 390, height: 844 }
    // Puppeteer emulates touch in Chromium alone.
    await page.setViewport(browser === 'chromium' ? { ...phone, isMobile: true, hasTouch: true } : phone)
    const tables: number[] = []
    for (const name of ['Questions_and_answers', 'Environments', 'History', 'Benchmarks']) {
      await open(`documents/${name}.html`)
      const seen = await page.evaluate(() => {
        const all = (selector: string) => [
          ...document.querySelectorAll<HTMLElement>(`.tsd-typography ${selector}`),
        ]
        const bottomOfText = (heading: HTMLElement) => {
          const range = document.createRange()
          range.selectNodeContents(heading.firstChild!)
          return [...range.getClientRects()].at(-1)!.bottom
        }
        const wide = all('table').filter((table) => table.scrollWidth > table.clientWidth)
        return {
          wrapped: all('code.short')
            .filter((code) => code.getClientRects().length > 1)
            .map((code) => code.textContent),
          alone: all('.tsd-anchor-link')
            .filter(
              (heading) => heading.lastElementChild!.getBoundingClientRect().top > bottomOfText(heading),
            )
            .map((heading) => heading.textContent),
          plain: wide.filter((table) => {
            const { backgroundAttachment, backgroundImage } = getComputedStyle(table)
            return !/local.*scroll/.test(backgroundAttachment) || !backgroundImage.includes('gradient')
          }).length,
          wide: wide.length,
          hidden: [...document.querySelectorAll('pre > button')].filter(
            (button) => matchMedia('(hover: none)').matches && getComputedStyle(button).opacity !== '1',
          ).length,
        }
      })
      tables.push(seen.wide)
      expect(seen).toEqual({ wrapped: [], alone: [], plain: 0, wide: seen.wide, hidden: 0 })
    }
    if (browser === 'chromium')
      expect(await page.evaluate(() => matchMedia('(hover: none)').matches)).toBe(true)
    expect(Math.max(...tables)).toBeGreaterThan(0)
    // The longest names of the reference.
    for (const name of [
      'modules/hamt-wasm_slim',
      'classes/hamt-wasm.OpenedSnapshot',
      'functions/hamt-wasm_blocks.reachable',
    ]) {
      await open(`${name}.html`)
      const width = await page.evaluate(() => document.documentElement.scrollWidth)
      expect([name, width <= phone.width]).toEqual([name, true])
    }
    await page.setViewport({ width: 1280, height: 900 })
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
