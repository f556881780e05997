// The logs of the recorded run in the forms that the reader of logs takes, and events as text.
import { type LogInput, readLogs, type RegistryEvent } from 'hamt-wasm/sortition'
import { decode, type RawLog, run } from './chain.js'

export const withText = (v: unknown) =>
  JSON.stringify(v, (_, x: unknown) => (typeof x === 'bigint' ? `${x}` : x))
export const input = (content: unknown, name = 'logs.json'): LogInput => ({
  name,
  content: typeof content === 'string' ? content : withText(content),
})
export const read = (...contents: unknown[]) =>
  readLogs(contents.map((content, i) => input(content, `${i}.json`)))

/**
 * Events as text: addresses in lower case, members in one order, whose contract and transaction it is left
 * out.
 */
export function text(events: readonly RegistryEvent[]): string {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted)
    if (typeof value === 'bigint') return `${value}n`
    if (typeof value === 'string') return value.startsWith('0x') ? value.toLowerCase() : value
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([k, v]) => [k, sorted(v)]),
    )
  }
  return events
    .map(({ address: _, transactionHash: __, transactionIndex: ___, ...event }) =>
      JSON.stringify(sorted(event)),
    )
    .join('\n')
}
export const events = decode()
export const expected = text(events)
export const times = new Map(run.blocks.map((b) => [b.number, b.timestamp]))
export const timeOf = (log: { blockNumber: string }) => times.get(Number(log.blockNumber))!
export const hexadecimal = (n: number) => `0x${n.toString(16)}`
export const timed = run.logs.map((log) => ({ ...log, blockTimestamp: hexadecimal(timeOf(log)) }))
export const { contracts } = run
export const isOurs = (log: RawLog) =>
  events.some((e) => Number(e.blockNumber) === Number(log.blockNumber) && e.logIndex === Number(log.logIndex))
export const ours = timed.filter(isOurs)
export const decoded = JSON.parse(withText(events)) as {
  eventName: string
  args: Record<string, unknown>
  blockNumber: string
  logIndex: number
  timestamp: string
}[]
export const submission = ours.find((log) => log.topics[0].startsWith('0x52999628'))!
