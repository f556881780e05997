/**
 * Maps in pieces: node tables, which answer questions from a file that is not downloaded, and block stores,
 * which hold maps that need not fit any machine.
 *
 * @module hamt-wasm/blocks
 */
export { BlockError } from '../errors.js'
export type { LazyMap, RemoteDifference } from './lazy-map.js'
export type { LoadOptions } from './load.js'
export { pull, push, type PushOptions, serializeNodes, type SerializeNodesOptions } from './push.js'
export type { CacheOptions, SignalOption, Traffic } from './reader.js'
export {
  emptyMap,
  openMap,
  type OpenMapOptions,
  reachable,
  type ReachableOptions,
  RemoteDraft,
  RemoteMap,
} from './remote-map.js'
export type { ByteSource, FetchOption, NodeSource } from './source.js'
export type { Awaitable, BlockStore } from './store.js'
export { NodeFile, openNodes, type OpenNodesOptions, NodeVersion } from './table.js'
