// The wasm functions of snapshots, which the main entry has in a part of their own.
import { type Exports, raw, startPart } from '../core.js'

let part: string | undefined

/** Gives the part as text. Without it the module must not be split, as `hamt.wasm` is not. */
export function carryWasm(text: string): void {
  part = text
}

/** What the module exports, with the part started. */
export function native(): Exports {
  if (part !== undefined) startPart(part)
  return raw
}
