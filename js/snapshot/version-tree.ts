// The tree in which a snapshot stores its versions: each is its base and changes.
import type { ByteReader } from '../core.js'
import { SnapshotError } from '../errors.js'

/** The bases of versions, with their sizes. O(versions) to read; 24 bytes a version. */
export class VersionTree {
  /**
   * By version plus one; 0 stands for the empty map. A jump skips ever more bases, so that ancestors are
   * found in O(log depth).
   */
  private readonly base: Uint32Array
  private readonly jump: Uint32Array
  private readonly ends: Uint32Array
  private readonly sizes: Float64Array

  constructor(
    reader: ByteReader,
    readonly count: number,
  ) {
    if (2 * count > reader.end - reader.at) throw new SnapshotError('truncated', reader.at)
    const base = (this.base = new Uint32Array(count + 1))
    const jump = (this.jump = new Uint32Array(count + 1))
    const depth = new Uint32Array(count + 1)
    this.ends = new Uint32Array(count).fill(count)
    for (let v = 0; v < count; ++v) {
      const at = reader.at
      let b = v
      for (let up = reader.varint(2 ** 32); up > 0; --up) {
        if (b === 0) throw new SnapshotError('tree', at)
        this.ends[b - 1] = v
        b = base[b]!
      }
      base[v + 1] = b
      depth[v + 1] = depth[b]! + 1
      const far = jump[b]!
      jump[v + 1] = depth[b]! - depth[far]! === depth[far]! - depth[jump[far]!]! ? jump[far]! : b
    }
    this.sizes = new Float64Array(count)
    for (let v = 0; v < count; ++v) {
      const folded = reader.varint(2 ** 32)
      const growth = folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2
      const b = base[v + 1]!
      this.sizes[v] = growth + (b === 0 ? 0 : this.sizes[b - 1]!)
    }
  }

  size(version: number): number {
    return this.sizes[version]!
  }

  /** Whether `version` is `ancestor`, or has it among its bases. */
  isWithin(version: number, ancestor: number): boolean {
    return ancestor <= version && version < this.ends[ancestor]!
  }

  /**
   * The first among a version and its bases, nearest first, that is below `limit`; -1 for the empty map.
   * O(log depth).
   */
  ancestorBelow(version: number, limit: number): number {
    let at = version + 1
    while (at > limit) at = this.step(at, limit)
    return at - 1
  }

  /** One step towards it: the jump, unless that is too far. */
  private step(at: number, limit: number): number {
    const far = this.jump[at]!
    return far > limit ? far : this.base[at]!
  }
}
