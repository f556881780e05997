// A registry as bytes: one snapshot. Its version is the newest state, as `at` gives it, so that every tool for snapshots
// reads it; its meta carries the journal, from which every other version follows. The bytes depend on the events alone.
//
// meta = {
//   "kind": "node-registry", "format": 1,
//   "position": [blockNumber, logIndex, timestamp] of the last event applied, or null,
//   "addresses": all that the journal names, ascending, 20 bytes each,
//   "rows": how many,
//   "events": the rows, each
//     head      kind + 8 when the row is in a later block than the row before (the first always is)
//     block     then also: block number and timestamp, both less those of the row before (the first: less 0)
//     log       log index; within a block less that of the row before, less 1
//     operator  the place of its address; not for a version
//     operand   balance, version, or the place of the owner's address
// }
// where all numbers are little-endian base 128 without superfluous digits.
import { deserialize, Hamt, readMeta, serialize, SnapshotError } from '../index.js'
import { Addresses } from './addresses.js'
import { Kind, type Position } from './events.js'
import { Journal, Standings } from './journal.js'
import { type NodeState } from './select.js'
import { withStates } from './states.js'
import { type Address, maxUint256, show } from './values.js'

const kindName = 'node-registry'
const newBlock = 8

export interface StoredRegistry {
  journal: Journal
  position: Position | undefined
  newest: Hamt<NodeState>
}

// --- writing -------------------------------------------------------------------------------------

/** The first `rows` rows of a journal, whose state is `newest`. O(rows). */
export function writeRegistry(
  journal: Journal,
  rows: number,
  position: Position | undefined,
  newest: Hamt<NodeState>,
): Uint8Array {
  const { kinds, operators, operands, blocks, logs, times } = journal.columns
  const { places, addresses } = sortAddresses(journal, rows)
  const to = new Digits()
  for (let i = 0; i < rows; ++i) {
    const kind = kinds[i] as Kind
    const [block, log, time] = [blocks[i]!, logs[i]!, times[i]!]
    const sameBlock = i > 0 && block === blocks[i - 1]
    to.put(sameBlock ? kind : kind + newBlock)
    if (!sameBlock) {
      to.put(i > 0 ? block - blocks[i - 1]! : block)
      to.put(i > 0 ? time - times[i - 1]! : time)
    }
    to.put(sameBlock ? log - logs[i - 1]! - 1 : log)
    const operand = operands[i]!
    if (kind === Kind.version) to.putBig(journal.versions[operand]!)
    else to.put(places[operators[i]!]!)
    if (kind === Kind.balance) to.putBig(journal.balances.at(operand))
    if (kind === Kind.owner) to.put(places[operand]!)
  }
  const meta = {
    kind: kindName,
    format: 1,
    position: position ? [position.blockNumber, position.logIndex, position.timestamp] : null,
    addresses,
    rows,
    events: to.bytes(),
  }
  return serialize([newest], { meta })
}

