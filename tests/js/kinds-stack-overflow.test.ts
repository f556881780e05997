// Stack overflows that are caught: at every depth, in every operation, in callbacks and between the steps of
// an iteration, no version changes, nothing is skipped, nothing stays in wasm that nobody holds, and
// everything works afterwards.
import { Hamt, InterruptedError, stats } from 'hamt-wasm'
import { collectUntil } from './support/gc.js'
import {
  contents,
  expectContents,
  expectUnchanged,
  largeStates,
  other,
  show,
  states,
  uses,
} from './support/states.js'

/** Every which frame is tried. HAMT_LONG=1 tries all. */
const stride = process.env['HAMT_LONG'] ? 1 : 4

/**
 * Calls `f` at depths from where the stack ends up to where it succeeds; gives its result and how often it
 * failed.
 */
function fromTheDepth<T>(f: () => T, ...padding: unknown[]): { result: T; failures: number } {
  let done: { result: T } | undefined
  let unexpected: { error: unknown } | undefined
  let failures = 0
  let frame = padding.length
  const dive = (...more: unknown[]): void => {
    try {
      dive(...more)
    } catch {
      // The end of the stack.
    }
    if (done !== undefined || ++frame % stride !== 0) return
    try {
      done = { result: f() }
    } catch (error) {
      ++failures
      if (!isOverflow(error)) unexpected ??= { error }
    }
  }
  dive(...padding)
  if (unexpected !== undefined) throw unexpected.error
  if (done === undefined) throw new Error('the operation never succeeded')
  return { result: done.result, failures }
}

/**
 * By its name: the error may be of another realm. No regular expression: V8 dies of one that it cannot
 * compile for want of stack.
 */
function isOverflow(error: unknown): boolean {
  const { name } = error as Error
  return name === 'RangeError' || name === 'InternalError'
}

/** Fails unless wasm holds nothing any more, whatever overflowed. */
const expectNothingLeft = async (): Promise<void> => {
  await collectUntil(() => stats().maps === 0 && stats().nodes === 0)
  expect(stats()).toMatchObject({ maps: 0, nodes: 0, bytes: 0, objects: 0 })
}
afterAll(expectNothingLeft)

describe.each(states)('%s', (_, make) => {
  afterAll(expectNothingLeft)

  test.each(uses)('%s', (name, use) => {
    const expected = show(use(make().map, other()))
    const subject = make()
    const theirs = other()
    // Frames of several sizes, so that the stack ends at various points of the operation.
    const padding = Array.from({ length: name.length % 8 }, (_, i) => i)
    const { result, failures } = fromTheDepth(() => use(subject.map, theirs), ...padding)
    expect(failures).toBeGreaterThan(0)
    expect(show(result)).toBe(expected)
    expectUnchanged(subject)
  })
})

test.each(largeStates)('%s', (_, make) => {
  const subject = make()
  const { model } = subject
  const edits: ((m: Hamt<unknown>) => Hamt<unknown>)[] = [
    (m) => m.set('k2', { changed: [1] }),
    (m) => m.delete('k3').delete('k4'),
    (m) => m.set('an added key', new Uint8Array(10)),
  ]
  for (const edit of edits) {
    const expected = show(edit(Hamt.from(model)))
    expect(show(fromTheDepth(() => edit(subject.map)).result)).toBe(expected)
    expect(fromTheDepth(() => subject.map.digest()).result).toEqual(Hamt.from(model).digest())
  }
  expectUnchanged(subject)
})

test.each(states)('an iteration whose steps overflow skips nothing and repeats nothing: %s', (_, make) => {
  const subject = make()
  for (const iterate of ['entries', 'keys', 'values'] as const) {
    const expected = show([...make().map[iterate]()])
    const iterator = subject.map[iterate]()
    const seen: unknown[] = []
    for (let i = 0; ; ++i) {
      const { result } = fromTheDepth(() => iterator.next(), ...Array.from({ length: i % 8 }))
      if (result.done) break
      seen.push(result.value)
    }
    expect(show(seen)).toBe(expected)
  }
  expectUnchanged(subject)
})

