// Handles of versions whose objects have their bytes: for digests, proofs, snapshots, blocks.
import { check, isExhaustion } from '../wasm/errors.js'
import { takeOutput, withInput } from '../wasm/input.js'
import { raw } from '../wasm/instance.js'
import { objectOf } from '../wasm/references.js'
import * as lineage from './lineage.js'
import { bytesOfStored } from './stored.js'
import type { Version } from './version.js'

/** How many bytes of encodings cross at once, about. */
const batchSize = 256 * 1024

/**
 * Calls `f` with handles of versions, valid until `f` returns; no user code may run meanwhile. Encodes what
 * was not encoded before: all values, or with `forDigest` those that the versions' digests need. An object is
 * encoded once as long as a map holds it.
 */
export function withEncoded<T>(
  versions: readonly Version[],
  forDigest: boolean,
  f: (handles: Uint32Array) => T,
): T {
  for (;;) {
    // Encoding may run user code (the traps of a Proxy), after which handles are looked for anew, if there
    // still are any.
    versions.forEach(lineage.checkUsable)
    // A handle for one call only would come back with other ids.
    const isTemporary = versions.some((v) => v.store === null)
    const missing = new Set<number>() // the same objects are in many versions
    const result = lineage.withHandles(versions, (handles) => {
      let seen = 0 // the version before: what this one shares with it was looked at
      for (const handle of handles) {
        check(raw.hamt_unencoded(handle, seen, forDigest ? 1 : 0))
        seen = handle
        const ids = takeOutput()
        for (const id of new Uint32Array(ids.buffer)) missing.add(id)
        if (isTemporary && missing.size > 0) break
      }
      return missing.size === 0 ? { value: f(handles) } : undefined
    })
    if (result !== undefined) return result.value
    if (isTemporary) versions.forEach(lineage.keepTrie)
    else attach(missing)
  }
}

/** Encodes objects and hands their bytes over. */
function attach(ids: Iterable<number>): void {
  let encoded: { id: number; object: object; bytes: Uint8Array }[] = []
  let size = 0
  const flush = (): void => {
    const parts: Uint8Array[] = []
    for (const { id, object, bytes } of encoded) {
      // An id may have come to mean another object meanwhile.
      if (objectOf(id) === object)
        parts.push(new Uint8Array(Uint32Array.of(id, bytes.length).buffer), padded(bytes))
    }
    encoded = []
    size = parts.reduce((sum, part) => sum + part.length, 0)
    withInput(parts, () => check(raw.hamt_attach(size)))
    size = 0
  }
  for (const id of ids) {
    const object = objectOf(id) as object | undefined
    if (object === undefined) continue
    const bytes = encodedBytes(object)
    encoded.push({ id, object, bytes })
    size += bytes.length
    if (size > batchSize) flush()
  }
  if (encoded.length > 0) flush()
}

/**
 * The bytes of an object that a map holds. They cannot fail but for want of memory or stack, unless it is a
 * Proxy.
 */
function encodedBytes(object: object): Uint8Array {
  try {
    return bytesOfStored(object)
  } catch (cause) {
    if (isExhaustion(cause)) throw cause
    throw new TypeError(
      'a value of this map cannot be read any more: it is a Proxy that was revoked, or whose trap throws',
      { cause },
    )
  }
}

function padded(bytes: Uint8Array): Uint8Array {
  if (bytes.length % 4 === 0) return bytes
  const longer = new Uint8Array((bytes.length + 3) & ~3)
  longer.set(bytes)
  return longer
}
