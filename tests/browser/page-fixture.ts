// The verifier page in a browser, for tests: each test has a page, a profile and a set of files of its own.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeEventLog } from 'viem'
import type { Browser, BrowserContext, ElementHandle, Page } from 'puppeteer-core'
import { type RegistryEvent, sortitionAbi } from 'hamt-wasm/sortition'
import { browserAndServer, type BrowserName, browserNames, root } from './harness.js'

export const run = JSON.parse(readFileSync(join(root, 'tests/vectors/chain-run.json'), 'utf8'))
export const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "worker-src 'self'; base-uri 'none'; form-action 'none'"
export const right = 'Right: the draw follows the rule.'
export const submissionTopic = '0x52999628fb1cb05707e842278833b22e511f11746202cecdf221968b0b89e8bd'
export const finalizedTopic = '0x965338df36bd39d668fe7694af5c34a5e37fb2cdc450ce4e99c0e71deb7c11e5'

const screenshots = join(root, 'build', 'screenshots')

/** Builds the page below build/. */
export async function buildPage(name: string): Promise<string> {
  // A name held in a variable: the builder is plain JavaScript without types.
  const builder = join(root, 'js/web/build.mjs')
  const { buildWeb } = (await import(builder)) as { buildWeb(to: string): Promise<string> }
  return buildWeb(join(root, 'build', `page-under-test-${name}`))
}

export const committeeOf = (i: number): string[] =>
  run.requests[i].finalized.committee.map((node: string) => node.toLowerCase())

/** The recorded run, with some logs made to say something else. */
export function tampered(change: (log: any) => any): unknown {
  return { ...run, logs: run.logs.map((log: any) => change(log) ?? log) }
}

export function decodedRun(): RegistryEvent[] {
  const times = new Map(run.blocks.map((block: any) => [Number(block.number), BigInt(block.timestamp)]))
  const { ciphernodeRegistry, bondingRegistry } = run.contracts
  const emitters = [ciphernodeRegistry, bondingRegistry].map((each: string) => each.toLowerCase())
  return run.logs.flatMap((log: any) => {
    if (!emitters.includes(log.address)) return []
    try {
      const { eventName, args } = decodeEventLog({ abi: sortitionAbi, topics: log.topics, data: log.data })
      const timestamp = times.get(Number(log.blockNumber))!
      return [
        { eventName, args, blockNumber: BigInt(log.blockNumber), logIndex: Number(log.logIndex), timestamp },
      ]
    } catch {
      return []
    }
  })
}

/** Plain data as JSON, bigints as decimal text. */
export function json(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v)))
}

export class VerifierPage {
  readonly complaints: string[] = []
  readonly asked: { method: string; url: string }[] = []
  readonly #files = mkdtempSync(join(tmpdir(), 'hamt-page-'))

  private constructor(
    readonly name: BrowserName,
    readonly url: string,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    page.on('pageerror', (error) => this.complaints.push(String(error)))
    page.on('console', (message) => message.type() === 'error' && this.complaints.push(message.text()))
    page.on('request', (request) => this.asked.push({ method: request.method(), url: request.url() }))
  }

  static async make(name: BrowserName, browser: Browser, url: string): Promise<VerifierPage> {
    const context = await browser.createBrowserContext()
    const page = await context.newPage()
    await page.setViewport({ width: 1280, height: 900 })
    return new VerifierPage(name, url, context, page)
  }

