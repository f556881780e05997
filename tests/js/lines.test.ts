// Versions in a row, one edit after the other: what reading them costs, and what it keeps alive.
import { Hamt, stats } from 'hamt-wasm'
import { collectUntil } from './support/gc.js'

afterAll(async () => {
  await collectUntil(() => stats().maps === 0 && stats().nodes === 0 && stats().objects === 0)
})

/** `n` versions in a row, each with another object under one key. */
function lineOf(n: number): { versions: Hamt<object>[]; values: object[] } {
  const versions = [Hamt.from<object>([['other', {}]])]
  const values = Array.from({ length: n }, (_, i) => ({ n: i }))
  for (const value of values) versions.push(versions.at(-1)!.set('key', value))
  return { versions, values }
}

test.each([
  ['oldest first', (i: number) => i],
  ['newest first', (i: number, n: number) => n - 1 - i],
  ['at random', (i: number, n: number) => (i * 7919) % n],
  ['from the middle', (i: number, n: number) => (i + (n >> 1)) % n],
])('reading all versions of a line makes no trie and no copy: %s', (_, order) => {
  const { versions, values } = lineOf(3000)
  const before = stats().maps
  for (let i = 0; i < versions.length; ++i) {
    const at = order(i, versions.length)
    expect(versions[at]!.get('key')).toBe(values[at - 1])
    expect(versions[at]!.has('other')).toBe(true)
  }
  expect(stats().maps).toBe(before)
  // Later edits are seen from all of them, and from those that they made old.
  let m = versions.at(-1)!
  for (let i = 0; i < 100; ++i) m = m.set('key', { later: i }).set(`more ${i}`, {})
  for (const [i, version] of versions.entries()) {
    expect(version.get('key')).toBe(values[i - 1])
    expect(version.has('more 50')).toBe(false)
  }
})

test('a version that was read keeps no value that only older ones had', async () => {
  const { held, gone } = (() => {
    const { versions, values } = lineOf(400)
    expect(versions[1]!.get('key')).toBe(values[0])
    return { held: versions[300]!, gone: values.slice(0, 299).map((value) => new WeakRef(value)) }
  })()
  await collectUntil(() => gone.every((value) => value.deref() === undefined))
  expect(held.get('key')).toEqual({ n: 299 })
})

test.each([[[10]], [[200, 10]]])(
  'going back and editing gives up what nobody holds of the way forward, after reads of %j',
  async (reads) => {
    const { versions, gone } = (() => {
      const line = lineOf(400)
      for (const i of reads) expect(line.versions[i]!.get('key')).toBe(line.values[i - 1])
      const kept = line.versions.slice(0, 100)
      kept.push(kept.at(-1)!.set('key', { again: true }))
      return { versions: kept, gone: line.values.slice(100).map((value) => new WeakRef(value)) }
    })()
    await collectUntil(() => gone.every((value) => value.deref() === undefined))
    for (const [i, version] of versions.entries())
      expect(version.get('key')).toEqual(i === 0 ? undefined : i === 100 ? { again: true } : { n: i - 1 })
  },
)
