// The part of Jest that the suites of tests/js use, for a browser: describe, test, expect. Equality is Jest's
// own.
import { equals, iterableEquality, subsetEquality, typeEquality } from '@jest/expect-utils'
import { NotCollected } from '../../js/support/gc.js'
import { NodeOnly } from './node-only.js'

interface Case {
  name: string
  run: () => unknown
}
export interface Outcome {
  passed: string[]
  /** Tests that need something only Node has. */
  nodeOnly: string[]
  failed: { name: string; error: string }[]
}

/** What Jest's `jest` has, as far as suites use it. */
export const jest = {
  spyOn(owner: object, method: string): { mock: { calls: unknown[][] } } {
    const methods = owner as Record<string, (...args: unknown[]) => unknown>
    const original = methods[method]!
    const calls: unknown[][] = []
    methods[method] = function (this: unknown, ...args: unknown[]): unknown {
      calls.push(args)
      return Reflect.apply(original, this, args)
    }
    restorers.push(() => (methods[method] = original))
    return { mock: { calls } }
  },
  restoreAllMocks(): void {
    while (restorers.length > 0) restorers.pop()!()
  },
}
const restorers: (() => unknown)[] = []

const cases: Case[] = []
const path: string[] = []
const hooks = {
  before: [] as (() => unknown)[],
  after: [] as (() => unknown)[],
  afterEach: [] as (() => unknown)[],
}

export function describe(name: string, body: () => void): void {
  path.push(name)
  body()
  path.pop()
}
export function test(name: string, run: () => unknown): void {
  cases.push({ name: [...path, name].join(' › '), run })
}
const each =
  (add: (name: string, run: () => void) => void) =>
  (rows: readonly unknown[]) =>
  (name: string, run: (...args: any[]) => void): void => {
    for (const row of rows) {
      const args = Array.isArray(row) ? row : [row]
      let next = 0
      const shown = name.replace(/%[sdijop]/g, () => String(args[next++]))
      add(shown, () => run(...args))
    }
  }
test.each = each(test)
describe.each = each(describe)
export { test as it }
export const beforeAll = (run: () => unknown): void => void hooks.before.push(run)
export const afterEach = (run: () => unknown): void => void hooks.afterEach.push(run)
export const afterAll = (run: () => unknown): void => void hooks.after.push(run)

class Asymmetric {
  readonly $$typeof = Symbol.for('jest.asymmetricMatcher')
  constructor(readonly asymmetricMatch: (other: any) => boolean) {}
}

const sameThrow = (error: any, wanted: unknown): boolean =>
  wanted === undefined
    ? true
    : wanted instanceof Asymmetric
      ? wanted.asymmetricMatch(error)
      : typeof wanted === 'function'
        ? error instanceof wanted
        : wanted instanceof RegExp
          ? wanted.test(error.message)
          : typeof wanted === 'string'
            ? error.message.includes(wanted)
            : error.message === (wanted as Error).message

const matchers: Record<string, (got: any, wanted?: any, more?: any) => boolean> = {
  toBe: Object.is,
  toEqual: (got, wanted) => equals(got, wanted, [iterableEquality]),
  toStrictEqual: (got, wanted) => equals(got, wanted, [iterableEquality, typeEquality], true),
  toMatchObject: (got, wanted) => equals(got, wanted, [iterableEquality, subsetEquality]),
  toMatch: (got, wanted) => (typeof wanted === 'string' ? got.includes(wanted) : wanted.test(got)),
  toContain: (got, wanted) => (typeof got === 'string' ? got.includes(wanted) : [...got].includes(wanted)),
  toContainEqual: (got, wanted) => [...got].some((each) => equals(each, wanted, [iterableEquality])),
  toHaveLength: (got, wanted) => got.length === wanted,
  toHaveProperty: (got, name) => name in got,
  toBeInstanceOf: (got, wanted) => got instanceof wanted,
  toBeDefined: (got) => got !== undefined,
  toBeUndefined: (got) => got === undefined,
  toBeNull: (got) => got === null,
  toBeNaN: Number.isNaN,
  toBeTruthy: Boolean,
  toBeFalsy: (got) => !got,
  toBeGreaterThan: (got, wanted) => got > wanted,
  toBeGreaterThanOrEqual: (got, wanted) => got >= wanted,
  toBeLessThan: (got, wanted) => got < wanted,
  toBeLessThanOrEqual: (got, wanted) => got <= wanted,
  toBeCloseTo: (got, wanted, digits = 2) => Math.abs(got - wanted) < 10 ** -digits / 2,
  toThrow(got, wanted) {
    if (typeof got !== 'function') return sameThrow(got, wanted) // what a rejected promise gave
    try {
      got()
    } catch (error) {
      if (error instanceof NodeOnly) throw error
      return sameThrow(error, wanted)
    }
    return false
  },
}

