// Long histories: every version that is kept is read again and again, at random keys, however far it is from the newest; against
// plain Maps. HAMT_LONG=1 makes 200,000 steps.
import fc from 'fast-check'
import { Hamt } from 'hamt-wasm'

const isLong = process.env['HAMT_LONG'] !== undefined

type Value = number | { readonly n: number; readonly tags: readonly string[] }

/** A version, and what it must hold. */
interface Kept {
  map: Hamt<Value>
  model: ReadonlyMap<string, Value>
}

/** Random numbers below `n`, the same for equal seeds (xorshift). */
function random(seed: number): (n: number) => number {
  let s = seed | 1
  return (n) => {
    s ^= s << 13
    s ^= s >>> 17
    s ^= s << 5
    return (s >>> 0) % n
  }
}

function expectEntry({ map, model }: Kept, key: string): void {
  // An object is the very same one in every version.
  if (map.get(key) !== model.get(key) || map.has(key) !== model.has(key))
    throw new Error(`"${key}" is ${JSON.stringify(map.get(key))}, not ${JSON.stringify(model.get(key))}`)
}

function expectAll(kept: Kept): void {
  expect(kept.map.size).toBe(kept.model.size)
  for (const key of kept.model.keys()) expectEntry(kept, key)
  let entries = 0
  for (const [key, value] of kept.map) {
    if (kept.model.get(key) !== value) throw new Error(`iteration gives another value for "${key}"`)
    ++entries
  }
  expect(entries).toBe(kept.model.size)
}

/** One history of `steps` steps. A kept version costs a model of its own, so of the versions in a line only some are kept. */
function run(seed: number, steps: number): void {
  const below = random(seed)
  const names = Array.from({ length: 1 + below(40) }, (_, i) => `key ${i}`)
  const name = (): string => names[below(names.length)]!
  const value = (): Value => (below(3) === 0 ? below(5) : { n: below(1000), tags: ['a', `b${below(9)}`] })
  const kept: Kept[] = [{ map: Hamt.empty(), model: new Map() }]
  const open: { iterator: Iterator<[string, Value]>; left: Map<string, Value> }[] = []
  const put = ({ map, model }: Kept, key: string, v: Value): Kept => {
    const next = map.set(key, v)
    // Where an equal value was there, it stays.
    return next === map ? { map, model } : { map: next, model: new Map(model).set(key, v) }
  }
  const drop = ({ map, model }: Kept, key: string): Kept => {
    const next = new Map(model)
    next.delete(key)
    return { map: map.delete(key), model: next }
  }
  let newest = kept[0]!
  for (let step = 0; step < steps; ++step) {
    switch (below(12)) {
      case 0: // goes back, or to another branch
        newest = kept[below(kept.length)]!
        break
      case 1: // a long line, of which some versions are kept
        for (let i = below(100); i > 0; --i) {
          newest = put(newest, name(), value())
          if (below(8) === 0) kept.push(newest)
        }
        break
      case 2:
        newest = drop(newest, name())
        break
      case 3: // reads, oldest first or newest first, or in any order
        for (let i = 0; i < 30; ++i) {
          const order = step % 3
          const at = order === 0 ? i : order === 1 ? kept.length - 1 - i : below(kept.length)
          if (kept[at]) expectEntry(kept[at], name())
        }
        break
      case 4: // an edit of an old version
        kept.push(put(kept[below(kept.length)]!, name(), value()))
        break
      case 5: // a version moves to wasm
        if (below(4) === 0) kept[below(kept.length)]!.map.digest()
        break
      case 6: {
        const [a, b] = [kept[below(kept.length)]!, kept[below(kept.length)]!]
        const isSame =
          a.model.size === b.model.size && [...a.model].every(([k, v]) => same(v, b.model.get(k)))
        expect(a.map.equals(b.map)).toBe(isSame)
        break
      }
      case 7: {
        const { map, model } = kept[below(kept.length)]!
        open.push({ iterator: map.entries(), left: new Map(model) })
        break
      }
      case 8:
        for (const { iterator, left } of open) {
          const { value: entry, done } = iterator.next()
          if (done) {
            if (left.size > 0) throw new Error('an iteration ended early')
            continue
          }
          if (left.get(entry[0]) !== entry[1]) throw new Error('an iteration sees another version')
          left.delete(entry[0])
        }
        if (open.length > 8) open.splice(0, 4).forEach(({ iterator }) => iterator.return?.())
        break
      case 9: // versions are given up: to the collector, or disposed
        if (kept.length > 60) {
          const gone = kept.splice(below(30), 20)
          if (!gone.includes(newest) && below(2) === 0) {
            for (const { map } of gone)
              if (map !== newest.map && !kept.some((other) => other.map === map)) map.dispose()
          }
        }
        break
      default:
        newest = put(newest, name(), value())
        kept.push(newest)
    }
  }
  kept.forEach(expectAll)
}

function same(a: Value, b: Value | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

test('versions of long histories stay what they were, wherever they are read from', () => {
  const steps = isLong ? 20_000 : 300
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), (seed) => run(seed, steps)),
    { numRuns: isLong ? 10 : 20, endOnFailure: true },
  )
}, 600_000)
