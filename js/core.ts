// Everything of the package except how the wasm module gets here. Not an entry point for users: index.ts and slim.ts re-export
// what they see.
export { Hamt, stats } from './hamt.js'
export type { HamtOptions, Stats } from './hamt.js'
export type { Draft } from './draft.js'
export type { Difference } from './diff.js'
export type { Codec } from './codec.js'
export { DisposedError, ProofError, SnapshotError } from './errors.js'
export {
  applyDelta,
  deserialize,
  openSnapshot,
  OpenedSnapshot,
  OpenedVersion,
  readMeta,
  serialize,
  serializeDelta,
} from './snapshot.js'
export type * from './snapshot.js'
export { provenance } from './generated/provenance.js'

// For the entry points of this package only.
export { check, raw, start, takeOut, withBytes } from './engine.js'
export type { Raw } from './engine.js'
export { cbor } from './codec.js'
/** @internal */
export { fromHandle } from './hamt.js'
export { withHandle, withHandles } from './lineage.js'
