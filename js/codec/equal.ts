// Equality of data, as equality of the encoded bytes has it, without encoding.
import { isBytes, sameBytes } from './bytes.js'
import { MAX_DEPTH } from './path.js'
import { hasOwnProperty } from './plain.js'
import { kind } from './text.js'

/**
 * After so many parts, containers that are equal are remembered: a value can hold the same one many times, at
 * many levels.
 */
const fewParts = 4096
/** Containers whose comparison takes fewer parts are not remembered. */
const worthwhile = 64
/** How many parts are compared until then. */
let countdown = 0
/** Union-find: a container refers to an equal one, up to the one that stands for its class. */
let equals: Map<object, object> | undefined

/**
 * Whether two pieces of data have the same CBOR: numbers as `Object.is` sees them, no bigint equal to a
 * number, the properties of objects in any order. Both must be data, as `freezeData` leaves it. O(the
 * smaller), where a large container that occurs often counts a few times at most; O(1) for one object and
 * itself. TypeError where both hold something that is not data in the same position.
 */
export function sameData(a: unknown, b: unknown): boolean {
  countdown = fewParts
  equals = undefined
  try {
    return same(a, b, 0)
  } finally {
    equals = undefined
  }
}

function same(a: unknown, b: unknown, depth: number): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    if (!Object.is(a, b)) return false
    if (a === undefined || typeof a === 'function' || typeof a === 'symbol')
      throw new TypeError(`${kind(a)} is not data`)
    return true
  }
  if (a === b) return true
  if (depth > MAX_DEPTH) throw new TypeError(`data has at most ${MAX_DEPTH} levels of nesting`)
  if (countdown < 0) return sameRemembered(a, b, depth)
  return sameContainers(a, b, depth)
}

/** As `sameContainers`. What differs ends the comparison, so what was compared before is equal. */
function sameRemembered(a: object, b: object, depth: number): boolean {
  if (equals !== undefined && classOf(equals, a) === classOf(equals, b)) return true
  const before = countdown
  if (!sameContainers(a, b, depth)) return false
  if (before - countdown < worthwhile) return true
  equals ??= new Map()
  const [ours, theirs] = [classOf(equals, a), classOf(equals, b)]
  if (ours !== theirs) equals.set(ours, theirs)
  return true
}

/**
 * The container that stands for those that are known to equal one. Amortised O(log n): halves the way there.
 */
function classOf(of: Map<object, object>, container: object): object {
  for (let at = container; ;) {
    const next = of.get(at)
    if (next === undefined) return at
    const later = of.get(next)
    if (later === undefined) return next
    of.set(at, later)
    at = later
  }
}

function sameContainers(a: object, b: object, depth: number): boolean {
  if (Array.isArray(a)) return Array.isArray(b) && sameItems(a, b, depth)
  if (Array.isArray(b)) return false
  if (isBytes(a)) return isBytes(b) && sameBytes(a, b)
  return !isBytes(b) && sameProperties(a as Properties, b as Properties, depth)
}

function sameItems(a: readonly unknown[], b: readonly unknown[], depth: number): boolean {
  if (a.length !== b.length) return false
  countdown -= a.length
  for (let i = 0; i < a.length; ++i) if (!same(a[i], b[i], depth + 1)) return false
  return true
}

type Properties = Readonly<Record<string, unknown>>

function sameProperties(a: Properties, b: Properties, depth: number): boolean {
  let count = 0
  for (const name in a) {
    if (!hasOwnProperty.call(a, name)) continue // inherited
    ++count
    const ours = a[name]
    const theirs = b[name]
    if (ours === theirs && isData(ours)) continue
    if (theirs === undefined && !hasOwnProperty.call(b, name)) return false
    if (!same(ours, theirs, depth + 1)) return false
  }
  countdown -= count
  // What `b` gave may have been inherited.
  for (const name in b) {
    if (!hasOwnProperty.call(b, name)) continue
    if (!hasOwnProperty.call(a, name)) return false
    --count
  }
  return count === 0
}

/** Whether a value that is `===` another is data and equal to it; 0 may be -0. */
function isData(value: unknown): boolean {
  return value !== 0 && value !== undefined && typeof value !== 'function' && typeof value !== 'symbol'
}
