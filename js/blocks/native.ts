// Node tables, and the blocks that a store lacks: the calls of cpp/boundary/blocks.cpp, whose code is a part of the wasm module.
import { check, raw, Result, result, startPart, Status, takeOutput, withInput } from '../core.js'
import { text } from '../generated/blocks-wasm.js'

/** The node table of maps. */
export function writeNodes(handles: Uint32Array, meta: Uint8Array): Uint8Array<ArrayBuffer> {
  startPart(text)
  return withInput([new Uint8Array(handles.buffer, handles.byteOffset, handles.byteLength), meta], () => {
    check(raw._hamt_nodes_write(handles.length, meta.length))
    return takeOutput()
  })
}

/** Begins to find the blocks of a map that a store lacks which has a base; the digests that are asked about, in a row. */
export function openWalk(map: number, base: number): { walk: number; asked: Uint8Array } {
  startPart(text)
  check(raw._hamt_blocks_open(map, base))
  const walk = result(Result.cursorId)
  return { walk, asked: takeOutput() }
}

/** Tells which of those are lacking, a byte for each; what is asked about next, and how many are lacking so far. */
export function answerWalk(walk: number, lacks: Uint8Array): { asked: Uint8Array; count: number } {
  return withInput([lacks], () => {
    check(raw._hamt_blocks_answer(walk, lacks.length))
    const count = result(Result.mapSize)
    return { asked: takeOutput(), count }
  })
}

/** The next blocks: digest, size (4 bytes), block of each. Undefined when there are no more. */
export function takeBlocks(walk: number, most: number): Uint8Array | undefined {
  const more = check(raw._hamt_blocks_take(walk, most)) === Status.partial
  return more ? takeOutput() : undefined
}

/** Ends a walk. */
export function closeWalk(walk: number): void {
  check(raw._hamt_blocks_close(walk))
}
