// Long histories: every version is kept and read again and again, at random keys, however far it is from the
// newest, and all of it is checked before it is given up; against plain Maps. HAMT_LONG=1 makes 100,000
// steps.
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
  if (kept.map.size !== kept.model.size) throw new Error(`size ${kept.map.size}, not ${kept.model.size}`)
  for (const key of kept.model.keys()) expectEntry(kept, key)
  let entries = 0
  for (const [key, value] of kept.map) {
    if (kept.model.get(key) !== value) throw new Error(`iteration gives another value for "${key}"`)
    ++entries
  }
  if (entries !== kept.model.size) throw new Error(`iteration gives ${entries} entries`)
}

/** One history. Each version that a step makes is kept until `giveUp`. */
class History {
  kept: Kept[] = [{ map: Hamt.empty(), model: new Map() }]
  private newest = this.kept[0]!
  private readonly open: { iterator: Iterator<[string, Value]>; left: Map<string, Value> }[] = []
  private readonly below: (n: number) => number
  private readonly names: string[]

  constructor(seed: number) {
    this.below = random(seed)
    this.names = Array.from({ length: 1 + this.below(40) }, (_, i) => `key ${i}`)
  }

  step(number: number): void {
    switch (this.below(12)) {
      case 0: // goes back, or to another branch
        this.newest = this.any()
        break
      case 1: // a long line
        for (let i = this.below(100); i > 0; --i) this.keep(this.put(this.newest))
        break
      case 2:
        this.keep(this.drop(this.newest))
        break
      case 3:
        this.read(number % 3)
        break
      case 4: // an edit of an old version
        this.kept.push(this.put(this.any()))
        break
      case 5: // a version moves to wasm
        if (this.below(4) === 0) this.any().map.digest()
        break
      case 6:
        expectEquality(this.any(), this.any())
        break
      case 7: {
        const { map, model } = this.any()
        this.open.push({ iterator: map.entries(), left: new Map(model) })
        break
      }
      case 8:
        this.iterate()
        break
      case 9:
        if (this.kept.length > 200) this.giveUp()
        break
      default:
        this.keep(this.put(this.newest))
    }
  }

  private keep(version: Kept): void {
    this.newest = version
    this.kept.push(version)
  }

  private name(): string {
    return this.names[this.below(this.names.length)]!
  }
  private any(): Kept {
    return this.kept[this.below(this.kept.length)]!
  }

  private put({ map, model }: Kept): Kept {
    const key = this.name()
    const { below } = this
    const value = below(3) === 0 ? below(5) : { n: below(1000), tags: ['a', `b${below(9)}`] }
    const next = map.set(key, value)
    // Where an equal value was there, it stays.
    return next === map ? { map, model } : { map: next, model: new Map(model).set(key, value) }
  }
  private drop({ map, model }: Kept): Kept {
    const key = this.name()
    const next = new Map(model)
    next.delete(key)
    return { map: map.delete(key), model: next }
  }

  /** Reads, oldest first, newest first, or in any order. */
  private read(order: number): void {
    const { kept } = this
    for (let i = 0; i < 30; ++i) {
      const at = order === 0 ? i : order === 1 ? kept.length - 1 - i : this.below(kept.length)
      if (kept[at]) expectEntry(kept[at], this.name())
    }
  }

  private iterate(): void {
    for (const { iterator, left } of this.open) {
      const { value: entry, done } = iterator.next()
      if (done) {
        if (left.size > 0) throw new Error('an iteration ended early')
        continue
      }
      if (left.get(entry[0]) !== entry[1]) throw new Error('an iteration sees another version')
      left.delete(entry[0])
    }
    if (this.open.length > 8) this.open.splice(0, 4).forEach(({ iterator }) => iterator.return?.())
  }

  /** Most versions, here and there, are given up: to the collector, or disposed. */
  private giveUp(): void {
    const { newest } = this
    const gone: Kept[] = []
    const left: Kept[] = []
    for (const version of this.kept) (version !== newest && this.below(4) !== 0 ? gone : left).push(version)
    gone.forEach(expectAll)
    this.kept = left
    if (this.below(2) !== 0) return
    const held = new Set(left.map(({ map }) => map))
    for (const { map } of gone) if (!held.has(map)) map.dispose()
  }
}

function run(seed: number, steps: number): void {
  const history = new History(seed)
  for (let i = 0; i < steps; ++i) history.step(i)
  history.kept.forEach(expectAll)
}

function expectEquality(a: Kept, b: Kept): void {
  const isSame = a.model.size === b.model.size && [...a.model].every(([k, v]) => same(v, b.model.get(k)))
  expect(a.map.equals(b.map)).toBe(isSame)
}

function same(a: Value, b: Value | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

test('versions of long histories stay what they were, wherever they are read from', () => {
  const steps = isLong ? 10_000 : 300
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), (seed) => run(seed, steps)),
    { numRuns: isLong ? 10 : 20, endOnFailure: true },
  )
}, 600_000)
