// (c) The draw: the committee that follows from submissions.
import { type Seat, type Submission } from './report.js'
import { type Winner } from './score.js'
import { compareText, compareWinners, type Verification } from './verification.js'
import { type Address } from './values.js'

/** The committee in order of address; empty when there are too few. */
export function committeeOf(v: Verification, counted: readonly Submission[]): Seat[] {
  const { size } = v.evidence.request.args
  const seated = drawFrom(v, counted)
  if (seated.length < size) return []
  return seated
    .sort((a, b) => compareText(a.node, b.node))
    .map(({ node, ticket, score }, partyId) => ({ partyId, node, ticket, score }))
}

/** The N best of some tickets, one an operator. */
export function drawFrom({ evidence, nodes }: Verification, tickets: readonly Winner[]): Winner[] {
  const { size } = evidence.request.args
  const ranked = [...tickets].sort(compareWinners)
  if (evidence.policy === 'uncapped') return ranked.slice(0, size)
  const owners = new Set<Address>()
  const mayCome = ({ node }: Winner) => {
    const owner = nodes.get(node)?.owner
    if (owner === undefined) return true
    return !owners.has(owner) && owners.add(owner)
  }
  return ranked.filter(mayCome).slice(0, size)
}
