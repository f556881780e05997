// Files that somebody drops: registry files, and logs in JSON, raw or decoded, with or without the blocks they are from.
import type { Hex, RegistryEvent } from '../sortition/index.js'
import {
  contractNames as roles,
  type ContractName as Role,
  decodeLog,
  DecodeError,
  eventNamed,
  eventsWithTopic,
  integer,
  readArgs,
} from '../sortition/decode.js'

interface RawLog {
  topics: readonly string[]
  data: string
}
const eventOf = ({ topics }: RawLog) => eventsWithTopic((topics[0] ?? '').toLowerCase(), topics.length)[0]
const roleOf = (log: RawLog) => eventOf(log)?.contract

/** A file that cannot be used; the message names the file, and where in it. */
export class InputError extends Error {
  override readonly name = 'InputError'
}

export interface InputFile {
  name: string
  bytes: Uint8Array
}

export interface Input {
  /** The bytes of a registry file, if one was among them. */
  registry: InputFile | undefined
  /** Every event of `sortitionAbi`, in the order of the chain, each once. */
  events: RegistryEvent[]
  /** Hashes of blocks by number, as far as they are known. */
  blockHashes: Map<number, Hex>
  /** Logs of other contracts and other events, which were passed over. */
  otherLogs: number
}

interface Entry {
  where: string
  log: Record<string, unknown>
}

/** What some files hold. InputError names what cannot be used. */
export function readFiles(files: readonly InputFile[]): Input {
  const reading = new Reading()
  for (const file of files) reading.add(file)
  return reading.finish()
}

class Reading {
  #registry: InputFile | undefined
  readonly #entries: Entry[] = []
  readonly #times = new Map<number, bigint>()
  readonly #hashes = new Map<number, Hex>()
  readonly #contracts = new Map<string, Role>()

  add(file: InputFile): void {
    if (!looksLikeJson(file.bytes)) {
      if (this.#registry)
        throw new InputError(
          `${this.#registry.name} and ${file.name} are both registry files: open one at a time`,
        )
      this.#registry = file
      return
    }
    this.#addJson(parse(file), file.name)
  }

  #addJson(value: unknown, where: string): void {
    if (Array.isArray(value)) {
      value.forEach((each, i) => this.#addItem(each, `${where}, entry ${i}`))
      return
    }
    const { logs, events, blocks, contracts, result } = fields(value, where)
    const lists = [logs, events, blocks, result].filter((list) => list !== undefined)
    if (lists.length === 0) throw new InputError(`${where} has neither logs nor blocks`)
    for (const list of lists) {
      if (!Array.isArray(list)) throw new InputError(`${where}: logs, events and blocks must be lists`)
      this.#addJson(list, where)
    }
    if (contracts !== undefined) this.#addContracts(fields(contracts, `${where}, contracts`), where)
  }

  #addContracts(contracts: Record<string, unknown>, where: string): void {
    for (const role of roles) {
      const address = contracts[role]
      if (address === undefined) continue
      if (typeof address !== 'string')
        throw new InputError(`${where}: the contract ${role} must be an address`)
      this.#contracts.set(address.toLowerCase(), role)
    }
  }

