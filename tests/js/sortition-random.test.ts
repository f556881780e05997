// Selection over generated registries of the size of real ones, against the naive implementation of the newer
// protocol.
import fc from 'fast-check'
import {
  NodeRegistry,
  scoreTicket,
  seedFromVrf,
  selectCommittee,
  verifyRequest,
  type Address,
  type RegistryEvent,
  type RequestEvidence,
} from 'hamt-wasm/sortition'
import { eligibleAt, idealOf, type NaivePolicy, noPolicy, seats } from './support/live.js'

const operatorOf = (n: number): Address => `0x${(n * 0x9e3779b1 + 1).toString(16).padStart(40, '5')}`
const ownerOf = (n: number): Address => `0x${(n + 1).toString(16).padStart(40, '0')}`
const [provider, contract] = [ownerOf(9001), ownerOf(9002)]
const price = 10n
const chainId = 31337n

/** One thing that happens: what, to whom, and how long after the one before. */
const anyStep = fc.record({
  what: fc.constantFrom(
    ...[
      'balance',
      'balance',
      'transfer',
      'ban',
      'back',
      'back',
      'register',
      'version',
      'policy',
      'pause',
      'unpause',
    ],
  ),
  who: fc.nat(299),
  amount: fc.integer({ min: 0, max: 49 }),
  seconds: fc.nat(3),
})
const anyRegistry = fc.record({
  operators: fc.integer({ min: 20, max: 300 }),
  owners: fc.integer({ min: 1, max: 80 }),
  steps: fc.array(anyStep, { minLength: 20, maxLength: 120 }),
  size: fc.integer({ min: 1, max: 12 }),
  word: fc.bigInt(0n, 2n ** 256n - 1n),
})

interface Generated {
  operators: number
  owners: number
  steps: { what: string; who: number; amount: number; seconds: number }[]
}

/** Events, one a block, and the second of the last. */
class History {
  readonly events: RegistryEvent[] = []
  private time = 1000
  private policy = noPolicy
  private version = 1n

  add = (eventName: string, args: object) => {
    this.events.push({
      eventName,
      args,
      blockNumber: BigInt(this.events.length + 1),
      logIndex: 0,
      timestamp: BigInt(this.time),
    })
    return this.events.at(-1)!
  }
  now = () => this.time
  wait = (seconds: number) => (this.time += seconds)

  setPolicy(policy: NaivePolicy) {
    this.policy = policy
    this.add('AdmissionPolicyUpdated', { timepoint: this.time, policy })
  }
  balance(n: number, amount: number) {
    this.add('TicketBalanceUpdated', {
      operator: operatorOf(n),
      delta: 0n,
      newBalance: BigInt(amount),
      reason: `0x${'0'.repeat(64)}`,
    })
  }
  activate(n: number, active: boolean) {
    this.add('OperatorActivationChanged', { operator: operatorOf(n), active })
  }
  own(n: number, owner: number) {
    this.add('BondOwnerSet', { operator: operatorOf(n), bondOwner: ownerOf(owner) })
    this.add('AdmissionStarted', { operator: operatorOf(n), timepoint: this.time })
  }
  register(n: number) {
    this.add('CiphernodeAdded', { node: operatorOf(n), index: 0n, numNodes: 0n, size: 0n })
  }

  begin() {
    this.add('EligibilityConfigurationVersionUpdated', { version: this.version })
    this.add('BondingAssetConfigUpdated', {
      ticketToken: contract,
      ticketPrice: price,
      configurationVersion: 1n,
    })
    this.add('SortitionSubmissionWindowSet', { sortitionSubmissionWindow: 600n })
    this.add('RandomnessRequestTimeoutSet', { randomnessRequestTimeout: 900n })
    this.add('RandomnessProviderSet', { randomnessProvider: provider })
  }
  step({ what, who, amount, seconds }: Generated['steps'][number], operators: number, owners: number) {
    const n = who % operators
    const { policy } = this
    this.time += seconds
    if (what === 'balance') this.balance(n, amount)
    if (what === 'transfer') this.own(n, amount % owners)
    if (what === 'ban') this.activate(n, false)
    if (what === 'back') for (let i = 0; i < 20; ++i) this.activate((n + i) % operators, true)
    if (what === 'register') this.register(n)
    if (what === 'version') this.add('EligibilityConfigurationVersionUpdated', { version: ++this.version })
    if (what === 'policy')
      this.setPolicy({ ...policy, cooldownEnabled: amount % 2 === 0, cooldownDuration: amount })
    if (what === 'pause' && !policy.admissionsPaused)
      this.setPolicy({
        ...policy,
        admissionsPaused: true,
        pauseTimepoint: this.time - 1,
        pauseCooldownEnabled: policy.cooldownEnabled,
        pauseCooldownDuration: policy.cooldownDuration,
      })
    if (what === 'unpause') this.setPolicy({ ...policy, admissionsPaused: false })
  }
}

