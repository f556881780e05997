// SipHash-1-3 with key (0, 0) over a key's bytes and one more byte 0xff: the hash that decides a key's position in the trie.
// SipHash is by Aumasson and Bernstein; "1-3" is one round for each 8 bytes and three to finish.

/** A hash of 64 bits as two unsigned words. */
export interface Hash64 {
  readonly low: number
  readonly high: number
}

/** The 64-bit hash of a key. O(bytes); a microsecond for a short key. */
export function hashKey(key: Uint8Array): bigint {
  const { low, high } = hashWords(key)
  return (BigInt(high) << 32n) | BigInt(low)
}

/** The hash of a key as two words. O(bytes); allocates the result only. */
export function hashWords(key: Uint8Array): Hash64 {
  // The state's four lanes, low and high words.
  let al = 0x7073_6575
  let ah = 0x736f_6d65
  let bl = 0x6e64_6f6d
  let bh = 0x646f_7261
  let cl = 0x6e65_7261
  let ch = 0x6c79_6765
  let dl = 0x7974_6573
  let dh = 0x7465_6462

  const blocks = ((key.length + 1) >>> 3) + 1
  const at = (i: number): number =>
    i < key.length ? key[i]! : i === key.length ? 0xff : i === 8 * blocks - 1 ? (key.length + 1) & 0xff : 0
  for (let block = 0; block < blocks + 3; ++block) {
    let wl = 0
    let wh = 0
    if (block < blocks) {
      const i = 8 * block
      if (i + 8 <= key.length) {
        wl = key[i]! | (key[i + 1]! << 8) | (key[i + 2]! << 16) | (key[i + 3]! << 24)
        wh = key[i + 4]! | (key[i + 5]! << 8) | (key[i + 6]! << 16) | (key[i + 7]! << 24)
      } else {
        wl = at(i) | (at(i + 1) << 8) | (at(i + 2) << 16) | (at(i + 3) << 24)
        wh = at(i + 4) | (at(i + 5) << 8) | (at(i + 6) << 16) | (at(i + 7) << 24)
      }
      dl ^= wl
      dh ^= wh
    } else if (block === blocks) cl ^= 0xff

    // a += b; b = rotl(b, 13) ^ a; a = rotl(a, 32)
    let sum = (al >>> 0) + (bl >>> 0)
    ah = (ah + bh + (sum > 0xffff_ffff ? 1 : 0)) | 0
    al = sum | 0
    let tl = (bl << 13) | (bh >>> 19)
    bh = ((bh << 13) | (bl >>> 19)) ^ ah
    bl = tl ^ al
    tl = al
    al = ah
    ah = tl
    // c += d; d = rotl(d, 16) ^ c
    sum = (cl >>> 0) + (dl >>> 0)
    ch = (ch + dh + (sum > 0xffff_ffff ? 1 : 0)) | 0
    cl = sum | 0
    tl = (dl << 16) | (dh >>> 16)
    dh = ((dh << 16) | (dl >>> 16)) ^ ch
    dl = tl ^ cl
    // a += d; d = rotl(d, 21) ^ a
    sum = (al >>> 0) + (dl >>> 0)
    ah = (ah + dh + (sum > 0xffff_ffff ? 1 : 0)) | 0
    al = sum | 0
    tl = (dl << 21) | (dh >>> 11)
    dh = ((dh << 21) | (dl >>> 11)) ^ ah
    dl = tl ^ al
    // c += b; b = rotl(b, 17) ^ c; c = rotl(c, 32)
    sum = (cl >>> 0) + (bl >>> 0)
    ch = (ch + bh + (sum > 0xffff_ffff ? 1 : 0)) | 0
    cl = sum | 0
    tl = (bl << 17) | (bh >>> 15)
    bh = ((bh << 17) | (bl >>> 15)) ^ ch
    bl = tl ^ cl
    tl = cl
    cl = ch
    ch = tl

    al ^= wl
    ah ^= wh
  }
  return { low: (al ^ bl ^ cl ^ dl) >>> 0, high: (ah ^ bh ^ ch ^ dh) >>> 0 }
}
