// A bundle that uses maps and snapshots only.
import { Hamt, deserialize, serialize } from 'hamt-wasm'

document.title = String(deserialize(serialize([Hamt.from({ hello: 42 })]))[0].get('hello'))
