// Explanations: why an operator was drawn, or was not; and whether it could take part at any second.
import { given } from '../core.js'
import { type Ineligibility } from './eligibility.js'
import { NodeRegistry } from './registry.js'
import { hex, type Report, type Seat, type Submission } from './report.js'
import { bestTicket, informationLimit, type ScoredTicket, ticketLimit } from './score.js'
import { type NodeState, type Policy, policyOf, ticketsOf } from './select.js'
import { nodeState } from './states.js'
import { type Address, address, object, own, uint256 } from './values.js'
import { momentText } from './text.js'
import { describeIneligibility, whatIsNeeded } from './words.js'

/** Whether an operator could take part in a draw at a second. */
export interface Standing {
  /** The operator. */
  node: Address
  /** In seconds: T - 1 of a request of time T. */
  timepoint: bigint
  /** Its state; absent when no operator of that address was known. */
  state?: NodeState
  /** Whether it was active and admitted, and could pay for one ticket where the price is known. */
  eligible: boolean
  /** Why it was not active or not admitted. */
  ineligibility?: Ineligibility
  /** What one ticket cost; absent where the logs do not say. */
  ticketPrice?: bigint
  /** How many its balance bought; 0n where the price is not known. */
  tickets: bigint
  /** One sentence. */
  verdict: string
  /** What it would have needed to take part; absent when it could. */
  needed?: string
}

/** What `explain` tells about one operator and one request. */
export interface Explanation extends Standing {
  /** Of all its tickets; absent for who is not eligible, and without a seed. */
  best?: ScoredTicket
  /**
   * Of its best ticket among those of all eligible operators, from 1; absent when that was left out of the
   * report.
   */
  rank?: number
  /** How many operators were eligible. */
  of: number
  /** What it submitted, in order. */
  submissions: Submission[]
  /** Its seat in the committee that follows from the submissions. */
  seat?: Seat
  /** The worst ticket that got a seat; absent when no committee was formed. */
  cutOff?: ScoredTicket & { node: Address }
  /** Another operator of its owner, which has their seat. */
  seatOfOwner?: Seat
}

/**
 * Whether an operator could take part in a draw whose state is that of a second. A walk over the events.
 *
 * @param timepoint in seconds; for a request of time T it is T - 1
 * @param options `ticketPrice`: that in force at the second, unless given; `policy`: under `owner-cap` an
 *   operator needs a bond owner; `uncapped` unless given
 */
export function explainAt(
  registry: NodeRegistry,
  operator: Address,
  timepoint: bigint | number,
  options: { ticketPrice?: bigint | undefined; policy?: Policy | undefined } = {},
): Standing {
  const { ticketPrice, policy } = given(options)
  return standingAt(
    registry,
    address(operator, 'operator'),
    timepoint,
    ticketPrice === undefined ? undefined : uint256(ticketPrice, 'ticketPrice'),
    policyOf(policy) === 'owner-cap',
  )
}

function standingAt(
  registry: NodeRegistry,
  node: Address,
  timepoint: bigint | number,
  givenPrice: bigint | undefined,
  ownerCap: boolean,
): Standing {
  NodeRegistry.require(registry)
  const eligibility = registry.eligibility(timepoint)
  const n = registry.numberOf(node)
  const state = n !== undefined && eligibility.state.has(n) ? nodeState(eligibility.state, n) : undefined
  const ticketPrice = givenPrice ?? eligibility.state.ticketPrice
  const tickets = state && ticketPrice !== undefined ? ticketsOf(state.ticketBalance, ticketPrice) : 0n
  const ineligibility = eligibility.why(n)
  const second = BigInt(timepoint)
  const lacks = ineligibility
    ? { what: describeIneligibility(ineligibility, second), needed: whatIsNeeded(ineligibility) }
    : ticketPrice !== undefined && tickets === 0n
      ? {
          what: `held no ticket at ${momentText(second)}: its balance of ${state!.ticketBalance} bought none at ${ticketPrice}`,
          needed: ticketPrice > 0n ? `a balance of ${ticketPrice}` : 'a price above 0',
        }
      : ownerCap && own(state!, 'owner') === undefined
        ? { what: `had no bond owner at ${momentText(second)}`, needed: 'a bond owner' }
        : undefined
  const bought = ticketPrice === undefined ? '' : `, with ${tickets} ticket${tickets === 1n ? '' : 's'}`
  return {
    node,
    timepoint: second,
    ...(state && { state }),
    eligible: !lacks,
    ...(ineligibility && { ineligibility }),
    ...(ticketPrice !== undefined && { ticketPrice }),
    tickets,
    verdict: lacks
      ? `not eligible: ${lacks.what.startsWith('no operator') ? '' : 'it '}${lacks.what}`
      : `eligible at ${momentText(second)}${bought}`,
    ...(lacks && { needed: lacks.needed }),
  }
}

