// A generated registry, larger than the recorded run: many operators, and a draw among them. Every number
// follows from a fixed beginning, every submission and committee from the rule.
import {
  type Address,
  bestTicket,
  type Hex,
  type NodeState,
  NodeRegistry,
  type RegistryEvent,
  scoreTicket,
  seedFromBlockHash,
} from '../../sortition/index.js'
import type { Hamt } from '../../index.js'
import type { Input } from '../input.js'
import type { Progress } from './progress.js'

const price = 10_000_000n
const seats = 12
const start = 1_788_220_800
const e3Id = 7n

/** Pseudo-random numbers, the same each time: PCG-XSH-RR with 32 bits (O'Neill 2014). */
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

/** Writes events, block by block. */
class Chain {
  readonly random = generator(2026n)
  readonly events: RegistryEvent[] = []
  readonly nodes: Address[]
  /** What each operator deposits when it registers, and what it has. */
  readonly deposits: bigint[]
  readonly balances: bigint[]
  block = 1

  constructor(operators: number) {
    const amount = () => price * BigInt(1 + this.random(12) + this.random(12) * this.random(8))
    this.nodes = Array.from({ length: operators }, () => this.bytes(20))
    this.deposits = this.nodes.map(amount)
    this.balances = this.nodes.map(() => 0n)
  }

  bytes(count: number): Hex {
    return `0x${Array.from({ length: count }, () => this.random(256).toString(16).padStart(2, '0')).join('')}`
  }

  /** The time of the current block, in seconds. */
  get time(): number {
    return start + 12 * this.block
  }

  emit(eventName: string, args: object): void {
    const last = this.events.at(-1)
    const blockNumber = BigInt(this.block)
    this.events.push({
      eventName,
      args,
      blockNumber,
      logIndex: last?.blockNumber === blockNumber ? last.logIndex + 1 : 0,
      timestamp: BigInt(this.time),
    })
  }

  setBalance(i: number, balance: bigint): void {
    this.emit('TicketBalanceUpdated', {
      operator: this.nodes[i],
      delta: balance - this.balances[i]!,
      newBalance: balance,
      reason: `0x${'0'.repeat(64)}`,
    })
    this.balances[i] = balance
  }

  /** Another balance for one operator. */
  change(): void {
    const i = this.random(this.nodes.length)
    this.setBalance(i, price * BigInt(1 + this.random(60)))
  }

  registerAll(): void {
    this.emit('EligibilityConfigurationVersionUpdated', { version: 1n })
    this.nodes.forEach((node, i) => {
      if (i % 16 === 0) ++this.block
      this.emit('CiphernodeAdded', { node, index: BigInt(i), numNodes: BigInt(i + 1), size: BigInt(i + 1) })
      this.setBalance(i, this.deposits[i]!)
      this.emit('OperatorActivationChanged', { operator: node, active: true })
    })
  }

  changesIn(blocks: number): void {
    for (let n = 0; n < blocks; ++n) {
      ++this.block
      for (let k = 0; k <= this.random(3); ++k) this.change()
    }
  }
}

/** Every operator's best ticket, lowest score first. */
function rank(nodes: readonly Address[], states: Hamt<NodeState>, seed: bigint, progress: Progress) {
  return nodes
    .map((node, i) => {
      if (i % 500 === 0) progress('Generating a registry', i, nodes.length)
      const tickets = states.get(node)!.ticketBalance / price
      return { node, tickets, ...bestTicket({ node, tickets, e3Id, seed }) }
    })
    .sort(byScore)
}

const byScore = (a: { score: bigint }, b: { score: bigint }) => (a.score < b.score ? -1 : 1)

/**
 * Those with a fair chance submit, but for a few, and one that does not submit its best ticket; then the
 * committee.
 */
function draw(chain: Chain, ranked: ReturnType<typeof rank>, seed: bigint): void {
  const submitted: { node: Address; score: bigint }[] = []
  const submitting = ranked.slice(0, seats + 7).filter((_, i) => i % 6 !== 4)
  for (const [i, { node, tickets, ticket: best }] of submitting.entries()) {
    ++chain.block
    const ticketId = i === 5 && tickets > 1n ? (best === 1n ? 2n : 1n) : best
    const score = scoreTicket({ node, ticket: ticketId, e3Id, seed })
    chain.emit('TicketSubmitted', { e3Id, node, ticketId, score })
    submitted.push({ node, score })
    chain.change()
  }
  const drawn = submitted
    .sort(byScore)
    .slice(0, seats)
    .sort((a, b) => (a.node < b.node ? -1 : 1))
  chain.block += deadlineBlocks
  chain.emit('SortitionCommitteeFinalized', {
    e3Id,
    committee: drawn.map((s) => s.node),
    scores: drawn.map((s) => s.score),
  })
}

/** How long submissions are taken. */
const deadlineBlocks = 300

/**
 * `operators` of them register; then some hundred seconds of changes, in the midst of which a committee is
 * drawn.
 */
export function sampleRegistry(operators: number, progress: Progress): Input {
  const chain = new Chain(operators)
  chain.registerAll()
  chain.changesIn(40)

  ++chain.block
  const time = chain.time
  const entropyBlock = chain.block + 1
  const blockHash = chain.bytes(32)
  chain.emit('CommitteeRequested', {
    e3Id,
    entropyBlock: BigInt(entropyBlock),
    threshold: [seats - 4, seats],
    requestBlock: BigInt(time),
    committeeDeadline: BigInt(time + 12 * deadlineBlocks),
    ticketPrice: price,
  })
  const seed = seedFromBlockHash({ blockHash, e3Id })
  const states = NodeRegistry.empty()
    .applyAll(chain.events)
    .at(time - 1)
  chain.block = entropyBlock
  draw(chain, rank(chain.nodes, states, seed, progress), seed)
  chain.changesIn(25)
  return {
    registry: undefined,
    logs: {
      events: chain.events,
      blockHashes: new Map([[entropyBlock, blockHash]]),
      removed: [],
      latest: undefined,
      contracts: {},
      chainId: undefined,
      thresholds: new Map(),
      counts: { logs: 0, events: chain.events.length, copies: 0, removed: 0, pending: 0, others: 0 },
      notes: [],
    },
  }
}
