// Everything of the package except how the wasm module gets here. Not an entry point for users: index.ts and slim.ts re-export
// what they see.
import { Draft } from './map/draft.js'
import { Hamt } from './map/hamt.js'
import { OpenedSnapshot, OpenedVersion } from './snapshot/opened.js'

export { stats } from './map/stats.js'
export type { Stats } from './map/stats.js'
export type { HamtInput, HamtOptions } from './map/hamt.js'
export type { Difference } from './map/diff.js'
export type { Codec } from './codec/codec.js'
export { DisposedError, InterruptedError, ProofError, SnapshotError } from './errors.js'
export { applyDelta, deserialize, readMeta, serialize, serializeDelta } from './snapshot/snapshot.js'
export { openSnapshot } from './snapshot/opened.js'
export type { OpenOptions } from './snapshot/opened.js'
export type { DeserializeOptions, SerializeOptions } from './snapshot/snapshot.js'
export { Hamt, OpenedSnapshot, OpenedVersion }
export type { Draft }
export { provenance } from './generated/provenance.js'

// For the entry points of this package only.
export { check } from './wasm/errors.js'
export { takeOutput, usualCapacity, withInput, writeBytes } from './wasm/input.js'
export { isStarted, raw, start, startLater, startPart } from './wasm/instance.js'
export { Result, Status } from './generated/interface.js'
export { fresh, result } from './wasm/memory.js'
export { bytesOfText } from './wasm/text.js'
export { cbor, encodeCbor } from './codec/codec.js'
export { decodeCbor } from './codec/cbor-decode.js'
export { isWellFormed, kind, unshared } from './codec/text.js'
export { hashWords } from './digest/siphash.js'
/** @internal */
export { isDisposed, mapOf, trieOf, withHandle, withHandles } from './map/access.js'
export { emptyTrie } from './map/trie-store.js'
export { young } from './map/young-store.js'
export { cannotTell, platform } from './codec/plain.js'

// What consoles show of the classes that users meet, whatever a minifier has made of their names.
for (const [name, type] of Object.entries({ Draft, Hamt, OpenedSnapshot, OpenedVersion }))
  Object.defineProperty(type, 'name', { value: name })
