// Contents of a small map: a native Map, or a Map of changes over that of a pinned version. No wasm, no
// finalizer.
import { checkKey } from '../codec/keys.js'
import { inHashOrder } from './hash-order.js'
import { added, edited, replaced, unchanged } from './store.js'
import type { Contents, Outcome } from './store.js'
import { sameStored } from './stored.js'
import type { Stored } from './stored.js'
import type { Version } from './version.js'

/**
 * What decides whether a map is small; an object so that tests can set it. `size`: with more entries, a map
 * moves to wasm. The figures that chose it: bench/README.md, "Small maps".
 */
export const young = { size: 16_384 }

/** Up to this size a copy, or sorting the keys, costs no more than some edits. */
const cheapCopy = 64
/** Up to this size copying at once, when it is paid for, is faster than a base. */
const quickCopy = 1024
/** How many entries may be copied, and how many keys sorted, for each edit. */
const paidAnEdit = 4
/** How often the keys of a new map may be sorted without an edit. */
const freeSorts = 8

/** In a store over a base: the value of a key of the base that is deleted. */
const deleted = Object.freeze({ deleted: true })

/** As `new Map(entries)` in half the time: that makes an array of each entry. */
function copyOf(entries: ReadonlyMap<string, Stored>): Map<string, Stored> {
  const copy = new Map<string, Stored>()
  const values = entries.values()
  for (const key of entries.keys()) copy.set(key, values.next().value!)
  return copy
}

/**
 * A pinned version, and its entries, which nobody changes; they stay here when the version moves to wasm or
 * is disposed.
 */
export interface Base {
  readonly version: Version
  readonly entries: ReadonlyMap<string, Stored>
}

export class YoungStore implements Contents {
  readonly isYoung = true
  /** Number of entries. */
  size: number
  /** The value that the last `put` or `remove` replaced. */
  replaced: Stored | undefined
  /** The keys in the order of iteration; null when a key came or went since they were asked for. */
  private order: readonly string[] | null = null
  /** The values in that order, when there was an iteration since the last edit. */
  values: readonly Stored[] | null = null
  /** Edits in place. */
  edits = 0
  /** What `own` lies over; null when `own` is all. So a copy costs nothing before edits have paid for it. */
  base: Base | null = null

  /**
   * `account`: what edits have paid in for copies, in entries, and for sorting, in keys; one for a store and
   * all its copies.
   */
  constructor(
    private own: Map<string, Stored> = new Map(),
    readonly account = { copies: own.size, sorts: freeSorts * own.size },
  ) {
    this.size = own.size
  }

  get(key: string): Stored | undefined {
    const value = this.own.get(key)
    if (value === undefined) return this.getBelow(key)
    return value === deleted ? undefined : value
  }

  private getBelow(key: string): Stored | undefined {
    const value = this.base?.entries.get(key)
    if (value === undefined) checkKey(key)
    return value
  }

  has(key: string): boolean {
    return this.get(key) !== undefined
  }

  put(key: string, value: Stored): Outcome {
    const old = this.get(key)
    if (old === undefined) {
      this.order = null
      this.beginEdit()
      this.replaced = undefined
      this.write(key, value, this.size + 1)
      return added
    }
    if (old === value && value !== 0) return unchanged // -0 is another value
    const { edits } = this
    if (sameStored(old, value)) return unchanged
    if (this.edits !== edits) return edited
    this.beginEdit()
    this.replaced = old
    this.own.set(key, value)
    return replaced
  }

  remove(key: string): Outcome {
    const old = this.get(key)
    if (old === undefined) return unchanged
    this.order = null
    this.beginEdit()
    this.replaced = old
    this.write(key, undefined, this.size - 1)
    return replaced
  }

  /** Sets a key, or deletes it when the value is undefined, without keeping what was there. */
  apply(key: string, value: Stored | undefined): void {
    this.order = null
    this.values = null
    const growth = (value === undefined ? 0 : 1) - (this.has(key) ? 1 : 0)
    this.write(key, value, this.size + growth)
  }

  /** Changes an entry, and the size: two steps with no call in between, so that none is done alone. */
  private write(key: string, value: Stored | undefined, size: number): void {
    const { own, base } = this
    if (value !== undefined) own.set(key, value)
    else if (base?.entries.has(key)) own.set(key, deleted)
    else own.delete(key)
    this.size = size
  }

  /** Whether a new lineage should begin here: the copy that this takes has been paid for. */
  isDue(): boolean {
    return this.edits >= 1024 && this.edits >= 4 * this.size
  }

  /** Whether `copy` costs little, or has been paid for by edits. */
  mayCopy(version: Version): boolean {
    return this.mayLieUnder(version) || this.mayCopyOwn()
  }

  private mayCopyOwn(): boolean {
    const { size } = this.own
    return size <= cheapCopy || this.account.copies >= size
  }

  /** Whether a copy may lie over this store: it is flat, large, and never changed. */
  private mayLieUnder(version: Version): boolean {
    return this.base === null && version.pinned && this.size > cheapCopy
  }

  /**
   * A store of its own for the contents of `version`, whose store this is. O(own entries); O(1) where it lies
   * over this one, which makes reads and edits slower, but copies nothing that edits have not paid for.
   */
  copy(version: Version): YoungStore {
    const { own, base, size } = this
    const isOver = this.mayLieUnder(version) && (size > quickCopy || !this.mayCopyOwn())
    // The empty map is one for all: what lineages pay is not shared by way of it.
    const copy = new YoungStore(
      isOver ? new Map<string, Stored>() : copyOf(own),
      size > 0 ? this.account : undefined,
    )
    if (!isOver) this.account.copies -= own.size
    copy.base = isOver ? { version, entries: own } : base
    copy.size = size
    copy.order = this.order
    copy.values = this.values
    return copy
  }

  /** All entries, in no order. O(1) without a base, else O(n). */
  get entries(): Map<string, Stored> {
    const { own, base } = this
    if (base === null) return own
    const all = copyOf(base.entries)
    for (const [key, value] of own) {
      if (value === deleted) all.delete(key)
      else all.set(key, value)
    }
    return all
  }

  /** The edits that lead from the base to here. */
  *changes(): Iterable<readonly [string, Stored | undefined]> {
    for (const [key, value] of this.own) yield [key, value === deleted ? undefined : value]
  }

  /** Before an edit: counts it, and ends what lies over a base when the edits since have paid for a copy. */
  private beginEdit(): void {
    const { own, base } = this
    if (base !== null && paidAnEdit * own.size >= base.entries.size) {
      this.own = this.entries
      this.base = null
      this.account.copies -= this.size
    }
    this.values = null
    ++this.edits
    this.account.copies += paidAnEdit
    this.account.sorts += paidAnEdit
  }

  /** Whether `keys` need not sort. */
  get isSorted(): boolean {
    return this.order !== null
  }

  /** Whether sorting `size` keys costs little, or has been paid for by edits. */
  maySort(size: number): boolean {
    return size <= cheapCopy || this.account.sorts >= size
  }

  /**
   * The keys in the order of iteration; not to be changed. O(n log n) after a key has come or gone, and O(1)
   * until the next one does.
   */
  keys(): readonly string[] {
    if (this.order !== null) return this.order
    const { size } = this
    if (size > cheapCopy) this.account.sorts -= size
    return (this.order = inHashOrder([...this.entries.keys()]))
  }

  free(): void {}
}
