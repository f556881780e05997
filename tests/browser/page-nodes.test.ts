// The verifier page asks node tables: on servers that answer ranges, that do not, and that answer wrongly;
// and files.
import { readFileSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import type { Page } from 'puppeteer-core'
import { Hamt } from 'hamt-wasm'
import { serializeNodes } from 'hamt-wasm/blocks'
import { inBrowsers, policy, type VerifierPage } from './page-fixture.js'

const map = Hamt.from(
  Array.from({ length: 30_000 }, (_, i) => [`0x${(i * 7919).toString(16).padStart(40, '0')}`, i] as const),
)
const versions = [map, map.set('extra', -1)]
const table = serializeNodes(versions, { meta: { title: 'many' } })
const hex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString('hex')}`
const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }

/** Serves the page, and the table as its name says. */
function serveTables(site: string): Promise<{ server: Server; url: string; ranges: string[] }> {
  const ranges: string[] = []
  const server = createServer((request, response) => {
    const path = new URL(request.url!, 'http://localhost').pathname
    const [, how] = /^\/tables\/(\w+)\.nodes$/.exec(path) ?? []
    if (how === undefined) {
      const file = join(site, path === '/' ? 'index.html' : path)
      if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return void response.writeHead(404).end()
      response.writeHead(200, {
        'content-type': types[extname(file)] ?? 'application/octet-stream',
        'content-security-policy': policy,
      })
      return void response.end(readFileSync(file))
    }
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
    if (how === 'whole' || from === undefined) return void response.writeHead(200).end(table)
    ranges.push(request.headers.range!)
    const piece = Buffer.from(table.subarray(Number(from), Number(to) + 1))
    if (how === 'wrong' && Number(from) > 0) for (let i = 0; i < piece.length; i += 100) piece[i]! ^= 1
    const end = Number(from) + piece.length - 1
    response.writeHead(206, { 'content-range': `bytes ${from}-${end}/${table.length}` })
    response.end(piece)
  })
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () =>
      resolve({ server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ranges }),
    ),
  )
}

const fold = '#node-table'
const text = (page: Page, selector: string): Promise<string> =>
  page.$eval(selector, (element) => element.textContent.trim())
async function sees(page: Page, selector: string, pattern: RegExp): Promise<void> {
  await page
    .waitForFunction(
      (where: string, source: string) =>
        new RegExp(source).test(document.querySelector(where)?.textContent ?? ''),
      { timeout: 20_000 },
      selector,
      pattern.source,
    )
    .catch(async () => {
      throw new Error(`${selector} does not come to say ${String(pattern)}, but ${await text(page, fold)}`)
    })
}
async function fill(page: Page, field: string, value: string): Promise<void> {
  await page.waitForSelector(field)
  await page.$eval(field, (input, to) => ((input as HTMLInputElement).value = to), value)
}
async function press(page: Page, label: string): Promise<void> {
  await page.$$eval(
    `${fold} button`,
    (all, wanted) => all.find((each) => each.textContent === wanted)!.click(),
    label,
  )
}
async function openAddress(page: Page, address: string): Promise<void> {
  await page.$eval(fold, (details) => ((details as HTMLDetailsElement).open = true))
  await fill(page, '#table-address', address)
  await press(page, 'Open')
}
async function ask(page: Page, key: string, version = '-1', digest = ''): Promise<void> {
  await fill(page, '#table-version', version)
  await fill(page, '#table-digest', digest)
  await fill(page, '#table-key', key)
  await press(page, 'Ask')
}

inBrowsers('nodes', (test, name, server) => {
  const onServer = (
    what: string,
    body: (page: Page, v: VerifierPage, ranges: string[]) => Promise<void>,
  ): void =>
    test(what, async (v) => {
      const own = await serveTables(server().site)
      const page = await v.context.newPage()
      try {
        await page.goto(own.url)
        await page.waitForSelector(fold)
        await body(page, v, own.ranges)
      } finally {
        await page.close()
        own.server.closeAllConnections()
        own.server.close()
      }
    })

  onServer('by its address: few requests, few bytes, all of them said', async (page, _, ranges) => {
    await openAddress(page, 'tables/right.nodes')
    await sees(page, fold, /tables\/right\.nodes: 2 versions, .*title.*many/)
    expect(await text(page, `${fold} tbody`)).toContain(hex(versions[1]!.digest()))
    await ask(page, `0x${(7919 * 77).toString(16).padStart(40, '0')}`)
    await sees(page, fold, /The value is 77\. The version’s digest is what the file itself says\./)
    const size = (bytes: number): string => `${(bytes / 1000).toFixed(0)}`
    await sees(
      page,
      '#table-traffic',
      new RegExp(`^Read so far: ${ranges.length} requests, .* of ${size(table.length).slice(0, 2)}`),
    )
    expect(ranges.length).toBeLessThanOrEqual(5)
    await ask(page, 'extra', '0', hex(versions[0]!.digest()))
    await sees(page, fold, /The key is absent\.(?! The version)/)
    await ask(page, 'extra', '1', hex(versions[0]!.digest()))
    await sees(page, `${fold} .problem`, /another digest than the one that you trust/)
    await ask(page, 'extra', '7')
    await sees(page, `${fold} .problem`, /there is no version 7/)
  })

  onServer('a server without ranges, and one that answers wrongly', async (page) => {
    await openAddress(page, 'tables/whole.nodes')
    await sees(page, `${fold} .problem`, /does not answer range requests/)
    await openAddress(page, 'https://example.org/x.nodes')
    await sees(page, `${fold} .problem`, /its own server only/)
    await openAddress(page, 'tables/wrong.nodes')
    await sees(page, fold, /2 versions/)
    await ask(page, `0x${(7919 * 29_000).toString(16).padStart(40, '0')}`)
    await sees(page, `${fold} .problem`, /(mismatch|malformed|truncated)/)
    expect(await text(page, fold)).not.toContain('The value is')
    await sees(page, '#table-traffic', /^Read so far: \d+ requests/)
  })

  test('a file, chosen as any other; its look', async (v) => {
    await v.open()
    await v.choose(v.file('many.nodes', table))
    await sees(v.page, fold, /many\.nodes: 2 versions/)
    await ask(v.page, 'extra')
    await sees(v.page, fold, /The value is -1\./)
    await sees(v.page, '#table-traffic', /^Read so far: \d+ requests/)
    for (const scheme of name === 'chromium' ? ['light', 'dark'] : ['light']) {
      if (name === 'chromium')
        await v.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }])
      for (const width of [1280, 390]) {
        await v.page.setViewport({ width, height: 900 })
        // Nothing is wider than the window.
        expect(
          await v.page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
        ).toBeLessThanOrEqual(0)
        await v.shot(`node-table-${scheme}-${width}`)
      }
    }
  })
})
