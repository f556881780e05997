import hamt = require('hamt-wasm')
import sortition = require('hamt-wasm/sortition')

const numbers: hamt.Hamt<number> = hamt.Hamt.empty<number>().set('hello', 42)
const score: bigint = sortition.scoreTicket({
  node: '0x476ee9ce4e1A3Bc19D38CDd5A8af6ec33de73D4A',
  ticket: 1n,
  e3Id: 1n,
  seed: 2n,
})
export = { numbers, score }
