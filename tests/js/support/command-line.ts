// The command line as a program, for tests: run in a temporary folder of the test file's own.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const program = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url))
/** The logs of the recorded run. */
export const recorded = fileURLToPath(new URL('../../vectors/chain-run.json', import.meta.url))

/** The folder that the program runs in. */
export let dir: string
beforeAll(() => void (dir = mkdtempSync(join(tmpdir(), 'hamt-wasm-cli-'))))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

export interface Outcome {
  status: number | null
  out: string
  err: string
}

/** Runs the program. */
export function hamtWasm(words: string[], input?: string | Uint8Array): Outcome {
  const { NODE_OPTIONS: _, ...env } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
    cwd: dir,
    env,
    input: input ?? '',
  })
  return { status, out: stdout.toString().trimEnd(), err: stderr.toString().trimEnd() }
}

/** Writes a file into the folder; gives its name. */
export function file(name: string, content: string | Uint8Array): string {
  writeFileSync(join(dir, name), content)
  return name
}

export const jsonWithText = (v: unknown) =>
  JSON.stringify(v, (_, x: unknown) => (typeof x === 'bigint' ? x.toString() : x))

/** One line on the error output, nothing else, exit status 2. */
export function expectUnusable(outcome: Outcome, message: RegExp): void {
  expect(outcome.err).toMatch(message)
  expect(outcome.err.split('\n')).toHaveLength(1)
  expect(outcome.err).toMatch(/^hamt-wasm: /)
  expect(outcome.out).toBe('')
  expect(outcome.status).toBe(2)
}
