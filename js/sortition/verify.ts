// Was a committee drawn as the rule says? Reads one request's events against the registry and says what is wrong, with
// the evidence. A wrong draw is reported, never thrown; what is not even a request or a submission throws.
import { type Position, type RegistryEvent, describe } from './events.js'
import { type NodeRegistry } from './registry.js'
import {
  type ScoredTicket,
  scoreTicket,
  seedFromBlockHash,
  seedFromVrf,
  ticketLimit,
  type VrfInput,
  type Winner,
} from './score.js'
import { type NodeState, type Policy, policyOf, selectCommittee } from './select.js'
import { type Address, address, count, type Hex, object, safeInteger, show, uint256 } from './values.js'

// --- what goes in --------------------------------------------------------------------------------

/** Arguments of `CommitteeRequested`. */
export interface RequestArgs {
  /** The request. */
  e3Id: bigint
  /** The block whose hash is the seed's source, in deployments that draw on block hashes. */
  entropyBlock: bigint
  /** [H, N]; N is the committee size. */
  threshold: readonly [number | bigint, number | bigint]
  /** A timestamp in seconds, despite its name. */
  requestBlock: bigint
  /** The last second in which a submission counts. */
  committeeDeadline: bigint
  /** What one ticket costs, in units of the balance. */
  ticketPrice: bigint
}

/** Arguments of `TicketSubmitted`. */
export interface SubmissionArgs {
  /** The request that it is for. */
  e3Id: bigint
  /** The operator that submits. */
  node: Address
  /** The ticket, from 1. */
  ticketId: bigint
  /** The score that the contract computed. */
  score: bigint
}

/** Arguments of `SortitionCommitteeFinalized`. */
export interface FinalizedArgs {
  /** The request that it answers. */
  e3Id: bigint
  /** The members, in ascending order of addresses. */
  committee: readonly Address[]
  /** The members' scores, in the same order. */
  scores: readonly bigint[]
}

/** Arguments of `CommitteeFormationFailed`. */
export interface FormationFailedArgs {
  /** The request that it answers. */
  e3Id: bigint
  /** How many operators had submitted. */
  nodesSubmitted: bigint
  /** How many were needed. */
  thresholdRequired: bigint
}

/** An event as viem decodes it, or just its args: then what needs the log's position is left out, and said so. */
export type EventOrArgs<Args> = Args | (Partial<RegistryEvent> & { args: Args })

/** What is known of one request: its events, and where its seed comes from. */
export interface RequestEvidence {
  /** The event that asked for a committee. */
  request: EventOrArgs<RequestArgs>
  /** Every ticket that was submitted for it. */
  submissions: Iterable<EventOrArgs<SubmissionArgs>>
  /** Absent, or the event of the failure: no committee was formed. */
  finalized?: EventOrArgs<FinalizedArgs> | EventOrArgs<FormationFailedArgs> | undefined
  /** At least one of the three. A seed given beside its source is checked against it. */
  seed?: bigint | undefined
  /** Of the request's entropy block. */
  blockHash?: Hex | Uint8Array | undefined
  /** Of the random word, in deployments that draw on one; the request's `e3Id` unless given. */
  vrf?: (Omit<VrfInput, 'e3Id'> & { e3Id?: bigint }) | undefined
  /** `uncapped` unless given. */
  policy?: Policy | undefined
  /** How many hashes the ideal committee, (d), is worth: one a ticket of all operators; 2^28 unless given. */
  limit?: bigint | number | undefined
}

// --- what comes out ------------------------------------------------------------------------------

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
 */
export type ViolationCode =
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
  /** The score of this ticket, whatever was submitted. */
  score: bigint
  /** How many tickets the operator held at T - 1. */
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

