// What tools see of a map that compare, clone or spread objects by their own properties.
import { digest } from '../digest/digest.js'
import * as lineage from './lineage.js'
import type { Version } from './version.js'

/** No structured clone can hold a symbol: `structuredClone` and `postMessage` of a map throw a DataCloneError with this text. */
const uncloneable: unique symbol = Symbol('a Hamt: use serialize([map]), or map.toJSON()')

/**
 * The one property of a map. Its tag names the contents, and nothing else in it differs: so `assert.deepStrictEqual`, chai, Jest and
 * Vitest, which compare tags and own properties, find two of them equal exactly when the maps are.
 */
export class Contents {
  readonly #version: Version
  readonly of = uncloneable

  constructor(version: Version) {
    this.#version = version
  }

  /** The digest of the contents, as hexadecimal digits. */
  get [Symbol.toStringTag](): string {
    if (!(#version in this)) return 'Contents'
    lineage.checkUsable(this.#version)
    return `Hamt ${Array.from(digest(this.#version), (byte) => byte.toString(16).padStart(2, '0')).join('')}`
  }

  /** TypeError: what is saved is a copy of the map's properties, `{ ...map }`, which has no entries. */
  toJSON(): never {
    throw new TypeError('a spread Hamt has no entries: use map.toJSON()')
  }
}
// Nobody is to make one of something else.
delete (Contents.prototype as { constructor?: unknown }).constructor
