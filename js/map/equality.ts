// Equality of versions, and the keys in which two versions may differ.
import { sameTries } from './compare.js'
import { find, keysOf, withHandles } from './lineage.js'
import { sameStored } from './stored.js'
import type { Version } from './version.js'

/** Maps of up to this many entries are compared without wasm. */
const fewEntries = 64

/**
 * Whether two versions have equal contents. O(records between them) for near relatives; else as the tries.
 */
export function equals(a: Version, b: Version): boolean {
  if (a === b) return true
  if (a.size !== b.size) return false
  const keys = keysBetween(a, b) ?? (a.size <= fewEntries ? keysOf(a) : undefined)
  if (keys === undefined) return withHandles([a, b], (h) => sameTries(a.codec, h[0]!, h[1]!))
  for (const key of keys) if (!sameStored(find(a, key), find(b, key))) return false
  return true
}

/**
 * Keys among which is every one that differs: those of the records from both to the version where these
 * meet. undefined when they are many, or do not meet.
 */
export function keysBetween(a: Version, b: Version): Set<string> | undefined {
  const keyTo = new Map<Version, string>()
  let end = a
  for (; end !== b && end.store === null && keyTo.size < fewEntries; end = end.next!) keyTo.set(end, end.key)
  const keys = new Set<string>()
  let meeting = b
  for (; meeting !== end && !keyTo.has(meeting); meeting = meeting.next!) {
    if (meeting.store !== null || keys.size === fewEntries) return undefined
    keys.add(meeting.key)
  }
  for (const [record, key] of keyTo) {
    if (record === meeting) break
    keys.add(key)
  }
  return keys
}
