// The order of iteration for keys that are in no trie: that of the trie, by the digits of their hashes (cpp/trie/order.hpp).
//
// The hash is SipHash-1-3 (Aumasson and Bernstein 2012) with the key (0, 0) over the UTF-8 bytes of a key and one byte 0xff, in
// halves of 32 bits.

const encoder = new TextEncoder()
let buffer = new Uint8Array(256)

/** Halves of the last hash, low and high: typed, so that V8 stores them without a box. */
const hashed = new Int32Array(2)

/** Writes what is hashed into `buffer`, padded to whole blocks of eight bytes; gives its length. */
function writeBlocks(key: string): number {
  const { length } = key
  if (3 * length + 16 > buffer.length) buffer = new Uint8Array(6 * length + 16)
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
  const size = n + 1
  bytes[n++] = 0xff
  while ((n & 7) !== 7) bytes[n++] = 0
  bytes[n++] = size
  return n
}

/** Hashes a well-formed key; leaves the hash in `hashed`. O(length). All state is local: some 200 ns for 42 characters. */
function hash(key: string): void {
  const end = writeBlocks(key)
  const bytes = buffer
  let al = 0x7073_6575
  let ah = 0x736f_6d65
  let bl = 0x6e64_6f6d
  let bh = 0x646f_7261
  let cl = 0x6e65_7261
  let ch = 0x6c79_6765
  let dl = 0x7974_6573
  let dh = 0x7465_6462
  // A round for each block, and three to finish.
  for (let at = 0; at < end + 24; at += 8) {
    let ml = 0
    let mh = 0
    if (at < end) {
      ml = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
      mh = bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24)
      dl ^= ml
      dh ^= mh
    } else if (at === end) cl ^= 0xff
    // a += b; b = rotl(b, 13) ^ a; a = rotl(a, 32)
    let sum = (al >>> 0) + (bl >>> 0)
    ah = (ah + bh + (sum > 0xffff_ffff ? 1 : 0)) | 0
    al = sum | 0
    let t = (bl << 13) | (bh >>> 19)
    bh = ((bh << 13) | (bl >>> 19)) ^ ah
    bl = t ^ al
    t = al
    al = ah
    ah = t
    // c += d; d = rotl(d, 16) ^ c
    sum = (cl >>> 0) + (dl >>> 0)
    ch = (ch + dh + (sum > 0xffff_ffff ? 1 : 0)) | 0
    cl = sum | 0
    t = (dl << 16) | (dh >>> 16)
    dh = ((dh << 16) | (dl >>> 16)) ^ ch
    dl = t ^ cl
    // a += d; d = rotl(d, 21) ^ a
    sum = (al >>> 0) + (dl >>> 0)
    ah = (ah + dh + (sum > 0xffff_ffff ? 1 : 0)) | 0
    al = sum | 0
    t = (dl << 21) | (dh >>> 11)
    dh = ((dh << 21) | (dl >>> 11)) ^ ah
    dl = t ^ al
    // c += b; b = rotl(b, 17) ^ c; c = rotl(c, 32)
    sum = (cl >>> 0) + (bl >>> 0)
    ch = (ch + bh + (sum > 0xffff_ffff ? 1 : 0)) | 0
    cl = sum | 0
    t = (bl << 17) | (bh >>> 15)
    bh = ((bh << 17) | (bl >>> 15)) ^ ch
    bl = t ^ cl
    t = cl
    cl = ch
    ch = t
    al ^= ml
    ah ^= mh
  }
  hashed[0] = al ^ bl ^ cl ^ dl
  hashed[1] = ah ^ bh ^ ch ^ dh
}

/** The six lowest digits of a hash, five bits each, lowest first, as one number of 30 bits that sorts as they do. */
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

/** Well-formed, distinct keys in the order of iteration. O(n log n); allocates the result and 8 bytes a key. */
export function inHashOrder(keys: readonly string[]): string[] {
  const n = keys.length
  const places = new Float64Array(n)
  for (let i = 0; i < n; ++i) places[i] = firstDigits(keys[i]!) * 2 ** 22 + i // below 2^52; `n` is below 2^22
  places.sort()
  const sorted = Array.from(places, (place) => keys[place % 2 ** 22]!)
  for (let begin = 0, end = 1; end <= n; ++end) {
    if (end < n && Math.floor(places[end]! / 2 ** 22) === Math.floor(places[begin]! / 2 ** 22)) continue
    if (end - begin > 1) {
      const alike = sorted.slice(begin, end).map((key) => ({ key, digits: lastDigits(key) }))
      alike.sort((a, b) => a.digits - b.digits || compareText(a.key, b.key))
      for (let i = begin; i < end; ++i) sorted[i] = alike[i - begin]!.key
    }
    begin = end
  }
  return sorted
}
