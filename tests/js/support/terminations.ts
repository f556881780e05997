// A program that ends scripts in the middle of maps' operations, by the `timeout` of node:vm: no `catch` and
// no `finally` runs then.
//
//     node terminations.mjs <seed> <milliseconds>
//
// A process of its own, whose realm is Node's: what was found wrong is thrown.
import { performance } from 'node:perf_hooks'
import { argv } from 'node:process'
import vm from 'node:vm'
import { Hamt, InterruptedError } from 'hamt-wasm'
import { contents, expectContents, other, show, states, type Subject, uses } from './states.js'

let random = Number(argv[2])
/** A number below `n`. */
function below(n: number): number {
  random = (Math.imul(random, 1664525) + 1013904223) >>> 0
  return Math.floor((random / 2 ** 32) * n)
}
const pick = <T>(list: readonly T[]): T => list[below(list.length)]!

let terminations = 0
/** Calls `f`, which does not return, and ends it after a millisecond or so. */
function terminate(f: () => void): void {
  const context = vm.createContext({ f })
  try {
    new vm.Script('f()').runInContext(context, { timeout: 1 + below(2) })
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
    ++terminations
    return
  }
  throw new Error('the script ended')
}

let interrupted = 0
/** Calls `f`; an InterruptedError is as good as what it checks. */
function unlessInterrupted(f: () => void): void {
  try {
    f()
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error
    ++interrupted
  }
}

function checkSubject({ map, model, relatives }: Subject): void {
  for (const [version, of] of [[map, model], ...relatives] as const)
    for (const withDigest of [false, true]) unlessInterrupted(() => expectContents(version, of, withDigest))
}

const expected = new Map<string, string>()
function expectedOf(name: string, make: () => Subject, use: (typeof uses)[number]): string {
  const id = `${name}: ${use[0]}`
  if (!expected.has(id)) expected.set(id, show(use[1](make().map, other())))
  return expected.get(id)!
}

/** An operation again and again, on one subject or on ever new ones. */
function inOperations(): void {
  const [name, make] = pick(states)
  const use = pick(uses)
  const result = expectedOf(name, make, use)
  const theirs = other()
  let subject = make()
  const again = below(2) === 0
  terminate(() => {
    for (;;) {
      if (again) subject = make()
      use[1](subject.map, theirs)
    }
  })
  checkSubject(subject)
  unlessInterrupted(() => {
    const got = show(use[1](subject.map, theirs))
    if (got !== result) throw new Error(`${name}: ${use[0]}: ${got}, not ${result}`)
  })
}

/** An iteration, or a walk of differences, that goes on after its steps were ended. */
function inIterations(): void {
  const [name, make] = pick(states)
  const subject = make()
  const theirs = Hamt.from([...other(), ...contents(200)].map(([k, v], i) => [k, i % 3 ? v : i] as const))
  const begin = pick<[string, () => Iterator<unknown>]>([
    ['entries', () => subject.map.entries()],
    ['keys', () => subject.map.keys()],
    ['values', () => subject.map.values()],
    ['diff', () => theirs.diff(subject.map)],
    ['entries', () => theirs.entries()],
  ])
  const whole = [...({ [Symbol.iterator]: begin[1] } as Iterable<unknown>)]
  let iterator = begin[1]()
  let seen: unknown[] = []
  terminate(() => {
    for (;;) {
      const { done, value } = iterator.next()
      if (done) {
        iterator = begin[1]()
        seen = []
      } else seen.push(value)
    }
  })
  unlessInterrupted(() => {
    const before = seen.length
    for (let step = iterator.next(); !step.done; step = iterator.next()) seen.push(step.value)
    // The script may have ended between a step and what it did with the value.
    const withoutOne = [...whole.slice(0, before), ...whole.slice(before + 1)]
    if (![whole, withoutOne].map(show).includes(show(seen)))
      throw new Error(`${begin[0]} of ${name} after ${before}: ${seen.length} of ${whole.length}`)
  })
  checkSubject(subject)
}

/** A draft whose edits are ended: each is there or not. */
function inDrafts(): void {
  const [name, make] = pick(states)
  const subject = make()
  const model = new Map(subject.model)
  let doubtful = ''
  unlessInterrupted(() => {
    const result = subject.map.withMutations((draft) => {
      terminate(() => {
        for (let i = 0; ; ++i) {
          const key = `k${i % 30}`
          doubtful = key
          if (i % 3 === 0) {
            draft.delete(key)
            model.delete(key)
          } else {
            draft.set(key, [i])
            model.set(key, [i])
          }
        }
      })
      draft.set(doubtful, 'certain')
      model.set(doubtful, 'certain')
    })
    for (const withDigest of [false, true]) expectContents(result, model, withDigest)
  })
  try {
    checkSubject(subject)
  } catch (cause) {
    throw new Error(`a draft of ${name}`, { cause })
  }
}

const bystanders = states.map(([, make]) => make())
const until = performance.now() + Number(argv[3])
for (let round = 0; performance.now() < until; ++round) {
  pick([inOperations, inOperations, inOperations, inIterations, inDrafts])()
  if (round % 50 === 0)
    for (const { map, model, relatives } of bystanders) {
      for (const [version, of] of [[map, model], ...relatives] as const) expectContents(version, of)
    }
}
console.log(JSON.stringify({ terminations, interrupted }))
