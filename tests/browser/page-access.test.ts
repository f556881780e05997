// The verifier page: pictures and the tables beside them, the keyboard alone, accessibility by axe, and no
// network.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, serve } from './harness.js'
import { inBrowsers, policy, right, type VerifierPage } from './page-fixture.js'

const axe = readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8')

inBrowsers('access', (test, name, server) => {
  test('every picture is drawn, at desktop and phone width, and fits', async (v) => {
    await v.openExample()
    for (const width of [1280, 390]) {
      await v.page.setViewport({ width, height: 900, deviceScaleFactor: width < 500 ? 2 : 1 })
      await v.page.waitForFunction(
        (wanted: number) =>
          [...document.querySelectorAll<HTMLElement>('.chart .plot')].every(
            (each) => each.clientWidth <= wanted,
          ),
        {},
        width,
      )
      const pictures = await v.page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('.chart')].map((chart) => {
          const canvas = chart.querySelector('canvas')
          const pixels = canvas?.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data
          return {
            section: chart.closest('section')!.id,
            label: chart.getAttribute('aria-label')!,
            fits: chart.getBoundingClientRect().right <= innerWidth,
            // An empty plot has one colour.
            colours: pixels ? new Set(new Uint32Array(pixels.buffer)).size : 0,
          }
        }),
      )
      expect(pictures.map((each) => each.section)).toEqual([
        'scores',
        'operator',
        'versions',
        'versions',
        'version',
      ])
      for (const { label, fits, colours } of pictures)
        expect({ label, fits, drawn: colours > 3 }).toEqual({ label, fits: true, drawn: true })
      expect(pictures[0]!.label).toMatch(
        /^All tickets by score\. 197 tickets of 9 operators; 6 of them scored 0\.0243 or less/,
      )
      expect(await v.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
      // The verdict stands at the end of the picker's text.
      const isCut = await v.page.$eval('#request-pick', (field) => field.scrollWidth > field.clientWidth)
      expect(isCut).toBe(false)
      await v.shot(width === 1280 ? 'desktop' : 'phone')
    }
  })

  test('pictures have tables that say the same', async (v) => {
    await v.openExample()
    await v.unfold()
    const positions = (what: string) => v.text(`[role=group][aria-label="Pages of ${what}"] [role=status]`)
    await v.sees('#scores .steps', '1–50 of 197')
    expect(await positions('tickets')).toBe('1–50 of 197')
    await v.click('Next', '#scores')
    await v.sees('#scores .steps', '51–100 of 197')
    expect(await v.page.$$eval('#versions tbody tr', (all) => all.length)).toBeGreaterThan(40)
    expect(
      await v.page.$$eval('#version [aria-label="Entries of the version"] tbody tr', (all) => all.length),
    ).toBe(11)
    expect(await v.texts('#operator tr.counts td:last-child')).toEqual(['this counts'])
  })

  test('with the keyboard alone', async (v) => {
    await v.open()
    const { page } = v
    const focused = () =>
      page.evaluate(() => {
        const { id, textContent, labels } = document.activeElement as HTMLInputElement
        return `${id} ${labels?.[0]?.textContent ?? ''} ${textContent}`
      })
    const tabTo = async (wanted: (element: string) => boolean) => {
      for (let i = 0; i < 80; ++i) {
        if (wanted(await focused())) return
        await page.keyboard.press('Tab')
      }
      throw new Error('the keyboard does not lead there')
    }
    await page.keyboard.press('Tab')
    expect(await focused()).toContain('Skip to the verdict')
    await tabTo((element) => element.includes('Look at the example') && element.length < 40)
    await page.keyboard.press('Enter')
    await v.settled(right)
    expect((await focused()).startsWith('sentence')).toBe(true)

    // Backwards, to the requests: the second of the list.
    await page.keyboard.down('Shift')
    await page.keyboard.press('Tab')
    await page.keyboard.up('Shift')
    expect((await focused()).startsWith('request-pick')).toBe(true)
    await page.keyboard.press('ArrowDown')
    await v.sees('#request-pick-list li:nth-of-type(2)', 'Request 1')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    expect(
      await page.$eval(
        '#request-pick',
        (field) => document.getElementById(field.getAttribute('aria-activedescendant')!)!.textContent,
      ),
    ).toContain('Request 1')
    await page.keyboard.press('Enter')
    await v.sees('#ideal', 'is not in the committee')
    await v.settled(right)

    await tabTo((element) => /^ {2}0x[0-9a-f]{40}/.test(element))
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.activeElement?.id === 'operator-title')

    await tabTo((element) => element.startsWith('version-pick'))
    const before = Number(await page.$eval('#version-number', (field) => (field as HTMLInputElement).value))
    await page.keyboard.press('ArrowLeft')
    await page.waitForFunction(
      (wanted: string) => document.querySelector<HTMLInputElement>('#version-number')!.value === wanted,
      {},
      String(before - 1),
    )
    await v.settled()
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('version-pick')

    await tabTo((element) => element.includes('Submission') && element.length < 200)
    await page.keyboard.press('Enter')
    await v.sees('#logs form', 'Leave this log out')
    await tabTo((element) => element.endsWith('Leave this log out'))
    await page.keyboard.press('Enter')
    await page.waitForSelector('.altered')
    // The focus stays with the log.
    await page.waitForFunction(() => document.activeElement?.tagName === 'SUMMARY')
  }, 90_000)

  test('accessibility: axe finds nothing serious', async (v) => {
    const findings = async () => {
      await v.page.evaluate(axe)
      const result = await v.page.evaluate(() =>
        (globalThis as any).axe
          .run(document, { resultTypes: ['violations'] })
          .then((found: any) =>
            found.violations.map(
              (each: any) =>
                `${each.impact}: ${each.id}: ${each.nodes.map((n: any) => n.html.slice(0, 100)).join(' | ')}`,
            ),
          ),
      )
      return (result as string[]).filter((each) => !each.startsWith('minor'))
    }
    await v.open()
    expect(await findings()).toEqual([])
    for (const scheme of name === 'chromium' ? ['light', 'dark'] : ['light']) {
      // Firefox cannot be told so from outside.
      if (name === 'chromium')
        await v.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }])
      await v.open()
      await openAgain(v)
      await v.unfold()
      await v.page.waitForSelector('#logs form')
      expect(await findings()).toEqual([])
      await v.shot(`${scheme}-all-open`)
      await v.page.click('#request-pick')
      await v.sees('.popup', 'Request 1')
      expect(await findings()).toEqual([])
      await v.page.keyboard.press('Escape')
      await v.click('Leave this log out', await v.openLog('0x1cbd…c9ec, ticket 6'))
      await v.settled(/^Cannot be judged: CommitteeObligationUpdated /)
      await v.sees('#logs .outcome', 'altered')
      expect(await findings()).toEqual([])
    }
  }, 120_000)

  test('it works without its server once it has been visited', async (v) => {
    const own = await serve({ '/': server().site }, policy)
    const there = await v.context.newPage()
    // Caches of other pages of the origin, of this page elsewhere, and of an older build of it.
    const others = ['of another page', 'hamt-wasm verifier', `hamt-wasm verifier ${own.url}/elsewhere/ 1`]
    await there.goto(`${own.url}/favicon.svg`)
    await there.evaluate(
      (names) => Promise.all(names.map((name) => caches.open(name))),
      [...others, `hamt-wasm verifier ${own.url}/ an older build`],
    )
    await there.goto(own.url)
    await there.waitForFunction(() => document.documentElement.dataset.offline === 'ready', {
      timeout: 30_000,
    })
    await there.waitForFunction((count) => caches.keys().then((names) => names.length === count), {}, 4)
    const kept = await there.evaluate(() => caches.keys())
    expect(kept).toEqual(expect.arrayContaining(others))
    expect(kept.filter((name) => name.endsWith('an older build'))).toEqual([])
    await own.close()
    await there.reload()
    await there.goto(`${own.url}/#from=example`)
    await there.waitForFunction(
      (wanted: string) => document.querySelector('#sentence')?.textContent === wanted,
      { timeout: 20_000 },
      right,
    )
    await there.waitForSelector('#operator canvas')
    await there.$eval('#versions', (versions) => versions.scrollIntoView())
    await there.waitForSelector('#version canvas')
    await there.close()
  }, 90_000)

  test('what cannot be loaded later is said, and the verdict stays', async (v) => {
    const own = await serve({ '/': server().site }, policy)
    const there = await v.context.newPage()
    await there.evaluateOnNewDocument(() => delete (Navigator.prototype as any).serviceWorker)
    await there.goto(`${own.url}/#from=example`)
    await there.waitForSelector('#operator canvas')
    await own.close()
    await there.$eval('#versions', (versions) => versions.scrollIntoView())
    await there.waitForFunction(() => document.querySelector('.trouble p')?.textContent)
    expect(await there.$eval('#sentence', (sentence) => sentence.textContent)).toBe(right)
    await there.close()
  })
})

/** The example may be open already: an address that differs by its hash alone is no new page. */
async function openAgain(v: VerifierPage): Promise<void> {
  await v.page.goto('about:blank')
  await v.openExample()
}
