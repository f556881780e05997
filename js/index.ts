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
  DisposedError,
  Hamt,
  InterruptedError,
  ProofError,
  provenance,
  SnapshotError,
  stats,
} from './core.js'
export type { Codec, Difference, Draft, HamtInput, HamtOptions, Stats } from './core.js'
export {
  applyDelta,
  deserialize,
  openSnapshot,
  OpenedSnapshot,
  OpenedVersion,
  readMeta,
  serialize,
  serializeDelta,
} from './snapshot/index.js'
export type { DeserializeOptions, OpenOptions, SerializeOptions } from './snapshot/index.js'
