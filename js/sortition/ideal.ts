// (d) For information: the draw had everyone submitted its best ticket.
import { seat } from './draw.js'
import { type Participant, select } from './native.js'
import { type Report, type Submission } from './report.js'
import { winners } from './select.js'
import { nodeState } from './states.js'
import { type Verification } from './verification.js'

type Information = Pick<Report, 'eligible' | 'ranking' | 'ideal' | 'absent' | 'worseTickets'>

export function ideal(v: Verification, seed: bigint | undefined, submissions: Submission[]): Information {
  const { e3Id, size } = v.request
  const { limit } = v.evidence
  const nothing = { ranking: [], ideal: [], absent: [], worseTickets: [] }
  if (v.request.ticketPrice === undefined) return { eligible: 0, ...nothing }
  const holders = v.eligibility.holders(v.request.ticketPrice, v.evidence.policy)
  const { size: eligible, tickets } = holders
  if (seed === undefined) return { eligible, ...nothing }
  if (tickets > limit) {
    // With the limit 0 it is left out because the caller says so.
    if (limit > 0n)
      v.notes.push(
        `the ideal committee was left out: the operators hold ${tickets} tickets, more than the limit of ${limit}`,
      )
    return { eligible, ...nothing }
  }
  const { state } = v.eligibility
  const operators = holders.entries()
  const participants = operators.map(([n, count]): Participant => {
    const owner = state.owner(n)
    const { addresses } = state.log
    return {
      node: addresses.text(n),
      owner: owner < 0 ? undefined : addresses.text(owner),
      first: 1n,
      count: BigInt(count),
    }
  })
  const selected = select(participants, { e3Id, seed, size: eligible, ownerCap: false, limit })
  const everyone = winners(participants, selected)
  const submitted = new Set(submissions.map((s) => s.node))
  const absent = selected.flatMap(({ index, ticket, score }, i) => {
    const { node, count } = participants[index]!
    if (submitted.has(node)) return []
    return [
      { node, ticket, score, rank: i + 1, tickets: count, state: nodeState(state, operators[index]![0]) },
    ]
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
    ideal: size === undefined ? [] : seat(v, seed, everyone, size),
    absent,
    worseTickets,
  }
}
