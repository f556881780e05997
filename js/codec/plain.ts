// Recognition of plain objects, and of objects that look like data and are none.
import { util } from './text.js'

/** What stands for `isProxy` where the platform cannot tell. */
export const cannotTell = (_: unknown): boolean => false

/**
 * `isProxy`: whether an object is a Proxy, where the platform can tell: Node 20.16, Deno, Bun. An object so
 * that tests can set it.
 */
export const platform = { isProxy: util?.types.isProxy ?? cannotTell }

const { propertyIsEnumerable: isEnumerable } = Object.prototype as {
  propertyIsEnumerable: (this: object, name: PropertyKey) => boolean
}

/** To be called in `for in`, for what is inherited: half the time of `Object.keys`, which makes a list. */
export const { hasOwnProperty } = Object.prototype as {
  hasOwnProperty: (this: object, name: string) => boolean
}

/**
 * Whether an object is a record: its prototype is null or the `Object.prototype` of a realm; no enumerable
 * symbols. Not for arrays.
 */
export function isPlain(object: object): boolean {
  const prototype = Object.getPrototypeOf(object) as object | null
  if (prototype !== Object.prototype && prototype !== null && !isRoot(prototype)) return false
  return !ArrayBuffer.isView(object) && !hasSymbols(object)
}

/** Whether an object has enumerable symbols. */
function hasSymbols(object: object): boolean {
  const symbols = Object.getOwnPropertySymbols(object)
  return symbols.length > 0 && symbols.some((symbol) => isEnumerable.call(object, symbol))
}

/** Whether an array is no instance of a subclass: its prototype is the `Array.prototype` of a realm. */
export function isPlainArray(array: readonly unknown[]): boolean {
  const prototype = Object.getPrototypeOf(array) as object | null
  if (prototype === Array.prototype) return true
  // A Proxy's traps would run with every question about the array.
  if (prototype === null || platform.isProxy(prototype) || !Array.isArray(prototype)) return false
  const above = Object.getPrototypeOf(prototype) as object | null
  return above !== null && isRoot(above)
}

/**
 * Whether a prototype is the `Object.prototype` of a realm. What inherits from any other object changes when
 * that does.
 */
function isRoot(prototype: object): boolean {
  return (
    !platform.isProxy(prototype) &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, 'isPrototypeOf')
  )
}

/**
 * Whether an array has properties with names, such as the `index` of a match, or symbols, which its encoding
 * would lose. A hole counts, unless there are as many names. O(length).
 */
export function isExtended(array: readonly unknown[]): boolean {
  return Object.keys(array).length !== array.length || hasSymbols(array)
}

/** What an object is that is not plain, in an error message. */
export function describeClass(object: object): string {
  const only = `only plain ${Array.isArray(object) ? 'arrays' : 'objects'}`
  const name = className(object)
  if (name !== '') return `an instance of ${name}, ${only}`
  return Object.getOwnPropertySymbols(object).length > 0
    ? `an object with symbols, ${only}`
    : `an object that inherits from another, ${only}`
}

/** The name of an object's class, if it is to be had and is not the one of plain objects. */
function className(object: object): string {
  let name: unknown
  try {
    name = object.constructor?.name
  } catch (error) {
    // A getter's error is not of interest, but that there is no stack left is.
    if (error instanceof RangeError || (error as Error | undefined)?.name === 'InternalError') throw error
  }
  return typeof name === 'string' && name !== 'Object' && name !== 'Array' ? name : ''
}