/** A plain object: it can be cloned, and `JSON.stringify` writes its bigints as decimal text. */
export interface Report {
  /** Whether nothing is wrong. */
  ok: boolean
  /** What is wrong. */
  violations: Violation[]
  /** The request. */
  e3Id: bigint
  /** T - 1: the second whose state decides. */
  timepoint: bigint
  /** What one ticket cost, in units of the balance. */
  ticketPrice: bigint
  /** N: how many members a committee has. */
  size: number
  /** How operators of one bond owner were counted. */
  policy: Policy
  /** The seed that scores were checked with. */
  seed: bigint
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

/**
 * Checks one request: (a) the seed, (b) every submission, (c) the committee; and says for information (d) who would have
 * been drawn had everyone submitted its best ticket. See `Report`.
 *
 * Cost: a walk over the registry's events, one hash a submission, and for (d) one hash a ticket of all eligible operators.
 * TypeError or RangeError names what is malformed.
 */
export function verifyRequest(registry: NodeRegistry, evidence: RequestEvidence): Report {
  object(evidence, 'the second argument of verifyRequest')
  return new Verification(registry, evidence).run()
}

interface Placed<T> {
  args: T
  at: (Omit<Position, 'timestamp'> & { timestamp: number | undefined }) | undefined
}

interface Request {
  e3Id: bigint
  entropyBlock: bigint
  size: number
  /** T. */
  time: number
  deadline: bigint
  ticketPrice: bigint
}

class Verification {
  readonly violations: Violation[] = []
  readonly notes: string[] = []
  readonly request: Placed<Request>
  readonly submissions: Placed<SubmissionArgs>[]
  readonly finalized: Placed<FinalizedArgs> | undefined
  readonly failed: Placed<FormationFailedArgs> | undefined
  readonly policy: Policy
  readonly limit: bigint
  /** At T - 1. */
  readonly nodes: ReturnType<NodeRegistry['at']>

  constructor(
    readonly registry: NodeRegistry,
    readonly evidence: RequestEvidence,
  ) {
    this.request = placed(evidence.request, 'request', 'CommitteeRequested', requestArgs)
    this.policy = policyOf(evidence.policy)
    this.limit = ticketLimit(evidence.limit)
    if (evidence.submissions === null || typeof evidence.submissions !== 'object') {
      throw new TypeError(`submissions must be a list, got ${show(evidence.submissions)}`)
    }
    const submissions = [...evidence.submissions].map((s, i) =>
      placed(s, `submissions[${i}]`, 'TicketSubmitted', submissionArgs),
    )
    // In the order of the chain, so that the report does not depend on the order of the list.
    this.submissions = submissions.every((s) => s.at)
      ? submissions.sort((a, b) => compareAt(a.at!, b.at!))
      : submissions
    const end = evidence.finalized
    const isFailure =
      end != null && (eventNameOf(end) === 'CommitteeFormationFailed' || 'nodesSubmitted' in argsOf(end))
    if (isFailure) this.failed = placed(end, 'finalized', 'CommitteeFormationFailed', failedArgs)
    else if (end != null)
      this.finalized = placed(end, 'finalized', 'SortitionCommitteeFinalized', finalizedArgs)
    this.#requireThisRequest('finalized', (this.finalized ?? this.failed)?.args.e3Id)
    this.nodes = registry.at(this.request.args.time - 1)
  }

  #requireThisRequest(name: string, e3Id: bigint | undefined): void {
    const { e3Id: wanted } = this.request.args
    if (e3Id !== undefined && e3Id !== wanted)
      throw new RangeError(`${name} is for e3Id ${e3Id}n, the request is ${wanted}n`)
  }

  run(): Report {
    const { e3Id, time, ticketPrice, size } = this.request.args
    this.#noteWhatIsMissing()
    const seed = this.#seed()
    const submissions = this.#submissions(seed)
    const counted = submissions.filter((s) => s.counts)
    const committee = this.#committee(counted)
    this.#checkResult(counted, committee)
    const information = this.#information(seed, submissions)
    const report: Report = {
      ok: this.violations.length === 0,
      violations: this.violations,
      e3Id,
      timepoint: BigInt(time - 1),
      ticketPrice,
      size,
      policy: this.policy,
      seed,
      submissions,
      committee,
      ...information,
      notes: this.notes,
    }
    // Not enumerable: the report stays plain data for everything but JSON.
    return Object.defineProperty(report, 'toJSON', { value: () => withDecimalText({ ...report }) })
  }

