// A registry as bytes: one snapshot. Its version is the newest state, as `at` gives it, so that every tool
// for snapshots reads it; its meta carries the event log, from which every other version follows. The bytes
// depend on the events alone.
//
// meta = {
//   "kind": "node-registry",
//   "format": 3 when there is an origin, else 2 when there are rows of kind 7 or more, else 1,
//   "position": [blockNumber, logIndex, timestamp] of the last event applied, or null,
//   "addresses": all that the rows name, ascending, 20 bytes each,
//   "rows": how many,
//   "origin": in format 3, those of { "chainId" in decimal text, "ciphernodeRegistry", "bondingRegistry" in 20 bytes each } that
//             are known, and at least one,
//   "events": the rows, each
//     head      kind + 8 when the row is in a later block than the row before (the first always is)
//     block     then also: block number and timestamp, both less those of the row before (the first: less 0)
//     log       log index; within a block less that of the row before, less 1
//     operator  for kinds up to 7 but version: the index of its address
//     operand   balance, version, window, timeout; the index of an owner's or provider's address; for assets the price and
//               the index of the token's address; for a policy its flags (1 cool-down, 2 paused, 4 cool-down of the pause),
//               cool-down, pause timepoint, cool-down of the pause
// }
// where all numbers are little-endian base 128 without superfluous digits.
import { deserialize, Hamt, openSnapshot, readMeta, serialize, SnapshotError } from '../index.js'
import { ByteReader, given, isBytes } from '../core.js'
import { Addresses } from './addresses.js'
import { EventLog } from './event-log.js'
import { type AdmissionPolicy, Kind, type Position, requirePause } from './events.js'
import { type Origin } from './registry.js'
import { type NodeState } from './select.js'
import { StateAt } from './state-at.js'
import { withStates } from './states.js'
import { type Address, maxUint256, plain, readAddress, show, writeAddress } from './values.js'

const kindName = 'node-registry'
const newBlock = 8

export interface StoredRegistry {
  log: EventLog
  position: Position | undefined
  newest: Hamt<NodeState>
  origin: Origin
}

// --- writing -------------------------------------------------------------------------------------

/** The first `rows` rows of a log, whose state is `newest`. O(rows). */
export function writeRegistry(
  log: EventLog,
  rows: number,
  position: Position | undefined,
  newest: Hamt<NodeState>,
  origin: Origin,
): Uint8Array {
  const { kinds, operators, operands, blocks, logs, times } = log.columns
  const { indices, addresses } = sortAddresses(log, rows)
  const to = new Digits()
  let newer = false
  for (let i = 0; i < rows; ++i) {
    const kind = kinds[i] as Kind
    if (kind > Kind.owner) newer = true
    const [block, index, time] = [blocks[i]!, logs[i]!, times[i]!]
    const sameBlock = i > 0 && block === blocks[i - 1]
    to.put(sameBlock ? kind : kind + newBlock)
    if (!sameBlock) {
      to.put(i > 0 ? block - blocks[i - 1]! : block)
      to.put(i > 0 ? time - times[i - 1]! : time)
    }
    to.put(sameBlock ? index - logs[i - 1]! - 1 : index)
    if (operators[i]! >= 0) to.put(indices[operators[i]!]!)
    writeOperand(to, log, kind, operands[i]!, indices)
  }
  const hasOrigin = Object.keys(origin).length > 0
  const meta = {
    kind: kindName,
    format: hasOrigin ? 3 : newer ? 2 : 1,
    position: position ? [position.blockNumber, position.logIndex, position.timestamp] : null,
    addresses,
    rows,
    ...(hasOrigin && { origin: storedOrigin(origin) }),
    events: to.bytes(),
  }
  return serialize([newest], { meta })
}

function storedOrigin(origin: Origin): Record<string, unknown> {
  const { chainId, ciphernodeRegistry, bondingRegistry } = given(origin)
  return {
    ...(chainId !== undefined && { chainId: `${chainId}` }),
    ...(ciphernodeRegistry && { ciphernodeRegistry: bytesOf(ciphernodeRegistry) }),
    ...(bondingRegistry && { bondingRegistry: bytesOf(bondingRegistry) }),
  }
}
function bytesOf(address: Address): Uint8Array {
  const bytes = new Uint8Array(20)
  writeAddress(bytes, 0, address)
  return bytes
}

