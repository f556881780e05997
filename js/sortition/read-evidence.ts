// The events of one request, checked and put in order.
import { comparePositions, describe, type Position, type RegistryEvent } from './events.js'
import {
  type E3FailedArgs,
  type FinalizedArgs,
  type FormationFailedArgs,
  type FulfilmentArgs,
  type RandomnessArgs,
  type RequestEvidence,
  type SubmissionArgs,
} from './evidence.js'
import { type Origin } from './registry.js'
import { informationLimit, ticketLimit } from './score.js'
import { type Policy, policyOf } from './select.js'
import { type Address, address, count, type Hex, object, own, safeInteger, show, uint256 } from './values.js'

/** Arguments, the position of their log, and who emitted it, where these were given. */
export interface Positioned<T> {
  args: T
  at: LogPosition | undefined
  address: Address | undefined
}

/** The position of a log; its time may not be known. */
export type LogPosition = Omit<Position, 'timestamp'> & { timestamp: number | undefined }

/** What a request states. Beside `randomness` all but the e3Id may be left out. */
export interface Stated {
  e3Id: bigint
  /** [H, N] */
  threshold: readonly [number, number] | undefined
  size: number | undefined
  time: number | undefined
  ticketPrice: bigint | undefined
  /** Of a request that draws on a block hash. */
  entropyBlock: bigint
  committeeDeadline: bigint | undefined
}

/** Where the random word was asked for. */
export interface Vrf {
  chainId: bigint
  registry: Address | undefined
  /** Of a word that is claimed. */
  randomWord: bigint | undefined
  requestId: bigint | undefined
}

/** `RequestEvidence`, checked. */
export interface Evidence {
  request: Positioned<Stated>
  randomness: (Positioned<RandomnessArgs> & { at: Position }) | undefined
  fulfilment: Positioned<FulfilmentArgs> | null | undefined
  /** In the order of the chain where all positions are known, else in the order given. */
  submissions: Positioned<SubmissionArgs>[]
  finalized: Positioned<FinalizedArgs> | undefined
  failed: Positioned<FormationFailedArgs> | undefined
  e3Failed: Positioned<E3FailedArgs> | undefined
  open: boolean
  seed: bigint | undefined
  blockHash: Hex | Uint8Array | undefined
  vrf: Vrf | undefined
  policy: Policy
  limit: bigint
}

/**
 * TypeError or RangeError names what is malformed, or cannot be of one chain.
 *
 * @param origin of the operators that the evidence is read against
 */
export function readEvidence(evidence: RequestEvidence, origin: Origin): Evidence {
  const said = object(evidence, 'the second argument of verifyRequest') as Partial<RequestEvidence>
  const randomness = readRandomness(said.randomness)
  const request = randomness
    ? { ...positioned(said.request, 'request', undefined, statedArgs(randomness.args.e3Id)), at: undefined }
    : positioned(said.request, 'request', 'CommitteeRequested', requestArgs)
  const { e3Id } = request.args
  const policy = policyOf(said.policy)
  const limit = ticketLimit(said.limit, informationLimit)
  const submissions = readSubmissions(said.submissions)
  const end = readEnd(said)
  const fulfilment =
    said.fulfilment == null
      ? said.fulfilment
      : positioned(said.fulfilment, 'fulfilment', 'RandomnessFulfilled', fulfilmentArgs)
  if (fulfilment != null && !randomness)
    throw new TypeError(
      'a fulfilment needs the randomness that was requested, a CommitteeRandomnessRequested',
    )
  const vrf = readVrf(said.vrf, e3Id, randomness !== undefined)
  const { seed, blockHash } = said
  if (seed !== undefined) uint256(seed, 'seed')
  if (!randomness && seed === undefined && blockHash === undefined && vrf === undefined)
    throw new TypeError('one of seed, blockHash and vrf is needed')
  if (randomness) requireItsWord(randomness.args, vrf, blockHash)
  const open = said.open === true
  const read = {
    request,
    randomness,
    fulfilment,
    submissions,
    ...end,
    open,
    seed,
    blockHash,
    vrf,
    policy,
    limit,
  }
  requireOneRequest(read)
  requireOneLogAPosition(read)
  requireOneFailure(read)
  requireOneRegistry(read, origin)
  return read
}

