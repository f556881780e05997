// A registry and logs, read together.
import { given } from '../core.js'
import { ChangeChecks } from './check-changes.js'
import { eventNamed } from './decode.js'
import { changeOf, type RegistryEvent } from './events.js'
import { LogError, type Logs } from './logs.js'
import { NodeRegistry, type Origin } from './registry.js'
import { type StateAt } from './state-at.js'
import { object } from './values.js'

/** A registry that has read more logs. */
export interface Continued {
  /** With the events applied. */
  registry: NodeRegistry
  /** How many of the events were new to it. */
  applied: number
  /** How many it had already. */
  known: number
  /** What is taken and cannot be known. */
  notes: string[]
}

/**
 * Reads a registry and logs together: events after its position are applied, those before it must be in it.
 * LogError for an event that the registry should have and does not, or has otherwise; for one that
 * contradicts the state before it; and for logs of other contracts or of another chain. Nothing is applied
 * then. O(events · log changes).
 *
 * @param onProgress is told how many events were looked at, now and then
 */
export function applyLogs(
  registry: NodeRegistry,
  logs: Pick<Logs, 'events' | 'removed'> & Partial<Pick<Logs, 'contracts' | 'chainId'>>,
  onProgress?: (done: number, of: number) => void,
): Continued {
  NodeRegistry.require(registry)
  object(logs, 'the logs')
  const { position } = registry
  const { events } = logs
  const notes: string[] = []
  const checks = new ChangeChecks()
  const known = position ? events.findIndex((event) => isAfter(event, position)) : 0
  const old = events.slice(0, known < 0 ? events.length : known)
  requireKnown(registry, old, checks)
  let next = registry.withOrigin(originOf(registry, logs, notes))
  let state: StateAt | undefined
  for (let i = old.length; i < events.length; ++i) {
    if (onProgress && i % 5000 === 0) onProgress(i, events.length)
    const event = events[i]!
    state = next.stateNow(state)
    const missing = checks.missing(state, event)
    if (missing) throw new LogError(`${missing}: a log is missing`)
    try {
      const objection = checks.objection(state, event)
      if (objection) throw new LogError(objection)
      next = next.apply(event)
    } catch (e) {
      throw new LogError(`${nameOf(event)}: ${(e as Error).message}`)
    }
  }
  requireNotRemoved(registry, logs)
  if (next.changes > 0 && next.firstVersion === undefined) {
    notes.push(
      'no version of the eligibility rules is in the logs, and a deployment sets one before all else: first balances and counts of ' +
        'operators were not compared',
    )
  }
  const { uncompared } = checks
  if (uncompared.length > 0)
    notes.push(
      `a registry does not keep ${uncompared.join(' and ')}: what it had and the logs say was not compared`,
    )
  const first = events[0]
  if (position && old.length === 0 && first && first.blockNumber > BigInt(position.blockNumber)) {
    notes.push(
      `the registry ends in block ${position.blockNumber}, and the logs begin in block ${first.blockNumber}: it is taken that ` +
        'nothing happened between',
    )
  }
  return { registry: next, applied: events.length - old.length, known: old.length, notes }
}

/** Events up to the registry's position: it has each of their changes, and no other between them. */
function requireKnown(registry: NodeRegistry, events: readonly RegistryEvent[], checks: ChangeChecks): void {
  const walk = registry.walk()
  for (const event of events) {
    const position = { blockNumber: Number(event.blockNumber), logIndex: event.logIndex }
    const objection = registry.objection(event) ?? checks.objection(walk(position), event)
    if (objection) throw new LogError(`${nameOf(event)} contradicts the registry: ${objection}`)
  }
  requireAll(registry, events)
}

/**
 * LogError for a change of the registry that the logs should have: from the first of its kind to the last log
 * of its contract. A kind that the logs do not have at all was not asked for.
 */
function requireAll(registry: NodeRegistry, events: readonly RegistryEvent[]): void {
  const changes = events.filter((event) => changeOf(event) !== undefined)
  const first = new Map<string, RegistryEvent>()
  for (const event of changes) if (!first.has(event.eventName)) first.set(event.eventName, event)
  const last = new Map<string | undefined, RegistryEvent>()
  for (const event of events) last.set(eventNamed(event.eventName)?.contract, event)
  const there = new Set(changes.map(positionText))
  for (const [name, from] of first) {
    const contract = eventNamed(name)?.contract
    for (const each of registry.changesBetween(from, last.get(contract)!)) {
      if (each.eventName !== name || there.has(positionText(each))) continue
      throw new LogError(
        `the registry has ${nameOf(each)}, and the logs of the ${contract}, which begin before it and end after it, do not: one of ` +
          'the two is not complete',
      )
    }
  }
}

/** Logs that were removed, and that the registry has. */
function requireNotRemoved(
  registry: NodeRegistry,
  { events, removed }: Pick<Logs, 'events' | 'removed'>,
): void {
  if (removed.length === 0) return
  const there = new Set(events.map(positionText))
  for (const event of removed) {
    if (there.has(positionText(event)) || !registry.hasChange(event)) continue
    throw new LogError(
      `${nameOf(event)} was removed from the chain, and the registry has it: replay the logs from before block ${event.blockNumber}`,
    )
  }
}

const originNames = {
  chainId: 'chain',
  ciphernodeRegistry: 'ciphernode registry',
  bondingRegistry: 'bonding registry',
}

/** Whose events both are. A registry that does not say it is taken to be of the logs' contracts. */
function originOf(
  registry: NodeRegistry,
  logs: Partial<Pick<Logs, 'contracts' | 'chainId'>>,
  notes: string[],
): Origin {
  const { contracts: named, chainId } = given(logs)
  const contracts = given(named)
  const known = given(registry.origin)
  const said = given<Origin>({
    ...(chainId !== undefined && { chainId }),
    ...(contracts.ciphernodeRegistry && { ciphernodeRegistry: contracts.ciphernodeRegistry[0]! }),
    ...(contracts.bondingRegistry && { bondingRegistry: contracts.bondingRegistry[0]! }),
  })
  const untold: string[] = []
  for (const name of ['chainId', 'ciphernodeRegistry', 'bondingRegistry'] as const) {
    const [one, other] = [known[name], said[name]]
    if (one === undefined && other !== undefined) untold.push(originNames[name])
    if (one === undefined || other === undefined || one === other) continue
    throw new LogError(`the registry is of the ${originNames[name]} ${one}, and the logs are of ${other}`)
  }
  if (registry.position && untold.length > 0)
    notes.push(
      `the registry does not say its ${untold.join(' and ')}: it is taken that the logs are of the same`,
    )
  return { ...said, ...known }
}

function positionText({ blockNumber, logIndex }: { blockNumber: bigint; logIndex: number }): string {
  return `${blockNumber}:${logIndex}`
}

function isAfter(
  { blockNumber, logIndex }: RegistryEvent,
  position: { blockNumber: number; logIndex: number },
): boolean {
  const last = BigInt(position.blockNumber)
  return blockNumber > last || (blockNumber === last && logIndex > position.logIndex)
}

export function nameOf({
  eventName,
  blockNumber,
  logIndex,
}: Pick<RegistryEvent, 'eventName' | 'blockNumber' | 'logIndex'>): string {
  return `${eventName} at block ${blockNumber}, log ${logIndex}`
}
