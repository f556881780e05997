// Events as viem decodes them, checked, and reduced to what they do to the registry.
import { sortitionAbi } from './abi.js'
import { type Address, address, count, type Hex, object, own, safeInteger, show, uint256 } from './values.js'

/** A log as viem decodes it, with the time of its block. Logs are ordered by (blockNumber, logIndex). */
export interface RegistryEvent {
  /** One of the names in `sortitionAbi`. */
  eventName: string
  /** The event's arguments by name. */
  args: object
  /** The block of the log. */
  blockNumber: bigint
  /** The log's index in its block. */
  logIndex: number
  /** Of the block, in seconds. */
  timestamp: bigint
  /** The contract that emitted the log. */
  address?: Address
  /** The transaction of the log. */
  transactionHash?: Hex
  /** The index of that transaction in its block. */
  transactionIndex?: number
  /** Whether the log's block left the chain: such an event is refused. */
  removed?: boolean
}

/** A position in the chain. */
export interface Position {
  /** The block of the log. */
  blockNumber: number
  /** The log's index in its block. */
  logIndex: number
  /** Of the block, in seconds. */
  timestamp: number
}

/** An event that cannot follow: `code` says why. The registry is as it was. */
export class EventError extends Error {
  /** `EventError` */
  override readonly name = 'EventError'
  /**
   * `repeated`: at a position that has been applied; `out-of-order`: before one; `time`: its timestamp
   * contradicts an earlier block's, or what the event states; `unknown`: not an event of sortitionAbi;
   * `removed`: its block left the chain.
   */
  readonly code: 'repeated' | 'out-of-order' | 'time' | 'unknown' | 'removed'

  constructor(code: EventError['code'], message: string) {
    super(message)
    this.code = code
  }
}

/** Kinds of change. The numbers are part of the file format; bit 3 is left free there. */
export const Kind = {
  added: 0,
  removed: 1,
  balance: 2,
  activated: 3,
  deactivated: 4,
  version: 5,
  owner: 6,
  admission: 7,
  policy: 16,
  assets: 17,
  window: 18,
  timeout: 19,
  provider: 20,
} as const
export type Kind = (typeof Kind)[keyof typeof Kind]

/** The event that makes a change of each kind. */
export const eventNames: Readonly<Record<Kind, string>> = {
  [Kind.added]: 'CiphernodeAdded',
  [Kind.removed]: 'CiphernodeRemoved',
  [Kind.balance]: 'TicketBalanceUpdated',
  [Kind.activated]: 'OperatorActivationChanged',
  [Kind.deactivated]: 'OperatorActivationChanged',
  [Kind.version]: 'EligibilityConfigurationVersionUpdated',
  [Kind.owner]: 'BondOwnerSet',
  [Kind.admission]: 'AdmissionStarted',
  [Kind.policy]: 'AdmissionPolicyUpdated',
  [Kind.assets]: 'BondingAssetConfigUpdated',
  [Kind.window]: 'SortitionSubmissionWindowSet',
  [Kind.timeout]: 'RandomnessRequestTimeoutSet',
  [Kind.provider]: 'RandomnessProviderSet',
}

/** Who is admitted: all of it, as `AdmissionPolicyUpdated` states it. Times and durations are in seconds. */
export interface AdmissionPolicy {
  /** Whether operators wait for `cooldownDuration` after their admission has started. */
  cooldownEnabled: boolean
  /** Whether only those count who were admitted and active at `pauseTimepoint`. */
  admissionsPaused: boolean
  /** Of the cool-down. */
  cooldownDuration: number
  /** The second before the pause began. */
  pauseTimepoint: number
  /** What `cooldownEnabled` and `cooldownDuration` were when the pause began. */
  pauseCooldownEnabled: boolean
  /** Of the cool-down that a pause has frozen. */
  pauseCooldownDuration: number
}

/** In force before the first `AdmissionPolicyUpdated`. */
export const noAdmissionPolicy: Readonly<AdmissionPolicy> = Object.freeze({
  cooldownEnabled: false,
  admissionsPaused: false,
  cooldownDuration: 0,
  pauseTimepoint: 0,
  pauseCooldownEnabled: false,
  pauseCooldownDuration: 0,
})

