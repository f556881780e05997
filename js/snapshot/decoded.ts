// Values of an opened snapshot: decoded when they are asked for, and the same object as long as a reference
// to it exists.
import { type Codec, fromStored, isReferable, storedFromBytes } from '../core.js'
import type { SnapshotView } from './view.js'

/**
 * The values of one file by their numbers in it. Remembers the objects that it has handed out, weakly: beside
 * what its readers hold it takes some 150 bytes for each of these objects, and gives them back when the
 * collector takes the object.
 */
export class DecodedValues {
  private readonly objects = new Map<number, WeakRef<object>>()
  private readonly registry = new FinalizationRegistry<number>((number) => {
    if (this.objects.get(number)?.deref() === undefined) this.objects.delete(number)
  })

  constructor(
    private readonly view: SnapshotView,
    private readonly codec: Codec<unknown>,
  ) {}

  /**
   * Value `number`, for a reader; `key` is named where its bytes are no value. O(its bytes), O(1) while a
   * reference to it exists.
   */
  get(number: number, key: string): unknown {
    const known = this.objects.get(number)?.deref()
    if (known !== undefined) return known
    const stored = storedFromBytes(this.codec, key, this.view.value(number))
    if (!isReferable(stored)) return fromStored(stored)
    this.objects.set(number, new WeakRef(stored))
    this.registry.register(stored, number)
    return stored
  }
}
