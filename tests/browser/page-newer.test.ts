// The verifier page on the newer protocol: its example, in the words of the command line.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  applyLogs,
  drawsIn,
  explain,
  factsOf,
  judgeDraw,
  NodeRegistry,
  readLogs,
  type Judgement,
} from 'hamt-wasm/sortition'
import { inBrowsers, right, type VerifierPage } from './page-fixture.js'
import { root } from './harness.js'

interface Recorded {
  requests: { e3Id: string; threshold: [number, number]; name: string }[]
  operators: string[]
}
const run = JSON.parse(readFileSync(join(root, 'tests/vectors/chain-run-live.json'), 'utf8')) as Recorded
const logs = readLogs([{ name: 'run', content: run }])
const { registry } = applyLogs(NodeRegistry.empty(), logs)
const draws = [...drawsIn(logs).values()]
const judged = run.requests.map(({ threshold }, i): Judgement =>
  judgeDraw(registry, draws[i]!, { threshold }),
)

inBrowsers('newer', (test, name) => {
  const openExample = async (v: VerifierPage) => {
    await v.open()
    await v.click('Look at one of the newer protocol')
    await v.settled(right)
  }
  const factsIn = async (v: VerifierPage) => {
    await v.unfold('#verdict')
    const [names, values] = [await v.texts('#verdict dl dt'), await v.texts('#verdict dl dd')]
    return names.map((name, i) => [name.toLowerCase(), values[i]])
  }
  /** Another request, or operator, of what is open. */
  const goTo = (v: VerifierPage, i: number, operator?: string) =>
    v.page.evaluate(
      (hash) => void (location.hash = hash),
      `#from=newer&e3=${run.requests[i]!.e3Id}${operator ? `&operator=${operator.toLowerCase()}` : ''}`,
    )

  test('every request of the example: verdict and facts are those of the library, word for word', async (v) => {
    await openExample(v)
    for (const [i, { sentence, report, seedSource }] of judged.entries()) {
      await goTo(v, i)
      await v.sees('#verdict dl dd, #verdict', sentence)
      await v.settled(sentence)
      const facts = factsOf(report!, seedSource).map(([name, value]) => [name, value])
      const shown = await factsIn(v)
      expect(shown).toEqual(facts)
    }
    expect(judged[3]!.sentence).toBe('Right: no committee could be formed, as no random word came in time.')
  })

  test('whose seats they are, and why an operator could not take part', async (v) => {
    await openExample(v)
    await v.sees('#committee', 'Bond owner')
    const owners = judged[0]!.report!.committee.map(({ owner }) => owner!)
    const titles = await v.page.$$eval('#committee td .address', (all) =>
      all.map((each) => each.getAttribute('title')),
    )
    expect(titles).toEqual(expect.arrayContaining(owners))
    const { report } = judged[5]!
    const waiting = run.operators.find((node) =>
      explain(registry, report!, node as `0x${string}`).verdict.includes('waited for admission'),
    )!
    const { verdict, needed } = explain(registry, report!, waiting as `0x${string}`)
    await goTo(v, 5, waiting)
    await v.sees('#operator', verdict.slice(1)) // its first letter is a capital there
    await v.sees('#operator', `Needed: ${needed}.`)
  })

  test('a random word that is altered, or left out, turns the verdict', async (v) => {
    await openExample(v)
    const log = await v.openLog('Random word')
    await v.fill(`${log} [name=randomWord]`, '7')
    await v.click('Alter and check', log)
    await v.settled(/^Wrong: /)
    await v.click('Undo all')
    await v.settled(right)
    const again = await v.openLog('Random word')
    await v.click('Leave this log out', again)
    await v.settled(/^(Wrong|Not decided): /)
  })

  test('it fits, at desktop and phone width, light and dark', async (v) => {
    for (const [width, scheme] of [
      [1280, 'light'],
      [1280, 'dark'],
      [390, 'light'],
      [390, 'dark'],
    ] as const) {
      await v.page.setViewport({ width, height: 900 })
      // Firefox has no way to be told which scheme its user prefers.
      if (name === 'chromium')
        await v.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }])
      await openExample(v)
      await v.unfold('#verdict')
      await v.shot(`newer-${width}-${scheme}`)
      const overflow = await v.page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      expect(overflow).toBeLessThanOrEqual(0)
    }
  })
})
