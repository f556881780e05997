// Committees side by side: the one that the log recorded, and the one that everyone's best tickets would have
// given.
import type { Address, FinalizedArgs, RegistryEvent, Report } from '../../sortition/index.js'
import type { ComparisonRow, SeatRow } from '../protocol.js'

export interface Recorded {
  seats: SeatRow[]
  /** Whether it is another committee than the one that follows from the submissions. */
  differs: boolean
}

/** The committee that follows from the submissions, with the bond owners that the registry has. */
export function seatsOf({ committee, submissions }: Report): SeatRow[] {
  const owners = new Map(submissions.map(({ node, state }) => [node, state?.owner]))
  return committee.map((seat) => ({ ...seat, owner: seat.owner ?? owners.get(seat.node), differs: false }))
}

/** The committee in the log that ended the draw; undefined when there is none. */
export function recordedSeats(events: readonly RegistryEvent[], report: Report): Recorded | undefined {
  const end = events.find(({ eventName }) => eventName === 'SortitionCommitteeFinalized')
  if (!end) return undefined
  const { committee, scores } = end.args as FinalizedArgs
  const seats = committee.map((name, partyId): SeatRow => {
    const node = name.toLowerCase() as Address
    const score = scores[partyId]
    const seat = report.committee[partyId]
    const differs = seat?.node !== node || seat.score !== score
    return { partyId, node, ticket: undefined, score, differs }
  })
  return { seats, differs: seats.length !== report.committee.length || seats.some((seat) => seat.differs) }
}

/** Rows that are shown beyond both committees. */
const extra = 3

/**
 * Eligible operators by rank, as far down as one of both committees reaches; empty when the ranking is
 * unknown.
 */
export function comparisonOf(report: Report): ComparisonRow[] {
  const { ranking } = report
  if (report.ideal.length === 0) return []
  const ideal = new Map(report.ideal.map((w) => [w.node, w.score]))
  const real = new Set(report.committee.map((w) => w.node))
  const absent = new Map(report.absent.map((a) => [a.node, a.score]))
  const worse = new Map(report.worseTickets.map((w) => [w.node, w]))
  const submitted = new Map(report.submissions.map((each) => [each.node, each]))
  const ranks = new Map(ranking.map((node, i) => [node, i + 1]))
  let lastRank = 0
  for (const nodes of [ideal.keys(), real])
    for (const node of nodes) lastRank = Math.max(lastRank, ranks.get(node) ?? 0)
  const shown = [...ranking.slice(0, lastRank + extra), ...[...real].filter((node) => !ranks.has(node))]
  return shown.map((node) => ({
    node,
    rank: ranks.get(node),
    best: absent.get(node) ?? worse.get(node)?.best.score ?? ideal.get(node) ?? submitted.get(node)?.score,
    ideal: ideal.has(node),
    real: real.has(node),
    what: whatHappened(node),
  }))

  function whatHappened(node: Address): string {
    const submission = submitted.get(node)
    if (!submission) return 'did not submit'
    if (!submission.counts) return 'submitted, but it does not count'
    const ticket = worse.get(node)
    return ticket
      ? `submitted ticket ${ticket.ticket}, though ${ticket.best.ticket} was better`
      : 'submitted its best ticket'
  }
}
