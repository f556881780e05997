// Addresses by number, in the order in which they were first named.
//
// They are kept as bytes. Their text, and the numbers by text, are made when they are first asked for:
// loading a registry and reading one of its versions needs neither.
import { type Address, readAddress, writeAddress } from './values.js'

export class Addresses {
  /** How many. */
  length = 0
  /** 20 bytes each. */
  bytes = new Uint8Array(20 * 64)
  readonly #texts: (Address | undefined)[] = []
  #numbers: Map<Address, number> | undefined

  /** Those of a list of 20 bytes each, all different. O(n), without making texts. */
  static fromBytes(bytes: Uint8Array): Addresses {
    const made = new Addresses()
    made.bytes = bytes.slice()
    made.length = bytes.length / 20
    return made
  }

  text(n: number): Address {
    return (this.#texts[n] ??= readAddress(this.bytes, 20 * n))
  }

  /** The number of an address; undefined for one that is not there. The first question costs O(n). */
  find(a: Address): number | undefined {
    return this.#index().get(a)
  }

  /** The number of an address, a new one if it is new. Amortised O(1) but for the first question. */
  number(a: Address): number {
    const found = this.find(a)
    if (found !== undefined) return found
    const n = this.length++
    if (20 * n >= this.bytes.length) {
      const larger = new Uint8Array(Math.max(40 * n, 20 * 64))
      larger.set(this.bytes)
      this.bytes = larger
    }
    writeAddress(this.bytes, 20 * n, a)
    this.#texts[n] = a
    this.#index().set(a, n)
    return n
  }

  #index(): Map<Address, number> {
    if (!this.#numbers) {
      this.#numbers = new Map()
      for (let n = 0; n < this.length; ++n) this.#numbers.set(this.text(n), n)
    }
    return this.#numbers
  }
}
