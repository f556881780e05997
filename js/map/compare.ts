// Whether two tries have equal contents. wasm compares bytes and ids; whether two objects are equal is seen
// here.
import type { Codec } from '../codec/codec.js'
import { Status } from '../generated/interface.js'
import { check } from '../wasm/errors.js'
import { aWalk, giveBack, own, type Owned } from '../wasm/handles.js'
import { raw } from '../wasm/instance.js'
import { StoredBatch } from './stored-batch.js'
import { sameStored } from './stored.js'

const batchLength = 64

/**
 * Whether the tries behind two handles have equal contents. O(1) for the same node, never worse than what is
 * not shared.
 */
export function sameTries(codec: Codec<unknown>, a: number, b: number): boolean {
  if (check(raw.compare(a, b)) === Status.unchanged) return true
  const batch = new StoredBatch(codec, true, 2)
  const walk: Owned = { id: 0 }
  try {
    own(walk, aWalk, () => raw.diffOpen(a, b, batchLength))
    for (;;) {
      batch.read()
      for (let i = 0; i < batch.count; ++i)
        if (!sameStored(batch.stored(i, 0), batch.stored(i, 1))) return false
      if (walk.id === 0 || batch.count === 0) return true
      check(raw.diffNext(walk.id, batchLength))
    }
  } finally {
    giveBack(walk, aWalk.drop)
  }
}
