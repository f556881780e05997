// Logs from JSON: raw ones as eth_getLogs gives them, with the times of their blocks, or events that are decoded already.
//
//     [ { address, topics, data, blockNumber, logIndex, blockTimestamp } ]           raw, each with its time
//     { logs: [...], blocks: [ { number, hash, timestamp } ], contracts? }           raw, times beside them
//     [ { eventName, args, blockNumber, logIndex, timestamp } ]                      decoded
//
// Numbers may be JSON numbers, decimal text or 0x text. Several files are put together; a log that is in two is taken once.
import {
  contractNames,
  type ContractName,
  decodeLog,
  eventsWithTopic,
  sortitionAbi,
  type RegistryEvent,
} from '../sortition/index.js'
import { UnusableInput } from './command.js'
import { nameOf, readJson } from './files.js'

export interface Logs {
  /** In the order of the chain. */
  events: RegistryEvent[]
  /** Hashes of the blocks that were mentioned, by number. */
  hashes: Map<bigint, `0x${string}`>
}

/** Addresses of the contracts, lower case; found out from the logs where not given. */
export type Contracts = Partial<Record<ContractName, string>>

interface RawLog {
  address: string
  topics: string[]
  data: string
  blockNumber: bigint
  logIndex: number
  timestamp: bigint | undefined
}

/** Reads and puts together the logs of several files. UnusableInput names the file and the log that cannot be read. */
export function readLogs(paths: string[], contracts: Contracts = {}): Logs {
  const hashes = new Map<bigint, `0x${string}`>()
  const times = new Map<bigint, bigint>()
  const raw: RawLog[] = []
  const events: RegistryEvent[] = []
  const named = { ...contracts }
  for (const path of paths) {
    const where = nameOf(path)
    const file = readJson(path)
    const { logs, blocks, contracts: inFile } = partsOf(file, where)
    for (const [i, block] of blocks.entries()) readBlock(block, `${where}: block ${i}`, hashes, times)
    for (const name of contractNames) {
      const address = inFile?.[name]
      if (typeof address === 'string') named[name] ??= address.toLowerCase()
    }
    for (const [i, entry] of logs.entries()) {
      const what = `${where}: entry ${i}`
      if (isObject(entry) && 'eventName' in entry) events.push(decodedEvent(entry, what))
      else if (isObject(entry) && Array.isArray(entry.topics)) {
        if (entry.removed === true) continue // by a reorganisation of the chain
        raw.push(rawLog(entry, what, hashes))
      } else throw new UnusableInput(`${what} is neither a log nor a decoded event`)
    }
  }
  if (raw.length > 0) events.push(...decode(raw, times, named))
  return { events: inOrder(events), hashes }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object'
}

function partsOf(
  file: unknown,
  where: string,
): { logs: unknown[]; blocks: unknown[]; contracts: Record<string, unknown> | undefined } {
  if (Array.isArray(file)) return { logs: file, blocks: [], contracts: undefined }
  if (isObject(file)) {
    // The answer of a JSON-RPC call is taken as it is.
    const logs = file.logs ?? file.events ?? file.result
    const blocks = file.blocks ?? []
    if (Array.isArray(logs) && Array.isArray(blocks)) {
      return { logs, blocks, contracts: isObject(file.contracts) ? file.contracts : undefined }
    }
  }
  throw new UnusableInput(`${where} has no logs: a list of logs is needed, or an object { logs, blocks }`)
}

/** A whole number from a JSON number, decimal text or 0x text. */
export function integer(value: unknown, what: string): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
  if (typeof value === 'string' && /^(-?\d+|0x[0-9a-fA-F]+)$/.test(value)) return BigInt(value)
  if (typeof value === 'number') {
    throw new UnusableInput(`${what} is ${value}, which JSON cannot hold exactly: write it as text`)
  }
  throw new UnusableInput(`${what} must be a whole number, got ${JSON.stringify(value) ?? 'nothing'}`)
}

function readBlock(
  block: unknown,
  what: string,
  hashes: Map<bigint, `0x${string}`>,
  times: Map<bigint, bigint>,
): void {
  if (!isObject(block)) throw new UnusableInput(`${what} is not { number, hash, timestamp }`)
  const number = integer(block.number, `${what}: number`)
  times.set(number, integer(block.timestamp, `${what}: timestamp`))
  if (typeof block.hash === 'string') hashes.set(number, block.hash as `0x${string}`)
}

