// The verifier page, used as a person would use it: example, files, alterations, pictures, keyboard only, without a network.
// Screenshots are kept in build/screenshots/.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { decodeEventLog, encodeAbiParameters } from 'viem'
import type { ElementHandle, Page } from 'puppeteer-core'
import { NodeRegistry, type RegistryEvent, sortitionAbi } from 'hamt-wasm/sortition'
import { browserNames, launch, root, type RunningBrowser, serve, type Server } from './harness.js'

const screenshots = join(root, 'build', 'screenshots')
const run = JSON.parse(readFileSync(join(root, 'tests/vectors/chain-run.json'), 'utf8'))
const axe = readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8')
const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "worker-src 'self'; base-uri 'none'; form-action 'none'"

const right = 'This committee was drawn by the rule.'
const submissionTopic = '0x52999628fb1cb05707e842278833b22e511f11746202cecdf221968b0b89e8bd'
const finalizedTopic = '0x965338df36bd39d668fe7694af5c34a5e37fb2cdc450ce4e99c0e71deb7c11e5'

let site: string
let files: string

beforeAll(async () => {
  files = mkdtempSync(join(tmpdir(), 'hamt-page-'))
  // A name held in a variable: the builder is plain JavaScript without types.
  const builder = join(root, 'js/web/build.mjs')
  const { buildWeb } = (await import(builder)) as { buildWeb(to: string): Promise<string> }
  site = await buildWeb(join(root, 'build', 'page-under-test'))
  mkdirSync(screenshots, { recursive: true })
}, 60_000)

afterAll(() => rmSync(files, { recursive: true, force: true }))

function fileOf(name: string, value: unknown): string {
  const path = join(files, name)
  writeFileSync(path, value instanceof Uint8Array ? value : JSON.stringify(value))
  return path
}

/** The recorded run, with one log made to say something else. */
function tampered(change: (log: any) => any): unknown {
  return { ...run, logs: run.logs.map((log: any) => change(log) ?? log) }
}

/** What a first visit fetches, each file as a server would compress it. */
const gzipped = (names: string[]) =>
  names.reduce((sum, name) => sum + gzipSync(readFileSync(join(site, name)), { level: 9 }).length, 0)

test('the page is at most 150 KB with gzip, its charts and its example included', () => {
  const names = readdirSync(site).filter((name) => !/\.(map|txt)$/.test(name))
  expect(names).toEqual(
    expect.arrayContaining(['index.html', 'main.js', 'worker.js', 'hamt.wasm', 'style.css', 'example.json']),
  )
  expect(gzipped(names)).toBeLessThanOrEqual(150_000)
})

test('the policy is in the page itself, for hosts that send no headers', () => {
  expect(readFileSync(join(site, 'index.html'), 'utf8')).toContain(`content="${policy}"`)
})

