// The state of the registry after a number of rows of its log: for each operator some small integers, and the
// rows that set what is in force for all. Going over a row costs some nanoseconds, so that the state at any
// second or position is a walk over the rows, never a lookup in stored copies.
import { type Assets, type EventLog, grown } from './event-log.js'
import { type AdmissionPolicy, Kind, noAdmissionPolicy } from './events.js'
import { type Address } from './values.js'

/** As an owner it says that there is none, as in the contracts. */
const zeroAddress: Address = `0x${'0'.repeat(40)}`

/**
 * The state after the first rows of a log; it can be moved on. An activation holds for the configuration
 * version in force when it happened, so what is kept is that version, and activity is a comparison: a new
 * version makes everybody inactive at no cost.
 */
export class StateAt {
  rows = 0
  /** Number of the eligibility version in force. */
  #version = 0
  /** Whether a row has named this address as an operator. */
  #seen: Uint8Array
  #registered: Uint8Array
  /** 1 + the version under which the operator was activated; 0 while it is not. */
  #activation: Int32Array
  /** 1 + the number of the balance; 0 before the first. */
  #balance: Int32Array
  /** 1 + the number of the owner; 0 before the first. */
  #owner: Int32Array
  /** 1 + the row of its last admission; 0 before the first. */
  #admission: Int32Array
  /** Whether the ticket token was replaced by another, when there were balances. */
  hasExchangedTokens = false
  #hasBalances = false
  /** Whether there are admissions: the contract may be of before. */
  hasAdmissions = false
  /** How many are registered. */
  registeredCount = 0
  /** Whether an operator was ever registered or removed. */
  hasRegistrations = false
  /** Whether a row has named an operator. */
  hasOperators = false
  /** How many are active; -1 where a version has come back, whose activations are not counted. */
  #active = 0
  /** The largest number of a version so far: no activation is under a larger one. */
  #lastVersion = 0
  /** How many have a balance other than 0. */
  #funded = 0
  /** By kind, the last row that set what is in force for all; -1 before the first. */
  readonly #settings = new Int32Array(32).fill(-1)

  constructor(readonly log: EventLog) {
    const n = log.addresses.length
    this.#seen = new Uint8Array(n)
    this.#registered = new Uint8Array(n)
    this.#activation = new Int32Array(n)
    this.#balance = new Int32Array(n)
    this.#owner = new Int32Array(n)
    this.#admission = new Int32Array(n)
  }

  /** The state after the first `rows` rows. O(rows): about 5 ns a row. */
  static after(log: EventLog, rows: number): StateAt {
    return new StateAt(log).moveTo(rows)
  }

  /** A state of its own. O(operators). */
  copy(): StateAt {
    const copy = new StateAt(this.log)
    if (copy.size < this.size) copy.#makeRoom(this.size)
    copy.rows = this.rows
    copy.#version = this.#version
    copy.#seen.set(this.#seen)
    copy.#registered.set(this.#registered)
    copy.#activation.set(this.#activation)
    copy.#balance.set(this.#balance)
    copy.#owner.set(this.#owner)
    copy.#admission.set(this.#admission)
    copy.#settings.set(this.#settings)
    copy.#active = this.#active
    copy.#lastVersion = this.#lastVersion
    copy.#funded = this.#funded
    copy.hasExchangedTokens = this.hasExchangedTokens
    copy.#hasBalances = this.#hasBalances
    copy.registeredCount = this.registeredCount
    copy.hasRegistrations = this.hasRegistrations
    copy.hasOperators = this.hasOperators
    copy.hasAdmissions = this.hasAdmissions
    return copy
  }

