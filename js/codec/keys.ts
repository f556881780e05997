// Keys: which strings are keys, and their UTF-8.
import { encodeUtf8, isWellFormed, kind } from './text.js'

/** TypeError unless `key` is a well-formed string. O(length); does not allocate. */
export function checkKey(key: unknown): asserts key is string {
  if (typeof key !== 'string') throw new TypeError(`a key must be a string, not ${kind(key)}`)
  if (!isWellFormed(key)) throw new TypeError('a key must be well-formed: this one has a lone surrogate')
}

/** The UTF-8 of a key. TypeError unless it is a well-formed string. O(length). */
export function encodeKey(key: unknown): Uint8Array {
  checkKey(key)
  return encodeUtf8(key)
}
