// Small questions about strings and values; no wasm here.

/**
 * UTF-8; a leading U+FEFF is part of a key like any other character.
 * @internal
 */
export const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()

/** Bytes as browsers' TextDecoder takes them: a copy when others may write to them, as in a `SharedArrayBuffer`. */
export function unshared(bytes: Uint8Array): Uint8Array {
  // By its tag: where a page may not make one, the class has no name, and the buffer of a shared wasm memory is one.
  return bytes.buffer[Symbol.toStringTag] === 'SharedArrayBuffer' ? bytes.slice() : bytes
}

/** The UTF-8 of a well-formed string. */
export function encodeUtf8(s: string): Uint8Array {
  return encoder.encode(s)
}

/** Whether a string has no lone surrogate. O(length). */
export function isWellFormed(s: string): boolean {
  const native = (s as { isWellFormed?: () => boolean }).isWellFormed
  if (native) return native.call(s)
  for (let i = 0; i < s.length; ++i) {
    const point = s.codePointAt(i)!
    if (point >= 0xd800 && point < 0xe000) return false
    if (point > 0xffff) ++i
  }
  return true
}

/** What a value is, in an error message. */
export function kind(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  const type = typeof value
  return type === 'undefined' ? type : `${type === 'object' ? 'an' : 'a'} ${type}`
}
