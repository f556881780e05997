// Wasm memory without a free byte, and ids of objects that a failed edit left in doubt: what gives something
// back does so without an error, and iterations lose nothing.
import { execFileSync } from 'node:child_process'
import { Hamt, stats } from 'hamt-wasm'
import { collectUntil } from './support/gc.js'
import { inWasm } from './support/stores.js'
import { takeMemory } from './support/wasm-memory.js'

const entries = (n: number): [string, number][] => Array.from({ length: n }, (_, i) => [`k${i}`, i])
const small = (count: number): Hamt<number>[] =>
  inWasm(() => Array.from({ length: count }, (_, i) => Hamt.from({ a: i })))

/** More than there were in the table of ids before: it has to grow for them. */
let objects = 9000

/** Calls `f` where no memory is left, neither for an edit nor for the ids of objects that edits gave out. */
function withNoMemory(f: () => void): void {
  const giveBack = takeMemory(16)
  try {
    objects *= 5
    const many = Array.from({ length: objects }, (_, i): [string, object] => [`k${i}`, { i }])
    expect(() => inWasm(() => Hamt.from(many))).toThrow(RangeError)
    f()
  } finally {
    giveBack()
  }
}

afterEach(async () => {
  await collectUntil(() => stats().maps === 0 && stats().nodes === 0)
  expect(stats()).toMatchObject({ maps: 0, bytes: 0, objects: 0 })
})

test('dispose gives a map back', () => {
  const maps = small(50)
  const before = stats().maps
  withNoMemory(() => {
    for (const map of maps) map.dispose()
    expect(stats().maps).toBe(before - maps.length)
  })
})

// A process of its own: what a finalizer throws ends it.
test('the collector gives maps back, and no finalizer throws', () => {
  const program = `
    import { Hamt, stats } from 'hamt-wasm'
    import { raw } from './dist/core.js'
    let garbage = Array.from({ length: 200 }, (_, i) => Hamt.from({ a: i }))
    for (const map of garbage) map.digest() // in wasm
    for (let size = 1 << 29; size >= 16; size >>= 1) while (raw.take_memory(size) !== 0);
    const entries = Array.from({ length: 9000 }, (_, i) => ['k' + i, { i }])
    let refused = 0
    for (let i = 0; i < 5; ++i) try { Hamt.from(entries).digest() } catch (error) { if (error instanceof RangeError) ++refused }
    const before = stats().maps
    garbage = null
    for (let i = 0; i < 100 && stats().maps === before; ++i) {
      globalThis.gc()
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    console.log(refused, stats().maps < before)`
  const args = ['--expose-gc', '--no-warnings', '--input-type=module', '-e', program]
  expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toBe('5 true\n')
})

test('an iteration of an old version is refused, or goes on where it was', () => {
  const old = inWasm(() => {
    const first = Hamt.from(entries(300))
    const version = first.set('a', 1)
    version.set('b', 2) // which moves the lineage on
    return version
  })
  const iterator = old.keys()
  const seen = [iterator.next().value as string]
  withNoMemory(() => {
    for (let failures = 0; failures < 5;) {
      try {
        const next = iterator.next()
        if (next.done) break
        seen.push(next.value)
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError)
        ++failures
      }
    }
  })
  seen.push(...iterator)
  expect(seen.length).toBe(old.size)
  expect(new Set(seen)).toEqual(new Set([...entries(300).map(([key]) => key), 'a']))
})