describe.each(browserNames)('%s', (name) => {
  let running: RunningBrowser
  let server: Server
  let page: Page
  let complaints: string[]
  let asked: { method: string; url: string }[]

  beforeAll(async () => {
    server = await serve({ '/': site }, policy)
    running = await launch(name)
  }, 90_000)

  afterAll(async () => {
    await running?.close()
    await server?.close()
  }, 30_000)

  beforeEach(async () => {
    page = await running.browser.newPage()
    await page.setViewport({ width: 1280, height: 900 })
    complaints = []
    asked = []
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page.on('request', (request) => asked.push({ method: request.method(), url: request.url() }))
  }, 30_000)

  afterEach(async () => {
    await page.close()
    expect(complaints).toEqual([])
    for (const { method, url } of asked) {
      if (url.startsWith('blob:') || url.startsWith('data:')) continue
      expect({ method, here: url.startsWith(server.url) }).toEqual({ method: 'GET', here: true })
    }
  }, 30_000)

  const open = (hash = '') => page.goto(`${server.url}/${hash}`)
  const textOf = (selector: string) => page.$eval(selector, (element) => element.textContent.trim())
  const textsOf = (selector: string) =>
    page.$$eval(selector, (all) => all.map((each) => each.textContent.trim()))

  /** Waits until the page has drawn all that follows from what was done. */
  async function settled(sentence?: string | RegExp): Promise<void> {
    const source = sentence instanceof RegExp ? sentence.source : sentence
    await page.waitForFunction(
      (wanted: string | null, exact: boolean) => {
        const text = document.querySelector('#sentence')?.textContent ?? ''
        if (wanted !== null && !(exact ? text === wanted : new RegExp(wanted).test(text))) return false
        return (
          !document.querySelector('.working.shown') &&
          document.querySelectorAll('.chart canvas, svg.trie').length >= 5
        )
      },
      { timeout: 20_000 },
      source ?? null,
      typeof sentence === 'string',
    )
  }

  async function button(text: string, within = 'body'): Promise<ElementHandle<HTMLButtonElement>> {
    const found = await page.evaluateHandle(
      (wanted: string, place: string) =>
        [...document.querySelectorAll<HTMLButtonElement>(`${place} button`)].find(
          (each) => each.textContent.trim().startsWith(wanted) && each.offsetParent !== null,
        ),
      text,
      within,
    )
    const element = found.asElement()
    if (!element) throw new Error(`there is no button '${text}' in ${within}`)
    return element as ElementHandle<HTMLButtonElement>
  }

  async function openExample(): Promise<void> {
    await open()
    await (await button('Look at the example')).click()
    await settled(right)
  }

  async function drop(...paths: string[]): Promise<void> {
    const input = await page.waitForSelector('input[type=file]')
    await (input as ElementHandle<HTMLInputElement>).uploadFile(...paths)
  }

  const shot = (what: string) =>
    page.screenshot({ path: join(screenshots, `${name}-${what}.png`), fullPage: true })

  const committeeOf = (i: number) =>
    run.requests[i].finalized.committee.map((node: string) => node.toLowerCase())
  const shownCommittee = () =>
    page.$$eval('#committee .table:first-child tbody a', (all) =>
      all.map((each) => each.getAttribute('title')),
    )

  test('the example: the verdict of both draws, and their committees', async () => {
    await openExample()
    expect(await shownCommittee()).toEqual(committeeOf(0))
    expect(await textOf('#verdict .body')).toContain(
      'Of 11 operators, 9 were eligible, and 6 submitted a ticket.',
    )

    await page.select('#request-pick', run.requests[1].e3Id)
    await page.waitForFunction(() =>
      document.querySelector('#ideal')?.textContent?.includes('is not in the committee'),
    )
    await settled(right)
    expect(await shownCommittee()).toEqual(committeeOf(1))
    expect(await textOf('#ideal .body')).toContain(
      '1 operator that would have been drawn is not in the committee',
    )
    expect(await textsOf('#ideal tr.differs td:last-child')).toContain('did not submit')
  }, 60_000)

  test('every picture is drawn, at desktop and phone width, and fits', async () => {
    await openExample()
    for (const width of [1280, 390]) {
      await page.setViewport({ width, height: 900, deviceScaleFactor: width < 500 ? 2 : 1 })
      await page.waitForFunction(
        (wanted: number) =>
          [...document.querySelectorAll<HTMLElement>('.chart .uplot')].every(
            (each) => each.clientWidth <= wanted,
          ),
        {},
        width,
      )
      const pictures = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('.chart')].map((chart) => {
          const canvas = chart.querySelector('canvas')
          const pixels = canvas?.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data
          return {
            section: chart.closest('section')!.id,
            label: chart.getAttribute('aria-label')!,
            fits: chart.getBoundingClientRect().right <= innerWidth,
            // Colours in the picture: more than an empty plot has.
            colours: pixels ? new Set(new Uint32Array(pixels.buffer)).size : 0,
            shapes: chart.querySelectorAll('rect').length,
          }
        }),
      )
      expect(pictures.map((each) => each.section)).toEqual([
        'scores',
        'operator',
        'versions',
        'versions',
        'versions',
      ])
      for (const { label, fits, colours, shapes } of pictures) {
        expect({ label, fits, drawn: colours > 20 || shapes > 10 }).toEqual({
          label,
          fits: true,
          drawn: true,
        })
      }
      expect(pictures[0]!.label).toMatch(
        /^All tickets by score\. 197 tickets of 9 operators; 6 of them scored 0\.0243 or less/,
      )
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
      await shot(width === 1280 ? 'desktop' : 'phone')
    }
  }, 60_000)

  test('pictures have tables that say the same', async () => {
    await openExample()
    await page.$$eval('details', (all) => all.forEach((each) => (each.open = true)))
    const rows = (caption: string) =>
      page.$$eval(
        'table',
        (all, wanted) =>
          [...all].find((each) => each.caption!.textContent === wanted)!.querySelectorAll('tbody tr').length,
        caption,
      )
    expect(await rows('Tickets by score')).toBe(197)
    expect(await rows('Versions')).toBe(44)
    expect(await rows('Operators in the order of the trie')).toBe(11)
    expect(await textsOf('#operator tr.counts td:last-child')).toEqual(['this counts'])
  }, 60_000)

  test('a thousand operators: progress is shown, and versions share nearly all of their nodes', async () => {
    await open()
    // A fast machine is done before the notice would be due, and before a test would look: here it is due at once,
    // and what comes and goes is written down as it happens.
    await page.evaluate(() => {
      const later = window.setTimeout
      window.setTimeout = ((what: () => void) => later(what, 0)) as typeof setTimeout
      const notice = document.querySelector('.working')!
      new MutationObserver(() => {
        const text = notice.classList.contains('shown') && notice.textContent.trim()
        if (text) document.documentElement.dataset.notice = text
      }).observe(notice, { attributes: true, childList: true, subtree: true })
    })
    await (await button('a made-up registry')).click()
    await settled(right)
    expect(await page.evaluate(() => document.documentElement.dataset.notice)).toMatch(/…$/)
    expect(await page.$('.working.shown')).toBeNull()
    expect(await textOf('#scores .body')).toMatch(/^25\u202f698 tickets of 1\u202f000 operators/)
    const [shared, all] = /Of the nodes of their tries, ([\d\u202f]+) in ([\d\u202f]+) are/
      .exec(await textOf('#versions .body'))!
      .slice(1)
      .map((each) => Number(each.replace(/\D/g, '')))
    expect(shared! / all!).toBeGreaterThan(0.9)
    expect(shared).toBeLessThan(all!)
    await shot('thousand')
  }, 60_000)

  test('news of progress does not put off the notice that is due', async () => {
    await open()
    await page.evaluate(() => {
      const [later, never] = [window.setTimeout, window.clearTimeout]
      const due = new Set<number>()
      const counts = document.documentElement.dataset
      Object.assign(counts, { due: '0', putOff: '0' })
      window.setTimeout = ((what: () => void, ms: number) => {
        if (ms !== 150) return later(what, ms)
        due.add(-++(counts as any).due)
        return -Number(counts['due'])
      }) as typeof setTimeout
      window.clearTimeout = ((id: number) => {
        if (due.delete(id)) ++(counts as any).putOff
        else never(id)
      }) as typeof clearTimeout
    })
    await (await button('a made-up registry')).click()
    await settled(right)
    // One for the work of the worker and one for what is drawn of it, however often each reports.
    const { due, putOff } = await page.evaluate(() => ({ ...document.documentElement.dataset }))
    expect([due, putOff]).toEqual(['2', '2'])
  }, 60_000)

  test('the dots, the version and the operator can be chosen, and the address says which', async () => {
    await openExample()
    await page.select('#operator-pick', run.operators[9].toLowerCase())
    await page.waitForFunction(() =>
      document.querySelector('#operator .body')?.textContent?.includes('Not selected: it was not active'),
    )
    expect(page.url()).toContain(`operator=${run.operators[9].toLowerCase()}`)

    // The first bar of the versions' picture but two: the first operator.
    const place = await page.$('#versions .u-over')
    const box = (await place!.boundingBox())!
    await place!.click({ offset: { x: (box.width * 2.7) / 45, y: box.height / 2 } })
    await page.waitForFunction(() => document.querySelector('#version-now')?.textContent === '2')
    expect(await textOf('#versions .body')).toContain('1 node holds 1 operator; all of them are new')
    expect(page.url()).toContain('version=2')

    // Somebody else opens the address.
    const other = await running.browser.newPage()
    await other.goto(page.url())
    await other.waitForFunction(() => document.querySelector('#version-now')?.textContent === '2', {
      timeout: 20_000,
    })
    expect(await other.$eval('#operator-pick', (select) => (select as HTMLSelectElement).value)).toBe(
      run.operators[9].toLowerCase(),
    )
    await other.close()
  }, 60_000)

  /** Opens the log of a request whose headline begins so. */
  async function openLog(text: string): Promise<string> {
    const key = await page.$$eval(
      '#logs details',
      (all, wanted) => {
        const found = all.find((each) => each.querySelector('summary')!.textContent.includes(wanted))!
        found.open = true
        return found.dataset.key!
      },
      text,
    )
    return `#logs details[data-key="${key}"]`
  }
  async function type(selector: string, text: string): Promise<void> {
    await page.$eval(selector, (field) => ((field as HTMLInputElement).value = ''))
    await page.type(selector, text)
  }

  test('a log that is altered in the page turns the verdict, and undoing turns it back', async () => {
    await openExample()
    const submission = await openLog('0xdf3e…7097, ticket 5')
    await type(`${submission} [name=ticketId]`, '14') // it held 13
    await (await button('Alter and check', submission)).click()
    await settled(/^Wrong: /)
    expect(await textsOf('.violations code')).toEqual(
      expect.arrayContaining(['ticket-range', 'score', 'wrong-member']),
    )
    expect(await textOf('.altered')).toContain('You have altered 1 log')
    await shot('altered')
    // The verdict is far above: it is said again where one altered.
    expect(await textOf('#logs .outcome strong')).toMatch(/^Wrong: /)

    await (await button('Undo', '.altered')).click()
    await settled(right)
    expect(await page.$('.altered')).toBeNull()

    const committee = await openLog('Committee')
    const members = committeeOf(0)
    await type(`${committee} [name=committee]`, [members[1], members[0], members[2]].join(' '))
    await (await button('Alter and check', committee)).click()
    await settled('Wrong: the committee stands in the wrong order.')
    expect(await shownCommittee()).toEqual(members)
    expect(await textsOf('#committee tr.wrong .wide-only')).toEqual([members[1], members[0]])
    await (await button('Undo', committee)).click()
    await settled(right)

    await (await button('Leave this log out', await openLog('0x1cbd…c9ec, ticket 6'))).click()
    await settled('Wrong: the committee has a wrong member.')
    expect(await textOf('.violations')).toContain(
      '0x1cbd…c9ec sits in the committee, but has no valid submission',
    )
  }, 60_000)

  test('what is no log is refused beside the field, and the verdict stays', async () => {
    await openExample()
    const submission = await openLog('0xdf3e…7097, ticket 5')
    await type(`${submission} [name=score]`, 'low')
    await (await button('Alter and check', submission)).click()
    await page.waitForFunction(
      (place: string) => document.querySelector(`${place} .problem`)!.textContent !== '',
      {},
      submission,
    )
    expect(await textOf(`${submission} .problem`)).toBe('TicketSubmitted.score must be a whole number')
    expect(await textOf('#sentence')).toBe(right)
  }, 60_000)

  test('files: the recorded run, and the same with one log tampered with', async () => {
    await open()
    await drop(join(root, 'tests/vectors/chain-run.json'))
    await settled(right)

    // Somebody takes the seat of another: the last committee's first member, and its score, in the raw data.
    const outsider = run.operators[6].toLowerCase().slice(2)
    const swap = (log: any) => {
      if (log.topics[0] !== finalizedTopic || !log.data.includes(committeeOf(0)[0].slice(2))) return undefined
      return { ...log, data: log.data.replace(committeeOf(0)[0].slice(2), outsider) }
    }
    await drop(fileOf('member.json', tampered(swap)))
    await settled('Wrong: the committee has a wrong member.')
    expect(await textsOf('#request-pick option')).toEqual([
      expect.stringContaining('wrong'),
      expect.stringContaining('right'),
    ])

    // A score that is better than the ticket's.
    const better = (log: any) =>
      log.topics[0] === submissionTopic && log.data.endsWith(run.requests[0].submissions[0].score.slice(2))
        ? { ...log, data: encodeAbiParameters([{ type: 'uint256' }, { type: 'uint256' }], [2n, 1n]) }
        : undefined
    await drop(fileOf('score.json', tampered(better)))
    await settled('Wrong: a submitted score is not that of its ticket.')
  }, 60_000)

  test('files that cannot be used say why, and leave what is open', async () => {
    await openExample()
    await drop(fileOf('broken.json', Buffer.from('[{"topics": ')))
    await page.waitForSelector('.trouble p')
    expect(await textOf('.trouble')).toContain('broken.json is not JSON')
    expect(await textOf('#sentence')).toBe(right)
    await drop(fileOf('noise.hamt', Buffer.from('a registry, perhaps')))
    await page.waitForFunction(() =>
      document.querySelector('.trouble')?.textContent?.includes('noise.hamt is no registry file'),
    )
    await drop(fileOf('untimed.json', run.logs))
    await page.waitForFunction(() =>
      document.querySelector('.trouble')?.textContent?.includes('the time of block'),
    )
  }, 60_000)

  test('a registry file with the logs of one request; and alone, without a draw to check', async () => {
    const events = decodedRun()
    const until = events.findIndex((event) => event.eventName === 'CommitteeRequested')
    const registry = NodeRegistry.empty().applyAll(events.slice(0, until))
    const bytes = fileOf('registry.hamt', registry.serialize())
    await open()
    await drop(bytes)
    await page.waitForSelector('svg.trie', { timeout: 20_000 })
    expect(await textOf('.result')).toContain('There are no requests in these files')
    expect(await page.$('#verdict')).toBeNull()

    const text = (_: string, v: unknown) => (typeof v === 'bigint' ? String(v) : v)
    const rest = events.slice(until).map((event) => JSON.parse(JSON.stringify(event, text)))
    await drop(bytes, fileOf('rest.json', rest))
    // Decoded events carry no block hashes.
    await page.waitForFunction(
      () => document.querySelector('#sentence')?.textContent === 'The seed is needed first.',
      { timeout: 20_000 },
    )
    await page.type('#blockHash', run.requests[0].entropyBlockHash)
    await (await button('Check with this')).click()
    await settled(right)
    expect(await shownCommittee()).toEqual(committeeOf(0))

    await page.$$eval('#verdict details', (all) => all.forEach((each) => (each.open = true)))
    await page.type('#seed', '12')
    await (await button('Check with this')).click()
    await settled('Wrong: the seed is not the one that it must be.')
  }, 60_000)

  test('another policy: of each bond owner at most one operator', async () => {
    const ownerOf = (node: string | null) =>
      Object.entries(run.bondOwners).find(([operator]) => operator.toLowerCase() === node)![1]
    const ownersOf = (nodes: (string | null)[]) => new Set(nodes.map(ownerOf)).size
    expect(ownersOf(committeeOf(1))).toBe(2) // two members of one owner
    await open(`#from=example&e3=${run.requests[1].e3Id}`)
    await settled(right)
    await page.$$eval('#verdict details', (all) => all.forEach((each) => (each.open = true)))
    await (await page.$('#verdict [value=owner-cap]'))!.click()
    await (await button('Check with this')).click()
    await settled('Wrong: the committee has a wrong member.')
    expect(ownersOf(await shownCommittee())).toBe(3)
  }, 60_000)

  test('a request that is none does not keep the others from being checked', async () => {
    const broken = (log: any) =>
      log.topics[0].startsWith('0x4365b714') && log.topics[1] === run.requests[0].e3Id
        ? { ...log, data: log.data.slice(0, 2 + 64 * 3) + '0'.repeat(64) + log.data.slice(2 + 64 * 4) } // at second 0
        : undefined
    await open(`#e3=${run.requests[1].e3Id}`)
    await drop(fileOf('second0.json', tampered(broken)))
    await settled(right)
    expect(await textsOf('#request-pick option')).toEqual([
      expect.stringContaining('cannot be checked'),
      expect.stringContaining('right'),
    ])
    await page.select('#request-pick', run.requests[0].e3Id)
    await page.waitForFunction(() =>
      document.querySelector('.trouble')?.textContent?.includes('requestBlock must be a time after 0'),
    )
  }, 60_000)

  test('with the keyboard alone', async () => {
    await open()
    await page.waitForSelector('.drop button')
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '')
    const tabTo = async (wanted: (element: string) => boolean) => {
      for (let i = 0; i < 80; ++i) {
        if (
          wanted(
            await page.evaluate(() => `${document.activeElement!.id} ${document.activeElement!.textContent}`),
          )
        )
          return
        await page.keyboard.press('Tab')
      }
      throw new Error('the keyboard does not lead there')
    }
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('Skip to the verdict')
    await tabTo((element) => element.includes('Look at the example') && element.length < 40)
    await page.keyboard.press('Enter')
    await settled(right)

    await tabTo((element) => element.startsWith('request-pick'))
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter') // where the list has opened
    await page.waitForFunction(() =>
      document.querySelector('#ideal')?.textContent?.includes('is not in the committee'),
    )
    await settled(right)

    await page.$eval('#committee-title', (title) => (title as HTMLElement).focus())
    await tabTo((element) => /^ ?0x[0-9a-f]{40}/.test(element))
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.activeElement?.id === 'operator-title')

    await tabTo((element) => element.startsWith('version-pick'))
    const before = Number(await textOf('#version-now'))
    await page.keyboard.press('ArrowLeft')
    await page.waitForFunction(
      (wanted: string) => document.querySelector('#version-now')?.textContent === wanted,
      {},
      String(before - 1),
    )
    await settled()
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('version-pick')

    await tabTo((element) => element.includes('Submission') && element.length < 200)
    await page.keyboard.press('Enter')
    await tabTo((element) => element.endsWith('Leave this log out'))
    await page.keyboard.press('Enter')
    await page.waitForSelector('.altered')
  }, 90_000)

  test('accessibility: axe finds nothing serious', async () => {
    const findings = async () => {
      await page.evaluate(axe)
      const result = await page.evaluate(() =>
        (globalThis as any).axe
          .run(document, { resultTypes: ['violations'] })
          .then((found: any) =>
            found.violations.map(
              (v: any) =>
                `${v.impact}: ${v.id}: ${v.nodes.map((n: any) => n.html.slice(0, 100)).join(' | ')}`,
            ),
          ),
      )
      return (result as string[]).filter((each) => !each.startsWith('minor'))
    }
    await open()
    await page.waitForSelector('.drop button')
    expect(await findings()).toEqual([])
    for (const scheme of name === 'chromium' ? ['light', 'dark'] : ['light']) {
      // Firefox cannot be told so from outside.
      if (name === 'chromium')
        await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }])
      await openExample()
      await page.$$eval('details', (all) => all.forEach((each) => (each.open = true)))
      expect(await findings()).toEqual([])
      await shot(`${scheme}-all-open`)
      await (await button('Leave this log out', await openLog('0x1cbd…c9ec, ticket 6'))).click()
      await settled(/^Wrong/)
      expect(await findings()).toEqual([])
    }
  }, 120_000)

  test('it works without its server once it has been visited', async () => {
    const own = await serve({ '/': site }, policy)
    const there = await running.browser.newPage()
    await there.goto(own.url)
    await there.waitForFunction(() => document.documentElement.dataset.offline === 'ready', {
      timeout: 30_000,
    })
    await own.close()
    await there.reload()
    await there.goto(`${own.url}/#from=example`)
    await there.waitForFunction(
      (wanted: string) => document.querySelector('#sentence')?.textContent === wanted,
      { timeout: 20_000 },
      right,
    )
    await there.waitForSelector('#scores canvas')
    await there.close()
  }, 90_000)
})

function decodedRun(): RegistryEvent[] {
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
