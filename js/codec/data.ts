// Values by reference: checking that a value is data, and freezing it in place.
//
// Data is what CBOR carries (cbor-encode.ts), held in data properties: a property is asked for a getter
// before it is read, so a getter is refused and never called. Properties that are not enumerable are not part
// of a value, nor are those that are undefined: an optional field that is written out is no mistake, and JSON
// drops it too. An undefined item of an array is refused.
import { isBytes } from './bytes.js'
import { copyData } from './copy.js'
import { fewParts, getterOf, names, type Properties, Reader } from './data-reader.js'
import { checkKey } from './keys.js'
import { MAX_DEPTH } from './path.js'
import { cannotTell, hasOwnProperty, isExtended, isPlain, isPlainArray, platform } from './plain.js'
import { isWellFormed } from './text.js'

/**
 * A value that cannot be frozen, since it holds bytes or a Proxy: a copy that nobody else has. What is handed
 * out is a copy again.
 */
export class PrivateCopy {
  constructor(readonly value: object) {}
}

/** What `freezeData` gives: the value itself, frozen, to be handed out as it is; or a private copy. */
export type Data = PrivateCopy | object | string | number | bigint | boolean | null

const { freeze, hasOwn, isFrozen, keys } = Object

/** A value has at most this many parts: items and properties, each as often as it occurs. */
const mostParts = 2 ** 24

interface Extent {
  readonly parts: number
  /** Levels of containers. */
  readonly height: number
}
/** Large containers that are frozen with all that they hold. */
const frozen = new WeakMap<object, Extent>()

/**
 * Freezes a value deeply, in place, and gives it back. Gives a `PrivateCopy` for a value that holds bytes,
 * which cannot be frozen, or a Proxy, whose traps may throw or do anything later; where the platform cannot
 * tell a Proxy, for one that refuses to be frozen. Gives a frozen copy without them where properties are
 * undefined. TypeError, naming path and `key`, for a value that is not data; then nothing has been frozen.
 * O(parts), shared containers once; O(1) for a value that was frozen here before.
 */
export function freezeData(value: unknown, key: string): Data {
  if (typeof value !== 'object' || value === null) return copyOf(value, key)
  if (Seal.isOn(value)) return value
  checkKey(key) // before anything is frozen
  if (freezeSmall(value)) return value
  if (isBytes(value)) return copyOf(value, key)
  const walk = idle ?? new Walk()
  idle = undefined // a Proxy's trap may come here again
  try {
    const found = walk.run(value, key)
    if (found === Found.copied) return copyOf(value, key)
    if (found === Found.undefinedProperty) return freezeData(copyData(value, key), key)
    Seal.putOn(value)
    return value
  } finally {
    walk.reset()
    idle = walk
  }
}

/**
 * A constructor that gives back what it is called with, so that a subclass adds its private field to that.
 */
class Identity {
  constructor(object: object) {
    return object
  }
}

/**
 * A mark that only this file sees: an object that has it is data, frozen deeply. 4 ns to look at; a WeakSet
 * takes 300 to add to.
 */
class Seal extends Identity {
  readonly #seal = true

  static isOn(object: object): boolean {
    return #seal in object
  }

  /** Marks an object, where the engine lets a frozen object be marked. */
  static putOn(object: object): void {
    try {
      new Seal(object)
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
    }
  }
}

/**
 * A mark as `Seal`, of a small container in a value that holds no containers itself. An edited copy of the
 * value often holds it again.
 */
class FlatSeal extends Identity {
  readonly #seal = true

  static isOn(object: object): boolean {
    return #seal in object
  }

  static putOn(object: object): void {
    try {
      new FlatSeal(object)
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
    }
  }
}

// --- small values ----------------------------------------------------------------------------------
// Most values have a few fields. They are checked and frozen here in half the time that a `Walk` takes, which
// does everything else: values that are refused, that hold bytes, that are large or deep.

const mostContainers = 16
const deepest = 8

