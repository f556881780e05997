// One log as JSON has it, raw or decoded, checked: its position, its block, and what it says.
import { given } from '../core.js'
import {
  type ContractName,
  decodeLog,
  DecodeError,
  digitsOf,
  eventNamed,
  type EventItem,
  eventsWithTopic,
  integer,
  readArgs,
} from './decode.js'
import { type Address, type Hex, show } from './values.js'

/**
 * Evidence that cannot be used: malformed, contradictory, or none. The message names the position and what is
 * wrong.
 */
export class LogError extends Error {
  /** `LogError` */
  override readonly name = 'LogError'
}

/** A log that one of the contracts may have emitted, or any other: then it has no candidates. */
export interface LogEntry {
  readonly where: string
  readonly blockNumber: number
  readonly logIndex: number
  readonly removed: boolean
  /** The number of the input that said it last. */
  input: number
  blockHash: Hex | undefined
  time: number | undefined
  address: Address | undefined
  transactionHash: Hex | undefined
  transactionIndex: number | undefined
  /** The events that it may be, one a contract. */
  readonly candidates: readonly { contract: ContractName; item: EventItem }[]
  /** Of a decoded log. */
  args: Record<string, unknown> | undefined
  /** Of a raw log with candidates. */
  topics: readonly string[] | undefined
  data: string | undefined
  /** What a log without candidates says, for comparison with its copies. */
  readonly print: string | undefined
  /** What it says as the event of a contract, once that was compared. */
  text: { contract: ContractName; value: string } | undefined
}

/** The print of a decoded log of another event: its copies may be raw, and cannot be compared. */
const undecoded = 'decoded'

type Fields = Record<string, unknown>

/** Nodes say blockTimestamp, Etherscan timeStamp, this package timestamp. */
const timeNames = ['blockTimestamp', 'timeStamp', 'timestamp']

/** Block times from here on are no seconds of this millennium, but milliseconds since 1973. */
const firstMillisecond = 1e11

export function isLog(value: Fields): boolean {
  return 'topics' in value || 'eventName' in value
}

/** A pending log has no position yet, and no block. LogError for one that has part of them. */
export function isPending(log: Fields, where: string): boolean {
  const { blockNumber, blockHash, logIndex = log.index } = log
  if (blockNumber !== null && logIndex !== null && blockNumber !== 'pending') return false
  for (const name of ['blockNumber', 'blockHash', 'transactionIndex', 'logIndex', 'index']) {
    if (log[name] == null || (name === 'blockNumber' && blockNumber === 'pending')) continue
    if (name === 'blockHash' && /^0x0+$/.test(String(blockHash))) continue
    throw new LogError(`${where} is said to be pending, and has a ${name}`)
  }
  return true
}

/** LogError names the member that is malformed, or the two that differ. */
export function readEntry(log: Fields, where: string, input: number): LogEntry {
  const { address, eventName, removed, transactionHash, transactionIndex } = log
  if (removed !== undefined && removed !== null && typeof removed !== 'boolean')
    throw new LogError(`${where}: removed must be true or false, got ${show(removed)}`)
  const position = {
    where,
    blockNumber: wholeNumber(log.blockNumber, 'blockNumber', where),
    logIndex: logIndexOf(log, where),
    removed: removed === true,
    input,
    text: undefined,
    blockHash: optionalHash(log.blockHash, 'blockHash', where),
    time: timeOf(log, where),
    address: addressOf(address, where),
    transactionHash: optionalHash(transactionHash, 'transactionHash', where),
    transactionIndex:
      transactionIndex == null ? undefined : indexOf(transactionIndex, 'transactionIndex', where),
  }
  const raw = rawParts(log, where)
  if (eventName !== undefined && eventName !== null)
    return { ...position, ...decodedParts(log, raw, where), topics: undefined, data: undefined }
  if (!raw) throw new LogError(`${where} is neither a raw log nor a decoded one`)
  if (!position.address) throw new LogError(`${where}: a raw log needs its address`)
  const candidates = eventsWithTopic(raw.topics[0] ?? '')
  const known = candidates.length > 0
  return {
    ...position,
    candidates,
    args: undefined,
    topics: known ? raw.topics : undefined,
    data: known ? raw.data : undefined,
    print: known ? undefined : fingerprint(raw.topics, raw.data),
  }
}

