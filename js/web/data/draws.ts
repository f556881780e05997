// The requests among the logs that are open, and what a check of each says.
import {
  type Address,
  type DrawLogs,
  drawsIn,
  explain,
  type Explanation,
  factsOf,
  type Judgement,
  judgeDraw,
  type Logs,
  type NodeRegistry,
  type Report,
  type RequestArgs,
  type Status,
} from '../../sortition/index.js'
import { hex } from '../format.js'
import type {
  Alterations,
  CheckAnswer,
  Checked,
  CheckOptions,
  LogRow,
  OperatorRow,
  RequestRow,
  ShownLog,
} from '../protocol.js'
import { alter, type AlteredLog, logKey, logRow, shownLog } from './altered.js'
import { comparisonOf, recordedSeats, type Recorded } from './committees.js'
import type { Listing } from './lists.js'

/** Hashes that the ideal committee is worth: they are computed in one go, some fifteen seconds. */
const mostCompared = 2 ** 24
const mostNotes = 20

/** The last check: what its lists and pictures are made of. */
interface Check {
  report: Report
  logs: AlteredLog[]
  recorded: Recorded | undefined
  comparison: ReturnType<typeof comparisonOf>
}

export class Draws {
  readonly #draws: ReadonlyMap<bigint, DrawLogs>
  readonly rows: readonly RequestRow[]
  readonly #statuses = new Map<bigint, Status>()
  #last: { e3Id: bigint; check: Check } | undefined
  #logs: { e3Id: bigint; logs: readonly AlteredLog[] } | undefined

  /** LogError for a request that was made twice. O(events). */
  constructor(
    readonly registry: NodeRegistry,
    logs: Logs,
    /** The version in force just before a second. */
    readonly versionBefore: (time: number) => number | undefined,
  ) {
    this.#draws = drawsIn(logs)
    this.rows = Array.from(this.#draws.values(), rowOf)
  }

  /** With nothing altered. The cost of a check without the ideal committee, once a request. */
  statusOf(e3Id: bigint): Status {
    let status = this.#statuses.get(e3Id)
    if (status === undefined) {
      status = judgeDraw(this.registry, this.#draw(e3Id), { limit: 0 }).status
      this.#statuses.set(e3Id, status)
    }
    return status
  }

  /** DecodeError for an alteration that is no value of its type: nothing has changed then. */
  check(e3Id: bigint, options: CheckOptions, alterations: Alterations): CheckAnswer {
    const original = this.#draws.get(e3Id)
    if (!original) return { kind: 'unknown' }
    const logs = original.events.map((event) => alter(event, alterations[logKey(event)]))
    const draw = alteredDraw(original, logs)
    const judgement = judgeDraw(this.registry, draw, { ...options, limit: mostCompared })
    const { status, sentence, report } = judgement
    const verdict = { status, sentence }
    const request = rowOf(draw)
    this.#logs = { e3Id, logs }
    if (!report)
      return {
        kind: 'unchecked',
        request,
        verdict,
        altered: alteredOf(logs),
        needed: status === 'not decided',
      }
    const recorded = recordedSeats(draw.events, report)
    const check: Check = { report, logs, recorded, comparison: comparisonOf(report) }
    this.#last = { e3Id, check }
    return { ...this.#checked(check, judgement), request, verdict }
  }

  #checked(
    { report, logs, recorded, comparison }: Check,
    { seedSource, notes }: Judgement,
  ): Omit<Checked, 'request' | 'verdict'> {
    return {
      kind: 'checked',
      outcome: report.outcome,
      facts: factsOf(report, seedSource),
      size: report.size,
      ticketPrice: report.ticketPrice,
      isCapped: report.policy === 'owner-cap',
      notes: notes.slice(0, mostNotes),
      eligible: report.eligible,
      submitted: report.submissions.length,
      counted: report.submissions.filter(({ counts }) => counts).length,
      violations: report.violations.length,
      seats: report.committee.length,
      recordedDiffers: recorded?.differs ?? false,
      missed: report.ideal.length > 0 ? comparison.filter((row) => row.ideal && !row.real).length : undefined,
      altered: alteredOf(logs),
      firstOperator: report.ranking[0],
      version: this.versionBefore(Number(report.timepoint) + 1),
    }
  }

  #draw(e3Id: bigint): DrawLogs {
    const draw = this.#draws.get(e3Id)
    if (!draw) throw new RangeError(`these logs have no request ${e3Id}`)
    return draw
  }

  /** The last check of a request; made when there is none. */
  #lastOf(e3Id: bigint): Check {
    if (this.#last?.e3Id !== e3Id) this.check(e3Id, {}, {})
    if (this.#last?.e3Id !== e3Id) throw new RangeError(`request ${e3Id} cannot be checked with these logs`)
    return this.#last.check
  }

  /** The logs of a request as they were last checked, whatever came of it. */
  #logsOf(e3Id: bigint): readonly AlteredLog[] {
    if (this.#logs?.e3Id !== e3Id) this.check(e3Id, {}, {})
    if (this.#logs?.e3Id !== e3Id) throw new RangeError(`these logs have no request ${e3Id}`)
    return this.#logs.logs
  }

  reportOf(e3Id: bigint): Report {
    return this.#lastOf(e3Id).report
  }
  recordedOf(e3Id: bigint): Recorded | undefined {
    return this.#lastOf(e3Id).recorded
  }
  comparisonOf(e3Id: bigint): Check['comparison'] {
    return this.#lastOf(e3Id).comparison
  }
  explanationOf(e3Id: bigint, operator: Address): Explanation {
    return explain(this.registry, this.reportOf(e3Id), operator)
  }

  log(e3Id: bigint, key: string): ShownLog {
    const log = this.#logsOf(e3Id).find(({ original }) => logKey(original) === key)
    if (!log) throw new RangeError(`request ${e3Id} has no log ${key}`)
    return shownLog(log)
  }
  logs(e3Id: bigint): Listing<AlteredLog, LogRow> {
    return { items: this.#logsOf(e3Id), row: logRow, text: searched }
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

function alteredOf(logs: readonly AlteredLog[]): number {
  return logs.filter((log) => log.altered).length
}

/** A request with what was altered about its logs. */
function alteredDraw(draw: DrawLogs, logs: readonly AlteredLog[]): DrawLogs {
  const events = logs.flatMap(({ event }) => event ?? [])
  const request = logs.find(({ original }) => original === draw.request)?.event ?? draw.request
  const { requestBlock } = request.args as Partial<RequestArgs>
  const altered = new Map(logs.map(({ original, event }) => [original, event]))
  const words = draw.words.flatMap((word) => (altered.has(word) ? (altered.get(word) ?? []) : word))
  return { ...draw, events, words, request, time: requestBlock ?? request.timestamp }
}

function rowOf({ e3Id, time, request }: DrawLogs): RequestRow {
  const { entropyBlock } = request.args as Partial<RequestArgs>
  return { e3Id, time: Number(time), entropyBlock }
}
