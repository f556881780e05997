/**
 * Verifies proofs against a digest, by the rules of cpp/digest/DIGEST.md. Pure TypeScript, no wasm, a few kilobytes.
 *
 * @module hamt-wasm/verify
 */

import { decodeCbor } from './codec/cbor-decode.js'
import { ProofError } from './errors.js'
import { compare, type Question, readProof } from './digest/proof-reader.js'
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
 * Verifies that, in the map with this digest, `key` has a certain value or is absent, and says which. `proof` is what
 * `Hamt.prove(key)` made on a map with that digest; the digest must come from somebody you trust (it is all you trust).
 *
 * Several keys at once: the keys of `Hamt.prove([k1, k2, …])`, in any order; the results are in the order in which you name them.
 *
 * About 25 hashes for a map of 100,000 entries. Throws `TypeError` for arguments of a wrong type and for a key with a lone surrogate, which
 * no map has, and `ProofError` with one of these codes for a proof that does not prove what was asked:
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
  if (!isBytes(digest)) throw new TypeError('digest must be a Uint8Array')
  if (!isBytes(proof)) throw new TypeError('proof must be a Uint8Array')
  if (digest.length !== 32) throw new ProofError('digest', `a digest has 32 bytes, not ${digest.length}`)
  const several = Array.isArray(keys)
  const questions = new Map<string, Question>()
  for (const key of several ? (keys as readonly string[]) : [keys as string]) {
    if (!questions.has(key)) questions.set(key, question(key))
  }
  if (questions.size === 0) throw new TypeError('no keys to verify')
  const sorted = [...questions.values()].sort((a, b) => compare(a.key, b.key))

  const computed = readProof(proof, sorted)
  if (compare(computed, digest) !== 0) {
    throw new ProofError('mismatch', 'the proof does not lead to this digest')
  }
  const results = new Map<string, ProofResult<V>>()
  for (const [key, { value }] of questions)
    results.set(key, value ? found(value, codec) : { found: false, value: undefined })
  return several ? (keys as readonly string[]).map((key) => results.get(key)!) : results.get(keys as string)!
}

/** Not by instanceof: bytes may come from another window or worker, with a Uint8Array of its own. */
function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === '[object Uint8Array]'
}

const cbor: ValueDecoder<unknown> = { decode: decodeCbor }

function found<V>(bytes: Uint8Array, codec: ValueDecoder<V>): ProofResult<V> {
  try {
    return { found: true, value: codec.decode(bytes.slice()) }
  } catch (error) {
    throw new ProofError('value', `the value that the proof carries cannot be decoded: ${String(error)}`)
  }
}

const utf8 = new TextEncoder()

function question(key: string): Question {
  if (typeof key !== 'string') throw new TypeError('a key must be a string')
  if (/\p{Surrogate}/u.test(key)) throw new TypeError('a key must not have a lone surrogate')
  const bytes = utf8.encode(key)
  return { key: bytes, hash: hashKey(bytes) }
}