  #noteWhatIsMissing(): void {
    const { at, args } = this.request
    const end = this.registry.position
    if (!end || end.timestamp < args.time - 1) {
      this.notes.push(
        `the registry ends ${end ? `at second ${end.timestamp}, ` : ''}before the second ${args.time - 1} that decides: ` +
          'it is taken that nothing happened between',
      )
    }
    const unplaced = this.submissions.filter((s) => !s.at).length
    if (unplaced > 0) {
      this.notes.push(
        `${unplaced} of ${this.submissions.length} submissions came without the position of their log: whether the operator was ` +
          'registered and active when it submitted, and whether it was in time, was not checked',
      )
    }
    const last = this.submissions.at(-1)?.at
    if (unplaced === 0 && last && (!end || compareAt(end, last) < 0)) {
      this.notes.push(
        'the registry ends before the last submission: it is taken that nothing happened between',
      )
    }
    if (at?.timestamp !== undefined && at.timestamp !== args.time) {
      this.notes.push(`the request says its time is ${args.time}, its block says ${at.timestamp}`)
    }
  }

  // --- (a) ---------------------------------------------------------------------------------------

  #seed(): bigint {
    const { seed, blockHash, vrf } = this.evidence
    const { e3Id } = this.request.args
    const sources: { name: string; seed: bigint }[] = []
    if (blockHash !== undefined)
      sources.push({ name: 'the block hash', seed: seedFromBlockHash({ blockHash, e3Id }) })
    if (vrf !== undefined) {
      object(vrf, 'vrf')
      this.#requireThisRequest('vrf', vrf.e3Id)
      sources.push({ name: 'the random word', seed: seedFromVrf({ ...vrf, e3Id }) })
    }
    const given = seed === undefined ? undefined : uint256(seed, 'seed')
    if (given === undefined && sources.length === 0)
      throw new TypeError('one of seed, blockHash and vrf is needed')
    for (const source of sources) {
      const other = given ?? sources[0]!.seed
      if (source.seed === other) continue
      this.violations.push({
        code: 'seed',
        message: `the seed is ${hex(other)}, but from ${source.name} follows ${hex(source.seed)}`,
        expected: source.seed,
      })
    }
    // Of contradicting seeds the one goes on that explains more submissions, so that the report names one fault and not
    // all that follow from it.
    const explained = (s: bigint) =>
      this.submissions.filter(({ args }) => scoreOf(args, e3Id, s) === args.score).length
    const seeds = [...new Set([...sources.map((s) => s.seed), ...(given === undefined ? [] : [given])])]
    const counts = seeds.map(explained)
    const best = counts.indexOf(Math.max(...counts))
    if (
      counts[best] === 0 &&
      this.submissions.length > 1 &&
      !this.violations.some((v) => v.code === 'seed')
    ) {
      this.violations.push({
        code: 'seed',
        message: `no submitted score follows from the seed ${hex(seeds[best]!)}`,
      })
    }
    return seeds[best]!
  }

  // --- (b) ---------------------------------------------------------------------------------------

  #submissions(seed: bigint): Submission[] {
    const { e3Id } = this.request.args
    const walk = this.registry.walk()
    // Who has submitted: a submission that the contract would have refused is none.
    const submitted = new Set<Address>()
    return this.submissions.map(({ args, at }) => {
      const { node, ticketId: ticket } = args
      const state = this.nodes.get(node)
      const tickets = this.#tickets(state)
      const score = scoreOf(args, e3Id, seed)
      const evidence = { node, ticket, ...(state && { state }) }
      const before = this.violations.length
      const blame = (code: ViolationCode, what: string) =>
        this.violations.push({ code, message: `${node} submitted ticket ${ticket} ${what}`, ...evidence })

      if (args.e3Id !== e3Id) blame('not-eligible', `for another request, e3Id ${args.e3Id}`)
      else if (submitted.has(node)) blame('duplicate-submission', 'after it had submitted already')
      const ineligible = whyIneligible(state, tickets, this.request.args)
      if (ineligible) blame('not-eligible', `but ${ineligible}`)
      else if (ticket < 1n || ticket > tickets) {
        blame(
          'ticket-range',
          `but held tickets 1 to ${tickets}: ${state!.ticketBalance} at ${this.request.args.ticketPrice} each`,
        )
      }
      if (at) {
        const now = this.registry.lookUp(walk(at), node)
        if (!now?.registered) blame('not-eligible', `while not registered, at ${describe(at)}`)
        else if (!now.active) blame('not-eligible', `while not active, at ${describe(at)}`)
        const untimely = this.#whyUntimely(at)
        if (untimely) blame('not-eligible', untimely)
      }
      const counts = this.violations.length === before
      if (counts) submitted.add(node)
      if (score !== args.score) {
        this.violations.push({
          code: 'score',
          message: `${node} submitted ticket ${ticket} with score ${hex(args.score)}, but its score is ${hex(score)}`,
          ...evidence,
          score: args.score,
          expected: score,
        })
      }
      return { node, ticket, score, tickets, ...(state && { state }), counts }
    })
  }

  #tickets(state: NodeState | undefined): bigint {
    const { ticketPrice } = this.request.args
    return state && ticketPrice > 0n ? state.ticketBalance / ticketPrice : 0n
  }

  /** What the contract says about the moment of a submission. */
  #whyUntimely(at: NonNullable<Placed<unknown>['at']>): string | undefined {
    const { deadline, entropyBlock } = this.request.args
    const end = this.finalized?.at ?? this.failed?.at
    if (this.request.at && compareAt(at, this.request.at) < 0) return 'before it was requested'
    if (at.timestamp !== undefined && at.timestamp > deadline)
      return `at second ${at.timestamp}, after the deadline ${deadline}`
    if (end && compareAt(at, end) > 0) return 'after the end of the draw'
    // A block's hash is known in later blocks only.
    if (this.evidence.vrf === undefined && BigInt(at.blockNumber) <= entropyBlock) {
      return `in block ${at.blockNumber}, when the seed of block ${entropyBlock} was not known yet`
    }
    return undefined
  }

  // --- (c) ---------------------------------------------------------------------------------------

  #committee(counted: Submission[]): Seat[] {
    const { size } = this.request.args
    const best = this.#draw(counted)
    if (best.length < size) return []
    return best
      .sort((a, b) => compareText(a.node, b.node))
      .map(({ node, ticket, score }, partyId) => ({ partyId, node, ticket, score }))
  }

  /** The N best of some tickets, one an operator. */
  #draw(tickets: readonly Winner[]): Winner[] {
    const ranked = [...tickets].sort(compareWinners)
    if (this.policy === 'uncapped') return ranked.slice(0, this.request.args.size)
    const owners = new Set<Address>()
    const mayCome = ({ node }: Winner) => {
      const owner = this.nodes.get(node)?.owner
      if (owner === undefined) return true
      return !owners.has(owner) && owners.add(owner)
    }
    return ranked.filter(mayCome).slice(0, this.request.args.size)
  }

  #checkResult(counted: Submission[], committee: Seat[]): void {
    const { size } = this.request.args
    const available = this.policy === 'uncapped' ? counted.length : this.#owners(counted)
    const what = this.policy === 'uncapped' ? 'valid submissions' : 'bond owners with a valid submission'
    const formed = available >= size
    if (!this.finalized) {
      if (formed) {
        this.violations.push({
          code: 'formation',
          message: `no committee of ${size} was formed, though there were ${available} ${what}`,
        })
      } else if (this.failed) this.#checkFailure(this.failed.args, available)
      return
    }
    if (!formed) {
      this.violations.push({
        code: 'formation',
        message: `a committee of ${size} was formed from ${available} ${what}`,
      })
      return
    }
    this.#checkMembers(this.finalized.args, counted, committee)
  }

  /** The numbers that the failure itself states. */
  #checkFailure({ nodesSubmitted, thresholdRequired }: FormationFailedArgs, available: number): void {
    const { size } = this.request.args
    if (thresholdRequired !== BigInt(size)) {
      const message = `the failure says that ${thresholdRequired} were required, the request says ${size}`
      this.violations.push({ code: 'formation', message })
    }
    if (this.policy === 'uncapped' && nodesSubmitted !== BigInt(available)) {
      const message = `the failure says that ${nodesSubmitted} submitted, and ${available} did so validly`
      this.violations.push({ code: 'formation', message })
    }
  }

  /** How many can be drawn when each owner counts once. */
  #owners(counted: Submission[]): number {
    return new Set(counted.map(({ node, state }) => state?.owner ?? `itself: ${node}`)).size
  }

  #checkMembers(
    { committee: members, scores }: FinalizedArgs,
    counted: Submission[],
    committee: Seat[],
  ): void {
    const seats = new Map(committee.map((seat) => [seat.node, seat]))
    const submitted = new Map(counted.map((s) => [s.node, s]))
    const worst = committee.reduce((a, b) => (compareWinners(a, b) < 0 ? b : a))
    members.forEach((node, i) => {
      const mine = submitted.get(node)
      const state = this.nodes.get(node)
      const evidence = {
        node,
        ...(mine && { ticket: mine.ticket, score: mine.score }),
        ...(state && { state }),
      }
      if (members.indexOf(node) !== i) {
        this.violations.push({
          code: 'wrong-member',
          message: `${node} sits in the committee twice`,
          ...evidence,
        })
      } else if (!seats.has(node)) {
        const why = !mine
          ? 'has no valid submission'
          : compareWinners(mine, worst) > 0
            ? `scored ${hex(mine.score)}, and the last seat went to ${hex(worst.score)}`
            : 'is not its owner’s best'
        this.violations.push({
          code: 'wrong-member',
          message: `${node} sits in the committee, but ${why}`,
          ...evidence,
        })
      }
    })
    for (const { node, ticket, score } of committee) {
      if (members.includes(node)) continue
      const state = this.nodes.get(node)
      this.violations.push({
        code: 'wrong-member',
        message: `${node} is missing from the committee: its ticket ${ticket} scored ${hex(score)}`,
        node,
        ticket,
        score,
        ...(state && { state }),
      })
    }
    const misplaced = members.findIndex((node, i) => i > 0 && members[i - 1]! > node)
    if (misplaced > 0) {
      this.violations.push({
        code: 'wrong-order',
        message: `the committee is not in order of address: ${members[misplaced]} follows ${members[misplaced - 1]}`,
        node: members[misplaced]!,
      })
    }
    if (scores.length !== members.length) {
      this.violations.push({
        code: 'wrong-scores',
        message: `there are ${scores.length} scores for ${members.length} members`,
      })
    }
    members.forEach((node, i) => {
      const mine = submitted.get(node)
      const score = scores[i]
      if (!mine || score === undefined || score === mine.score) return
      this.violations.push({
        code: 'wrong-scores',
        message: `beside ${node} stands score ${hex(score)}, but its ticket ${mine.ticket} scored ${hex(mine.score)}`,
        node,
        ticket: mine.ticket,
        score,
        expected: mine.score,
      })
    })
  }

  // --- (d) ---------------------------------------------------------------------------------------

  #information(
    seed: bigint,
    submissions: Submission[],
  ): Pick<Report, 'eligible' | 'ranking' | 'ideal' | 'absent' | 'worseTickets'> {
    const { e3Id, ticketPrice } = this.request.args
    let eligible = 0
    let tickets = 0n
    for (const state of this.nodes.values()) {
      const held = state.active ? this.#tickets(state) : 0n
      if (held > 0n) ++eligible
      tickets += held
    }
    if (tickets > this.limit) {
      this.notes.push(
        `the ideal committee was left out: the operators hold ${tickets} tickets, more than the limit of ${this.limit}`,
      )
      return { eligible, ranking: [], ideal: [], absent: [], worseTickets: [] }
    }
    const everyone = selectCommittee(this.nodes, {
      e3Id,
      seed,
      ticketPrice,
      size: this.nodes.size,
      limit: this.limit,
    })
    const submitted = new Set(submissions.map((s) => s.node))
    const absent = everyone.flatMap((winner, i) => {
      if (submitted.has(winner.node)) return []
      const state = this.nodes.get(winner.node)!
      return [{ ...winner, rank: i + 1, tickets: this.#tickets(state), state }]
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
      ideal: this.#draw(everyone),
      absent,
      worseTickets,
    }
  }
}

function whyIneligible(
  state: NodeState | undefined,
  tickets: bigint,
  { time, ticketPrice }: Request,
): string | undefined {
  if (!state) return `no operator of that address was known at second ${time - 1}`
  if (!state.active) return `was not active at second ${time - 1}`
  if (tickets === 0n)
    return `held no ticket at second ${time - 1}: ${state.ticketBalance} at ${ticketPrice} each`
  return undefined
}

function scoreOf(s: SubmissionArgs, e3Id: bigint, seed: bigint): bigint {
  return scoreTicket({ node: s.node, ticket: s.ticketId, e3Id, seed })
}

function compareWinners(a: Winner, b: Winner): number {
  if (a.score !== b.score) return a.score < b.score ? -1 : 1
  if (a.ticket !== b.ticket) return a.ticket < b.ticket ? -1 : 1
  return compareText(a.node, b.node)
}
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
function compareAt(
  a: { blockNumber: number; logIndex: number },
  b: { blockNumber: number; logIndex: number },
): number {
  return a.blockNumber - b.blockNumber || a.logIndex - b.logIndex
}

export function hex(n: bigint): Hex {
  return `0x${n.toString(16).padStart(64, '0')}`
}

/** A copy with decimal text in place of bigints. */
function withDecimalText(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return value.map(withDecimalText)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, withDecimalText(v)]))
}

