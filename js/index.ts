/**
 * Works at once: the wasm module is inside, and compiled, synchronously, when something first needs it: a map that grows large, or is compared,
 * digested, saved or merged.
 *
 * @module hamt-wasm
 */
import { bytesOfText, startLater } from './core.js'
import { text } from './generated/core-wasm.js'

startLater(() => new WebAssembly.Module(bytesOfText(text)))

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
