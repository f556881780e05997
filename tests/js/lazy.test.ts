// The wasm module is compiled when something first needs it.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Hamt as HamtOf } from 'hamt-wasm'

const { Module } = WebAssembly
let compiled = 0
let isForbidden = true

/** Counts what is compiled; forbids it as a page's policy does. */
class CountingModule extends Module {
  constructor(bytes: BufferSource) {
    if (isForbidden) throw new WebAssembly.CompileError('refused by the policy of the page')
    super(bytes)
    ++compiled
  }
}
Object.defineProperty(WebAssembly, 'Module', { value: CountingModule, configurable: true, writable: true })
const { Hamt, serialize, stats } = await import('hamt-wasm')
const { young } = await import('./support/stores.js')
young.size = 16_384 // whatever setting this runs in
afterAll(() => Object.defineProperty(WebAssembly, 'Module', { value: Module }))

const entries = (n: number): [string, object][] => Array.from({ length: n }, (_, i) => [`key ${i}`, { n: i }])

test('small maps need no wasm, also where it is forbidden; what needs it says why it cannot, changes nothing, and can be tried again', () => {
  const map = Hamt.from(entries(100))
  let edited: HamtOf<object> = map
  for (let i = 0; i < 5000; ++i) edited = edited.set(`key ${i % 200}`, { n: -i })
  expect(edited.size).toBe(200)
  expect([...edited.keys()].length).toBe(200)
  expect(map.get('key 3')).toEqual({ n: 3 })
  expect(stats()).toEqual({ maps: 0, nodes: 0, bytes: 0, objects: 0, memory: 0 })

  const needs: (() => unknown)[] = [
    () => map.digest(),
    () => [...map.diff(edited)],
    () => Hamt.from(entries(50_000)),
  ]
  for (const f of needs) expect(f).toThrow('refused by the policy of the page')
  const before = edited
  let grown = edited
  expect(() => {
    for (let i = 0; i < 50_000; ++i) grown = grown.set(`new ${i}`, { n: i })
  }).toThrow('refused by the policy of the page')
  expect(grown.size).toBeGreaterThan(200)
  expect(before.size).toBe(200)
  expect(before.has('new 5')).toBe(false)
  expect(grown.get('new 5')).toEqual({ n: 5 })
  expect(compiled).toBe(0)

  isForbidden = false
  expect(map.digest().length).toBe(32)
  expect(compiled).toBe(1)
  for (const f of needs) f()
  grown = grown.set('one', { more: true })
  expect(grown.get('new 5')).toEqual({ n: 5 })
  expect(compiled).toBe(1)
})

test.each([1, 7, 50])(
  'a stack that overflows at the first need of wasm, %i frames further up each time: an error, and it starts later',
  async (step) => {
    const program = `
      import { Hamt, serialize } from 'hamt-wasm'
      const map = Hamt.from({ a: 1 })
      const seen = { failed: 0, worked: 0, others: [] }
      let frames = 0
      function dive() {
        try { dive() } catch {}
        if (seen.worked || frames++ % ${step}) return
        try { serialize([map]); ++seen.worked } catch (e) { e instanceof RangeError ? ++seen.failed : seen.others.push(String(e)) }
      }
      dive()
      await new Promise((done) => setTimeout(done, 10))
      console.log(JSON.stringify({ ...seen, failed: seen.failed > 0, bytes: serialize([map]).length }))`
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', program],
      {
        cwd: fileURLToPath(new URL('../..', import.meta.url)),
        env: { PATH: process.env.PATH },
      },
    )
    const bytes = serialize([Hamt.from({ a: 1 })]).length
    expect(JSON.parse(stdout)).toEqual({ failed: true, worked: 1, others: [], bytes })
    expect(stderr).toBe('') // Node speaks there of promises that nobody catches
  },
)
