// The pool of eligible operators, kept from one draw to the next: an operator is looked at again where a log
// or the end of its cool-down has changed it since.
import { type Eligibility } from './eligibility.js'
import { grown } from './event-log.js'
import { Kind } from './events.js'
import { type Policy, ticketsOf } from './select.js'
import { type StateAt } from './state-at.js'

/** Operators by bond owner. */
class Owners {
  readonly #counts = new Map<number, number>()

  /** @param operators 1 for one more of them, -1 for one less */
  count(owner: number, operators: 1 | -1): void {
    if (owner < 0) return
    const count = (this.#counts.get(owner) ?? 0) + operators
    if (count > 0) this.#counts.set(owner, count)
    else this.#counts.delete(owner)
  }
  /** How many there are. */
  get size(): number {
    return this.#counts.size
  }
}

/** Counts below this are added as doubles, without loss for as many operators as there is memory for. */
const smallCount = 2 ** 26

/** Who is eligible and can pay for a ticket, and how many tickets each has. */
export class Holders {
  /** By operator; 0 for none. */
  readonly #counts: (bigint | number)[] = []
  /** How many operators hold a ticket. */
  size = 0
  #small = 0
  #large = 0n

  constructor(
    readonly ticketPrice: bigint,
    readonly policy: Policy,
  ) {}

  /** Counts an operator that is eligible. */
  add(state: StateAt, n: number): void {
    this.#set(
      n,
      this.policy === 'owner-cap' && state.owner(n) < 0 ? 0 : countOf(state.balance(n), this.ticketPrice),
    )
  }
  /** Counts an operator no longer. */
  remove(n: number): void {
    this.#set(n, 0)
  }

  #set(n: number, count: bigint | number): void {
    while (this.#counts.length <= n) this.#counts.push(0)
    this.#sum(this.#counts[n]!, -1)
    this.#counts[n] = count
    this.#sum(count, 1)
  }
  #sum(count: bigint | number, sign: 1 | -1): void {
    if (count < 1) return
    this.size += sign
    if (typeof count === 'number' && count < smallCount) this.#small += sign * count
    else this.#large += BigInt(sign) * BigInt(count)
  }

  /** How many tickets they hold. */
  get tickets(): bigint {
    return BigInt(this.#small) + this.#large
  }

  /** The operators in ascending order, each with its tickets. O(operators). */
  entries(): [operator: number, count: bigint | number][] {
    return this.#counts.flatMap((count, n): [number, bigint | number][] => (count < 1 ? [] : [[n, count]]))
  }
}

/** How many tickets a balance buys. */
function countOf(balance: bigint | number, ticketPrice: bigint): bigint | number {
  const price = ticketPrice <= Number.MAX_SAFE_INTEGER ? Number(ticketPrice) : 0
  // Both are below 2^53, where the floor of a quotient is exact.
  return typeof balance === 'number' && price > 0
    ? Math.floor(balance / price)
    : ticketsOf(BigInt(balance), ticketPrice)
}

/** What decides who is in a pool. */
interface Inputs {
  rows: number
  second: number
  version: number
  policy: number
  frozen: StateAt | undefined
}

/** The operators that are eligible at one second, and what draws ask of all of them together. */
export class Pool {
  #inputs: Inputs = { rows: 0, second: -1, version: -1, policy: -1, frozen: undefined }
  #isMember = new Uint8Array(0)
  /** Of members, the owner under whom they are counted. */
  #ownerOf = new Int32Array(0)
  /** Rows whose admissions have no cool-down that ends later. */
  #admitted = 0
  #owners: Owners | undefined
  /** Of those whose operator a row has changed since the last version or policy. */
  #changed: { is: Uint8Array; owners: Owners } | undefined
  /** For the price and the policy that were asked for last. */
  #holders: Holders | undefined

