// Snapshots and deltas: what `hamt-wasm` (through embedded.ts) and `hamt-wasm/slim` re-export. Bundles in
// which nothing of it is used leave it out.
import { OpenedSnapshot, OpenedVersion } from './opened.js'

export { openSnapshot } from './opened.js'
export type { OpenOptions } from './opened.js'
export { applyDelta, deserialize, readMeta, serialize, serializeDelta } from './snapshot.js'
export type { DeserializeOptions, SerializeOptions } from './snapshot.js'
export { OpenedSnapshot, OpenedVersion }

// For embedded.ts only.
export { carryWasm } from './native.js'
