// Blocks in IndexedDB, the database of browsers.
import type { BlockStore } from 'hamt-wasm/blocks'

const key = (digest: Uint8Array) => new Uint8Array(digest)

const done = <T>(request: IDBRequest): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result as T)
    request.onerror = () => reject(request.error!)
  })

/** A database with this name, made when it is not there. */
export async function indexedDbStore(name: string): Promise<BlockStore> {
  const opening = indexedDB.open(name, 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore('blocks')
  const database = await done<IDBDatabase>(opening)
  const blocks = (mode: IDBTransactionMode) => database.transaction('blocks', mode).objectStore('blocks')
  return {
    get: (digest) => done<Uint8Array | undefined>(blocks('readonly').get(key(digest))),
    put: (digest, block) => done(blocks('readwrite').put(block, key(digest))),
    getMany(digests) {
      const store = blocks('readonly')
      return Promise.all(digests.map((digest) => done<Uint8Array | undefined>(store.get(key(digest)))))
    },
    putMany: (many) =>
      new Promise<void>((resolve, reject) => {
        const store = blocks('readwrite')
        for (const { digest, block } of many) store.put(block, key(digest))
        store.transaction.oncomplete = () => resolve()
        store.transaction.onabort = () => reject(store.transaction.error!)
      }),
  }
}
