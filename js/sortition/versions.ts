// Versions of the registry: states and maps after a number of rows of its log, made when they are asked for.
import { isDisposed } from '../core.js'
import { Hamt } from '../index.js'
import { type EventLog } from './event-log.js'
import { Pool } from './pool.js'
import { type NodeState } from './select.js'
import { StateAt } from './state-at.js'
import { withStates } from './states.js'

/** How many states are kept: a draw asks for those before its request, at T - 1 and at its submissions. */
const mostStates = 4

/** An event log, and the states and the version that were last asked for. */
export class Versions {
  /** What was asked for last comes last. */
  #states: StateAt[]
  #map: Hamt<NodeState>
  /** The state that `#map` shows. */
  #mapState: StateAt
  #frozen: StateAt | undefined
  /** Who was eligible at the second that was asked for last. */
  readonly pool = new Pool()

  constructor(
    readonly log: EventLog,
    map: Hamt<NodeState> = Hamt.empty(),
    rows = 0,
  ) {
    this.#mapState = StateAt.after(log, rows)
    this.#states = [this.#mapState]
    this.#map = map
  }

  /**
   * The state after the first `rows` rows, not to be moved. A walk over the rows since one that was asked for
   * lately.
   */
  stateAfter(rows: number): StateAt {
    const state = this.#states.find((each) => each.rows === rows) ?? this.stateBefore(rows).moveTo(rows)
    this.#states = [...this.#states.filter((each) => each !== state).slice(1 - mostStates), state]
    return state
  }

  /** The same for the state that a pause has frozen: the last of them is kept. */
  frozenAfter(rows: number): StateAt {
    if (this.#frozen?.rows !== rows) this.#frozen = this.stateBefore(rows).moveTo(rows)
    return this.#frozen
  }

  /** A state at or before the first `rows` rows, to be moved. */
  stateBefore(rows: number): StateAt {
    let nearest: StateAt | undefined
    for (const each of this.#states)
      if (each.rows <= rows && each.rows >= (nearest?.rows ?? 0)) nearest = each
    return nearest ? nearest.copy() : new StateAt(this.log)
  }

  /**
   * The version after the first `rows` rows. It is made from the one made last, so that they share memory: as
   * many sets as operators differ, after a walk over the rows between (over all rows when going back).
   */
  after(rows: number): Hamt<NodeState> {
    // Whoever was given the last version may have disposed of it.
    const usable = !isDisposed(this.#map)
    if (usable && rows === this.#mapState.rows) return this.#map
    const to = this.stateAfter(rows)
    this.#map = usable ? withStates(this.#map, to, this.#mapState) : withStates(Hamt.empty(), to)
    this.#mapState = to
    return this.#map
  }
}
