// Types of every entry point, as a project sees them.
import { Hamt, SnapshotError, deserialize, serialize, stats } from 'hamt-wasm'
import { formatter } from 'hamt-wasm/devtools'
import { type NodeState, NodeRegistry, bestTicket, selectCommittee } from 'hamt-wasm/sortition'
import { load } from 'hamt-wasm/slim'
import { verifyProof } from 'hamt-wasm/verify'

const numbers: Hamt<number> = Hamt.from([['hello', 42]]).set('world', 100)
const hello: number | undefined = numbers.get('hello')
const bytes: Uint8Array = serialize([numbers])
const [again] = deserialize<number>(bytes)
const same: boolean | undefined = again?.equals(numbers)
const memory: number = stats().memory
const code = (error: SnapshotError): [string, number] => [error.code, error.offset]
const found: boolean = verifyProof(numbers.digest(), 'hello', numbers.prove('hello')).found
const ticket = bestTicket({
  node: '0x476ee9ce4e1A3Bc19D38CDd5A8af6ec33de73D4A',
  tickets: 3,
  e3Id: 1n,
  seed: 2n,
})
const nodes: Hamt<NodeState> = NodeRegistry.empty().at(0n)
const winners = selectCommittee(nodes, { e3Id: 1n, seed: 2n, size: 3, ticketPrice: 1n })
const score: bigint | undefined = winners[0]?.score
const shown: boolean = formatter.hasBody(numbers)
const loading: Promise<unknown> = load()

// @ts-expect-error a value of another type
numbers.set('hello', 'text')
// @ts-expect-error a key that is no string
numbers.get(1)

export { code, found, hello, loading, memory, same, score, shown, ticket }
