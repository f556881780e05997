// Who is eligible at a second: active by the rule of versions, and admitted.
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
 * Eligibility at one second t. With p the policy in force and s the operator's last admission (0 for one from before there were
 * admissions), it is admitted when
 *
 * - not paused: s = 0, or p.cooldownEnabled is false, or t - s >= p.cooldownDuration;
 * - paused, with b = p.pauseTimepoint: s <= b, and (s = 0, or p.pauseCooldownEnabled is false, or
 *   b - s >= p.pauseCooldownDuration), and it was active at b.
 */
export class Eligibility {
  readonly #frozen: StateAt | undefined

  /**
   * @param state after all rows up to and including `second`
   * @param stateAt gives the state of an earlier second: of the pool that a pause has frozen
   */
  constructor(
    readonly state: StateAt,
    readonly second: number,
    stateAt: (second: number) => StateAt,
  ) {
    const { admissionsPaused, pauseTimepoint } = state.policy
    this.#frozen = admissionsPaused ? stateAt(pauseTimepoint) : undefined
  }

  /** Undefined for an operator that is eligible. O(1). */
  why(operator: number | undefined): Ineligibility | undefined {
    if (operator === undefined || !this.state.has(operator)) return { why: 'unknown' }
    if (!this.state.isActive(operator)) return { why: 'inactive' }
    const since = Math.max(0, this.state.admittedSince(operator))
    return this.#frozen ? this.#whyPaused(operator, since, this.#frozen) : this.#whyCoolingDown(since)
  }

  #whyCoolingDown(since: number): Ineligibility | undefined {
    const { cooldownEnabled, cooldownDuration } = this.state.policy
    const until = since + cooldownDuration
    return since > 0 && cooldownEnabled && this.second < until ? { why: 'cooling-down', until } : undefined
  }

  #whyPaused(operator: number, since: number, frozen: StateAt): Ineligibility | undefined {
    const { pauseTimepoint, pauseCooldownEnabled, pauseCooldownDuration } = this.state.policy
    const paused = { why: 'paused', since: pauseTimepoint + 1 } as const
    if (since > pauseTimepoint) return { ...paused, because: 'admitted later' }
    if (since > 0 && pauseCooldownEnabled && pauseTimepoint - since < pauseCooldownDuration)
      return { ...paused, because: 'cooling down' }
    return frozen.isActive(operator) ? undefined : { ...paused, because: 'inactive' }
  }

  /** The numbers of all that are eligible. O(operators). */
  operators(): number[] {
    const out: number[] = []
    for (let n = 0; n < this.state.size; ++n) if (!this.why(n)) out.push(n)
    return out
  }
}
