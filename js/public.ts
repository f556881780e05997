// What `hamt-wasm` and `hamt-wasm/slim` both export: one list.
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
