// Text of maps for consoles and assertion libraries.

/** What a console passes; each of it may be missing, or something else. */
export interface InspectArguments {
  depth: unknown
  options: unknown
  /** Node's `inspect`. */
  show: unknown
}

/**
 * A text such as `Hamt(2) { 'a' => 1, 'b' => 2 }`: `title`, and the first entries of `map`, or that it is
 * disposed when that is undefined. O(what it shows).
 */
export function inspect(
  title: string,
  map: Iterable<readonly [string, unknown]> | undefined,
  size: number,
  { depth, options, show }: InspectArguments,
): string {
  if (map === undefined) return `[${title}, disposed]`
  if (typeof depth === 'number' && depth < 0) return `[${title}]`
  const limit = (options as { maxArrayLength?: unknown } | null | undefined)?.maxArrayLength
  const most = limit === null ? Infinity : typeof limit === 'number' ? limit : 100
  const shown = new Map<string, unknown>()
  for (const [key, value] of map) {
    if (shown.size >= most) break
    shown.set(key, value)
  }
  const text =
    typeof show === 'function'
      ? String((show as (value: unknown, options: unknown) => unknown)(shown, options))
      : `Map(${shown.size}) {${[...shown].map(([key, value]) => ` ${JSON.stringify(key)} => ${plainly(value)}`).join(',')} }`
  const named = `${title}${text.slice(text.indexOf(')') + 1)}`
  const left = size - shown.size
  return left === 0
    ? named
    : `${named.slice(0, named.lastIndexOf('}')).trimEnd()}${shown.size > 0 ? ',' : ''} … ${left} more }`
}

function plainly(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value !== 'object' || value === null) return String(value)
  return Array.isArray(value) ? `[${value.length} values]` : '{…}'
}
