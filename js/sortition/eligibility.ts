// Eligibility of operators at a second: active by the rule of versions, and admitted.
import { type Holders, type Pool } from './pool.js'
import { type Policy } from './select.js'
import { type StateAt } from './state-at.js'

/** Why an operator is not eligible. Times are in seconds. */
export type Ineligibility =
  | { why: 'unknown' }
  | { why: 'inactive' }
  /** Admitted from `until` on. */
  | { why: 'cooling-down'; until: number }
  /** A pause, whose first second is `since`, keeps out who was not admitted and active before it. */
  | { why: 'paused'; since: number; because: 'admitted later' | 'cooling down' | 'inactive' }

/**
 * Eligibility at one second t. With p the policy in force and s the operator's last admission (0 for one from
 * before there were admissions), it is admitted when
 *
 * - not paused: s = 0, or p.cooldownEnabled is false, or t - s >= p.cooldownDuration;
 * - paused, with b = p.pauseTimepoint: s <= b, and (s = 0, or p.pauseCooldownEnabled is false, or
 *   b - s >= p.pauseCooldownDuration), and it was active at b.
 */
export class Eligibility {
  /**
   * @param state after all rows up to and including `second`
   * @param frozen under a pause, the state of the pool that it has frozen
   * @param pool of the log, which draws share
   */
  constructor(
    readonly state: StateAt,
    readonly second: number,
    readonly frozen: StateAt | undefined,
    private readonly pool: Pool,
  ) {}

  /** Undefined for an operator that is eligible. O(1). */
  why(operator: number | undefined): Ineligibility | undefined {
    if (operator === undefined || !this.state.has(operator)) return { why: 'unknown' }
    if (!this.state.isActive(operator)) return { why: 'inactive' }
    const since = Math.max(0, this.state.admittedSince(operator))
    return this.frozen ? this.#whyPaused(operator, since, this.frozen) : this.#whyCoolingDown(since)
  }

  #whyCoolingDown(since: number): Ineligibility | undefined {
    const until = since > 0 ? since + this.coolDown : 0
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

  /** How long an operator waits after its admission, in seconds, without a pause. */
  get coolDown(): number {
    const { cooldownEnabled, cooldownDuration } = this.state.policy
    return cooldownEnabled ? cooldownDuration : 0
  }

  /** The numbers of all that are eligible, in ascending order. O(operators). */
  operators(): number[] {
    return this.pool.moveTo(this).operators()
  }

  /** How many bond owners these have. */
  get owners(): number {
    return this.pool.moveTo(this).owners
  }

  /**
   * Those of them whose owner was counted again since the last version or policy: a log has changed an
   * operator of theirs.
   */
  get ownersSinceReset(): number {
    return this.pool.moveTo(this).ownersSinceReset(this.state)
  }

  /** Those of them that hold a ticket; under the cap those with a bond owner. */
  holders(ticketPrice: bigint, policy: Policy): Holders {
    return this.pool.moveTo(this).holders(this.state, ticketPrice, policy)
  }
}
