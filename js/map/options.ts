// Options of a map that is made: its codec, checked.
import { cbor } from '../codec/codec.js'
import type { Codec } from '../codec/codec.js'

/** How a map is made. */
export interface HamtOptions<V> {
  /** Turns values into bytes and back instead of CBOR. Equal values must have equal bytes. */
  readonly codec?: Codec<V>
}

/** The codec that options name, or CBOR. TypeError for what is no codec. */
export function codecIn<V>(options: HamtOptions<V> | undefined): Codec<unknown> {
  const codec = options?.codec
  if (codec === undefined) return cbor
  if (typeof codec?.encode !== 'function' || typeof codec.decode !== 'function') {
    throw new TypeError('a codec needs the functions encode and decode')
  }
  return codec as Codec<unknown>
}
