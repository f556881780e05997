// The events of one request, as a caller gives them, checked and put in order.
import { type Position, type RegistryEvent } from './events.js'
import { ticketLimit, type VrfInput } from './score.js'
import { type Policy, policyOf } from './select.js'
import { type Address, address, count, type Hex, object, safeInteger, show, uint256 } from './values.js'

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

/** Arguments, and the position of their log where it was given. */
export interface Positioned<T> {
  args: T
  at: LogPosition | undefined
}

/** The position of a log; its time may not be known. */
export type LogPosition = Omit<Position, 'timestamp'> & { timestamp: number | undefined }

/** A request, whatever event asked for it. */
export interface Request {
  e3Id: bigint
  entropyBlock: bigint
  size: number
  /** T. */
  time: number
  deadline: bigint
  ticketPrice: bigint
}

/** `RequestEvidence`, checked. */
export interface Evidence {
  request: Positioned<Request>
  /** In the order of the chain where all positions are known, else in the order given. */
  submissions: Positioned<SubmissionArgs>[]
  finalized: Positioned<FinalizedArgs> | undefined
  failed: Positioned<FormationFailedArgs> | undefined
  seed: bigint | undefined
  blockHash: Hex | Uint8Array | undefined
  vrf: Omit<VrfInput, 'e3Id'> | undefined
  policy: Policy
  limit: bigint
}

/** TypeError or RangeError names what is malformed. */
export function readEvidence(given: RequestEvidence): Evidence {
  object(given, 'the second argument of verifyRequest')
  const request = positioned(given.request, 'request', 'CommitteeRequested', requestArgs)
  const { e3Id } = request.args
  const policy = policyOf(given.policy)
  const limit = ticketLimit(given.limit)
  if (given.submissions === null || typeof given.submissions !== 'object') {
    throw new TypeError(`submissions must be a list, got ${show(given.submissions)}`)
  }
  const submissions = [...given.submissions].map((s, i) =>
    positioned(s, `submissions[${i}]`, 'TicketSubmitted', submissionArgs),
  )
  // In the order of the chain, so that the report does not depend on the order of the list.
  if (submissions.every((s) => s.at)) submissions.sort((a, b) => comparePositions(a.at!, b.at!))
  const end = given.finalized
  const isFailure =
    end != null && (eventNameOf(end) === 'CommitteeFormationFailed' || 'nodesSubmitted' in argsOf(end))
  const failed = isFailure ? positioned(end, 'finalized', 'CommitteeFormationFailed', failedArgs) : undefined
  const finalized =
    end != null && !isFailure
      ? positioned(end, 'finalized', 'SortitionCommitteeFinalized', finalizedArgs)
      : undefined
  requireRequest('finalized', (finalized ?? failed)?.args.e3Id, e3Id)
  const { seed, blockHash, vrf } = given
  if (vrf !== undefined) {
    object(vrf, 'vrf')
    requireRequest('vrf', vrf.e3Id, e3Id)
  }
  if (seed !== undefined) uint256(seed, 'seed')
  if (seed === undefined && blockHash === undefined && vrf === undefined)
    throw new TypeError('one of seed, blockHash and vrf is needed')
  return { request, submissions, finalized, failed, seed, blockHash, vrf, policy, limit }
}

function requireRequest(name: string, e3Id: bigint | undefined, wanted: bigint): void {
  if (e3Id !== undefined && e3Id !== wanted)
    throw new RangeError(`${name} is for e3Id ${e3Id}n, the request is ${wanted}n`)
}

export function comparePositions(
  a: { blockNumber: number; logIndex: number },
  b: { blockNumber: number; logIndex: number },
): number {
  return a.blockNumber - b.blockNumber || a.logIndex - b.logIndex
}

function argsOf(value: unknown): object {
  const { args } = value as { args?: unknown }
  return args !== null && typeof args === 'object' ? args : (value as object)
}
function eventNameOf(value: unknown): unknown {
  return (value as { eventName?: unknown }).eventName
}

function positioned<T>(
  value: unknown,
  name: string,
  eventName: string,
  read: (args: Record<string, unknown>, name: string) => T,
): Positioned<T> {
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