  /**
   * The pool of a second. Going on: O(rows between, cool-downs that end between). Going back, and over
   * another admission policy: O(operators).
   */
  moveTo(to: Eligibility): this {
    const { state, second, frozen } = to
    const inputs = {
      rows: state.rows,
      second,
      version: state.rowOf(Kind.version),
      policy: state.rowOf(Kind.policy),
      frozen,
    }
    const from = this.#inputs
    if (from.rows === inputs.rows && from.second === second && from.frozen === frozen) return this
    this.#makeRoom(state.size)
    const goesOn = from.rows <= inputs.rows && from.second <= second && from.frozen === frozen
    if (!goesOn || from.policy !== inputs.policy || !this.#goOn(to, from, inputs)) this.#startAnew(to)
    this.#inputs = inputs
    return this
  }

  #makeRoom(operators: number): void {
    if (operators <= this.#isMember.length) return
    this.#isMember = grown(this.#isMember, operators)
    this.#ownerOf = grown(this.#ownerOf, operators)
    if (this.#changed) this.#changed.is = grown(this.#changed.is, operators)
  }

  #startAnew(to: Eligibility): void {
    this.#clear()
    const { state, second } = to
    for (let n = 0; n < state.size; ++n) this.#look(to, n)
    this.#admitted = state.log.rowsUntil(second - to.coolDown, state.rows)
  }

  #clear(): void {
    this.#isMember.fill(0)
    this.#owners = this.#changed = this.#holders = undefined
  }

  /** Looks at what has changed; false where that is not known. */
  #goOn(to: Eligibility, from: Inputs, { version }: Inputs): boolean {
    const { state, second } = to
    const { operators, kinds, times } = state.log.columns
    const isNewVersion = from.version !== version
    // A new version makes everybody inactive: active are those that a row has activated since.
    if (isNewVersion) this.#clear()
    const active = new Set<number>()
    for (let i = isNewVersion ? version + 1 : from.rows; i < state.rows; ++i) {
      const n = operators[i]!
      if (n < 0) continue
      if (isNewVersion && state.isActive(n)) active.add(n)
      this.#look(to, n, true)
    }
    // A version that was in force before has its activations from then.
    if (isNewVersion && active.size !== state.activeCount) return false
    if (to.frozen) return true
    for (; this.#admitted < state.rows && times[this.#admitted]! + to.coolDown <= second; ++this.#admitted)
      if (kinds[this.#admitted] === Kind.admission) this.#look(to, operators[this.#admitted]!)
    return true
  }

  /**
   * Counts an operator as it is.
   *
   * @param isChanged whether a row has changed it since it was counted
   */
  #look(to: Eligibility, n: number, isChanged = false): void {
    const { state } = to
    const changed = this.#changed
    if (this.#isMember[n] === 1) {
      this.#owners?.count(this.#ownerOf[n]!, -1)
      if (changed?.is[n] === 1) changed.owners.count(this.#ownerOf[n]!, -1)
      this.#holders?.remove(n)
    }
    this.#isMember[n] = 0
    if (changed && isChanged) changed.is[n] = 1
    if (to.why(n)) return
    this.#isMember[n] = 1
    this.#ownerOf[n] = state.owner(n)
    this.#owners?.count(this.#ownerOf[n], 1)
    if (changed?.is[n] === 1) changed.owners.count(this.#ownerOf[n], 1)
    this.#holders?.add(state, n)
  }

  // --- questions about the second that the pool was moved to -----------------------------------------

  /** The members in ascending order. O(operators). */
  operators(): number[] {
    const out: number[] = []
    this.#isMember.forEach((is, n) => void (is === 1 && out.push(n)))
    return out
  }

  /** How many bond owners they have. */
  get owners(): number {
    if (!this.#owners) {
      this.#owners = new Owners()
      for (const n of this.operators()) this.#owners.count(this.#ownerOf[n]!, 1)
    }
    return this.#owners.size
  }

  /** How many bond owners those have that a row has changed since the last version or policy. */
  ownersSinceReset({ log, rows }: StateAt): number {
    if (!this.#changed) {
      const { version, policy } = this.#inputs
      const changed = { is: new Uint8Array(this.#isMember.length), owners: new Owners() }
      for (const n of log.columns.operators.subarray(Math.max(version, policy) + 1, rows))
        if (n >= 0) changed.is[n] = 1
      for (const n of this.operators()) if (changed.is[n] === 1) changed.owners.count(this.#ownerOf[n]!, 1)
      this.#changed = changed
    }
    return this.#changed.owners.size
  }

  /** Those that hold a ticket. O(operators) for another price or policy than before. */
  holders(state: StateAt, ticketPrice: bigint, policy: Policy): Holders {
    const known = this.#holders
    if (known?.ticketPrice === ticketPrice && known.policy === policy) return known
    const holders = new Holders(ticketPrice, policy)
    for (const n of this.operators()) holders.add(state, n)
    return (this.#holders = holders)
  }
}