function rawParts({ topics, data }: Fields, where: string): { topics: string[]; data: string } | undefined {
  if (topics == null && data == null) return undefined
  if (!Array.isArray(topics) || topics.length > 4)
    throw new LogError(`${where}: topics must be a list of at most 4, got ${show(topics)}`)
  const read = topics.map((topic, i) => {
    const text = digitsOf(topic, 64)
    if (text === undefined)
      throw new LogError(`${where}: topics[${i}] must be 0x and 64 hexadecimal digits, got ${show(topic)}`)
    return text
  })
  if (typeof data !== 'string' || data.length % 2 !== 0 || !/^0x[0-9a-f]*$/i.test(data))
    throw new LogError(`${where}: data must be 0x and pairs of hexadecimal digits, got ${show(data)}`)
  return { topics: read, data: data.toLowerCase() }
}

/** What a decoded log says; what it also says as topics and data must be the same. */
function decodedParts(
  { eventName, args }: Fields,
  raw: { topics: string[]; data: string } | undefined,
  where: string,
): Pick<LogEntry, 'candidates' | 'args' | 'print'> {
  if (typeof eventName !== 'string')
    throw new LogError(`${where}: eventName must be text, got ${show(eventName)}`)
  const event = eventNamed(eventName)
  if (!event) {
    const [other] = raw ? eventsWithTopic(raw.topics[0] ?? '') : []
    if (other)
      throw new LogError(`${where}: its topics are those of ${other.item.name}, not of ${show(eventName)}`)
    return { candidates: [], args: undefined, print: undecoded }
  }
  if (args === null || typeof args !== 'object' || Array.isArray(args))
    throw new LogError(`${where}: the args of ${eventName} must be an object, got ${show(args)}`)
  const read = placed(where, () => readArgs(event.item, given(args as Fields)))
  if (raw) {
    if (!eventsWithTopic(raw.topics[0] ?? '').some(({ item }) => item === event.item))
      throw new LogError(`${where}: its topics are not those of ${eventName}`)
    const decoded = placed(where, () => decodeLog(event.item, raw.topics, raw.data))
    for (const { name } of event.item.inputs) {
      if (textOf(decoded[name]) === textOf(read[name])) continue
      throw new LogError(`${where}: ${eventName}.${name} is not the same in args as in topics and data`)
    }
  }
  return { candidates: [event], args: read, print: undefined }
}

/**
 * The arguments of a log as the event of a contract; LogError where they do not fit, undefined for none of
 * its events.
 */
export function argsAs(
  entry: LogEntry,
  contract: ContractName,
): { eventName: string; args: Fields } | undefined {
  const event = entry.candidates.find((each) => each.contract === contract)
  if (!event) return undefined
  const args = entry.args ?? placed(entry.where, () => decodeLog(event.item, entry.topics!, entry.data!))
  return { eventName: event.item.name, args }
}

/** Whether two logs at one position say the same. */
export function sameContent(a: LogEntry, b: LogEntry): boolean {
  if (a.address && b.address && a.address !== b.address) return false
  if (a.transactionHash && b.transactionHash && a.transactionHash !== b.transactionHash) return false
  const [i, j] = [a.transactionIndex, b.transactionIndex]
  if (i !== undefined && j !== undefined && i !== j) return false
  if (a.print !== undefined || b.print !== undefined) {
    const foreign = a.print !== undefined && b.print !== undefined
    return foreign && (a.print === b.print || a.print === undecoded || b.print === undecoded)
  }
  if (a.topics && b.topics) return a.data === b.data && a.topics.join() === b.topics.join()
  const { contract } = (a.args ? a : b).candidates[0]!
  return contentText(a, contract) === contentText(b, contract)
}

