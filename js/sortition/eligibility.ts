// Eligibility of operators at a second: active by the rule of versions, and admitted.
import { Kind } from './events.js'
import { type Policy, ticketsOf } from './select.js'
import { type StateAt } from './state-at.js'

/** Why an operator is not eligible. Times are in seconds. */
export type Ineligibility =
  | { why: 'unknown' }
  | { why: 'inactive' }
  /** Admitted from `until` on. */
  | { why: 'cooling-down'; until: number }
  /** A pause, whose first second is `since`, keeps out who was not admitted and active before it. */
  | { why: 'paused'; since: number; because: 'admitted later' | 'cooling down' | 'inactive' }

/** What holds at a state from one second up to another, not included: nobody is admitted between them. */
interface Pool {
  from: number
  until: number
  operators: readonly number[]
  /** Bond owners of these. */
  owners: number
  /** Of these owners, those of operators that a log has changed since the last version or policy. */
  ownersSinceReset?: number
  /** Of those among these that may pay, for the price and policy that were asked for last. */
  holders?: Holders
}

/** Who is eligible and can pay for a ticket, and how many tickets each has. */
export interface Holders {
  readonly ticketPrice: bigint
  readonly policy: Policy
  readonly operators: readonly number[]
  readonly counts: readonly (bigint | number)[]
  /** The sum of the counts. */
  readonly tickets: bigint
}

/** Draws on one state share what was computed of it. */
interface Shared {
  rows: number
  frozen: StateAt | undefined
  pool?: Pool
}
const shared = new WeakMap<StateAt, Shared>()

/**
 * Eligibility at one second t. With p the policy in force and s the operator's last admission (0 for one from
 * before there were admissions), it is admitted when
 *
 * - not paused: s = 0, or p.cooldownEnabled is false, or t - s >= p.cooldownDuration;
 * - paused, with b = p.pauseTimepoint: s <= b, and (s = 0, or p.pauseCooldownEnabled is false, or
 *   b - s >= p.pauseCooldownDuration), and it was active at b.
 */
export class Eligibility {
  readonly #shared: Shared

  /**
   * @param state after all rows up to and including `second`
   * @param stateAt gives the state of an earlier second: of the pool that a pause has frozen
   */
  constructor(
    readonly state: StateAt,
    readonly second: number,
    stateAt: (second: number) => StateAt,
  ) {
    const known = shared.get(state)
    if (known?.rows === state.rows) this.#shared = known
    else {
      const { admissionsPaused, pauseTimepoint } = state.policy
      const frozen = admissionsPaused ? stateAt(pauseTimepoint) : undefined
      shared.set(state, (this.#shared = { rows: state.rows, frozen }))
    }
  }

  /** Undefined for an operator that is eligible. O(1). */
  why(operator: number | undefined): Ineligibility | undefined {
    if (operator === undefined || !this.state.has(operator)) return { why: 'unknown' }
    if (!this.state.isActive(operator)) return { why: 'inactive' }
    const since = Math.max(0, this.state.admittedSince(operator))
    const { frozen } = this.#shared
    return frozen ? this.#whyPaused(operator, since, frozen) : this.#whyCoolingDown(since)
  }

  #whyCoolingDown(since: number): Ineligibility | undefined {
    const until = this.#admittedFrom(since)
    return this.second < until ? { why: 'cooling-down', until } : undefined
  }

  #whyPaused(operator: number, since: number, frozen: StateAt): Ineligibility | undefined {
    const { pauseTimepoint, pauseCooldownEnabled, pauseCooldownDuration } = this.state.policy
    const paused = { why: 'paused', since: pauseTimepoint + 1 } as const
    if (since > pauseTimepoint) return { ...paused, because: 'admitted later' }
    if (since > 0 && pauseCooldownEnabled && pauseTimepoint - since < pauseCooldownDuration)
      return { ...paused, because: 'cooling down' }
    return frozen.isActive(operator) ? undefined : { ...paused, because: 'inactive' }
  }

  /**
   * The numbers of all that are eligible. O(operators) once for a state and the seconds at which they are the
   * same.
   */
  operators(): readonly number[] {
    return this.#pool().operators
  }

  /** How many bond owners these have. */
  get owners(): number {
    return this.#pool().owners
  }

  /**
   * Those of them whose owner was counted again since the last version or policy: a log has changed an
   * operator of theirs.
   */
  get ownersSinceReset(): number {
    const { state } = this
    const pool = this.#pool()
    if (pool.ownersSinceReset !== undefined) return pool.ownersSinceReset
    const reset = Math.max(state.rowOf(Kind.version), state.rowOf(Kind.policy))
    const changed = new Set(state.log.columns.operators.subarray(reset + 1, state.rows))
    const counted = pool.operators.filter((n) => changed.has(n))
    return (pool.ownersSinceReset = ownersOf(state, counted))
  }

  /** Those of them that hold a ticket; under the cap those with a bond owner. */
  holders(ticketPrice: bigint, policy: Policy): Holders {
    const pool = this.#pool()
    const known = pool.holders
    if (known?.ticketPrice === ticketPrice && known.policy === policy) return known
    return (pool.holders = holdersOf(this.state, pool.operators, ticketPrice, policy))
  }

  #pool(): Pool {
    const { pool } = this.#shared
    if (pool && pool.from <= this.second && this.second < pool.until) return pool
    return (this.#shared.pool = this.#newPool())
  }

  #newPool(): Pool {
    const { state } = this
    const operators: number[] = []
    let [from, until] = [0, Infinity]
    for (let n = 0; n < state.size; ++n) {
      const why = this.why(n)
      if (why?.why === 'cooling-down') until = Math.min(until, why.until)
      if (why) continue
      operators.push(n)
      // A cool-down that has ended: before that the operator was not eligible.
      if (!this.#shared.frozen) from = Math.max(from, this.#admittedFrom(state.admittedSince(n)))
    }
    return { from, until, operators, owners: ownersOf(state, operators) }
  }

  /** The first second at which an operator of an admission is admitted, without a pause. */
  #admittedFrom(since: number): number {
    const { cooldownEnabled, cooldownDuration } = this.state.policy
    return since > 0 && cooldownEnabled ? since + cooldownDuration : 0
  }
}

function ownersOf(state: StateAt, operators: readonly number[]): number {
  return new Set(operators.map((n) => state.owner(n)).filter((owner) => owner >= 0)).size
}

function holdersOf(
  state: StateAt,
  eligible: readonly number[],
  ticketPrice: bigint,
  policy: Policy,
): Holders {
  const price = ticketPrice <= Number.MAX_SAFE_INTEGER ? Number(ticketPrice) : undefined
  const operators: number[] = []
  const counts: (bigint | number)[] = []
  for (const n of eligible) {
    if (policy === 'owner-cap' && state.owner(n) < 0) continue
    const balance = state.balance(n)
    // Both are below 2^53, where the floor of a quotient is exact.
    const count =
      typeof balance === 'number' && price !== undefined && price > 0
        ? Math.floor(balance / price)
        : ticketsOf(BigInt(balance), ticketPrice)
    if (count < 1) continue
    operators.push(n)
    counts.push(count)
  }
  const tickets = counts.reduce<bigint>((sum, count) => sum + BigInt(count), 0n)
  return { ticketPrice, policy, operators, counts, tickets }
}
