// Copies of data, with nothing frozen in them.
import { isBytes, takeBytes } from './bytes.js'
import { fewParts, Reader } from './data-reader.js'

const { defineProperty, keys } = Object

/**
 * A deep copy of data, with nothing frozen in it, without the properties that are undefined; a primitive is
 * itself. O(parts). TypeError, naming the path and `key`, for what is not data.
 */
export function copyData(value: unknown, key?: string): unknown {
  return new Copier().run(value, key)
}

/** Copies a value. Large containers that occur more than once are copied once. */
class Copier extends Reader {
  private readonly copies = new Map<object, unknown>()

  run(value: unknown, key?: string): unknown {
    this.under = key
    return this.copy(value)
  }

  private copy(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) {
      this.primitive(value)
      return value
    }
    if (isBytes(value)) return takeBytes(value, () => `a value's bytes${this.where()}`)
    const known = this.copies.get(value)
    if (known !== undefined) return known
    const before = this.parts
    this.enter(value)
    const copy = Array.isArray(value) ? this.array(value) : this.object(value)
    this.leave()
    if (this.parts - before > fewParts) this.copies.set(value, copy)
    return copy
  }

  private array(array: readonly unknown[]): unknown[] {
    this.checkArrayClass(array)
    const length = this.lengthOf(array)
    const { steps, depth } = this
    const copy: unknown[] = []
    for (let i = 0; i < length; ++i) {
      steps[depth - 1] = i
      ++this.parts
      copy.push(this.copy(this.property(array, i)))
    }
    this.checkNames(array)
    return copy
  }

  private object(object: object): object {
    this.checkClass(object)
    const { steps, depth } = this
    const copy: Record<string, unknown> = {}
    for (const name of keys(object)) {
      steps[depth - 1] = name
      this.countName(name)
      const property = this.property(object, name)
      if (property === undefined) continue
      const value = this.copy(property)
      if (name in copy) {
        // An assignment would meet `Object.prototype`: a setter, or a property that is frozen.
        defineProperty(copy, name, { value, writable: true, enumerable: true, configurable: true })
      } else copy[name] = value
    }
    return copy
  }
}
