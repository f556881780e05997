// A bundle that imports the package and uses nothing of it.
import { NodeRegistry } from 'hamt-wasm/sortition'
import { verifyProof } from 'hamt-wasm/verify'
import { Hamt } from 'hamt-wasm/slim'

export const answer = 42
