// The reader of logs: files and answers of nodes into the events of one registry, or an error that names the
// log at fault.
//
// What it takes, each alone or mixed, in any order, in any number of files:
//
//     [ { address, topics, data, blockNumber, logIndex, … } ]            raw: eth_getLogs, Etherscan, receipts
//     [ { eventName, args, blockNumber, logIndex, … } ]                  decoded: viem
//     { logs, events, blocks: [ { number, hash, timestamp } ], contracts, chainId, thresholds: { e3Id: [H, N] } }
//     { jsonrpc, id, result }, a list of these, one a line               JSON-RPC: logs, blocks, receipts, subscriptions
//
// Nothing is read on trust: what is malformed is refused, and so is what contradicts itself. It cannot see
// what is not there.
import { encoder, given, isBytes, viewBytes } from '../core.js'
import { type ContractName, contractNames, digitsOf, integer } from './decode.js'
import { type RegistryEvent } from './events.js'
import { deepest, JsonError, type JsonPath, JsonReader, pathText } from './json.js'
import {
  isLog,
  isPending,
  LogError,
  type LogEntry,
  optionalHash,
  readEntry,
  sameContent,
  secondsOf,
  wholeNumber,
} from './log-entry.js'
import { type BlockFacts, combineLogs } from './log-set.js'
import { type Address, type Hex, plain, show } from './values.js'

export { LogError } from './log-entry.js'

/** Logs of one registry, checked, in the order of the chain. */
export interface Logs {
  /** Every event of `sortitionAbi` of these contracts, once. */
  readonly events: readonly RegistryEvent[]
  /** Events that were taken back, as their blocks left the chain. */
  readonly removed: readonly Omit<RegistryEvent, 'timestamp'>[]
  /** Hashes of blocks by number, as far as they are known. */
  readonly blockHashes: ReadonlyMap<number, Hex>
  /** The latest block whose time is known. */
  readonly latest: { readonly blockNumber: number; readonly timestamp: number } | undefined
  /** Whose logs these are; of providers of random words there may be several. */
  readonly contracts: Readonly<Partial<Record<ContractName, readonly Address[]>>>
  /** Of the chain, where the logs or their files say it. */
  readonly chainId: bigint | undefined
  /** `[H, N]` by e3Id, as files say it. */
  readonly thresholds: ReadonlyMap<bigint, Threshold>
  /** How many logs there were, by what became of them. */
  readonly counts: LogCounts
  /** What was passed over, and what cannot be known: sentences without a full stop. */
  readonly notes: readonly string[]
}

/** `[H, N]`: how many members must stay, and how many a committee has. */
export type Threshold = readonly [number, number]

/** How many logs there were, and what became of them. */
export interface LogCounts {
  /** All entries. */
  logs: number
  /** Events of the contracts. */
  events: number
  /** Copies of logs that were there already. */
  copies: number
  /** Logs that were removed from the chain, with their copies. */
  removed: number
  /** Logs without a position yet. */
  pending: number
  /** Logs of other contracts, or of other events. */
  others: number
}

/** What a reader of logs is told beside them. */
export interface LogOptions {
  /** Addresses of the contracts, where files do not name them and several contracts emit such events. */
  contracts?: Partial<Record<ContractName, string>>
}

/** A file or an answer: JSON as bytes, as text, or parsed already. */
export interface LogInput {
  /** For messages. */
  name: string
  /** A Uint8Array, a string, or what JSON.parse gives. */
  content: unknown
}

/**
 * Reads logs that are in memory: `LogReader` reads streams. LogError names the input, the position in it, and
 * what is wrong. O(bytes + logs · log logs).
 */
export function readLogs(inputs: Iterable<LogInput>, options: LogOptions = {}): Logs {
  const reader = new LogReader(options)
  for (const { name, content } of inputs) reader.add(name, content)
  return reader.finish()
}

/**
 * How many different logs may be at one position, and descriptions of one block be there: reorganisations
 * make some.
 */
