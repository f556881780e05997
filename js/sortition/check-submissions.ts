// (b) Every submission: score, ticket, operator, moment.
import { comparePositions, describe } from './events.js'
import { type Evidence, type LogPosition } from './evidence.js'
import { hex, type Submission, type ViolationCode } from './report.js'
import { type NodeState, ticketsOf } from './select.js'
import { scoreOf, type Verification } from './verification.js'
import { type Address } from './values.js'

export function checkSubmissions(v: Verification, seed: bigint): Submission[] {
  const { evidence, registry, nodes, violations } = v
  const request = evidence.request.args
  const { e3Id } = request
  const walk = registry.walk()
  // Who has submitted: a submission that the contract would have refused is none.
  const submitted = new Set<Address>()
  return evidence.submissions.map(({ args, at }) => {
    const { node, ticketId: ticket } = args
    const state = nodes.get(node)
    const tickets = ticketsOf(state?.ticketBalance ?? 0n, request.ticketPrice)
    const score = scoreOf(args, e3Id, seed)
    const evidence = { node, ticket, ...(state && { state }) }
    const before = violations.length
    const blame = (code: ViolationCode, what: string) =>
      violations.push({ code, message: `${node} submitted ticket ${ticket} ${what}`, ...evidence })

    if (args.e3Id !== e3Id) blame('not-eligible', `for another request, e3Id ${args.e3Id}`)
    else if (submitted.has(node)) blame('duplicate-submission', 'after it had submitted already')
    const ineligible = whyIneligible(state, tickets, v.evidence)
    if (ineligible) blame('not-eligible', `but ${ineligible}`)
    else if (ticket < 1n || ticket > tickets) {
      blame(
        'ticket-range',
        `but held tickets 1 to ${tickets}: ${state!.ticketBalance} at ${request.ticketPrice} each`,
      )
    }
    if (at) {
      const now = walk(at)
      const n = registry.numberOf(node)
      if (n === undefined || !now.isRegistered(n))
        blame('not-eligible', `while not registered, at ${describe(at)}`)
      else if (!now.isActive(n)) blame('not-eligible', `while not active, at ${describe(at)}`)
      const untimely = whyUntimely(v.evidence, at)
      if (untimely) blame('not-eligible', untimely)
    }
    const counts = violations.length === before
    if (counts) submitted.add(node)
    if (score !== args.score) {
      violations.push({
        code: 'score',
        message: `${node} submitted ticket ${ticket} with score ${hex(args.score)}, but its score is ${hex(score)}`,
        ...evidence,
        score: args.score,
        expected: score,
      })
    }
    return { node, ticket, score, tickets, ...(state && { state }), counts }
  })
}

/** What the contract says about the moment of a submission. */
function whyUntimely(evidence: Evidence, at: LogPosition): string | undefined {
  const { deadline, entropyBlock, time } = evidence.request.args
  const end = evidence.finalized?.at ?? evidence.failed?.at
  if (evidence.request.at && comparePositions(at, evidence.request.at) < 0) return 'before it was requested'
  if (at.timestamp !== undefined && at.timestamp < time)
    return `at second ${at.timestamp}, before the request at second ${time}`
  if (at.timestamp !== undefined && at.timestamp > deadline)
    return `at second ${at.timestamp}, after the deadline ${deadline}`
  if (end && comparePositions(at, end) > 0) return 'after the end of the draw'
  // A block's hash is known in later blocks only.
  if (evidence.vrf === undefined && BigInt(at.blockNumber) <= entropyBlock) {
    return `in block ${at.blockNumber}, when the seed of block ${entropyBlock} was not known yet`
  }
  return undefined
}

function whyIneligible(
  state: NodeState | undefined,
  tickets: bigint,
  { request, policy }: Evidence,
): string | undefined {
  const { time, ticketPrice } = request.args
  if (!state) return `no operator of that address was known at second ${time - 1}`
  if (!state.active) return `was not active at second ${time - 1}`
  if (policy === 'owner-cap' && state.owner === undefined) return `had no bond owner at second ${time - 1}`
  if (tickets === 0n)
    return `held no ticket at second ${time - 1}: ${state.ticketBalance} at ${ticketPrice} each`
  return undefined
}
