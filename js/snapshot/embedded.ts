// Snapshots with their part of the wasm module inside: what the build gives the main entry in place of
// index.ts.
import { text } from '../generated/snapshots-wasm.js'
import * as snapshots from './index.js'

snapshots.carryWasm(text)

// Variables of this file's own: bundlers look through what is only exported again, and would leave out the
// line above.
export const applyDelta = snapshots.applyDelta
export const deserialize = snapshots.deserialize
export const openSnapshot = snapshots.openSnapshot
export const OpenedSnapshot = snapshots.OpenedSnapshot
export const OpenedVersion = snapshots.OpenedVersion
export const readMeta = snapshots.readMeta
export const serialize = snapshots.serialize
export const serializeDelta = snapshots.serializeDelta
