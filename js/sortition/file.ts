// A registry as bytes: one snapshot. Its version is the newest state, as `at` gives it, so that every tool for snapshots
// reads it; its meta carries the journal, from which every other version follows. Nothing is stored twice: addresses of
// operators are the keys of the version. The bytes depend on the events alone.
//
// meta = {
//   "kind": "node-registry", "format": 1,
//   "position": [blockNumber, logIndex, timestamp] of the last event applied, or null,
//   "owners": addresses that the journal names but that are no operators, ascending, 20 bytes each,
//   "events": rows, each
//     head      kind + 8 when the row is in a later block than the row before (the first always is)
//     block     then also: block number and timestamp, both less those of the row before (the first: less 0)
//     log       log index; within a block less that of the row before, less 1
//     operator  its rank among operators and owners, those in ascending order, these after them; not for a version
//     operand   balance, version, or rank of the owner
// }
// where all numbers are little-endian base 128 without superfluous digits.
import { deserialize, Hamt, readMeta, serialize, SnapshotError } from '../index.js'
import { Kind, type Position } from './events.js'
import { Journal, Standings } from './journal.js'
import { type NodeState } from './select.js'
import { type Address, maxUint256, readAddress, writeAddress } from './values.js'

const kindName = 'node-registry'
const newBlock = 8

export interface StoredRegistry {
  journal: Journal
  position: Position | undefined
  newest: Hamt<NodeState>
}

// --- writing -------------------------------------------------------------------------------------

/** The first `rows` rows of a journal, whose state is `newest`. O(rows). */
export function writeRegistry(journal: Journal, rows: number, position: Position | undefined, newest: Hamt<NodeState>): Uint8Array {
  const { ranks, owners } = rankAddresses(journal, rows)
  const to = new Digits()
  for (let i = 0; i < rows; ++i) {
    const kind = journal.kinds[i] as Kind
    const [block, log, time] = [journal.blocks[i]!, journal.logs[i]!, journal.times[i]!]
    const sameBlock = i > 0 && block === journal.blocks[i - 1]
    to.put(sameBlock ? kind : kind + newBlock)
    if (!sameBlock) {
      to.put(i > 0 ? block - journal.blocks[i - 1]! : block)
      to.put(i > 0 ? time - journal.times[i - 1]! : time)
    }
    to.put(sameBlock ? log - journal.logs[i - 1]! - 1 : log)
    const operand = journal.operands[i]!
    if (kind === Kind.version) to.putBig(journal.versions[operand]!)
    else to.put(ranks[journal.operators[i]!]!)
    if (kind === Kind.balance) to.putBig(journal.numbers[operand]!)
    if (kind === Kind.owner) to.put(ranks[operand]!)
  }
  const ownerBytes = new Uint8Array(20 * owners.length)
  owners.forEach((owner, i) => writeAddress(ownerBytes, 20 * i, owner))
  const meta = {
    kind: kindName,
    format: 1,
    position: position ? [position.blockNumber, position.logIndex, position.timestamp] : null,
    owners: ownerBytes,
    events: to.bytes(),
  }
  return serialize([newest], { meta })
}

/** For each address its rank in the file, and the addresses that are no operators. */
function rankAddresses(journal: Journal, rows: number): { ranks: Int32Array; owners: Address[] } {
  const role = new Uint8Array(journal.addresses.length) // 1: an owner, 2: an operator
  for (let i = 0; i < rows; ++i) {
    if (journal.kinds[i] === Kind.owner) role[journal.operands[i]!] ||= 1
    if (journal.operators[i]! >= 0) role[journal.operators[i]!] = 2
  }
  const those = (wanted: number) => journal.addresses.filter((_, n) => role[n] === wanted).sort()
  const owners = those(1)
  const ranks = new Int32Array(journal.addresses.length)
  ;[...those(2), ...owners].forEach((a, rank) => (ranks[journal.find(a)!] = rank))
  return { ranks, owners }
}