/** The containers of a small value. */
interface Small {
  readonly containers: object[]
  /** Which of them hold no containers. */
  readonly isFlat: boolean[]
}
/** One that is not in use; undefined while a value is being checked (a Proxy's trap may come here again). */
let spare: Small | undefined

/**
 * Freezes a value in place when it is small and nothing about it is unusual; else says false, and nothing is
 * frozen.
 */
function freezeSmall(value: object): boolean {
  const small = spare ?? { containers: [], isFlat: [] }
  const { containers, isFlat } = small
  spare = undefined
  let count = 0
  try {
    count = checkSmall(value, small, 0, 1)
    for (let i = 0; i < count; ++i) freeze(containers[i])
    if (!isSettled(containers, count)) return false
    for (let i = 1; i < count; ++i) if (isFlat[i]!) FlatSeal.putOn(containers[i]!)
    if (count > 0) Seal.putOn(value)
    return count > 0
  } catch {
    return false // a Proxy: the walk says what is the matter
  } finally {
    for (let i = 0; i < count; ++i) containers[i] = names
    spare = small
  }
}

/**
 * Adds a container and all that it holds to a list of `count`; gives the new length, or 0 when it is not
 * small data.
 */
function checkSmall(container: object, list: Small, count: number, depth: number): number {
  if (depth > deepest || count === mostContainers || platform.isProxy(container)) return 0
  const index = count++
  list.containers[index] = container
  list.isFlat[index] = true
  if (Array.isArray(container)) {
    const { length } = container
    if (!(length <= fewParts) || !isPlainArray(container) || isExtended(container)) return 0
    for (let i = 0; i < length; ++i) {
      if (!hasOwn(container, i) || getterOf(container, i) !== undefined) return 0
      const value: unknown = container[i]
      if (isSmallPrimitive(value)) continue
      if (typeof value !== 'object') return 0
      list.isFlat[index] = false
      if (FlatSeal.isOn(value!)) continue
      count = checkSmall(value!, list, count, depth + 1)
      if (count === 0) return 0
    }
    return count
  }
  if (!isPlain(container)) return 0
  let parts = 0
  for (const name in container) {
    if (!hasOwnProperty.call(container, name)) continue // inherited
    if (++parts > fewParts || (names[parts % names.length] !== name && !isWellFormed(name))) return 0
    names[parts % names.length] = name
    if (getterOf(container, name) !== undefined) return 0
    const value = (container as Properties)[name]
    if (isSmallPrimitive(value)) continue
    if (typeof value !== 'object') return 0 // `undefined`, too: a setter without a getter
    list.isFlat[index] = false
    if (FlatSeal.isOn(value!)) continue
    count = checkSmall(value!, list, count, depth + 1)
    if (count === 0) return 0
  }
  return count
}

/**
 * Whether containers are still data and hold nothing but one another, now that they are frozen. Where a Proxy
 * cannot be told, its traps may have changed the others meanwhile; elsewhere no code of others runs, and
 * nothing is looked at. O(parts).
 */
function isSettled(containers: readonly object[], count: number, large?: Map<object, Extent>): boolean {
  if (platform.isProxy !== cannotTell) return true
  const known = new Set<object>()
  for (let i = 0; i < count; ++i) known.add(containers[i]!)
  for (const container of known) {
    if (!isFrozen(container)) return false
    for (const name of keys(container)) {
      if (getterOf(container, name) !== undefined) return false
      const value = (container as Properties)[name]
      if (isSmallPrimitive(value)) continue
      if (typeof value !== 'object' || value === null) return false
      if (known.has(value) || Seal.isOn(value) || FlatSeal.isOn(value)) continue
      if (!frozen.has(value) && !large?.has(value)) return false
    }
  }
  return true
}

/** Whether a value is data without parts. */
function isSmallPrimitive(value: unknown): boolean {
  if (typeof value === 'string') return isWellFormed(value)
  return (
    typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint' || value === null
  )
}

function copyOf(value: unknown, key: string): Data {
  const copy = copyData(value, key) as Data
  return typeof copy === 'object' && copy !== null ? new PrivateCopy(copy) : copy
}

