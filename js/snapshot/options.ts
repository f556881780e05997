// What reading a snapshot, a delta and an opened snapshot have in common: options, the expected digest, meta.
import { CborError, type Codec, codecOption, decodeCbor, encodeCbor, given, takeBytes } from '../core.js'
import { SnapshotError } from '../errors.js'
import type { DeserializeOptions } from './snapshot.js'

/** Options, checked: what is given wrongly is not taken for what is not given. */
export function settings<V>(options: DeserializeOptions<V> | undefined): {
  codec: Codec<V>
  digest: Uint8Array | undefined
  limit: number
} {
  const { codec, digest, limit = 2 ** 30 } = given(options)
  if (typeof limit !== 'number' || !(limit >= 0))
    throw new RangeError(`a limit must be a number of bytes, not ${String(limit)}`)
  return {
    codec: codecOption(codec),
    digest: digest === undefined ? undefined : takeBytes(digest, 'a digest'),
    limit: Math.min(Math.floor(limit), 2 ** 32 - 1),
  }
}

export function wrongDigest(): SnapshotError {
  return new SnapshotError(
    'wrong-digest',
    -1,
    'the last version does not have the digest that was asked for (wrong-digest)',
  )
}

/** The bytes of a `meta`; none when it is undefined. */
export function encodeMeta(meta: unknown): Uint8Array<ArrayBuffer> {
  return meta === undefined ? new Uint8Array(0) : encodeCbor(meta)
}

export function decodeMeta(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined
  try {
    return decodeCbor(bytes)
  } catch (error) {
    if (!(error instanceof CborError)) throw error
    throw new SnapshotError(
      'meta',
      -1,
      `the meta of this snapshot is not deterministic CBOR: ${error.message} (meta)`,
    )
  }
}