// --- the parts -----------------------------------------------------------------------------------

function readRandomness(given: unknown): Evidence['randomness'] {
  if (given == null) return undefined
  const randomness = positioned(given, 'randomness', 'CommitteeRandomnessRequested', randomnessArgs)
  const { at } = randomness
  if (at?.timestamp === undefined)
    throw new TypeError(
      'randomness must have blockNumber, logIndex and timestamp: T, price and deadlines follow from them',
    )
  if (at.timestamp === 0) throw new RangeError('randomness.timestamp must be a time after 0')
  return { ...randomness, at: { ...at, timestamp: at.timestamp } }
}

/**
 * In the order of the chain where it is known, so that the report does not depend on the order of the list.
 */
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
function readEnd(given: Partial<RequestEvidence>): Pick<Evidence, 'finalized' | 'failed' | 'e3Failed'> {
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
  const failedEvent = failure ?? (isFailure ? end : undefined)
  const name = failure != null ? 'failed' : 'finalized'
  const e3Failed =
    given.e3Failed == null ? undefined : positioned(given.e3Failed, 'e3Failed', 'E3Failed', e3FailedArgs)
  const finalized =
    end != null && !isFailure
      ? positioned(end, 'finalized', 'SortitionCommitteeFinalized', finalizedArgs)
      : undefined
  if (finalized && e3Failed && BigInt(e3Failed.args.failedAtStage) <= 1n) {
    throw new RangeError(
      'finalized and e3Failed are both given, and the request failed before it had a committee: they cannot both be of one chain',
    )
  }
  requireLaterStage(finalized, e3Failed)
  return {
    failed:
      failedEvent != null ? positioned(failedEvent, name, 'CommitteeFormationFailed', failedArgs) : undefined,
    finalized,
    e3Failed,
  }
}

/** RangeError for a failure behind the draw that comes before its committee. */
function requireLaterStage(finalized: Evidence['finalized'], e3Failed: Evidence['e3Failed']): void {
  if (!finalized?.at || !e3Failed?.at || comparePositions(e3Failed.at, finalized.at) > 0) return
  throw new RangeError(
    `e3Failed is of stage ${e3Failed.args.failedAtStage}, and before the committee, which stage 1 ends: they cannot both be of one chain`,
  )
}

function readVrf(given: unknown, e3Id: bigint, hasRandomness: boolean): Vrf | undefined {
  if (given === undefined) return undefined
  const vrf = object(given, 'vrf')
  if (vrf.e3Id !== undefined && vrf.e3Id !== e3Id)
    throw new RangeError(`vrf is for e3Id ${show(vrf.e3Id)}, the request is ${e3Id}n`)
  const optional = <T>(name: string, read: (value: unknown, name: string) => T) =>
    hasRandomness && vrf[name] === undefined ? undefined : read(vrf[name], name)
  return {
    chainId: count(vrf.chainId, 'chainId'),
    registry: optional('registry', address),
    randomWord: optional('randomWord', uint256),
    requestId: optional('requestId', uint256),
  }
}

/** RangeError for what is said beside a random word that was asked for, and is of another seed. */
function requireItsWord({ requestId }: RandomnessArgs, vrf: Vrf | undefined, blockHash: unknown): void {
  if (blockHash !== undefined)
    throw new RangeError('blockHash is given beside randomness: the seed follows from the random word')
  if (vrf?.requestId !== undefined && vrf.requestId !== requestId)
    throw new RangeError(`vrf.requestId is ${vrf.requestId}n, and that of randomness is ${requestId}n`)
}

// --- what cannot be of one request, or of one chain ------------------------------------------------

interface Named extends Positioned<unknown> {
  name: string
}