function writeOperand(
  to: Digits,
  { lists }: EventLog,
  kind: Kind,
  operand: number,
  indices: Int32Array,
): void {
  switch (kind) {
    case Kind.balance:
    case Kind.window:
    case Kind.timeout:
      return to.putBig(lists.amounts.at(operand))
    case Kind.version:
      return to.putBig(lists.versions[operand]!)
    case Kind.owner:
    case Kind.provider:
      return to.put(indices[operand]!)
    case Kind.assets:
      to.putBig(lists.amounts.at(lists.assets[operand]!.price))
      return to.put(indices[lists.assets[operand]!.token]!)
    case Kind.policy: {
      const p = lists.policies[operand]!
      to.put((p.cooldownEnabled ? 1 : 0) | (p.admissionsPaused ? 2 : 0) | (p.pauseCooldownEnabled ? 4 : 0))
      to.put(p.cooldownDuration)
      to.put(p.pauseTimepoint)
      return to.put(p.pauseCooldownDuration)
    }
    case Kind.added:
    case Kind.removed:
    case Kind.activated:
    case Kind.deactivated:
    case Kind.admission:
      return
  }
}

/** The address that a row's operand names; -1 when it names none. */
function operandAddress({ columns, lists }: EventLog, row: number): number {
  const kind = columns.kinds[row] as Kind
  const operand = columns.operands[row]!
  if (kind === Kind.owner || kind === Kind.provider) return operand
  return kind === Kind.assets ? lists.assets[operand]!.token : -1
}

/** The addresses that the rows name, ascending, and for each number the index of its address among them. */
function sortAddresses(log: EventLog, rows: number): { indices: Int32Array; addresses: Uint8Array } {
  const { columns, addresses: known } = log
  const named = new Uint8Array(known.length)
  for (let i = 0; i < rows; ++i) {
    if (columns.operators[i]! >= 0) named[columns.operators[i]!] = 1
    const other = operandAddress(log, i)
    if (other >= 0) named[other] = 1
  }
  const sorted: { n: number; text: Address }[] = []
  named.forEach((is, n) => is && sorted.push({ n, text: known.text(n) }))
  sorted.sort((a, b) => (a.text < b.text ? -1 : 1))
  const indices = new Int32Array(known.length)
  const addresses = new Uint8Array(20 * sorted.length)
  sorted.forEach(({ n }, index) => {
    indices[n] = index
    addresses.set(known.bytes.subarray(20 * n, 20 * n + 20), 20 * index)
  })
  return { indices, addresses }
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
  putBig(n: bigint | number): void {
    if (typeof n === 'number' || n <= Number.MAX_SAFE_INTEGER) return this.put(Number(n))
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
  throw new SnapshotError(
    'registry',
    offset,
    `not a registry: ${what}${offset >= 0 ? ` at byte ${offset} of its events` : ''}`,
  )
}

/**
 * Reads what `writeRegistry` wrote; SnapshotError for anything else. Everything that the file says twice is
 * compared: the stored version must be the state that the events lead to. Linear in the bytes.
 */
export function readRegistry(bytes: Uint8Array): StoredRegistry {
  const meta = metaOf(readMeta(bytes))
  // Counted before they are loaded: a file of a megabyte can list a million.
  const { length } = openSnapshot(bytes, { trusted: true })
  if (length !== 1) refuse(`it has ${length} versions, and not one`)
  const [newest] = deserialize<NodeState>(bytes) as [Hamt<NodeState>]
  const log = new EventLog(Addresses.fromBytes(meta.addresses))
  readRows(log, meta)
  if (log.length > 0) requireReaches(meta.position, log.position(log.length - 1))
  compare(newest, log)
  return { log, position: meta.position, newest, origin: meta.origin }
}

interface Meta {
  format: 1 | 2 | 3
  position: Position | undefined
  addresses: Uint8Array
  rows: number
  events: Uint8Array
  origin: Origin
}

function metaOf(meta: unknown): Meta {
  const { kind, format, position, addresses, rows, events, origin } = given(
    (meta ?? undefined) as Record<string, unknown> | undefined,
  )
  if (kind !== kindName) refuse('its meta is not that of a registry')
  if (format !== 1 && format !== 2 && format !== 3)
    refuse(`its format is ${show(format)}, and this release reads formats 1 to 3`)
  if (!isBytes(addresses) || addresses.length % 20 !== 0) refuse('its addresses are not 20 bytes each')
  if (!isBytes(events)) refuse('its events are not bytes')
  // A row takes three bytes or more: a count beyond that must not make room for itself.
  if (!isNaturalNumber(rows) || 3 * rows > events.length)
    refuse('its rows are no number that its events could hold')
  if (Object.keys(meta as object).length !== (format === 3 ? 7 : 6)) refuse('its meta has another field')
  requireAscending(addresses)
  const from = format === 3 ? originFrom(origin) : {}
  return { format, position: positionFrom(position), addresses, rows, events, origin: from }
}

function originFrom(value: unknown): Origin {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) refuse('its origin is none')
  const { chainId, ciphernodeRegistry, bondingRegistry, ...others } = given(value as Record<string, unknown>)
  if (Object.keys(others).length > 0) refuse('its origin has another field')
  if (chainId !== undefined && (typeof chainId !== 'string' || !/^(0|[1-9]\d{0,15})$/.test(chainId)))
    refuse('the chain of its origin is no number')
  const contract = (bytes: unknown) => {
    if (isBytes(bytes) && bytes.length === 20) return readAddress(bytes, 0)
    return refuse('a contract of its origin is not 20 bytes')
  }
  const origin = {
    ...(chainId !== undefined && { chainId: BigInt(chainId) }),
    ...(ciphernodeRegistry !== undefined && { ciphernodeRegistry: contract(ciphernodeRegistry) }),
    ...(bondingRegistry !== undefined && { bondingRegistry: contract(bondingRegistry) }),
  }
  if (Object.keys(origin).length === 0) refuse('its origin says nothing')
  return origin
}

