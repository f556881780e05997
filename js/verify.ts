/**
 * Verifies proofs against a digest, by the rules of cpp/digest/DIGEST.md. Pure TypeScript, no wasm, a few
 * kilobytes.
 *
 * @module hamt-wasm/verify
 */

import { sameBytes, takeBytes } from './codec/bytes.js'
import { decodeCbor } from './codec/cbor-decode.js'
import { encodeKey } from './codec/keys.js'
import { ProofError } from './errors.js'
import { compare, type KeyQuery, readProof } from './digest/proof-reader.js'
import { hashKey } from './digest/siphash.js'

export { ProofError } from './errors.js'

/** What a proof says about one key: its value, or that the map has no such key. */
export type ProofResult<V> =
  { readonly found: true; readonly value: V } | { readonly found: false; readonly value: undefined }

/** Turns a value's bytes into the value. The `codec` of a `Hamt` is one. */
export interface ValueDecoder<V> {
  /** The value of these bytes. */
  decode(bytes: Uint8Array): V
}

/**
 * Verifies that, in the map with this digest, `key` has a certain value or is absent, and says which. `proof`
 * is what `Hamt.prove(key)` made on a map with that digest; the digest must come from a source that you trust
 * (it is all you trust).
 *
 * Several keys at once: the keys of `Hamt.prove([k1, k2, …])`, in any order; the results are in the order in
 * which you name them.
 *
 * About 25 hashes for a map of 100,000 entries. Throws `TypeError` for arguments of a wrong type and for a
 * key with a lone surrogate, which no map has, and `ProofError` with one of these codes for a proof that does
 * not prove what was asked:
 * - `digest`: the digest is not 32 bytes long
 * - `version`: the proof has a format version that this code does not know
 * - `truncated`, `trailing`: it ends too early, or bytes follow it
 * - `malformed`: a field breaks a rule of the format
 * - `mismatch`: it does not lead to this digest: it was altered, or is for another map or other keys
 * - `value`: it holds, but `codec` cannot decode the value
 */
export function verifyProof<V = unknown>(
  digest: Uint8Array,
  key: string,
  proof: Uint8Array,
  codec?: ValueDecoder<V>,
): ProofResult<V>
export function verifyProof<V = unknown>(
  digest: Uint8Array,
  keys: readonly string[],
  proof: Uint8Array,
  codec?: ValueDecoder<V>,
): ProofResult<V>[]
export function verifyProof<V>(
  digest: Uint8Array,
  keys: string | readonly string[],
  proof: Uint8Array,
  codec: ValueDecoder<V> = cbor as ValueDecoder<V>,
): ProofResult<V> | ProofResult<V>[] {
  if (typeof codec?.decode !== 'function') throw new TypeError('a codec needs the function decode')
  const expected = takeBytes(digest, 'digest')
  const bytes = takeBytes(proof, 'proof')
  if (expected.length !== 32) throw new ProofError('digest', `a digest has 32 bytes, not ${expected.length}`)
  const asked: unknown[] = Array.isArray(keys) ? Array.from<unknown>(keys) : [keys]
  const queries = new Map<unknown, KeyQuery>()
  for (const key of asked) if (!queries.has(key)) queries.set(key, query(key))
  if (queries.size === 0) throw new TypeError('no keys to verify')
  const sorted = [...queries.values()].sort((a, b) => compare(a.key, b.key))

  if (!sameBytes(readProof(bytes, sorted), expected)) {
    throw new ProofError('mismatch', 'the proof does not lead to this digest')
  }
  const results = new Map<unknown, ProofResult<V>>()
  for (const [key, { value }] of queries)
    results.set(key, value ? found(value, codec) : { found: false, value: undefined })
  return Array.isArray(keys) ? asked.map((key) => results.get(key)!) : results.get(keys)!
}

const cbor: ValueDecoder<unknown> = { decode: decodeCbor }

function found<V>(bytes: Uint8Array, codec: ValueDecoder<V>): ProofResult<V> {
  try {
    return { found: true, value: codec.decode(new Uint8Array(bytes)) }
  } catch (error) {
    throw new ProofError('value', `the value that the proof carries cannot be decoded: ${String(error)}`)
  }
}

function query(key: unknown): KeyQuery {
  const bytes = encodeKey(key)
  return { key: bytes, hash: hashKey(bytes) }
}
