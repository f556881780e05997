// The versions of what is open, of a registry or of any snapshot: their entries, differences and proofs.
import type { Hamt } from '../../index.js'
import type { NodeRegistry } from '../../sortition/index.js'
import { visible } from '../format.js'
import { latest } from '../latest.js'
import type { DifferenceRow, EntryRow, MadeProof } from '../protocol.js'
import type { Listing } from './lists.js'
import { valueText } from './value-text.js'

/** Versions by number, from 0. */
export interface Versions {
  readonly length: number
  at(i: number): Hamt<unknown>
  /** The second from which a version holds, where it has one. */
  timepoint(i: number): number | undefined
}

/** The versions of a registry: one for each second in which something changed. */
export class RegistryVersions implements Versions {
  readonly #timepoints: Float64Array

  constructor(readonly registry: NodeRegistry) {
    this.#timepoints = Float64Array.from(registry.timepoints(), Number)
  }
  get length(): number {
    return this.#timepoints.length
  }
  at(i: number): Hamt<unknown> {
    return this.registry.at(this.timepoint(i))
  }
  timepoint(i: number): number {
    const timepoint = this.#timepoints[i]
    if (timepoint === undefined) throw new RangeError(`there is no version ${i}`)
    return timepoint
  }
  /** The last version from before a second. O(log n). */
  before(time: number): number | undefined {
    let [from, to] = [0, this.length]
    while (from < to) {
      const middle = (from + to) >> 1
      if (this.#timepoints[middle]! < time) from = middle + 1
      else to = middle
    }
    return from === 0 ? undefined : from - 1
  }
}

export class SnapshotVersions implements Versions {
  constructor(readonly maps: readonly Hamt<unknown>[]) {}
  get length(): number {
    return this.maps.length
  }
  at(i: number): Hamt<unknown> {
    const map = this.maps[i]
    if (!map) throw new RangeError(`there is no version ${i}`)
    return map
  }
  timepoint(): undefined {
    return undefined
  }
}

/**
 * What can be asked about the entries of versions. The last answers are kept, for the next page of the same
 * list.
 */
export class Entries {
  readonly #keys: (version: number) => string[]
  readonly #differences: (from: number, to: number) => { key: string; before: unknown; after: unknown }[]

  constructor(readonly versions: Versions) {
    this.#keys = latest((version) => [...versions.at(version).keys()].sort())
    this.#differences = latest((from, to) =>
      [...versions.at(from).diff(versions.at(to))].sort((a, b) => (a.key < b.key ? -1 : 1)),
    )
  }

  /** Entries of a version by key; a search looks in keys. */
  entries(version: number): Listing<string, EntryRow> {
    const map = this.versions.at(version)
    const row = (key: string) => ({ key: keyText(key), value: valueText(map.get(key)) })
    return { items: this.#keys(version), row, text: (key) => key }
  }

  /** Keys whose entry differs between two versions. */
  differences(
    from: number,
    to: number,
  ): Listing<{ key: string; before: unknown; after: unknown }, DifferenceRow> {
    const text = (value: unknown) => (value === undefined ? undefined : valueText(value))
    return {
      items: this.#differences(from, to),
      row: ({ key, before, after }) => ({ key: keyText(key), before: text(before), after: text(after) }),
      text: ({ key }) => key,
    }
  }

  prove(version: number, key: string): MadeProof {
    const map = this.versions.at(version)
    const value = map.get(key)
    return {
      digest: hexOf(map.digest()),
      proof: hexOf(map.prove(key)),
      value: value === undefined ? undefined : valueText(value),
    }
  }
}

function keyText(key: string): string {
  return key === '' ? '""' : visible(key)
}

function hexOf(bytes: Uint8Array): string {
  return `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
