// Everything of the package except how the wasm module gets here. Not an entry point for users: index.ts and
// slim.ts re-export what they see.
import type { Draft } from './map/draft.js'
import { Hamt } from './map/hamt.js'

export { stats } from './map/stats.js'
export type { Stats } from './map/stats.js'
export type { HamtInput } from './map/types.js'
export type { HamtOptions } from './map/options.js'
export type { Difference } from './map/diff.js'
export type { Codec } from './codec/codec.js'
export { DisposedError, InterruptedError, ProofError, SnapshotError } from './errors.js'
export { Hamt }
export type { Draft }
export { provenance } from './generated/provenance.js'

// For the entry points of this package only.
export { check } from './wasm/errors.js'
export { takeOutput, usualCapacity, withInput, writeBytes } from './wasm/input.js'
export { giveBack, type Kind, own, type Owned } from './wasm/handles.js'
export { isStarted, raw, start, startLater, startPart } from './wasm/instance.js'
export type { Exports } from './generated/interface.js'
export { fresh, result } from './wasm/memory.js'
export { bytesOfText } from './wasm/text.js'
export { isBytes, sameBytes, takeBytes, viewBytes } from './codec/bytes.js'
export { ByteReader } from './codec/byte-reader.js'
export { cbor, codecOption, encodeCbor } from './codec/codec.js'
export { CborError, decodeCbor } from './codec/cbor-decode.js'
export { encodeKey } from './codec/keys.js'
export { given } from './codec/options.js'
export { isWellFormed, kind, unshared } from './codec/text.js'
/** @internal */
export { decoder, encoder, latin1, strictDecoder } from './codec/text.js'
export { hashWords, nodeLevels } from './digest/siphash.js'
/** @internal */
export { checkUsable, codecOf, isDisposed, mapOf, trieOf, withHandle, withHandles } from './map/access.js'
/** @internal */
export { isHamt, isOwn } from './map/hamt.js'
export { fromStored, isReferable, storedFromBytes } from './map/stored.js'
export { emptyTrie, TrieStore } from './map/trie-store.js'
export { young } from './map/young-store.js'
export { cannotTell, platform } from './codec/plain.js'

// What consoles show of maps, whatever the minifier of an application has made of the name.
Object.defineProperty(Hamt, 'name', { value: 'Hamt' })
