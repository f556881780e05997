// The events of one request, as a caller gives them, checked and put in order.
import { comparePositions, describe, type Position, type RegistryEvent } from './events.js'
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
  /** The committee. Absent, or the event of the failure: no committee was formed. */
  finalized?: EventOrArgs<FinalizedArgs> | EventOrArgs<FormationFailedArgs> | undefined
  /** The event of the failure may also be here. */
  failed?: EventOrArgs<FormationFailedArgs> | undefined
  /** The request has no result yet; then neither `finalized` nor `failed` is given, and the end is not judged. */
  open?: boolean | undefined
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
  open: boolean
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
  const submissions = readSubmissions(given.submissions)
  const { finalized, failed } = readEnd(given, e3Id)
  requireOneLogAPosition([{ name: 'request', ...request }, ...named(submissions, finalized, failed)])
  const { seed, blockHash, vrf } = given
  if (vrf !== undefined) {
    object(vrf, 'vrf')
    requireRequest('vrf', vrf.e3Id, e3Id)
  }
  if (seed !== undefined) uint256(seed, 'seed')
  if (seed === undefined && blockHash === undefined && vrf === undefined)
    throw new TypeError('one of seed, blockHash and vrf is needed')
  const open = given.open === true
  return { request, submissions, finalized, failed, open, seed, blockHash, vrf, policy, limit }
}

/** In the order of the chain where it is known, so that the report does not depend on the order of the list. */
function readSubmissions(given: unknown): Positioned<SubmissionArgs>[] {
  if (given === null || typeof given !== 'object' || !(Symbol.iterator in given))
    throw new TypeError(`submissions must be a list, got ${show(given)}`)
  const all = [...(given as Iterable<unknown>)].map((s, i) =>
    positioned(s, `submissions[${i}]`, 'TicketSubmitted', submissionArgs),
  )
  if (!all.every((s) => s.at)) return all
  all.sort((a, b) => comparePositions(a.at!, b.at!))
  return all.filter((s, i) => i === 0 || !isSameLog(all[i - 1]!, s))
}

/** The one result of a request. */
function readEnd(given: RequestEvidence, e3Id: bigint): Pick<Evidence, 'finalized' | 'failed'> {
  const { finalized: end, failed: failure } = given
  const isFailure =
    end != null &&
    typeof end === 'object' &&
    (eventNameOf(end) === 'CommitteeFormationFailed' || 'nodesSubmitted' in argsOf(end))
  if (end != null && failure != null) {
    throw new RangeError(
      'finalized and failed are both given: a request has one result, so that they cannot both be of one chain',
    )
  }
  if (given.open === true && (end != null || failure != null))
    throw new RangeError('open is true beside a result: an open request has none')
  const name = failure != null ? 'failed' : 'finalized'
  const failedEvent = failure ?? (isFailure ? end : undefined)
  const failed =
    failedEvent != null ? positioned(failedEvent, name, 'CommitteeFormationFailed', failedArgs) : undefined
  const finalized =
    end != null && !isFailure
      ? positioned(end, 'finalized', 'SortitionCommitteeFinalized', finalizedArgs)
      : undefined
  requireRequest(name, (finalized ?? failed)?.args.e3Id, e3Id)
  return { finalized, failed }
}

interface Named extends Positioned<unknown> {
  name: string
}

function named(
  submissions: Positioned<unknown>[],
  finalized: Positioned<unknown> | undefined,
  failed: Positioned<unknown> | undefined,
): Named[] {
  const out: Named[] = submissions.map((s) => ({ name: 'a submission', ...s }))
  if (finalized) out.push({ name: 'finalized', ...finalized })
  if (failed) out.push({ name: 'failed', ...failed })
  return out
}

/** RangeError for two different logs at one position: they cannot both be of one chain. */
function requireOneLogAPosition(logs: Named[]): void {
  const placed = logs.filter((log) => log.at).sort((a, b) => comparePositions(a.at!, b.at!))
  placed.forEach((log, i) => {
    const other = placed[i - 1]
    if (!other || comparePositions(other.at!, log.at!) !== 0) return
    throw new RangeError(
      `${other.name} and ${log.name === other.name ? 'another' : log.name} are both at ${describe(log.at!)}: ` +
        'a chain has one log at a position',
    )
  })
}

/** Whether two logs are copies of one. */
function isSameLog(a: Positioned<SubmissionArgs>, b: Positioned<SubmissionArgs>): boolean {
  const { args: x, at: p } = a
  const { args: y, at: q } = b
  const sameArgs = x.e3Id === y.e3Id && x.node === y.node && x.ticketId === y.ticketId && x.score === y.score
  return sameArgs && comparePositions(p!, q!) === 0 && p!.timestamp === q!.timestamp
}

function requireRequest(name: string, e3Id: bigint | undefined, wanted: bigint): void {
  if (e3Id !== undefined && e3Id !== wanted)
    throw new RangeError(`${name} is for e3Id ${e3Id}n, the request is ${wanted}n`)
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
