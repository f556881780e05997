// Maps in memory into node tables and block stores.
import { check, encodeCbor, Hamt, io, raw, takeOut, withBytes, withHandles } from '../core.js'
import { checkStore } from './remote-map.js'
import type { SignalOption } from './reader.js'
import { type BlockStore, StoreReader } from './store.js'

export interface PushOptions extends SignalOption {
  readonly progress?: ((done: number, all: number) => void) | undefined
}
export interface PushResult {
  digest: Uint8Array
}
export function serializeNodes(): void {}
export function push(): void {}
void [check, Hamt, raw, takeOut, withBytes, withHandles, io, encodeCbor, checkStore, StoreReader]
export type X = BlockStore