/**
 * What a value is: frozen in place, or to be copied, or to be copied without the properties that are
 * undefined.
 */
enum Found {
  frozen,
  copied,
  undefinedProperty,
}

/** Checks a value and lists its containers, to freeze them. */
class Walk extends Reader {
  /** It holds bytes or a Proxy. */
  private mustBeCopied = false
  private hasUndefined = false
  private containers: object[] = []
  private count = 0
  /** Large containers that this walk has been through. */
  private large: Map<object, Extent> | undefined

  /** Freezes the value, if that can be. */
  run(value: object, key: string): Found {
    this.under = key
    this.visit(value)
    if (this.mustBeCopied) return Found.copied
    if (this.hasUndefined) return Found.undefinedProperty
    try {
      for (let i = 0; i < this.count; ++i) freeze(this.containers[i])
      if (!isSettled(this.containers, this.count, this.large)) return Found.copied
    } catch (error) {
      if (error instanceof TypeError) return Found.copied
      throw error
    }
    this.large?.forEach((extent, container) => frozen.set(container, extent))
    return Found.frozen
  }

  reset(): void {
    this.restart()
    if (this.count > fewParts) this.containers = []
    else for (let i = 0; i < this.count; ++i) this.containers[i] = frozen
    this.count = this.parts = 0
    this.mustBeCopied = this.hasUndefined = false
    this.large = undefined
  }

  /** Checks a container with all that it holds. Gives its height. */
  private visit(container: object): number {
    this.enter(container)
    if (platform.isProxy(container)) this.mustBeCopied = true
    const before = this.parts
    const index = this.count++
    this.containers[index] = container
    const height = Array.isArray(container)
      ? this.array(container, before, index)
      : this.object(container, before, index)
    this.leave()
    if (this.parts - before > fewParts) {
      if (this.parts > mostParts) this.refuse(`more than ${mostParts} parts`)
      this.large ??= new Map()
      this.large.set(container, { parts: this.parts - before, height })
    }
    return height
  }

  private array(array: readonly unknown[], before: number, index: number): number {
    this.checkArrayClass(array)
    const length = this.lengthOf(array)
    const { steps, depth } = this
    let height = 1
    let asked = false
    for (let i = 0; i < length; ++i) {
      steps[depth - 1] = i
      ++this.parts
      const below = this.part(this.property(array, i))
      if (below >= height) height = below + 1
      if (!asked && this.parts - before > fewParts) {
        const known = this.recall(array, before, index)
        if (known > 0) return known
        asked = true
      }
    }
    this.checkNames(array)
    return height
  }

  private object(object: object, before: number, index: number): number {
    this.checkClass(object)
    const { steps, depth } = this
    let height = 1
    let asked = false
    for (const name in object) {
      if (!hasOwn(object, name)) continue // inherited
      steps[depth - 1] = name
      this.countName(name)
      const value = this.property(object, name)
      if (value === undefined) {
        this.hasUndefined = true
        continue
      }
      const below = this.part(value)
      if (below >= height) height = below + 1
      if (!asked && this.parts - before > fewParts) {
        const known = this.recall(object, before, index)
        if (known > 0) return known
        asked = true
      }
    }
    return height
  }

  /** Checks an item or a property's value. Gives its height: 0 for what is no container. */
  private part(value: unknown): number {
    if (typeof value !== 'object' || value === null) this.primitive(value)
    else if (isBytes(value)) this.mustBeCopied = true
    else return this.visit(value)
    return 0
  }

  /**
   * The height of a large container that was walked before, 0 if it was not. Its parts count, and it is not
   * listed again.
   */
  private recall(container: object, before: number, index: number): number {
    const known = frozen.get(container) ?? this.large?.get(container)
    if (known === undefined) return 0
    this.parts = before + known.parts
    this.count = index
    if (this.depth - 1 + known.height > MAX_DEPTH) this.refuse(`more than ${MAX_DEPTH} levels of nesting`)
    return known.height
  }
}

let idle: Walk | undefined
