// What is kept of the operators from one draw to the next is what follows from the registry alone.
import fc from 'fast-check'
import { NodeRegistry, type RegistryEvent } from '../../js/sortition/index.js'
import { eligibleAt, liveAt, noPolicy } from './support/live.js'
import {
  activation,
  added,
  addressOf,
  anyAmount,
  assets,
  balance,
  event,
  historyOf,
  type Named,
  owner,
  policy,
  removed,
  started,
  version,
} from './support/registry-events.js'

const operators = 6
const anyOperator = fc.nat(operators - 1).map(addressOf)
const anyOwner = fc.nat(2).map((n) => addressOf(100 + n))
const coolDown = fc.record({ cooldownEnabled: fc.boolean(), cooldownDuration: fc.nat(30) })
const pause = fc
  .record({ since: fc.nat(30), pauseCooldownEnabled: fc.boolean(), pauseCooldownDuration: fc.nat(30) })
  .map(({ since, ...of }): Named => [
    'AdmissionPolicyUpdated',
    (timepoint: number) => ({
      timepoint,
      policy: { ...noPolicy, ...of, admissionsPaused: true, pauseTimepoint: timepoint - since },
    }),
  ])
/** What operators do, and now and then what holds for all of them. */
const anyEvent: fc.Arbitrary<Named> = fc.oneof(
  { weight: 8, arbitrary: anyOperator.map((node) => activation(node, true)) },
  { weight: 2, arbitrary: anyOperator.map((node) => activation(node, false)) },
  { weight: 4, arbitrary: fc.tuple(anyOperator, anyAmount).map(([node, amount]) => balance(node, amount)) },
  { weight: 4, arbitrary: anyOperator.map(started) },
  { weight: 4, arbitrary: fc.tuple(anyOperator, anyOwner).map(([node, of]) => owner(node, of)) },
  { weight: 1, arbitrary: anyOperator.map(added) },
  { weight: 1, arbitrary: anyOperator.map(removed) },
  { weight: 1, arbitrary: fc.bigInt(1n, 3n).map(version) },
  { weight: 2, arbitrary: coolDown.map(policy) },
  { weight: 1, arbitrary: pause },
  { weight: 1, arbitrary: fc.bigInt(0n, 20n).map((price) => assets(price)) },
)
/** Operators that are all admitted, active and owned, and then anything. */
const anyHistory = (maxLength: number): fc.Arbitrary<RegistryEvent[]> => {
  const all = Array.from({ length: operators }, (_, n) => addressOf(n))
  const joined = all.flatMap((node, n) => [
    owner(node, addressOf(100 + n)),
    started(node),
    activation(node, true),
  ])
  const before = joined.map((named, i) => event(named, 1, i, 999))
  return historyOf(anyEvent, maxLength, 6).map((events) => [
    ...before,
    ...events.map((each) => ({ ...each, blockNumber: each.blockNumber + 1n })),
  ])
}

interface Question {
  second: number
  ticketPrice: bigint
  policy: 'uncapped' | 'owner-cap'
}
const anyQuestion: fc.Arbitrary<Question> = fc.record({
  second: fc.integer({ min: 995, max: 1060 }),
  ticketPrice: fc.constantFrom(0n, 1n, 7n, 2n ** 60n),
  policy: fc.constantFrom('uncapped', 'owner-cap'),
})

/** All that a draw asks of the operators together. */
function answers(registry: NodeRegistry, { second, ticketPrice, policy }: Question) {
  const eligibility = registry.eligibility(second)
  const { state, owners, ownersSinceReset } = eligibility
  const holders = eligibility.holders(ticketPrice, policy)
  const { activeCount, hasFunds } = state
  const nodes = (list: number[]) => list.map((n) => state.log.addresses.text(n)).sort()
  return {
    eligible: nodes(eligibility.operators()),
    owners,
    ownersSinceReset,
    activeCount,
    hasFunds,
    holders: nodes(holders.entries().map(([n]) => n)),
    counts: holders
      .entries()
      .map(([n, count]) => `${state.log.addresses.text(n)} ${count}`)
      .sort(),
    size: holders.size,
    tickets: holders.tickets,
  }
}

/** The same from the list of events. */
function expected(events: readonly RegistryEvent[], { second, ticketPrice, policy }: Question) {
  const t = BigInt(second)
  const past = events.filter(({ timestamp }) => timestamp <= t)
  const all = [...liveAt(events, t).values()]
  const nodes = [...eligibleAt(events, t)]
  const held = nodes.flatMap(([node, { ticketBalance, owner }]): [string, bigint][] => {
    const count = ticketPrice > 0n ? ticketBalance / ticketPrice : 0n
    return count < 1n || (policy === 'owner-cap' && !owner) ? [] : [[node, count]]
  })
  const ownersOf = (some: typeof nodes) =>
    new Set(some.flatMap(([, { owner }]) => (owner ? [owner.toLowerCase()] : []))).size
  const resets = ['EligibilityConfigurationVersionUpdated', 'AdmissionPolicyUpdated']
  const reset = past.findLastIndex(({ eventName }) => resets.includes(eventName))
  const changed = new Set(
    past.slice(reset + 1).map(({ args }) => {
      const { operator, node } = args as { operator?: string; node?: string }
      return (operator ?? node)?.toLowerCase()
    }),
  )
  return {
    eligible: nodes.map(([node]) => node).sort(),
    owners: ownersOf(nodes),
    ownersSinceReset: ownersOf(nodes.filter(([node]) => changed.has(node))),
    activeCount: all.filter(({ active }) => active).length,
    hasFunds: all.some(({ ticketBalance }) => ticketBalance > 0n),
    holders: held.map(([node]) => node).sort(),
    counts: held.map(([node, count]) => `${node} ${count}`).sort(),
    size: held.length,
    tickets: held.reduce((sum, [, count]) => sum + count, 0n),
  }
}

test('questions in any order, of seconds before and behind each other: as from the events', () => {
  const runs = process.env.HAMT_LONG ? 20_000 : 600
  fc.assert(
    fc.property(
      anyHistory(24),
      fc.array(anyQuestion, { minLength: 1, maxLength: 16 }),
      fc.boolean(),
      (events, questions, ascending) => {
        const registry = NodeRegistry.empty().applyAll(events)
        if (ascending) questions.sort((a, b) => a.second - b.second)
        for (const question of questions)
          expect(answers(registry, question)).toEqual(expected(events, question))
      },
    ),
    { numRuns: runs },
  )
})

test('between the events of a registry that grows, and of one that goes back', () => {
  fc.assert(
    fc.property(anyHistory(24), anyQuestion, fc.nat(30), (events, question, back) => {
      let registry = NodeRegistry.empty()
      events.forEach((event, i) => {
        registry = registry.apply(event)
        const now = { ...question, second: Number(event.timestamp) }
        expect(answers(registry, now)).toEqual(expected(events.slice(0, i + 1), now))
      })
      const earlier = registry.before({ blockNumber: BigInt(back) })
      const left = events.filter(({ blockNumber }) => blockNumber < BigInt(back))
      expect(answers(earlier, question)).toEqual(expected(left, question))
      expect(answers(registry, question)).toEqual(expected(events, question))
    }),
    { numRuns: 200 },
  )
})
