// Lookups of many keys in one crossing, for maps in wasm.
import { checkKey } from '../codec/keys.js'
import { check } from '../wasm/errors.js'
import { withInput } from '../wasm/input.js'
import { raw } from '../wasm/instance.js'
import { keyList } from '../wasm/key-list.js'
import { RecordBatch } from '../wasm/record-batch.js'
import { openCell } from './entries.js'
import * as lineage from './lineage.js'
import type { Version } from './version.js'

/**
 * How many keys are asked for in one call, and how many UTF-16 units they have together, unless a single one
 * has more.
 */
const mostKeys = 1024
const mostUnits = 64 * 1024

/**
 * The values of keys in their order; undefined for one that is absent. O(keys) paths; a call into wasm for
 * each thousand keys, or 256 KB of values.
 */
export function getMany(version: Version, keys: readonly string[]): unknown[] {
  if (!lineage.isInWasm(version)) return keys.map((key) => lineage.get(version, key))
  keys.forEach(checkKey)
  const values: unknown[] = []
  const batch = new RecordBatch(version.codec, false, 1)
  while (values.length < keys.length) {
    const asked = keys.slice(values.length, endOfCall(keys, values.length))
    lineage.checkUsable(version) // a codec, which is user code, may have disposed the map
    const count = lineage.withHandle(version, (handle) => read(handle, asked, batch))
    for (let i = 0; i < count; ++i) values.push(openCell(version, asked[i]!, batch.cells[i]))
  }
  return values
}

/** Where the keys end that are asked for in one call, from `begin` on. */
function endOfCall(keys: readonly string[], begin: number): number {
  let end = begin + 1
  let units = keys[begin]!.length
  while (end < keys.length && end - begin < mostKeys && (units += keys[end]!.length) <= mostUnits) ++end
  return end
}

/** Reads the values of the first keys, as many as fit a batch; gives their number. */
function read(handle: number, keys: readonly string[], batch: RecordBatch): number {
  const list = keyList(keys)
  return withInput(list, () => {
    check(raw.hamt_get_many(handle, list[0].length + list[1].length, keys.length))
    return batch.read()
  })
}
