// Snapshots and deltas: what `hamt-wasm` and `hamt-wasm/slim` re-export. A bundle in which nothing of it is used leaves it out.
import { OpenedSnapshot, OpenedVersion } from './opened.js'

export { openSnapshot } from './opened.js'
export type { OpenOptions } from './opened.js'
export { applyDelta, deserialize, readMeta, serialize, serializeDelta } from './snapshot.js'
export type { DeserializeOptions, SerializeOptions } from './snapshot.js'
export { OpenedSnapshot, OpenedVersion }

// For embedded.ts only.
export { carryWasm } from './native.js'

// As in core.ts.
for (const [name, type] of Object.entries({ OpenedSnapshot, OpenedVersion }))
  Object.defineProperty(type, 'name', { value: name })