test.each(states)(
  'a walk of differences goes on, or says that a step was lost, and is never wrong: %s',
  (_, make) => {
    const subject = make()
    const theirs = other().merge(Hamt.from(contents(200)).map((_, k) => k))
    const expected = show([...make().map.diff(theirs)])
    const walk = subject.map.diff(theirs)
    const seen: unknown[] = []
    let isLost = false
    try {
      for (let i = 0; ; ++i) {
        const { result } = fromTheDepth(() => walk.next(), ...Array.from({ length: i % 8 }))
        if (result.done) break
        seen.push(result.value)
      }
    } catch (error) {
      expect(error).toBeInstanceOf(InterruptedError)
      expect(() => walk.next()).toThrow(InterruptedError)
      expect(walk.return!()).toEqual({ value: undefined, done: true })
      isLost = true
    }
    if (isLost) expect(expected.startsWith(show(seen).slice(0, -1))).toBe(true)
    else expect(show(seen)).toBe(expected)
    expect(seen.length).toBeGreaterThan(0)
    expectUnchanged(subject)
  },
)

test.each(states)('a draft whose edits overflow has each edit once or not at all: %s', (_, make) => {
  const subject = make()
  const expected = new Map(subject.model)
  const result = subject.map.withMutations((draft) => {
    for (let i = 0; i < 30; ++i) {
      const key = `k${i}`
      const padding = Array.from({ length: i % 8 })
      if (i % 3 === 0) {
        fromTheDepth(() => draft.delete(key), ...padding)
        expected.delete(key)
      } else {
        fromTheDepth(() => draft.set(key, [i, { i }]), ...padding)
        expected.set(key, [i, { i }])
      }
    }
  })
  expectContents(result, expected)
  expectUnchanged(subject)
})

const callbacks: [string, (m: Hamt<unknown>, overflow: () => void) => unknown][] = [
  ['update', (m, overflow) => m.update('k1', (x) => (overflow(), x ?? 1))],
  ['filter', (m, overflow) => m.filter((_, k) => (overflow(), k.length % 2))],
  ['map', (m, overflow) => m.map((v) => (overflow(), [v]))],
  ['reduce', (m, overflow) => m.reduce((n: number, _, k) => (overflow(), n + k.length), 0)],
  ['forEach', (m, overflow) => m.forEach(overflow)],
  ['merge', (m, overflow) => m.merge(other(), (_, a) => (overflow(), a))],
  ['mergeFrom', (m, overflow) => m.mergeFrom(Hamt.empty(), other(), (_, a) => (overflow(), a ?? 1))],
  ['withMutations', (m, overflow) => m.withMutations((d) => (overflow(), void d.set('k1', 1).delete('k2')))],
  [
    'from',
    (m, overflow) =>
      Hamt.from(
        (function* () {
          for (const entry of m) {
            overflow()
            yield entry
          }
        })(),
      ),
  ],
  [
    'a codec',
    (m, overflow) => {
      const codec = {
        encode: (x: unknown) => (overflow(), new TextEncoder().encode(show(x))),
        decode: (b: Uint8Array): unknown => (overflow(), JSON.parse(new TextDecoder().decode(b))),
      }
      return Hamt.from<unknown>(m, { codec }).set('k1', [1]).toJSON()
    },
  ],
]

describe.each(callbacks)('overflows inside the callback of %s, which edits the same map', (_, use) => {
  afterAll(expectNothingLeft)

  test.each(states)('%s', (_, make) => {
    const subject = make()
    const expected = show(use(make().map, () => {}))
    let calls = 0
    const overflow = (): void => {
      if (++calls > 5) return
      fromTheDepth(() => subject.map.set('k1', 'changed').delete('k2').set('k5', [calls]))
    }
    expect(show(use(subject.map, overflow))).toBe(expected)
    expect(calls).toBeGreaterThan(0)
    expectUnchanged(subject)
  })

  test.each(states)('uncaught: %s', (_, make) => {
    const subject = make()
    const endless = (): never => endless()
    const fail = (): void => {
      subject.map.set('k1', 'changed')
      endless()
    }
    expect(() => use(subject.map, fail)).toThrow(/call stack|too much recursion/)
    expectUnchanged(subject)
  })
})
