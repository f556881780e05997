// Values as text and as JSON.
import { inspect } from 'node:util'
import { isBytes } from '../core.js'
import { bytesText, hex, idText, momentText, plain } from '../sortition/index.js'

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
  bytes: bytesText,
  time: momentText,
}

/**
 * Text of several lines without any character that a terminal obeys. In JSON, where they are in strings, it
 * stays JSON.
 */
export function printable(text: string): string {
  return text.split('\n').map(plain).join('\n')
}

/** What identifies is printed in one way; so are hashes. */
const identifiers = new Set(['e3Id'])
const hashes = new Set(['seed', 'score', 'scores', 'expected'])

/**
 * A report and the like: bigints become decimal text, identifiers and hashes what they are in text, bytes
 * hexadecimal.
 */
export function plainJson(v: unknown): string {
  const convert = (x: unknown, name: string): unknown => {
    if (typeof x === 'bigint')
      return identifiers.has(name) ? idText(x) : hashes.has(name) ? hex(x) : x.toString()
    if (isBytes(x)) return `0x${value.hex(x)}`
    if (Array.isArray(x)) return x.map((each) => convert(each, name))
    if (x === null || typeof x !== 'object') return x
    return Object.fromEntries(Object.entries(x).map(([key, each]) => [key, convert(each, key)]))
  }
  return JSON.stringify(convert(v, ''), null, 2)
}

/**
 * A map's value in JSON, with what JSON has not as an object of one member: `{ "$bigint": "1" }`, `{
 * "$bytes": "0x61" }`, `{ "$number": "NaN" }` (also `Infinity`, `-Infinity`, `-0`). An object of one such
 * member itself is `{ "$object": … }`.
 */
export function jsonValue(v: unknown): unknown {
  if (typeof v === 'bigint') return { $bigint: v.toString() }
  if (isBytes(v)) return { $bytes: `0x${value.hex(v)}` }
  if (typeof v === 'number')
    return Number.isFinite(v) && !Object.is(v, -0) ? v : { $number: Object.is(v, -0) ? '-0' : String(v) }
  if (Array.isArray(v)) return v.map(jsonValue)
  if (v === null || typeof v !== 'object') return v
  const copy = Object.fromEntries(Object.entries(v).map(([key, each]) => [key, jsonValue(each)]))
  const names = Object.keys(copy)
  return names.length === 1 && names[0]!.startsWith('$') ? { $object: copy } : copy
}