function show(value: unknown): string {
  try {
    const seen = JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part))
    return (seen ?? String(value)).slice(0, 500)
  } catch {
    return String(value)
  }
}

function assertions(got: unknown, negated: boolean): Record<string, any> {
  const made: Record<string, any> = {}
  for (const [name, matches] of Object.entries(matchers)) {
    made[name] = (...wanted: [unknown?, unknown?]) => {
      if (matches(got, ...wanted) === negated) {
        throw new Error(
          `expected ${show(got)} ${negated ? 'not ' : ''}${name} ${wanted.map(show).join(', ')}`,
        )
      }
    }
  }
  if (!negated) made['not'] = assertions(got, true)
  return made
}

export function expect(got: unknown): any {
  const later = (promise: Promise<unknown>, negated = false): any =>
    new Proxy(
      {},
      {
        get: (_, name: string) =>
          name === 'not'
            ? later(promise, true)
            : async (...wanted: unknown[]) => assertions(await promise, negated)[name](...wanted),
      },
    )
  return {
    ...assertions(got, false),
    get resolves() {
      return later(Promise.resolve(got))
    },
    get rejects() {
      return later(
        Promise.resolve(got).then(
          (value) => Promise.reject(new Error(`expected a rejection, got ${show(value)}`)),
          (error: unknown) => error,
        ),
      )
    },
  }
}
expect.any = (type: any) =>
  new Asymmetric((got) => (typeof got === type.name.toLowerCase() ? true : got instanceof type))
expect.anything = () => new Asymmetric((got) => got !== null && got !== undefined)
expect.stringContaining = (text: string) =>
  new Asymmetric((got) => typeof got === 'string' && got.includes(text))
expect.stringMatching = (form: RegExp) => new Asymmetric((got) => typeof got === 'string' && form.test(got))
expect.objectContaining = (part: object) =>
  new Asymmetric((got) =>
    Object.entries(part).every(([key, value]) => equals(got?.[key], value, [iterableEquality])),
  )
expect.arrayContaining = (parts: unknown[]) =>
  new Asymmetric((got: unknown[]) =>
    parts.every((part) => got.some((each) => equals(each, part, [iterableEquality]))),
  )

Object.assign(globalThis, { describe, test, it: test, expect, beforeAll, afterEach, afterAll })

/** Firefox's collector may keep what nobody holds any more: there, waiting for it decides nothing. */
const isUndecided = (error: unknown): boolean => error instanceof NotCollected && !('gc' in globalThis)

async function runAfterEach(): Promise<void> {
  for (const hook of hooks.afterEach) {
    try {
      await hook()
    } catch (error) {
      if (!isUndecided(error)) throw error
      hooks.afterEach.length = 0 // each more would wait as long
    }
  }
}

/** Runs everything that was described so far. */
export async function runAll(): Promise<Outcome> {
  const outcome: Outcome = { passed: [], nodeOnly: [], failed: [] }
  for (const hook of hooks.before) await hook()
  for (const { name, run } of cases) {
    try {
      try {
        await run()
      } finally {
        await runAfterEach()
      }
      outcome.passed.push(name)
    } catch (error) {
      if (error instanceof NodeOnly || isUndecided(error)) outcome.nodeOnly.push(name)
      else
        outcome.failed.push({
          name,
          error: error instanceof Error ? `${error.message}\n${error.stack}` : String(error),
        })
    }
  }
  for (const hook of hooks.after) await hook()
  return outcome
}
