// Logs and their arguments: a decoder for the ABI types that the events of `sortitionAbi` have.
//
// Contracts encode the data of a log in one way only: tails in the order of their heads, without gaps, padded
// with zeros. Other bytes are refused, so that no digit of a log can be cut, added or moved without an error.
import { encoder } from '../core.js'
import { bondingRegistryAbi, ciphernodeRegistryAbi, interfoldAbi, randomnessProviderAbi } from './abi.js'
import { keccak256 } from './native.js'
import { type Hex, own, show, toHex } from './values.js'

/** The contracts whose events this package knows. */
export type ContractName = 'ciphernodeRegistry' | 'bondingRegistry' | 'randomnessProvider' | 'interfold'

/** A parameter of an event, as ABIs describe it. */
export interface Parameter {
  readonly name: string
  readonly type: string
  readonly indexed?: boolean
  readonly components?: readonly Parameter[]
}
export interface EventItem {
  readonly name: string
  readonly inputs: readonly Parameter[]
}

const abis: Record<ContractName, readonly EventItem[]> = {
  ciphernodeRegistry: ciphernodeRegistryAbi,
  bondingRegistry: bondingRegistryAbi,
  randomnessProvider: randomnessProviderAbi,
  interfold: interfoldAbi,
}
export const contractNames = Object.keys(abis) as ContractName[]

/**
 * A value that does not fit its type, or a log that does not fit its event. The message names the parameter.
 */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
}

// --- which event ---------------------------------------------------------------------------------

const byName = new Map<string, { contract: ContractName; item: EventItem }>(
  contractNames.flatMap((contract) => abis[contract].map((item) => [item.name, { contract, item }])),
)

/**
 * The event of a name, and the contract that emits it; undefined for an event that is none of `sortitionAbi`.
 */
export function eventNamed(name: string): { contract: ContractName; item: EventItem } | undefined {
  return byName.get(name)
}

/** The first topic of an event's logs: keccak-256 of its signature. */
export function topicOf(item: EventItem): Hex {
  const signature = `${item.name}(${item.inputs.map(typeText).join(',')})`
  return toHex(keccak256(encoder.encode(signature)))
}
function typeText(input: Parameter): string {
  const { type } = input
  const components = own(input, 'components')
  return components ? `(${components.map(typeText).join(',')})${type.slice('tuple'.length)}` : type
}

let byTopic: Map<string, { contract: ContractName; item: EventItem }[]> | undefined

/**
 * The events that a log may be, by its first topic in lower case: one a contract, whose layout its topics and
 * data must have.
 */
export function eventsWithTopic(topic: string): readonly { contract: ContractName; item: EventItem }[] {
  // Hashed when first asked for: before that the wasm module may not be loaded.
  if (!byTopic) {
    byTopic = new Map()
    for (const each of byName.values()) {
      const key = topicOf(each.item)
      byTopic.set(key, [...(byTopic.get(key) ?? []), each])
    }
  }
  return byTopic.get(topic) ?? []
}

function topicsOf(item: EventItem): number {
  return 1 + item.inputs.filter((input) => input.indexed).length
}

// --- data of logs --------------------------------------------------------------------------------

/**
 * The arguments of a log of an event, as viem gives them. DecodeError when topics or data are not those of
 * the event.
 */
export function decodeLog(item: EventItem, topics: readonly string[], data: string): Record<string, unknown> {
  if (topics.length !== topicsOf(item)) {
    throw new DecodeError(`${item.name} has ${topicsOf(item)} topics, this log has ${topics.length}`)
  }
  const indexed = item.inputs.filter((input) => input.indexed)
  const plain = item.inputs.filter((input) => !input.indexed)
  const fromTopics = indexed.map((input, i) => {
    const what = `${item.name}.${input.name}`
    return new Words(topics[i + 1]!, what).only(input, what)
  })
  const fromData = new Words(data, item.name).sequence(plain, item.name)
  return Object.fromEntries(
    item.inputs.map(({ name, indexed }) => [name, (indexed ? fromTopics : fromData).shift()]),
  )
}

/** 32-byte words in hexadecimal digits. */
class Words {
  readonly #digits: string
  readonly #length: number

  constructor(hex: string, what: string) {
    if (!/^0x[0-9a-f]*$/i.test(hex) || hex.length % 64 !== 2) {
      throw new DecodeError(`the data of ${what} must be 0x and a multiple of 64 hexadecimal digits`)
    }
    this.#digits = hex.slice(2).toLowerCase()
    this.#length = this.#digits.length / 64
  }

