// The other side of tests/js/workers.test.ts: takes versions as bytes, edits, sends them back.
import { parentPort } from 'node:worker_threads'
import { deserialize, Hamt, serialize, stats } from 'hamt-wasm'

parentPort.on('message', (bytes) => {
  const [older, newer] = deserialize(bytes)
  const answer = newer.set('from the worker', [...older.diff(newer)].length)
  parentPort.postMessage({ bytes: serialize([older, newer, answer, Hamt.empty()]), maps: stats().maps })
})
