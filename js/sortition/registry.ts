// The registry of operators: every version that it has ever had.
import { isBytes } from '../core.js'
import { type Hamt } from '../index.js'
import { Eligibility } from './eligibility.js'
import { EventLog } from './event-log.js'
import {
  type AdmissionPolicy,
  changeOf,
  describe,
  comparePositions,
  Kind,
  eventNames,
  type Position,
  positionOf,
  type RegistryEvent,
  requireFollows,
} from './events.js'
import { readRegistry, writeRegistry } from './file.js'
import { textOf } from './log-entry.js'
import { StateAt } from './state-at.js'
import { type NodeState } from './select.js'
import { mapOf, nodeState } from './states.js'
import { type Address, address, object, safeInteger, show } from './values.js'
import { Versions } from './versions.js'

/** What happened to an operator, and its state afterwards. */
export interface HistoryRow extends Position {
  /** The name of the event. */
  what: string
  /** The operator's state after it. */
  state: NodeState
}

/**
 * Whose events a registry has: chain and contracts, as far as they are known. Addresses are in lower case.
 */
export interface Origin {
  /** The chain. */
  chainId?: bigint
  /** The registry of ciphernodes. */
  ciphernodeRegistry?: Address
  /** The bonding registry. */
  bondingRegistry?: Address
}

/** What is in force for all at a position. */
export interface Settings {
  /** What one ticket costs, in units of the balance; absent before it was set, like the next three. */
  ticketPrice?: bigint
  /** How many seconds submissions are accepted. */
  submissionWindow?: bigint
  /** How many seconds a random word is waited for. */
  randomnessTimeout?: bigint
  /** The contract whose random words count, in lower case. */
  randomnessProvider?: Address
  /** Of the rules by which operators are active; 0n before the first. */
  configurationVersion: bigint
  /** Who is admitted. */
  admission: AdmissionPolicy
}

/** The position of an event that changed nothing: the last one of its block. A list, newest first. */
interface Mark {
  position: Position
  previous: Mark | undefined
}

const uncloneable = Symbol('a NodeRegistry: use registry.serialize()')

/**
 * The history of the operators, replayed from events. Immutable: `apply` gives a new registry, which shares
 * everything with the old one; keeping all of them costs a small object each.
 *
 * | operation        | time                                                              |
 * | ---------------- | ----------------------------------------------------------------- |
 * | apply            | O(1) amortised; O(events) when a registry is continued twice       |
 * | before           | O(log events) + the events since that changed nothing               |
 * | at, prove        | O(operators that differ from the version asked for last) + a walk over the events between |
 * | eligible         | O(operators) + a walk over the events                              |
 * | stateBefore, settingsBefore | a walk over the events                                  |
 * | serialize        | O(events)                                                          |
 */
export class NodeRegistry {
  /** @internal What tools refuse to clone. */
  readonly uncloneable: symbol = uncloneable
  readonly #versions: Versions
  readonly #rows: number
  readonly #position: Position | undefined
  readonly #marks: Mark | undefined
  readonly #origin: Origin
  #firstVersionRow: number | undefined

  /** A kind of its own: what makes proxies of objects (Vue, MobX) leaves it alone. */
  get [Symbol.toStringTag](): string {
    return 'NodeRegistry'
  }

  private constructor(
    versions: Versions,
    rows: number,
    position: Position | undefined,
    marks: Mark | undefined,
    origin: Origin,
  ) {
    if (!(versions instanceof Versions))
      throw new TypeError(
        'new makes no registry: use NodeRegistry.empty() or NodeRegistry.deserialize(bytes)',
      )
    this.#versions = versions
    this.#rows = rows
    this.#position = position
    this.#marks = marks
    this.#origin = origin
  }

  /**
   * TypeError for what is no registry.
   * @internal
   */
  static require(value: unknown): void {
    const isRegistry = value !== null && typeof value === 'object' && #rows in value
    if (!isRegistry) throw new TypeError(`the registry must be a NodeRegistry, got ${show(value)}`)
  }

  /** A registry to which nothing has happened. */
  static empty(): NodeRegistry {
    return new NodeRegistry(new Versions(new EventLog()), 0, undefined, undefined, {})
  }

