// Blocks in a Map.
import type { BlockStore } from 'hamt-wasm/blocks'

/** Forgets everything with the program. */
export function memoryStore(blocks = new Map<string, Uint8Array>()): BlockStore {
  return {
    get: (digest) => blocks.get(digest.join()),
    put: (digest, block) => blocks.set(digest.join(), block),
  }
}
