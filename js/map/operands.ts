// The versions behind the operands of a method, checked.
import { kind } from '../codec/text.js'
import * as bulk from './bulk.js'
import * as combine from './combine.js'
import { type Hamt, isHamt, versionOf } from './hamt.js'
import * as lineage from './lineage.js'
import type { Version } from './version.js'

/** The version of a map. DisposedError when it is disposed. */
export function usable(map: Hamt<unknown>): Version {
  const version = versionOf(map)
  lineage.checkUsable(version)
  return version
}

export function another(other: unknown): Version {
  if (!isHamt(other)) throw new TypeError(`another Hamt is needed, not ${kind(other)}`)
  return usable(other)
}

export function alike(version: Version, other: unknown): Version {
  const theirs = another(other)
  if (theirs.codec !== version.codec) throw new TypeError('the two maps have different codecs')
  return theirs
}

/** The version of a map, which has the same codec, or of other entries. */
export function input(version: Version, entries: unknown, method: string): Version {
  if (isHamt(entries)) return alike(version, entries)
  const theirs = bulk.fromEntries(version.codec, entries, method)
  lineage.checkUsable(version) // the iterable may have disposed it
  return theirs
}

export function merged(version: Version, other: unknown, resolve: unknown, method = 'merge'): Version {
  return combine.merge(version, input(version, other, method), resolve as never)
}
