// What tools see of a map that compare, clone or spread objects by their own properties: its only two.
import { digest } from '../digest/digest.js'
import { both, EntryIterator } from './entries.js'
import * as lineage from './lineage.js'
import type { Version } from './version.js'

/**
 * No structured clone can hold a symbol: `structuredClone` and `postMessage` of a map throw a DataCloneError
 * with this text.
 */
export const uncloneable: unique symbol = Symbol('a Hamt: use serialize([map]), or map.toJSON()')

/** Behind the second property. */
export class Contents {
  readonly #version: Version

  constructor(version: Version) {
    this.#version = version
  }

  /** The digest of the contents, as hexadecimal digits. */
  get digest(): string {
    lineage.checkUsable(this.#version)
    return Array.from(digest(this.#version), (byte) => byte.toString(16).padStart(2, '0')).join('')
  }

  /** For Jest, which shows a difference of copies made property by property, inherited ones too. O(n). */
  get entries(): { [key: string]: unknown } {
    return Object.fromEntries(new EntryIterator<[string, unknown]>(this.#version, both))
  }

  /** What some tools compare instead of properties; `Contents` for a copy. */
  get [Symbol.toStringTag](): string {
    return #version in this ? `Hamt ${this.digest}` : 'Contents'
  }

  /** TypeError: what is saved is a copy of the map's properties, `{ ...map }`, which has no entries. */
  toJSON(): never {
    throw new TypeError('a spread Hamt has no entries: use map.toJSON()')
  }
}
// It would let callers make one of something else.
delete (Contents.prototype as { constructor?: unknown }).constructor

/** Gives it its one own property, for good. */
function shown(contents: Contents): Contents {
  if (Object.isFrozen(contents)) return contents
  Object.defineProperty(contents, 'digest', { value: contents.digest, enumerable: true })
  Object.freeze(contents)
  return contents
}

/** Shows the property when it is asked for. Every map with a getter of its own would take 600 ns more. */
const handler: ProxyHandler<Contents> = {
  get: (contents, key) => Reflect.get(contents, key) as unknown,
  ownKeys: (contents) => Reflect.ownKeys(shown(contents)),
  getOwnPropertyDescriptor: (contents, key) => Reflect.getOwnPropertyDescriptor(shown(contents), key),
  defineProperty: (contents, key, descriptor) => Reflect.defineProperty(shown(contents), key, descriptor),
  preventExtensions: (contents) => Reflect.preventExtensions(shown(contents)),
}

/**
 * A property of a map that names its contents: its tag and its only property are the digest. So what compares
 * own properties or tags (`assert.deepStrictEqual`, chai, Jest, Vitest, Bun, dequal) finds two maps equal
 * exactly when they are. O(1); allocates two small objects.
 */
export function contentsOf(version: Version): object {
  return new Proxy(new Contents(version), handler)
}
