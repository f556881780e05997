// Changes that say what other changes say too: balances and their differences, counts of operators, versions, admissions.
import { describe, Kind, type RegistryEvent } from './events.js'
import { type StateAt } from './state-at.js'
import { type Address } from './values.js'

type Args = Record<string, unknown>

/**
 * Compares what events say of the state before them with that state. What only the first event of a history can tell is
 * compared once a version of the eligibility rules is in force, which a deployment sets before anything else: logs without one
 * do not say where they begin.
 */
export class ChangeChecks {
  /** By operator, its place in the tree of the registry, as far as these logs say it. */
  readonly #indices = new Map<Address, bigint>()
  /** Places of the tree, used or free; undefined before the first log that says it. */
  #size: { value: bigint; at: RegistryEvent } | undefined
  #assets: { version: bigint; at: RegistryEvent } | undefined

  /** What contradicts the state before an event, in words that follow its name; undefined for nothing. O(1), unless there is. */
  objection(before: StateAt, event: RegistryEvent): string | undefined {
    const args = event.args as Args
    switch (event.eventName) {
      case 'TicketBalanceUpdated':
        return balanceObjection(before, args)
      case 'OperatorActivationChanged':
        return activationObjection(before, args)
      case 'EligibilityConfigurationVersionUpdated':
        return versionObjection(before, args)
      case 'CiphernodeAdded':
        return addedObjection(before, args, event) ?? this.#treeObjection(before, event, args)
      case 'CiphernodeRemoved':
        return removedObjection(before, args) ?? this.#treeObjection(before, event, args)
      case 'BondOwnerSet':
        return ownerObjection(before, args, event)
      case 'BondingAssetConfigUpdated':
        return this.#assetsObjection(event, args)
      default:
        return undefined
    }
  }

  /** Places are given to operators one by one; one that is free may be given again. */
  #treeObjection(before: StateAt, event: RegistryEvent, { node, index, size }: Args): string | undefined {
    if (typeof index !== 'bigint' || typeof size !== 'bigint' || !hasBegun(before)) return undefined
    const isAdded = event.eventName === 'CiphernodeAdded'
    const operator = lowerCase(node)
    const known = this.#indices.get(operator)
    const last = this.#size
    const grown = isAdded && last !== undefined && size === last.value + 1n
    if (index >= size) return `its index is ${index}, and there are ${size} places`
    if (!isAdded && known !== undefined && known !== index)
      return `its index is ${index}, and was ${known} when ${operator} was added`
    if (last && size !== last.value && !grown)
      return `there are ${size} places, and there were ${last.value} at ${describe(last.at)}`
    if (grown && index !== last.value) return `its index is ${index}, and the new place is ${last.value}`
    if (isAdded) this.#indices.set(operator, index)
    else this.#indices.delete(operator)
    this.#size = { value: size, at: event }
    return undefined
  }

  #assetsObjection(event: RegistryEvent, { configurationVersion }: Args): string | undefined {
    if (typeof configurationVersion !== 'bigint') return undefined
    const last = this.#assets
    this.#assets = { version: configurationVersion, at: event }
    if (!last || configurationVersion === last.version + 1n) return undefined
    return `its version is ${configurationVersion}, and that before it, at ${describe(last.at)}, was ${last.version}`
  }
}

/** Whether the logs say where they begin. */
function hasBegun(before: StateAt): boolean {
  return before.rowOf(Kind.version) >= 0
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
