// Digests and proofs of a map, made in wasm. What verifies them is verify.ts, which needs no wasm.
import { checkKey } from '../codec/keys.js'
import { iterable } from '../map/arguments.js'
import { check } from '../wasm/errors.js'
import { takeOutput, withInput } from '../wasm/input.js'
import { raw } from '../wasm/instance.js'
import { keyList } from '../wasm/key-list.js'
import { withEncoded } from '../map/encoded.js'
import type { Version } from '../map/version.js'

/** The 32 bytes that stand for the map's contents: see `Hamt.digest`. */
export function digest(map: Version): Uint8Array<ArrayBuffer> {
  return withEncoded([map], true, ([handle]) => {
    check(raw.hamt_digest(handle!))
    return takeOutput()
  })
}

/** A proof about one key or several: see `Hamt.prove`. */
export function prove(map: Version, keys: string | Iterable<string>): Uint8Array<ArrayBuffer> {
  const asked = [...new Set(typeof keys === 'string' ? [keys] : iterable(keys, 'prove', 'keys, or one key'))]
  asked.forEach(checkKey)
  if (asked.length === 0) throw new TypeError('a proof needs at least one key')
  const list = keyList(asked)
  return withEncoded([map], true, ([handle]) =>
    withInput(list, () => {
      check(raw.hamt_prove(handle!, list[0].length + list[1].length, asked.length))
      return takeOutput()
    }),
  )
}