/** What a log says as the event of a contract, as text; kept, as a log may have many copies. */
function contentText(entry: LogEntry, contract: ContractName): string {
  if (entry.text?.contract !== contract) entry.text = { contract, value: textOf(argsAs(entry, contract)) }
  return entry.text.value
}

function placed<T>(where: string, read: () => T): T {
  try {
    return read()
  } catch (e) {
    if (e instanceof DecodeError) throw new LogError(`${where}: ${e.message}`)
    throw e
  }
}

/** One text for equal values, in whatever order their members are. */
export function textOf(value: unknown): string {
  const inOrder = (_: string, v: unknown): unknown => {
    if (typeof v === 'bigint') return `${v}n`
    if (v === null || typeof v !== 'object' || Array.isArray(v)) return v
    return Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
  }
  return JSON.stringify(value, inOrder) ?? ''
}

/** 53 bits of what a log of another contract says, which is only compared with that of its copies. */
function fingerprint(topics: readonly string[], data: string): string {
  let [a, b] = [0xdeadbeef, 0x41c6ce57]
  for (const text of [...topics, data]) {
    for (let i = 0; i < text.length; ++i) {
      a = Math.imul(a ^ text.charCodeAt(i), 2654435761)
      b = Math.imul(b ^ text.charCodeAt(i), 1597334677)
    }
  }
  return `${a >>> 0}.${b >>> 0}.${data.length}`
}

// --- members -------------------------------------------------------------------------------------

/** A whole number from 0 to 2^53 - 1. */
export function wholeNumber(value: unknown, name: string, where: string): number {
  const n = integer(value)
  if (n !== undefined && n >= 0n && n <= Number.MAX_SAFE_INTEGER) return Number(n)
  if (typeof value === 'number' && value > Number.MAX_SAFE_INTEGER)
    throw new LogError(`${where}: ${name} is ${value}, which JSON cannot hold exactly: write it as text`)
  throw new LogError(`${where}: ${name} must be a whole number from 0 to 2^53 - 1, got ${show(value)}`)
}

/** Nodes say logIndex, ethers index; both must be the same. */
function logIndexOf({ logIndex, index }: Fields, where: string): number {
  const at = indexOf(logIndex === undefined ? index : logIndex, 'logIndex', where)
  if (index != null && indexOf(index, 'index', where) !== at)
    throw new LogError(
      `${where} has two places in its block, logIndex ${show(logIndex)} and index ${show(index)}`,
    )
  return at
}

/** Etherscan writes 0 as `0x`. */
function indexOf(value: unknown, name: string, where: string): number {
  return value === '0x' ? 0 : wholeNumber(value, name, where)
}

export function optionalHash(value: unknown, name: string, where: string): Hex | undefined {
  if (value == null) return undefined
  const text = digitsOf(value, 64)
  if (text === undefined)
    throw new LogError(`${where}: ${name} must be 0x and 64 hexadecimal digits, got ${show(value)}`)
  return text
}

function addressOf(value: unknown, where: string): Address | undefined {
  if (value == null) return undefined
  const text = digitsOf(value, 40)
  if (text === undefined)
    throw new LogError(`${where}: address must be 0x and 40 hexadecimal digits, got ${show(value)}`)
  return text
}

/** Seconds. */
export function secondsOf(value: unknown, name: string, where: string): number {
  const time = wholeNumber(value, name, where)
  if (time >= firstMillisecond)
    throw new LogError(`${where}: ${name} must be in seconds, got ${time}, which looks like milliseconds`)
  return time
}

function timeOf(log: Fields, where: string): number | undefined {
  let time: number | undefined
  for (const name of timeNames) {
    if (log[name] == null) continue
    const seconds = secondsOf(log[name], name, where)
    if (time !== undefined && time !== seconds)
      throw new LogError(`${where} has two times, ${time} and ${seconds}`)
    time = seconds
  }
  return time
}