  /** Moves on (never back) to the state after `rows` rows. */
  moveTo(rows: number): this {
    const { kinds, operators, operands } = this.log.columns
    const { amounts } = this.log.lists
    const addresses = this.log.addresses.length
    const none = this.log.addresses.find(zeroAddress)
    if (this.#seen.length < addresses) this.#makeRoom(addresses)
    for (let i = this.rows; i < rows; ++i) {
      const who = operators[i]!
      const operand = operands[i]!
      if (who >= 0) {
        this.#seen[who] = 1
        this.hasOperators = true
      }
      const kind = kinds[i] as Kind
      switch (kind) {
        case Kind.added:
          this.hasRegistrations = true
          this.registeredCount += 1 - this.#registered[who]!
          this.#registered[who] = 1
          break
        case Kind.removed:
          this.hasRegistrations = true
          this.registeredCount -= this.#registered[who]!
          this.#registered[who] = 0
          break
        case Kind.balance:
          this.#funded += Number(amounts.at(operand) > 0) - Number(this.balance(who) > 0)
          this.#balance[who] = operand + 1
          this.#hasBalances = true
          break
        case Kind.activated:
          if (this.#active >= 0 && !this.isActive(who)) ++this.#active
          this.#activation[who] = this.#version + 1
          break
        case Kind.deactivated:
          if (this.#active >= 0 && this.isActive(who)) --this.#active
          this.#activation[who] = 0
          break
        case Kind.owner:
          this.#owner[who] = operand === none ? 0 : operand + 1
          break
        case Kind.admission:
          this.hasAdmissions = true
          this.#admission[who] = i + 1
          break
        case Kind.version:
        case Kind.assets:
        case Kind.policy:
        case Kind.window:
        case Kind.timeout:
        case Kind.provider:
          this.#set(kind, operand, i)
          break
      }
    }
    this.rows = rows
    return this
  }

  /** A row that sets what is in force for all. */
  #set(kind: Kind, operand: number, row: number): void {
    if (kind === Kind.version) this.#setVersion(operand)
    else if (kind === Kind.assets) this.#exchange(operand)
    else if (kind === Kind.policy) this.hasAdmissions = true
    this.#settings[kind] = row
  }

  #setVersion(version: number): void {
    if (version !== this.#version) this.#active = version > this.#lastVersion ? 0 : -1
    this.#version = version
    this.#lastVersion = Math.max(version, this.#lastVersion)
  }

  /** A new configuration of assets: is its token another one? */
  #exchange(assets: number): void {
    const before = this.#assets?.token
    if (before !== undefined && this.#hasBalances && before !== this.log.lists.assets[assets]!.token)
      this.hasExchangedTokens = true
  }

  /** By half as much again at least, so that operators that come one by one cost O(1) each. */
  #makeRoom(needed: number): void {
    const addresses = Math.max(needed, Math.ceil(1.5 * this.size))
    this.#seen = grown(this.#seen, addresses)
    this.#registered = grown(this.#registered, addresses)
    this.#activation = grown(this.#activation, addresses)
    this.#balance = grown(this.#balance, addresses)
    this.#owner = grown(this.#owner, addresses)
    this.#admission = grown(this.#admission, addresses)
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
  /** Whether its last activation stands, under whatever version. */
  wasActivated(n: number): boolean {
    return (this.#activation[n] ?? 0) > 0
  }
  isRegistered(n: number): boolean {
    return this.#registered[n] === 1
  }
  /** A number where nothing is lost. */
  balance(n: number): bigint | number {
    const at = this.#balance[n] ?? 0
    return at === 0 ? 0 : this.log.lists.amounts.at(at - 1)
  }
  hasBalance(n: number): boolean {
    return (this.#balance[n] ?? 0) > 0
  }
  /** The owner's number; -1 before one is known. */
  owner(n: number): number {
    return (this.#owner[n] ?? 0) - 1
  }

  /** The second of its last admission; -1 before the first. */
  admittedSince(n: number): number {
    const row = (this.#admission[n] ?? 0) - 1
    return row < 0 ? -1 : this.log.columns.times[row]!
  }

  /** How many are active. O(1); O(operators) once where a version has come back. */
  get activeCount(): number {
    if (this.#active < 0) {
      this.#active = 0
      for (let n = 0; n < this.size; ++n) if (this.isActive(n)) ++this.#active
    }
    return this.#active
  }
  /** Whether an operator has a balance other than 0. */
  get hasFunds(): boolean {
    return this.#funded > 0
  }

  // --- what is in force for all -------------------------------------------------------------------

  get version(): bigint {
    return this.log.lists.versions[this.#version]!
  }
  get policy(): Readonly<AdmissionPolicy> {
    const row = this.rowOf(Kind.policy)
    return row < 0 ? noAdmissionPolicy : this.log.lists.policies[this.#operand(row)!]!
  }
  /** The policy in force before a second. O(rows since the last policy from before it). */
  policyBefore(second: number): Readonly<AdmissionPolicy> {
    const { kinds, times, operands } = this.log.columns
    let row = this.rowOf(Kind.policy)
    while (row >= 0 && (kinds[row] !== Kind.policy || times[row]! >= second)) --row
    return row < 0 ? noAdmissionPolicy : this.log.lists.policies[operands[row]!]!
  }
  get ticketPrice(): bigint | undefined {
    return this.#amount(this.#assets?.price)
  }
  get submissionWindow(): bigint | undefined {
    return this.#amount(this.#operand(this.rowOf(Kind.window)))
  }
  get randomnessTimeout(): bigint | undefined {
    return this.#amount(this.#operand(this.rowOf(Kind.timeout)))
  }
  get randomnessProvider(): Address | undefined {
    const n = this.#operand(this.rowOf(Kind.provider))
    return n === undefined ? undefined : this.log.addresses.text(n)
  }
  /** The last row of a kind that is about no operator; -1 before the first. */
  rowOf(kind: Kind): number {
    return this.#settings[kind]!
  }
  get #assets(): Assets | undefined {
    const n = this.#operand(this.rowOf(Kind.assets))
    return n === undefined ? undefined : this.log.lists.assets[n]
  }
  #operand(row: number): number | undefined {
    return row < 0 ? undefined : this.log.columns.operands[row]
  }
  #amount(n: number | undefined): bigint | undefined {
    return n === undefined ? undefined : BigInt(this.log.lists.amounts.at(n))
  }

  /** Whether two states of one log agree on an address. */
  agrees(other: StateAt, n: number): boolean {
    return (
      this.has(n) === other.has(n) &&
      this.isRegistered(n) === other.isRegistered(n) &&
      this.isActive(n) === other.isActive(n) &&
      (this.#owner[n] ?? 0) === (other.#owner[n] ?? 0) &&
      this.admittedSince(n) === other.admittedSince(n) &&
      (this.#balance[n] === other.#balance[n] || this.balance(n) === other.balance(n))
    )
  }
}