/** The events of a registry: operators come, then steps. */
function historyOf({ operators, owners, steps }: Generated): History {
  const history = new History()
  history.begin()
  for (let n = 0; n < operators; ++n) {
    // Some come from before there were owners and admissions.
    if (n % 7 !== 0) history.own(n, (n * 31) % owners)
    history.register(n)
    history.balance(n, (n * 13) % 50)
    history.activate(n, true)
    if (n % 20 === 0) history.wait(1)
  }
  for (const step of steps) history.step(step, operators, owners)
  return history
}

test('the committee of all best tickets, at several seconds and under both policies', () => {
  fc.assert(
    fc.property(anyRegistry, (generated) => {
      const { events, now } = historyOf(generated)
      const registry = NodeRegistry.empty().applyAll(events)
      const { size, word: seed } = generated
      for (const t of [now() + 50, now(), now() - 20]) {
        const nodes = registry.eligible(t)
        expect(new Map(nodes)).toEqual(eligibleAt(events, BigInt(t)))
        for (const policy of ['uncapped', 'owner-cap'] as const) {
          const draw = { e3Id: 7n, seed, price, size, cap: policy === 'owner-cap' }
          const ours = selectCommittee(nodes, { e3Id: 7n, seed, size, ticketPrice: price, policy })
          expect(ours).toEqual(idealOf(events, BigInt(t), draw))
        }
      }
    }),
    { numRuns: 12 },
  )
})

const [e3Id, requestId] = [7n, 8n]

/** A request for a committee, and its random word; the seed that follows. */
function ask({ add, now, wait }: History, randomWord: bigint) {
  add('CommitteeBondOwnerCapEnabled', { e3Id })
  const randomness = add('CommitteeRandomnessRequested', {
    e3Id,
    requestId,
    provider,
    randomnessDeadline: BigInt(now() + 900),
  })
  wait(5)
  const fulfilment = add('RandomnessFulfilled', {
    requestId,
    e3Id,
    randomWord,
    fulfilledAt: BigInt(now()),
  })
  const seed = seedFromVrf({ randomWord, chainId, registry: contract, e3Id, requestId })
  return { randomness, fulfilment, seed }
}

interface Ticket {
  node: Address
  ticket: bigint
  score: bigint
}

type Able = [Address, { ticketBalance: bigint }][]

/** A ticket of each of the operators that are picked, if it is registered. */
function ticketsOf(able: Able, who: number[], events: readonly RegistryEvent[], seed: bigint): Ticket[] {
  // Nobody who could take part has left since, but some were never registered.
  const registered = new Set(
    events.filter((e) => e.eventName === 'CiphernodeAdded').map((e) => (e.args as { node: Address }).node),
  )
  const chosen = [...new Set(who.map((i) => able[i % able.length]!))].filter(([node]) => registered.has(node))
  return chosen.map(([node, s], i) => {
    const ticket = 1n + (BigInt(i) % (s.ticketBalance / price))
    return { node, ticket, score: scoreTicket({ node, ticket, e3Id, seed }) }
  })
}

/** The end of that request: the committee of those who got a seat, or its failure. */
function end({ add }: History, seated: Ticket[], size: number) {
  const members = [...seated].sort((a, b) => (a.node < b.node ? -1 : 1))
  return members.length === size
    ? add('SortitionCommitteeFinalized', {
        e3Id,
        committee: members.map((m) => m.node),
        scores: members.map((m) => m.score),
      })
    : add('CommitteeFormationFailed', {
        e3Id,
        nodesSubmitted: BigInt(members.length),
        thresholdRequired: BigInt(size),
      })
}