function rawLog(entry: Record<string, unknown>, what: string, hashes: Map<bigint, `0x${string}`>): RawLog {
  const { address, topics, data, blockHash, blockTimestamp } = entry
  if (typeof address !== 'string' || typeof data !== 'string')
    throw new UnusableInput(`${what} has no address or no data`)
  const blockNumber = integer(entry.blockNumber, `${what}: blockNumber`)
  if (typeof blockHash === 'string') hashes.set(blockNumber, blockHash as `0x${string}`)
  return {
    address: address.toLowerCase(),
    topics: topics as string[],
    data,
    blockNumber,
    logIndex: Number(integer(entry.logIndex, `${what}: logIndex`)),
    timestamp: blockTimestamp == null ? undefined : integer(blockTimestamp, `${what}: blockTimestamp`),
  }
}

// --- decoding ------------------------------------------------------------------------------------

function decode(raw: RawLog[], times: Map<bigint, bigint>, named: Contracts): RegistryEvent[] {
  const addresses = new Map<string, ContractName>()
  for (const name of contractNames) {
    const address = named[name] ?? emitterOf(raw, name)
    if (address !== undefined) addresses.set(address, name)
  }
  return raw.flatMap((log): RegistryEvent[] => {
    const contract = addresses.get(log.address)
    const event = eventsOf(log).find((each) => each.contract === contract)
    if (!event) return []
    const { blockNumber, logIndex } = log
    const timestamp = log.timestamp ?? times.get(blockNumber)
    if (timestamp === undefined) {
      throw new UnusableInput(
        `no time is known of block ${blockNumber}: logs need a blockTimestamp, or blocks beside them`,
      )
    }
    try {
      const args = decodeLog(event.item, log.topics, log.data)
      return [{ eventName: event.item.name, args, blockNumber, logIndex, timestamp }]
    } catch (e) {
      throw new UnusableInput(
        `the log at block ${blockNumber}, log ${logIndex} cannot be decoded: ${(e as Error).message}`,
      )
    }
  })
}

function eventsOf({ topics }: RawLog) {
  return eventsWithTopic((topics[0] ?? '').toLowerCase(), topics.length)
}

/** The one contract that emits these events. */
function emitterOf(raw: RawLog[], name: ContractName): string | undefined {
  const is = (log: RawLog) => eventsOf(log).some((each) => each.contract === name)
  const emitters = [...new Set(raw.filter(is).map((log) => log.address))]
  if (emitters.length > 1 && (name === 'interfold' || name === 'randomnessProvider')) return undefined
  if (emitters.length > 1) {
    const option = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    throw new UnusableInput(
      `${emitters.length} contracts emit such events (${emitters.join(', ')}): say which, --${option} ADDRESS`,
    )
  }
  return emitters[0]
}

const inputsOf = new Map<unknown, readonly { readonly name: string; readonly type: string }[]>(
  sortitionAbi.map((event) => [event.name, event.inputs]),
)

/** An event that is decoded already: its numbers become bigints. */
function decodedEvent(entry: Record<string, unknown>, what: string): RegistryEvent {
  const inputs = inputsOf.get(entry.eventName)
  if (!inputs)
    throw new UnusableInput(`${what}: ${JSON.stringify(entry.eventName)} is not an event of sortitionAbi`)
  if (!isObject(entry.args)) throw new UnusableInput(`${what} has no args`)
  const args: Record<string, unknown> = {}
  for (const { name, type } of inputs) {
    const value = entry.args[name]
    if (value === undefined) continue // the registry says what it misses
    args[name] = argument(value, type, `${what}: ${name}`)
  }
  return {
    eventName: entry.eventName as string,
    args,
    blockNumber: integer(entry.blockNumber, `${what}: blockNumber`),
    logIndex: Number(integer(entry.logIndex, `${what}: logIndex`)),
    timestamp: integer(entry.timestamp, `${what}: timestamp`),
  }
}

function argument(value: unknown, type: string, what: string): unknown {
  const list = /^(.*)\[\d*\]$/.exec(type)
  if (list) {
    if (!Array.isArray(value)) throw new UnusableInput(`${what} must be a list`)
    return value.map((item, i) => argument(item, list[1]!, `${what}[${i}]`))
  }
  return /^u?int/.test(type) ? integer(value, what) : value
}

/** In the order of the chain; of logs at one place the first. */
function inOrder(events: RegistryEvent[]): RegistryEvent[] {
  const order = (a: RegistryEvent, b: RegistryEvent) =>
    a.blockNumber < b.blockNumber ? -1 : a.blockNumber > b.blockNumber ? 1 : a.logIndex - b.logIndex
  return events.sort(order).filter((e, i) => i === 0 || order(events[i - 1]!, e) !== 0)
}
