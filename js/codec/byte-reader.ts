// Reading bytes front to back: bytes, runs of bytes, and integers of variable length (unsigned LEB128).

/** What a reader can find wrong. */
export type ByteFault = 'truncated' | 'varint'

/** A position in bytes, moving on, never past `end`. O(1) a call but for varints; allocates nothing. */
export class ByteReader {
  /**
   * `fail` throws for bytes that end too early, and for an integer that is too large or not in its shortest
   * form.
   */
  constructor(
    readonly bytes: Uint8Array,
    public at: number,
    readonly end: number,
    private readonly fail: (fault: ByteFault, offset: number) => never,
  ) {}

  byte(): number {
    if (this.at >= this.end) this.fail('truncated', this.at)
    return this.bytes[this.at++]!
  }

  /** Steps over `length` bytes and says where they begin. */
  skip(length: number): number {
    if (length > this.end - this.at) this.fail('truncated', this.at)
    const start = this.at
    this.at += length
    return start
  }

  /**
   * An integer below `limit`, which is at most 2^53, in as few bytes as possible: seven bits a byte, lowest
   * first.
   */
  varint(limit: number): number {
    const start = this.at
    let value = 0
    for (let scale = 1; scale <= limit; scale *= 128) {
      const byte = this.byte()
      value += (byte & 127) * scale
      if (byte < 128) {
        if (value >= limit || (byte === 0 && scale > 1)) break
        return value
      }
    }
    return this.fail('varint', start)
  }
}
