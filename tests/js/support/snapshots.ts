// Snapshots in tests: a sample, seals that are right again, and what is left afterwards.
import { Hamt, SnapshotError, stats } from 'hamt-wasm'
import { checksum } from '../../vectors/snapshots/generate.mjs'

export const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
/** A file with the checksum that its bytes have. */
export const sealed = (bytes: Uint8Array) => {
  const copy = Uint8Array.from(bytes)
  copy.set(checksum(copy.subarray(0, -8)), copy.length - 8)
  return copy
}
/** What maps take in wasm. */
export const live = () => {
  const { maps, nodes, bytes } = stats()
  return { maps, nodes, bytes }
}
/** The error of a file that is refused. */
export const refusal = (f: () => unknown): SnapshotError => {
  try {
    f()
  } catch (error) {
    if (error instanceof SnapshotError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
export const disposeAll = (maps: Iterable<{ dispose(): void }>) => {
  for (const map of maps) map.dispose()
}

/** Three versions. */
export const sample = () => {
  const a = Hamt.from({ alice: 1, bob: 2, börge: 3 })
  return [a, a.set('bob', 4), a.delete('alice').set('zoë', 5)]
}
