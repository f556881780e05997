// The order of iteration for keys that are in no trie: that of the trie, by the digits of their hashes
// (cpp/trie/order.hpp).
import { encoder } from '../codec/text.js'
import { endBlocks, hashBlocks, hashed } from '../digest/siphash.js'

const usual = new Uint8Array(1024)
let buffer = usual

/** Writes what is hashed into `buffer`, padded to whole blocks of eight bytes; gives its length. */
function writeBlocks(key: string): number {
  const { length } = key
  const size = 3 * length + 16
  buffer = size <= usual.length ? usual : size <= buffer.length ? buffer : new Uint8Array(size)
  const bytes = buffer
  let n = 0
  for (; n < length; ++n) {
    const c = key.charCodeAt(n)
    if (c > 127) {
      n = encoder.encodeInto(key, bytes).written
      break
    }
    bytes[n] = c
  }
  return endBlocks(bytes, n)
}

/** Hashes a well-formed key; leaves the hash in `hashed`. O(length). */
function hash(key: string): void {
  const end = writeBlocks(key) // may replace the buffer
  hashBlocks(buffer, end)
}

/**
 * The six lowest digits of a hash, five bits each, lowest first, as one number of 30 bits that sorts as they
 * do.
 */
function firstDigits(key: string): number {
  hash(key)
  const low = hashed[0]!
  let order = 0
  for (let shift = 0; shift < 30; shift += 5) order = (order << 5) | ((low >>> shift) & 31)
  return order
}

/** The other digits: seven, of which the last has four bits. */
function lastDigits(key: string): number {
  hash(key)
  const low = hashed[0]!
  const high = hashed[1]!
  let order = ((low >>> 30) | (high << 2)) & 31
  for (let shift = 35; shift < 60; shift += 5) order = order * 32 + ((high >>> (shift - 32)) & 31)
  return order * 16 + (high >>> 28)
}

/** Compares by UTF-8 bytes, as C++ compares colliding keys: by code points. */
function compareText(a: string, b: string): number {
  const [x, y] = [encoder.encode(a), encoder.encode(b)]
  const n = Math.min(x.length, y.length)
  for (let i = 0; i < n; ++i) if (x[i] !== y[i]) return x[i]! - y[i]!
  return x.length - y.length
}

/**
 * Well-formed, distinct keys in the order of iteration. O(n log n); allocates the result and 8 bytes a key.
 */
export function inHashOrder(keys: readonly string[]): string[] {
  const n = keys.length
  const packed = new Float64Array(n)
  for (let i = 0; i < n; ++i) packed[i] = firstDigits(keys[i]!) * 2 ** 22 + i // below 2^52: n is below 2^22
  packed.sort()
  const sorted = Array.from(packed, (digitsAndIndex) => keys[digitsAndIndex % 2 ** 22]!)
  for (let begin = 0, end = 1; end <= n; ++end) {
    if (end < n && Math.floor(packed[end]! / 2 ** 22) === Math.floor(packed[begin]! / 2 ** 22)) continue
    if (end - begin > 1) {
      const alike = sorted.slice(begin, end).map((key) => ({ key, digits: lastDigits(key) }))
      alike.sort((a, b) => a.digits - b.digits || compareText(a.key, b.key))
      for (let i = begin; i < end; ++i) sorted[i] = alike[i - begin]!.key
    }
    begin = end
  }
  buffer = usual
  return sorted
}
