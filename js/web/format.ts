// Numbers, addresses, scores and times as text.
import type { Address } from '../sortition/index.js'
export { aloneText, bytesText, timeText } from '../sortition/text.js'

export function shortAddress(address: string): string {
  return `${address.slice(0, 6)}…${address.slice(-4)}`
}

/** A number with separators between thousands, whatever its size. */
export function grouped(n: bigint | number): string {
  return String(n).replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f')
}

export function plural(n: number | bigint, one: string, many = `${one}s`): string {
  return `${grouped(n)} ${n === 1 || n === 1n ? one : many}`
}

/** A score as a share of the range of all scores, above 0 so that it can stand on a logarithmic scale. */
export function scoreShare(score: bigint): number {
  return Math.max(Number(score >> 203n), 1) / 2 ** 53
}

/** A score, as it reads everywhere: its share of the range of all scores, with three significant digits. */
export function scoreText(score: bigint | number): string {
  const share = typeof score === 'number' ? score : scoreShare(score)
  return share.toFixed(share >= 0.1 ? 3 : Math.min(18, 2 - Math.floor(Math.log10(share))))
}

export function hex(n: bigint): string {
  return `0x${n.toString(16).padStart(64, '0')}`
}

/** The counter within an e3Id: what is below its contract's address. */
export function requestName(e3Id: bigint): string {
  return `Request ${grouped(e3Id & ((1n << 96n) - 1n))}`
}
export function contractOf(e3Id: bigint): Address | undefined {
  const address = e3Id >> 96n
  return address === 0n ? undefined : `0x${address.toString(16).padStart(40, '0')}`
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Control and formatting characters, which could hide or reorder what is around them, as escapes. */
export function visible(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  )
}

/** A key where there is little room: addresses short, other long keys cut. */
export function shortKey(key: string): string {
  if (/^0x[0-9a-f]{40}$/.test(key)) return shortAddress(key)
  return visible(key.length > 24 ? `${key.slice(0, 23)}…` : key)
}
