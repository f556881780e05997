// Which strings are keys.
import { isWellFormed, kind } from './text.js'

/** TypeError unless `key` is a well-formed string. O(length); does not allocate. */
export function checkKey(key: unknown): asserts key is string {
  if (typeof key !== 'string') throw new TypeError(`a key must be a string, not ${kind(key)}`)
  if (!isWellFormed(key)) throw new TypeError('a key must be well-formed: this one has a lone surrogate')
}
