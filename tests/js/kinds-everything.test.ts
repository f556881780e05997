// Histories under attack: versions are frozen, copied, disposed, moved to wasm, saved and loaded, stacks
// overflow, allocations fail, and buffers are used again, and, in Node, scripts are ended, at random moments;
// every kept version stays what it was. HAMT_LONG=1 makes 100,000 steps.
import fc from 'fast-check'
import { deserialize, Hamt, InterruptedError, serialize } from 'hamt-wasm'

interface Vm {
  createContext(globals: object): object
  runInContext(code: string, context: object, options: { timeout: number }): unknown
}
/** What can end a script in the middle; browsers have nothing like it. */
const vm = (
  globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } }
).process?.getBuiltinModule?.('node:vm') as Vm | undefined

interface Kept {
  map: Hamt<unknown>
  model: Map<string, unknown>
}

const keyCount = 40
const key = fc.nat(keyCount - 1).map((i) => (i % 5 === 0 ? `a key of some length, number ${i}` : `k${i}`))
const value = fc.oneof(
  fc.integer(),
  fc.string({ maxLength: 40 }),
  fc.record({ x: fc.integer(), tags: fc.array(fc.string({ maxLength: 5 }), { maxLength: 3 }) }),
  fc.array(fc.nat(9), { maxLength: 4 }),
  fc.uint8Array({ maxLength: 12 }),
  fc.record({ bytes: fc.uint8Array({ maxLength: 8 }) }),
)
const at = fc.oneof({ weight: 3, arbitrary: fc.constant(-1) }, { weight: 1, arbitrary: fc.nat(200) })
const attack = fc.constantFrom('none', 'none', 'overflow', 'no memory', ...(vm ? ['termination'] : []))
const step = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant('set' as const), at, key, value, attack }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('delete' as const), at, key, attack }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('draft' as const), at, key, value, attack }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('merge' as const), at, other: fc.nat(200), attack }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('filter' as const), at, attack }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('load' as const), at, attack }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('digest' as const), at, attack }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('freeze' as const), at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('copy' as const), at, key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('dispose' as const), at }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

class NoMemory extends RangeError {}

/** Runs `f` where the stack ends, from ever farther away until it succeeds. */
function fromTheDepth<T>(f: () => T): T {
  let done: { result: T } | undefined
  let other: { error: unknown } | undefined
  const dive = (): void => {
    try {
      dive()
    } catch {
      // The end of the stack.
    }
    if (done !== undefined || other !== undefined) return
    try {
      done = { result: f() }
    } catch (error) {
      const { name } = error as Error
      if (name !== 'RangeError' && name !== 'InternalError') other = { error }
    }
  }
  dive()
  if (other !== undefined) throw other.error
  if (done === undefined) throw new Error('it never succeeded')
  return done.result
}

/** Runs `f` while copies of bytes fail, one call after the other, until it succeeds. */
function withoutMemory<T>(f: () => T): T {
  const prototype = Object.getPrototypeOf(Uint8Array.prototype) as { slice: (...args: unknown[]) => unknown }
  const { slice } = prototype
  for (let failing = 1; ; ++failing) {
    let calls = 0
    prototype.slice = function (this: unknown, ...args: unknown[]): unknown {
      if (++calls === failing) throw new NoMemory()
      return Reflect.apply(slice, this, args)
    }
    try {
      return f()
    } catch (error) {
      if (!(error instanceof NoMemory)) throw error
    } finally {
      prototype.slice = slice
    }
  }
}

/** Runs `f` again and again until the host ends it somewhere, then once more. */
function terminated<T>(f: () => T): T {
  try {
    vm!.runInContext('for (;;) f()', vm!.createContext({ f }), { timeout: 1 })
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
  }
  return f()
}

const attacks = {
  none: <T>(f: () => T) => f(),
  overflow: fromTheDepth,
  'no memory': withoutMemory,
  termination: terminated,
}

/** How often a version was right, and how often it said that a termination has torn it. */
const counts = { right: 0, interrupted: 0 }

