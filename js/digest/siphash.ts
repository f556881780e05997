// SipHash-1-3 with key (0, 0) over a key's bytes and one more byte 0xff: the hash that decides a key's
// position in the trie.
//
// SipHash is by Aumasson and Bernstein (2012); "1-3" is one round for each 8 bytes and three to finish. Words
// of 64 bits are in halves of 32.

/**
 * Levels of nodes, each of which takes a digit of five bits of the hash, the last one four: `digits::levels`
 * in cpp/trie/bits.hpp. What is below them collides.
 */
export const nodeLevels = 13

/** A hash of 64 bits as two unsigned words. */
export interface Hash64 {
  readonly low: number
  readonly high: number
}

/** Halves of the last hash, low and high: typed, so that V8 stores them without a box. */
export const hashed = new Int32Array(2)

/**
 * Ends a key of `n` bytes, which fill the beginning of `bytes`, with what SipHash adds to it; gives the
 * length, a multiple of eight.
 */
export function endBlocks(bytes: Uint8Array, n: number): number {
  const size = n + 1
  bytes[n++] = 0xff
  while ((n & 7) !== 7) bytes[n++] = 0
  bytes[n++] = size
  return n
}

/**
 * Hashes what `endBlocks` has made; leaves the hash in `hashed`. O(bytes). All state is local: some 200 ns
 * for 42 bytes.
 */
export function hashBlocks(bytes: Uint8Array, end: number): void {
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

let buffer = new Uint8Array(256)

/** The hash of a key as two words. O(bytes); allocates the result only. */
export function hashWords(key: Uint8Array): Hash64 {
  if (key.length + 16 > buffer.length) buffer = new Uint8Array(2 * key.length + 16)
  buffer.set(key)
  hashBlocks(buffer, endBlocks(buffer, key.length))
  return { low: hashed[0]! >>> 0, high: hashed[1]! >>> 0 }
}

/** The 64-bit hash of a key. O(bytes). */
export function hashKey(key: Uint8Array): bigint {
  const { low, high } = hashWords(key)
  return (BigInt(high) << 32n) | BigInt(low)
}
