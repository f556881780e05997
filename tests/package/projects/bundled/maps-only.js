// A bundle that uses maps and digests only.
import { Hamt } from 'hamt-wasm'

export const changed = (entries) => Hamt.from(entries).set('changed', true).digest()
