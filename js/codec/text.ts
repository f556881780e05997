// Small questions about strings and values; no wasm here.

const loneSurrogate = /\p{Surrogate}/u

/** Whether a string has no lone surrogate. */
export function isWellFormed(s: string): boolean {
  const native = (s as { isWellFormed?: () => boolean }).isWellFormed
  return native ? native.call(s) : !loneSurrogate.test(s)
}

/** What a value is, in an error message. */
export function kind(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  const type = typeof value
  return type === 'undefined' ? type : `${type === 'object' ? 'an' : 'a'} ${type}`
}