/** Runs `f`; that a map was torn by a termination is as good as what it checks. */
function unlessTorn(f: () => void): void {
  try {
    f()
    ++counts.right
  } catch (error) {
    if (!vm || !(error instanceof InterruptedError)) throw error
    ++counts.interrupted
  }
}

/** Bytes of the callers, which are used again for something else. */
function spoil(x: unknown): void {
  if (x instanceof Uint8Array) x.fill(255)
  else if (typeof x === 'object' && x !== null) Object.values(x).forEach(spoil)
}

function expectKept({ map, model }: Kept): void {
  expect(map.size).toBe(model.size)
  expect(Object.fromEntries(map)).toEqual(Object.fromEntries(model))
  for (let i = 0; i < keyCount; i += 7) expect(map.get(`k${i}`)).toEqual(model.get(`k${i}`))
}

/** What an edit makes of a version; undefined for a step that makes none. `pick` gives any version. */
function edited(s: Step, { map, model }: Kept, pick: (i: number) => Kept): Kept | undefined {
  const next = new Map(model)
  const under = 'attack' in s ? attacks[s.attack as keyof typeof attacks] : attacks.none
  switch (s.do) {
    case 'set': {
      next.set(s.key, structuredClone(s.value))
      const made = under(() => map.set(s.key, s.value))
      spoil(s.value)
      return { map: made, model: next }
    }
    case 'delete':
      next.delete(s.key)
      return { map: under(() => map.delete(s.key)), model: next }
    case 'draft':
      next.set(s.key, structuredClone(s.value)).delete('k1')
      next.set('k2', 2)
      return {
        map: under(() => map.withMutations((d) => d.set(s.key, s.value).delete('k1').set('k2', 2))),
        model: next,
      }
    case 'merge': {
      const other = pick(s.other)
      for (const [k, v] of other.model) next.set(k, v)
      return { map: under(() => map.merge(other.map)), model: next }
    }
    case 'filter':
      for (const k of model.keys()) if (k.length % 3 === 0) next.delete(k)
      return { map: under(() => map.filter((_, k) => k.length % 3 !== 0)), model: next }
    case 'load':
      return { map: under(() => deserialize(serialize([map])))[0]!, model: next }
    case 'digest':
      under(() => map.digest())
      return undefined
    case 'freeze':
    case 'copy':
    case 'dispose':
      return undefined
  }
}

function expectNoCopy(map: Hamt<unknown>, key: string): void {
  const copy = Object.create(
    Object.getPrototypeOf(map) as object,
    Object.getOwnPropertyDescriptors(map),
  ) as Hamt<unknown>
  expect(() => copy.set(key, 1)).toThrow(TypeError)
  expect(() => copy.get(key)).toThrow(TypeError)
}

function run(steps: readonly Step[]): Kept[] {
  const kept: Kept[] = [{ map: Hamt.empty(), model: new Map() }]
  const pick = (i: number): Kept => (i < 0 ? kept.at(-1)! : kept[i % kept.length]!)
  const doStep = (s: Step): void => {
    const { map, model } = pick(s.at)
    if (s.do === 'freeze') Object.freeze(map)
    if (s.do === 'copy') expectNoCopy(map, s.key)
    if (s.do === 'dispose') {
      const left = kept.filter((pair) => pair.map !== map)
      if (left.length === 0) return
      kept.splice(0, kept.length, ...left)
      map.dispose()
      return
    }
    const made = edited(s, { map, model }, pick)
    if (made === undefined) return
    kept.push(made)
    if (kept.length <= 60) return
    for (const pair of kept.splice(1, 20)) unlessTorn(() => expectKept(pair))
  }
  for (const s of steps) unlessTorn(() => doStep(s))
  return kept
}

const isLong = process.env['HAMT_LONG'] !== undefined

test('histories under attack: every kept version stays what it was', () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: isLong ? 1000 : 60 }),
      fc.boolean(),
      (steps, forwards) => {
        const kept = run(steps)
        for (const pair of forwards ? kept : [...kept].reverse()) unlessTorn(() => expectKept(pair))
      },
    ),
    { numRuns: isLong ? 400 : 60 },
  )
  // A termination tears what it was changing, and few histories share that.
  expect(counts.right).toBeGreaterThan(5 * counts.interrupted)
}, 600_000)
