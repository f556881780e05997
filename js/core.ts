// Everything of the package except how the wasm module gets here. Not an entry point for users: index.ts and slim.ts re-export
// what they see.
import { Draft } from './draft.js'
import { Hamt } from './hamt.js'
import { OpenedSnapshot, OpenedVersion } from './snapshot.js'

export { stats } from './hamt.js'
export type { HamtOptions, Stats } from './hamt.js'
export type { Difference } from './diff.js'
export type { Codec } from './codec.js'
export { DisposedError, ProofError, SnapshotError } from './errors.js'
export { applyDelta, deserialize, openSnapshot, readMeta, serialize, serializeDelta } from './snapshot.js'
export type * from './snapshot.js'
export { Hamt, OpenedSnapshot, OpenedVersion }
export type { Draft }
export { provenance } from './generated/provenance.js'

// For the entry points of this package only.
export { check, raw, start, takeOut, withBytes } from './engine.js'
export { cbor } from './codec.js'
/** @internal */
export { fromHandle } from './hamt.js'
export { withHandle, withHandles } from './lineage.js'

// What consoles show of the classes that users meet, whatever a minifier has made of their names.
for (const [name, type] of Object.entries({ Draft, Hamt, OpenedSnapshot, OpenedVersion }))
  Object.defineProperty(type, 'name', { value: name })
