// SipHash-1-3 with key (0, 0) over a key's bytes and one more byte 0xff: the hash that decides a key's place in the trie.
// SipHash is by Aumasson and Bernstein; "1-3" is one round for each 8 bytes and three to finish.

const MASK = 0xffff_ffff_ffff_ffffn

const add = (a: bigint, b: bigint): bigint => (a + b) & MASK
const rotate = (a: bigint, by: bigint): bigint => ((a << by) & MASK) | (a >> (64n - by))

/** The 64-bit hash of a key. O(bytes); some microseconds for a short key, as it works on bigints. */
export function hashKey(key: Uint8Array): bigint {
  const size = key.length + 1
  const padded = new DataView(new ArrayBuffer((size & ~7) + 8))
  new Uint8Array(padded.buffer).set(key)
  padded.setUint8(key.length, 0xff)
  padded.setUint8(padded.byteLength - 1, size)

  let a = 0x736f_6d65_7073_6575n
  let b = 0x646f_7261_6e64_6f6dn
  let c = 0x6c79_6765_6e65_7261n
  let d = 0x7465_6462_7974_6573n
  const round = (): void => {
    a = add(a, b)
    b = rotate(b, 13n) ^ a
    a = rotate(a, 32n)
    c = add(c, d)
    d = rotate(d, 16n) ^ c
    a = add(a, d)
    d = rotate(d, 21n) ^ a
    c = add(c, b)
    b = rotate(b, 17n) ^ c
    c = rotate(c, 32n)
  }
  for (let at = 0; at < padded.byteLength; at += 8) {
    const word = padded.getBigUint64(at, true)
    d ^= word
    round()
    a ^= word
  }
  c ^= 0xffn
  for (let i = 0; i < 3; ++i) round()
  return a ^ b ^ c ^ d
}
