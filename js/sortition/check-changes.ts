// Consistency of events that state the same thing: balances and their differences, counts of operators,
// versions, admissions, pauses.
import { type AdmissionPolicy, describe, Kind, type RegistryEvent } from './events.js'
import { type StateAt } from './state-at.js'
import { type Address } from './values.js'

type Args = Record<string, unknown>

/**
 * Compares what events say of the state before them with that state. What only the first event of a history
 * can tell is compared once a version of the eligibility rules is in force, which a deployment sets before
 * anything else: logs without one do not say where they begin.
 */
export class ChangeChecks {
  readonly #slots = new Slots()
  #assets: { version: bigint; at: RegistryEvent } | undefined
  #hasUnknownAssets = false
  /** The policy that was in force before a second. */
  #earlier: { second: number; policy: Readonly<AdmissionPolicy> } | undefined
  /** Admissions and removals of one block, whose reason or consequence is to be in it too; by operator. */
  #block: bigint | undefined
  readonly #admitted = new Map<Address, RegistryEvent>()
  readonly #removed = new Map<Address, RegistryEvent>()

  /** What could not be compared, as a registry file does not keep it, in words. */
  get uncompared(): string[] {
    return [
      ...(this.#slots.isUnknown ? ['slots of operators'] : []),
      ...(this.#hasUnknownAssets ? ['versions of the assets'] : []),
    ]
  }

  /**
   * What contradicts the state before an event, in words that follow its name; undefined for nothing. O(1),
   * unless there is.
   */
  objection(before: StateAt, event: RegistryEvent): string | undefined {
    const args = event.args as Args
    switch (event.eventName) {
      case 'TicketBalanceUpdated':
        return balanceObjection(before, args)
      case 'OperatorActivationChanged':
        return activationObjection(before, args)
      case 'EligibilityConfigurationVersionUpdated':
        return versionObjection(before, args) ?? this.#beginningObjection(before, args)
      case 'CiphernodeAdded':
        return addedObjection(before, args, event) ?? this.#slots.objection(before, event)
      case 'CiphernodeRemoved':
        return removedObjection(before, args) ?? this.#slots.objection(before, event)
      case 'BondOwnerSet':
        return ownerObjection(before, args, event)
      case 'AdmissionPolicyUpdated':
        return this.#policyObjection(before, event)
      case 'BondingAssetConfigUpdated':
        return this.#assetsObjection(before, event, args)
      default:
        return undefined
    }
  }

  /**
   * What the logs of a block presuppose and do not have, once an event of a later block is there; undefined
   * for nothing. O(1), and O(admissions and removals) once a block.
   *
   * @param before the state before `event`
   */
  missing(before: StateAt, event: RegistryEvent): string | undefined {
    if (event.blockNumber !== this.#block) {
      const [stray] = this.#admitted
      if (stray) {
        const [operator, { blockNumber, logIndex }] = stray
        const at = describe({ blockNumber, logIndex })
        return `AdmissionStarted at ${at} has neither the CiphernodeAdded nor the BondOwnerSet of ${operator} that it goes with`
      }
      for (const [operator, { blockNumber, logIndex }] of this.#removed) {
        if (!before.isActive(numberOf(before, operator))) continue
        const at = describe({ blockNumber, logIndex })
        return `CiphernodeRemoved at ${at} has no OperatorActivationChanged of ${operator}, which was active, beside it`
      }
      this.#removed.clear()
      this.#block = event.blockNumber
    }
    const args = event.args as Args
    if (event.eventName === 'AdmissionStarted') this.#admitted.set(lowerCase(args.operator), event)
    else if (event.eventName === 'BondOwnerSet') this.#admitted.delete(lowerCase(args.operator))
    else if (event.eventName === 'CiphernodeAdded') this.#admitted.delete(lowerCase(args.node))
    else if (event.eventName === 'CiphernodeRemoved') this.#removed.set(lowerCase(args.node), event)
    return undefined
  }

  /**
   * Before the first version of the eligibility rules there were no operators, and before the second of the
   * assets the first.
   */
  #beginningObjection(before: StateAt, { version }: Args): string | undefined {
    if (version !== 1n || hasBegun(before)) return undefined
    for (let n = 0; n < before.size; ++n)
      if (before.has(n)) return `${before.log.addresses.text(n)} was an operator before the first version`
    const assets = this.#assets
    if (!assets || assets.version === 1n || before.rowOf(Kind.assets) < 0) return undefined
    return `BondingAssetConfigUpdated at ${describe(assets.at)} has version ${assets.version}, and no log version 1`
  }

  #assetsObjection(
    before: StateAt,
    event: RegistryEvent,
    { configurationVersion }: Args,
  ): string | undefined {
    if (typeof configurationVersion !== 'bigint') return undefined
    const last = this.#assets
    this.#assets = { version: configurationVersion, at: event }
    if (!last && before.rowOf(Kind.assets) >= 0) this.#hasUnknownAssets = true
    if (!last && before.rowOf(Kind.assets) < 0 && beganAtFirst(before) && configurationVersion !== 1n)
      return `its version is ${configurationVersion}, and no log has version 1`
    if (!last || configurationVersion === last.version + 1n) return undefined
    return `its version is ${configurationVersion}, and that before it, at ${describe(last.at)}, was ${last.version}`
  }

