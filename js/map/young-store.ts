// Contents of a small map: a native Map. No wasm, no finalizer.
import { checkKey } from '../codec/keys.js'
import { inHashOrder } from './hash-order.js'
import { added, edited, replaced, unchanged } from './store.js'
import type { Contents, Outcome } from './store.js'
import { sameStored } from './stored.js'
import type { Stored } from './stored.js'

/**
 * What decides whether a map is small; an object so that tests can set it. `size`: with more entries, a map moves to wasm. The
 * figures that chose it: bench/README.md, "Small maps".
 */
export const young = { size: 16_384 }

/** Up to this size a copy, or sorting the keys, costs no more than some edits. */
const cheapCopy = 64
/** How many entries may be copied, and how many keys sorted, for each edit. */
const paidAnEdit = 4
/** How often the keys of a new map may be sorted without an edit. */
const freeSorts = 8

/** As `new Map(entries)` in half the time: that makes an array of each entry. */
function copyOf(entries: ReadonlyMap<string, Stored>): Map<string, Stored> {
  const copy = new Map<string, Stored>()
  const values = entries.values()
  for (const key of entries.keys()) copy.set(key, values.next().value!)
  return copy
}

export class YoungStore implements Contents {
  readonly isYoung = true
  /** The value that the last `put` or `remove` replaced. */
  replaced: Stored | undefined
  /** The keys in the order of iteration, when somebody has asked since the last one came or went. */
  private order: readonly string[] | null = null
  /** The values in that order, when there was an iteration since the last edit. */
  values: readonly Stored[] | null = null
  /** Edits in place. */
  edits = 0

  /** `account`: what edits have paid in for copies, in entries, and for sorting, in keys; one for a store and all its copies. */
  constructor(
    readonly entries: Map<string, Stored> = new Map(),
    readonly account = { copies: entries.size, sorts: freeSorts * entries.size },
  ) {}

  get(key: string): Stored | undefined {
    const value = this.entries.get(key)
    if (value === undefined) checkKey(key)
    return value
  }

  has(key: string): boolean {
    return this.get(key) !== undefined
  }

  put(key: string, value: Stored): Outcome {
    const { entries } = this
    const old = entries.get(key)
    if (old === undefined) {
      checkKey(key)
      this.order = null
      this.countEdit()
      this.replaced = undefined
      entries.set(key, value)
      return added
    }
    if (old === value && value !== 0) return unchanged // -0 is another value
    const { edits } = this
    if (sameStored(old, value)) return unchanged
    if (this.edits !== edits) return edited
    this.countEdit()
    this.replaced = old
    entries.set(key, value)
    return replaced
  }

  remove(key: string): Outcome {
    const old = this.get(key)
    if (old === undefined) return unchanged
    this.order = null
    this.countEdit()
    this.replaced = old
    this.entries.delete(key)
    return replaced
  }

  /** Sets a key, or deletes it when the value is undefined, without keeping what was there. */
  apply(key: string, value: Stored | undefined): void {
    this.order = null
    this.values = null
    if (value === undefined) this.entries.delete(key)
    else this.entries.set(key, value)
  }

  /** Whether a new lineage should begin here: the copy that this takes has been paid for. */
  isDue(): boolean {
    return this.edits >= 1024 && this.edits >= 4 * this.entries.size
  }

  /** Whether a copy costs little, or has been paid for by edits. */
  mayCopy(): boolean {
    return this.entries.size <= cheapCopy || this.account.copies >= this.entries.size
  }

  /** O(n). */
  copy(): YoungStore {
    // The empty map is one for all: what lineages pay is not shared by way of it.
    const copy = new YoungStore(copyOf(this.entries), this.entries.size > 0 ? this.account : undefined)
    this.account.copies -= this.entries.size
    copy.order = this.order
    copy.values = this.values
    return copy
  }

  private countEdit(): void {
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

  /** The keys in the order of iteration; not to be changed. O(n log n) after a key has come or gone, and O(1) until the next one does. */
  keys(): readonly string[] {
    if (this.order !== null) return this.order
    const { size } = this.entries
    if (size > cheapCopy) this.account.sorts -= size
    return (this.order = inHashOrder([...this.entries.keys()]))
  }

  free(): void {}
}
