// Allocations that fail: whatever a JavaScript engine allocates with may throw at any call; then no version
// changes, nothing is skipped, and everything works afterwards.
import { Hamt, stats } from 'hamt-wasm'
import { collectUntil } from './support/gc.js'
import { contents, expectContents, expectUnchanged, other, show, states, uses } from './support/states.js'

class NoMemory extends RangeError {
  constructor() {
    super('Array buffer allocation failed')
  }
}

/** What allocates: an object and the method of it that is made to fail. */
const allocators: [string, object, string][] = [
  ['Uint8Array.prototype.slice', Object.getPrototypeOf(Uint8Array.prototype) as object, 'slice'],
  ['Uint8Array.prototype.subarray', Object.getPrototypeOf(Uint8Array.prototype) as object, 'subarray'],
  ['TextDecoder.prototype.decode', TextDecoder.prototype, 'decode'],
  ['TextEncoder.prototype.encode', TextEncoder.prototype, 'encode'],
  ['Map.prototype.set', Map.prototype, 'set'],
  ['FinalizationRegistry.prototype.register', FinalizationRegistry.prototype, 'register'],
  ['String.prototype.slice', String.prototype, 'slice'],
]

/** Whether every call fails once, not only some. */
const isLong = process.env['HAMT_LONG'] !== undefined

/**
 * Calls `f` while call number `n` of a method throws. Gives what it returned, or threw, and whether there was
 * such a call.
 */
function failingAt<T>(
  n: number,
  [, owner, method]: (typeof allocators)[number],
  f: () => T,
): { result?: T; error?: unknown; isReached: boolean } {
  const methods = owner as Record<string, (...args: unknown[]) => unknown>
  const original = Object.getOwnPropertyDescriptor(owner, method)!
  const call = methods[method]!
  let calls = 0
  const failing = function (this: unknown, ...args: unknown[]): unknown {
    if (++calls === n) throw new NoMemory()
    return Reflect.apply(call, this, args)
  }
  Object.defineProperty(owner, method, { ...original, value: failing })
  try {
    return { result: f(), isReached: calls >= n }
  } catch (error) {
    return { error, isReached: calls >= n }
  } finally {
    Object.defineProperty(owner, method, original)
  }
}

// Nothing leaks: neither a handle nor an object, whatever failed.
afterEach(async () => {
  await collectUntil(() => stats().maps === 0 && stats().nodes === 0)
  expect(stats()).toMatchObject({ maps: 0, nodes: 0, bytes: 0, objects: 0 })
})

describe.each(allocators)('%s', (...allocator) => {
  const index = allocators.findIndex(([name]) => name === allocator[0])
  const some = isLong ? states : states.filter((_, i) => i % 3 === index % 3)

  test.each(some)('%s', (_, make) => {
    let failures = 0
    for (const [name, use] of uses) {
      const expected = show(use(make().map, other()))
      for (let n = 1; ; n = isLong ? n + 1 : Math.ceil(1.6 * n)) {
        const subject = make()
        const theirs = other()
        const { result, error, isReached } = failingAt(n, allocator, () => use(subject.map, theirs))
        const what = `${name}, call ${n}`
        if (error === undefined) expect([what, show(result)]).toEqual([what, expected])
        else if (!(error instanceof NoMemory)) throw Object.assign(new Error(what), { cause: error })
        else ++failures
        try {
          expectUnchanged(subject)
          // The map that failed works.
          expect(show(use(subject.map, theirs))).toBe(expected)
        } catch (cause) {
          throw Object.assign(new Error(`${what}: ${String(cause)}`), { cause })
        }
        if (!isReached) break
      }
    }
    totals.set(allocator[0], (totals.get(allocator[0]) ?? 0) + failures)
  })

  test('it was called, and failed', () => {
    expect(totals.get(allocator[0])).toBeGreaterThan(0)
  })

  test.each(some)('an iteration skips nothing and repeats nothing: %s', (_, make) => {
    const subject = make()
    const expected = show([...make().map])
    for (let n = 1; n < 4; ++n) {
      const iterator = subject.map.entries()
      const seen: unknown[] = []
      for (let failures = 0; ;) {
        const { result, error } = failingAt(n, allocator, () => iterator.next())
        if (error !== undefined) {
          expect(error).toBeInstanceOf(NoMemory)
          if (++failures > 5) {
            // It fails at every attempt: one without a failure follows.
            const next = iterator.next()
            failures = 0
            if (next.done) break
            seen.push(next.value)
          }
          continue
        }
        if (result!.done) break
        seen.push(result!.value)
      }
      expect(show(seen)).toBe(expected)
    }
    expectUnchanged(subject)
  })

  test.each(some)('a draft has each edit once or not at all: %s', (_, make) => {
    const subject = make()
    const expected = new Map(subject.model)
    const result = subject.map.withMutations((draft) => {
      for (let i = 0; i < 40; ++i) {
        const key = `k${i % 27}`
        const edit = i % 3 === 0 ? () => draft.delete(key) : () => draft.set(key, [i, { i }])
        let isDone = failingAt(1 + (i % 4), allocator, edit).error === undefined
        if (!isDone) expect([...subject.map.keys()].length).toBe(subject.model.size)
        if (!isDone && i % 2) isDone = (edit(), true)
        if (!isDone) continue
        if (i % 3 === 0) expected.delete(key)
        else expected.set(key, [i, { i }])
      }
    })
    expectContents(result, expected)
    expectUnchanged(subject)
  })
})
const totals = new Map<string, number>()

test('a size and the number of entries go together, whatever failed', () => {
  for (const allocator of allocators) {
    let m = Hamt.from(contents())
    m.digest()
    for (let i = 0; i < 40; ++i) {
      const { result } = failingAt(1 + (i % 3), allocator, () => m.delete(`k${i}`))
      expect([...m].length).toBe(m.size)
      if (result !== undefined) m = result
      expect([...m.keys()].length).toBe(m.size)
    }
  }
})