  /** All words as the values of `inputs`. */
  sequence(inputs: readonly Parameter[], what: string): unknown[] {
    const [values, end] = this.#sequence(inputs, 0, what)
    this.#requireEnd(end, what)
    return values
  }
  /** All words as one value. */
  only(input: Parameter, what: string): unknown {
    const [value, end] = this.#value(input, 0, what)
    this.#requireEnd(end, what)
    return value
  }
  #requireEnd(end: number, what: string): void {
    if (end !== this.#length) {
      throw new DecodeError(`the data of ${what} must have ${end} words, and has ${this.#length}`)
    }
  }

  #word(at: number, what: string): string {
    if (at >= this.#length) throw new DecodeError(`the data of ${what} ends too early`)
    return this.#digits.slice(64 * at, 64 * at + 64)
  }
  /** A length in units that take at least `words` each of what is left. */
  #count(at: number, words: number, what: string): number {
    const n = BigInt(`0x${this.#word(at, what)}`)
    if (n * BigInt(words) > this.#length - at) throw new DecodeError(`${what} is longer than its data`)
    return Number(n)
  }

  /** Heads at `at`, tails behind them; and where the tails end. */
  #sequence(inputs: readonly Parameter[], at: number, what: string): [unknown[], number] {
    let head = at
    let tail = at + inputs.reduce((sum, input) => sum + headWords(input), 0)
    const values = inputs.map((input) => {
      const name = `${what}.${input.name}`
      if (!isDynamic(input)) {
        const [value, end] = this.#value(input, head, name)
        head = end
        return value
      }
      const offset = BigInt(`0x${this.#word(head++, name)}`)
      if (offset !== BigInt(32 * (tail - at)))
        throw new DecodeError(`${name} begins at byte ${offset} of its data, not at ${32 * (tail - at)}`)
      const [value, end] = this.#value(input, tail, name)
      tail = end
      return value
    })
    return [values, tail]
  }

  #value(input: Parameter, at: number, what: string): [unknown, number] {
    const list = listOf(input)
    if (list) {
      const count = list.count ?? this.#count(at, headWords(list.element), what)
      const items = Array.from({ length: count }, (_, i) => ({ ...list.element, name: `${i}` }))
      return this.#sequence(items, list.count === undefined ? at + 1 : at, what)
    }
    const components = own(input, 'components')
    if (components) {
      const [values, end] = this.#sequence(components, at, what)
      return [Object.fromEntries(components.map(({ name }, i) => [name, values[i]])), end]
    }
    if (input.type === 'bytes') return this.#bytes(at, what)
    return [decodeWord(this.#word(at, what), input.type, what), at + 1]
  }

  #bytes(at: number, what: string): [Hex, number] {
    const length = Number(BigInt(`0x${this.#word(at, what)}`))
    const end = at + 1 + Math.ceil(length / 32)
    if (!(end <= this.#length)) throw new DecodeError(`${what} is longer than its data`)
    const from = 64 * (at + 1)
    if (/[^0]/.test(this.#digits.slice(from + 2 * length, 64 * end)))
      throw new DecodeError(`${what} is not padded with zeros`)
    return [`0x${this.#digits.slice(from, from + 2 * length)}`, end]
  }
}

function listOf(input: Parameter): { element: Parameter; count: number | undefined } | undefined {
  const list = /^(.*)\[(\d*)\]$/.exec(input.type)
  const components = own(input, 'components')
  if (!list) return undefined
  const element = { name: '', type: list[1]!, ...(components && { components }) }
  return { element, count: list[2] ? Number(list[2]) : undefined }
}
function isDynamic(input: Parameter): boolean {
  const list = listOf(input)
  if (list) return list.count === undefined || isDynamic(list.element)
  return input.type === 'bytes' || (own(input, 'components')?.some(isDynamic) ?? false)
}
function headWords(input: Parameter): number {
  if (isDynamic(input)) return 1
  const list = listOf(input)
  if (list) return list.count! * headWords(list.element)
  return own(input, 'components')?.reduce((sum, each) => sum + headWords(each), 0) ?? 1
}

function decodeWord(word: string, type: string, what: string): unknown {
  if (type === 'bytes32') return `0x${word}`
  const unsigned = BigInt(`0x${word}`)
  if (type === 'address') {
    requireRange(unsigned, 0n, 2n ** 160n, type, what)
    return `0x${word.slice(24)}`
  }
  if (type === 'bool') {
    requireRange(unsigned, 0n, 2n, type, what)
    return unsigned === 1n
  }
  return integerInRange(integerType(type).signed ? BigInt.asIntN(256, unsigned) : unsigned, type, what)
}

/** In range, and as viem has it: a number up to 48 bits, a bigint beyond. */
function integerInRange(value: bigint, type: string, what: string): number | bigint {
  const { signed, bits } = integerType(type)
  const half = 1n << (bits - 1n)
  requireRange(value, signed ? -half : 0n, signed ? half : 2n * half, type, what)
  return bits <= 48n ? Number(value) : value
}
function integerType(type: string): { signed: boolean; bits: bigint } {
  const parts = /^(u?)int(\d+)$/.exec(type)
  if (!parts) throw new DecodeError(`the type ${type} is not among those of sortitionAbi`)
  return { signed: parts[1] === '', bits: BigInt(parts[2]!) }
}
function requireRange(value: bigint, from: bigint, to: bigint, type: string, what: string): void {
  if (value < from || value >= to) throw new DecodeError(`${what} is no ${type}`)
}

// --- arguments that were decoded elsewhere --------------------------------------------------------

/**
 * The arguments of an event that was decoded elsewhere, in the types that viem gives them: whole numbers may
 * be numbers, bigints or text (decimal, or hexadecimal after `0x`). DecodeError names what is missing or is
 * no such value.
 */
export function readArgs(item: EventItem, args: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    item.inputs.map((input) => [
      input.name,
      readValue(args[input.name], input, `${item.name}.${input.name}`),
    ]),
  )
}

function readValue(value: unknown, input: Parameter, what: string): unknown {
  const list = listOf(input)
  if (list) {
    if (!Array.isArray(value) || (list.count !== undefined && value.length !== list.count)) {
      throw new DecodeError(`${what} must be a list${list.count === undefined ? '' : ` of ${list.count}`}`)
    }
    return value.map((each, i) => readValue(each, list.element, `${what}[${i}]`))
  }
  const components = own(input, 'components')
  if (components) return readTuple(value, components, what)
  if (input.type === 'bool') {
    if (value === true || value === 'true') return true
    if (value === false || value === 'false') return false
    throw new DecodeError(`${what} must be true or false, got ${show(value)}`)
  }
  if (input.type === 'bytes') {
    if (typeof value === 'string' && /^0x([0-9a-f]{2})*$/i.test(value)) return value.toLowerCase()
    throw new DecodeError(`${what} must be 0x and pairs of hexadecimal digits, got ${show(value)}`)
  }
  if (input.type === 'address' || input.type === 'bytes32') {
    const text = digitsOf(value, input.type === 'address' ? 40 : 64)
    if (text) return text
    throw new DecodeError(
      `${what} must be 0x and ${input.type === 'address' ? 40 : 64} hexadecimal digits, got ${show(value)}`,
    )
  }
  const n = integer(value)
  if (n === undefined) throw new DecodeError(`${what} must be a whole number, got ${show(value)}`)
  return integerInRange(n, input.type, what)
}

/** By name, or by position where the names are not known to whoever decoded it. */
function readTuple(value: unknown, components: readonly Parameter[], what: string): unknown {
  if (
    value === null ||
    typeof value !== 'object' ||
    (Array.isArray(value) && value.length !== components.length)
  )
    throw new DecodeError(`${what} must be an object, got ${show(value)}`)
  return Object.fromEntries(
    components.map((component, i) => {
      const { name } = component
      const member = Array.isArray(value)
        ? (value as unknown[])[i]
        : own(value as Record<string, unknown>, name)
      return [name, readValue(member, component, `${what}.${name}`)]
    }),
  )
}

/** `0x` and so many hexadecimal digits, in lower case; undefined for anything else. */
export function digitsOf(value: unknown, digits: number): Hex | undefined {
  if (typeof value !== 'string' || value.length !== digits + 2 || !/^0x[0-9a-f]*$/i.test(value))
    return undefined
  return value.toLowerCase() as Hex
}

/** A whole number from a number, a bigint, or text; undefined for anything else. */
export function integer(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined
  if (typeof value !== 'string') return undefined
  return /^(-?\d{1,80}|0x[0-9a-f]{1,64})$/i.test(value) ? BigInt(value.toLowerCase()) : undefined
}
