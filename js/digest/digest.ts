// Digests and proofs of a map, made in wasm. What verifies them is verify.ts, which needs no wasm.
import { encodeKey } from '../codec/keys.js'
import { kind } from '../codec/text.js'
import { check } from '../wasm/errors.js'
import { takeOutput, withInput } from '../wasm/input.js'
import { raw } from '../wasm/instance.js'
import { withEncoded } from '../map/encoded.js'
import type { Version } from '../map/version.js'

/** The 32 bytes that stand for the map's contents: see `Hamt.digest`. */
export function digest(map: Version): Uint8Array<ArrayBuffer> {
  return withEncoded([map], true, ([handle]) => {
    check(raw._hamt_digest(handle!))
    return takeOutput()
  })
}

/** A proof about one key or several: see `Hamt.prove`. */
export function prove(map: Version, keys: string | Iterable<string>): Uint8Array<ArrayBuffer> {
  const texts = Array.from(typeof keys === 'string' ? [keys] : checkList(keys), encodeKey)
  if (texts.length === 0) throw new TypeError('a proof needs at least one key')

  // the lengths as words, then all keys in a row
  const sizes = Uint32Array.from(texts, (text) => text.length)
  const packed = new Uint8Array(sizes.byteLength + sizes.reduce((sum, size) => sum + size, 0))
  packed.set(new Uint8Array(sizes.buffer))
  let at = sizes.byteLength
  for (const text of texts) {
    packed.set(text, at)
    at += text.length
  }
  return withEncoded([map], true, ([handle]) =>
    withInput([packed], () => {
      check(raw._hamt_prove(handle!, packed.length, texts.length))
      return takeOutput()
    }),
  )
}

function checkList(keys: Iterable<string>): Iterable<string> {
  if (typeof (keys as Partial<Iterable<string>> | null | undefined)?.[Symbol.iterator] === 'function')
    return keys
  throw new TypeError(`a key must be a string, or a list of strings, not ${kind(keys)}`)
}
