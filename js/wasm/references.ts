// Objects that maps in wasm hold by reference: a table from ids to objects.
//
// C++ counts who holds an id. An id whose last holder is gone waits in C++ until `drain` brings it back, so
// that an edit can still be asked for the object that it replaced.
import { Status } from '../generated/interface.js'
import { check } from './errors.js'
import { takeOutput } from './input.js'
import { raw } from './instance.js'

const objects: (object | undefined)[] = []
/** Ids that are in no use. */
const free: number[] = []
/** How long the table may become before dead ids are looked for again. */
let roomy = 1024
/** The table of C++ is as long as this, at least. C++ refuses ids that are 65,536 beyond its end. */
let known = 0
const mostBeyond = 32_768
/** Ids whose call failed: C++ may not have seen them. */
const doubtful: number[] = []

/** The object of an id that a map holds. O(1). */
export function objectOf(id: number): object {
  return objects[id]!
}

/**
 * An id for an object, to be handed to the next call that takes one. When that call throws, or gives an
 * error, say so with `doubt`. O(1) amortised: looks for dead ids when none is free and half as many as are in
 * use were given out. Throws as `check`; then nothing is left behind.
 */
export function referTo(object: object): number {
  if (doubtful.length > 0) settleDoubts()
  if (free.length === 0 && objects.length >= roomy) {
    drain()
    // Half as many ids as are in use until the next time, those that are free included: else the table grows
    // with every round.
    const used = objects.length - free.length
    roomy = Math.max(1024, objects.length + Math.max(0, (used >> 1) - free.length))
  }
  if (objects.length - known >= mostBeyond) makeKnown()
  const id = free.length > 0 ? free.pop()! : objects.length
  objects[id] = object
  return id
}

/** Says that a call with this id has failed. */
export function doubt(id: number): void {
  doubtful.push(id)
}

/**
 * Shows C++ an id, for its table to grow: many others may be on their way, or were lost when the host ended a
 * script.
 */
function makeKnown(): void {
  const id = objects.length
  objects.push(undefined)
  check(raw.hamt_touch(id)) // `drain` brings it back
  known = id
}

/** Makes doubtful ids wait for `drain`, as far as there is memory: the others stay for the next time. */
function settleDoubts(): void {
  let settled = 0
  try {
    for (const id of doubtful) {
      // Any other error says that the id waits to be drained already.
      if (raw.hamt_touch(id) === Status.outOfMemory) break
      ++settled
    }
  } finally {
    doubtful.splice(0, settled)
  }
}

/**
 * Takes back the ids that no map holds any more, and lets their objects go. O(these). Where wasm has no
 * memory for that, they stay for the next time.
 */
export function drain(): void {
  if (doubtful.length > 0) settleDoubts()
  for (;;) {
    const status = raw.hamt_drain()
    if (status === Status.outOfMemory) return
    check(status)
    const bytes = takeOutput()
    for (const id of new Uint32Array(bytes.buffer)) {
      objects[id] = undefined
      free.push(id)
    }
    if (status !== Status.partial) return
  }
}
