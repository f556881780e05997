// Lists of keys for the input, as cpp/boundary/key_list.hpp reads them.
import { encodeUtf8 } from '../codec/text.js'

/** The lengths of well-formed keys as words, and their UTF-8 in a row. O(bytes). */
export function keyList(keys: readonly string[]): [Uint8Array, Uint8Array] {
  const text = keys.join('')
  const bytes = encodeUtf8(text)
  const isAscii = bytes.length === text.length
  const lengths = new Uint32Array(keys.length)
  keys.forEach((key, i) => (lengths[i] = isAscii ? key.length : encodeUtf8(key).length))
  return [new Uint8Array(lengths.buffer), bytes]
}
