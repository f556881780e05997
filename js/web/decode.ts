// Logs as nodes answer them (`eth_getLogs`) into events as the rest of this package takes them. A decoder for the types
// that the events of `sortitionAbi` are made of, and no others: numbers, addresses, booleans, words, and arrays of these.
import { keccak_256 } from '@noble/hashes/sha3.js'
import { bondingRegistryAbi, ciphernodeRegistryAbi } from '../sortition/index.js'

interface Input {
  readonly name: string
  readonly type: string
  readonly indexed: boolean
}
interface EventItem {
  readonly name: string
  readonly inputs: readonly Input[]
}

/** Which of the two contracts an event belongs to. */
export type Role = 'ciphernodeRegistry' | 'bondingRegistry'
export const roles: readonly Role[] = ['ciphernodeRegistry', 'bondingRegistry']

export interface RawLog {
  topics: readonly string[]
  data: string
}
export interface DecodedLog {
  eventName: string
  args: Record<string, unknown>
}

/** A value that does not fit its type, or a log that does not fit its event. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
}

const abis: Record<Role, readonly EventItem[]> = {
  ciphernodeRegistry: ciphernodeRegistryAbi,
  bondingRegistry: bondingRegistryAbi,
}
const items = new Map<string, EventItem>(roles.flatMap((role) => abis[role].map((item) => [item.name, item])))
const rolesByName = new Map<string, Role>(
  roles.flatMap((role) => abis[role].map((item) => [item.name, role])),
)

/** The first topic of an event's logs: keccak-256 of its signature. */
export function topicOf(item: EventItem): string {
  const signature = `${item.name}(${item.inputs.map((input) => input.type).join(',')})`
  return `0x${hexOf(keccak_256(new TextEncoder().encode(signature)))}`
}
function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

const byTopic = new Map<string, { item: EventItem; role: Role }>(
  roles.flatMap((role) => abis[role].map((item) => [topicOf(item), { item, role }])),
)

/** The contract an event belongs to, and its inputs; undefined for an event that is none of `sortitionAbi`. */
export function eventNamed(name: string): { role: Role; inputs: readonly Input[] } | undefined {
  const item = items.get(name)
  return item && { role: rolesByName.get(name)!, inputs: item.inputs }
}

/** Which contract would write such a log: by its first topic and its number of topics. */
export function roleOf(log: RawLog): Role | undefined {
  const known = byTopic.get((log.topics[0] ?? '').toLowerCase())
  return known && log.topics.length === topicsOf(known.item) ? known.role : undefined
}

function topicsOf(item: EventItem): number {
  return 1 + item.inputs.filter((input) => input.indexed).length
}

/** A log of one of the two contracts as an event. DecodeError when its topics or data are not those of the event. */
export function decodeLog(log: RawLog): DecodedLog {
  const known = byTopic.get((log.topics[0] ?? '').toLowerCase())
  if (!known) throw new DecodeError(`no event has the topic ${String(log.topics[0])}`)
  const { item } = known
  if (log.topics.length !== topicsOf(item)) {
    throw new DecodeError(`${item.name} has ${topicsOf(item)} topics, this log has ${log.topics.length}`)
  }
  const topics = log.topics.slice(1)
  const data = wordsOf(log.data, item.name)
  const args: Record<string, unknown> = {}
  let head = 0
  for (const input of item.inputs) {
    const what = `${item.name}.${input.name}`
    if (input.indexed) {
      args[input.name] = decodeWord(wordAt(wordsOf(topics.shift()!, what), 0, what), input.type, what)
      continue
    }
    const array = /^(.*)\[(\d*)\]$/.exec(input.type)
    if (!array) args[input.name] = decodeWord(wordAt(data, head++, what), input.type, what)
    else if (array[2]) {
      args[input.name] = decodeWords(data, head, Number(array[2]), array[1]!, what)
      head += Number(array[2])
    } else {
      const offset = small(wordAt(data, head++, what), what)
      if (offset % 32 !== 0) throw new DecodeError(`${what} begins at byte ${offset}, which is no word`)
      const length = small(wordAt(data, offset / 32, what), what)
      args[input.name] = decodeWords(data, offset / 32 + 1, length, array[1]!, what)
    }
  }
  return { eventName: item.name, args }
}