  #addItem(value: unknown, where: string): void {
    const item = fields(value, where)
    if ('topics' in item || 'eventName' in item) {
      this.#entries.push({ where, log: item })
      const block = integer(item.blockNumber)
      if (block !== undefined)
        this.#addBlock(Number(block), item.blockTimestamp ?? item.timestamp, item.blockHash, where)
    } else if ('number' in item && 'timestamp' in item) {
      this.#addBlock(Number(number(item.number, 'number', where)), item.timestamp, item.hash, where)
    } else throw new InputError(`${where} is neither a log nor a block`)
  }

  #addBlock(block: number, time: unknown, hash: unknown, where: string): void {
    if (time !== undefined) {
      const timestamp = number(time, 'timestamp', where)
      const known = this.#times.get(block)
      if (known !== undefined && known !== timestamp) {
        throw new InputError(`${where}: block ${block} has the time ${timestamp} here and ${known} elsewhere`)
      }
      this.#times.set(block, timestamp)
    }
    if (typeof hash !== 'string' || !/^0x[0-9a-fA-F]{64}$/.test(hash)) return
    const text = hash.toLowerCase() as Hex
    const known = this.#hashes.get(block)
    if (known !== undefined && known !== text)
      throw new InputError(`${where}: block ${block} has another hash here than elsewhere`)
    this.#hashes.set(block, text)
  }

  finish(): Input {
    this.#inferContracts()
    const seen = new Map<string, string>()
    const events: RegistryEvent[] = []
    let otherLogs = 0
    for (const { where, log } of this.#entries) {
      if (log.removed === true) continue
      const decoded = this.#decode(log, where)
      if (!decoded) {
        ++otherLogs
        continue
      }
      const event = { ...decoded, ...this.#place(log, where) }
      const key = `${event.blockNumber}:${event.logIndex}`
      const text = JSON.stringify(event, (_, v: unknown) => (typeof v === 'bigint' ? `${v}` : v))
      const known = seen.get(key)
      if (known === text) continue // files that overlap
      if (known !== undefined)
        throw new InputError(
          `${where}: there is another log at block ${event.blockNumber}, log ${event.logIndex}`,
        )
      seen.set(key, text)
      events.push(event)
    }
    events.sort((a, b) => Number(a.blockNumber - b.blockNumber) || a.logIndex - b.logIndex)
    return { registry: this.#registry, events, blockHashes: this.#hashes, otherLogs }
  }

  /**
   * Whose logs are whose, where no file says so: a contract is what its logs say it is. A topic can mean something else in
   * another contract, so two contracts of one kind are an error, not a guess.
   */
  #inferContracts(): void {
    for (const role of roles) {
      if ([...this.#contracts.values()].includes(role)) continue
      const candidates = new Map<string, number>()
      for (const { log } of this.#entries) {
        if (!isRaw(log) || roleOf(log) !== role || typeof log.address !== 'string') continue
        const address = log.address.toLowerCase()
        candidates.set(address, (candidates.get(address) ?? 0) + 1)
      }
      if (candidates.size > 1) {
        throw new InputError(
          `the logs are from ${candidates.size} contracts of one kind (${[...candidates.keys()].join(', ')}): keep those of one, ` +
            `or name it in "contracts": { "${role}": … }`,
        )
      }
      for (const address of candidates.keys()) {
        if (this.#contracts.has(address))
          throw new InputError(`${address} writes the logs of two contracts: name them in "contracts"`)
        this.#contracts.set(address, role)
      }
    }
  }

  #decode(log: Record<string, unknown>, where: string): { eventName: string; args: object } | undefined {
    try {
      if (!isRaw(log)) {
        const name = String(log.eventName)
        const item = eventNamed(name)?.item
        return item && { eventName: name, args: readArgs(item, fields(log.args, where)) }
      }
      const role = roleOf(log)
      const address = typeof log.address === 'string' ? log.address.toLowerCase() : undefined
      if (!role || (address !== undefined && this.#contracts.get(address) !== role)) return undefined
      const { item } = eventOf(log)!
      return { eventName: item.name, args: decodeLog(item, log.topics, log.data) }
    } catch (e) {
      if (e instanceof DecodeError) throw new InputError(`${where}: ${e.message}`)
      throw e
    }
  }

  #place(
    log: Record<string, unknown>,
    where: string,
  ): Pick<RegistryEvent, 'blockNumber' | 'logIndex' | 'timestamp'> {
    const blockNumber = number(log.blockNumber, 'blockNumber', where)
    const timestamp = this.#times.get(Number(blockNumber))
    if (timestamp === undefined) {
      throw new InputError(
        `${where}: the time of block ${blockNumber} is not known. Logs need a blockTimestamp, or a list of blocks ` +
          'beside them: { "blocks": [{ "number", "hash", "timestamp" }, …], "logs": […] }',
      )
    }
    return { blockNumber, logIndex: Number(number(log.logIndex, 'logIndex', where)), timestamp }
  }
}

function looksLikeJson(bytes: Uint8Array): boolean {
  const skipped = [0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]
  const first = bytes.find((byte) => !skipped.includes(byte))
  return first === 0x7b || first === 0x5b
}

function parse({ name, bytes }: InputFile): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (e) {
    throw new InputError(`${name} is not JSON: ${(e as Error).message}`)
  }
}

function fields(value: unknown, where: string): Record<string, unknown> {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new InputError(`${where} is not an object`)
  return value as Record<string, unknown>
}

function number(value: unknown, name: string, where: string): bigint {
  const n = integer(value)
  if (n === undefined || n < 0n || n > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new InputError(`${where}: ${name} must be a whole number below 2^53`)
  }
  return n
}

function isRaw(log: Record<string, unknown>): log is Record<string, unknown> & RawLog {
  const { topics, data } = log
  return (
    Array.isArray(topics) && topics.every((topic) => typeof topic === 'string') && typeof data === 'string'
  )
}