/** Every log of the evidence. */
export function logsOf(e: Evidence): Named[] {
  const single = { request: e.request, randomness: e.randomness, fulfilment: e.fulfilment ?? undefined }
  const ends = { finalized: e.finalized, failed: e.failed, e3Failed: e.e3Failed }
  return [
    ...Object.entries({ ...single, ...ends }).flatMap(([name, log]) => (log ? [{ name, ...log }] : [])),
    ...e.submissions.map((s) => ({ name: 'a submission', ...s })),
  ]
}

function requireOneRequest({ request, finalized, failed, e3Failed }: Evidence): void {
  const { e3Id } = request.args
  for (const [name, log] of Object.entries({ finalized, failed, e3Failed })) {
    if (log && log.args.e3Id !== e3Id)
      throw new RangeError(`${name} is for e3Id ${log.args.e3Id}n, the request is ${e3Id}n`)
  }
}

/** RangeError for two different logs at one position: they cannot both be of one chain. */
function requireOneLogAPosition(evidence: Evidence): void {
  const ordered = logsOf(evidence)
    .filter((log) => log.at)
    .sort((a, b) => comparePositions(a.at!, b.at!))
  ordered.forEach((log, i) => {
    const other = ordered[i - 1]
    if (!other || comparePositions(other.at!, log.at!) !== 0) return
    throw new RangeError(
      `${other.name} and ${log.name === other.name ? 'another' : log.name} are both at ${describe(log.at!)}: ` +
        'a chain has one log at a position',
    )
  })
}

/** RangeError for a failure that two blocks declare. */
function requireOneFailure({ failed, e3Failed }: Evidence): void {
  if (!failed?.at || !e3Failed?.at || failed.at.blockNumber === e3Failed.at.blockNumber) return
  throw new RangeError(
    `failed is of block ${failed.at.blockNumber}, and e3Failed of block ${e3Failed.at.blockNumber}: one transaction emits both`,
  )
}

/** RangeError for a log of the draw that another contract emitted. */
function requireOneRegistry(e: Evidence, origin: Origin): void {
  const contract = own(origin, 'ciphernodeRegistry')
  const registry = e.vrf?.registry ?? e.randomness?.address ?? e.request.address ?? contract
  if (contract !== undefined && registry !== contract)
    throw new RangeError(`the request is of the registry ${registry}, and the operators are of ${contract}`)
  const byOthers = new Set(['fulfilment', 'e3Failed'])
  for (const { name, address: emitter } of logsOf(e)) {
    if (byOthers.has(name) || emitter === undefined || registry === undefined || emitter === registry)
      continue
    throw new RangeError(`${name} was emitted by ${emitter}, and the registry of the request is ${registry}`)
  }
}

/** Whether two logs are copies of one. */
function isSameLog(a: Positioned<SubmissionArgs>, b: Positioned<SubmissionArgs>): boolean {
  const { args: x, at: p } = a
  const { args: y, at: q } = b
  const sameArgs = x.e3Id === y.e3Id && x.node === y.node && x.ticketId === y.ticketId && x.score === y.score
  return sameArgs && comparePositions(p!, q!) === 0 && p!.timestamp === q!.timestamp
}

// --- events --------------------------------------------------------------------------------------

function argsOf(value: object): Record<string, unknown> {
  const args = own(value as { args?: unknown }, 'args')
  return object(args !== null && typeof args === 'object' ? args : value, 'the arguments')
}
function eventNameOf(value: object): unknown {
  return own(value as { eventName?: unknown }, 'eventName')
}

function positioned<T>(
  value: unknown,
  name: string,
  eventName: string | undefined,
  read: (args: Record<string, unknown>, name: string) => T,
): Positioned<T> {
  const said = object(value, name) as Partial<RegistryEvent>
  const actual = said.eventName
  if (actual !== undefined && actual !== eventName)
    throw new TypeError(
      `${name} must be ${eventName ? `a ${eventName}` : 'no event beside randomness'}, got ${show(actual)}`,
    )
  const { address: emitter, blockNumber, logIndex, timestamp, removed } = said
  const args = read(argsOf(said), name)
  if (removed === true) throw new RangeError(`${name} was removed from the chain`)
  const by = emitter == null ? undefined : address(emitter, `${name}.address`)
  if (blockNumber == null || logIndex == null) return { args, at: undefined, address: by }
  return {
    args,
    address: by,
    at: {
      blockNumber: safeInteger(blockNumber, `${name}.blockNumber`),
      logIndex: safeInteger(logIndex, `${name}.logIndex`),
      timestamp: timestamp == null ? undefined : safeInteger(timestamp, `${name}.timestamp`),
    },
  }
}

