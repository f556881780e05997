// The journal: every change of the registry in the order of the chain, and the state after any number of them.
//
// It only grows, so versions of a registry share one: a version is a journal and how far it reads. A version that is
// continued twice gets a journal of its own for the second continuation.
//
// What changes an operator is one row: kind, operator, position, time, and an operand (a balance, a version, an owner). A
// state is what the rows before it left: for each operator four small integers. Going over a row costs some nanoseconds, so
// that the state at any second or position is a walk over the rows, never a lookup in stored copies.
import { type Change, Kind, type Position } from './events.js'
import { type Address } from './values.js'

/** Doubles a typed array that is full. */
function grown<A extends Uint8Array | Int32Array | Float64Array>(column: A, capacity: number): A {
  const larger = new (column.constructor as new (length: number) => A)(capacity)
  larger.set(column)
  return larger
}

export class Journal {
  /** Rows. */
  length = 0
  /** Operators and owners, by the number that rows know them by. */
  readonly addresses: Address[] = []
  /** Balances, and eligibility versions; operands of rows. Version 0 is "none yet": the chain's begin at 1. */
  readonly numbers: bigint[] = []
  readonly versions: bigint[] = [0n]

  readonly #known = new Map<string, number>()
  readonly #knownVersions = new Map<bigint, number>([[0n, 0]])
  #capacity = 64
  kinds = new Uint8Array(this.#capacity)
  operators = new Int32Array(this.#capacity)
  operands = new Int32Array(this.#capacity)
  blocks = new Float64Array(this.#capacity)
  logs = new Float64Array(this.#capacity)
  times = new Float64Array(this.#capacity)

  /** Adds a row. Amortised O(1); the caller has checked that `at` follows the last row. */
  append(change: Change, at: Position): void {
    if (this.length === this.#capacity) this.#grow()
    const i = this.length
    this.kinds[i] = change.kind
    this.operators[i] = change.operator === undefined ? -1 : this.number(change.operator)
    this.operands[i] = this.#operand(change)
    this.blocks[i] = at.blockNumber
    this.logs[i] = at.logIndex
    this.times[i] = at.timestamp
    this.length = i + 1
  }

  /** The number of an address; a new one for a new address. */
  number(a: Address): number {
    let n = this.#known.get(a)
    if (n === undefined) {
      n = this.addresses.push(a) - 1
      this.#known.set(a, n)
    }
    return n
  }
  /** The number of an address that some row has named. */
  find(a: Address): number | undefined {
    return this.#known.get(a)
  }

  #operand(change: Change): number {
    switch (change.kind) {
      case Kind.balance:
        return this.numbers.push(change.number) - 1
      case Kind.owner:
        return this.number(change.owner!)
      case Kind.version: {
        let n = this.#knownVersions.get(change.number)
        if (n === undefined) {
          n = this.versions.push(change.number) - 1
          this.#knownVersions.set(change.number, n)
        }
        return n
      }
      default:
        return 0
    }
  }

  #grow(): void {
    const capacity = (this.#capacity *= 2)
    this.kinds = grown(this.kinds, capacity)
    this.operators = grown(this.operators, capacity)
    this.operands = grown(this.operands, capacity)
    this.blocks = grown(this.blocks, capacity)
    this.logs = grown(this.logs, capacity)
    this.times = grown(this.times, capacity)
  }

  /** Row `i` as it was appended. */
  change(i: number): Change {
    const kind = this.kinds[i] as Kind
    const operand = this.operands[i]!
    return {
      kind,
      operator: this.addresses[this.operators[i]!],
      number: kind === Kind.balance ? this.numbers[operand]! : kind === Kind.version ? this.versions[operand]! : 0n,
      owner: kind === Kind.owner ? this.addresses[operand] : undefined,
    }
  }
  position(i: number): Position {
    return { blockNumber: this.blocks[i]!, logIndex: this.logs[i]!, timestamp: this.times[i]! }
  }

  /** A journal of its own with the first `rows` rows. O(rows). */
  fork(rows: number): Journal {
    const copy = new Journal()
    for (let i = 0; i < rows; ++i) copy.append(this.change(i), this.position(i))
    return copy
  }

  /** How many of the first `rows` rows have a time of at most `timestamp`: what is in force at that second. O(log rows). */
  rowsUntil(timestamp: number, rows: number): number {
    return firstRow(rows, (i) => this.times[i]! > timestamp)
  }
  /** How many of the first `rows` rows come before a position. O(log rows). */
  rowsBefore(at: { blockNumber: number; logIndex: number }, rows: number): number {
    return firstRow(rows, (i) => {
      const block = this.blocks[i]!
      return block > at.blockNumber || (block === at.blockNumber && this.logs[i]! >= at.logIndex)
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

/** An operator's state, in the journal's numbers. */
export interface Standing {
  registered: boolean
  active: boolean
  ticketBalance: bigint
  owner: Address | undefined
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
  /** 1 + the place of the balance among the journal's numbers; 0 before the first. */
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
    const { kinds, operators, operands, addresses } = this.journal
    if (this.#seen.length < addresses.length) this.#makeRoom(addresses.length)
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
  balance(n: number): bigint {
    const at = this.#balance[n] ?? 0
    return at === 0 ? 0n : this.journal.numbers[at - 1]!
  }
  owner(n: number): Address | undefined {
    const at = this.#owner[n] ?? 0
    return at === 0 ? undefined : this.journal.addresses[at - 1]
  }
  standing(n: number): Standing {
    return { registered: this.isRegistered(n), active: this.isActive(n), ticketBalance: this.balance(n), owner: this.owner(n) }
  }

  /** Whether two states of one journal agree on an address. */
  agrees(other: Standings, n: number): boolean {
    return (
      this.has(n) === other.has(n) &&
      this.isRegistered(n) === other.isRegistered(n) &&
      this.isActive(n) === other.isActive(n) &&
      (this.#owner[n] ?? 0) === (other.#owner[n] ?? 0) &&
      ((this.#balance[n] ?? 0) === (other.#balance[n] ?? 0) || this.balance(n) === other.balance(n))
    )
  }
}
