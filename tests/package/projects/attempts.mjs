// What a platform that compiles no bytes allows: each use, and its result or its error. `wasm` is hamt.wasm as it was imported.
import { Hamt } from 'hamt-wasm'
import { load } from 'hamt-wasm/slim'
import { verifyProof } from 'hamt-wasm/verify'

export async function attempts(wasm) {
  const uses = {
    small: () => Hamt.from({ a: 1 }).set('b', 2).toJSON(),
    verify: () => verifyProof(new Uint8Array(32), 'a', new Uint8Array(9)),
    large: () => Hamt.from(Array.from({ length: 17_000 }, (_, i) => [`key ${i}`, i])).size,
    digest: () => Hamt.from({ a: 1 }).digest(),
    'load()': () => load(),
    'load(bytes)': () => load(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])),
    'load(namespace)': () => load({ default: wasm }),
    'load(module)': () => load(wasm),
  }
  const seen = {}
  for (const [name, use] of Object.entries(uses)) {
    try {
      seen[name] = (await use()) ?? 'done'
    } catch (error) {
      seen[name] = error.message
    }
  }
  return seen
}
