// The requests among the logs that are open, and what a check of each says.
import {
  type Address,
  explain,
  type EventOrArgs,
  type Explanation,
  type FinalizedArgs,
  type FormationFailedArgs,
  type NodeRegistry,
  type RegistryEvent,
  type Report,
  type RequestArgs,
  type SubmissionArgs,
  verifyRequest,
} from '../../sortition/index.js'
import { hex } from '../format.js'
import { type Input, InputError } from '../input.js'
import type {
  Alterations,
  CheckAnswer,
  Checked,
  CheckOptions,
  LogRow,
  OperatorRow,
  RequestRow,
  ShownLog,
  Status,
} from '../protocol.js'
import { alter, type AlteredLog, logKey, logRow, shownLog } from './altered.js'
import { comparisonOf, recordedSeats, type Recorded } from './committees.js'
import type { Listing } from './lists.js'
import { verdictOf } from './verdict.js'

/** Hashes that the ideal committee is worth: they are computed in one go, some fifteen seconds. */
const mostCompared = 2 ** 24
const mostNotes = 20

/** Nothing that a seed follows from is there. */
class SeedNeeded extends Error {}

interface Request {
  row: RequestRow
  /** The request's own event, its submissions, and its end, in the order of the chain. */
  events: RegistryEvent[]
}

/** The last check: what its lists and pictures are made of. */
interface Check {
  report: Report
  seedSource: string
  logs: AlteredLog[]
  recorded: Recorded | undefined
  comparison: ReturnType<typeof comparisonOf>
}

export class Draws {
  readonly #requests = new Map<bigint, Request>()
  readonly rows: RequestRow[] = []
  readonly #statuses = new Map<bigint, Status>()
  #last: { e3Id: bigint; check: Check } | undefined

  /** InputError for a request that was made twice. O(events). */
  constructor(
    readonly registry: NodeRegistry,
    readonly input: Input,
    /** The version in force just before a second. */
    readonly versionBefore: (time: number) => number | undefined,
  ) {
    for (const event of input.events) {
      const { e3Id } = event.args as { e3Id?: bigint }
      if (e3Id === undefined) continue
      if (event.eventName !== 'CommitteeRequested') {
        this.#requests.get(e3Id)?.events.push(event)
        continue
      }
      if (this.#requests.has(e3Id)) throw new InputError(`request ${e3Id} was made twice in these logs`)
      this.#requests.set(e3Id, { row: rowOf(event), events: [event] })
    }
    for (const { row, events } of this.#requests.values())
      this.rows.push(Object.assign(row, { outcome: outcomeOf(events) }))
  }

  /** With nothing altered. The cost of a check without the ideal committee, once a request. */
  statusOf(e3Id: bigint): Status {
    let status = this.#statuses.get(e3Id)
    if (status === undefined) {
      try {
        const { row, events } = this.#request(e3Id)
        status = verdictOf(this.#verify(row, events, { policy: 'uncapped' }, 0).report, row.outcome).status
      } catch {
        status = 'cannot be judged'
      }
      this.#statuses.set(e3Id, status)
    }
    return status
  }

  /** DecodeError for an alteration that is no value of its type: nothing has changed then. */
  check(e3Id: bigint, options: CheckOptions, alterations: Alterations): CheckAnswer {
    const request = this.#requests.get(e3Id)
    if (!request) return { kind: 'unknown' }
    const logs = request.events.map((event) => alter(event, alterations[logKey(event)]))
    const events = logs.flatMap(({ event }) => event ?? [])
    const altered = logs.filter((log) => log.altered).length
    try {
      const verified = this.#verify(request.row, events, options, mostCompared)
      const recorded = recordedSeats(events, verified.report)
      const check: Check = { ...verified, logs, recorded, comparison: comparisonOf(verified.report) }
      this.#last = { e3Id, check }
      return this.#answer({ ...request.row, outcome: outcomeOf(events) }, check, options, altered)
    } catch (e) {
      if (e instanceof SeedNeeded) return { kind: 'seed needed', request: request.row, message: e.message }
      // What was altered can be mended where it was altered.
      if (altered > 0 || !(e instanceof RangeError || e instanceof TypeError)) throw e
      return { kind: 'unusable', request: request.row, message: e.message }
    }
  }

  #answer(request: RequestRow, check: Check, { policy }: CheckOptions, altered: number): Checked {
    const { report, seedSource, recorded, comparison } = check
    return {
      kind: 'checked',
      request,
      verdict: verdictOf(report, request.outcome),
      timepoint: report.timepoint,
      policy,
      seed: report.seed,
      seedSource,
      seedIsWrong: report.violations.some(({ code }) => code === 'seed'),
      notes: report.notes.slice(0, mostNotes),
      eligible: report.eligible,
      submitted: report.submissions.length,
      counted: report.submissions.filter(({ counts }) => counts).length,
      violations: report.violations.length,
      seats: report.committee.length,
      recordedDiffers: recorded?.differs ?? false,
      missed: report.ideal.length > 0 ? comparison.filter((row) => row.ideal && !row.real).length : undefined,
      altered,
      firstOperator: report.ranking[0],
      version: this.versionBefore(request.time),
    }
  }

  #verify(
    row: RequestRow,
    events: RegistryEvent[],
    options: CheckOptions,
    limit: number,
  ): { report: Report; seedSource: string } {
    const request = events.find(({ eventName }) => eventName === 'CommitteeRequested')
    if (!request) throw new RangeError('without its request there is nothing to check')
    const { entropyBlock } = request.args as RequestArgs
    const blockHash = options.blockHash ?? this.input.blockHashes.get(Number(entropyBlock))
    if (blockHash === undefined && options.seed === undefined && options.vrf === undefined) {
      throw new SeedNeeded(`the hash of block ${entropyBlock} is not in these files`)
    }
    const end = events.find(isEnding)
    const report = verifyRequest(this.registry, {
      request: request as unknown as EventOrArgs<RequestArgs>,
      submissions: events.filter(
        ({ eventName }) => eventName === 'TicketSubmitted',
      ) as unknown as EventOrArgs<SubmissionArgs>[],
      finalized: end as unknown as EventOrArgs<FinalizedArgs> | EventOrArgs<FormationFailedArgs> | undefined,
      open: !end,
      // A random word takes the place of the block hash; what is stated in the form is checked against what the files say.
      blockHash: options.vrf ? undefined : blockHash,
      seed: options.seed,
      vrf: options.vrf,
      policy: options.policy,
      limit,
    })
    const seedSource = options.vrf
      ? 'the random word that you gave'
      : blockHash === undefined
        ? 'what you gave'
        : `the hash of block ${entropyBlock}${options.blockHash ? ' that you gave' : ', which the request names'}`
    return { report, seedSource }
  }

  #request(e3Id: bigint): Request {
    const request = this.#requests.get(e3Id)
    if (!request) throw new RangeError(`these logs have no request ${e3Id}`)
    return request
  }

