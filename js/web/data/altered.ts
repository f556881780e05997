// Logs of a request as text, and with arguments that were altered in the page.
import type { RegistryEvent } from '../../sortition/index.js'
import { eventNamed, readArgs } from '../../sortition/decode.js'
import { hex, plural, shortAddress, timeText } from '../format.js'
import type { LogRow, ShownLog } from '../protocol.js'

/** A log with what was altered about it; no event when it was left out. */
export interface AlteredLog {
  original: RegistryEvent
  event: RegistryEvent | undefined
  altered: LogRow['altered']
}

export function logKey({ blockNumber, logIndex }: RegistryEvent): string {
  return `${blockNumber}:${logIndex}`
}

/** DecodeError names the argument that does not have its type. */
export function alter(
  original: RegistryEvent,
  change: Record<string, string> | null | undefined,
): AlteredLog {
  if (change === undefined) return { original, event: original, altered: false }
  if (change === null) return { original, event: undefined, altered: 'left out' }
  const args = readArgs(eventNamed(original.eventName)!.item, fromText(original.eventName, change))
  return { original, event: { ...original, args }, altered: 'changed' }
}

export function logRow({ original, event = original, altered }: AlteredLog): LogRow {
  return {
    key: logKey(original),
    eventName: original.eventName,
    headline: headlineOf(event),
    altered,
  }
}

export function shownLog(log: AlteredLog): ShownLog {
  const { blockNumber, logIndex, timestamp, eventName, args } = log.event ?? log.original
  const values = args as Record<string, unknown>
  return {
    ...logRow(log),
    blockNumber,
    logIndex,
    timestamp,
    args: eventNamed(eventName)!.item.inputs.map(({ name }) => [name, toText(values[name], name)]),
  }
}

const mostNamed = 4

function headlineOf({ eventName, args, timestamp }: RegistryEvent): string {
  const { node, ticketId, committee, threshold, requestBlock, reason, thresholdRequired, operator, active } =
    args as {
      node: string
      ticketId: bigint
      committee: readonly string[]
      threshold: readonly number[]
      requestBlock: bigint
      reason: bigint
      thresholdRequired: bigint
      operator: string
      active: boolean
    }
  switch (eventName) {
    case 'TicketSubmitted':
      return `${shortAddress(node)}, ticket ${ticketId}`
    case 'SortitionCommitteeFinalized': {
      const more = committee.length - mostNamed
      return (
        committee.slice(0, mostNamed).map(shortAddress).join(', ') +
        (more > 0 ? ` and ${plural(more, 'other')}` : '')
      )
    }
    case 'CommitteeRequested':
      return `${plural(threshold[1]!, 'seat')}, at ${timeText(requestBlock)}`
    case 'CommitteeRandomnessRequested':
    case 'RandomnessFulfilled':
      return `at ${timeText(timestamp)}`
    case 'CommitteeFormationFailed':
      return `${thresholdRequired} were needed`
    case 'CommitteeObligationUpdated':
      return BigInt(operator) === 0n
        ? 'of the request'
        : `${shortAddress(operator)}, ${active ? 'seated' : 'unseated'}`
    case 'E3Failed':
      return `for reason ${reason}`
    default:
      return ''
  }
}

function toText(value: unknown, name: string): string {
  if (Array.isArray(value)) return value.map((each) => toText(each, name)).join('\n')
  // Scores and identifiers are hashes, not quantities.
  return typeof value === 'bigint' && /^(e3Id|scores?)$/.test(name) ? hex(value) : String(value)
}

function fromText(eventName: string, texts: Record<string, string>): Record<string, unknown> {
  const { inputs } = eventNamed(eventName)!.item
  return Object.fromEntries(
    inputs.map(({ name, type }) => {
      const text = (texts[name] ?? '').trim()
      return [name, type.endsWith(']') ? text.split(/[\s,]+/).filter((each) => each !== '') : text]
    }),
  )
}
