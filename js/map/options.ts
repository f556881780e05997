// Options of a map that is made: its codec, checked.
import { cbor, codecOption } from '../codec/codec.js'
import type { Codec } from '../codec/codec.js'
import { given } from '../codec/options.js'

/** How a map is made. */
export interface HamtOptions<V> {
  /** Turns values into bytes and back instead of CBOR. Equal values must have equal bytes. */
  readonly codec?: Codec<V>
}

/** The codec that options name, or CBOR. TypeError for what is no codec. */
export function codecIn<V>(options: HamtOptions<V> | undefined): Codec<unknown> {
  return options === undefined ? cbor : (codecOption(given(options).codec) as Codec<unknown>)
}