test('a whole request: what the naive implementation draws is right, and any other member is wrong', () => {
  fc.assert(
    fc.property(anyRegistry, fc.array(fc.nat(299), { minLength: 5, maxLength: 60 }), (generated, who) => {
      const history = historyOf(generated)
      const { events, add, now, wait } = history
      wait(10)
      const t = BigInt(now()) - 1n
      const nodes = eligibleAt(events, t)
      const able = [...nodes].filter(([, s]) => s.owner !== undefined && s.ticketBalance >= price)
      const owners = new Set([...nodes].map(([, s]) => s.owner).filter((o) => o !== undefined)).size
      const size = Math.min(generated.size, owners)
      fc.pre(size > 0 && able.length > 0)
      const { randomness, fulfilment, seed } = ask(history, generated.word)
      const tickets = ticketsOf(able, who, events, seed)
      const submissions = tickets.map(({ node, ticket, score }) => {
        wait(1)
        return add('TicketSubmitted', { e3Id, node, ticketId: ticket, score })
      })
      wait(601)
      const seated = seats(tickets, size, (node) => nodes.get(node)!.owner)
      const isFormed = seated.length === size
      const members = [...seated].sort((a, b) => (a.node < b.node ? -1 : 1))
      const ended = end(history, seated, size)
      const registry = NodeRegistry.empty().applyAll(events)
      const evidence = {
        request: { e3Id, threshold: [1, size] },
        randomness,
        fulfilment,
        submissions,
        ...(isFormed ? { finalized: ended } : { failed: ended }),
        vrf: { chainId, registry: contract },
        policy: 'owner-cap',
      } as unknown as RequestEvidence
      const report = verifyRequest(registry, evidence)
      expect(report.violations).toEqual([])
      expect(report.reason).toBe(isFormed ? 0 : 2)
      expect(report.committee.map(({ node, ticket, score }) => ({ node, ticket, score }))).toEqual(
        isFormed ? members : [],
      )
      expect(report.ideal).toEqual(idealOf(events, t, { e3Id, seed, price, size, cap: true }))

      const other = tickets.find((x) => !members.some((m) => m.node === x.node))
      if (!isFormed || !other) return
      const committee = members.map((m, i) => (i === 0 ? other.node : m.node))
      const wrong = { ...ended, args: { ...ended.args, committee } }
      const codes = verifyRequest(registry, { ...evidence, finalized: wrong as never }).violations.map(
        (v) => v.code,
      )
      expect(codes).toContain('wrong-member')
    }),
    { numRuns: 25 },
  )
})

test('overlapping requests, each with the price that was in force before it, by position and not by second', () => {
  const { events, add, wait, now } = historyOf({ operators: 20, owners: 5, steps: [] })
  wait(10)
  const assets = (ticketPrice: bigint) =>
    add('BondingAssetConfigUpdated', { ticketToken: contract, ticketPrice, configurationVersion: 2n })
  const ask = (e3Id: bigint) =>
    add('CommitteeRandomnessRequested', {
      e3Id,
      requestId: e3Id,
      provider,
      randomnessDeadline: BigInt(now() + 900),
    })
  const fulfil = (e3Id: bigint) =>
    add('RandomnessFulfilled', { requestId: e3Id, e3Id, randomWord: e3Id, fulfilledAt: BigInt(now()) })
  const first = ask(1n)
  assets(20n) // in the same second
  const second = ask(2n)
  const inTheSameSecond = fulfil(2n)
  wait(900)
  const atTheDeadline = fulfil(1n)
  const registry = NodeRegistry.empty().applyAll(events)
  const verify = (randomness: RegistryEvent, fulfilment: RegistryEvent) =>
    verifyRequest(registry, {
      request: { threshold: [1, 2] },
      randomness: randomness as never,
      fulfilment: fulfilment as never,
      submissions: [],
      vrf: { chainId, registry: contract },
      policy: 'uncapped',
    })
  const [a, b] = [verify(first, atTheDeadline), verify(second, inTheSameSecond)]
  expect([a.ticketPrice, b.ticketPrice]).toEqual([10n, 20n])
  expect([a.usable, b.usable]).toEqual([true, true])
  expect([a.violations, b.violations]).toEqual([[], []])
  expect(a.deadline).toBe(first.timestamp + 900n + 600n)
  expect(b.deadline).toBe(second.timestamp + 600n)
  expect([a.outcome, a.verdict]).toEqual(['open', 'undecided'])
  // A word one second later is none, for good.
  const late = { ...atTheDeadline, timestamp: atTheDeadline.timestamp + 1n }
  late.args = { ...late.args, fulfilledAt: late.timestamp }
  expect(verify(first, late)).toMatchObject({ usable: false, seed: undefined, violations: [] })
})

test('a version or policy in the second of the request, before it, refuses it under the cap; after it, it does not', () => {
  const codesOf = (eventName: string, args: (time: number) => object, isBefore: boolean, policy: string) => {
    const { events, add, wait, now } = historyOf({ operators: 20, owners: 5, steps: [] })
    wait(10)
    const set = () => add(eventName, args(now()))
    if (isBefore) set()
    const randomness = add('CommitteeRandomnessRequested', {
      e3Id: 1n,
      requestId: 1n,
      provider,
      randomnessDeadline: BigInt(now() + 900),
    })
    if (!isBefore) set()
    return verifyRequest(NodeRegistry.empty().applyAll(events), {
      request: { threshold: [1, 2] },
      randomness: randomness as never,
      submissions: [],
      policy: policy as never,
    }).violations.map((v) => v.code)
  }
  const policy = (timepoint: number) => ({ timepoint, policy: noPolicy })
  for (const [name, args] of [
    ['EligibilityConfigurationVersionUpdated', () => ({ version: 9n })],
    ['AdmissionPolicyUpdated', policy],
  ] as const) {
    expect(codesOf(name, args, true, 'owner-cap')).toEqual(['request'])
    expect(codesOf(name, args, false, 'owner-cap')).toEqual([])
    expect(codesOf(name, args, true, 'uncapped')).toEqual([])
  }
})
