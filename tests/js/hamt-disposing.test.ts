// Disposing of versions: what is freed, what still works, and what says that it is disposed.
import { execFileSync } from 'node:child_process'
import { DisposedError, Hamt, stats } from 'hamt-wasm'

const sample = (): Hamt<number> => Hamt.from({ a: 1, b: 2, c: 3 })
const record = <V>(m: Hamt<V>): Record<string, V> => m.toJSON()

describe('disposing', () => {
  test('frees at once, can be repeated, and every use afterwards says so', () => {
    const before = stats().maps
    const m = Hamt.from({ a: 1 })
    m.digest() // needs a trie
    expect(stats().maps).toBe(before + 1)
    m.dispose()
    m.dispose()
    expect(stats().maps).toBe(before)
    const other = sample()
    const uses: (() => unknown)[] = [
      () => m.get('a'),
      () => m.has('a'),
      () => m.set('a', 1),
      () => m.delete('a'),
      () => m.update('a', () => 1),
      () => m.merge(other),
      () => other.merge(m),
      () => m.mergeFrom(other, other, () => 1),
      () => other.mergeFrom(m, other, () => 1),
      () => m.withMutations(() => {}),
      () => m.filter(() => true),
      () => m.map(() => 1),
      () => m.reduce(() => 1, 0),
      () => m.forEach(() => {}),
      () => m.keys(),
      () => m.values(),
      () => m.entries(),
      () => [...m],
      () => m.equals(other),
      () => other.equals(m),
      () => m.diff(other),
      () => other.diff(m),
      () => m.digest(),
      () => m.prove('a'),
      () => m.toJSON(),
      () => Hamt.from(m),
    ]
    for (const use of uses) expect(use).toThrow(DisposedError)
    expect(m.size).toBe(1)
    expect(String(m)).toBe('Hamt(1)')
  })

  test('Symbol.dispose is dispose', () => {
    // In a process of its own: Jest's sandbox does not know the symbol.
    const program = `
      import { Hamt, stats } from 'hamt-wasm'
      const m = Hamt.from({ a: 1 })
      m[Symbol.dispose]()
      try { m.get('a') } catch (error) { console.log(error.name, stats().maps) }`
    const said = execFileSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', program], {
      encoding: 'utf8',
    })
    expect(said.trim()).toBe('DisposedError 0')
  })

  test('disposing one version leaves its relatives alone, in every order', () => {
    const before = stats()
    for (let order = 0; order < 24; ++order) {
      const base = sample()
      if (order % 2) base.digest() // in wasm
      const versions = [base, base.set('d', 4)]
      for (let i = 0; i < 8; ++i) versions.push(versions.at(-1)!.set(`x${i}`, i))
      versions.push(base.set('e', 5), versions[4]!.set('f', 6))
      versions[3]!.get('a')
      const expected = versions.map(record)
      const left = new Set(versions.keys())
      for (let i = 0; i < versions.length; ++i) {
        const pick = [...left][(order * 7 + i * (order + 3)) % left.size]!
        left.delete(pick)
        versions[pick]!.dispose()
        for (const j of left) expect(record(versions[j]!)).toEqual(expected[j])
      }
      // Everything that was made has been disposed.
      expect(stats().maps).toBe(before.maps)
    }
    expect(stats().nodes).toBe(before.nodes)
  })
})
