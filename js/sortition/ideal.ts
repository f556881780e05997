// (d) For information: the draw had everyone submitted its best ticket.
import { drawFrom } from './draw.js'
import { type Report, type Submission } from './report.js'
import { selectCommittee } from './select.js'
import { ticketsOf, type Verification } from './verification.js'

export function ideal(
  v: Verification,
  seed: bigint,
  submissions: Submission[],
): Pick<Report, 'eligible' | 'ranking' | 'ideal' | 'absent' | 'worseTickets'> {
  const { evidence, nodes, notes } = v
  const { e3Id, ticketPrice } = evidence.request.args
  let eligible = 0
  let tickets = 0n
  for (const state of nodes.values()) {
    const held = state.active ? ticketsOf(state, ticketPrice) : 0n
    if (held > 0n) ++eligible
    tickets += held
  }
  if (tickets > evidence.limit) {
    notes.push(
      `the ideal committee was left out: the operators hold ${tickets} tickets, more than the limit of ${evidence.limit}`,
    )
    return { eligible, ranking: [], ideal: [], absent: [], worseTickets: [] }
  }
  const everyone = selectCommittee(nodes, {
    e3Id,
    seed,
    ticketPrice,
    size: nodes.size,
    limit: evidence.limit,
  })
  const submitted = new Set(submissions.map((s) => s.node))
  const absent = everyone.flatMap((winner, i) => {
    if (submitted.has(winner.node)) return []
    const state = nodes.get(winner.node)!
    return [{ ...winner, rank: i + 1, tickets: ticketsOf(state, ticketPrice), state }]
  })
  const bests = new Map(everyone.map((w) => [w.node, w]))
  const worseTickets = submissions.flatMap(({ node, ticket, score, counts }) => {
    const best = bests.get(node)
    if (!counts || !best || best.score >= score) return []
    return [{ node, ticket, score, best: { ticket: best.ticket, score: best.score } }]
  })
  return {
    eligible,
    ranking: everyone.map((w) => w.node),
    ideal: drawFrom(v, everyone),
    absent,
    worseTickets,
  }
}