const mostVersions = 64

/** Names of members whose value is a list of logs, blocks or answers. */
const lists = ['logs', 'events', 'blocks', 'result']

type Fields = Record<string, unknown>

const uncloneable = Symbol('a LogReader: send the logs, and read them there')

/** Where logs are collected until all of them are there. */
export class LogReader {
  /** @internal What tools refuse to clone. */
  readonly uncloneable: symbol = uncloneable
  readonly #entries = new Map<number, Map<number, LogEntry[]>>()
  readonly #blocks = new Map<number, BlockFacts[]>()
  readonly #contracts = new Map<ContractName, { address: Address; where: string }>()
  readonly #counts: LogCounts = { logs: 0, events: 0, copies: 0, removed: 0, pending: 0, others: 0 }
  readonly #thresholds = new Map<bigint, Threshold>()
  /** How many inputs there were, and the number of the one that is read. */
  #inputs = 0
  #input = 0
  #chainId: { id: bigint; where: string } | undefined
  /** How many elements the one that is read is in. */
  #depth = 0

  constructor(options: LogOptions = {}) {
    const contracts = given(given(options).contracts)
    for (const name of contractNames) {
      const address = contracts[name]
      if (address !== undefined) this.#addContract(name, address, 'the options')
    }
  }

  /** What consoles and tools call it. */
  get [Symbol.toStringTag](): string {
    return 'LogReader'
  }

  /** Adds one input that is in memory. */
  add(name: string, content: unknown): void {
    this.#input = ++this.#inputs
    if (typeof content === 'string') content = encoder.encode(content)
    if (isBytes(content)) {
      const stream = this.open(name)
      stream.write(content)
      stream.end()
    } else if (Array.isArray(content)) {
      content.forEach((each, i) => this.#element(each, named(name, pathText([1, i]))))
    } else this.#element(content, plain(name))
  }

  /** Adds one input that comes in pieces: of any size, JSON or JSON after JSON, as in NDJSON. */
  open(name: string): { write(chunk: Uint8Array): void; end(): void } {
    const input = ++this.#inputs
    const onElement = (value: unknown, path: JsonPath, handedOver: readonly string[]) => {
      this.#input = input
      this.#element(value, named(name, pathText(path)), handedOver)
    }
    const json = new JsonReader(lists, onElement)
    const guarded = (step: () => void) => {
      try {
        step()
      } catch (e) {
        if (e instanceof JsonError) throw new LogError(`${plain(name)} is not JSON: ${e.message}`)
        throw e
      }
    }
    const bytes = (chunk: Uint8Array) => viewBytes(chunk, `a piece of ${plain(name)}`)
    return { write: (chunk) => guarded(() => json.write(bytes(chunk))), end: () => guarded(() => json.end()) }
  }

  /**
   * Whatever an element is: a log, a block, an answer, or a file's object.
   *
   * @param handedOver its lists that had elements, which were read before it and are empty in it
   */
  #element(value: unknown, where: string, handedOver: readonly string[] = []): void {
    if (this.#depth === deepest)
      throw new LogError(`${where.slice(0, 80)}… is nested more than ${deepest} deep`)
    ++this.#depth
    try {
      this.#content(value, where, handedOver)
    } finally {
      --this.#depth
    }
  }

  #content(value: unknown, where: string, handedOver: readonly string[]): void {
    if (value === null || typeof value !== 'object' || Array.isArray(value))
      throw new LogError(`${where} is neither a log nor a block, but ${show(value)}`)
    const fields = given(value as Fields)
    if (isLog(fields)) return this.#addLog(fields, where)
    if (fields.error != null)
      throw new LogError(`${where} is an error, and not logs: ${messageOf(fields.error)}`)
    if (fields.method === 'eth_subscription')
      return this.#element(given(fields.params as Fields | undefined).result, where)
    if ('number' in fields && 'timestamp' in fields) return this.#addBlock(fields, where)
    if (![...lists, 'contracts', 'thresholds'].some((name) => name in fields))
      throw new LogError(`${where} has no logs, and no blocks`)
    requireSuccess(fields, handedOver, where)
    for (const name of lists) if (name in fields) this.#addList(fields[name], name, where)
    if (fields.contracts != null) this.#addContracts(fields.contracts, where)
    if (fields.chainId != null) this.#addChainId(fields.chainId, where)
    if (fields.thresholds != null) this.#addThresholds(fields.thresholds, where)
  }

