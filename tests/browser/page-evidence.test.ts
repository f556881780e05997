// The corpus of evidence, honest and not: the page gives every case the verdict that the command line gives,
// word for word.
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { applyLogs, NodeRegistry, readLogs } from 'hamt-wasm/sortition'
import { cases, contentOf, type EvidenceCase, optionsOf } from '../js/support/evidence.js'
import { root } from './harness.js'
import { inBrowsers } from './page-fixture.js'

const corpus = join(root, 'tests/vectors/evidence')
const folder = mkdtempSync(join(tmpdir(), 'hamt-evidence-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The files of a case are in a folder of its own. */
const folderOf = (given: EvidenceCase): string => join(folder, String(cases.indexOf(given)))

/** Writes the registry file of a case, if it has one. */
function registryOf(given: EvidenceCase): string | undefined {
  const { registry } = given
  if (!registry) return undefined
  const inputs = registry.map((name) => ({ name, content: readFileSync(join(corpus, name)) }))
  const name = `of-${registry.join('-')}.hamt`
  writeFileSync(
    join(folderOf(given), name),
    applyLogs(NodeRegistry.empty(), readLogs(inputs)).registry.serialize(),
  )
  return name
}

interface Said {
  files: string[]
  status: number
  words: string
}
const answers = new Map<EvidenceCase, Promise<Said>>()

/**
 * What the command line says: its verdict, or why there is none; and its status. Asked once for both
 * browsers.
 */
function said(given: EvidenceCase): Promise<Said> {
  if (!answers.has(given)) answers.set(given, ask(given))
  return answers.get(given)!
}

async function ask(given: EvidenceCase): Promise<Said> {
  const cwd = folderOf(given)
  mkdirSync(cwd)
  for (const name of given.logs) writeFileSync(join(cwd, name), contentOf(given, name))
  const registry = registryOf(given)
  const files = [...given.logs, registry ?? []].flat().map((name) => join(cwd, name))
  const args = given.logs.flatMap((name) => ['--logs', name])
  if (registry) args.push('--registry', registry)
  const cli = join(root, 'dist/cli/main.js')
  return new Promise((resolve) =>
    execFile(
      process.execPath,
      [cli, 'sortition', 'verify', ...args, '--e3', `${given.e3Id ?? 7}`, ...optionsOf(given).words],
      { cwd },
      (error, out, complaint) => {
        const verdict = /^(Right|Wrong|Not decided|Cannot be judged):.*$/m.exec(out)?.[0]
        const words = verdict ?? complaint.replace(/^hamt-wasm: /, '')
        resolve({ files, status: Number(error?.code ?? 0), words: plain(words) })
      },
    ),
  )
}

/** The same words: one begins a sentence, the other follows a name. */
const plain = (words: string) => words.trim().replace(/\.$/, '').replace(/^the /, 'The ')

/** What is still loading when a page is left is cut off, and Firefox reports it: that is no complaint. */
function forgetWhatWasCut(complaints: string[]): void {
  const others = complaints.filter((text) => !/Failed to load|loading dynamically imported module/.test(text))
  complaints.splice(0, complaints.length, ...others)
}

inBrowsers('evidence', (test) => {
  test(`every verdict of ${cases.length} cases is that of the command line`, async (v) => {
    for (const [i, given] of cases.entries()) {
      const { files, status, words } = await said(given)
      if (i + 1 < cases.length) void said(cases[i + 1]!) // while the page works
      await v.page.goto('about:blank')
      forgetWhatWasCut(v.complaints)
      await v.open(`#e3=0x${(given.e3Id ?? 7).toString(16)}`)
      await v.choose(...files)
      for (const [id, value] of Object.entries(given.options ?? {})) {
        await v.sees('#sentence', /./)
        await v.unfold('#verdict')
        await v.fill(`#${id}`, value)
        await v.click('Check with this')
        await v.sees('#sentence', words)
      }
      const shown = await v.page.waitForFunction(
        () => {
          if (document.querySelector('main')!.getAttribute('aria-busy') !== 'false') return false
          const seen = ['.trouble p', '#sentence', '.result .notice']
            .flatMap((selector) => [...document.querySelectorAll<HTMLElement>(selector)])
            .find((each) => each.getClientRects().length > 0 && each.textContent !== '')
          return seen && { text: seen.textContent, trouble: seen.closest('.trouble') !== null }
        },
        { timeout: 20_000 },
      )
      const { text } = (await shown.jsonValue()) as { text: string }
      expect({ ...given, status, words: plain(text.replace('This did not work. ', '')) }).toEqual({
        ...given,
        status,
        words,
      })
    }
    forgetWhatWasCut(v.complaints)
  }, 600_000)
})
