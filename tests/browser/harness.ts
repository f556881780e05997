// Stock browsers, driven headless through puppeteer-core, against pages served with a strict CSP. Nothing is
// downloaded: the browsers are the system's.
import { createReadStream } from 'node:fs'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import puppeteer, { type Browser } from 'puppeteer-core'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export const browserNames = ['chromium', 'firefox'] as const
export type BrowserName = (typeof browserNames)[number]

const programs = { chromium: '/usr/bin/chromium', firefox: '/usr/bin/firefox-esr' }

const chromiumFlags = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export interface RunningBrowser {
  browser: Browser
  close(): Promise<void>
}

/** Starts a browser with an empty profile, which close() removes; with `gc`, pages can call the collector. */
export async function launch(name: BrowserName, { gc = false } = {}): Promise<RunningBrowser> {
  const profile = await mkdtemp(join(tmpdir(), `hamt-${name}-`))
  const isRoot = process.getuid?.() === 0 // Chromium's sandbox refuses to run as root
  const browser = await puppeteer.launch({
    browser: name === 'firefox' ? 'firefox' : 'chrome',
    executablePath: programs[name],
    headless: true,
    userDataDir: profile,
    args:
      name === 'chromium'
        ? [...chromiumFlags, ...(isRoot ? ['--no-sandbox'] : []), ...(gc ? ['--js-flags=--expose-gc'] : [])]
        : [],
    extraPrefsFirefox: gc ? { 'dom.testing.testutils.enabled': true } : {},
    timeout: 60_000,
  })
  return {
    browser,
    async close() {
      await browser.close()
      await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    },
  }
}

const types: Record<string, string> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
}

export const strictPolicy =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; object-src 'none'; base-uri 'none'"

export interface Server {
  /** Address without a final slash. */
  url: string
  close(): Promise<void>
}

/**
 * Serves folders by the first part of the address (`{ '/': pages, '/dist': dist }`), and nothing outside
 * them, with a content security policy on every answer. `folder/?list` is the list of its names, as JSON.
 * `asked` is called with each path.
 */
export async function serve(
  folders: Record<string, string>,
  policy = strictPolicy,
  asked: (path: string) => void = () => {},
): Promise<Server> {
  const prefixes = Object.keys(folders).sort((a, b) => b.length - a.length)
  const server = createServer((request, response) => {
    const answer = async () => {
      const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname))
      asked(path)
      const prefix = prefixes.find((each) => each === '/' || path === each || path.startsWith(`${each}/`))
      let file = join(
        folders[prefix ?? '/'] ?? '/nowhere',
        prefix === '/' ? path : path.slice(prefix?.length),
      )
      if (request.url?.endsWith('/?list')) {
        response.writeHead(200, { 'content-type': 'application/json', 'content-security-policy': policy })
        response.end(JSON.stringify(await readdir(file)))
        return
      }
      if ((await stat(file)).isDirectory()) file = join(file, 'index.html')
      await stat(file)
      response.writeHead(200, {
        'content-type': types[extname(file)] ?? 'application/octet-stream',
        'content-security-policy': policy,
        'cache-control': 'no-store',
      })
      createReadStream(file).pipe(response)
    }
    answer().catch(() => {
      response.writeHead(404, { 'content-security-policy': policy }).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.closeAllConnections()
        server.close((error) => (error ? reject(error) : resolve()))
      }),
  }
}

/**
 * A browser, and a server of folders that are known when the tests begin, for the tests of the block that
 * calls this.
 */
export function browserAndServer(
  name: BrowserName,
  folders: () => Record<string, string>,
  { policy, gc }: { policy?: string; gc?: boolean } = {},
): { browser: Browser; server: Server } {
  let running: RunningBrowser | undefined
  let server: Server | undefined
  beforeAll(async () => {
    server = await serve(folders(), policy)
    running = await launch(name, { gc })
  }, 90_000)
  afterAll(async () => {
    await running?.close()
    await server?.close()
  }, 30_000)
  return {
    get browser() {
      return running!.browser
    },
    get server() {
      return server!
    },
  }
}
