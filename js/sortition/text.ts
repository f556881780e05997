// Formatting of identifiers, seconds and sizes as text.

/** An e3Id or another identifier: decimal while it is short, else all 32 bytes. */
export function idText(id: bigint): string {
  return id < 2n ** 64n ? `${id}` : `0x${id.toString(16).padStart(64, '0')}`
}

/** A second as an ISO date in UTC, without fractions; the number alone where no calendar has it. */
export function timeText(seconds: bigint | number): string {
  const date = new Date(Number(seconds) * 1000)
  return Number.isNaN(date.getTime()) ? `second ${seconds}` : date.toISOString().replace('.000Z', 'Z')
}

/** A second as a date, and as what contracts call it. */
export function momentText(second: bigint | number): string {
  const text = timeText(second)
  return text.startsWith('second') ? text : `${text} (second ${second})`
}

/** What versions would take without sharing: each in a file of its own, against `bytes` together. */
export function aloneText(bytes: number, alone: number): string {
  return `each version alone would make ${bytesText(alone)} in all, ${(alone / bytes).toFixed(1)} times as much`
}

/** The size of a file. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} bytes`
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} KB` : `${(bytes / 1e6).toFixed(1)} MB`
}