function thresholdOf(threshold: unknown, name: string): readonly [number, number] {
  if (!Array.isArray(threshold) || threshold.length !== 2) {
    throw new TypeError(`${name}.threshold must be [H, N], got ${show(threshold)}`)
  }
  const [h, n] = threshold as [unknown, unknown]
  return [safeInteger(h, `${name}.threshold[0]`), safeInteger(n, `${name}.threshold[1]`)]
}

function timeOf(requestBlock: unknown, name: string): number {
  const time = safeInteger(requestBlock, `${name}.requestBlock`)
  if (time === 0)
    throw new RangeError(`${name}.requestBlock must be a time after 0, got ${show(requestBlock)}`)
  return time
}

/** Of a request that states none. */
export const noDeadline = 2n ** 64n

function requestArgs(args: Record<string, unknown>, name: string): Stated {
  const threshold = thresholdOf(args.threshold, name)
  return {
    threshold,
    size: threshold[1],
    time: timeOf(args.requestBlock, name),
    e3Id: uint256(args.e3Id, `${name}.e3Id`),
    entropyBlock: count(args.entropyBlock ?? 0n, `${name}.entropyBlock`),
    committeeDeadline: count(args.committeeDeadline ?? noDeadline, `${name}.committeeDeadline`),
    ticketPrice: uint256(args.ticketPrice, `${name}.ticketPrice`),
  }
}

/** What is stated beside a CommitteeRandomnessRequested of `e3Id`. */
function statedArgs(e3Id: bigint) {
  return (args: Record<string, unknown>, name: string): Stated => {
    const optional = <T>(value: unknown, read: (value: unknown) => T) =>
      value == null ? undefined : read(value)
    const stated = optional(args.e3Id, (v) => uint256(v, `${name}.e3Id`)) ?? e3Id
    if (stated !== e3Id) throw new RangeError(`randomness is for e3Id ${e3Id}n, the request is ${stated}n`)
    const threshold = optional(args.threshold, (v) => thresholdOf(v, name))
    return {
      e3Id,
      threshold,
      size: threshold?.[1],
      time: optional(args.requestBlock, (v) => timeOf(v, name)),
      ticketPrice: optional(args.ticketPrice, (v) => uint256(v, `${name}.ticketPrice`)),
      entropyBlock: 0n,
      committeeDeadline: undefined,
    }
  }
}

function randomnessArgs(args: Record<string, unknown>, name: string): RandomnessArgs {
  return {
    e3Id: uint256(args.e3Id, `${name}.e3Id`),
    requestId: uint256(args.requestId, `${name}.requestId`),
    provider: address(args.provider, `${name}.provider`),
    randomnessDeadline: uint256(args.randomnessDeadline, `${name}.randomnessDeadline`),
  }
}

function fulfilmentArgs(args: Record<string, unknown>, name: string): FulfilmentArgs {
  return {
    e3Id: uint256(args.e3Id, `${name}.e3Id`),
    requestId: uint256(args.requestId, `${name}.requestId`),
    randomWord: uint256(args.randomWord, `${name}.randomWord`),
    fulfilledAt: count(args.fulfilledAt, `${name}.fulfilledAt`),
  }
}

function e3FailedArgs(args: Record<string, unknown>, name: string): E3FailedArgs {
  return {
    e3Id: uint256(args.e3Id, `${name}.e3Id`),
    failedAtStage: count(args.failedAtStage, `${name}.failedAtStage`),
    reason: count(args.reason, `${name}.reason`),
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
