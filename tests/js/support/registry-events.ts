// Generated events of a registry of operators: one by one, and any history of them.
import fc from 'fast-check'
import type { Address, RegistryEvent } from 'hamt-wasm/sortition'
import { type NaivePolicy, noPolicy } from './live.js'

export const addressOf = (n: number): Address => `0x${n.toString(16).padStart(40, 'a')}`
export const op = addressOf(1)
export const reason = `0x${'0'.repeat(64)}`

/** An event without its position: its arguments, or what they are at a second. */
export type Named = readonly [eventName: string, args: object | ((time: number) => object)]

export const added = (node: Address): Named => [
  'CiphernodeAdded',
  { node, index: 0n, numNodes: 1n, size: 1n },
]
export const removed = (node: Address): Named => [
  'CiphernodeRemoved',
  { node, index: 0n, numNodes: 1n, size: 1n },
]
export const balance = (operator: Address, newBalance: bigint): Named => [
  'TicketBalanceUpdated',
  { operator, delta: 0n, newBalance, reason },
]
export const activation = (operator: Address, active: boolean): Named => [
  'OperatorActivationChanged',
  { operator, active },
]
export const version = (v: bigint): Named => ['EligibilityConfigurationVersionUpdated', { version: v }]
export const owner = (operator: Address, bondOwner: Address): Named => [
  'BondOwnerSet',
  { operator, bondOwner },
]
export const started = (operator: Address): Named => [
  'AdmissionStarted',
  (timepoint: number) => ({ operator, timepoint }),
]
export const policy = (p: Partial<NaivePolicy>): Named => [
  'AdmissionPolicyUpdated',
  (timepoint: number) => ({ timepoint, policy: { ...noPolicy, ...p } }),
]

export const assets = (ticketPrice: bigint, ticketToken = addressOf(0x70)): Named => [
  'BondingAssetConfigUpdated',
  {
    ticketToken,
    ciphernodeBondToken: addressOf(0x71),
    ticketPrice,
    requiredCiphernodeBond: 1n,
    expectedTicketDecimals: 6,
    expectedCiphernodeBondDecimals: 18,
    configurationVersion: 1n,
  },
]
export const submissionWindow = (n: bigint): Named => [
  'SortitionSubmissionWindowSet',
  { sortitionSubmissionWindow: n },
]
export const timeout = (n: bigint): Named => ['RandomnessRequestTimeoutSet', { randomnessRequestTimeout: n }]
export const provider = (randomnessProvider: Address): Named => [
  'RandomnessProviderSet',
  { randomnessProvider },
]
export const other: Named = ['CommitteeObligationUpdated', {}]

/** An event at a log of a block; blocks come a second apart, unless `time` says otherwise. */
export function event([eventName, args]: Named, block: number, log = 0, time = 1000 + block): RegistryEvent {
  return {
    eventName,
    args: typeof args === 'function' ? (args as (time: number) => object)(time) : args,
    blockNumber: BigInt(block),
    logIndex: log,
    timestamp: BigInt(time),
  }
}

export const anyOperator = fc.integer({ min: 0, max: 6 }).map(addressOf)
export const anyAmount = fc.oneof(fc.bigInt(0n, 100n), fc.bigInt(0n, 2n ** 256n - 1n))

/**
 * Blocks with one or several logs, at most so many seconds apart; consecutive blocks may share a timestamp.
 */
export const historyOf = (
  anyEvent: fc.Arbitrary<Named>,
  maxLength: number,
  mostSeconds: number,
): fc.Arbitrary<RegistryEvent[]> =>
  fc.array(fc.tuple(anyEvent, fc.nat(2), fc.nat(mostSeconds), fc.nat(3)), { maxLength }).map((steps) => {
    let [block, log, time] = [1, 0, 1000]
    return steps.map(([named, blocks, seconds, logs]) => {
      if (blocks > 0) [block, log, time] = [block + blocks, logs, time + seconds]
      else log += 1 + logs
      return event(named, block, log, time)
    })
  })

/** What a call throws; undefined when it throws nothing. */
export function thrownBy(f: () => unknown): unknown {
  try {
    f()
    return undefined
  } catch (error) {
    return error
  }
}
