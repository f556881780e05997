// Each kind of log of the newer protocol, altered in a recorded run: the verdict turns, with the code of what
// is wrong.
import {
  applyLogs,
  drawsIn,
  judgeDraw,
  LogError,
  NodeRegistry,
  readLogs,
  type RegistryEvent,
} from 'hamt-wasm/sortition'
import { type LiveRun, vectors } from './support/chain.js'

const run = vectors<LiveRun>('chain-run-live')
const logs = readLogs([{ name: 'run', content: run }])
const names = [...new Set(logs.events.map(({ eventName }) => eventName))]

/** What is said of all requests when events are altered: status and codes, or the error of the replay. */
function judge(change: (event: RegistryEvent) => RegistryEvent | undefined): string[] {
  const events = logs.events.flatMap((event) => change(structuredClone(event)) ?? [])
  try {
    const { registry } = applyLogs(NodeRegistry.empty(), { events, removed: [] })
    return [...drawsIn({ ...logs, events }).values()].map((draw, i) => {
      const { threshold } = run.requests[i]!
      const { status, report, sentence } = judgeDraw(registry, draw, { threshold, limit: 0 })
      const codes = [...new Set(report?.violations.map(({ code }) => code) ?? [])].sort()
      return status === 'cannot be judged' ? sentence : [status, ...codes].join(' ')
    })
  } catch (e) {
    if (e instanceof LogError) return [e.message]
    throw e
  }
}

type Args = Record<string, any>
/** The event of a name that comes `at` in their order, with other arguments, or dropped. */
function altering(name: string, at: number, change: ((args: Args) => void) | 'drop') {
  const target = logs.events.filter(({ eventName }) => eventName === name).at(at)!
  return judge((event) => {
    const isIt = event.blockNumber === target.blockNumber && event.logIndex === target.logIndex
    if (!isIt) return event
    if (change === 'drop') return undefined
    change(event.args as Args)
    return event
  })
}

const swap = (list: unknown[]) => void ([list[0], list[1]] = [list[1], list[0]])

