// Blocks in LevelDB, an embedded database: npm install classic-level.
import type { ClassicLevel } from 'classic-level'
import type { BlockStore } from 'hamt-wasm/blocks'

/** `db` is open, or opens itself: new ClassicLevel(path, { keyEncoding: 'view', valueEncoding: 'view' }). */
export function levelStore(db: ClassicLevel<Uint8Array, Uint8Array>): BlockStore {
  return {
    get: (digest) => db.get(digest),
    put: (digest, block) => db.put(digest, block),
    has: (digest) => db.has(digest),
    getMany: (digests) => db.getMany([...digests]),
    putMany: (blocks) =>
      db.batch(blocks.map(({ digest, block }) => ({ type: 'put', key: digest, value: block }))),
  }
}
