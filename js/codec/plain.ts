// What counts as a plain object, and what is no data though it looks like it.
import { util } from './text.js'

/** What stands for `isProxy` where the platform cannot tell. */
export const cannotTell = (_: unknown): boolean => false

/** `isProxy`: whether an object is a Proxy, where the platform can tell: Node 20.16, Deno, Bun. An object so that tests can set it. */
export const platform = { isProxy: util?.types.isProxy ?? cannotTell }

/** Whether an object is a record: its prototype is null or the root of a chain, in whichever realm; no symbols. Not for arrays. */
export function isPlain(object: object): boolean {
  const prototype = Object.getPrototypeOf(object) as object | null
  if (prototype !== Object.prototype && prototype !== null) {
    if (platform.isProxy(prototype)) return false // its traps would run with every question about the object
    if (Object.getPrototypeOf(prototype) !== null || ArrayBuffer.isView(object)) return false
  }
  return Object.getOwnPropertySymbols(object).length === 0
}

/** Whether an array has properties with names, such as the `index` of a match, which its encoding would lose. Holes count. O(length). */
export function isExtended(array: readonly unknown[]): boolean {
  return Object.keys(array).length !== array.length
}

/** What an object is that is not plain, in an error message. */
export function describeClass(object: object): string {
  const name: unknown = object.constructor?.name
  return typeof name === 'string' && name !== 'Object' && name !== ''
    ? `an instance of ${name}, only plain objects`
    : 'an object with symbols, only plain objects'
}
