// What every project does with the installed package: every entry point, once. The tests know what it must
// see.
import { Hamt, deserialize, serialize } from 'hamt-wasm'
import { formatter } from 'hamt-wasm/devtools'
import { bestTicket } from 'hamt-wasm/sortition'
import { verifyProof } from 'hamt-wasm/verify'

export function use() {
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
