// (b) Every submission: moment, operator, ticket, score, in the order in which the contract asks.
import { isAfterSeed, type Seed } from './check-seed.js'
import { comparePositions, describe } from './events.js'
import { type SubmissionArgs } from './evidence.js'
import { type LogPosition, type Positioned } from './read-evidence.js'
import { hex, type Submission, type Violation, type ViolationCode } from './report.js'
import { type NodeState, ticketsOf } from './select.js'
import { type StateAt } from './state-at.js'
import { type Address, own } from './values.js'
import { momentText } from './text.js'
import { scoresOf, stateOf, type Verification } from './verification.js'
import { describeIneligibility } from './words.js'

/**
 * What is wrong with a submission: its code, the contract's error, and words that follow "submitted ticket
 * 1".
 */
type Fault = [code: ViolationCode, error: string, what: string]

export function checkSubmissions(v: Verification, seed: Seed): Submission[] {
  const { submissions } = v.evidence
  noteOldHash(v)
  const scores = seed.seed === undefined ? undefined : scoresOf(v, seed.seed)
  const walk = v.registry.walk()
  // Who has submitted: a submission that the contract would have refused is none.
  const submitted = new Set<Address>()
  return submissions.map(({ args, at }, i) => {
    const { node, ticketId: ticket } = args
    const state = stateOf(v, node)
    const { ticketPrice } = v.request
    const tickets = state && ticketPrice !== undefined ? ticketsOf(state.ticketBalance, ticketPrice) : 0n
    const faults = [
      ...momentFaults(v, seed, args, at),
      ...(submitted.has(node) ? [duplicate] : []),
      ...operatorFaults(v, node, at && walk(at), at),
      ...ticketFaults(v, node, ticket, state, tickets),
      ...ownerFaults(v, state),
    ]
    if (faults.length === 0) submitted.add(node)
    const evidence = { node, ticket, ...(state && { state }) }
    for (const [code, error, what] of faults)
      v.violations.push({ code, message: `${node} submitted ticket ${ticket} ${what}`, error, ...evidence })
    const score = scores?.[i] ?? args.score
    if (score !== args.score) v.violations.push(wrongScore(args, score, evidence))
    return { ...evidence, score, tickets, counts: faults.length === 0 }
  })
}

/** A chain lets contracts read the hashes of so many last blocks. */
const readableHashes = 256n

/** Submissions so late that the contract has read the hash of the entropy block before, or never. */
function noteOldHash({
  request: { kind },
  evidence: { request, submissions, vrf },
  notes,
}: Verification): void {
  const { entropyBlock } = request.args
  if (kind !== 'A' || vrf !== undefined || entropyBlock === 0n) return
  const late = submissions.filter(({ at }) => at && BigInt(at.blockNumber) - entropyBlock > readableHashes)
  if (late.length > 0)
    notes.push(
      `${late.length} of ${submissions.length} submissions came more than ${readableHashes} blocks after block ${entropyBlock}: ` +
        'it is taken that the contract knew its hash then',
    )
}

const duplicate: Fault = ['duplicate-submission', 'NodeAlreadySubmitted', 'after it had submitted already']

function wrongScore(args: SubmissionArgs, expected: bigint, evidence: Partial<Violation>): Violation {
  const message = `${args.node} submitted ticket ${args.ticketId} with score ${hex(args.score)}, but its score is ${hex(expected)}`
  return { code: 'score', message, ...evidence, score: args.score, expected }
}

/** What the contract says about the moment. */
function momentFaults(
  v: Verification,
  seed: Seed,
  { e3Id }: SubmissionArgs,
  at: LogPosition | undefined,
): Fault[] {
  const { request, evidence } = v
  const ineligible = (error: string, what: string): Fault => ['not-eligible', error, what]
  if (e3Id !== request.e3Id) return [ineligible('CommitteeNotRequested', `for another request, e3Id ${e3Id}`)]
  if (!at) return []
  const { timestamp: time } = at
  const end: Positioned<unknown> | undefined = evidence.finalized ?? evidence.failed
  if (request.at && comparePositions(at, request.at) < 0)
    return [ineligible('CommitteeNotRequested', 'before it was requested')]
  if (time !== undefined && time < request.time) {
    const what = `at ${momentText(time)}, before the request at ${momentText(request.time)}`
    return [ineligible('CommitteeNotRequested', what)]
  }
  if (end?.at && comparePositions(at, end.at) > 0)
    return [ineligible('CommitteeAlreadyFinalized', 'after the end of the draw')]
  const seedFault = whyNoSeed(v, seed, at)
  if (seedFault) return [ineligible('SortitionSeedUnavailable', seedFault)]
  if (time !== undefined && seed.deadline !== undefined && time > seed.deadline)
    return [
      ineligible(
        'CommitteeDeadlineReached',
        `at ${momentText(time)}, after the deadline, ${momentText(seed.deadline)}`,
      ),
    ]
  return []
}

function whyNoSeed({ evidence, request }: Verification, seed: Seed, at: LogPosition): string | undefined {
  if (request.kind !== 'A') {
    if (seed.usable === false && seed.since === undefined)
      return 'when there was no seed: no random word came in time'
    return isAfterSeed(seed, at)
      ? undefined
      : `at ${describe(at)}, before the random word came, at ${describe(seed.since!)}`
  }
  const { entropyBlock } = evidence.request.args
  // A block's hash is known in later blocks only.
  return evidence.vrf === undefined && BigInt(at.blockNumber) <= entropyBlock
    ? `in block ${at.blockNumber}, when the seed of block ${entropyBlock} was not known yet`
    : undefined
}

/** What it says about the operator: registered and active now, eligible at T - 1. */
function operatorFaults(
  v: Verification,
  node: Address,
  now: StateAt | undefined,
  at: LogPosition | undefined,
): Fault[] {
  const ineligible = (what: string): Fault => ['not-eligible', 'NodeNotEligible', what]
  const n = v.registry.numberOf(node)
  const out: Fault[] = []
  if (now && (n === undefined || !now.isRegistered(n)))
    out.push(ineligible(`while not registered, at ${describe(at!)}`))
  else if (now && !now.isActive(n!)) out.push(ineligible(`while not active, at ${describe(at!)}`))
  const why = v.eligibility.why(n)
  if (why) out.push(ineligible(`but ${describeIneligibility(why, v.request.time - 1)}`))
  return out
}

/** What it says about the ticket of an operator that was eligible. */
function ticketFaults(
  v: Verification,
  node: Address,
  ticket: bigint,
  state: NodeState | undefined,
  tickets: bigint,
): Fault[] {
  const { ticketPrice, time } = v.request
  if (!state || ticketPrice === undefined || v.eligibility.why(v.registry.numberOf(node))) return []
  const bought = `${state.ticketBalance} at ${ticketPrice} each`
  if (ticket >= 1n && tickets === 0n)
    return [['not-eligible', 'NodeNotEligible', `but held no ticket at ${momentText(time - 1)}: ${bought}`]]
  if (ticket >= 1n && ticket <= tickets) return []
  const held = tickets === 0n ? 'no ticket' : `tickets 1 to ${tickets}`
  return [['ticket-range', 'InvalidTicketNumber', `but held ${held}: ${bought}`]]
}

/** Under the cap an operator needs a bond owner. */
function ownerFaults({ evidence, request }: Verification, state: NodeState | undefined): Fault[] {
  if (!state || evidence.policy === 'uncapped' || own(state, 'owner') !== undefined) return []
  return [['not-eligible', 'NodeNotEligible', `but had no bond owner at ${momentText(request.time - 1)}`]]
}
