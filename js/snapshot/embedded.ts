// Snapshots with their part of the wasm module inside.
import { text } from '../generated/snapshots-wasm.js'
import { carryWasm } from './index.js'

carryWasm(text)

export {
  applyDelta,
  deserialize,
  openSnapshot,
  OpenedSnapshot,
  OpenedVersion,
  readMeta,
  serialize,
  serializeDelta,
} from './index.js'