  #addList(value: unknown, name: string, where: string): void {
    if (Array.isArray(value)) {
      value.forEach((each, i) => this.#element(each, `${where}, ${pathText([1, name, i])}`))
      return
    }
    if (name !== 'result') throw new LogError(`${where}: ${name} must be a list, got ${show(value)}`)
    if (value === null || value === undefined) throw new LogError(`${where} has no result`)
    // Etherscan says in words why there are none.
    if (typeof value === 'string') throw new LogError(`${where} is an error, and not logs: ${show(value)}`)
    this.#element(value, where)
  }

  #addContracts(value: unknown, where: string): void {
    if (typeof value !== 'object' || Array.isArray(value))
      throw new LogError(`${where}: contracts must be an object, got ${show(value)}`)
    const contracts = given(value as Fields)
    for (const name of contractNames) {
      const address = contracts[name]
      if (address != null) this.#addContract(name, address, where)
    }
  }

  #addContract(name: ContractName, address: unknown, where: string): void {
    const text = digitsOf(address, 40)
    if (text === undefined)
      throw new LogError(`${where}: the contract ${name} must be an address, got ${show(address)}`)
    const known = this.#contracts.get(name)
    if (known && known.address !== text)
      throw new LogError(
        `the contract ${name} is ${text} in ${where}, and ${known.address} in ${known.where}`,
      )
    this.#contracts.set(name, { address: text, where })
  }

  #addChainId(value: unknown, where: string): void {
    const id = BigInt(wholeNumber(value, 'chainId', where))
    if (this.#chainId && this.#chainId.id !== id)
      throw new LogError(
        `${where} is of chain ${id}, and ${this.#chainId.where} of chain ${this.#chainId.id}`,
      )
    this.#chainId = { id, where }
  }

  #addThresholds(value: unknown, where: string): void {
    if (typeof value !== 'object' || Array.isArray(value))
      throw new LogError(`${where}: thresholds must be an object, got ${show(value)}`)
    for (const [name, pair] of Object.entries(value!)) {
      const subject = `${where}: thresholds of ${plain(name)}`
      const e3Id = integer(name)
      if (e3Id === undefined || e3Id < 0n) throw new LogError(`${subject}: it must be an e3Id`)
      if (!Array.isArray(pair) || pair.length !== 2)
        throw new LogError(`${subject} must be [H, N], got ${show(pair)}`)
      const [h, n] = [wholeNumber(pair[0], 'H', subject), wholeNumber(pair[1], 'N', subject)]
      const known = this.#thresholds.get(e3Id)
      if (known && (known[0] !== h || known[1] !== n))
        throw new LogError(`${subject} are [${h}, ${n}], and elsewhere [${known.join(', ')}]`)
      this.#thresholds.set(e3Id, [h, n])
    }
  }

  #addBlock(block: Fields, where: string): void {
    if (block.number === null || block.number === 'pending') return
    const number = wholeNumber(block.number, 'number', where)
    this.#addFacts(number, {
      where,
      hash: optionalHash(block.hash, 'hash', where),
      time: secondsOf(block.timestamp, 'timestamp', where),
      parent: optionalHash(block.parentHash, 'parentHash', where),
      source: 'block',
    })
  }

  #addFacts(block: number, facts: BlockFacts): void {
    const known = this.#blocks.get(block)
    if (!known) this.#blocks.set(block, [facts])
    else if (!known.some((each) => sameFacts(each, facts))) {
      if (known.length === mostVersions)
        throw new LogError(`${facts.where}: block ${block} is described in ${mostVersions} other ways`)
      known.push(facts)
    }
  }

  #addLog(log: Fields, where: string): void {
    ++this.#counts.logs
    if (log.chainId != null) this.#addChainId(log.chainId, where)
    if (isPending(log, where)) {
      ++this.#counts.pending
      return
    }
    const entry = readEntry(log, where, this.#input)
    const { blockNumber, logIndex, blockHash: hash, time, removed } = entry
    if (hash !== undefined || time !== undefined)
      this.#addFacts(blockNumber, {
        where,
        hash,
        time,
        parent: undefined,
        source: removed ? 'removed log' : 'log',
      })
    let block = this.#entries.get(blockNumber)
    if (!block) this.#entries.set(blockNumber, (block = new Map<number, LogEntry[]>()))
    const there = block.get(logIndex)
    if (there && !removed) requireNotRemovedBefore(there, entry)
    if (!there) block.set(logIndex, [entry])
    else if (!this.#mergeInto(there, entry)) {
      if (there.length === mostVersions)
        throw new LogError(`${where}: there are ${mostVersions} other logs at its position`)
      there.push(entry)
    }
  }

  /** A copy of a log that is there already says nothing new, or fills in what the first did not say. */
  #mergeInto(there: readonly LogEntry[], entry: LogEntry): boolean {
    const same = there.find(
      (each) =>
        each.removed === entry.removed && each.blockHash === entry.blockHash && sameContent(each, entry),
    )
    if (!same) return false
    same.input = entry.input
    same.address ??= entry.address
    same.transactionHash ??= entry.transactionHash
    same.transactionIndex ??= entry.transactionIndex
    ++this.#counts.copies
    return true
  }

  /**
   * All that was added, put together. LogError for what contradicts itself, and for inputs without a log of
   * the contracts.
   */
  finish(): Logs {
    const combined = combineLogs(this.#entries, this.#blocks, this.#contracts, this.#counts)
    return { ...combined, chainId: this.#chainId?.id, thresholds: this.#thresholds, counts: this.#counts }
  }
}

function named(name: string, path: string): string {
  return path === '' ? plain(name) : `${plain(name)}: ${path}`
}

/** Etherscan answers status 0 with what it has; a transaction that failed has no logs. */
function requireSuccess(fields: Fields, handedOver: readonly string[], where: string): void {
  const { status, message, result, logs } = fields
  if (status !== '0' && status !== '0x0' && status !== 0) return
  const some = handedOver.length > 0 || [result, logs].some((list) => Array.isArray(list) && list.length > 0)
  if (some)
    throw new LogError(`${where} has logs, and the status ${show(status)}: ${show(message ?? 'failed')}`)
}

/**
 * LogError for a log that one input has before its removal and again behind it: which of the two came last is
 * not known.
 */
function requireNotRemovedBefore(there: readonly LogEntry[], entry: LogEntry): void {
  const copies = there.filter(
    ({ input, blockHash }) => input === entry.input && blockHash === entry.blockHash,
  )
  const removed = copies.findIndex((each) => each.removed && sameContent(each, entry))
  if (!copies.slice(0, Math.max(0, removed)).some((each) => !each.removed && sameContent(each, entry))) return
  throw new LogError(
    `${entry.where} was removed from the chain, in ${copies[removed]!.where}, and is there again behind that: whether it was taken back cannot be told`,
  )
}

function sameFacts(a: BlockFacts, b: BlockFacts): boolean {
  return a.hash === b.hash && a.time === b.time && a.parent === b.parent && a.source === b.source
}

/** What a node says went wrong. */
function messageOf(error: unknown): string {
  const message = typeof error === 'object' ? given(error as Fields).message : undefined
  return show(message ?? error)
}
