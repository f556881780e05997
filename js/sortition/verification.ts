// What the checks of one request share: what was given, the state at T - 1, and what has been found so far.
import { type Evidence } from './evidence.js'
import { type NodeRegistry } from './registry.js'
import { type Violation } from './report.js'
import { type SubmissionArgs } from './evidence.js'
import { scoreTicket } from './score.js'

export interface Verification {
  registry: NodeRegistry
  evidence: Evidence
  /** At T - 1. */
  nodes: ReturnType<NodeRegistry['at']>
  violations: Violation[]
  notes: string[]
}

export function scoreOf(s: SubmissionArgs, e3Id: bigint, seed: bigint): bigint {
  return scoreTicket({ node: s.node, ticket: s.ticketId, e3Id, seed })
}
