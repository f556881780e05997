// Validation of what callers pass besides keys and values.
import { kind } from '../codec/text.js'

/** Gives `fn` back. TypeError, naming the method, unless it is a function. */
export function callback<F>(fn: F, method: string): F {
  if (typeof fn !== 'function') throw new TypeError(`${method} needs a function, not ${kind(fn)}`)
  return fn
}

/**
 * Gives an iterable back. TypeError, naming the method and what it needs, for anything else; a string is
 * taken for no list.
 */
export function iterable<T>(items: Iterable<T>, method: string, what: string): Iterable<T> {
  if (typeof items === 'object' && typeof (items as Iterable<T> | null)?.[Symbol.iterator] === 'function')
    return items
  const got = isThenable(items) ? 'a promise' : kind(items)
  throw new TypeError(`${method} takes an iterable of ${what}, not ${got}`)
}

/** Whether a value is a promise or the like. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    typeof (value as { then?: unknown }).then === 'function'
  )
}

/**
 * Gives a callback's result back. TypeError, naming the method, when it is a promise: the method is over
 * before that is settled.
 */
export function synchronous<T>(result: T, method: string): T {
  if (!isThenable(result)) return result
  result.then(undefined, () => {}) // this error is thrown instead
  throw new TypeError(`${method} needs a function that returns its result, not a promise: it does not wait`)
}

/** Whether an object is one of the kind that literals make, of any realm. */
export function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
