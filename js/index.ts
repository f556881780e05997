// `hamt-wasm`: works at once. The wasm module is inside, and compiled synchronously on import.
import { start } from './core.js'
import { wasmBase64 } from './generated/wasm.js'

const text = atob(wasmBase64)
const bytes = new Uint8Array(text.length)
for (let i = 0; i < bytes.length; ++i) bytes[i] = text.charCodeAt(i)
start(new WebAssembly.Module(bytes))

export {
  applyDelta,
  deserialize,
  DisposedError,
  Hamt,
  openSnapshot,
  OpenedSnapshot,
  OpenedVersion,
  ProofError,
  provenance,
  readMeta,
  serialize,
  serializeDelta,
  SnapshotError,
  stats,
} from './core.js'
export type {
  Codec,
  DeserializeOptions,
  Difference,
  Draft,
  HamtOptions,
  OpenOptions,
  SerializeOptions,
  Stats,
} from './core.js'
