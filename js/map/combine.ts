// Combining a version with other entries: set or delete many, merge with every common key, intersect,
// without.
import { checkKey } from '../codec/keys.js'
import { iterable, synchronous } from './arguments.js'
import * as bulk from './bulk.js'
import { EntryIterator, keysOnly } from './entries.js'
import { keysBetween } from './equality.js'
import * as lineage from './lineage.js'
import { fromStored } from './stored.js'
import type { Stored } from './stored.js'
import type { Version } from './version.js'

/**
 * Up to this many edits are made one by one, so that the lineage goes on; more cross together, on a copy of
 * the trie.
 */
const fewEdits = 1024

/**
 * `v` after edits of distinct keys, of which undefined deletes; `v` itself when nothing changes. A path an
 * edit.
 */
function edited(v: Version, edits: ReadonlyMap<string, Stored | undefined>): Version {
  if (edits.size > fewEdits) {
    return bulk.amended(v, bulk.copyOfTrie(v), (builder) =>
      edits.forEach((value, key) => builder.put(key, value)),
    )
  }
  let result = v
  for (const [key, value] of edits) result = lineage.edit(result, key, value)
  return result
}

function keysOf(v: Version): IterableIterator<string> {
  return new EntryIterator<string>(v, keysOnly)
}

/**
 * The keys of `v` that `other` has not, in the order of iteration; they are among `keys` where that is given.
 */
function* keysOnlyIn(v: Version, other: Version, keys?: ReadonlySet<string>): Generator<string> {
  for (const key of keys ?? keysOf(v))
    if (!lineage.has(other, key) && (keys === undefined || lineage.has(v, key))) yield key
}

/** As `Hamt.merge`. */
export function merge(
  v: Version,
  other: Version,
  resolve?: (key: string, ours: unknown, theirs: unknown) => unknown,
): Version {
  if (other.size === 0) return v
  if (resolve !== undefined || other.size > fewEdits || lineage.keysOf(other) === undefined)
    return bulk.merge(v, other, resolve)
  const edits = new Map<string, Stored>()
  for (const key of keysOf(other)) edits.set(key, lineage.find(other, key)!)
  return edited(v, edits)
}

/** As `Hamt.deleteMany`. */
export function deleteMany(v: Version, keys: Iterable<string>): Version {
  const edits = new Map<string, undefined>()
  for (const key of iterable(keys, 'deleteMany', 'keys')) {
    checkKey(key)
    edits.set(key, undefined)
  }
  lineage.checkUsable(v) // the iterable may have disposed it
  return edited(v, edits)
}

/** As `Hamt.mergeWith`: the larger version, with one edit for each key of the smaller. */
export function mergeWith(
  v: Version,
  other: Version,
  fn: (ours: unknown, theirs: unknown, key: string) => unknown,
): Version {
  const [large, small] = v.size < other.size ? [other, v] : [v, other]
  const edits = new Map<string, Stored | undefined>()
  for (const key of keysOf(small)) {
    const ours = lineage.find(v, key)
    const theirs = lineage.find(other, key)
    if (ours === undefined) edits.set(key, theirs)
    else if (theirs === undefined) edits.set(key, ours)
    else
      edits.set(
        key,
        bulk.resolved(v, key, synchronous(fn(fromStored(ours), fromStored(theirs), key), 'mergeWith')),
      )
  }
  return edited(large, edits)
}

/** As `Hamt.intersect`. */
export function intersect(v: Version, other: Version): Version {
  if (areInWasm(v, other)) return bulk.selectKeys(v, other, true)
  const keys = keysBetween(v, other)
  if (keys === undefined && 2 * other.size < v.size) return select(v, keysOf(other))
  return deleteMany(v, keysOnlyIn(v, other, keys))
}

/** As `Hamt.without`. */
export function without(v: Version, other: Version): Version {
  if (areInWasm(v, other)) return bulk.selectKeys(v, other, false)
  const keys = keysBetween(v, other)
  if (keys === undefined && 2 * other.size < v.size) return deleteMany(v, keysOf(other))
  return select(v, keysOnlyIn(v, other, keys))
}

function areInWasm(v: Version, other: Version): boolean {
  return lineage.isInWasm(v) && lineage.isInWasm(other)
}

function select(v: Version, keys: Iterable<string>): Version {
  const selected = bulk.collected(v.codec, (collector) => {
    for (const key of keys) {
      const value = lineage.find(v, key)
      if (value !== undefined) collector.put(key, value)
    }
  })
  return selected.size === v.size ? v : selected
}
