// Layouts: lists of property names as objects have them, with what the encoder makes of each. Objects of few
// shapes are encoded in great numbers, so layouts are kept in a table of fixed size.
import { encodeUtf8, isWellFormed } from './text.js'

/** What objects with one list of keys have in common. */
export interface Layout {
  /** As `Object.keys` gives them. */
  readonly keys: readonly string[]
  /** In the order of their encoded texts: by length in bytes, then bytewise. */
  readonly sorted: readonly string[]
  /** The encoded text of each of `sorted`; undefined for a name with a lone surrogate. */
  readonly encoded: readonly (Uint8Array | undefined)[]
  /**
   * For each of `sorted`, the slot of the layout of the object that was last seen there: a guess for the
   * next.
   */
  readonly inner: number[]
  /** Its slot in the table; 0 for one that is not kept. */
  readonly slot: number
}

/** Slot 0 stays empty. Layouts refer to one another by slot, so that what has left the table is garbage. */
const slots: (Layout | undefined)[] = Array.from({ length: 128 })
/** Objects that are used as tables have too many keys, and each its own. */
const mostKeys = 64
const mostUnits = 1024

/**
 * The layout for a list of keys. O(keys) when it is in slot `guess` or elsewhere in the table, else O(their
 * bytes) and a sort.
 */
export function layoutOf(keys: readonly string[], guess: number): Layout {
  const guessed = slots[guess]
  if (guessed && isFor(guessed, keys)) return guessed
  if (keys.length > mostKeys) return makeLayout(keys, 0)
  const slot = slotOf(keys)
  const found = slots[slot]
  if (found && isFor(found, keys)) return found
  const size = keys.reduce((sum, key) => sum + key.length, 0)
  return size > mostUnits ? makeLayout(keys, 0) : (slots[slot] = makeLayout(keys, slot))
}

function isFor(layout: Layout, keys: readonly string[]): boolean {
  const known = layout.keys
  if (known.length !== keys.length) return false
  for (let i = 0; i < keys.length; ++i) if (keys[i] !== known[i]) return false
  return true
}

function slotOf(keys: readonly string[]): number {
  let hash = keys.length
  for (let i = 0; i < keys.length; ++i) {
    const key = keys[i]!
    hash = (Math.imul(hash, 31) + key.length * 7 + (key.charCodeAt(0) | 0)) | 0
  }
  return 1 + (((hash ^ (hash >>> 7)) >>> 0) % (slots.length - 1))
}

function makeLayout(keys: readonly string[], slot: number): Layout {
  const items = keys.map((key) => ({ key, text: isWellFormed(key) ? encodeText(key) : undefined }))
  items.sort((a, b) => compare(a.text, b.text))
  return {
    keys,
    sorted: items.map(({ key }) => key),
    encoded: items.map(({ text }) => text),
    inner: items.map(() => 0),
    slot,
  }
}

function encodeText(text: string): Uint8Array {
  const content = encodeUtf8(text)
  const n = content.length
  const head =
    n < 24
      ? [0x60 | n]
      : n < 0x100
        ? [0x78, n]
        : n < 0x10000
          ? [0x79, n >>> 8, n]
          : [0x7a, n >>> 24, n >>> 16, n >>> 8, n]
  const encoded = new Uint8Array(head.length + n)
  encoded.set(head)
  encoded.set(content, head.length)
  return encoded
}

/** Bytewise; a name that cannot be encoded comes first, so that it is the first to be refused. */
function compare(a: Uint8Array | undefined, b: Uint8Array | undefined): number {
  if (!a || !b) return a ? 1 : b ? -1 : 0
  const end = Math.min(a.length, b.length)
  for (let i = 0; i < end; ++i) if (a[i] !== b[i]) return a[i]! - b[i]!
  return a.length - b.length
}