/** What an event does. Each kind uses some of the fields. */
export interface Change {
  kind: Kind
  /** Of all kinds that are about one operator. */
  operator: Address | undefined
  /** A balance, version, price, window or timeout. */
  number: bigint
  /** An owner, provider or ticket token. */
  address: Address | undefined
  policy: AdmissionPolicy | undefined
}

const names: ReadonlySet<string> = new Set(sortitionAbi.map((event) => event.name))

export function describe(at: { blockNumber: number | bigint; logIndex: number }): string {
  return `block ${at.blockNumber}, log ${at.logIndex}`
}

/** The order of the chain. */
export function comparePositions(
  a: { blockNumber: number; logIndex: number },
  b: { blockNumber: number; logIndex: number },
): number {
  return a.blockNumber - b.blockNumber || a.logIndex - b.logIndex
}

/** What to do when a chain has taken blocks back. */
function goBack(blockNumber: bigint | number): string {
  return `registry.before({ blockNumber: ${blockNumber}n }) is the registry without that block: apply the chain's logs to it`
}

/**
 * The position of an event; TypeError or RangeError names a part that is no position, EventError a removed
 * log.
 */
export function positionOf(event: RegistryEvent): Position {
  if (own(event, 'removed') === true) {
    throw new EventError(
      'removed',
      `the ${show(event.eventName)} at ${describe(event)} was removed from the chain: ${goBack(event.blockNumber)}`,
    )
  }
  return {
    blockNumber: safeInteger(event.blockNumber, 'blockNumber'),
    logIndex: safeInteger(event.logIndex, 'logIndex'),
    timestamp: safeInteger(event.timestamp, 'timestamp'),
  }
}

/** EventError unless `next` may follow `last`: later in the chain, and no earlier in time. */
export function requireFollows(next: Position, last: Position | undefined): void {
  if (last === undefined) return
  const blocks = next.blockNumber - last.blockNumber
  const order = blocks || next.logIndex - last.logIndex
  if (order === 0) {
    throw new EventError(
      'repeated',
      `the event at ${describe(next)} has been applied already; if the chain took that block back: ${goBack(next.blockNumber)}`,
    )
  }
  if (order < 0) {
    throw new EventError(
      'out-of-order',
      `the event at ${describe(next)} comes before the last one, at ${describe(last)}; ` +
        `if the chain took blocks back: ${goBack(next.blockNumber)}`,
    )
  }
  if (blocks === 0 ? next.timestamp !== last.timestamp : next.timestamp < last.timestamp) {
    throw new EventError(
      'time',
      `the event at ${describe(next)} has timestamp ${next.timestamp}, ` +
        `${blocks === 0 ? 'but its block has' : 'before that of an earlier block,'} ${last.timestamp}; ` +
        `if the chain took blocks back: ${goBack(last.blockNumber)}`,
    )
  }
}

/**
 * What an event does to the registry; undefined for one that changes no operator. Errors name the argument.
 */
export function changeOf(event: RegistryEvent): Change | undefined {
  const args = event.args as Record<string, unknown>
  if (args === null || typeof args !== 'object') object(args, `the args of ${show(event.eventName)}`)
  switch (event.eventName) {
    case 'TicketBalanceUpdated':
      return change(Kind.balance, args.operator, 'operator', uint256(args.newBalance, 'newBalance'))
    case 'OperatorActivationChanged':
      if (typeof args.active !== 'boolean')
        throw new TypeError(`active must be a boolean, got ${show(args.active)}`)
      return change(args.active ? Kind.activated : Kind.deactivated, args.operator, 'operator')
    case 'CiphernodeAdded':
      return change(Kind.added, args.node, 'node')
    case 'CiphernodeRemoved':
      return change(Kind.removed, args.node, 'node')
    case 'BondOwnerSet':
      return change(Kind.owner, args.operator, 'operator', 0n, address(args.bondOwner, 'bondOwner'))
    case 'AdmissionStarted':
      requireStatedTime(args.timepoint, event)
      return change(Kind.admission, args.operator, 'operator')
    default:
      return settingOf(event, args)
  }
}