const cases: [
  name: string,
  what: string,
  at: number,
  change: ((args: Args) => void) | 'drop',
  says: RegExp,
][] = [
  [
    'SortitionSubmissionWindowSet',
    'longer',
    0,
    (a) => (a.sortitionSubmissionWindow += 600n),
    /^wrong deadline/,
  ],
  [
    'SortitionSubmissionWindowSet',
    'shorter',
    0,
    (a) => (a.sortitionSubmissionWindow = 20n),
    /^wrong .*not-eligible/,
  ],
  ['RandomnessRequestTimeoutSet', 'longer', -1, (a) => (a.randomnessRequestTimeout += 1n), /^wrong request/],
  ['BondingAssetConfigUpdated', 'a price of 0', 0, (a) => (a.ticketPrice = 0n), /^wrong .*request/],
  [
    'BondingAssetConfigUpdated',
    'a higher price',
    0,
    (a) => (a.ticketPrice *= 10n),
    /^wrong .*(ticket-range|not-eligible)/,
  ],
  ['EligibilityConfigurationVersionUpdated', 'dropped', 0, 'drop', /^not decided/],
  [
    'RandomnessProviderSet',
    'another',
    0,
    (a) => (a.randomnessProvider = `0x${'5'.repeat(40)}`),
    /^wrong request/,
  ],
  ['BondOwnerSet', 'dropped', 2, 'drop', /not-eligible|wrong-member|missing/],
  ['AdmissionStarted', 'dropped', -1, 'drop', /is registered without the AdmissionStarted that goes with it/],
  [
    'AdmissionPolicyUpdated',
    'a longer cool-down',
    0,
    (a) => (a.policy.cooldownDuration += 10 ** 6),
    /^wrong .*not-eligible/,
  ],
  [
    'CiphernodeAdded',
    'dropped',
    3,
    'drop',
    /OperatorActivationChanged at .*: 0x[0-9a-f]{40} is not registered/,
  ],
  [
    'CiphernodeRemoved',
    'of another',
    0,
    (a) => (a.node = `0x${'5'.repeat(40)}`),
    /is not registered, and no log has added it/,
  ],
  ['TicketBalanceUpdated', 'dropped', 0, 'drop', /^wrong|does not follow/],
  ['OperatorActivationChanged', 'dropped', 2, 'drop', /^wrong .*not-eligible/],
  [
    'CommitteeObligationUpdated',
    'of another',
    2,
    (a) => (a.operator = `0x${'5'.repeat(40)}`),
    /CommitteeObligationUpdated at .* gives a seat to 0x5{40}, whose TicketSubmitted is missing/,
  ],
  ['CommitteeBondOwnerCapEnabled', 'dropped', 1, 'drop', /^wrong .*wrong-member/],
  [
    'CommitteeRandomnessRequested',
    'another deadline',
    0,
    (a) => (a.randomnessDeadline += 1n),
    /^wrong request/,
  ],
  ['CommitteeRandomnessRequested', 'another request', 0, (a) => (a.requestId += 1n), /^wrong .*fulfilment/],
  ['RandomnessFulfilled', 'another word', 0, (a) => (a.randomWord += 1n), /^wrong .*(score|seed)/],
  ['RandomnessFulfilled', 'another time', 0, (a) => (a.fulfilledAt += 1n), /^wrong .*fulfilment/],
  ['RandomnessFulfilled', 'dropped', 0, 'drop', /^(wrong|not decided)/],
  ['TicketSubmitted', 'another score', 0, (a) => (a.score += 1n), /^wrong .*score/],
  ['TicketSubmitted', 'a ticket that is not held', 0, (a) => (a.ticketId = 10_000n), /^wrong .*ticket-range/],
  [
    'TicketSubmitted',
    'dropped',
    0,
    'drop',
    /gives a seat to 0x[0-9a-f]{40}, whose TicketSubmitted is missing/,
  ],
  [
    'SortitionCommitteeFinalized',
    'another member',
    0,
    (a) => (a.committee[0] = `0x${'0'.repeat(39)}5`),
    /^wrong .*wrong-member/,
  ],
  ['SortitionCommitteeFinalized', 'another order', 0, (a) => swap(a.committee), /^wrong .*wrong-order/],
  ['SortitionCommitteeFinalized', 'another score', 0, (a) => swap(a.scores), /^wrong .*wrong-scores/],
  [
    'SortitionCommitteeFinalized',
    'dropped',
    0,
    'drop',
    /CommitteeActivationChanged at .* comes before the end of the draw, or that is missing/,
  ],
  [
    'CommitteeActivationChanged',
    'inactive',
    0,
    (a) => (a.active = false),
    /CommitteeActivationChanged at .* says false, after SortitionCommitteeFinalized/,
  ],
  ['CommitteeFormationFailed', 'other seats', 0, (a) => (a.nodesSubmitted += 1n), /^wrong .*formation/],
  ['CommitteeFormationFailed', 'other need', 0, (a) => (a.thresholdRequired += 1n), /^wrong .*formation/],
  ['E3Failed', 'another reason', 0, (a) => (a.reason = 1), /^wrong reason/],
  ['E3Failed', 'another stage', 0, (a) => (a.failedAtStage = 3), /^wrong reason/],
]
/** For information: they state nothing that the draw follows from. */
const silent = ['RandomnessCircuitBreakerTripped']

test('as it is: right, and every kind of its events has a case', () => {
  expect(judge((event) => event)).toEqual(run.requests.map(() => 'right'))
  expect(names.filter((name) => !silent.includes(name) && !cases.some(([each]) => each === name))).toEqual([])
})
test.each(cases)('%s: %s', (name, _, at, change, says) => {
  const said = altering(name, at, change)
  expect(said.join('\n')).toMatch(new RegExp(says, 'm'))
})
test.each(silent)('%s changes nothing', (name) => {
  expect(altering(name, 0, 'drop').every((said) => said === 'right')).toBe(true)
})
