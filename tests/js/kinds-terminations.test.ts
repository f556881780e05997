// Scripts that the host ends in the middle of an operation (the `timeout` of node:vm): no version changes, no
// answer is wrong, everything that shares no history with what was cut off works, and that works or is an
// InterruptedError. HAMT_LONG=1 goes on for ten minutes.
import { execFile, execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Hamt } from 'hamt-wasm'

const root = fileURLToPath(new URL('../..', import.meta.url))
// As deep as tests/js/support, so that what it imports by relative paths is there.
const program = `${root}build/tests/js/terminations.mjs`
const time = process.env['HAMT_LONG'] ? 600_000 : 8000

beforeAll(() => {
  rmSync(program, { force: true })
  // In a process of its own: esbuild does not run inside Jest's sandbox. Without tsconfig.json, whose paths
  // lead to sources, not to dist.
  execFileSync(`${root}node_modules/esbuild/bin/esbuild`, [
    `${root}tests/js/support/terminations.ts`,
    ...['--bundle', '--platform=node', '--format=esm', '--packages=external', '--tsconfig-raw={}'],
    ...[`--outfile=${program}`, '--log-level=error'],
  ])
})

test(
  'operations, iterations, walks of differences and drafts over all states, ended at random moments',
  async () => {
    // An assertion that failed is an error of the process.
    const { stdout } = await promisify(execFile)(process.execPath, [program, '1', String(time)])
    expect((JSON.parse(stdout) as { terminations: number }).terminations).toBeGreaterThan(20)
  },
  time + 60_000,
)

test('the heap is consistent wherever a script can end: what changes it has no loop, and calls nothing', async () => {
  // An engine ends scripts where a function or a turn of a loop begins.
  const split: string = '../../wasm-build/split.mjs'
  const core: string = '../../dist/core.js'
  const { toolsOf } = (await import(split)) as { toolsOf: () => (tool: string, args: string[]) => string }
  const { raw } = (await import(core)) as { raw: Record<'take_memory' | 'give_memory', { name: string }> }
  Hamt.from({ a: 1 }).digest() // starts the module: exports have the numbers of their functions as names
  const text = toolsOf()('wasm-dis', [`${root}build/wasm/hamt.core.wasm`])
  const parts = text.split(/\n(?= \()/)
  const functions = parts.filter((part) => part.startsWith(' (func'))
  const imported = parts.filter((part) => /^ \(import .* \(func /.test(part)).length
  const changing: string[] = []
  const visit = (body: string): void => {
    expect(body).not.toMatch(/\(loop/)
    const calls = [...body.matchAll(/\(call(?:_indirect)?\b(?: \$(\d+))?/g)].map((match) => match[1])
    if (/\(i32\.store|memory\.grow/.test(body)) {
      expect(calls).toEqual([])
      changing.push(body)
    } else for (const callee of calls) visit(functions[Number(callee)]!)
  }
  for (const entry of ['take_memory', 'give_memory'] as const)
    visit(functions[Number(raw[entry].name) - imported]!)
  expect(changing).toHaveLength(2)
})
