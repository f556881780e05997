// `npm start`, without its set-up: the published committee, and what happens when an expectation is wrong.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const published = join(root, 'tests/vectors/sortition.json')

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'hamt-start-'))
})
afterAll(() => rmSync(dir, { recursive: true }))

function start(...args: string[]): Promise<{ status: unknown; out: string }> {
  return new Promise((resolve) => {
    const program = ['build/js/examples/start.js', ...args]
    execFile(
      process.execPath,
      program,
      { cwd: root, env: { PATH: process.env.PATH } },
      (error, stdout, stderr) => resolve({ status: error?.code ?? 0, out: stdout + stderr }),
    )
  })
}

test('draws the published committee under both numberings', async () => {
  const { status, out } = await start()
  expect(out).toContain('✓ the committee is nodes 2, 1, 9 with tickets 3, 2, 4')
  expect(out).toContain('✓ tickets numbered through all nodes: nodes 9, 2, 1')
  expect(out).toContain('7 recorded requests')
  expect(out).toContain('✓ 5 committees and 2 failures follow from random words')
  expect(out).not.toContain('✗')
  expect(status).toBe(0)
})

const changes: [string, (vectors: any) => void][] = [
  ['a ticket of the committee', (v) => v.perNodeNumbering.ranking[0].ticket++],
  ['a ticket outside it', (v) => v.perNodeNumbering.ranking[7].ticket++],
  ['a ticket of a seat', (v) => v.perNodeNumbering.finalized3[0].ticket++],
  ['a ticket of the other numbering', (v) => v.globalNumbering.ranking[2].ticket--],
  ['the seed', (v) => (v.perNodeNumbering.seed = '0x01')],
]
test.each(changes)('%s changed: says so, and fails', async (_, change) => {
  const vectors: unknown = JSON.parse(readFileSync(published, 'utf8'))
  change(vectors)
  const file = join(dir, 'vectors.json')
  writeFileSync(file, JSON.stringify(vectors))
  const { status, out } = await start(file)
  expect(out).toMatch(/✗ [^]*expected .*\n.*got {6}/)
  expect(status).toBe(1)
})
