// The verifier page: how much it loads, and that it stays responsive however much is opened. What keeps a
// page busy is counted: the elements that it makes, and the values that its worker sends it. Neither grows
// with the input.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Hamt, serialize } from 'hamt-wasm'
import { NodeRegistry, type RegistryEvent } from 'hamt-wasm/sortition'
import { serve } from './harness.js'
import { decodedRun, inBrowsers, policy, run, type VerifierPage } from './page-fixture.js'

/**
 * Elements in the page at any time, and values in one message of the worker (a typed array counts as one).
 */
const mostElements = 4000
const mostValues = 3000

inBrowsers('size', (test, name, server) => {
  test('a first visit loads at most 150 KB with gzip, charts and example included', async (v) => {
    const { site } = server()
    const names = firstLoad(site)
    expect(names).toEqual(
      expect.arrayContaining(['main.js', 'worker.js', 'hamt.wasm', 'style.css', 'example.json']),
    )
    const sizes = names.map((each) => gzipSync(readFileSync(join(site, each)), { level: 9 }).length)
    expect(sizes.reduce((a, b) => a + b)).toBeLessThanOrEqual(150_000)
    await expectLoads(v, site, names)
    // What is left out is loaded when it is asked for, and to work without a network.
    const rest = readdirSync(site).filter((each) => !/\.(map|txt)$/.test(each) && !names.includes(each))
    expect(rest.map((each) => each.replace(/-.*/, '')).sort()).toEqual([
      'chunk',
      'log',
      'newer.json',
      'node',
      'options',
      'proofs',
      'proofs',
      'sample',
      'service',
      'sharing',
      'slim',
      'snapshots.part',
      'version',
    ])
    // The policy is in the page itself, for hosts that send no headers.
    expect(readFileSync(join(site, 'index.html'), 'utf8')).toContain(`content="${policy}"`)
  })

  /** What a browser asks for is that, until the versions are looked at. */
  const expectLoads = async (v: VerifierPage, site: string, names: string[]) => {
    const asked = new Set<string>()
    const own = await serve({ '/': site }, policy, (path) => asked.add(path.slice(1) || 'index.html'))
    const page = await v.context.newPage()
    // The service worker asks for everything.
    await page.evaluateOnNewDocument(() => delete (Navigator.prototype as any).serviceWorker)
    await page.goto(`${own.url}/#from=example`)
    for (const drawn of ['#scores canvas', '#operator canvas', '#committee tbody tr'])
      await page.waitForSelector(drawn)
    expect([...asked].filter((each) => !names.includes(each))).toEqual([])
    await page.$eval('#versions', (versions) => versions.scrollIntoView())
    await page.waitForSelector('#version canvas')
    expect([...asked].filter((each) => !names.includes(each)).sort()).toEqual([
      expect.stringMatching(/^sharing-/),
      'snapshots.part',
      expect.stringMatching(/^version-/),
    ])
    await page.close()
    await own.close()
  }

  /** Counts from now on. */
  const count = (v: VerifierPage) =>
    v.page.evaluateOnNewDocument(() => {
      const counts = { elements: 0, values: 0 }
      Object.assign(globalThis, { counts })
      const valuesIn = (value: unknown): number =>
        value === null || typeof value !== 'object' || ArrayBuffer.isView(value)
          ? 1
          : Object.values(value).reduce((sum: number, each) => sum + valuesIn(each), 1)
      const Native = Worker
      globalThis.Worker = class extends Native {
        constructor(...args: ConstructorParameters<typeof Worker>) {
          super(...args)
          this.addEventListener('message', ({ data }) => {
            counts.values = Math.max(counts.values, valuesIn(data))
          })
        }
      }
      new MutationObserver(() => {
        counts.elements = Math.max(counts.elements, document.getElementsByTagName('*').length)
      }).observe(document, { childList: true, subtree: true })
    })
  const counted = (v: VerifierPage) =>
    v.page.evaluate(() => (globalThis as any).counts) as Promise<{ elements: number; values: number }>
  const expectFew = async (v: VerifierPage) => {
    const { elements, values } = await counted(v)
    expect(elements).toBeLessThanOrEqual(mostElements)
    expect(values).toBeLessThanOrEqual(mostValues)
  }

  const many = name === 'chromium' ? 100_000 : 20_000
  test(`${many} submissions and ${many} requests`, async (v) => {
    await count(v)
    await v.open()
    await v.choose(v.file('many.json', manyOfBoth(many)))
    await v.settled(/^Wrong/, 120_000)
    await v.sees('#logs .steps', `of ${grouped(many).slice(0, -3)}`)
    await v.sees('#verdict .violations', 'duplicate-submission')
    await expectFew(v)

    // Everything can be unfolded, and everything can be found.
    await v.unfold()
    await v.settled()
    await v.fill('#logs .search input', `block ${9000 + many - 1}`)
    await v.sees('#logs .steps', `1–1 of 1, found among ${grouped(many).slice(0, -3)}`, 60_000)
    const found = await v.search('#request-pick', `${many - 1}`)
    expect(found[0]).toContain(`Request ${grouped(many - 1)} `)
    await v.page.keyboard.press('Enter')
    await v.sees('#sentence', 'Not decided: the hash of block', 60_000)
    await expectFew(v)
  }, 240_000)

  test('a registry file that lists a million versions is refused at once', async (v) => {
    await v.open()
    const one = Hamt.from({ a: 1 })
    const meta = {
      kind: 'node-registry',
      format: 1,
      position: null,
      addresses: new Uint8Array(0),
      rows: 0,
      events: new Uint8Array(0),
    }
    const bytes = serialize(
      Array.from({ length: 1_000_000 }, () => one),
      { meta },
    )
    expect(() => NodeRegistry.deserialize(bytes)).toThrow('it has 1000000 versions, and not one')
    // Refused before a version is read: a later question waits for nothing.
    await v.choose(v.file('million.hamt', bytes))
    await v.sees('.trouble', 'million.hamt: not a registry: it has 1000000 versions, and not one', 10_000)
    await v.choose(v.file('plain.hamt', serialize(Array.from({ length: 200_000 }, () => one))))
    await v.sees('.trouble', 'plain.hamt has 200000 versions, and this page opens at most 100000', 10_000)
  })

  test('a snapshot of many entries: lists are paged, and its trie is described without a picture', async (v) => {
    await count(v)
    const map = Hamt.from(Array.from({ length: 60_000 }, (_, i): [string, number] => [`key ${i}`, i]))
    await v.open()
    await v.choose(v.file('wide.hamt', serialize([map, map.set('one more', 1)])))
    await v.sees('#version', 'There are too many for a picture.')
    await v.sees('#version .steps', `1–50 of ${grouped(60_001)}`)
    await expectFew(v)
  })
})

