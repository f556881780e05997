// A store that answers wrongly: for tests of what reads from stores.
import type { BlockStore } from 'hamt-wasm/blocks'

/** Gives, for every `rate`-th block, another one that it has given before, or one with a flipped bit. */
export function lyingStore(store: BlockStore, rate: number): BlockStore {
  let calls = 0
  let last: Uint8Array | undefined
  return {
    async get(digest) {
      const block = await store.get(digest)
      if (!block || ++calls % rate !== 0) return (last = block ?? undefined)
      if (last && calls % 2 === 0) return last
      const wrong = block.slice()
      wrong[calls % wrong.length]! ^= 1 << (calls % 8)
      return wrong
    },
    put: (digest, block) => store.put(digest, block),
  }
}
