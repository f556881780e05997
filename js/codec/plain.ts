// What counts as a plain object.

/** Whether an object is a record: its prototype is null or the root of a chain, in whichever realm; no symbols. Not for arrays. */
export function isPlain(object: object): boolean {
  const prototype = Object.getPrototypeOf(object) as object | null
  if (prototype !== Object.prototype && prototype !== null) {
    if (Object.getPrototypeOf(prototype) !== null || ArrayBuffer.isView(object)) return false
  }
  return Object.getOwnPropertySymbols(object).length === 0
}

/** What an object is that is not plain, in an error message. */
export function describeClass(object: object): string {
  const name: unknown = object.constructor?.name
  return typeof name === 'string' && name !== 'Object' && name !== ''
    ? `an instance of ${name}, only plain objects`
    : 'an object with symbols, only plain objects'
}
