// Stack overflows that are caught, with a call into wasm at every depth of the stack: no version changes, and
// everything works afterwards.
import { deserialize, Hamt, serialize } from 'hamt-wasm'

const entries = Array.from({ length: 300 }, (_, i): [string, number] => [`key ${i}`, i])
const expected = Object.fromEntries(entries)

/**
 * Calls `f` at every depth of the stack, from where nothing is left of it to where `f` has succeeded twenty
 * times.
 */
function nearOverflow(f: () => void): { failed: number; succeeded: number } {
  let failed = 0
  let succeeded = 0
  const deep = (): void => {
    try {
      deep()
    } catch {
      // on the way back
    }
    if (succeeded === 20) return
    try {
      f()
      ++succeeded
    } catch (error) {
      ++failed
      // Firefox has an InternalError of its own. No regular expression: V8 dies of one that it cannot compile
      // for want of stack.
      const { name } = error as Error
      if (name !== 'RangeError' && name !== 'InternalError') throw error
    }
  }
  deep()
  return { failed, succeeded }
}

const operations: [string, (map: Hamt<unknown>, i: number) => unknown][] = [
  ['set', (map, i) => map.set('key 7', `changed ${i}`)],
  ['set of a new key', (map, i) => map.set(`new ${i}`, { some: 'value' })],
  ['delete', (map, i) => map.delete(`key ${i % 300}`)],
  ['get', (map, i) => map.get(`key ${i % 300}`)],
  ['has', (map) => map.has('no such key')],
  ['iteration', (map) => [...map]],
  ['many edits', (map, i) => map.withMutations((draft) => void draft.set('key 9', i).delete('key 10'))],
  ['merge', (map) => map.merge(Hamt.from<unknown>({ more: 1, 'key 3': 'other' }))],
  ['diff', (map) => [...map.diff(map.set('key 3', 'other'))]],
  ['equals', (map) => map.equals(map.set('key 4', 'other'))],
  ['digest', (map, i) => map.set('key 5', i).digest()],
  ['proof', (map) => map.prove(['key 6', 'no such key'])],
  ['snapshot', (map) => deserialize(serialize([map, map.set('key 8', 'other')]))],
  ['filter', (map) => map.filter((_, key) => key.length > 5)],
]

test.each(operations)(
  '%s, however little stack is left, changes no version and breaks nothing',
  (_, operation) => {
    const map = Hamt.from<unknown>(entries)
    const line = map.set('in a line', 1) // a version whose trie the next edit changes in place
    const other = Hamt.from<unknown>({ a: 1 })
    const digest = map.digest()
    let i = 0
    const { failed, succeeded } = nearOverflow(() => void operation(++i % 2 ? map : line, i))
    expect(succeeded).toBe(20)
    expect(failed).toBeGreaterThan(0)
    expect(map.toJSON()).toEqual(expected)
    expect(line.toJSON()).toEqual({ ...expected, 'in a line': 1 })
    expect(map.set('x', 1).delete('x').digest()).toEqual(digest)
    expect([...other.set('b', 2)].sort()).toEqual([
      ['a', 1],
      ['b', 2],
    ])
    expect(deserialize(serialize([map]))[0]!.equals(map)).toBe(true)
  },
)

test('overflows in a loop, each caught, leave every later call working', () => {
  const map = Hamt.from<number>({ a: 1 })
  for (let round = 0; round < 10; ++round) {
    let isDone = false
    const f = (): void => {
      try {
        f()
      } catch {
        // on the way back
      }
      if (isDone) return
      try {
        map.set('b', round).digest()
        isDone = true
      } catch {
        // not yet
      }
    }
    f()
  }
  expect(map.toJSON()).toEqual({ a: 1 })
  expect(map.set('c', 3).toJSON()).toEqual({ a: 1, c: 3 })
})