  /**
   * A pause begins in the second of its policy, so that b is the second before, and freezes the cool-down of
   * then; until it ends nothing changes that, and an end and a new pause in one second keep it.
   */
  #policyObjection(before: StateAt, event: RegistryEvent): string | undefined {
    const { policy } = event.args as { policy: AdmissionPolicy }
    const second = Number(event.timestamp)
    const earlier = this.#policyBefore(before, second)
    if (!policy.admissionsPaused || (before.rowOf(Kind.policy) < 0 && !hasBegun(before))) return undefined
    const last = earlier.admissionsPaused ? earlier : before.policy
    const b = last.admissionsPaused ? last.pauseTimepoint : second - 1
    if (Number(policy.pauseTimepoint) !== b) {
      const since = last.admissionsPaused
        ? `the pause has pauseTimepoint ${b}`
        : `the pause begins after second ${b}`
      return `its pauseTimepoint is ${policy.pauseTimepoint}, and ${since}`
    }
    const frozen = coolDown(policy.pauseCooldownEnabled, policy.pauseCooldownDuration)
    const possible = last.admissionsPaused
      ? [coolDown(last.pauseCooldownEnabled, last.pauseCooldownDuration)]
      : [earlier, last, policy].map((p) => coolDown(p.cooldownEnabled, p.cooldownDuration))
    if (possible.includes(frozen)) return undefined
    return `its pause has ${coolDownText(frozen)}, and when it began there was ${coolDownText(possible[0]!)}`
  }

  /**
   * The policy in force before a second. O(rows) once, where an earlier call has not seen the policies of
   * that second.
   */
  #policyBefore(before: StateAt, second: number): Readonly<AdmissionPolicy> {
    if (this.#earlier?.second !== second) this.#earlier = { second, policy: before.policyBefore(second) }
    return this.#earlier.policy
  }
}

/** The tree of registered operators: slots are given one by one, and one that is free may be given again. */
class Slots {
  /** By operator, its slot, as far as these logs say it; and by slot, whose it was last. */
  readonly #indices = new Map<Address, bigint>()
  readonly #operators = new Map<bigint, Address>()
  /** Slots of the tree, used or free; undefined before the first log that says it. */
  #size: { value: bigint; at: RegistryEvent | undefined } | undefined
  /** Whether a registration was the first that says a slot, and not the first of all. */
  isUnknown = false

