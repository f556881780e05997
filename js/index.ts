/**
 * Works at once: the wasm module is inside, and compiled synchronously on import.
 *
 * @module hamt-wasm
 */
import { bytesOfText, start } from './core.js'
import { text } from './generated/core-wasm.js'

start(new WebAssembly.Module(bytesOfText(text)))

export {
  applyDelta,
  deserialize,
  DisposedError,
  Hamt,
  InterruptedError,
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
  HamtInput,
  HamtOptions,
  OpenOptions,
  SerializeOptions,
  Stats,
} from './core.js'
