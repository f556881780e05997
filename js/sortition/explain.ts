// Why an operator was drawn, or was not.
import { type NodeRegistry } from './registry.js'
import { bestTicket, type ScoredTicket } from './score.js'
import { type NodeState, ticketsOf } from './select.js'
import { type Address, address } from './values.js'
import { type Report, type Seat, type Submission } from './report.js'

/** What `explain` tells about one operator and one request. */
export interface Explanation {
  /** The operator. */
  node: Address
  /** At T - 1; absent when no operator of that address was known. */
  state?: NodeState
  /** How many tickets the balance bought. */
  tickets: bigint
  /** Whether it was active and could pay for one ticket. */
  eligible: boolean
  /** Of all its tickets; absent for who is not eligible. */
  best?: ScoredTicket
  /** Of its best ticket among those of all eligible operators, from 1; absent when that was left out of the report. */
  rank?: number
  /** How many operators were eligible. */
  of: number
  /** What it submitted, in order. */
  submissions: Submission[]
  /** Its place in the committee that follows from the submissions. */
  seat?: Seat
  /** The worst ticket that got a seat; absent when no committee was formed. */
  cutOff?: ScoredTicket & { node: Address }
  /** One sentence. */
  verdict: string
}

/** What a report says about one operator: eligible or not, its best ticket, its rank, and the cut-off. */
export function explain(registry: NodeRegistry, report: Report, operator: Address): Explanation {
  const node = address(operator, 'operator')
  const state = registry.at(report.timepoint).get(node)
  const tickets = ticketsOf(state?.ticketBalance ?? 0n, report.ticketPrice)
  const owned = report.policy === 'uncapped' || state?.owner !== undefined
  const eligible = state?.active === true && tickets > 0n && owned
  const submissions = report.submissions.filter((s) => s.node === node)
  const best = eligible ? bestOf(report, node, tickets) : undefined
  const rank = rankOf(report, node)
  const seat = report.committee.find((s) => s.node === node)
  const cutOff = [...report.committee].sort((a, b) => (a.score < b.score ? 1 : -1))[0]
  const partial = {
    node,
    ...(state && { state }),
    tickets,
    eligible,
    ...(best && { best }),
    ...(rank !== undefined && { rank }),
    of: report.eligible,
    submissions,
    ...(seat && { seat }),
    ...(cutOff && { cutOff: { node: cutOff.node, ticket: cutOff.ticket, score: cutOff.score } }),
  }
  return { ...partial, verdict: verdict(partial, report) }
}

function bestOf(report: Report, node: Address, tickets: bigint): ScoredTicket | undefined {
  try {
    return bestTicket({ node, tickets, e3Id: report.e3Id, seed: report.seed })
  } catch (e) {
    if (e instanceof RangeError) return undefined // too many tickets to look at
    throw e
  }
}

function rankOf(report: Report, node: Address): number | undefined {
  const at = report.ranking.indexOf(node)
  return at < 0 ? undefined : at + 1
}

function verdict(e: Omit<Explanation, 'verdict'>, report: Report): string {
  const second = `at second ${report.timepoint}`
  if (!e.state) return `not selected: no operator of that address was known ${second}`
  if (!e.state.active) return `not selected: it was not active ${second}`
  if (e.tickets > 0n && !e.eligible) return `not selected: it had no bond owner ${second}`
  if (!e.eligible)
    return `not selected: its balance of ${e.state.ticketBalance} bought no ticket at ${report.ticketPrice}`
  if (e.seat) return `selected with ticket ${e.seat.ticket}, as party ${e.seat.partyId}`
  if (e.submissions.length === 0) return 'not selected: it did not submit a ticket'
  if (!e.submissions.some((s) => s.counts))
    return 'not selected: its submission does not count, see the report'
  if (!e.cutOff) return 'not selected: no committee was formed'
  const mine = e.submissions.find((s) => s.counts)!
  if (mine.score < e.cutOff.score) return 'not selected: another operator of its bond owner scored lower'
  return `not selected: ticket ${mine.ticket} scored above the last seat`
}
