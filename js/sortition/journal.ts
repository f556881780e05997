// The journal: every change of the registry in the order of the chain, and the state after any number of them.
//
// It only grows, so versions of a registry share one: a version is a journal and how far it reads. A version that is
// continued twice gets a journal of its own for the second continuation.
//
// What changes an operator is one row: kind, operator, position, time, and an operand (a balance, a version, an owner). A
// state is what the rows before it left: for each operator four small integers. Going over a row costs some nanoseconds, so
// that the state at any second or position is a walk over the rows, never a lookup in stored copies.
import { Addresses } from './addresses.js'
import { type Change, Kind, type Position } from './events.js'

/** Doubles a typed array that is full. */
function grown<A extends Uint8Array | Int32Array | Float64Array>(column: A, capacity: number): A {
  const larger = new (column.constructor as new (length: number) => A)(capacity)
  larger.set(column)
  return larger
}

/** Room for as many rows as a power of two, six columns of them. */
class Columns {
  readonly kinds: Uint8Array
  /** Numbers of addresses; -1 in a row that is about nobody. */
  readonly operators: Int32Array
  /** The place of a balance or a version, or the number of an owner. */
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

  grownTo(capacity: number): Columns {
    const larger = new Columns(capacity)
    larger.kinds.set(this.kinds)
    larger.operators.set(this.operators)
    larger.operands.set(this.operands)
    larger.blocks.set(this.blocks)
    larger.logs.set(this.logs)
    larger.times.set(this.times)
    return larger
  }
}

/** Balances by place: as doubles where nothing is lost, which is a tenth of the memory. */
class Balances {
  #small = new Float64Array(64)
  /** A balance at or beyond 2^53 is here, and its small one is -1 - its place. */
  readonly #large: bigint[] = []
  #length = 0

  add(amount: bigint | number): number {
    if (this.#length === this.#small.length) this.#small = grown(this.#small, 2 * this.#length)
    this.#small[this.#length] =
      amount <= Number.MAX_SAFE_INTEGER ? Number(amount) : -this.#large.push(BigInt(amount))
    return this.#length++
  }
  /** A number where nothing is lost. */
  at(place: number): bigint | number {
    const amount = this.#small[place]!
    return amount >= 0 ? amount : this.#large[-1 - amount]!
  }
}

export class Journal {
  /** Rows. */
  length = 0
  columns = new Columns(64)
  readonly balances = new Balances()
  /** Eligibility versions. The first is "none yet": the chain's begin at 1. */
  readonly versions: bigint[] = [0n]
  readonly #versionNumbers = new Map<bigint, number>([[0n, 0]])

  /** @param addresses operators and owners, by the numbers that rows know them by */
  constructor(readonly addresses = new Addresses()) {}

  /** Adds a row. Amortised O(1); the caller has checked that `at` follows the last row. */
  append({ kind, operator, number, owner }: Change, at: Position): void {
    const i = this.length
    if (i === this.columns.capacity) this.columns = this.columns.grownTo(2 * i)
    const { kinds, operators, operands, blocks, logs, times } = this.columns
    kinds[i] = kind
    operators[i] = operator === undefined ? -1 : this.addresses.number(operator)
    operands[i] =
      kind === Kind.balance
        ? this.balances.add(number)
        : kind === Kind.version
          ? this.version(number)
          : kind === Kind.owner
            ? this.addresses.number(owner!)
            : 0
    blocks[i] = at.blockNumber
    logs[i] = at.logIndex
    times[i] = at.timestamp
    this.length = i + 1
  }

  /** Room for `rows` rows in an empty journal: whoever fills the columns sets `length`. */
  reserve(rows: number): Columns {
    return (this.columns = new Columns(Math.max(rows, 64)))
  }

  /** The number of a version; equal versions have one. */
  version(v: bigint): number {
    let n = this.#versionNumbers.get(v)
    if (n === undefined) {
      n = this.versions.push(v) - 1
      this.#versionNumbers.set(v, n)
    }
    return n
  }

  /** Row `i` as it was appended. */
  change(i: number): Change {
    const kind = this.columns.kinds[i] as Kind
    const who = this.columns.operators[i]!
    const operand = this.columns.operands[i]!
    return {
      kind,
      operator: who < 0 ? undefined : this.addresses.text(who),
      number:
        kind === Kind.balance
          ? BigInt(this.balances.at(operand))
          : kind === Kind.version
            ? this.versions[operand]!
            : 0n,
      owner: kind === Kind.owner ? this.addresses.text(operand) : undefined,
    }
  }
  position(i: number): Position {
    const { blocks, logs, times } = this.columns
    return { blockNumber: blocks[i]!, logIndex: logs[i]!, timestamp: times[i]! }
  }

