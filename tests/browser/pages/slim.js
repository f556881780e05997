// A page of the slim entry point: before load(), and after it.
import { Hamt, deserialize, load, serialize } from '/dist/slim.js'

let early
try {
  Hamt.empty().set('too', 'early').digest()
} catch (error) {
  early = error.message
}
await load()
const map = Hamt.empty().set('hello', 42)
const [again] = deserialize(serialize([map]))
const loaded = performance.getEntriesByType('resource').map((entry) => new URL(entry.name).pathname)
document.querySelector('#result').textContent = JSON.stringify({
  early,
  hello: again.get('hello'),
  streamed: loaded.includes('/dist/hamt.wasm'),
  withoutTheInlineCopy: !loaded.includes('/dist/index.js'),
})
