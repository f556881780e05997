// (d) For information: the draw had everyone submitted its best ticket.
import { seat } from './draw.js'
import { type Participant, select } from './native.js'
import { type Report, type Submission } from './report.js'
import { ticketsOf, winners } from './select.js'
import { type Address } from './values.js'
import { type Verification } from './verification.js'

export function ideal(
  v: Verification,
  seed: bigint,
  submissions: Submission[],
): Pick<Report, 'eligible' | 'ranking' | 'ideal' | 'absent' | 'worseTickets'> {
  const { evidence, nodes, notes } = v
  const { e3Id, ticketPrice, size } = evidence.request.args
  const eligible: Participant[] = []
  let tickets = 0n
  for (const [node, { active, owner, ticketBalance }] of nodes) {
    const count = active ? ticketsOf(ticketBalance, ticketPrice) : 0n
    if (count === 0n || (evidence.policy === 'owner-cap' && owner === undefined)) continue
    eligible.push({ node: node as Address, owner, first: 1n, count })
    tickets += count
  }
  if (tickets > evidence.limit) {
    notes.push(
      `the ideal committee was left out: the operators hold ${tickets} tickets, more than the limit of ${evidence.limit}`,
    )
    return { eligible: eligible.length, ranking: [], ideal: [], absent: [], worseTickets: [] }
  }
  const all = { e3Id, seed, size: eligible.length, ownerCap: false, limit: evidence.limit }
  const everyone = winners(eligible, select(eligible, all))
  const submitted = new Set(submissions.map((s) => s.node))
  const absent = everyone.flatMap((winner, i) => {
    if (submitted.has(winner.node)) return []
    const state = nodes.get(winner.node)!
    return [{ ...winner, rank: i + 1, tickets: ticketsOf(state.ticketBalance, ticketPrice), state }]
  })
  const bests = new Map(everyone.map((w) => [w.node, w]))
  const worseTickets = submissions.flatMap(({ node, ticket, score, counts }) => {
    const best = bests.get(node)
    if (!counts || !best || best.score >= score) return []
    return [{ node, ticket, score, best: { ticket: best.ticket, score: best.score } }]
  })
  return {
    eligible: eligible.length,
    ranking: everyone.map((w) => w.node),
    ideal: seat(v, seed, everyone, size),
    absent,
    worseTickets,
  }
}
