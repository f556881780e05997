/**
 * Makes maps readable in the consoles of browsers: `import 'hamt-wasm/devtools'` in development, and switch
 * on custom formatters in the settings of the developer tools (Chromium: "Custom formatters"; Firefox:
 * "Enable custom formatters"). Node's console needs nothing.
 *
 * @module hamt-wasm/devtools
 */
import { type Hamt, isDisposed, isOwn } from './core.js'

/** A piece of what a console shows: text, or the name of an element, its attributes, and what is in it. */
export type JsonMl = string | [tag: string, attributes: object, ...children: unknown[]]

const shownInHeader = 3
const shownInBody = 100

const dim = { style: 'opacity: 0.6' }
const list = { style: 'list-style: none; margin: 0; padding-left: 1em' }

/** A value, to be opened on its own. */
const reference = (value: unknown): JsonMl => ['object', { object: value }]

function firstEntries(map: Hamt<unknown>, most: number): [string, unknown][] {
  const entries: [string, unknown][] = []
  for (const entry of map) {
    if (entries.length === most) break
    entries.push(entry)
  }
  return entries
}

/**
 * How a console shows a `Hamt`: its size and first entries in a line; opened, the first hundred. O(what it
 * shows).
 */
export const formatter = {
  /** The line, or null for what is no `Hamt`. */
  header(thing: unknown): JsonMl | null {
    if (!isOwn(thing)) return null
    const map = thing
    if (isDisposed(map)) return ['span', {}, map.toString(), ['span', dim, ' disposed']]
    const parts = firstEntries(map, shownInHeader).flatMap(([key, value], i): JsonMl[] => [
      i === 0 ? ' { ' : ', ',
      `${JSON.stringify(key)} → `,
      reference(value),
    ])
    if (map.size > shownInHeader) parts.push(', …')
    if (map.size > 0) parts.push(' }')
    return ['span', {}, map.toString(), ...parts]
  },
  /** Whether there is anything to open. */
  hasBody(map: Hamt<unknown>): boolean {
    return !isDisposed(map) && map.size > 0
  },
  /** What is seen when it is opened. */
  body(map: Hamt<unknown>): JsonMl {
    const rows = firstEntries(map, shownInBody).map(([key, value]): JsonMl => [
      'li',
      {},
      `${JSON.stringify(key)} → `,
      reference(value),
    ])
    const left = map.size - rows.length
    if (left > 0) rows.push(['li', dim, `… ${left} more`])
    return ['ol', list, ...rows]
  },
}

const target = globalThis as { devtoolsFormatters?: unknown[] }
target.devtoolsFormatters = [...(target.devtoolsFormatters ?? []), formatter]
