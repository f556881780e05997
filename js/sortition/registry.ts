// The registry of operators: every version that it has ever had.
import { DisposedError, Hamt } from '../index.js'
import {
  changeOf,
  describe,
  eventNames,
  type Position,
  positionOf,
  type RegistryEvent,
  requireFollows,
} from './events.js'
import { readRegistry, writeRegistry } from './file.js'
import { Journal, Standings } from './journal.js'
import { type NodeState } from './select.js'
import { nodeState, withStates } from './states.js'
import { type Address, address, object, safeInteger, show } from './values.js'

/** What happened to an operator, and its state afterwards. */
export interface HistoryRow extends Position {
  /** The name of the event. */
  what: string
  /** The operator's state after it. */
  state: NodeState
}

/** A journal, and the version that was last asked for. */
class Versions {
  #standings: Standings
  #map: Hamt<NodeState>

  constructor(
    readonly journal: Journal,
    map: Hamt<NodeState> = Hamt.empty(),
    rows = 0,
  ) {
    this.#standings = Standings.after(journal, rows)
    this.#map = map
  }

  /**
   * The version after the first `rows` rows. It is made from the one made last, so that they share memory: as many sets
   * as operators differ, after a walk over the rows between (over all rows when going back).
   */
  after(rows: number): Hamt<NodeState> {
    const from = this.#standings
    const usable = !isDisposed(this.#map)
    if (usable && rows === from.rows) return this.#map
    const to = rows < from.rows ? Standings.after(this.journal, rows) : from.copy().moveTo(rows)
    this.#map = usable ? withStates(this.#map, to, from) : withStates(Hamt.empty(), to)
    this.#standings = to
    return this.#map
  }
}

/** Whoever was given the last version may have disposed of it. */
function isDisposed(map: Hamt<NodeState>): boolean {
  try {
    map.has('')
    return false
  } catch (e) {
    if (e instanceof DisposedError) return true
    throw e
  }
}

/**
 * The history of the operators, replayed from events. Immutable: `apply` gives a new registry, which shares everything
 * with the old one; keeping all of them costs a small object each.
 *
 * | operation        | time                                                              |
 * | ---------------- | ----------------------------------------------------------------- |
 * | apply            | O(1) amortised; O(events) when a registry is continued twice       |
 * | at, prove        | O(operators that differ from the version asked for last) + a walk over the events between |
 * | stateBefore      | a walk over the events                                             |
 * | serialize        | O(events)                                                          |
 */
export class NodeRegistry {
  readonly #versions: Versions
  readonly #rows: number
  readonly #position: Position | undefined

  private constructor(versions: Versions, rows: number, position: Position | undefined) {
    this.#versions = versions
    this.#rows = rows
    this.#position = position
  }

  /** A registry to which nothing has happened. */
  static empty(): NodeRegistry {
    return new NodeRegistry(new Versions(new Journal()), 0, undefined)
  }