  /**
   * The registry after one more event of `sortitionAbi`, as viem decodes it, with its block's time. Those
   * that change no operator and no setting only advance the position. EventError when it does not come after
   * the last one, is unknown, or was removed from the chain; TypeError or RangeError naming an argument that
   * is out of range; the registry is as it was.
   */
  apply(event: RegistryEvent): NodeRegistry {
    if (event === null || typeof event !== 'object') object(event, 'the event')
    const at = positionOf(event)
    requireFollows(at, this.#position)
    const change = changeOf(event)
    if (change === undefined) {
      return new NodeRegistry(this.#versions, this.#rows, at, marked(at, this.#marks), this.#origin)
    }
    const { log } = this.#versions
    const versions = log.length === this.#rows ? this.#versions : new Versions(log.fork(this.#rows))
    versions.log.append(change, at)
    return new NodeRegistry(versions, this.#rows + 1, at, this.#marks, this.#origin)
  }

  /** `apply` for each event; all or nothing. */
  applyAll(events: Iterable<RegistryEvent>): NodeRegistry {
    return applyEach(this, events)
  }

  /**
   * The version in force at a second: every event up to and including that timestamp counts, so the state
   * before a request of time T is `at(T - 1n)`. Keyed by lower-case address; an operator that was removed
   * stays, unregistered.
   *
   * @param timepoint in seconds
   */
  at(timepoint: bigint | number): Hamt<NodeState> {
    return this.#versions.after(this.#rowsAt(timepoint))
  }

  /**
   * The registry as it was before a block: for going back when a chain has taken blocks back. Nothing is
   * replayed or copied. Its position is that of the last event before the block; a registry that was loaded
   * knows only events that changed something.
   */
  before(block: { blockNumber: bigint | number }): NodeRegistry {
    const first = safeInteger(object(block, 'the block').blockNumber, 'blockNumber')
    if (!this.#position || this.#position.blockNumber < first) return this
    const { log } = this.#versions
    const rows = log.rowsBefore({ blockNumber: first, logIndex: 0 }, this.#rows)
    let marks = this.#marks
    while (marks && marks.position.blockNumber >= first) marks = marks.previous
    const last = rows > 0 ? log.position(rows - 1) : undefined
    const position = !marks || (last && comparePositions(marks.position, last) < 0) ? last : marks.position
    return new NodeRegistry(this.#versions, rows, position, marks, this.#origin)
  }

  /**
   * Those of `at(timepoint)` that are eligible at that second: active, and admitted. A cool-down ends without
   * an event, so that this depends on the second and not on the last event alone. O(operators), and a walk
   * over the events.
   *
   * @param timepoint in seconds; for a request of time T it is T - 1
   */
  eligible(timepoint: bigint | number): Hamt<NodeState> {
    const eligibility = this.eligibility(timepoint)
    return mapOf(eligibility.state, eligibility.operators())
  }

  /** What is in force for all just before a position in the chain, all logs before it counted. */
  settingsBefore(position: { blockNumber: bigint | number; logIndex: number }): Settings {
    const state = this.#versions.stateAfter(
      this.#versions.log.rowsBefore(checkedPosition(position), this.#rows),
    )
    const { ticketPrice, submissionWindow, randomnessTimeout, randomnessProvider } = state
    return {
      ...(ticketPrice !== undefined && { ticketPrice }),
      ...(submissionWindow !== undefined && { submissionWindow }),
      ...(randomnessTimeout !== undefined && { randomnessTimeout }),
      ...(randomnessProvider !== undefined && { randomnessProvider }),
      configurationVersion: state.version,
      admission: { ...state.policy },
    }
  }

  /**
   * The state of an operator just before a position in the chain, all logs before it counted, those of the
   * same second too. Undefined for an address that no event has named as an operator.
   */
  stateBefore(
    position: { blockNumber: bigint | number; logIndex: number },
    operator: Address,
  ): NodeState | undefined {
    const who = address(operator, 'operator')
    const before = this.walk()(checkedPosition(position))
    const n = this.numberOf(who)
    return n !== undefined && before.has(n) ? nodeState(before, n) : undefined
  }

  /**
   * What has happened to an operator, in order: each of its own events, and, once it is known, each new
   * version of the eligibility rules (which makes it inactive). Empty for an address that is no operator.
   * O(events).
   */
  history(operator: Address): HistoryRow[] {
    const { log } = this.#versions
    const who = log.addresses.find(address(operator, 'operator'))
    const out: HistoryRow[] = []
    if (who === undefined) return out
    const now = new StateAt(log)
    for (let i = 0; i < this.#rows; ++i) {
      const isVersion = log.columns.kinds[i] === Kind.version
      if (log.columns.operators[i] !== who && !(isVersion && out.length > 0)) continue
      out.push({
        ...log.position(i),
        what: eventNames[log.columns.kinds[i] as Kind],
        state: nodeState(now.moveTo(i + 1), who),
      })
    }
    return out
  }

  /**
   * Proof of what an operator's state was at a second, or that it had none, and the digest of that version:
   * for `verifyProof(digest, operator, proof)` of `hamt-wasm/verify`, with the operator in lower case.
   */
  prove(timepoint: bigint | number, operator: Address): { digest: Uint8Array; proof: Uint8Array } {
    const version = this.at(timepoint)
    return { digest: version.digest(), proof: version.prove(address(operator, 'operator')) }
  }

  /** Where the last event stood; undefined before the first. Later events must come after it. */
  get position(): Position | undefined {
    return this.#position && { ...this.#position }
  }

  /** The chain and the contracts whose events these are, as far as logs have said it. */
  get origin(): Origin {
    return { ...this.#origin }
  }

  /**
   * The same, of a chain and contracts.
   * @internal
   */
  withOrigin(origin: Origin): NodeRegistry {
    return new NodeRegistry(this.#versions, this.#rows, this.#position, this.#marks, origin)
  }

  /**
   * The first version of the eligibility rules; undefined before there is one. O(changes) once, and then
   * O(1).
   * @internal
   */
  get firstVersion(): bigint | undefined {
    const { columns, lists } = this.#versions.log
    this.#firstVersionRow ??= columns.kinds.subarray(0, this.#rows).indexOf(Kind.version)
    return this.#firstVersionRow < 0 ? undefined : lists.versions[columns.operands[this.#firstVersionRow]!]
  }

  /** How many events have changed an operator or the eligibility rules. */
  get changes(): number {
    return this.#rows
  }

  /** The seconds at which something changed, ascending: one for each version. O(changes). */
  timepoints(): bigint[] {
    const { times } = this.#versions.log.columns
    const out: bigint[] = []
    for (let i = 0; i < this.#rows; ++i) {
      if (i + 1 === this.#rows || times[i] !== times[i + 1]) out.push(BigInt(times[i]!))
    }
    return out
  }

  /**
   * All versions in one snapshot; the bytes depend on the events alone. Its one stored version is the newest
   * state, for `deserialize` and every other tool; the others follow from the changes beside it. About 12
   * bytes a change.
   */
  serialize(): Uint8Array {
    const newest = this.#versions.after(this.#rows)
    return writeRegistry(this.#versions.log, this.#rows, this.#position, newest, this.#origin)
  }

  /** Reads what `serialize` wrote, ready to go on. SnapshotError for anything else; linear in the bytes. */
  static deserialize(bytes: Uint8Array): NodeRegistry {
    if (!isBytes(bytes)) throw new TypeError(`a registry must be a Uint8Array, got ${show(bytes)}`)
    const { log, position, newest, origin } = readRegistry(bytes)
    const marks = position && marked(position, undefined)
    return new NodeRegistry(new Versions(log, newest, log.length), log.length, position, marks, origin)
  }

  /** For a console. */
  toString(): string {
    return `NodeRegistry(${this.#rows} changes${this.#position ? `, up to ${describe(this.#position)}` : ''})`
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return #rows in this ? this.toString() : '[a copy or proxy of a NodeRegistry, or its prototype]'
  }

  /**
   * What speaks against an event at or before the registry's position, in words; undefined when the registry
   * has it, or when it changes nothing and its time fits. O(log changes).
   * @internal
   */
  objection(event: RegistryEvent): string | undefined {
    const { log } = this.#versions
    const at = positionOf(event)
    const change = changeOf(event)
    const row = log.rowsBefore(at, this.#rows)
    const next = row < this.#rows ? log.position(row) : undefined
    const there = next?.blockNumber === at.blockNumber && next.logIndex === at.logIndex
    if (change && !there) return 'it is before the end of the registry, and not in it'
    if (there && textOf(change) !== textOf(log.change(row))) return 'the registry has another event there'
    return this.objectionToTime(at)
  }

  /**
   * What speaks against the time of a block, by the times of those that the registry has. O(log changes).
   * @internal
   */
  objectionToTime(at: Position): string | undefined {
    const { log } = this.#versions
    const row = log.rowsBefore(at, this.#rows)
    const next = row < this.#rows ? log.position(row) : undefined
    for (const near of [row > 0 ? log.position(row - 1) : undefined, next, this.#position]) {
      if (!near) continue
      const blocks = near.blockNumber - at.blockNumber
      const fits =
        blocks === 0 ? near.timestamp === at.timestamp : blocks * (near.timestamp - at.timestamp) >= 0
      if (!fits)
        return `its time is ${at.timestamp}, and that of block ${near.blockNumber} is ${near.timestamp}`
    }
    return undefined
  }

  /**
   * Whether this very change is in the registry. O(log changes).
   * @internal
   */
  hasChange(event: Omit<RegistryEvent, 'timestamp'>): boolean {
    const { log } = this.#versions
    const { blockNumber, logIndex } = positionOf({ ...event, timestamp: 0n })
    const row = log.rowsBefore({ blockNumber, logIndex }, this.#rows)
    if (row === this.#rows) return false
    const there = log.position(row)
    if (there.blockNumber !== blockNumber || there.logIndex !== logIndex) return false
    const change = changeOf({ ...event, timestamp: BigInt(there.timestamp) })
    return textOf(change) === textOf(log.change(row))
  }

  /**
   * The changes from one position to another, both included.
   * @internal
   */
  *changesBetween(
    from: { blockNumber: bigint | number; logIndex: number },
    to: { blockNumber: bigint | number; logIndex: number },
  ): Iterable<Pick<RegistryEvent, 'eventName' | 'blockNumber' | 'logIndex'>> {
    const { log } = this.#versions
    const end = log.rowsBefore(checkedPosition({ ...to, logIndex: to.logIndex + 1 }), this.#rows)
    for (let i = log.rowsBefore(checkedPosition(from), this.#rows); i < end; ++i) {
      const { blockNumber, logIndex } = log.position(i)
      const eventName = eventNames[log.columns.kinds[i] as Kind]
      yield { eventName, blockNumber: BigInt(blockNumber), logIndex }
    }
  }

  /**
   * The state after all events: `last`, moved on, where that is of this registry.
   * @internal
   */
  stateNow(last?: StateAt): StateAt {
    const isMine = last?.log === this.#versions.log && last.rows <= this.#rows
    return (isMine ? last : this.#versions.stateBefore(this.#rows)).moveTo(this.#rows)
  }

  /**
   * A walk along the chain: gives the state just before each position it is asked for, cheapest in ascending
   * order. The state is valid until the next question.
   * @internal
   */
  walk(): (position: { blockNumber: number; logIndex: number }) => StateAt {
    let first: StateAt | undefined
    let now: StateAt | undefined
    return (position) => {
      const rows = this.#versions.log.rowsBefore(position, this.#rows)
      // The first is shared with other walks, and not moved.
      first ??= this.#versions.stateAfter(rows)
      if (first.rows === rows) return first
      if (!now || rows < now.rows) now = this.#versions.stateBefore(rows)
      return now.moveTo(rows)
    }
  }

  /** @internal */
  eligibility(timepoint: bigint | number): Eligibility {
    const versions = this.#versions
    const second = secondOf(timepoint)
    const state = versions.stateAfter(this.#rowsAt(second))
    const { admissionsPaused, pauseTimepoint } = state.policy
    const frozen = admissionsPaused ? versions.frozenAfter(this.#rowsAt(pauseTimepoint)) : undefined
    return new Eligibility(state, second, frozen, versions.pool)
  }

  /** The number of an address in states of this registry. @internal */
  numberOf(operator: Address): number | undefined {
    return this.#versions.log.addresses.find(operator)
  }

  #rowsAt(timepoint: unknown): number {
    return this.#versions.log.rowsUntil(secondOf(timepoint), this.#rows)
  }
}

/** A bigint beyond all times that events may have is as good as the last of them. */
function secondOf(timepoint: unknown): number {
  const second = typeof timepoint === 'bigint' && timepoint > maxSecond ? maxSecond : timepoint
  return safeInteger(second, 'timepoint')
}
const maxSecond = BigInt(Number.MAX_SAFE_INTEGER)

/** Of the events of one block only the last counts. */
function marked(position: Position, marks: Mark | undefined): Mark {
  return { position, previous: marks?.position.blockNumber === position.blockNumber ? marks.previous : marks }
}

function applyEach(registry: NodeRegistry, events: Iterable<RegistryEvent>): NodeRegistry {
  for (const event of events) registry = registry.apply(event)
  return registry
}

function checkedPosition(position: unknown): { blockNumber: number; logIndex: number } {
  const { blockNumber, logIndex } = object(position, 'the position')
  return { blockNumber: safeInteger(blockNumber, 'blockNumber'), logIndex: safeInteger(logIndex, 'logIndex') }
}
