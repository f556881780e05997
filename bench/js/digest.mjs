// Digests and proofs: a map of 100,000 entries with keys of 42 characters, and @noble/hashes doing as many
// hashes of the same size.
//
//     node bench/js/digest.mjs          (after a build; a few seconds)
import { keccak_256 } from '@noble/hashes/sha3.js'
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { Hamt } from 'hamt-wasm'
import { verifyProof } from 'hamt-wasm/verify'

const entries = 100_000
const keyOf = (n) =>
  `0x${(BigInt(n + 1) * 0x9e3779b97f4a7c15f39cc0605cedc8341082276bn).toString(16).padStart(40, '0').slice(-40)}`

function milliseconds(f) {
  const start = performance.now()
  f()
  return performance.now() - start
}

/** The median of several runs: `f` gives the milliseconds of one. */
function median(runs, f) {
  const times = Array.from({ length: runs }, f).sort((a, b) => a - b)
  return times[runs >> 1]
}

export function benchDigest() {
  const list = Array.from({ length: entries }, (_, n) => [keyOf(n), { balance: BigInt(n), active: true }])
  Hamt.from(list.slice(0, 2000)).digest()

  const full = median(5, () => {
    const map = Hamt.from(list)
    return milliseconds(() => map.digest())
  })

  let map = Hamt.from(list)
  map.digest()
  let next = 0
  const edit = median(1000, () => {
    map = map.set(keyOf((next += 7919) % entries), next)
    return milliseconds(() => map.digest())
  })

  const digest = map.digest()
  let proofBytes = 0
  let prove = 0
  const proofs = Array.from({ length: 1000 }, (_, i) => {
    const key = i % 2 ? keyOf((i * 97) % entries) : keyOf(entries + i) // half of them absent
    let proof
    prove += milliseconds(() => (proof = map.prove(key)))
    proofBytes = Math.max(proofBytes, proof.length)
    return [key, proof]
  })
  next = 0
  const verify = median(proofs.length, () => {
    const [key, proof] = proofs[next++]
    return milliseconds(() => {
      if (verifyProof(digest, key, proof).found !== map.has(key))
        throw new Error('a proof says something else than the map')
    })
  })

  // An entry costs two hashes: its own, and one of the tree above it. All are one permutation.
  const message = new Uint8Array(65)
  const noble = milliseconds(() => {
    for (let i = 0; i < 2 * entries; ++i) message.set(keccak_256(message), 1)
  })

  const verifier = readFileSync(new URL('../../dist/verify.js', import.meta.url))
  return {
    entries,
    fullDigestMs: full,
    afterOneEditUs: 1000 * edit,
    largestProofBytes: proofBytes,
    proveUs: (1000 * prove) / proofs.length,
    verifyMs: verify,
    nobleSameHashesMs: noble,
    nobleRatio: noble / full,
    verifierGzipBytes: gzipSync(verifier, { level: 9 }).length,
  }
}

if (import.meta.url === `file://${process.argv[1]}`) console.log(benchDigest())