  objection(before: StateAt, event: RegistryEvent): string | undefined {
    const { node, index, size } = event.args as Args
    if (typeof index !== 'bigint' || typeof size !== 'bigint' || !hasBegun(before)) return undefined
    const isAdded = event.eventName === 'CiphernodeAdded'
    const operator = lowerCase(node)
    if (!this.#size && !before.hasRegistrations) this.#size = { value: 0n, at: undefined }
    if (!this.#size) this.isUnknown = true
    const known = this.#indices.get(operator)
    const last = this.#size
    const grown = isAdded && last !== undefined && size === last.value + 1n
    if (index >= size) return `its index is ${index}, and there are ${size} slots`
    if (!isAdded && known !== undefined && known !== index)
      return `its index is ${index}, and was ${known} when ${operator} was added`
    if (last && size !== last.value && !grown) {
      const there = last.at ? `there were ${last.value} at ${describe(last.at)}` : 'it is the first'
      return `there are ${size} slots, and ${there}`
    }
    if (grown && index !== last.value) return `its index is ${index}, and the new slot is ${last.value}`
    const other = isAdded ? this.#operators.get(index) : undefined
    if (other !== undefined && before.isRegistered(numberOf(before, other)))
      return `its index is ${index}, which is the slot of ${other}`
    if (isAdded) this.#indices.set(operator, index)
    else this.#indices.delete(operator)
    this.#operators.set(index, operator)
    this.#size = { value: size, at: event }
    return undefined
  }
}

function coolDown(isEnabled: boolean, duration: number | bigint): number {
  return isEnabled ? Number(duration) : -1
}
function coolDownText(duration: number): string {
  return duration < 0 ? 'no cool-down' : `a cool-down of ${duration} seconds`
}

/** Whether the logs say where they begin. */
function hasBegun(before: StateAt): boolean {
  return before.rowOf(Kind.version) >= 0
}

/**
 * Whether the first version of the rules is there, and so all that came after it. O(rows): called once a
 * history.
 */
function beganAtFirst({ log, rows }: StateAt): boolean {
  const { kinds, operands } = log.columns
  const first = kinds.subarray(0, rows).indexOf(Kind.version)
  return first >= 0 && log.lists.versions[operands[first]!] === 1n
}

/** Addresses of logs are in lower case, or as viem gives them. */
function lowerCase(address: unknown): Address {
  return String(address).toLowerCase() as Address
}

function numberOf({ log }: StateAt, operator: unknown): number {
  return log.addresses.find(lowerCase(operator)) ?? -1
}

/** The last change of an operator, or of all, of some kinds. O(rows): for messages. */
function lastPlace({ log, rows }: StateAt, n: number | undefined, kinds: readonly Kind[]): string {
  const { columns } = log
  for (let i = rows - 1; i >= 0; --i) {
    if ((n === undefined || columns.operators[i] === n) && kinds.includes(columns.kinds[i] as Kind))
      return `at ${describe(log.position(i))}`
  }
  return 'before the first log'
}

function balanceObjection(before: StateAt, { operator, delta, newBalance }: Args): string | undefined {
  // Balances of another token do not continue those of the one before.
  if (typeof delta !== 'bigint' || before.hasExchangedTokens) return undefined
  const n = numberOf(before, operator)
  if (!before.hasBalance(n) && !hasBegun(before)) return undefined
  const balance = BigInt(before.balance(n))
  if (balance + delta === newBalance) return undefined
  const was = before.hasBalance(n)
    ? `${balance}, ${lastPlace(before, n, [Kind.balance])}`
    : '0, as no log says another'
  return `the balance of ${lowerCase(operator)} becomes ${String(newBalance)} by a change of ${delta}, and was ${was}`
}

function activationObjection(before: StateAt, { operator, active }: Args): string | undefined {
  const n = numberOf(before, operator)
  if (active !== true)
    return before.wasActivated(n) || !hasBegun(before)
      ? undefined
      : `${lowerCase(operator)} was not active before`
  if (hasBegun(before) && before.hasRegistrations && !before.isRegistered(n))
    return `${lowerCase(operator)} is not registered`
  if (!before.isActive(n)) return undefined
  return `${lowerCase(operator)} is active already, ${lastPlace(before, n, [Kind.activated])}, under the same version`
}

function versionObjection(before: StateAt, { version }: Args): string | undefined {
  if (!hasBegun(before) || version === before.version + 1n) return undefined
  const was = `version ${before.version}, ${lastPlace(before, undefined, [Kind.version])}`
  return `version ${String(version)} of the eligibility rules follows ${was}: versions count by one`
}

function addedObjection(
  before: StateAt,
  { node, numNodes }: Args,
  { timestamp }: RegistryEvent,
): string | undefined {
  const n = numberOf(before, node)
  if (!before.hasRegistrations && hasBegun(before)) {
    for (let i = 0; i < before.size; ++i)
      if (before.isActive(i)) return `${before.log.addresses.text(i)} is active before anyone is registered`
  }
  if (before.isRegistered(n))
    return `${lowerCase(node)} is registered already, ${lastPlace(before, n, [Kind.added])}`
  if (before.hasAdmissions && before.admittedSince(n) !== Number(timestamp))
    return `${lowerCase(node)} is registered without the AdmissionStarted that goes with it`
  return countObjection(before, numNodes, before.registeredCount + 1)
}

function removedObjection(before: StateAt, { node, numNodes }: Args): string | undefined {
  if (!before.isRegistered(numberOf(before, node)))
    return hasBegun(before) ? `${lowerCase(node)} is not registered, and no log has added it` : undefined
  return countObjection(before, numNodes, before.registeredCount - 1)
}

function countObjection(before: StateAt, numNodes: unknown, count: number): string | undefined {
  if (typeof numNodes !== 'bigint' || !hasBegun(before) || numNodes === BigInt(count)) return undefined
  const last = lastPlace(before, undefined, [Kind.added, Kind.removed])
  return `${numNodes} operators are registered after it, and by the logs, the last ${last}, there are ${count}`
}

/** An operator that is registered is admitted again when it has another owner. */
function ownerObjection(
  before: StateAt,
  { operator, bondOwner }: Args,
  { timestamp }: RegistryEvent,
): string | undefined {
  const n = numberOf(before, operator)
  const owner = before.owner(n)
  if (!before.hasAdmissions || owner < 0 || !before.isRegistered(n)) return undefined
  if (before.log.addresses.text(owner) === lowerCase(bondOwner)) return undefined
  if (before.admittedSince(n) === Number(timestamp)) return undefined
  return `${lowerCase(operator)} gets another owner without the AdmissionStarted that goes with it`
}
