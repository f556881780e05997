// A registry and logs, read together.
import { Continuity } from './continuity.js'
import { changeOf, type RegistryEvent } from './events.js'
import { LogError, type Logs } from './logs.js'
import { type NodeRegistry } from './registry.js'

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
 * Reads a registry and logs together: events after its position are applied, those before it must be in it. LogError for an
 * event that the registry should have and does not, or has otherwise; nothing is applied then. O(events · log changes).
 *
 * @param onProgress is told how many events were looked at, now and then
 */
export function applyLogs(
  registry: NodeRegistry,
  logs: Pick<Logs, 'events' | 'removed'>,
  onProgress?: (done: number, of: number) => void,
): Continued {
  const { position } = registry
  const { events } = logs
  /** Those known that change something. */
  const changes: RegistryEvent[] = []
  let known = 0
  let next = registry
  const continuity = new Continuity(registry)
  events.forEach((event, i) => {
    if (onProgress && i % 5000 === 0) onProgress(i, events.length)
    if (position && !isAfter(event, position)) {
      const objection = registry.objection(event)
      if (objection) throw new LogError(`${nameOf(event)} contradicts the registry: ${objection}`)
      ++known
      if (changeOf(event)) changes.push(event)
      return
    }
    try {
      next = next.apply(event)
      continuity.add(event)
    } catch (e) {
      if (e instanceof LogError) throw e
      throw new LogError(`${nameOf(event)}: ${(e as Error).message}`)
    }
  })
  const there = new Set(events.map(({ blockNumber, logIndex }) => `${blockNumber}:${logIndex}`))
  for (const event of logs.removed) {
    if (there.has(`${event.blockNumber}:${event.logIndex}`) || !registry.hasChange(event)) continue
    throw new LogError(
      `${nameOf(event)} was removed from the chain, and the registry has it: replay the logs from before block ${event.blockNumber}`,
    )
  }
  const applied = events.length - known
  const notes: string[] = continuity.notes()
  const first = events[0]
  if (position && known === 0 && first && first.blockNumber > BigInt(position.blockNumber)) {
    notes.push(
      `the registry ends in block ${position.blockNumber}, and the logs begin in block ${first.blockNumber}: it is taken that ` +
        'nothing happened between',
    )
  }
  requireAll(registry, changes)
  if (position && events.length > 0 && changes.length === 0)
    notes.push(
      'the registry and the logs have no change in common: it is taken that they are of the same contracts and chain',
    )
  return { registry: next, applied, known, notes }
}

/**
 * LogError when the registry has more changes of a kind than the logs, from the first of them in the logs to the last: both
 * cannot be complete. A kind that the logs do not have at all was not asked for.
 */
function requireAll(registry: NodeRegistry, changes: readonly RegistryEvent[]): void {
  const byName = new Map<string, RegistryEvent[]>()
  for (const event of changes) {
    const same = byName.get(event.eventName)
    if (same) same.push(event)
    else byName.set(event.eventName, [event])
  }
  for (const [name, events] of byName) {
    const more = registry.changesBetween(name, placeOf(events[0]!), placeOf(events.at(-1)!)) - events.length
    if (more === 0) continue
    throw new LogError(
      `the registry has ${more} ${name} more than the logs, from ${nameOf(events[0]!)} to ${nameOf(events.at(-1)!)}: the logs are ` +
        'not complete, or the registry is of others',
    )
  }
}

function placeOf({ blockNumber, logIndex }: RegistryEvent): { blockNumber: number; logIndex: number } {
  return { blockNumber: Number(blockNumber), logIndex }
}

function isAfter(
  { blockNumber, logIndex }: RegistryEvent,
  position: { blockNumber: number; logIndex: number },
): boolean {
  const last = BigInt(position.blockNumber)
  return blockNumber > last || (blockNumber === last && logIndex > position.logIndex)
}

export function nameOf({ eventName, blockNumber, logIndex }: Omit<RegistryEvent, 'timestamp'>): string {
  return `${eventName} at block ${blockNumber}, log ${logIndex}`
}
