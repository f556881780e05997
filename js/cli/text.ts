// Values as text.
import { inspect } from 'node:util'

export const value = {
  /** On one line, as one would write it in a program. */
  text(v: unknown): string {
    return inspect(v, {
      depth: Infinity,
      breakLength: Infinity,
      compact: true,
      maxArrayLength: null,
      maxStringLength: null,
    })
  },
  hex(bytes: Uint8Array): string {
    return Buffer.from(bytes).toString('hex')
  },
  bytes(n: number): string {
    if (n < 10_000) return `${Math.round(n)} bytes`
    return n < 10_000_000 ? `${(n / 1000).toFixed(1)} KB` : `${(n / 1_000_000).toFixed(1)} MB`
  },
  /** JSON; bigints become decimal text, bytes hexadecimal. */
  json(v: unknown): string {
    const replace = (_: string, x: unknown) =>
      typeof x === 'bigint' ? x.toString() : x instanceof Uint8Array ? `0x${value.hex(x)}` : x
    return JSON.stringify(v, replace, 2)
  },
}
