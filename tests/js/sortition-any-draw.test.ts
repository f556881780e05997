// Any draw: the verifier agrees with the naive implementation, whatever the order of submissions.
import fc from 'fast-check'
import {
  NodeRegistry,
  verifyRequest,
  type Address,
  type Policy,
  type RegistryEvent,
  type RequestArgs,
  type SubmissionArgs,
} from 'hamt-wasm/sortition'
import { naiveAt, naiveCommittee, naiveScore, naiveSelect, naiveState } from './support/naive.js'
import { type Event } from './support/recorded-requests.js'

const addressOf = (n: number): Address => `0x${n.toString(16).padStart(40, '0')}`
const price = 10n

/**
 * A registry of some operators, then a request, then submissions, most of them right, and the right result.
 */
const anyDraw = fc
  .record({
    operators: fc.array(
      fc.record({
        balance: fc.bigInt(0n, 60n),
        active: fc.boolean(),
        owner: fc.option(fc.integer({ min: 100, max: 103 })),
      }),
      {
        minLength: 1,
        maxLength: 12,
      },
    ),
    submits: fc.array(
      fc.record({
        who: fc.nat(11),
        ticket: fc.bigInt(1n, 6n),
        leavesBefore: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
      }),
      { maxLength: 14 },
    ),
    size: fc.integer({ min: 1, max: 5 }),
    seed: fc.bigInt(0n, 2n ** 256n - 1n),
    e3Id: fc.bigInt(0n, 2n ** 256n - 1n),
    policy: fc.constantFrom<Policy>('uncapped', 'owner-cap'),
    shuffle: fc.array(fc.nat(1000), { minLength: 14, maxLength: 14 }),
  })
  .map(({ operators, submits, size, seed, e3Id, policy, shuffle }) => {
    const history: RegistryEvent[] = []
    const add = (eventName: string, args: object, time = 1000 + history.length) => {
      const event = {
        eventName,
        args,
        blockNumber: BigInt(history.length + 1),
        logIndex: 0,
        timestamp: BigInt(time),
      }
      history.push(event)
      return event
    }
    add('EligibilityConfigurationVersionUpdated', { version: 1n })
    operators.forEach(({ balance, active, owner }, n) => {
      const operator = addressOf(n + 1)
      if (owner !== null) add('BondOwnerSet', { operator, bondOwner: addressOf(owner) })
      add('CiphernodeAdded', { node: operator, index: 0n, numNodes: 0n, size: 0n })
      add('TicketBalanceUpdated', { operator, delta: 0n, newBalance: balance, reason: `0x${'0'.repeat(64)}` })
      if (active) add('OperatorActivationChanged', { operator, active })
    })
    const time = 2000
    const request = add(
      'CommitteeRequested',
      {
        e3Id,
        entropyBlock: BigInt(history.length + 2),
        threshold: [1, size],
        requestBlock: BigInt(time),
        committeeDeadline: 9999n,
        ticketPrice: price,
      },
      time,
    )
    add('CiphernodeAdded', { node: addressOf(99), index: 0n, numNodes: 0n, size: 0n }, time) // the entropy block
    const submissions = submits.map(({ who, ticket, leavesBefore }, i) => {
      const node = addressOf(who + 1)
      if (leavesBefore) add('OperatorActivationChanged', { operator: node, active: false }, time + 2 * i)
      return add(
        'TicketSubmitted',
        { e3Id, node, ticketId: ticket, score: naiveScore(node, ticket, e3Id, seed) },
        time + 2 * i + 1,
      )
    }) as Event<SubmissionArgs>[]
    return { history, request: request as Event<RequestArgs>, submissions, size, seed, e3Id, policy, shuffle }
  })

test('any draw: violations and committee agree with the naive implementation, whatever the order of submissions', () => {
  fc.assert(
    fc.property(anyDraw, ({ history, request, submissions, size, seed, e3Id, policy, shuffle }) => {
      const registry = NodeRegistry.empty().applyAll(history)
      const nodes = naiveAt(history, 1999n)
      const seen = new Set<Address>()
      const bad: string[] = []
      const valid = submissions.flatMap((s) => {
        const { node, ticketId: ticket, score } = s.args
        const tickets = (nodes.get(node)?.ticketBalance ?? 0n) / price
        const now = naiveState(history, (e) => e.blockNumber < s.blockNumber).get(node)
        const faults = new Set<string>()
        const owned = policy === 'uncapped' || nodes.get(node)?.owner !== undefined
        if (!nodes.get(node)?.active || tickets === 0n || !owned || !now?.active || !now.registered)
          faults.add('not-eligible')
        if (nodes.get(node)?.active && tickets > 0n && ticket > tickets) faults.add('ticket-range')
        if (seen.has(node)) faults.add('duplicate-submission')
        if (faults.size === 0) seen.add(node)
        for (const fault of faults) bad.push(`${fault} ${node} ${ticket}`)
        return faults.size > 0 ? [] : [{ node, ticket, score }]
      })
      const committee = naiveCommittee(nodes, valid, size, policy)
      const finalized = committee && {
        e3Id,
        committee: committee.map((c) => c.node),
        scores: committee.map((c) => c.score),
      }
      const evidence = { request, submissions, finalized, seed, policy }
      const report = verifyRequest(registry, evidence)
      expect([...new Set(report.violations.map((v) => `${v.code} ${v.node} ${v.ticket}`))].sort()).toEqual(
        [...new Set(bad)].sort(),
      )
      expect(report.committee.map(({ node, ticket, score }) => ({ node, ticket, score }))).toEqual(
        committee ?? [],
      )
      expect(report.ideal).toEqual(naiveSelect(nodes, { e3Id, seed, size, ticketPrice: price, policy }))
      expect(report.notes).toEqual([
        ...(finalized ? [expect.stringMatching(/the result came without the position/)] : []),
        expect.stringMatching(/not compared with it: ticket price .*, submission window/),
        expect.stringMatching(/the hash of block \d+ is not given/),
      ])

      const shuffled = submissions
        .map((s, i) => [shuffle[i]!, s] as const)
        .sort((a, b) => a[0] - b[0])
        .map(([, s]) => s)
      expect(verifyRequest(registry, { ...evidence, submissions: shuffled })).toEqual(report)
    }),
    { numRuns: 200 },
  )
})
