// Argument validation: addresses, 256-bit numbers, hashes. Each check throws an error that names the argument
// and shows its value; what passes is in one form (lower-case text, bigint) from there on.
import { isBytes, takeBytes } from '../core.js'

import { given } from '../core.js'

/** An address in any letter case; what this package gives back is lower case. */
export type Address = `0x${string}`
/** Bytes as hexadecimal digits after `0x`. */
export type Hex = `0x${string}`

export const maxUint256 = 2n ** 256n - 1n

// Controls (C0, DEL, C1), line and paragraph separators, what changes the direction of text, and what has no
// width.
/* eslint-disable no-control-regex */
const controls =
  /[\0-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udfff]/g
/* eslint-enable no-control-regex */

/**
 * Text on one line, with no character in it that a terminal obeys: such characters as their code, `\u001b`.
 */
export function plain(text: string): string {
  const escape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return text.replace(controls, (found) => found.split('').map(escape).join(''))
}

/** The value in an error message: short, on one line, whatever it is. */
export function show(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'string')
    return plain(JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value))
  if (value === null || typeof value !== 'object') return String(value)
  return Array.isArray(value) ? `an array of ${value.length}` : 'an object'
}

const addressForm = /^0x[0-9a-fA-F]{40}$/
const hashForm = /^0x[0-9a-fA-F]{64}$/

export function isAddress(value: unknown): value is Address {
  return typeof value === 'string' && addressForm.test(value)
}

/** An address in lower case. TypeError for anything that is none. */
export function address(value: unknown, name: string): Address {
  if (isAddress(value)) return value.toLowerCase() as Address
  throw new TypeError(`${name} must be an address, 0x and 40 hexadecimal digits, got ${show(value)}`)
}

export function isUint256(value: unknown): value is bigint {
  return typeof value === 'bigint' && value >= 0n && value <= maxUint256
}

/** A bigint from 0 to 2^256 - 1. TypeError for another type (a number loses digits), RangeError beyond. */
export function uint256(value: unknown, name: string): bigint {
  if (typeof value !== 'bigint') throw new TypeError(`${name} must be a bigint, got ${show(value)}`)
  if (!isUint256(value)) throw new RangeError(`${name} must be from 0 to 2^256 - 1, got ${show(value)}`)
  return value
}

/** The same, or a safe integer: for counts and small identifiers, which users write without an `n`. */
export function count(value: unknown, name: string): bigint {
  return uint256(typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value, name)
}

/** A whole number from 0 to 2^53 - 1, given as a number or a bigint. */
export function safeInteger(value: unknown, name: string): number {
  const n = typeof value === 'bigint' ? Number(value) : value
  if (typeof n !== 'number') throw new TypeError(`${name} must be an integer, got ${show(value)}`)
  if (!Number.isSafeInteger(n) || n < 0) {
    throw new RangeError(`${name} must be an integer from 0 to 2^53 - 1, got ${show(value)}`)
  }
  return n
}

/** A 32-byte hash, as text or as bytes, as a number. */
export function hash(value: unknown, name: string): bigint {
  if (typeof value === 'string' && hashForm.test(value)) return BigInt(value)
  if (isBytes(value)) {
    const bytes = takeBytes(value, name)
    if (bytes.length === 32) return readUint256(bytes, 0)
  }
  throw new TypeError(`${name} must be 32 bytes, 0x and 64 hexadecimal digits, got ${show(value)}`)
}

/**
 * A property of a record that may lack it: what its prototype has is none. For loops over logs, where `given`
 * copies too much.
 */
export function own<T extends object, Name extends keyof T>(record: T, name: Name): T[Name] | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}

/** A copy of the own properties of a record. TypeError for what is none. */
export function object(value: unknown, name: string): Record<string, unknown> {
  if (value === null || typeof value !== 'object')
    throw new TypeError(`${name} must be an object, got ${show(value)}`)
  return given(value as Record<string, unknown>)
}

// --- bytes ---------------------------------------------------------------------------------------

/** Writes 32 big-endian bytes. */
export function writeUint256(to: Uint8Array, at: number, value: bigint): void {
  const view = new DataView(to.buffer, to.byteOffset + at, 32)
  view.setBigUint64(0, value >> 192n)
  view.setBigUint64(8, (value >> 128n) & 0xffff_ffff_ffff_ffffn)
  view.setBigUint64(16, (value >> 64n) & 0xffff_ffff_ffff_ffffn)
  view.setBigUint64(24, value & 0xffff_ffff_ffff_ffffn)
}

export function readUint256(from: Uint8Array, at: number): bigint {
  const view = new DataView(from.buffer, from.byteOffset + at, 32)
  return (
    (view.getBigUint64(0) << 192n) |
    (view.getBigUint64(8) << 128n) |
    (view.getBigUint64(16) << 64n) |
    view.getBigUint64(24)
  )
}

/** Writes the 20 bytes of a checked address. */
export function writeAddress(to: Uint8Array, at: number, value: Address): void {
  for (let i = 0; i < 20; ++i)
    to[at + i] = 16 * digit(value.charCodeAt(2 + 2 * i)) + digit(value.charCodeAt(3 + 2 * i))
}

/** A lower-case hexadecimal digit. */
function digit(code: number): number {
  return code < 58 ? code - 48 : code - 87
}

export function readAddress(from: Uint8Array, at: number): Address {
  return toHex(from.subarray(at, at + 20))
}

const digits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

export function toHex(bytes: Uint8Array): Hex {
  let text = '0x'
  for (const byte of bytes) text += digits[byte]
  return text as Hex
}