/** Bytes that grow, for numbers in base 128. */
class Digits {
  #bytes = new Uint8Array(1024)
  #length = 0

  put(n: number): void {
    if (this.#length + 8 > this.#bytes.length) this.#grow(8)
    while (n > 127) {
      this.#bytes[this.#length++] = 128 + (n % 128)
      n = Math.floor(n / 128)
    }
    this.#bytes[this.#length++] = n
  }
  putBig(n: bigint): void {
    if (n <= Number.MAX_SAFE_INTEGER) return this.put(Number(n))
    if (this.#length + 40 > this.#bytes.length) this.#grow(40)
    for (; n > 127n; n >>= 7n) this.#bytes[this.#length++] = 128 + Number(n & 127n)
    this.#bytes[this.#length++] = Number(n)
  }
  #grow(room: number): void {
    const larger = new Uint8Array(2 * this.#bytes.length + room)
    larger.set(this.#bytes)
    this.#bytes = larger
  }
  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }
}

// --- reading -------------------------------------------------------------------------------------

function refuse(what: string, offset = -1): never {
  throw new SnapshotError('registry', offset, `not a registry: ${what}${offset >= 0 ? ` at byte ${offset} of its events` : ''}`)
}

/**
 * Reads what `writeRegistry` wrote; SnapshotError for anything else. Everything that the file says twice is compared: the
 * stored version must be the state that the events lead to. Linear in the bytes.
 */
export function readRegistry(bytes: Uint8Array): StoredRegistry {
  const meta = metaOf(readMeta(bytes))
  const versions = deserialize<NodeState>(bytes)
  if (versions.length !== 1) refuse(`it has ${versions.length} versions, and not one`)
  const newest = versions[0]!
  const operators = [...newest.keys()].sort() as Address[]
  const journal = new Journal()
  for (const a of [...operators, ...meta.owners]) {
    if (!/^0x[0-9a-f]{40}$/.test(a)) refuse(`${JSON.stringify(a)} is not an address in lower case`)
    journal.number(a)
  }
  if (journal.addresses.length !== operators.length + meta.owners.length) refuse('an owner is also an operator')
  readRows(journal, meta.events)
  const last = journal.length > 0 ? journal.position(journal.length - 1) : undefined
  const position = meta.position
  if (last) {
    const later = position && (position.blockNumber - last.blockNumber || position.logIndex - last.logIndex)
    const inTime = position && (later === 0 || position.blockNumber === last.blockNumber ? position.timestamp === last.timestamp : position.timestamp >= last.timestamp)
    if (later === undefined || later < 0 || !inTime) refuse('its position is before its last event')
  }
  compare(newest, journal, operators.length)
  return { journal, position, newest }
}

function metaOf(meta: unknown): { position: Position | undefined; owners: Address[]; events: Uint8Array } {
  const { kind, format, position, owners, events } = (meta ?? {}) as Record<string, unknown>
  if (kind !== kindName) refuse('its meta is not that of a registry')
  if (format !== 1) refuse(`its format is ${String(format)}, and this release reads format 1`)
  if (!(owners instanceof Uint8Array) || owners.length % 20 !== 0) refuse('its owners are not addresses')
  if (!(events instanceof Uint8Array)) refuse('its events are not bytes')
  if (Object.keys(meta as object).length !== 5) refuse('its meta has another field')
  const list: Address[] = []
  for (let at = 0; at < owners.length; at += 20) {
    list.push(readAddress(owners, at))
    if (at > 0 && list.at(-1)! <= list.at(-2)!) refuse('its owners are not in order')
  }
  return { position: positionFrom(position), owners: list, events }
}

function positionFrom(value: unknown): Position | undefined {
  if (value === null) return undefined
  const isPlace = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0
  if (!Array.isArray(value) || value.length !== 3 || !value.every(isPlace)) refuse('its position is none')
  const [blockNumber, logIndex, timestamp] = value as [number, number, number]
  return { blockNumber, logIndex, timestamp }
}

/** Appends the rows of a file; every address must be used. */
function readRows(journal: Journal, bytes: Uint8Array): void {
  const from = new Reader(bytes)
  const addresses = journal.addresses
  const used = new Uint8Array(addresses.length)
  const someone = (): Address => {
    const at = from.at
    const rank = from.take()
    if (rank >= addresses.length) refuse(`address ${rank} of ${addresses.length}`, at)
    used[rank] = 1
    return addresses[rank]!
  }
  const last = { blockNumber: 0, logIndex: 0, timestamp: 0 }
  while (!from.done) {
    const at = from.at
    const head = from.take()
    const kind = (head & 7) as Kind
    if (head > 15 || kind > Kind.owner) refuse(`a row of unknown kind ${head}`, at)
    if (head >= newBlock) {
      const blocks = from.take()
      if (blocks === 0 && journal.length > 0) refuse('a new block that is the old one', at)
      last.blockNumber += blocks
      last.timestamp += from.take()
      last.logIndex = from.take()
    } else {
      if (journal.length === 0) refuse('a first row without a block', at)
      last.logIndex += from.take() + 1
    }
    if (!Number.isSafeInteger(last.blockNumber) || !Number.isSafeInteger(last.timestamp) || !Number.isSafeInteger(last.logIndex)) {
      refuse('a position beyond 2^53', at)
    }
    const operator = kind === Kind.version ? undefined : someone()
    const number = kind === Kind.balance || kind === Kind.version ? from.takeBig() : 0n
    if (kind === Kind.version && number === 0n) refuse('version 0', at)
    const owner = kind === Kind.owner ? someone() : undefined
    journal.append({ kind, operator, number, owner }, last)
  }
  const idle = used.indexOf(0)
  if (idle >= 0) refuse(`no event names ${addresses[idle]}`)
}

/** Numbers in base 128. */
class Reader {
  at = 0
  constructor(readonly bytes: Uint8Array) {}

  get done(): boolean {
    return this.at === this.bytes.length
  }
  #byte(): number {
    return this.bytes[this.at++] ?? refuse('it ends within a row', this.bytes.length)
  }
  take(): number {
    const begin = this.at
    let n = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#byte()
      n += (byte & 127) * scale
      if (n > Number.MAX_SAFE_INTEGER) refuse('a number beyond 2^53', begin)
      if (byte < 128) {
        if (byte === 0 && scale > 1) refuse('a number with superfluous digits', begin)
        return n
      }
    }
  }
  takeBig(): bigint {
    const begin = this.at
    let end = begin
    while ((this.bytes[end] ?? 0) > 127) ++end
    if (end - begin < 7) return BigInt(this.take())
    if (end - begin > 36) refuse('a number beyond 2^256', begin)
    let n = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.#byte()
      n |= BigInt(byte & 127) << shift
      if (byte < 128) {
        if (byte === 0) refuse('a number with superfluous digits', begin)
        if (n > maxUint256) refuse('a number beyond 2^256', begin)
        return n
      }
    }
  }
}

/** The stored version must be what the events lead to: for each of the `operators` first addresses. */
function compare(newest: Hamt<NodeState>, journal: Journal, operators: number): void {
  const standings = Standings.after(journal, journal.length)
  for (let n = 0; n < journal.addresses.length; ++n) {
    if (standings.has(n) !== n < operators) refuse(`no event is about ${journal.addresses[n]}`)
  }
  for (const [key, state] of newest) {
    const s = standings.standing(journal.find(key as Address)!)
    const { registered, active, ticketBalance, owner, ...rest } = (state ?? {}) as Partial<NodeState>
    const same =
      s.registered === registered && s.active === active && s.ticketBalance === ticketBalance && s.owner === owner
    if (!same || Object.keys(rest).length > 0) refuse(`its state of ${key} is not what its events lead to`)
  }
}
