// Blocks as files of a folder.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BlockStore } from 'hamt-wasm/blocks'

let temporary = 0

/**
 * A file for each block, in 256 folders. A block appears under its name only when all of it is written. A
 * process that is killed leaves files that end in `.new`, which may be deleted when nobody writes.
 */
export function folderStore(path: string): BlockStore {
  const pathsOf = (digest: Uint8Array) => {
    const name = Buffer.from(digest).toString('hex')
    return { folder: join(path, name.slice(0, 2)), file: join(path, name.slice(0, 2), name) }
  }
  return {
    get: (digest) =>
      readFile(pathsOf(digest).file).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined
        throw error
      }),
    async put(digest, block) {
      const { folder, file } = pathsOf(digest)
      const beside = `${file}.${process.pid}.${temporary++}.new`
      await mkdir(folder, { recursive: true })
      await writeFile(beside, block, { flush: true })
      await rename(beside, file)
    },
  }
}
