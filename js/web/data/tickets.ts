// The scores of all tickets of the eligible operators, and what became of each.
import { type NodeRegistry, type Report, scoreTicket } from '../../sortition/index.js'
import { scoreShare } from '../format.js'
import { fates, type TicketCloud, type TicketRow } from '../protocol.js'
import type { Progress } from './progress.js'

/** Tickets that are drawn; the lowest scores are what decides. */
const mostDrawn = 10_000
/** Tickets that are hashed one by one for the picture: some seconds. */
const mostHashed = 2_000_000

const [best, submitted, refused, seated] = (['best', 'submitted', 'refused', 'seated'] as const).map((fate) =>
  fates.indexOf(fate),
) as [number, number, number, number]

interface Scored {
  /** Ascending by score. */
  order: Uint32Array
  scores: Float64Array
  ranks: Uint32Array
  tickets: Float64Array
  /** The first ticket of each operator, by rank. */
  starts: Uint32Array
}

/** The lowest scores. One hash a ticket; RangeError when there are too many. */
export function ticketCloud(registry: NodeRegistry, report: Report, progress: Progress): TicketCloud {
  const scored = scoreAll(registry, report, progress)
  const { order, scores, ranks, tickets } = scored
  const fateOf = fatesOf(scored, report)
  const cutOff = cutOffOf(report)
  let [below, silent] = [0, 0]
  for (; cutOff !== undefined && below < order.length && scores[order[below]!]! <= cutOff; ++below)
    if (fateOf[order[below]!]! <= best) ++silent
  const kept = order.subarray(0, mostDrawn)
  return {
    scores: Float64Array.from(kept, (i) => scores[i]!),
    tickets: Float64Array.from(kept, (i) => tickets[i]!),
    ranks: Uint32Array.from(kept, (i) => ranks[i]!),
    fates: Uint8Array.from(kept, (i) => fateOf[i]!),
    // An operator's best ticket comes after those of the operators before it, so no other is named above.
    operators: report.ranking.slice(0, mostDrawn),
    eligible: report.ranking.length,
    total: order.length,
    cutOff,
    below,
    silent,
  }
}

function scoreAll(registry: NodeRegistry, report: Report, progress: Progress): Scored {
  const { ranking, ticketPrice, e3Id, seed } = report
  if (seed === undefined || ticketPrice === undefined)
    throw new RangeError('there are no scores without a seed and a ticket price')
  const nodes = registry.at(report.timepoint)
  const held = ranking.map((node) => nodes.get(node)!.ticketBalance / ticketPrice)
  const total = Number(held.reduce((a, b) => a + b, 0n))
  if (total > mostHashed) throw new RangeError(`there are ${total} tickets, too many for a picture of each`)
  const [scores, ranks, tickets] = [new Float64Array(total), new Uint32Array(total), new Float64Array(total)]
  const starts = new Uint32Array(ranking.length + 1)
  let at = 0
  ranking.forEach((node, rank) => {
    starts[rank] = at
    for (let ticket = 1; ticket <= Number(held[rank]); ++ticket, ++at) {
      scores[at] = scoreShare(scoreTicket({ node, ticket, e3Id, seed }))
      ranks[at] = rank
      tickets[at] = ticket
      if (at % 20_000 === 0) progress('Scoring tickets', at, total)
    }
  })
  starts[ranking.length] = at
  const order = Uint32Array.from({ length: total }, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!)
  return { order, scores, ranks, tickets, starts }
}

function fatesOf({ order, ranks, starts }: Scored, report: Report): Uint8Array {
  const fateOf = new Uint8Array(order.length)
  const hasBest = new Uint8Array(report.ranking.length)
  for (const i of order) {
    if (hasBest[ranks[i]!]) continue
    hasBest[ranks[i]!] = 1
    fateOf[i] = best
  }
  const rankOf = new Map(report.ranking.map((node, i) => [node, i]))
  const seats = new Map(report.committee.map(({ node, ticket }) => [node, ticket]))
  for (const { node, ticket, counts } of report.submissions) {
    const rank = rankOf.get(node)
    if (rank === undefined) continue // not eligible: it has no tickets to draw
    const i = starts[rank]! + Number(ticket) - 1
    if (!(i >= starts[rank]! && i < starts[rank + 1]!)) continue // a ticket that it does not hold
    const fate = !counts ? refused : seats.get(node) === ticket ? seated : submitted
    fateOf[i] = Math.max(fateOf[i]!, fate)
  }
  return fateOf
}

function cutOffOf(report: Report): number | undefined {
  if (report.committee.length === 0) return undefined
  return scoreShare(report.committee.reduce((a, b) => (a.score > b.score ? a : b)).score)
}

/** Ticket `i` of a cloud. */
export function ticketRow(cloud: TicketCloud, i: number): TicketRow {
  return {
    score: cloud.scores[i]!,
    node: cloud.operators[cloud.ranks[i]!]!,
    ticket: cloud.tickets[i]!,
    fate: fates[cloud.fates[i]!]!,
  }
}
