// What the wasm module offers, once and for all of js/: the counterpart of cpp/binding. Places are unsigned after `>>> 0`; a negative
// status is an error (see `check` in engine.ts). tests/js/exports.test.ts compares with what the module exports.

/** Raw exports of cpp/binding: `_name` is `name` there. */
export interface RawExports {
  _malloc(size: number): number
  _free(place: number): void

  // handles.cpp
  _hamt_io(): number
  _hamt_reserve(size: number): number
  _hamt_shrink(size: number): void
  _hamt_out(): void
  _hamt_error(): void
  _hamt_size(handle: number): number
  _hamt_copy(handle: number): number
  _hamt_drop(handle: number): void

  // hot.cpp
  _hamt_get(handle: number, keySize: number): number
  _hamt_has(handle: number, keySize: number): number
  _hamt_probe(handle: number, keySize: number, valueSize: number): number
  _hamt_set(handle: number, keySize: number, valueSize: number, keep: number): number
  _hamt_delete(handle: number, keySize: number, keep: number): number
  _hamt_apply(handle: number, size: number): number
  _hamt_build(handle: number, size: number): number
  _hamt_batch(handle: number, most: number, what: number): number

  // digest.cpp
  _hamt_digest(handle: number): number
  _hamt_prove(handle: number, text: number, sizes: number, count: number): number

  // snapshot_read.cpp, snapshot_write.cpp
  _hamt_snapshot_read(file: number, size: number, outside: number, count: number, room: number): number
  _hamt_snapshot_digest(file: number, size: number, version: number): number
  _hamt_snapshot_validate(file: number, size: number): number
  _hamt_snapshot_meta(file: number, size: number): number
  _hamt_snapshot_write(
    handles: number,
    outside: number,
    count: number,
    meta: number,
    metaSize: number,
  ): number

  // sortition.cpp
  _hamt_keccak256(place: number, length: number): number
  _hamt_select(place: number, candidates: number, size: number, ownerCap: number): number
  _hamt_put_states(handle: number, place: number, rows: number): number
}

/** What embind makes of cold.cpp. */
export interface EmbindExports {
  equals(a: number, b: number): number
  merge(a: number, b: number): number
  mergeChanges(base: number, ours: number, theirs: number): number
  changes(before: number, after: number, most: number): number
  exchange(a: number, b: number): void
  diffOpen(before: number, after: number, most: number): number
  diffNext(walk: number, most: number): number
  diffClose(walk: number): void
  usage(): void
}

export type Exports = RawExports & EmbindExports