/** A whole number from 0 on; -0 is another number, with bytes of its own. */
function isNaturalNumber(n: unknown): n is number {
  return Number.isSafeInteger(n) && (n as number) >= 0 && !Object.is(n, -0)
}

function requireAscending(addresses: Uint8Array): void {
  for (let at = 20; at < addresses.length; at += 20) {
    let i = at
    while (i < at + 20 && addresses[i] === addresses[i - 20]) ++i
    if (i === at + 20 || addresses[i]! < addresses[i - 20]!) refuse('its addresses are not in order')
  }
}

function positionFrom(value: unknown): Position | undefined {
  if (value === null) return undefined
  if (!Array.isArray(value) || value.length !== 3 || !value.every(isNaturalNumber))
    refuse('its position is none')
  const [blockNumber, logIndex, timestamp] = value as [number, number, number]
  return { blockNumber, logIndex, timestamp }
}

/** The position of a registry is that of its last row, or of a later event, which changed nothing. */
function requireReaches(position: Position | undefined, last: Position): void {
  const what = 'its position is before its last event'
  if (!position || position.blockNumber < last.blockNumber || position.timestamp < last.timestamp)
    refuse(what)
  if (position.blockNumber > last.blockNumber) return
  if (position.logIndex < last.logIndex || position.timestamp !== last.timestamp) refuse(what)
}

/** Fills an empty log; every address must be named. */
function readRows(log: EventLog, { format, rows, events }: Meta): void {
  const from = new RowReader(events)
  const { kinds, operators, operands, blocks, logs, times } = log.reserve(rows)
  const count = log.addresses.length
  const named = new Uint8Array(count)
  const address = () => {
    const n = from.below(count)
    named[n] = 1
    return n
  }
  let [block, index, time] = [0, 0, 0]
  let newer = false
  for (let i = 0; i < rows; ++i) {
    const at = from.at
    const head = from.take()
    const kind = (head & ~newBlock) as Kind
    if (head > Kind.provider + newBlock || !known.has(kind) || (format === 1 && kind > Kind.owner))
      refuse(`a row of unknown kind ${head}`, at)
    if ((head & newBlock) !== 0) {
      const later = from.take()
      if (later === 0 && i > 0) refuse('a new block that is the old one', at)
      block += later
      time += from.take()
      index = from.take()
    } else {
      if (i === 0) refuse('a first row without a block', at)
      index += from.take() + 1
    }
    if (block > maxPosition || time > maxPosition || index > maxPosition) refuse('a position beyond 2^53', at)
    if (kind > Kind.owner) newer = true
    kinds[i] = kind
    blocks[i] = block
    logs[i] = index
    times[i] = time
    operators[i] = kind <= Kind.admission && kind !== Kind.version ? address() : -1
    operands[i] = readOperand(from, log, kind, time, address)
  }
  if (!from.done) refuse('bytes after its last row', from.at)
  if (format === 2 && !newer) refuse('its format is 2, and its rows are those of format 1')
  const idle = named.indexOf(0)
  if (idle >= 0) refuse(`no event names ${log.addresses.text(idle)}`)
  log.length = rows
}

