// Maps in IndexedDB, and node tables from Blobs and from servers, in stock browsers.
import { createReadStream, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import ts from 'typescript'
import { Hamt } from 'hamt-wasm'
import { serializeNodes } from 'hamt-wasm/blocks'
import { browserNames, launch, root, type RunningBrowser, serve, type Server } from './harness.js'

const pages = join(root, 'build', 'browser-blocks')
const map = Hamt.from(Array.from({ length: 5000 }, (_, i) => [`key ${i}`, i] as const))

/** What the page does; its result is compared below. */
async function exercise(tableUrl: string): Promise<unknown> {
  const { Hamt } = await import('/dist/index.js' as string)
  const { BlockError, openMap, openNodes, pull, push, serializeNodes } = await import(
    '/dist/blocks/index.js' as string
  )
  const { indexedDbStore } = await import('/indexeddb.js' as string)
  const local = Hamt.from(Array.from({ length: 3000 }, (_, i) => [`key ${i}`, i]))
  const digest = await push(local.set('long', 'v'.repeat(5000)), await indexedDbStore('blocks'))
  const store = await indexedDbStore('blocks') // opened again: it is in the database
  const edited = await openMap(store, digest).edit((draft: any) => draft.delete('long').set('new', [1, 2]))
  const same = local.set('new', [1, 2])
  const table = serializeNodes([local, same], { meta: 'blob' })
  const blob = await openNodes(new Blob([table]), { digests: [local.digest(), same.digest()] })
  const served = await openNodes(tableUrl)
  const refused = await openNodes('/dist/hamt.wasm').catch((error: unknown) => error)
  return {
    equal: (await pull(store, edited.digest)).equals(same),
    kept: await openMap(store, digest).get('key 7'),
    long: (await openMap(store, digest).get('long')).length,
    blob: [blob.meta, await blob.at(1).get('new')],
    served: [await served.at(-1).get('key 4321'), served.traffic.requests <= 4],
    refused: refused instanceof BlockError && (refused as { code: string }).code,
  }
}

beforeAll(() => {
  rmSync(pages, { recursive: true, force: true })
  mkdirSync(pages, { recursive: true })
  const source = readFileSync(join(root, 'js/examples/stores/indexeddb.ts'), 'utf8')
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  })
  writeFileSync(join(pages, 'indexeddb.js'), outputText)
  writeFileSync(join(pages, 'index.html'), '<!doctype html><meta charset="utf-8"><title>Blocks</title>')
  writeFileSync(join(pages, 'table.nodes'), serializeNodes([map]))
})

/** A plain static server that answers ranges, for pages of other origins too. */
async function rangeServer(file: string): Promise<HttpServer> {
  const server = createServer((request, response) => {
    response.setHeader('access-control-allow-origin', '*')
    response.setHeader('access-control-allow-headers', 'range')
    response.setHeader('access-control-expose-headers', 'content-range, etag')
    if (request.method === 'OPTIONS') return void response.writeHead(204).end()
    const { size } = statSync(file)
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')!
    const end = Math.min(Number(to), size - 1)
    response.writeHead(206, { 'content-range': `bytes ${from}-${end}/${size}` })
    createReadStream(file, { start: Number(from), end }).pipe(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

test.each(browserNames)(
  '%s',
  async (name) => {
    let running: RunningBrowser | undefined
    let server: Server | undefined
    const ranges = await rangeServer(join(pages, 'table.nodes'))
    try {
      const origin = `http://127.0.0.1:${(ranges.address() as AddressInfo).port}`
      server = await serve(
        { '/': pages, '/dist': join(root, 'dist') },
        `default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' ${origin}`,
      )
      running = await launch(name)
      const page = await running.browser.newPage()
      // As a module of the page's own: what puppeteer evaluates may not import.
      writeFileSync(
        join(pages, `${name}.js`),
        `(${exercise.toString()})(${JSON.stringify(`${origin}/table.nodes`)}).then(
          (result) => { window.result = result },
          (error) => { window.result = String(error && error.stack || error) },
        )`,
      )
      writeFileSync(
        join(pages, `${name}.html`),
        `<!doctype html><meta charset="utf-8"><script type="module" src="/${name}.js"></script>`,
      )
      await page.goto(`${server.url}/${name}.html`)
      await page.waitForFunction(() => 'result' in window, { timeout: 60_000, polling: 100 })
      expect(await page.evaluate(() => (window as unknown as { result: unknown }).result)).toEqual({
        equal: true,
        kept: 7,
        long: 5000,
        blob: ['blob', [1, 2]],
        served: [4321, true],
        refused: 'no-ranges',
      })
    } finally {
      await running?.close()
      await server?.close()
      ranges.closeAllConnections()
      ranges.close()
    }
  },
  120_000,
)