  /** A journal of its own with the first `rows` rows. O(rows). */
  fork(rows: number): Journal {
    const copy = new Journal()
    for (let i = 0; i < rows; ++i) copy.append(this.change(i), this.position(i))
    return copy
  }

  /** How many of the first `rows` rows have a time of at most `timestamp`: what is in force at that second. O(log rows). */
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

/**
 * The state after the first rows of a journal; it can be moved on. An activation holds for the configuration version in
 * force when it happened, so what is kept is that version, and activity is a comparison: a new version makes everybody
 * inactive at no cost.
 */
export class Standings {
  rows = 0
  /** Number of the eligibility version in force. */
  #version = 0
  /** Whether a row has named this address as an operator. */
  #seen: Uint8Array
  #registered: Uint8Array
  /** 1 + the version under which the operator was activated; 0 while it is not. */
  #activation: Int32Array
  /** 1 + the place of the balance in the journal; 0 before the first. */
  #balance: Int32Array
  /** 1 + the number of the owner; 0 before the first. */
  #owner: Int32Array

  constructor(readonly journal: Journal) {
    const n = journal.addresses.length
    this.#seen = new Uint8Array(n)
    this.#registered = new Uint8Array(n)
    this.#activation = new Int32Array(n)
    this.#balance = new Int32Array(n)
    this.#owner = new Int32Array(n)
  }

  /** The state after the first `rows` rows. O(rows): about 5 ns a row. */
  static after(journal: Journal, rows: number): Standings {
    return new Standings(journal).moveTo(rows)
  }

  /** A state of its own. O(operators). */
  copy(): Standings {
    const copy = new Standings(this.journal)
    copy.rows = this.rows
    copy.#version = this.#version
    copy.#seen.set(this.#seen)
    copy.#registered.set(this.#registered)
    copy.#activation.set(this.#activation)
    copy.#balance.set(this.#balance)
    copy.#owner.set(this.#owner)
    return copy
  }

  /** Moves on (never back) to the state after `rows` rows. */
  moveTo(rows: number): this {
    const { kinds, operators, operands } = this.journal.columns
    const addresses = this.journal.addresses.length
    if (this.#seen.length < addresses) this.#makeRoom(addresses)
    for (let i = this.rows; i < rows; ++i) {
      const who = operators[i]!
      const operand = operands[i]!
      if (who >= 0) this.#seen[who] = 1
      switch (kinds[i] as Kind) {
        case Kind.added:
          this.#registered[who] = 1
          break
        case Kind.removed:
          this.#registered[who] = 0
          break
        case Kind.balance:
          this.#balance[who] = operand + 1
          break
        case Kind.activated:
          this.#activation[who] = this.#version + 1
          break
        case Kind.deactivated:
          this.#activation[who] = 0
          break
        case Kind.version:
          this.#version = operand
          break
        case Kind.owner:
          this.#owner[who] = operand + 1
          break
      }
    }
    this.rows = rows
    return this
  }

  #makeRoom(addresses: number): void {
    this.#seen = grown(this.#seen, addresses)
    this.#registered = grown(this.#registered, addresses)
    this.#activation = grown(this.#activation, addresses)
    this.#balance = grown(this.#balance, addresses)
    this.#owner = grown(this.#owner, addresses)
  }

  /** Addresses that the state has room for; whether one is an operator says `has`. */
  get size(): number {
    return this.#seen.length
  }
  has(n: number): boolean {
    return this.#seen[n] === 1
  }
  isActive(n: number): boolean {
    return this.#activation[n] === this.#version + 1
  }
  isRegistered(n: number): boolean {
    return this.#registered[n] === 1
  }
  /** A number where nothing is lost. */
  balance(n: number): bigint | number {
    const at = this.#balance[n] ?? 0
    return at === 0 ? 0 : this.journal.balances.at(at - 1)
  }
  /** The owner's number; -1 before one is known. */
  owner(n: number): number {
    return (this.#owner[n] ?? 0) - 1
  }

  /** Whether two states of one journal agree on an address. */
  agrees(other: Standings, n: number): boolean {
    return (
      this.has(n) === other.has(n) &&
      this.isRegistered(n) === other.isRegistered(n) &&
      this.isActive(n) === other.isActive(n) &&
      (this.#owner[n] ?? 0) === (other.#owner[n] ?? 0) &&
      (this.#balance[n] === other.#balance[n] || this.balance(n) === other.balance(n))
    )
  }
}
