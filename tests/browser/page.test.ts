// A plain page, a worker, and the slim entry, in stock browsers under a strict content security policy.
import { join } from 'node:path'
import type { Page } from 'puppeteer-core'
import { browserAndServer, browserNames, root } from './harness.js'

const expected = {
  hello: 42,
  gone: true,
  sizes: [1, 1],
  equal: true,
  bigint: true,
  bytes: [1, 2, 3],
  refused: 'SnapshotError',
  memory: true,
}

describe.each(browserNames)('%s', (name) => {
  const at = browserAndServer(name, () => ({
    '/': join(root, 'tests/browser/pages'),
    '/dist': join(root, 'dist'),
  }))

  /** Opens a page and reads the JSON that it leaves in #result; every script error is part of the failure. */
  async function resultOf(path: string): Promise<any> {
    const page: Page = await at.browser.newPage()
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    try {
      await page.goto(at.server.url + path)
      await page.waitForFunction(() => document.querySelector('#result')?.textContent !== '', {
        timeout: 20_000,
      })
      return await page.evaluate(() => JSON.parse(document.querySelector('#result')!.textContent!))
    } catch (error) {
      throw new Error(`${path}: ${String(error)}\n${complaints.join('\n')}`)
    } finally {
      await page.close()
    }
  }

  test('a plain page imports the package, sets, gets, saves and loads', async () => {
    expect(await resultOf('/plain.html')).toEqual(expected)
  }, 40_000)

  test('so does a module worker', async () => {
    expect(await resultOf('/worker.html')).toEqual(expected)
  }, 40_000)

  test('the slim entry streams the wasm, and says so when it is used too early', async () => {
    const result = await resultOf('/slim.html')
    expect(result).toMatchObject({ hello: 42, streamed: true, withoutTheInlineCopy: true })
    expect(result.early).toMatch(/load\(\)/)
  }, 40_000)

  test('under a policy that lets no WebAssembly compile, small maps work, and errors say what to allow', async () => {
    const { hello, main, slim } = await resultOf('/no-wasm.html')
    expect(hello).toBe(42)
    expect(main).toMatch(/^hamt-wasm: .*content security policy allow script-src 'wasm-unsafe-eval'/)
    expect(slim).toMatch(/^hamt-wasm\/slim: .*content security policy allow script-src 'wasm-unsafe-eval'/)
  }, 40_000)

  if (name === 'chromium') {
    test('the console shows a map with its entries, and opens it', async () => {
      const page = await at.browser.newPage()
      await page.goto(`${at.server.url}/devtools.html`)
      await page.waitForFunction(() => document.querySelector('#result')?.textContent !== '')
      // What the developer tools do when custom formatters are switched on.
      const tools = await page.createCDPSession()
      await tools.send('Runtime.enable')
      await tools.send('Runtime.setCustomObjectFormatterEnabled', { enabled: true })
      const { result } = await tools.send('Runtime.evaluate', { expression: 'map', generatePreview: true })
      const { header, bodyGetterId } = result.customPreview!
      expect(JSON.parse(header).slice(0, 4)).toEqual(['span', {}, 'Hamt(4)', ' { '])
      const body = await tools.send('Runtime.callFunctionOn', {
        functionDeclaration: 'function () { return this() }',
        objectId: bodyGetterId!,
        returnByValue: true,
      })
      const [tag, , ...rows] = body.result.value
      expect(tag).toBe('ol')
      expect(rows.map((row: unknown[]) => row[2]).sort()).toEqual([
        '"a" → ',
        '"b" → ',
        '"hello" → ',
        '"list" → ',
      ])
      await page.close()
    }, 40_000)
  }

  test('the policy is in force: the same page cannot eval', async () => {
    const page = await at.browser.newPage()
    await page.goto(`${at.server.url}/policy.html`)
    await page.waitForFunction(() => document.querySelector('#result')?.textContent !== '', {
      timeout: 20_000,
    })
    expect(await page.$eval('#result', (element) => element.textContent)).toBe('EvalError')
    await page.close()
  }, 40_000)
})