/** The addresses that the rows name, ascending, and for each number the place of its address among them. */
function sortAddresses(
  { columns, addresses: known }: Journal,
  rows: number,
): { places: Int32Array; addresses: Uint8Array } {
  const named = new Uint8Array(known.length)
  for (let i = 0; i < rows; ++i) {
    if (columns.operators[i]! >= 0) named[columns.operators[i]!] = 1
    if (columns.kinds[i] === Kind.owner) named[columns.operands[i]!] = 1
  }
  const sorted: { n: number; text: Address }[] = []
  named.forEach((is, n) => is && sorted.push({ n, text: known.text(n) }))
  sorted.sort((a, b) => (a.text < b.text ? -1 : 1))
  const places = new Int32Array(known.length)
  const addresses = new Uint8Array(20 * sorted.length)
  sorted.forEach(({ n }, place) => {
    places[n] = place
    addresses.set(known.bytes.subarray(20 * n, 20 * n + 20), 20 * place)
  })
  return { places, addresses }
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
 * Reads what `writeRegistry` wrote; SnapshotError for anything else. Everything that the file says twice is compared: the
 * stored version must be the state that the events lead to. Linear in the bytes.
 */
export function readRegistry(bytes: Uint8Array): StoredRegistry {
  const meta = metaOf(readMeta(bytes))
  const versions = deserialize<NodeState>(bytes)
  if (versions.length !== 1) refuse(`it has ${versions.length} versions, and not one`)
  const journal = new Journal(Addresses.fromBytes(meta.addresses))
  readRows(journal, meta.rows, meta.events)
  if (journal.length > 0) requireReaches(meta.position, journal.position(journal.length - 1))
  const newest = versions[0]!
  compare(newest, journal)
  return { journal, position: meta.position, newest }
}

interface Meta {
  position: Position | undefined
  addresses: Uint8Array
  rows: number
  events: Uint8Array
}

function metaOf(meta: unknown): Meta {
  const { kind, format, position, addresses, rows, events } = (meta ?? {}) as Record<string, unknown>
  if (kind !== kindName) refuse('its meta is not that of a registry')
  if (format !== 1) refuse(`its format is ${show(format)}, and this release reads format 1`)
  if (!(addresses instanceof Uint8Array) || addresses.length % 20 !== 0)
    refuse('its addresses are not 20 bytes each')
  if (!(events instanceof Uint8Array)) refuse('its events are not bytes')
  // A row takes three bytes or more: a count beyond that must not make room for itself.
  if (!isPlace(rows) || 3 * rows > events.length) refuse('its rows are no number that its events could hold')
  if (Object.keys(meta as object).length !== 6) refuse('its meta has another field')
  requireAscending(addresses)
  return { position: positionFrom(position), addresses, rows, events }
}

/** A whole number from 0 on; -0 is another number, with bytes of its own. */
function isPlace(n: unknown): n is number {
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
  if (!Array.isArray(value) || value.length !== 3 || !value.every(isPlace)) refuse('its position is none')
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

/** Fills an empty journal; every address must be named. */
function readRows(journal: Journal, rows: number, bytes: Uint8Array): void {
  const from = new Reader(bytes)
  const { kinds, operators, operands, blocks, logs, times } = journal.reserve(rows)
  const count = journal.addresses.length
  const named = new Uint8Array(count)
  let [block, log, time] = [0, 0, 0]
  for (let i = 0; i < rows; ++i) {
    const at = from.at
    const head = from.take()
    const kind = (head & 7) as Kind
    if (head > 15 || kind > Kind.owner) refuse(`a row of unknown kind ${head}`, at)
    if (head >= newBlock) {
      const later = from.take()
      if (later === 0 && i > 0) refuse('a new block that is the old one', at)
      block += later
      time += from.take()
      log = from.take()
    } else {
      if (i === 0) refuse('a first row without a block', at)
      log += from.take() + 1
    }
    if (block > maxPlace || time > maxPlace || log > maxPlace) refuse('a position beyond 2^53', at)
    kinds[i] = kind
    blocks[i] = block
    logs[i] = log
    times[i] = time
    if (kind === Kind.version) {
      const version = BigInt(from.takeBig())
      if (version === 0n) refuse('version 0', at)
      operators[i] = -1
      operands[i] = journal.version(version)
      continue
    }
    operators[i] = from.below(count)
    named[operators[i]!] = 1
    if (kind === Kind.balance) operands[i] = journal.balances.add(from.takeBig())
    if (kind === Kind.owner) {
      operands[i] = from.below(count)
      named[operands[i]!] = 1
    }
  }
  if (!from.done) refuse('bytes after its last row', from.at)
  const idle = named.indexOf(0)
  if (idle >= 0) refuse(`no event names ${journal.addresses.text(idle)}`)
  journal.length = rows
}

const maxPlace = Number.MAX_SAFE_INTEGER

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
    // One or two digits are all but a few; past the end there is undefined, which is below nothing.
    const first = this.bytes[begin]!
    if (first < 128) {
      this.at = begin + 1
      return first
    }
    const second = this.bytes[begin + 1]!
    if (second < 128 && second > 0) {
      this.at = begin + 2
      return first - 128 + 128 * second
    }
    let n = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#byte()
      n += (byte & 127) * scale
      // Digits of zero add nothing, however many there are: 2^53 has eight.
      if (n > Number.MAX_SAFE_INTEGER || scale > 2 ** 49) refuse('a number beyond 2^53', begin)
      if (byte < 128) {
        if (byte === 0 && scale > 1) refuse('a number with superfluous digits', begin)
        return n
      }
    }
  }
  /** The place of an address. */
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

/** The stored version must be what the events lead to. */
function compare(newest: Hamt<NodeState>, journal: Journal): void {
  const expected = withStates(Hamt.empty(), Standings.after(journal, journal.length))
  if (expected.equals(newest)) return
  for (const { key } of expected.diff(newest))
    refuse(`its state of ${show(key)} is not what its events lead to`)
}
