// (c) The draw: who gets a seat, of some operators with a ticket each.
import { type Participant, select } from './native.js'
import { type Seat } from './report.js'
import { type Winner } from './score.js'
import { winners } from './select.js'
import { type Address, own } from './values.js'
import { stateOf, type Verification } from './verification.js'

/** The owner of an operator at T - 1. */
export function ownerOf(v: Verification, node: Address): Address | undefined {
  const state = stateOf(v, node)
  return state && own(state, 'owner')
}

/** The `size` best, best first, by the rule of the policy; each with the ticket that it has here. */
export function seat(v: Verification, seed: bigint, tickets: readonly Winner[], size: number): Winner[] {
  const participants = tickets.map(({ node, ticket }): Participant => ({
    node,
    owner: ownerOf(v, node),
    first: ticket,
    count: 1n,
  }))
  const { e3Id } = v.request
  const ownerCap = v.evidence.policy === 'owner-cap'
  const limit = BigInt(tickets.length)
  return winners(participants, select(participants, { e3Id, seed, size, ownerCap, limit }))
}

/** A committee has its members in order of address. Under the cap each seat says whose it is. */
export function inOrder(v: Verification, seated: readonly Winner[]): Seat[] {
  const capped = v.evidence.policy === 'owner-cap'
  return [...seated]
    .sort((a, b) => (a.node < b.node ? -1 : 1))
    .map(({ node, ticket, score }, partyId) => {
      const owner = capped ? ownerOf(v, node) : undefined
      return { partyId, node, ticket, score, ...(owner && { owner }) }
    })
}