/**
 * What a report says about one operator: eligible or not, its best ticket, its rank, its seat, and the
 * cut-off.
 *
 * @param options `limit`: how many tickets are hashed at most for the best one; 2^22 unless given
 */
export function explain(
  registry: NodeRegistry,
  report: Report,
  operator: Address,
  options: { limit?: bigint | number | undefined } = {},
): Explanation {
  const node = address(operator, 'operator')
  object(report, 'the report')
  const ownerCap = report.policy === 'owner-cap'
  const standing = standingAt(registry, node, report.timepoint, report.ticketPrice, ownerCap)
  const { state, tickets, eligible } = given(standing) as Standing
  const submissions = report.submissions.filter((s) => s.node === node)
  const limit = ticketLimit(given(options).limit, informationLimit)
  const best = eligible && tickets > 0n && tickets <= limit ? bestOf(report, node, tickets) : undefined
  const rank = report.ranking.indexOf(node) + 1
  const seat = report.committee.find((s) => s.node === node)
  const worst = [...report.committee].sort((a, b) => (a.score < b.score ? 1 : -1))[0]
  const owner = state && own(state, 'owner')
  const seatOfOwner =
    owner === undefined
      ? undefined
      : report.committee.find((s) => s.node !== node && own(s, 'owner') === owner)
  const partial = {
    ...standing,
    ...(best && { best }),
    ...(rank > 0 && { rank }),
    of: report.eligible,
    submissions,
    ...(seat && { seat }),
    ...(worst && { cutOff: { node: worst.node, ticket: worst.ticket, score: worst.score } }),
    ...(seatOfOwner && { seatOfOwner }),
  }
  return { ...partial, ...verdict(given(partial) as Explanation, report) }
}

function bestOf({ seed, e3Id }: Report, node: Address, tickets: bigint): ScoredTicket | undefined {
  return seed === undefined ? undefined : bestTicket({ node, tickets, e3Id, seed, limit: tickets })
}

/** One sentence, and what would have been needed for a seat. */
function verdict(e: Explanation, report: Report): { verdict: string; needed?: string } {
  if (e.seat) return { verdict: `selected with ticket ${e.seat.ticket}, as party ${e.seat.partyId}` }
  const not = (what: string, needed?: string) => ({
    verdict: `not selected: ${what}`,
    ...(needed && { needed }),
  })
  if (!e.eligible) return not(e.verdict.replace(/^not eligible: /, ''), e.needed)
  if (report.seed === undefined)
    return not(report.usable === false ? 'no random word came in time' : 'the seed is not known')
  const below = e.seatOfOwner ?? e.cutOff
  const needed = below && `a ticket that scores below ${hex(below.score)}`
  if (e.submissions.length === 0) {
    const enough = e.best && below && e.best.score < below.score
    return not('it did not submit a ticket', enough ? `to submit its ticket ${e.best!.ticket}` : needed)
  }
  const mine = e.submissions.find((s) => s.counts)
  if (!mine)
    return not('its submission does not count, see the report', 'a submission that the contract accepts')
  if (!e.cutOff) return not('no committee was formed')
  if (e.seatOfOwner && e.seatOfOwner.score < mine.score)
    return not(`the seat of its owner went to ${e.seatOfOwner.node}, which scored lower`, needed)
  return not(`ticket ${mine.ticket} scored above the last seat`, needed)
}