const known: ReadonlySet<number> = new Set(Object.values(Kind))

function readOperand(
  from: RowReader,
  log: EventLog,
  kind: Kind,
  time: number,
  address: () => number,
): number {
  const { lists } = log
  switch (kind) {
    case Kind.balance:
    case Kind.window:
    case Kind.timeout:
      return lists.amounts.add(from.takeBig())
    case Kind.version: {
      const at = from.at
      const version = BigInt(from.takeBig())
      if (version === 0n) refuse('version 0', at)
      return lists.version(version)
    }
    case Kind.owner:
    case Kind.provider:
      return address()
    case Kind.assets: {
      const price = lists.amounts.add(from.takeBig())
      return lists.assets.push({ price, token: address() }) - 1
    }
    case Kind.policy:
      return lists.policies.push(readPolicy(from, time)) - 1
    case Kind.added:
    case Kind.removed:
    case Kind.activated:
    case Kind.deactivated:
    case Kind.admission:
      return 0
  }
}

function readPolicy(from: RowReader, time: number): AdmissionPolicy {
  const at = from.at
  const flags = from.take()
  const [cooldownDuration, pauseTimepoint, pauseCooldownDuration] = [from.take(), from.take(), from.take()]
  if (flags > 7 || Math.max(cooldownDuration, pauseTimepoint, pauseCooldownDuration) >= 2 ** 48)
    refuse('an admission policy out of range', at)
  const policy = {
    cooldownEnabled: (flags & 1) !== 0,
    admissionsPaused: (flags & 2) !== 0,
    cooldownDuration,
    pauseTimepoint,
    pauseCooldownEnabled: (flags & 4) !== 0,
    pauseCooldownDuration,
  }
  try {
    requirePause(policy, time)
  } catch {
    refuse('a pause that begins later than its row', at)
  }
  return Object.freeze(policy)
}

const maxPosition = Number.MAX_SAFE_INTEGER

/** Reads rows: bytes and numbers in base 128. */
class RowReader extends ByteReader {
  constructor(bytes: Uint8Array) {
    super(bytes, 0, bytes.length, (fault, offset) =>
      fault === 'truncated'
        ? refuse('it ends within a row', bytes.length)
        : refuse('a number beyond 2^53, or with superfluous digits,', offset),
    )
  }

  get done(): boolean {
    return this.at === this.end
  }
  take(): number {
    return this.varint(2 ** 53)
  }
  /** The index of an address. */
  below(count: number): number {
    const begin = this.at
    const n = this.take()
    if (n >= count) refuse(`address ${n} of ${count}`, begin)
    return n
  }
  takeBig(): bigint | number {
    const begin = this.at
    let end = begin
    while ((this.bytes[end] ?? 0) > 127) ++end
    if (end - begin < 7) return this.take()
    if (end - begin > 36) refuse('a number beyond 2^256', begin)
    let n = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.byte()
      n |= BigInt(byte & 127) << shift
      if (byte < 128) {
        if (byte === 0) refuse('a number with superfluous digits', begin)
        if (n > maxUint256) refuse('a number beyond 2^256', begin)
        return n
      }
    }
  }
}

/** The stored version must be what the events lead to. */
function compare(newest: Hamt<NodeState>, log: EventLog): void {
  const expected = withStates(Hamt.empty(), StateAt.after(log, log.length))
  try {
    if (expected.equals(newest)) return
    for (const { key } of expected.diff(newest))
      refuse(`its state of ${show(key)} is not what its events lead to`)
  } catch (e) {
    if (e instanceof SnapshotError) throw e
    // Values are read when they are compared; what they say is the file's fault.
    refuse(`its states cannot be read: ${plain((e as Error).message)}`)
  }
}
