// A page whose policy lets no WebAssembly compile: what small maps can, and what the entry points say.
import { Hamt } from '/dist/index.js'
import { load } from '/dist/slim.js'

const messageOf = (error) => error.message
const map = Hamt.from({ hello: 42 })
document.querySelector('#result').textContent = JSON.stringify({
  hello: map.set('other', 1).get('hello'),
  main: await Promise.resolve()
    .then(() => map.digest())
    .catch(messageOf),
  slim: await load().catch(messageOf),
})
