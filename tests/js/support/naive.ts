// A second implementation of the rule, as plain as can be: no wasm, no shared code with the first, every
// state a fresh Map.
import { keccak_256 } from '@noble/hashes/sha3.js'
import { type Address, type RegistryEvent } from 'hamt-wasm/sortition'

export interface NaiveState {
  registered: boolean
  active: boolean
  ticketBalance: bigint
  owner?: Address
}

const bytesOf = (n: bigint, size: number) => Buffer.from(n.toString(16).padStart(2 * size, '0'), 'hex')

export function naiveScore(node: string, ticket: bigint, e3Id: bigint, seed: bigint): bigint {
  const preimage = Buffer.concat([
    Buffer.from(node.slice(2), 'hex'),
    bytesOf(ticket, 32),
    bytesOf(e3Id, 32),
    bytesOf(seed, 32),
  ])
  return BigInt(`0x${Buffer.from(keccak_256(preimage)).toString('hex')}`)
}

/** The state after those of `events` for which `counts` holds. */
export function naiveState(
  events: readonly RegistryEvent[],
  counts: (e: RegistryEvent) => boolean,
): Map<Address, NaiveState> {
  const raw = new Map<
    Address,
    { registered: boolean; activeUnder: bigint | undefined; ticketBalance: bigint; owner?: Address }
  >()
  let version = 0n
  const of = (a: string) => {
    const key = a.toLowerCase() as Address
    if (!raw.has(key)) raw.set(key, { registered: false, activeUnder: undefined, ticketBalance: 0n })
    return raw.get(key)!
  }
  for (const e of events) {
    if (!counts(e)) continue

    const args = e.args as any
    if (e.eventName === 'CiphernodeAdded') of(args.node).registered = true
    if (e.eventName === 'CiphernodeRemoved') of(args.node).registered = false
    if (e.eventName === 'TicketBalanceUpdated') of(args.operator).ticketBalance = args.newBalance
    if (e.eventName === 'OperatorActivationChanged')
      of(args.operator).activeUnder = args.active ? version : undefined
    if (e.eventName === 'BondOwnerSet') of(args.operator).owner = args.bondOwner.toLowerCase()
    if (e.eventName === 'EligibilityConfigurationVersionUpdated') version = args.version
  }
  return new Map(
    [...raw].map(([key, { activeUnder, ...state }]) => [key, { ...state, active: activeUnder === version }]),
  )
}

export function naiveAt(events: readonly RegistryEvent[], timepoint: bigint): Map<Address, NaiveState> {
  return naiveState(events, (e) => e.timestamp <= timepoint)
}

export interface NaiveWinner {
  node: Address
  ticket: bigint
  score: bigint
}

function draw(
  tickets: NaiveWinner[],
  size: number,
  ownerOf: ((a: Address) => Address | undefined) | undefined,
): NaiveWinner[] {
  const ranked = tickets.sort((a, b) => (a.score < b.score ? -1 : 1))
  const taken: NaiveWinner[] = []
  for (const t of ranked) {
    const owner = ownerOf?.(t.node)
    if (ownerOf && owner === undefined) continue
    if (owner !== undefined && taken.some((other) => ownerOf!(other.node) === owner)) continue
    if (taken.length < size) taken.push(t)
  }
  return taken
}

/** The ranked winners had everyone submitted its best ticket. */
export function naiveSelect(
  nodes: Map<Address, NaiveState>,
  {
    e3Id,
    seed,
    size,
    ticketPrice,
    policy,
  }: { e3Id: bigint; seed: bigint; size: number; ticketPrice: bigint; policy: string },
): NaiveWinner[] {
  const bests: NaiveWinner[] = []
  for (const [node, state] of nodes) {
    if (!state.active || ticketPrice === 0n) continue
    let best: NaiveWinner | undefined
    for (let ticket = 1n; ticket <= state.ticketBalance / ticketPrice; ++ticket) {
      const score = naiveScore(node, ticket, e3Id, seed)
      if (!best || score < best.score) best = { node, ticket, score }
    }
    if (best) bests.push(best)
  }
  return draw(bests, size, policy === 'owner-cap' ? (a) => nodes.get(a)?.owner : undefined)
}

/**
 * The committee from submitted tickets that are all right: in order of address, or undefined when there are
 * too few.
 */
export function naiveCommittee(
  nodes: Map<Address, NaiveState>,
  submitted: NaiveWinner[],
  size: number,
  policy: string,
): NaiveWinner[] | undefined {
  const winners = draw([...submitted], size, policy === 'owner-cap' ? (a) => nodes.get(a)?.owner : undefined)
  return winners.length < size ? undefined : winners.sort((a, b) => (a.node < b.node ? -1 : 1))
}