  /** The last check of a request; made when there is none. */
  #checked(e3Id: bigint): Check {
    if (this.#last?.e3Id !== e3Id) this.check(e3Id, { policy: 'uncapped' }, {})
    if (this.#last?.e3Id !== e3Id) throw new RangeError(`request ${e3Id} cannot be checked with these logs`)
    return this.#last.check
  }

  reportOf(e3Id: bigint): Report {
    return this.#checked(e3Id).report
  }
  recordedOf(e3Id: bigint): Recorded | undefined {
    return this.#checked(e3Id).recorded
  }
  comparisonOf(e3Id: bigint): Check['comparison'] {
    return this.#checked(e3Id).comparison
  }
  explanationOf(e3Id: bigint, operator: Address): Explanation {
    return explain(this.registry, this.reportOf(e3Id), operator)
  }

  log(e3Id: bigint, key: string): ShownLog {
    const log = this.#checked(e3Id).logs.find(({ original }) => logKey(original) === key)
    if (!log) throw new RangeError(`request ${e3Id} has no log ${key}`)
    return shownLog(log)
  }
  logs(e3Id: bigint): Listing<AlteredLog, LogRow> {
    return { items: this.#checked(e3Id).logs, row: logRow, text: searched }
  }

  requests(): Listing<RequestRow, RequestRow> {
    // A short number is that of the request, not digits of its contract's address.
    const text = ({ e3Id, time }: RequestRow, _: number, wanted: string) =>
      /^0x|\d{25}/.test(wanted)
        ? `0x${e3Id.toString(16)} ${hex(e3Id)} ${e3Id}`
        : `request ${e3Id & ((1n << 96n) - 1n)} ${isoDate(time)}`
    return { items: this.rows, row: (row) => row, text }
  }
  /** Eligible operators by their best ticket, then the others by address. */
  operators(e3Id: bigint | undefined, all: readonly Address[]): Listing<Address, OperatorRow> {
    const ranking = e3Id === undefined ? [] : this.reportOf(e3Id).ranking
    const ranked = new Set(ranking)
    const items = [...ranking, ...all.filter((node) => !ranked.has(node))]
    const row = (node: Address, i: number) => ({ node, rank: i < ranking.length ? i + 1 : undefined })
    return { items, row, text: (node) => node }
  }
}

function searched({ original: { args, eventName, blockNumber } }: AlteredLog): string {
  const { node, committee, ticketId } = args as { node?: string; ticketId?: bigint; committee?: string[] }
  return `${eventName} ${node ?? ''} ${ticketId === undefined ? '' : `ticket ${ticketId}`} block ${blockNumber} ${committee?.join(' ') ?? ''}`
}

function isoDate(seconds: number): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}

const endings = ['SortitionCommitteeFinalized', 'CommitteeFormationFailed']
const isEnding = ({ eventName }: RegistryEvent) => endings.includes(eventName)

function outcomeOf(events: RegistryEvent[]): RequestRow['outcome'] {
  const end = events.find(isEnding)
  return !end ? 'open' : end.eventName === endings[0] ? 'finalized' : 'failed'
}

function rowOf(event: RegistryEvent): RequestRow {
  const { e3Id, requestBlock, threshold, ticketPrice, entropyBlock } = event.args as RequestArgs
  const [time, size] = [Number(requestBlock), Number(threshold[1])]
  return { e3Id, time, size, ticketPrice, entropyBlock, outcome: 'open' }
}
