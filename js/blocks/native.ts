// Node tables, and the blocks that a store lacks: the calls of cpp/boundary/blocks.cpp, whose code is a part
// of the wasm module.
import {
  check,
  giveBack,
  type Kind,
  own,
  type Owned,
  raw,
  result,
  startPart,
  takeOutput,
  withInput,
} from '../core.js'
import { Result, Status } from '../generated/interface.js'
import { text } from '../generated/blocks-wasm.js'

/** The node table of maps. */
export function writeNodes(handles: Uint32Array, meta: Uint8Array): Uint8Array<ArrayBuffer> {
  startPart(text)
  return withInput([new Uint8Array(handles.buffer, handles.byteOffset, handles.byteLength), meta], () => {
    check(raw.hamt_nodes_write(handles.length, meta.length))
    return takeOutput()
  })
}

/** A walk over the blocks that a store lacks. */
const aWalk: Kind = { word: Result.cursorId, drop: (walk) => check(raw.hamt_blocks_close(walk)) }

/**
 * Begins to find the blocks of a map that a store lacks which has a base; the digests that are asked about,
 * in a row. `walk` owns it.
 */
export function openWalk(walk: Owned, map: number, base: number): Uint8Array {
  startPart(text)
  own(walk, aWalk, () => raw.hamt_blocks_open(map, base))
  return takeOutput()
}

/**
 * Tells which of those are lacking, a byte for each; what is asked about next, and how many are lacking so
 * far.
 */
export function answerWalk(walk: number, lacks: Uint8Array): { asked: Uint8Array; count: number } {
  return withInput([lacks], () => {
    check(raw.hamt_blocks_answer(walk, lacks.length))
    const count = result(Result.mapSize)
    return { asked: takeOutput(), count }
  })
}

/** The next blocks: digest, size (4 bytes), block of each. Undefined when there are no more. */
export function takeBlocks(walk: number, most: number): Uint8Array | undefined {
  const more = check(raw.hamt_blocks_take(walk, most)) === Status.partial
  return more ? takeOutput() : undefined
}

/** Ends a walk. */
export function closeWalk(walk: Owned): void {
  giveBack(walk, aWalk.drop)
}
