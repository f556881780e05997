// The error types of the package. No wasm here: `hamt-wasm/verify` shares them.

/**
 * Bytes that are not a snapshot (or a delta for this base): `code` names the broken rule, `offset` where it
 * was seen.
 */
export class SnapshotError extends Error {
  /** `SnapshotError` */
  override readonly name = 'SnapshotError'
  /** A short, stable name of the rule that was broken, such as `checksum`. */
  readonly code: string
  /**
   * The byte at which it was noticed, counted from the start of the input; -1 when no single byte is to
   * blame.
   */
  readonly offset: number

  constructor(code: string, offset = -1, message?: string) {
    super(message ?? `not a valid snapshot: ${code}${offset >= 0 ? ` at byte ${offset}` : ''}`)
    this.code = code
    this.offset = offset
  }
}

/** A proof that proves nothing about this digest and key: `code` names the broken rule. */
export class ProofError extends Error {
  /** `ProofError` */
  override readonly name = 'ProofError'
  /** A short, stable name of the rule that was broken, such as `digest`. */
  readonly code: string

  constructor(code: string, message?: string) {
    super(message ?? `not a valid proof: ${code}`)
    this.code = code
  }
}

/**
 * A call into wasm was cut off (a stack overflow that was caught, or a termination, as by the `timeout` of
 * `node:vm`) while it changed the trie that this map needs; what is left of it is not used. Maps that do not
 * share that history are as they were.
 */
export class InterruptedError extends Error {
  /** `InterruptedError` */
  override readonly name = 'InterruptedError'

  constructor(message = 'an earlier edit of this map was cut off, and its contents are lost') {
    super(message)
  }
}

/** The map (or a thing made from it) was used after its `dispose()`. */
export class DisposedError extends Error {
  /** `DisposedError` */
  override readonly name = 'DisposedError'

  constructor(message = 'this map has been disposed') {
    super(message)
  }
}

/** A block or a node table that is missing, wrong or out of reach: `digest` or `offset` says which bytes. */
export class BlockError extends Error {
  /** `BlockError` */
  override readonly name = 'BlockError'
  /**
   * A short, stable name of what is wrong: `missing`, `mismatch` (not what its digest names), `malformed`,
   * `truncated`, `too-large`, `version`, `checksum`; of servers `no-ranges`, `changed`, `status`, `network`;
   * `digest` for a version that is not the pinned one.
   */
  readonly code: string
  /** The digest of the block that was wanted, if it has one. */
  readonly digest: Uint8Array | undefined
  /**
   * The byte at which it was noticed, counted from the start of the block or the table; -1 when no single
   * byte is to blame.
   */
  readonly offset: number

  constructor(
    code: string,
    message: string,
    { digest, offset = -1 }: { digest?: Uint8Array | undefined; offset?: number } = {},
  ) {
    const hex = digest && Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
    super(`${message} (${code}${hex ? `, digest ${hex}` : ''}${offset >= 0 ? `, byte ${offset}` : ''})`)
    this.code = code
    this.digest = digest && new Uint8Array(digest) // a copy: it may be part of a block that was checked
    this.offset = offset
  }
}