// --- reading the events --------------------------------------------------------------------------

function argsOf(value: unknown): object {
  const { args } = value as { args?: unknown }
  return args !== null && typeof args === 'object' ? args : (value as object)
}
function eventNameOf(value: unknown): unknown {
  return (value as { eventName?: unknown }).eventName
}

function placed<T>(
  value: unknown,
  name: string,
  eventName: string,
  read: (args: Record<string, unknown>, name: string) => T,
): Placed<T> {
  object(value, name)
  const actual = eventNameOf(value)
  if (actual !== undefined && actual !== eventName)
    throw new TypeError(`${name} must be a ${eventName}, got ${show(actual)}`)
  const { blockNumber, logIndex, timestamp } = value as Partial<RegistryEvent>
  const args = read(argsOf(value) as Record<string, unknown>, name)
  if (blockNumber == null || logIndex == null) return { args, at: undefined }
  return {
    args,
    at: {
      blockNumber: safeInteger(blockNumber, `${name}.blockNumber`),
      logIndex: safeInteger(logIndex, `${name}.logIndex`),
      timestamp: timestamp == null ? undefined : safeInteger(timestamp, `${name}.timestamp`),
    },
  }
}

function requestArgs(args: Record<string, unknown>, name: string): Request {
  const { threshold } = args
  if (!Array.isArray(threshold) || threshold.length !== 2) {
    throw new TypeError(`${name}.threshold must be [H, N], got ${show(threshold)}`)
  }
  const time = safeInteger(args.requestBlock, `${name}.requestBlock`)
  if (time === 0)
    throw new RangeError(`${name}.requestBlock must be a time after 0, got ${show(args.requestBlock)}`)
  return {
    e3Id: uint256(args.e3Id, `${name}.e3Id`),
    entropyBlock: count(args.entropyBlock ?? 0n, `${name}.entropyBlock`),
    size: safeInteger(threshold[1], `${name}.threshold[1]`),
    time,
    deadline: count(args.committeeDeadline ?? 2n ** 64n, `${name}.committeeDeadline`),
    ticketPrice: uint256(args.ticketPrice, `${name}.ticketPrice`),
  }
}

