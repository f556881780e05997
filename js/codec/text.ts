// Encodings of strings, and kinds of values for messages. No wasm here.

/** @internal */
interface Util {
  types: { isProxy: (value: unknown) => boolean }
  TextDecoder: typeof TextDecoder
  TextEncoder: typeof TextEncoder
}
const { process } = globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } }

/**
 * Node's `util`, where there is one: Node 20.16, Deno, Bun.
 * @internal
 */
export const util = nodeUtil() as Util | undefined

function nodeUtil(): unknown {
  try {
    return process?.getBuiltinModule?.('node:util')
  } catch {
    return undefined // in Next's edge runtime it throws
  }
}

// jsdom's windows have none of their own.
const Decoder = globalThis.TextDecoder ?? util?.TextDecoder
const Encoder = globalThis.TextEncoder ?? util?.TextEncoder
if (!Decoder || !Encoder) throw new Error('hamt-wasm needs TextEncoder and TextDecoder')

/**
 * To UTF-8.
 * @internal
 */
export const encoder = new Encoder()
/**
 * UTF-8; a leading U+FEFF is part of a key like any other character.
 * @internal
 */
export const decoder = new Decoder('utf-8', { ignoreBOM: true })
/**
 * As `decoder`; TypeError for what is no UTF-8.
 * @internal
 */
export const strictDecoder = new Decoder('utf-8', { fatal: true, ignoreBOM: true })
/**
 * One character a byte.
 * @internal
 */
export const latin1 = new Decoder('latin1')

/**
 * Bytes as browsers' TextDecoder takes them: a copy when others may write to them, as in a
 * `SharedArrayBuffer`.
 */
export function unshared(bytes: Uint8Array): Uint8Array {
  // By its tag: where a page may not make one, the class has no name, and the buffer of a shared wasm memory
  // is one.
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