function wordsOf(hex: string, what: string): string {
  if (!/^0x(?:[0-9a-fA-F]{64})*$/.test(hex))
    throw new DecodeError(`the data of ${what} is not a row of 32-byte words`)
  return hex.slice(2)
}
function wordAt(words: string, i: number, what: string): string {
  const word = words.slice(64 * i, 64 * i + 64)
  if (word.length < 64) throw new DecodeError(`the data of ${what} ends too early`)
  return word
}
function small(word: string, what: string): number {
  const n = BigInt(`0x${word}`)
  if (n > 2n ** 32n) throw new DecodeError(`${what} names a place beyond its data`)
  return Number(n)
}
function decodeWords(words: string, from: number, count: number, type: string, what: string): unknown[] {
  if (64 * (from + count) > words.length) throw new DecodeError(`the data of ${what} ends too early`)
  return Array.from({ length: count }, (_, i) => decodeWord(wordAt(words, from + i, what), type, what))
}

function decodeWord(word: string, type: string, what: string): unknown {
  if (type === 'bytes32') return `0x${word.toLowerCase()}`
  const unsigned = BigInt(`0x${word}`)
  if (type === 'address') {
    inRange(unsigned, 0n, 2n ** 160n, type, what)
    return `0x${word.slice(24).toLowerCase()}`
  }
  if (type === 'bool') return inRange(unsigned, 0n, 2n, type, what) === 1n
  const integer = integerType(type)
  return integerInRange(integer.signed ? BigInt.asIntN(256, unsigned) : unsigned, type, what)
}

/** In range, and as viem has it: a number up to 48 bits, a bigint beyond. */
function integerInRange(value: bigint, type: string, what: string): number | bigint {
  const { signed, bits } = integerType(type)
  const half = 1n << (bits - 1n)
  inRange(value, signed ? -half : 0n, signed ? half : 2n * half, type, what)
  return bits <= 48n ? Number(value) : value
}

function integerType(type: string): { signed: boolean; bits: bigint } {
  const parts = /^(u?)int(\d+)$/.exec(type)
  if (!parts) throw new DecodeError(`the type ${type} is not among those of sortitionAbi`)
  return { signed: parts[1] === '', bits: BigInt(parts[2]!) }
}
function inRange(value: bigint, from: bigint, to: bigint, type: string, what: string): bigint {
  if (value < from || value >= to) throw new DecodeError(`${what} is no ${type}`)
  return value
}

// --- events that came through JSON ----------------------------------------------------------------

/**
 * The arguments of an event that was decoded elsewhere, in the types that viem gives them: whole numbers may be numbers,
 * bigints, or text (decimal, or hexadecimal after `0x`). DecodeError names what is missing or is no such value.
 */
export function readArgs(eventName: string, args: Record<string, unknown>): Record<string, unknown> {
  const item = items.get(eventName)
  if (!item) throw new DecodeError(`${eventName} is not an event of sortitionAbi`)
  return Object.fromEntries(
    item.inputs.map(({ name, type }) => [name, readValue(args[name], type, `${eventName}.${name}`)]),
  )
}

function readValue(value: unknown, type: string, what: string): unknown {
  const array = /^(.*)\[(\d*)\]$/.exec(type)
  if (array) {
    if (!Array.isArray(value) || (array[2] && value.length !== Number(array[2]))) {
      throw new DecodeError(`${what} must be a list${array[2] ? ` of ${array[2]}` : ''}`)
    }
    return value.map((each, i) => readValue(each, array[1]!, `${what}[${i}]`))
  }
  if (type === 'bool') {
    if (value === true || value === 'true') return true
    if (value === false || value === 'false') return false
    throw new DecodeError(`${what} must be true or false`)
  }
  if (type === 'address' || type === 'bytes32') {
    const digits = type === 'address' ? 40 : 64
    if (typeof value === 'string' && value.length === digits + 2 && /^0x[0-9a-fA-F]*$/.test(value)) {
      return value.toLowerCase()
    }
    throw new DecodeError(`${what} must be 0x and ${digits} hexadecimal digits`)
  }
  const n = integer(value)
  if (n === undefined) throw new DecodeError(`${what} must be a whole number`)
  return integerInRange(n, type, what)
}

/** A whole number from a number, a bigint, or text; undefined for anything else. */
export function integer(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  return /^(-?\d{1,80}|0[xX][0-9a-fA-F]{1,64})$/.test(text) ? BigInt(text) : undefined
}
