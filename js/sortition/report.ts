// Report of a verification: violations, each with its evidence, and information.
import { type ScoredTicket, type Winner } from './score.js'
import { type NodeState, type Policy } from './select.js'
import { type Address, type Hex } from './values.js'

/**
 * | code                   | what is wrong                                                                   |
 * | ---------------------- | ------------------------------------------------------------------------------- |
 * | `seed`                 | the seed does not follow from the block hash or the random word                   |
 * | `score`                | a submitted score is not that of its ticket                                       |
 * | `ticket-range`         | a ticket below 1, or above what the balance bought                               |
 * | `not-eligible`         | the operator, or the moment, did not allow a submission                            |
 * | `duplicate-submission` | an operator's second submission                                                   |
 * | `wrong-member`         | an operator sits in the committee and should not, or the other way round            |
 * | `wrong-order`          | the committee is not in ascending order of addresses                               |
 * | `wrong-scores`         | a score beside a member is not that of its ticket                                  |
 * | `formation`            | a committee was formed from too few submissions, or was not though there were enough |
 * | `request`              | the chain would not have made such a request                                       |
 * | `fulfilment`           | the random word is of another request or provider, or its time is not its block's   |
 * | `owner-cap`            | a second member of one bond owner                                                   |
 * | `deadline`             | the draw ended before its time                                                     |
 * | `reason`               | the failure states another reason than the one that there was                       |
 */
export type ViolationCode =
  | 'request'
  | 'fulfilment'
  | 'owner-cap'
  | 'deadline'
  | 'reason'
  | 'seed'
  | 'score'
  | 'ticket-range'
  | 'not-eligible'
  | 'duplicate-submission'
  | 'wrong-member'
  | 'wrong-order'
  | 'wrong-scores'
  | 'formation'

/** One thing that is wrong, with what it concerns. */
export interface Violation {
  /** Which rule is broken. */
  code: ViolationCode
  /** The same for a person to read. */
  message: string
  /** The error with which the contract refuses such a submission. */
  error?: string
  /** The operator. */
  node?: Address
  /** Its ticket. */
  ticket?: bigint
  /** The score that the events say. */
  score?: bigint
  /** The score that it should be. */
  expected?: bigint
  /** The operator's state at T - 1. */
  state?: NodeState
}

/** A submission, checked. */
export interface Submission {
  /** The operator. */
  node: Address
  /** The ticket that it submitted. */
  ticket: bigint
  /** The score of this ticket, whatever was submitted; what was submitted where there is no seed. */
  score: bigint
  /** How many tickets the operator held at T - 1; 0n where the price is not known. */
  tickets: bigint
  /** The operator's state at T - 1; absent when the registry knows no such operator. */
  state?: NodeState
  /** Whether it takes part in the draw: nothing was wrong with operator, ticket and moment. */
  counts: boolean
}

/** A member of a committee. */
export interface Seat extends Winner {
  /** The index in the committee. */
  partyId: number
  /** Whose seat it is, under the owner cap. */
  owner?: Address
}

/** An eligible operator that did not submit. */
export interface Candidate extends Winner {
  /** Among the best tickets of all eligible operators, from 1. */
  rank: number
  /** How many tickets it held at T - 1. */
  tickets: bigint
  /** Its state at T - 1. */
  state: NodeState
}

/** A submission of a ticket that was not the operator's best. */
export interface WorseTicket extends Winner {
  /** The one that was. */
  best: ScoredTicket
}

/** What was asked of a provider of random words. */
export interface WordRequest {
  /** The chain, where it is known. */
  chainId: bigint | undefined
  /** Whose word counts. */
  provider: Address
  /** The request to the provider. */
  requestId: bigint
  /** The last second in which the word counts. */
  deadline: bigint
}

/** A plain object: it can be cloned, and `JSON.stringify` writes its bigints as decimal text. */
export interface Report {
  /** Whether there are no violations. */
  ok: boolean
  /**
   * `undecided`: nothing is wrong so far, and the draw is open, or what a verdict needs is not known; or the
   * registry ends before T - 1, so that violations by its state prove nothing.
   */
  verdict: 'right' | 'wrong' | 'undecided'
  /** Why there is no verdict; undefined where there is one. */
  undecided?: string | undefined
  /** How the request ended. */
  outcome: 'formed' | 'failed' | 'open'
  /** What is wrong. */
  violations: Violation[]
  /** The request. */
  e3Id: bigint
  /** T - 1: the second whose state decides. */
  timepoint: bigint
  /**
   * A: `CommitteeRequested`, whose seed is a block hash. B: `CommitteeRandomnessRequested`, whose seed is a
   * random word. C: the same under the owner cap.
   */
  kind: 'A' | 'B' | 'C'
  /** What one ticket cost, in units of the balance; undefined where the logs do not say. */
  ticketPrice: bigint | undefined
  /** N: how many members a committee has; undefined where it is not known. */
  size: number | undefined
  /** `[H, N]` as they were asked for; undefined where that is not known. */
  threshold: readonly [number, number] | undefined
  /** How operators of one bond owner were counted. */
  policy: Policy
  /** The seed that scores were checked with; undefined when there is none. */
  seed: bigint | undefined
  /** Of a random word: whether it came in time; undefined where that is not known, and for a block hash. */
  usable: boolean | undefined
  /** What was asked of a provider of random words; undefined for a block hash. */
  randomness: WordRequest | undefined
  /** The second in which a random word came that was in time. */
  fulfilledAt: bigint | undefined
  /** The last second in which a submission counts; undefined where it is not known. */
  deadline: bigint | undefined
  /**
   * What had to happen: 0 a committee, 1 a failure without a seed, 2 for lack of members; 1 when Interfold
   * failed it alone.
   */
  reason: 0 | 1 | 2 | undefined
  /** The second of the log of the result; undefined where there is none, or its time is not known. */
  endedAt: bigint | undefined
  /** All of them, in the order of the chain. */
  submissions: Submission[]
  /** The committee that follows from the submissions, in order of address; empty when there are too few. */
  committee: Seat[]
  /** For information: how many operators were eligible. */
  eligible: number
  /** For information: all eligible operators by their best tickets, best first. */
  ranking: Address[]
  /** For information: the committee had everyone submitted its best ticket, ranked. */
  ideal: Winner[]
  /** For information: who was eligible and did not submit, best first. */
  absent: Candidate[]
  /** For information: who submitted a ticket that was not its best. */
  worseTickets: WorseTicket[]
  /** What could not be checked, and why. */
  notes: string[]
}

/** 32 bytes as hexadecimal digits. */
export function hex(n: bigint): Hex {
  return `0x${n.toString(16).padStart(64, '0')}`
}

/** Gives a report a `toJSON`, which is not enumerable: for everything but JSON it stays plain data. */
export function withJson(report: Report): Report {
  return Object.defineProperty(report, 'toJSON', { value: () => withDecimalText({ ...report }) })
}

/** A copy with decimal text in place of bigints. */
function withDecimalText(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return value.map(withDecimalText)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, withDecimalText(v)]))
}
