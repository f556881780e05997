// A registry that never was, larger than the recorded run: so that one can see what versions share when there are many
// operators, and what a draw among them looks like. Every number follows from a fixed beginning, every submission and
// committee from the rule.
import {
  type Address,
  bestTicket,
  type Hex,
  NodeRegistry,
  type RegistryEvent,
  scoreTicket,
  seedFromBlockHash,
} from '../sortition/index.js'
import type { Input } from './input.js'
import type { Progress } from './versions.js'

const price = 10_000_000n
const seats = 12
const start = 1_788_220_800

/** Numbers that look random and are the same each time: a 32-bit generator by Melissa O'Neill's recipe (PCG). */
function generator(seed: bigint): (below: number) => number {
  let state = seed
  return (below) => {
    state = BigInt.asUintN(64, state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n)
    const mixed = BigInt.asUintN(32, ((state >> 18n) ^ state) >> 27n)
    const turn = state >> 59n
    const out = BigInt.asUintN(32, (mixed >> turn) | (mixed << ((32n - turn) & 31n)))
    return Number((out * BigInt(below)) >> 32n)
  }
}

/** `operators` of them register; then some hundred seconds of changes, in the midst of which a committee is drawn. */
export function madeUp(operators: number, progress: Progress): Input {
  const random = generator(2026n)
  const bytes = (count: number): Hex =>
    `0x${Array.from({ length: count }, () => random(256).toString(16).padStart(2, '0')).join('')}`
  const events: RegistryEvent[] = []
  let block = 1
  const next = (eventName: string, args: object) => {
    events.push({
      eventName,
      args,
      blockNumber: BigInt(block),
      logIndex: events.at(-1)?.blockNumber === BigInt(block) ? events.at(-1)!.logIndex + 1 : 0,
      timestamp: BigInt(start + 12 * block),
    })
  }
  const nodes: Address[] = Array.from({ length: operators }, () => bytes(20))
  const balances = nodes.map(() => price * BigInt(1 + random(12) + random(12) * random(8)))
  const setBalance = (i: number, balance: bigint) => {
    next('TicketBalanceUpdated', {
      operator: nodes[i],
      delta: balance - balances[i]!,
      newBalance: balance,
      reason: `0x${'0'.repeat(64)}`,
    })
    balances[i] = balance
  }
  next('EligibilityConfigurationVersionUpdated', { version: 1n })
  nodes.forEach((node, i) => {
    if (i % 16 === 0) ++block
    next('CiphernodeAdded', { node, index: BigInt(i), numNodes: BigInt(i + 1), size: BigInt(i + 1) })
    setBalance(i, balances[i]!)
    next('OperatorActivationChanged', { operator: node, active: true })
  })
  const someChanges = (blocks: number) => {
    for (let n = 0; n < blocks; ++n) {
      ++block
      for (let k = 0; k <= random(3); ++k) setBalance(random(operators), price * BigInt(1 + random(60)))
    }
  }
  someChanges(40)

  const e3Id = 7n
  const time = start + 12 * ++block
  const entropyBlock = block + 1
  const blockHash = bytes(32)
  next('CommitteeRequested', {
    e3Id,
    entropyBlock: BigInt(entropyBlock),
    threshold: [seats - 4, seats],
    requestBlock: BigInt(time),
    committeeDeadline: BigInt(time + 3600),
    ticketPrice: price,
  })
  const seed = seedFromBlockHash({ blockHash, e3Id })
  const registry = NodeRegistry.empty().applyAll(events)
  const known = registry.at(time - 1)
  block = entropyBlock
  const ranked = nodes
    .map((node, i) => {
      if (i % 500 === 0) progress('Making a registry up', i, operators)
      const tickets = known.get(node)!.ticketBalance / price
      return { node, tickets, ...bestTicket({ node, tickets, e3Id, seed }) }
    })
    .sort((a, b) => (a.score < b.score ? -1 : 1))
  // Those with a fair chance submit, but for a few who sleep, and one who does not take its best.
  const submitting = ranked.slice(0, seats + 7).filter((_, i) => i % 6 !== 4)
  for (const [i, { node, tickets, ticket, score }] of submitting.entries()) {
    ++block
    const other = i === 5 && tickets > 1n ? (ticket === 1n ? 2n : 1n) : ticket
    const submitted = {
      node,
      ticketId: other,
      score: other === ticket ? score : scoreTicket({ node, ticket: other, e3Id, seed }),
    }
    next('TicketSubmitted', { e3Id, ...submitted })
    setBalance(random(operators), price * BigInt(1 + random(60)))
  }
  const drawn = events
    .filter(({ eventName }) => eventName === 'TicketSubmitted')
    .map(({ args }) => args as { node: Address; score: bigint })
    .sort((a, b) => (a.score < b.score ? -1 : 1))
    .slice(0, seats)
    .sort((a, b) => (a.node < b.node ? -1 : 1))
  ++block
  next('SortitionCommitteeFinalized', {
    e3Id,
    committee: drawn.map((s) => s.node),
    scores: drawn.map((s) => s.score),
  })
  someChanges(25)
  return { registry: undefined, events, blockHashes: new Map([[entropyBlock, blockHash]]), otherLogs: 0 }
}