function submissionArgs(args: Record<string, unknown>, name: string): SubmissionArgs {
  return {
    e3Id: uint256(args.e3Id, `${name}.e3Id`),
    node: address(args.node, `${name}.node`),
    ticketId: count(args.ticketId, `${name}.ticketId`),
    score: uint256(args.score, `${name}.score`),
  }
}

function finalizedArgs(args: Record<string, unknown>, name: string): FinalizedArgs {
  const { committee, scores } = args
  if (!Array.isArray(committee))
    throw new TypeError(`${name}.committee must be a list, got ${show(committee)}`)
  if (!Array.isArray(scores)) throw new TypeError(`${name}.scores must be a list, got ${show(scores)}`)
  return {
    e3Id: uint256(args.e3Id, `${name}.e3Id`),
    committee: committee.map((node, i) => address(node, `${name}.committee[${i}]`)),
    scores: scores.map((score, i) => uint256(score, `${name}.scores[${i}]`)),
  }
}

function failedArgs(args: Record<string, unknown>, name: string): FormationFailedArgs {
  return {
    e3Id: uint256(args.e3Id, `${name}.e3Id`),
    nodesSubmitted: count(args.nodesSubmitted, `${name}.nodesSubmitted`),
    thresholdRequired: count(args.thresholdRequired, `${name}.thresholdRequired`),
  }
}
