// use.mjs for CommonJS, with the wasm's own address besides.
const { readFileSync } = require('node:fs')
const { Hamt, deserialize, serialize } = require('hamt-wasm')
const { formatter } = require('hamt-wasm/devtools')
const { bestTicket } = require('hamt-wasm/sortition')
const { verifyProof } = require('hamt-wasm/verify')

exports.use = function use() {
  if (!WebAssembly.validate(readFileSync(require.resolve('hamt-wasm/hamt.wasm'))))
    throw new Error('not a wasm module')
  const first = Hamt.empty().set('hello', 42)
  const [again, next] = deserialize(serialize([first, first.set('world', 100n)]))
  const proof = verifyProof(again.digest(), 'hello', again.prove('hello'))
  const best = bestTicket({
    node: '0x476ee9ce4e1A3Bc19D38CDd5A8af6ec33de73D4A',
    tickets: 3,
    e3Id: 42n,
    seed: 0xa1b2c3d4e5f67789n,
  })
  return {
    hello: again.get('hello'),
    world: String(next.get('world')),
    proved: proof.value,
    ticket: Number(best.ticket),
    shown: formatter.header(again)[2],
  }
}