  /**
   * The registry after one more event of `sortitionAbi`, as viem decodes it, with its block's time. Those that change no
   * operator only advance the position. EventError when it does not come after the last one, or is unknown; TypeError
   * or RangeError naming an argument that is out of range; the registry is as it was.
   */
  apply(event: RegistryEvent): NodeRegistry {
    if (event === null || typeof event !== 'object') object(event, 'the event')
    const at = positionOf(event)
    requireFollows(at, this.#position)
    const change = changeOf(event)
    if (change === undefined) return new NodeRegistry(this.#versions, this.#rows, at)
    const { journal } = this.#versions
    const versions = journal.length === this.#rows ? this.#versions : new Versions(journal.fork(this.#rows))
    versions.journal.append(change, at)
    return new NodeRegistry(versions, this.#rows + 1, at)
  }

  /** `apply` for each event; all or nothing. */
  applyAll(events: Iterable<RegistryEvent>): NodeRegistry {
    return applyEach(this, events)
  }

  /**
   * The version in force at a second: every event up to and including that timestamp counts, so the state before a
   * request of time T is `at(T - 1n)`. Keyed by lower-case address; an operator that was removed stays, unregistered.
   *
   * @param timepoint in seconds
   */
  at(timepoint: bigint | number): Hamt<NodeState> {
    return this.#versions.after(this.#rowsAt(timepoint))
  }

  /**
   * The state of an operator just before a place in the chain, all logs before it counted, those of the same second
   * too. Undefined for an address that no event has named as an operator.
   */
  stateBefore(
    place: { blockNumber: bigint | number; logIndex: number },
    operator: Address,
  ): NodeState | undefined {
    const who = address(operator, 'operator')
    const before = this.walk()(placeOf(place))
    return this.lookUp(before, who)
  }

  /**
   * What has happened to an operator, in order: each of its own events, and, once it is known, each new version of the
   * eligibility rules (which makes it inactive). Empty for an address that is no operator. O(events).
   */
  history(operator: Address): HistoryRow[] {
    const { journal } = this.#versions
    const who = journal.addresses.find(address(operator, 'operator'))
    const out: HistoryRow[] = []
    if (who === undefined) return out
    const now = new Standings(journal)
    for (let i = 0; i < this.#rows; ++i) {
      const about = journal.columns.operators[i]!
      if (about !== who && (about >= 0 || out.length === 0)) continue
      out.push({
        ...journal.position(i),
        what: eventNames[journal.columns.kinds[i]!]!,
        state: nodeState(now.moveTo(i + 1), who),
      })
    }
    return out
  }

  /**
   * Proof of what an operator's state was at a second, or that it had none, and the digest of that version: for
   * `verifyProof(digest, operator, proof)` of `hamt-wasm/verify`, with the operator in lower case.
   */
  prove(timepoint: bigint | number, operator: Address): { digest: Uint8Array; proof: Uint8Array } {
    const version = this.at(timepoint)
    return { digest: version.digest(), proof: version.prove(address(operator, 'operator')) }
  }

  /** Where the last event stood; undefined before the first. Later events must come after it. */
  get position(): Position | undefined {
    return this.#position && { ...this.#position }
  }

  /** How many events have changed an operator or the eligibility rules. */
  get changes(): number {
    return this.#rows
  }

  /** The seconds at which something changed, ascending: one for each version. O(changes). */
  timepoints(): bigint[] {
    const { times } = this.#versions.journal.columns
    const out: bigint[] = []
    for (let i = 0; i < this.#rows; ++i) {
      if (i + 1 === this.#rows || times[i] !== times[i + 1]) out.push(BigInt(times[i]!))
    }
    return out
  }

  /**
   * All versions in one snapshot; the bytes depend on the events alone. Its one stored version is the newest state, for
   * `deserialize` and every other tool; the others follow from the changes beside it. About 12 bytes a change.
   */
  serialize(): Uint8Array {
    return writeRegistry(this.#versions.journal, this.#rows, this.#position, this.#versions.after(this.#rows))
  }

  /** Reads what `serialize` wrote, ready to go on. SnapshotError for anything else; linear in the bytes. */
  static deserialize(bytes: Uint8Array): NodeRegistry {
    if (!(bytes instanceof Uint8Array))
      throw new TypeError(`a registry must be a Uint8Array, got ${show(bytes)}`)
    const { journal, position, newest } = readRegistry(bytes)
    return new NodeRegistry(new Versions(journal, newest, journal.length), journal.length, position)
  }

  /** For a console. */
  toString(): string {
    return `NodeRegistry(${this.#rows} changes${this.#position ? `, up to ${describe(this.#position)}` : ''})`
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }

  /**
   * A walk along the chain: gives the state just before each place it is asked for, cheapest in ascending order.
   * The state is valid until the next question.
   * @internal
   */
  walk(): (place: { blockNumber: number; logIndex: number }) => Standings {
    const { journal } = this.#versions
    let now = new Standings(journal)
    return (place) => {
      const rows = journal.rowsBefore(place, this.#rows)
      if (rows < now.rows) now = new Standings(journal)
      return now.moveTo(rows)
    }
  }

  /** @internal */
  lookUp(standings: Standings, operator: Address): NodeState | undefined {
    const n = this.#versions.journal.addresses.find(operator)
    return n === undefined || !standings.has(n) ? undefined : nodeState(standings, n)
  }

  #rowsAt(timepoint: unknown): number {
    // A bigint beyond all times that events may have is as good as the last of them.
    const second = typeof timepoint === 'bigint' && timepoint > maxSecond ? maxSecond : timepoint
    return this.#versions.journal.rowsUntil(safeInteger(second, 'timepoint'), this.#rows)
  }
}

const maxSecond = BigInt(Number.MAX_SAFE_INTEGER)

function applyEach(registry: NodeRegistry, events: Iterable<RegistryEvent>): NodeRegistry {
  for (const event of events) registry = registry.apply(event)
  return registry
}

function placeOf(place: unknown): { blockNumber: number; logIndex: number } {
  const { blockNumber, logIndex } = object(place, 'the place')
  return { blockNumber: safeInteger(blockNumber, 'blockNumber'), logIndex: safeInteger(logIndex, 'logIndex') }
}
