// The event log: every change of the registry in the order of the chain.
//
// It only grows, so versions of a registry share one: a version is a log and how many of its rows it reads. A
// version that is continued twice gets rows of its own for the second continuation.
//
// A change is one row: kind, operator, position, time, and an operand, which is a number of something that
// the log lists (addresses, amounts, versions, policies, asset configurations). The lists only grow too, and
// logs that were forked share them.
import { Addresses } from './addresses.js'
import { type AdmissionPolicy, type Change, Kind, type Position } from './events.js'

/** A larger copy of a typed array. */
export function grown<A extends Uint8Array | Int32Array | Float64Array>(column: A, capacity: number): A {
  const larger = new (column.constructor as new (length: number) => A)(capacity)
  larger.set(column)
  return larger
}

/** Room for as many rows as a power of two, six columns of them. */
class Columns {
  readonly kinds: Uint8Array
  /** Numbers of addresses; -1 in a row that is about no operator. */
  readonly operators: Int32Array
  /** The number of what the row sets, in the list of its kind. */
  readonly operands: Int32Array
  readonly blocks: Float64Array
  readonly logs: Float64Array
  readonly times: Float64Array

  constructor(readonly capacity: number) {
    this.kinds = new Uint8Array(capacity)
    this.operators = new Int32Array(capacity)
    this.operands = new Int32Array(capacity)
    this.blocks = new Float64Array(capacity)
    this.logs = new Float64Array(capacity)
    this.times = new Float64Array(capacity)
  }

  /** A copy of the first `rows` rows, with room for more. */
  copy(rows: number, capacity: number): Columns {
    const to = new Columns(capacity)
    to.kinds.set(this.kinds.subarray(0, rows))
    to.operators.set(this.operators.subarray(0, rows))
    to.operands.set(this.operands.subarray(0, rows))
    to.blocks.set(this.blocks.subarray(0, rows))
    to.logs.set(this.logs.subarray(0, rows))
    to.times.set(this.times.subarray(0, rows))
    return to
  }
}

/** Amounts by number: as doubles where nothing is lost, which is a tenth of the memory. */
class Amounts {
  #small = new Float64Array(64)
  /** An amount at or beyond 2^53 is here, and its small one is -1 - its index. */
  readonly #large: bigint[] = []
  #length = 0

  add(amount: bigint | number): number {
    if (this.#length === this.#small.length) this.#small = grown(this.#small, 2 * this.#length)
    this.#small[this.#length] =
      amount <= Number.MAX_SAFE_INTEGER ? Number(amount) : -this.#large.push(BigInt(amount))
    return this.#length++
  }
  /** A number where nothing is lost. */
  at(n: number): bigint | number {
    const amount = this.#small[n]!
    return amount >= 0 ? amount : this.#large[-1 - amount]!
  }
}

/** What `BondingAssetConfigUpdated` says of tickets. */
export interface Assets {
  /** Number of an amount. */
  price: number
  /** Number of an address. */
  token: number
}

/** What rows refer to by number. It only grows. */
class Lists {
  readonly amounts = new Amounts()
  readonly policies: AdmissionPolicy[] = []
  readonly assets: Assets[] = []
  /** Eligibility versions. The first is "none yet": the chain's begin at 1. */
  readonly versions: bigint[] = [0n]
  readonly #versionNumbers = new Map<bigint, number>([[0n, 0]])

  /** @param addresses operators, owners, providers and tokens */
  constructor(readonly addresses: Addresses) {}

  /** The number of a version; equal versions have one. */
  version(v: bigint): number {
    let n = this.#versionNumbers.get(v)
    if (n === undefined) {
      n = this.versions.push(v) - 1
      this.#versionNumbers.set(v, n)
    }
    return n
  }
}

export class EventLog {
  /** Rows. */
  length = 0
  columns = new Columns(64)
  readonly lists: Lists

  /** @param lists those of the log that this one continues, or addresses to begin with */
  constructor(lists: Lists | Addresses = new Addresses()) {
    this.lists = lists instanceof Lists ? lists : new Lists(lists)
  }

  get addresses(): Addresses {
    return this.lists.addresses
  }

