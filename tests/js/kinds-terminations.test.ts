// Scripts that the host ends in the middle of an operation (the `timeout` of node:vm): no version changes, no answer is wrong, and everything works
// afterwards or is an InterruptedError. HAMT_LONG=1 goes on for ten minutes.
import { execFile, execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../..', import.meta.url))
// As deep as tests/js/support, so that what it imports by relative paths is there.
const program = `${root}build/tests/js/terminations.mjs`
const time = process.env['HAMT_LONG'] ? 600_000 : 8000

/** What the program has counted. */
interface Counts {
  terminations: number
  interrupted: number
  lost: boolean
}

beforeAll(() => {
  rmSync(program, { force: true })
  // In a process of its own: esbuild does not run inside Jest's sandbox. Without tsconfig.json, whose paths lead to sources, not to dist.
  execFileSync(`${root}node_modules/esbuild/bin/esbuild`, [
    `${root}tests/js/support/terminations.ts`,
    ...['--bundle', '--platform=node', '--format=esm', '--packages=external', '--tsconfig-raw={}'],
    ...[`--outfile=${program}`, '--log-level=error'],
  ])
})

test(
  'operations, iterations, walks of differences and drafts over all states, ended at random moments',
  async () => {
    const sum = { terminations: 0, interrupted: 0, lost: 0 }
    const end = Date.now() + time
    for (let seed = 1; Date.now() < end; ++seed) {
      const args = [program, String(seed), String(end - Date.now())]
      // Exit status 3: the heap was lost, and every map said so. Anything else is an assertion that failed.
      const { stdout } = await promisify(execFile)(process.execPath, args).catch(
        (error: Error & { code: number; stdout: string }) => {
          if (error.code !== 3) throw error
          return error
        },
      )
      const counts = JSON.parse(stdout) as Counts
      sum.terminations += counts.terminations
      sum.interrupted += counts.interrupted
      sum.lost += Number(counts.lost)
    }
    expect(sum.terminations).toBeGreaterThan(20)
  },
  time + 60_000,
)