/**
 * What is fetched until the example is shown: modules with what they import, and what these fetch by name.
 */
function firstLoad(site: string): string[] {
  const charts = readdirSync(site).find((each) => /^charts-.*\.js$/.test(each))!
  const names = [
    'index.html',
    'favicon.svg',
    'style.css',
    'main.js',
    'worker.js',
    charts,
    'hamt.wasm',
    'example.json',
  ]
  for (const each of names) {
    if (!each.endsWith('.js')) continue
    const source = readFileSync(join(site, each), 'utf8')
    for (const [, name] of source.matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g))
      if (!names.includes(name!)) names.push(name!)
  }
  return names
}

const grouped = (n: number) => String(n).replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f')

/**
 * The recorded run; then more submissions to its first request, of operators that have submitted, and more
 * requests.
 */
function manyOfBoth(many: number): unknown {
  const events = decodedRun()
  const [submission, request] = ['TicketSubmitted', 'CommitteeRequested'].map((wanted) =>
    events.find(({ eventName }) => eventName === wanted)!,
  ) as [RegistryEvent, RegistryEvent]
  const last = run.blocks
    .map(({ timestamp }: any) => BigInt(timestamp))
    .sort()
    .at(-1) as bigint
  const more = (event: RegistryEvent, i: number, args: object): RegistryEvent => ({
    ...event,
    blockNumber: 9000n + BigInt(i),
    logIndex: event.eventName === 'TicketSubmitted' ? 0 : 1,
    timestamp: last + BigInt(i + 1),
    args: { ...event.args, ...args },
  })
  const submissions = Array.from({ length: many }, (_, i) => more(submission, i, {}))
  const requests = Array.from({ length: many - 2 }, (_, i) =>
    more(request, i, {
      e3Id: BigInt(run.requests[0].e3Id) + BigInt(i + 2),
      requestBlock: last + BigInt(i + 1),
      entropyBlock: 50_000_000n,
    }),
  )
  return {
    blocks: run.blocks.map(({ number, hash, timestamp }: any) => ({ number, hash, timestamp })),
    events: [...events, ...submissions, ...requests],
  }
}