  /** Adds a row. Amortised O(1); the caller has checked that `at` follows the last row. */
  append(change: Change, at: Position): void {
    const i = this.length
    if (i === this.columns.capacity) this.columns = this.columns.copy(i, 2 * i)
    const { kinds, operators, operands, blocks, logs, times } = this.columns
    kinds[i] = change.kind
    operators[i] = change.operator === undefined ? -1 : this.addresses.number(change.operator)
    operands[i] = this.#operand(change)
    blocks[i] = at.blockNumber
    logs[i] = at.logIndex
    times[i] = at.timestamp
    this.length = i + 1
  }

  #operand({ kind, number, address, policy }: Change): number {
    const { lists } = this
    switch (kind) {
      case Kind.balance:
      case Kind.window:
      case Kind.timeout:
        return lists.amounts.add(number)
      case Kind.version:
        return lists.version(number)
      case Kind.owner:
      case Kind.provider:
        return lists.addresses.number(address!)
      case Kind.policy:
        return lists.policies.push(policy!) - 1
      case Kind.assets:
        return (
          lists.assets.push({ price: lists.amounts.add(number), token: lists.addresses.number(address!) }) - 1
        )
      case Kind.added:
      case Kind.removed:
      case Kind.activated:
      case Kind.deactivated:
      case Kind.admission:
        return 0
    }
  }

  /** Row `i` as it was appended. */
  change(i: number): Change {
    const { lists } = this
    const kind = this.columns.kinds[i] as Kind
    const who = this.columns.operators[i]!
    const operand = this.columns.operands[i]!
    const change: Change = {
      kind,
      operator: who < 0 ? undefined : lists.addresses.text(who),
      number: 0n,
      address: undefined,
      policy: undefined,
    }
    switch (kind) {
      case Kind.balance:
      case Kind.window:
      case Kind.timeout:
        change.number = BigInt(lists.amounts.at(operand))
        break
      case Kind.version:
        change.number = lists.versions[operand]!
        break
      case Kind.owner:
      case Kind.provider:
        change.address = lists.addresses.text(operand)
        break
      case Kind.policy:
        change.policy = lists.policies[operand]
        break
      case Kind.assets:
        change.number = BigInt(lists.amounts.at(lists.assets[operand]!.price))
        change.address = lists.addresses.text(lists.assets[operand]!.token)
        break
      case Kind.added:
      case Kind.removed:
      case Kind.activated:
      case Kind.deactivated:
      case Kind.admission:
        break
    }
    return change
  }

  /** Room for `rows` rows in an empty log: whoever fills the columns sets `length`. */
  reserve(rows: number): Columns {
    return (this.columns = new Columns(Math.max(rows, 64)))
  }

  position(i: number): Position {
    const { blocks, logs, times } = this.columns
    return { blockNumber: blocks[i]!, logIndex: logs[i]!, timestamp: times[i]! }
  }

  /** A log of its own with the first `rows` rows; it shares the lists. O(rows), a copy of columns. */
  fork(rows: number): EventLog {
    const fork = new EventLog(this.lists)
    fork.columns = this.columns.copy(rows, Math.max(64, rows + (rows >> 1)))
    fork.length = rows
    return fork
  }

  /**
   * How many of the first `rows` rows have a time of at most `timestamp`: what is in force at that second.
   * O(log rows).
   */
  rowsUntil(timestamp: number, rows: number): number {
    const { times } = this.columns
    return firstRow(rows, (i) => times[i]! > timestamp)
  }
  /** How many of the first `rows` rows come before a position. O(log rows). */
  rowsBefore(at: { blockNumber: number; logIndex: number }, rows: number): number {
    const { blocks, logs } = this.columns
    return firstRow(rows, (i) => {
      const block = blocks[i]!
      return block > at.blockNumber || (block === at.blockNumber && logs[i]! >= at.logIndex)
    })
  }
}

/** The first row for which `reached` holds; it holds from there on. */
function firstRow(rows: number, reached: (row: number) => boolean): number {
  let low = 0
  let high = rows
  while (low < high) {
    const middle = (low + high) >>> 1
    if (reached(middle)) high = middle
    else low = middle + 1
  }
  return low
}
