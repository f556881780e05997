// Whether two tries have equal contents. wasm compares bytes and ids; whether two objects are equal is seen here.
import type { Codec } from '../codec/codec.js'
import { Result, Status } from '../generated/interface.js'
import { check } from '../wasm/errors.js'
import { raw } from '../wasm/instance.js'
import { result } from '../wasm/memory.js'
import { StoredBatch } from './stored-batch.js'
import { sameStored } from './stored.js'

const batchLength = 64

/** Whether the tries behind two handles have equal contents. O(1) for the same node, never worse than what is not shared. */
export function sameTries(codec: Codec<unknown>, a: number, b: number): boolean {
  if (check(raw.compare(a, b)) === Status.unchanged) return true
  const batch = new StoredBatch(codec, true, 2)
  check(raw.diffOpen(a, b, batchLength))
  const cursor = result(Result.cursorId)
  try {
    for (;;) {
      batch.read()
      for (let i = 0; i < batch.count; ++i)
        if (!sameStored(batch.stored(i, 0), batch.stored(i, 1))) return false
      if (cursor === 0 || batch.count === 0) return true
      check(raw.diffNext(cursor, batchLength))
    }
  } finally {
    if (cursor !== 0) raw.diffClose(cursor)
  }
}
