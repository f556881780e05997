// Events as viem decodes them, checked, and reduced to what they do to the registry.
import { sortitionAbi } from './abi.js'
import { type Address, address, object, safeInteger, show, uint256 } from './values.js'

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
  /** Whether the log's block left the chain: such an event is refused. */
  removed?: boolean
}

/** A place in the chain. */
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
  /** `repeated`: at a position that has been applied; `out-of-order`: before one; `time`: its timestamp contradicts
   * an earlier block's; `unknown`: not an event of sortitionAbi; `removed`: its block left the chain. */
  readonly code: 'repeated' | 'out-of-order' | 'time' | 'unknown' | 'removed'

  constructor(code: EventError['code'], message: string) {
    super(message)
    this.code = code
  }
}

/** Kinds of change. The numbers are part of the file format. */
export const Kind = {
  added: 0,
  removed: 1,
  balance: 2,
  activated: 3,
  deactivated: 4,
  version: 5,
  owner: 6,
} as const
export type Kind = (typeof Kind)[keyof typeof Kind]

/** The event that makes a change of each kind. */
export const eventNames = [
  'CiphernodeAdded',
  'CiphernodeRemoved',
  'TicketBalanceUpdated',
  'OperatorActivationChanged',
  'OperatorActivationChanged',
  'EligibilityConfigurationVersionUpdated',
  'BondOwnerSet',
] as const

/** What an event does: `operator` for all kinds but `version`, `number` for balances and versions. */
export interface Change {
  kind: Kind
  operator: Address | undefined
  number: bigint
  owner: Address | undefined
}

const names: ReadonlySet<string> = new Set(sortitionAbi.map((event) => event.name))

export function describe(at: { blockNumber: number | bigint; logIndex: number }): string {
  return `block ${at.blockNumber}, log ${at.logIndex}`
}

/** The position of an event; TypeError or RangeError names a part that is no position, EventError a removed log. */
export function positionOf(event: RegistryEvent): Position {
  if (event.removed === true) {
    throw new EventError(
      'removed',
      `the ${show(event.eventName)} at ${describe(event)} was removed from the chain`,
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
  if (order === 0) throw new EventError('repeated', `the event at ${describe(next)} has been applied already`)
  if (order < 0) {
    throw new EventError(
      'out-of-order',
      `the event at ${describe(next)} comes before the last one, at ${describe(last)}`,
    )
  }
  if (blocks === 0 ? next.timestamp !== last.timestamp : next.timestamp < last.timestamp) {
    throw new EventError(
      'time',
      `the event at ${describe(next)} has timestamp ${next.timestamp}, ` +
        `${blocks === 0 ? 'but its block has' : 'before that of an earlier block,'} ${last.timestamp}`,
    )
  }
}

/** What an event does to the registry; undefined for one that changes no operator. Errors name the argument. */
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
    case 'EligibilityConfigurationVersionUpdated': {
      const version = uint256(args.version, 'version')
      if (version === 0n) throw new RangeError('version must be at least 1, got 0n: versions begin at 1')
      return { kind: Kind.version, operator: undefined, number: version, owner: undefined }
    }
    default:
      if (names.has(event.eventName)) return undefined
      throw new EventError('unknown', `${show(event.eventName)} is not an event of sortitionAbi`)
  }
}

function change(kind: Kind, operator: unknown, name: string, number = 0n, owner?: Address): Change {
  return { kind, operator: address(operator, name), number, owner }
}