  async close(): Promise<void> {
    await this.context.close()
    rmSync(this.#files, { recursive: true, force: true })
  }

  // --- opening ------------------------------------------------------------------------------------

  async open(hash = ''): Promise<void> {
    await this.page.goto(`${this.url}/${hash}`)
    await this.page.waitForSelector('.source button')
  }
  async openExample(): Promise<void> {
    await this.open()
    await this.click('Look at the example')
    await this.settled(right)
  }
  file(name: string, value: unknown): string {
    const path = join(this.#files, name)
    writeFileSync(path, value instanceof Uint8Array ? value : json(value))
    return path
  }
  async choose(...paths: string[]): Promise<void> {
    const input = await this.page.waitForSelector('input[type=file]')
    await (input as ElementHandle<HTMLInputElement>).uploadFile(...paths)
  }

  // --- looking ------------------------------------------------------------------------------------

  text(selector: string): Promise<string> {
    return this.page.$eval(selector, (element) => element.textContent.trim())
  }
  texts(selector: string): Promise<string[]> {
    return this.page.$$eval(selector, (all) => all.map((each) => each.textContent.trim()))
  }
  async sees(selector: string, text: string | RegExp, timeout = 20_000): Promise<void> {
    const [source, flags] = typeof text === 'string' ? [text, null] : [text.source, text.flags]
    await this.page
      .waitForFunction(
        (selector: string, source: string, flags: string | null) => {
          const found = [...document.querySelectorAll<HTMLElement>(selector)]
            .filter((each) => each.offsetParent !== null || each.getClientRects().length > 0)
            .map((each) => each.textContent)
          return found.some((each) =>
            flags === null ? each.includes(source) : new RegExp(source, flags).test(each),
          )
        },
        { timeout },
        selector,
        source,
        flags,
      )
      .catch(async () => {
        const found = await this.texts(`${selector}, .trouble p`)
        throw new Error(
          `${selector} does not come to say ${String(text)}, but ${JSON.stringify(found).slice(0, 2000)}`,
        )
      })
  }
  /**
   * Waits until all that follows from what was done is drawn, with this verdict, and looks at the versions,
   * which are drawn in view only.
   */
  async settled(sentence?: string | RegExp, timeout = 20_000): Promise<void> {
    if (sentence !== undefined) await this.sees('#sentence', sentence, timeout)
    await this.page.waitForFunction(
      () => {
        const root = document.documentElement
        const isIdle = document.querySelector('main')!.getAttribute('aria-busy') === 'false'
        if (isIdle && document.querySelector('#version .plot canvas')) {
          if (root.dataset.scrolled) scrollTo({ top: Number(root.dataset.scrolled), behavior: 'instant' })
          delete root.dataset.scrolled
          return true
        }
        root.dataset.scrolled ??= String(scrollY)
        document.querySelector('#versions')?.scrollIntoView({ behavior: 'instant' })
        return false
      },
      { timeout },
    )
  }
  committee(): Promise<(string | null)[]> {
    return this.page.$$eval('#committee .paged:first-of-type tbody a', (all) =>
      all
        .filter((each) => (each as HTMLElement).getClientRects().length > 0)
        .map((each) => each.getAttribute('title')),
    )
  }
  async shot(what: string): Promise<void> {
    mkdirSync(screenshots, { recursive: true })
    await this.page.screenshot({ path: join(screenshots, `${this.name}-${what}.png`), fullPage: true })
  }

  // --- doing --------------------------------------------------------------------------------------

  async button(text: string, within = 'body'): Promise<ElementHandle<HTMLButtonElement>> {
    const found = await this.page.waitForFunction(
      (wanted: string, container: string) =>
        [...document.querySelectorAll<HTMLButtonElement>(`${container} button`)].find(
          (each) => each.textContent.trim().startsWith(wanted) && each.offsetParent !== null,
        ),
      { timeout: 10_000 },
      text,
      within,
    )
    return found.asElement() as unknown as ElementHandle<HTMLButtonElement>
  }
  async click(text: string, within = 'body'): Promise<void> {
    await (await this.button(text, within)).click()
  }
  /** Unfolds everything, and what unfolding builds. */
  async unfold(within = 'body'): Promise<void> {
    await this.page.$$eval(`${within} details`, (all) => all.forEach((each) => (each.open = true)))
    await this.page.waitForFunction(
      () => document.querySelector('main')!.getAttribute('aria-busy') === 'false',
    )
  }
  /** Searches in a combobox; gives the options. */
  async search(field: string, text: string): Promise<string[]> {
    await this.page.click(field)
    await this.page.waitForFunction(
      (field: string) => document.querySelector(field)!.getAttribute('aria-expanded') === 'true',
      {},
      field,
    )
    await this.page.type(field, text)
    await this.page.waitForFunction(
      () => document.querySelector('main')!.getAttribute('aria-busy') === 'false',
    )
    return this.texts(`${field}-list li`)
  }
  /** Chooses what a search in a combobox finds first. */
  async pick(field: string, text: string): Promise<void> {
    await this.search(field, text)
    await this.page.keyboard.press('Enter')
  }
  async fill(selector: string, text: string): Promise<void> {
    await this.page.waitForSelector(selector)
    await this.page.$eval(selector, (field) => ((field as HTMLInputElement).value = ''))
    await this.page.type(selector, text)
  }
  /** Unfolds the log of a request whose headline contains `text`; gives its selector. */
  async openLog(text: string): Promise<string> {
    await this.sees('#logs summary', text)
    const key = await this.page.$$eval(
      '#logs details',
      (all, wanted) => {
        const found = all.find((each) => each.querySelector('summary')!.textContent.includes(wanted))!
        found.open = true
        return found.dataset.key!
      },
      text,
    )
    const selector = `#logs details[data-key="${key}"]`
    await this.page.waitForSelector(`${selector} form`)
    return selector
  }
}

/**
 * Tests in each browser: `test` gets a page that nothing else uses. What the page complains of fails its
 * test.
 */
export function inBrowsers(
  suite: string,
  tests: (
    test: (name: string, body: (v: VerifierPage) => Promise<void>, timeout?: number) => void,
    name: BrowserName,
    server: () => { url: string; site: string },
  ) => void,
): void {
  let site: string
  beforeAll(async () => {
    site = await buildPage(suite)
  }, 60_000)

  describe.each(browserNames)('%s', (name) => {
    const at = browserAndServer(name, () => ({ '/': site }), { policy })

    const inPage = (what: string, body: (v: VerifierPage) => Promise<void>, timeout = 60_000) =>
      test(
        what,
        async () => {
          const v = await VerifierPage.make(name, at.browser, at.server.url)
          try {
            await body(v)
            expect(v.complaints).toEqual([])
            for (const { method, url } of v.asked) {
              if (url.startsWith('blob:') || url.startsWith('data:')) continue
              expect({ method, here: url.startsWith(at.server.url) }).toEqual({ method: 'GET', here: true })
            }
          } finally {
            await v.close()
          }
        },
        timeout,
      )
    tests(inPage, name, () => ({ url: at.server.url, site }))
  })
}
