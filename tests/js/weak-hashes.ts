// Hashes of keys that are worse than the real one, for tests of collisions.
import { hashKey, type KeyHash } from './digest-reference.js'

/**
 * Hashes under which keys share slots, long paths, or everything. The native tests have the same ones, by
 * these names.
 */
export const hashes: Record<string, KeyHash> = {
  real: hashKey,
  'two-bits': (key) => hashKey(key) & 3n,
  'two-bits-at-the-last-level': (key) => (hashKey(key) & 3n) << 60n,
  'one-bit-a-level': (key) => hashKey(key) & 0x1084_2108_4210_8421n,
  constant: () => 0x0123_4567_89ab_cdefn,
}
