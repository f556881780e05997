// State that the checks of one request share: what was given, the request as the logs have it, the registry
// at T - 1, and what has been found so far.
import { type Eligibility } from './eligibility.js'
import { type Participant, select } from './native.js'
import { type Evidence, type LogPosition } from './read-evidence.js'
import { type NodeRegistry } from './registry.js'
import { type Violation } from './report.js'
import { type NodeState } from './select.js'
import { type StateAt } from './state-at.js'
import { nodeState } from './states.js'
import { type Address } from './values.js'

/** A request as the logs have it; undefined is what neither the logs nor the caller know. */
export interface Request {
  kind: 'A' | 'B' | 'C'
  e3Id: bigint
  /** Of the log that asked. */
  at: LogPosition | undefined
  /** T. */
  time: number
  /** N. */
  size: number | undefined
  ticketPrice: bigint | undefined
  /** How long submissions are accepted after the random word. */
  submissionWindow: bigint | undefined
}

export interface Verification {
  registry: NodeRegistry
  evidence: Evidence
  request: Request
  /** All logs before the request; undefined when its position is not known. */
  before: StateAt | undefined
  /** At T - 1. */
  eligibility: Eligibility
  violations: Violation[]
  notes: string[]
  /** What a verdict needs and is not known: the first note that says so. */
  undecided: string | undefined
  /** Scores of the submissions, by seed: computed once. */
  scores: Map<bigint, bigint[]>
}

export function noteUndecided(v: Verification, note: string): void {
  v.notes.push(note)
  v.undecided ??= note
}

/** The state of an operator at T - 1. */
export function stateOf({ registry, eligibility }: Verification, node: Address): NodeState | undefined {
  const n = registry.numberOf(node)
  return n !== undefined && eligibility.state.has(n) ? nodeState(eligibility.state, n) : undefined
}

/** The scores of submitted tickets under a seed, in their order. One hash each, together. */
export function scoresOf({ evidence, request, scores }: Verification, seed: bigint): bigint[] {
  const known = scores.get(seed)
  if (known) return known
  const { submissions } = evidence
  const tickets = submissions.map(({ args }): Participant => ({
    node: args.node,
    owner: undefined,
    first: args.ticketId,
    count: 1n,
  }))
  const all = {
    e3Id: request.e3Id,
    seed,
    size: tickets.length,
    ownerCap: false,
    limit: BigInt(tickets.length),
  }
  const out = new Array<bigint>(tickets.length)
  for (const { index, score } of select(tickets, all)) out[index] = score
  scores.set(seed, out)
  return out
}
