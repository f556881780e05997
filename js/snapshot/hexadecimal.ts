// `0x` and lower-case hexadecimal digits as bytes, and back.
import { encoder } from '../core.js'

const digitValues = new Uint8Array(256).fill(16)
const digits = encoder.encode('0123456789abcdef')
digits.forEach((code, value) => (digitValues[code] = value))

/**
 * The bytes that a text stands for; undefined when it is not `0x` and an even number of lower-case
 * hexadecimal digits.
 */
export function packHexadecimal(text: Uint8Array): Uint8Array | undefined {
  if (text.length < 2 || text.length % 2 !== 0 || text[0] !== 0x30 || text[1] !== 0x78) return undefined
  const bytes = new Uint8Array(text.length / 2 - 1)
  let seen = 0
  for (let i = 0; i < bytes.length; ++i) {
    const high = digitValues[text[2 * i + 2]!]!
    const low = digitValues[text[2 * i + 3]!]!
    seen |= high | low
    bytes[i] = (high << 4) | low
  }
  return seen < 16 ? bytes : undefined
}

/** The text that stands for bytes. */
export function unpackHexadecimal(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const text = new Uint8Array(2 + 2 * bytes.length)
  text[0] = 0x30
  text[1] = 0x78
  for (let i = 0; i < bytes.length; ++i) {
    text[2 * i + 2] = digits[bytes[i]! >> 4]!
    text[2 * i + 3] = digits[bytes[i]! & 15]!
  }
  return text
}
