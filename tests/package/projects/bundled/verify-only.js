// A bundle that verifies proofs only.
import { verifyProof } from 'hamt-wasm/verify'

export const check = (digest, key, proof) => verifyProof(digest, key, proof).found