/** A change that is about no operator. */
function settingOf(event: RegistryEvent, args: Record<string, unknown>): Change | undefined {
  switch (event.eventName) {
    case 'EligibilityConfigurationVersionUpdated': {
      const version = uint256(args.version, 'version')
      if (version === 0n) throw new RangeError('version must be at least 1, got 0n: versions begin at 1')
      return setting(Kind.version, version)
    }
    case 'AdmissionPolicyUpdated':
      requireStatedTime(args.timepoint, event)
      return { ...setting(Kind.policy, 0n), policy: policyFrom(args.policy, Number(event.timestamp)) }
    case 'BondingAssetConfigUpdated':
      requireBits(args.configurationVersion, 'configurationVersion', 64)
      return setting(
        Kind.assets,
        uint256(args.ticketPrice, 'ticketPrice'),
        address(args.ticketToken, 'ticketToken'),
      )
    case 'SortitionSubmissionWindowSet':
      return setting(Kind.window, uint256(args.sortitionSubmissionWindow, 'sortitionSubmissionWindow'))
    case 'RandomnessRequestTimeoutSet':
      return setting(Kind.timeout, uint256(args.randomnessRequestTimeout, 'randomnessRequestTimeout'))
    case 'RandomnessProviderSet':
      return setting(Kind.provider, 0n, address(args.randomnessProvider, 'randomnessProvider'))
    default:
      if (names.has(event.eventName)) return undefined
      throw new EventError('unknown', `${show(event.eventName)} is not an event of sortitionAbi`)
  }
}

function change(kind: Kind, operator: unknown, name: string, number = 0n, other?: Address): Change {
  return { kind, operator: address(operator, name), number, address: other, policy: undefined }
}
function setting(kind: Kind, number: bigint, other?: Address): Change {
  return { kind, operator: undefined, number, address: other, policy: undefined }
}

/** Some events state their time: it is that of their block, or the log is forged. */
function requireStatedTime(timepoint: unknown, event: RegistryEvent): void {
  if (requireBits(timepoint, 'timepoint', 48) === BigInt(event.timestamp)) return
  throw new EventError(
    'time',
    `the ${event.eventName} at ${describe(event)} states timepoint ${show(timepoint)}, its block has timestamp ${event.timestamp}`,
  )
}

/** An unsigned integer of so many bits. viem gives those of up to 48 bits as numbers. */
function requireBits(value: unknown, name: string, bits: number): bigint {
  const n = count(value, name)
  if (n >= 1n << BigInt(bits)) throw new RangeError(`${name} must be below 2^${bits}, got ${show(value)}`)
  return n
}

function policyFrom(value: unknown, time: number): AdmissionPolicy {
  const given = object(value, 'policy')
  const flag = (name: keyof AdmissionPolicy) => {
    const is = given[name]
    if (typeof is !== 'boolean') throw new TypeError(`policy.${name} must be a boolean, got ${show(is)}`)
    return is
  }
  const seconds = (name: keyof AdmissionPolicy) => Number(requireBits(given[name], `policy.${name}`, 48))
  const policy = {
    cooldownEnabled: flag('cooldownEnabled'),
    admissionsPaused: flag('admissionsPaused'),
    cooldownDuration: seconds('cooldownDuration'),
    pauseTimepoint: seconds('pauseTimepoint'),
    pauseCooldownEnabled: flag('pauseCooldownEnabled'),
    pauseCooldownDuration: seconds('pauseCooldownDuration'),
  }
  requirePause(policy, time)
  return Object.freeze(policy)
}

/** A pause freezes what was, not what will be. */
export function requirePause({ admissionsPaused, pauseTimepoint }: AdmissionPolicy, time: number): void {
  if (admissionsPaused && pauseTimepoint > time)
    throw new RangeError(
      `policy.pauseTimepoint must be at most the block's time ${time}, got ${pauseTimepoint}`,
    )
}
