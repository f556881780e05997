// A registry and logs, read together.
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
    } catch (e) {
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
  const notes: string[] = []
  const first = events[0]
  if (position && known === 0 && first && first.blockNumber > BigInt(position.blockNumber)) {
    notes.push(
      `the registry ends in block ${position.blockNumber}, and the logs begin in block ${first.blockNumber}: it is taken that ` +
        'nothing happened between',
    )
  }
  const more =
    changes.length > 0 ? registry.changesBetween(...rangeOf(changes[0]!, events)) - changes.length : 0
  if (more > 0) {
    notes.push(
      `the registry has ${more} change${more === 1 ? '' : 's'} between the first and the last of the logs that the logs do not have`,
    )
  }
  return { registry: next, applied, known, notes }
}

function rangeOf(first: RegistryEvent, events: readonly RegistryEvent[]): [At, At] {
  const last = events.at(-1)!
  return [
    { blockNumber: Number(first.blockNumber), logIndex: first.logIndex },
    { blockNumber: Number(last.blockNumber), logIndex: last.logIndex },
  ]
}
type At = { blockNumber: number; logIndex: number }

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
