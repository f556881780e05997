// (c) The draw: who gets a seat, of some operators with a ticket each.
import { type Participant, select } from './native.js'
import { type Seat } from './report.js'
import { type Winner } from './score.js'
import { winners } from './select.js'
import { type Verification } from './verification.js'

/** The `size` best, best first, by the rule of the policy; each with the ticket that it has here. */
export function seat(
  { evidence, nodes }: Verification,
  seed: bigint,
  tickets: readonly Winner[],
  size: number,
): Winner[] {
  const participants = tickets.map(({ node, ticket }): Participant => ({
    node,
    owner: nodes.get(node)?.owner,
    first: ticket,
    count: 1n,
  }))
  const { e3Id } = evidence.request.args
  const ownerCap = evidence.policy === 'owner-cap'
  const limit = BigInt(tickets.length)
  return winners(participants, select(participants, { e3Id, seed, size, ownerCap, limit }))
}

/** A committee has its members in order of address. */
export function inOrder(seated: readonly Winner[]): Seat[] {
  return [...seated]
    .sort((a, b) => (a.node < b.node ? -1 : 1))
    .map(({ node, ticket, score }, partyId) => ({ partyId, node, ticket, score }))
}
