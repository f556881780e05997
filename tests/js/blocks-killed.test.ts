// A process that is killed while it pushes leaves a folder in which every map whose own block is there is
// whole.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hamt } from 'hamt-wasm'
import { pull, push } from 'hamt-wasm/blocks'
import { folderStore } from '../../js/examples/stores/folder.js'
import { hex } from './blocks-support.js'

const dist = new URL('../../dist/', import.meta.url).href
const entries = (count: number): [string, number][] =>
  Array.from({ length: count }, (_, i) => [`key ${i}`, i])
const before = Hamt.from<string | number>(entries(2000))
const after = before.withMutations((draft) => {
  for (let i = 0; i < 2000; i += 7) draft.set(`key ${i}`, -i).set(`more ${i}`, i)
  draft.set('long', 'v'.repeat(5000))
})

/** Pushes `after` and kills itself in its n-th put: before the block is under its name, or behind that. */
const program = `
  import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
  const { Hamt } = await import('${dist}index.js')
  const { push } = await import('${dist}blocks/index.js')
  const [folder, n, isLate] = [process.argv[1], Number(process.argv[2]), process.argv[3] === 'late']
  const before = Hamt.from(Array.from({ length: 2000 }, (_, i) => ['key ' + i, i]))
  const after = before.withMutations((draft) => {
    for (let i = 0; i < 2000; i += 7) draft.set('key ' + i, -i).set('more ' + i, i)
    draft.set('long', 'v'.repeat(5000))
  })
  const pathsOf = (digest) => {
    const name = Buffer.from(digest).toString('hex')
    return [folder + '/' + name.slice(0, 2), folder + '/' + name.slice(0, 2) + '/' + name]
  }
  let puts = 0
  const die = () => process.kill(process.pid, 'SIGKILL')
  await push(after, {
    get(digest) {
      try {
        return readFileSync(pathsOf(digest)[1])
      } catch {
        return undefined
      }
    },
    put(digest, block) {
      const [below, path] = pathsOf(digest)
      const isLast = puts++ === n
      mkdirSync(below, { recursive: true })
      writeFileSync(path + '.new', block)
      if (isLast && !isLate) die()
      renameSync(path + '.new', path)
      if (isLast) die()
    },
  })
`

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hamt-killed-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

test.each([0, 1, 2, 5, 10, 20, 30, 1_000_000])('in put %i', async (n) => {
  for (const when of ['early', 'late']) {
    const path = join(folder, `${n} ${when}`)
    const store = folderStore(path)
    await push(before, store)
    const child = spawn(process.execPath, ['--input-type=module', '-e', program, path, String(n), when], {
      stdio: 'inherit',
    })
    const signal = await new Promise((resolve) => child.on('close', (_, by) => resolve(by)))
    expect(signal).toBe(n === 1_000_000 ? null : 'SIGKILL')
    expect((await pull<unknown>(folderStore(path), before.digest())).equals(before)).toBe(true)
    const name = hex(after.digest())
    const isThere = existsSync(join(path, name.slice(0, 2), name))
    expect(isThere).toBe(n === 1_000_000)
    await push(after, folderStore(path))
    expect((await pull<unknown>(folderStore(path), after.digest())).equals(after)).toBe(true)
  }
})
