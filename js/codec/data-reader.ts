// Reader of data: what checking values and copying them have in common.
import { Path } from './path.js'
import { describeClass, isExtended, isPlain, isPlainArray } from './plain.js'
import { isWellFormed, kind } from './text.js'

const { getOwnPropertyDescriptor, hasOwn } = Object

/**
 * The getter of a property, `undefined` for one that holds a value. Making a property descriptor takes
 * several times as long.
 */
export const getterOf = Function.prototype.call.bind(
  (Object.prototype as unknown as { __lookupGetter__: () => unknown }).__lookupGetter__,
) as (object: object, name: string | number) => unknown
/** Property names that were seen to be well-formed, at their number within an object. */
export const names = Array.from({ length: 64 }, () => '')

export type Properties = Readonly<Record<string | number, unknown>>

/** Containers with more parts are remembered. */
export const fewParts = 64

/** Reads data: what checking and copying have in common. */
export abstract class Reader extends Path {
  protected parts = 0

  protected primitive(value: unknown): void {
    if (typeof value === 'string') {
      if (!isWellFormed(value)) this.refuse('a string with a lone surrogate')
    } else if (value === undefined || typeof value === 'function' || typeof value === 'symbol')
      this.refuse(kind(value))
  }

  /** The value of an own property; `undefined` for a hole. */
  protected property(container: object, name: string | number): unknown {
    if (getterOf(container, name) === undefined) {
      const value = (container as Properties)[name]
      if (value !== undefined && hasOwn(container, name)) return value
    }
    const found = getOwnPropertyDescriptor(container, name)
    if (found?.get !== undefined || found?.set !== undefined) this.refuse('a getter or setter')
    return found?.value
  }

  protected lengthOf(array: readonly unknown[]): number {
    const { length } = array
    if (length !== length >>> 0) this.refuse(`an array of length ${String(length)}`)
    return length
  }

  /** Called when the items are checked: a hole is refused with its index. */
  protected checkNames(array: readonly unknown[]): void {
    if (isExtended(array)) this.refuse('an array with named properties or symbols', this.depth - 1)
  }

  protected checkClass(object: object): void {
    if (!isPlain(object)) this.refuse(describeClass(object), this.depth - 1)
  }

  protected checkArrayClass(array: readonly unknown[]): void {
    if (!isPlainArray(array)) this.refuse(describeClass(array), this.depth - 1)
  }

  /** Counts a part. Values of one shape have the same names at the same counts, so each is checked once. */
  protected countName(name: string): void {
    const slot = ++this.parts % names.length
    if (names[slot] === name) return
    if (!isWellFormed(name)) this.refuse('a property name with a lone surrogate')
    names[slot] = name
  }
}
