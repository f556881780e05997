// A page of the slim entry point, bundled.
import { Hamt, load } from 'hamt-wasm/slim'

await load()
document.querySelector('#result').textContent = JSON.stringify({
  hello: Hamt.empty().set('hello', 42).get('hello'),
})
