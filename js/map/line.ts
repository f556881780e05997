// Lines: an index by key over a long chain of difference records, so that reads of old versions need not
// follow them.
//
// A line covers the records from its first one up to its end, the next version that is materialized or in
// another line. Each record has a position, the larger the newer. The value of a key in a version is that of
// the first change of the key at the version's position or behind it, and that of the end when there is none.
//
// The first read that has far to go makes a line. It grows at both sides: when the end is edited in place,
// and when a version before the first is read. It is cut where a record in it is materialized. Its records
// refer to it, and it refers to none of them but to the end, which each of them needs. So that it keeps no
// value that no version needs, it is forgotten with its first record.
import { finalizers } from '../wasm/handles.js'
import type { Stored } from './stored.js'
import { oldOf } from './trie-store.js'
import type { Version } from './version.js'

/** Positions of a key that has changed more than once. */
interface Positions {
  /** Negative ones, descending, from index `from` on. */
  readonly older: number[]
  from: number
  /** The others, ascending. */
  readonly newer: number[]
}

/** What `find` gives for a key that does not change. */
export const noChange: unique symbol = Symbol('no change')

const registry = finalizers<Line>((line) => line.forget())

/** Whether a record is in a line that can be used. */
export function isInLine(record: Version): boolean {
  return record.line !== null && record.line.isLive
}

/** The index over one chain. */
export class Line {
  /**
   * False when it is forgotten, and while it changes: a change that is cut off leaves a line that nobody
   * uses.
   */
  isLive = false
  private byKey = new Map<string, number | Positions>()
  // Keys and values at the positions 0, 1, 2 … and -1, -2, -3 …; of the latter some may be cut off.
  private newerKeys: string[] = []
  private newerValues: (Stored | undefined)[] = []
  private olderKeys: string[] = []
  private olderValues: (Stored | undefined)[] = []
  private olderCut = 0

  /** A line of the records of a chain, the oldest first, which `last` follows. O(records). */
  constructor(
    chain: readonly Version[],
    private last: Version | null,
  ) {
    for (const record of chain) this.addNewer(record)
    this.begin(chain[0]!)
  }

  /** Whether a record of this line is its first one. */
  isFirst(record: Version): boolean {
    return record.position === -this.olderKeys.length
  }

  /**
   * The version behind the last record. Takes in what has been edited in place since the last call: O(1)
   * amortised.
   */
  end(): Version {
    let last = this.last!
    if (last.store !== null || isInLine(last)) return last
    this.isLive = false
    for (; last.store === null && !isInLine(last); last = last.next!) this.addNewer(last)
    this.last = last
    this.isLive = true
    return last
  }

  /** The value of a key at a position, or `noChange` when the end has the same. O(log changes of the key). */
  find(position: number, key: string): Stored | undefined | typeof noChange {
    const positions = this.byKey.get(key)
    if (positions === undefined) return noChange
    const at = typeof positions === 'number' ? positions : firstFrom(positions, position)
    if (at < position) return noChange
    return at >= 0 ? this.newerValues[at] : this.olderValues[~at]
  }

  /** Takes in the records of a chain, the oldest first, which the first record follows. O(records). */
  extend(chain: readonly Version[]): void {
    this.isLive = false
    for (let i = chain.length - 1; i >= 0; --i) this.addOlder(chain[i]!)
    this.begin(chain[0]!)
  }

  /** Ends the line before a record of it. O(records cut off). */
  cut(record: Version): void {
    this.isLive = false
    for (let at = record; at !== this.last; at = at.next!) at.line = null
    for (let p = this.newerKeys.length - 1; p >= 0 && p >= record.position; --p) {
      this.remove(this.newerKeys.pop()!, (positions) => positions.newer.pop())
      this.newerValues.pop()
    }
    for (; ~this.olderCut >= record.position && this.olderCut < this.olderKeys.length; ++this.olderCut) {
      this.remove(this.olderKeys[this.olderCut]!, (positions) => ++positions.from)
      this.olderValues[this.olderCut] = undefined
    }
    this.last = record
    if (this.newerKeys.length === 0 && this.olderCut === this.olderKeys.length) this.forget()
    else this.isLive = true
  }

  /** Gives back what it holds; it is of no use afterwards. */
  forget(): void {
    this.isLive = false
    this.byKey = new Map()
    this.newerKeys = []
    this.newerValues = []
    this.olderKeys = []
    this.olderValues = []
    this.last = null
  }

  private begin(first: Version): void {
    registry.register(first, this)
    this.isLive = true
  }

  private addNewer(record: Version): void {
    const { key } = record
    this.newerValues.push(oldOf(record))
    const position = this.newerKeys.push(key) - 1
    const positions = this.byKey.get(key)
    if (positions === undefined) this.byKey.set(key, position)
    else this.severalOf(key, positions).newer.push(position)
    record.line = this
    record.position = position
  }

  private addOlder(record: Version): void {
    const { key } = record
    this.olderValues.push(oldOf(record))
    const position = -this.olderKeys.push(key)
    const positions = this.byKey.get(key)
    if (positions === undefined) this.byKey.set(key, position)
    else this.severalOf(key, positions).older.push(position)
    record.line = this
    record.position = position
  }

  private severalOf(key: string, positions: number | Positions): Positions {
    if (typeof positions !== 'number') return positions
    const several: Positions =
      positions < 0 ? { older: [positions], from: 0, newer: [] } : { older: [], from: 0, newer: [positions] }
    this.byKey.set(key, several)
    return several
  }

  /** Takes the newest position of a key out. */
  private remove(key: string, take: (positions: Positions) => void): void {
    const positions = this.byKey.get(key)!
    if (typeof positions !== 'number') {
      take(positions)
      if (positions.newer.length > 0 || positions.from < positions.older.length) return
    }
    this.byKey.delete(key)
  }
}

/** The smallest of the positions that is not below `position`; one below it when there is none. */
function firstFrom({ older, from, newer }: Positions, position: number): number {
  if (position < 0) {
    // Those not below it come first.
    let [low, high] = [from, older.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (older[middle]! >= position) low = middle + 1
      else high = middle
    }
    if (low > from) return older[low - 1]!
    return newer.length > 0 ? newer[0]! : position - 1
  }
  let [low, high] = [0, newer.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (newer[middle]! >= position) high = middle
    else low = middle + 1
  }
  return low < newer.length ? newer[low]! : position - 1
}
