// What the checks of one request share: what was given, the state at T - 1, and what has been found so far.
import { type Evidence } from './evidence.js'
import { type NodeRegistry } from './registry.js'
import { type Violation } from './report.js'
import { type SubmissionArgs } from './evidence.js'
import { scoreTicket, type Winner } from './score.js'
import { type NodeState } from './select.js'

export interface Verification {
  registry: NodeRegistry
  evidence: Evidence
  /** At T - 1. */
  nodes: ReturnType<NodeRegistry['at']>
  violations: Violation[]
  notes: string[]
}

/** How many tickets a balance buys; a price of zero buys none. */
export function ticketsOf(state: NodeState | undefined, ticketPrice: bigint): bigint {
  return state && ticketPrice > 0n ? state.ticketBalance / ticketPrice : 0n
}

export function scoreOf(s: SubmissionArgs, e3Id: bigint, seed: bigint): bigint {
  return scoreTicket({ node: s.node, ticket: s.ticketId, e3Id, seed })
}

/** The order of the draw: (score, ticket, address). */
export function compareWinners(a: Winner, b: Winner): number {
  if (a.score !== b.score) return a.score < b.score ? -1 : 1
  if (a.ticket !== b.ticket) return a.ticket < b.ticket ? -1 : 1
  return compareText(a.node, b.node)
}
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
