// What somebody opened: the registry, replayed as far as the logs go, and the requests with their logs.
import {
  type Address,
  explain,
  type Hex,
  NodeRegistry,
  type RegistryEvent,
  type Report,
  type RequestArgs,
  scoreTicket,
  type SubmissionArgs,
  verifyRequest,
  type EventOrArgs,
  type FinalizedArgs,
  type FormationFailedArgs,
} from '../sortition/index.js'
import { eventNamed, readArgs } from '../sortition/decode.js'
import { type Input, InputError } from './input.js'
import type {
  Alterations,
  Checked,
  CheckOptions,
  History,
  HistoryRow,
  RequestSummary,
  ScoreCloud,
  ShownEvent,
  Summary,
} from './protocol.js'
import type { Progress } from './versions.js'

/** Tickets that are drawn; the lowest scores are what decides. */
const mostDrawn = 20_000
/** Tickets that are hashed one by one for the picture: some seconds. */
const mostHashed = 2_000_000
/** Hashes that the ideal committee is worth: they are computed in one go, some fifteen seconds. */
const mostCompared = 2 ** 24

/** Neither a block hash nor anything else that a seed follows from is there. */
export class SeedNeeded extends Error {
  override readonly name = 'SeedNeeded'
}

interface Request {
  event: RegistryEvent & { args: RequestArgs }
  /** The request's own event, its submissions, and its end, in the order of the chain. */
  events: RegistryEvent[]
}

export class Dataset {
  readonly #requests = new Map<bigint, Request>()
  /** The last check of each request: what its pictures are drawn from. */
  readonly #reports = new Map<bigint, Report>()

  private constructor(
    readonly registry: NodeRegistry,
    readonly input: Input,
  ) {
    for (const event of input.events) {
      const { e3Id } = event.args as { e3Id?: bigint }
      if (e3Id === undefined) continue
      if (event.eventName === 'CommitteeRequested') {
        if (this.#requests.has(e3Id)) throw new InputError(`request ${e3Id} was made twice in these logs`)
        this.#requests.set(e3Id, { event: event as Request['event'], events: [event] })
      } else this.#requests.get(e3Id)?.events.push(event)
    }
  }

  /** Replays. Errors name the file and the event. */
  static open(input: Input, progress: Progress): Dataset {
    let registry = NodeRegistry.empty()
    if (input.registry) {
      try {
        registry = NodeRegistry.deserialize(input.registry.bytes)
      } catch (e) {
        throw new InputError(`${input.registry.name} is no registry file: ${(e as Error).message}`)
      }
    }
    const known = registry.position
    const news = input.events.filter(
      ({ blockNumber, logIndex }) =>
        !known ||
        Number(blockNumber) > known.blockNumber ||
        (Number(blockNumber) === known.blockNumber && logIndex > known.logIndex),
    )
    news.forEach((event, i) => {
      registry = registry.apply(event)
      if (i % 5000 === 0) progress('Replaying the logs', i, news.length)
    })
    return new Dataset(registry, input)
  }

  summary(): Summary {
    const timepoints = this.registry.timepoints()
    const operators = timepoints.length > 0 ? [...this.registry.at(timepoints.at(-1)!).keys()].sort() : []
    return {
      requests: [...this.#requests.values()].map((request) => this.#summaryOf(request)),
      operators: operators as Address[],
      changes: this.registry.changes,
      events: this.input.events.length,
      otherLogs: this.input.otherLogs,
      versions: timepoints.length,
      first: timepoints.length > 0 ? Number(timepoints[0]) : undefined,
      last: this.registry.position?.timestamp,
      fileSize: this.registry.serialize().length,
    }
  }

  #summaryOf({ event, events }: Request): RequestSummary {
    const { e3Id, requestBlock, threshold, ticketPrice, entropyBlock } = event.args
    const looked: Pick<RequestSummary, 'violations' | 'problem'> = { violations: undefined }
    try {
      // Without the ideal committee, which costs a hash a ticket.
      looked.violations = this.#verify(e3Id, events, { policy: 'uncapped' }, 0).report.violations.length
    } catch (e) {
      if (!(e instanceof SeedNeeded)) looked.problem = (e as Error).message
    }
    return {
      e3Id,
      time: Number(requestBlock),
      size: Number(threshold[1]),
      ticketPrice,
      entropyBlock,
      outcome: outcomeOf(events),
      ...looked,
    }
  }

  #request(e3Id: bigint): Request {
    const request = this.#requests.get(e3Id)
    if (!request) throw new RangeError(`these logs have no request ${e3Id}`)
    return request
  }

  check(e3Id: bigint, options: CheckOptions, alterations: Alterations): Checked {
    const { events } = this.#request(e3Id)
    const shown = events.map((event) => altered(event, alterations[keyOf(event)]))
    const checked = this.#verify(
      e3Id,
      shown.flatMap((each) => each.event ?? []),
      options,
    )
    this.#reports.set(e3Id, checked.report)
    return { ...checked, events: shown.map((each) => each.shown) }
  }

  #verify(
    e3Id: bigint,
    events: RegistryEvent[],
    options: CheckOptions,
    limit = mostCompared,
  ): Omit<Checked, 'events'> {
    const request = events.find((event) => event.eventName === 'CommitteeRequested')
    if (!request) throw new InputError('without its request there is nothing to check')
    const { entropyBlock } = request.args as RequestArgs
    const recorded = this.input.blockHashes.get(Number(entropyBlock))
    const blockHash: Hex | undefined = options.blockHash ?? recorded
    if (blockHash === undefined && options.seed === undefined && options.vrf === undefined) {
      throw new SeedNeeded(`the hash of block ${entropyBlock} is not in these files`)
    }
    const end = events.find(({ eventName }) => endings.includes(eventName))
    const report = verifyRequest(this.registry, {
      request: request as unknown as EventOrArgs<RequestArgs>,
      submissions: events.filter(
        ({ eventName }) => eventName === 'TicketSubmitted',
      ) as unknown as EventOrArgs<SubmissionArgs>[],
      finalized: end as unknown as EventOrArgs<FinalizedArgs> | EventOrArgs<FormationFailedArgs> | undefined,
      // A random word takes the place of the block hash; what a person states is checked against what the files say.
      blockHash: options.vrf ? undefined : blockHash,
      seed: options.seed,
      vrf: options.vrf,
      policy: options.policy,
      limit,
    })
    if (!end) dropMissingResult(report)
    const seedSource = options.vrf
      ? 'the random word that you gave'
      : blockHash === undefined
        ? 'what you gave'
        : `the hash of block ${entropyBlock}${options.blockHash ? ' that you gave' : ''}`
    return { report, seedSource }
  }

  /** The scores of all tickets, or of the lowest of them. One hash a ticket. */
  scores(e3Id: bigint, progress: Progress): ScoreCloud {
    const report = this.#reportOf(e3Id)
    const nodes = this.registry.at(report.timepoint)
    const operators = report.ranking
    const held = operators.map((node) => nodes.get(node)!.ticketBalance / report.ticketPrice)
    const total = Number(held.reduce((a, b) => a + b, 0n))
    if (total > mostHashed) throw new RangeError(`there are ${total} tickets, too many for a picture of each`)
    const all = new Float64Array(total)
    const rows = new Uint32Array(total)
    const tickets = new Float64Array(total)
    let at = 0
    operators.forEach((node, row) => {
      for (let ticket = 1; ticket <= Number(held[row]); ++ticket, ++at) {
        all[at] = share(scoreTicket({ node, ticket, e3Id, seed: report.seed }))
        rows[at] = row
        tickets[at] = ticket
        if (at % 20_000 === 0) progress('Scoring tickets', at, total)
      }
    })
    const order = Array.from({ length: total }, (_, i) => i).sort((a, b) => all[a]! - all[b]!)
    const kept = order.slice(0, mostDrawn)
    return {
      scores: Float64Array.from(kept, (i) => all[i]!),
      tickets: Float64Array.from(kept, (i) => tickets[i]!),
      rows: Uint32Array.from(kept, (i) => rows[i]!),
      operators,
      total,
    }
  }

  #reportOf(e3Id: bigint): Report {
    return this.#reports.get(e3Id) ?? this.check(e3Id, { policy: 'uncapped' }, {}).report
  }

  /** An operator's states by the second from which they hold, and its part in a request. A walk over the changes. */
  history(operator: Address, e3Id: bigint | undefined): History {
    const rows: HistoryRow[] = []
    for (const { timestamp, what, state } of this.registry.history(operator)) {
      const last = rows.at(-1)
      // Within one second the last write is the one that counts.
      if (last?.from === timestamp) {
        last.state = state
        last.events.push(what)
      } else rows.push({ from: timestamp, state, events: [what] })
    }
    return {
      rows,
      explanation: e3Id === undefined ? undefined : explain(this.registry, this.#reportOf(e3Id), operator),
    }
  }
}

const endings = ['SortitionCommitteeFinalized', 'CommitteeFormationFailed']

function outcomeOf(events: RegistryEvent[]): RequestSummary['outcome'] {
  const end = events.find(({ eventName }) => endings.includes(eventName))
  return !end ? 'open' : end.eventName === endings[0] ? 'finalized' : 'failed'
}

/**
 * Logs may simply end before the result: that there is none is then no violation, as it is for `verifyRequest`, which takes
 * a missing result as a committee that was not formed.
 */
function dropMissingResult(report: Report): void {
  report.violations = report.violations.filter(({ code }) => code !== 'formation')
  report.ok = report.violations.length === 0
  report.notes.push('these logs hold no result of the request, so only its submissions were checked')
}

/** A score as a share of the whole range, above 0. */
function share(score: bigint): number {
  return Math.max(Number(score >> 203n), 1) / 2 ** 53
}

// --- logs as the page shows and alters them -------------------------------------------------------

function keyOf({ blockNumber, logIndex }: RegistryEvent): string {
  return `${blockNumber}:${logIndex}`
}

/** An event with what was altered about it; no event when it was left out. */
function altered(
  event: RegistryEvent,
  change: Record<string, string> | null | undefined,
): { event: RegistryEvent | undefined; shown: ShownEvent } {
  const names = eventNamed(event.eventName)!.item.inputs
  const args = change
    ? readArgs(eventNamed(event.eventName)!.item, fromText(event.eventName, change))
    : (event.args as Record<string, unknown>)
  const { eventName, blockNumber, logIndex, timestamp } = event
  return {
    event: change === null ? undefined : { ...event, args },
    shown: {
      key: keyOf(event),
      eventName,
      blockNumber,
      logIndex,
      timestamp,
      args: names.map(({ name }) => [name, toText(args[name], name)]),
      altered: change === null ? 'left out' : change ? 'changed' : false,
    },
  }
}

function toText(value: unknown, name: string): string {
  if (Array.isArray(value)) return value.map((each) => toText(each, name)).join('\n')
  // Scores and identifiers are hashes, not quantities.
  if (typeof value === 'bigint' && /^(e3Id|scores?)$/.test(name))
    return `0x${value.toString(16).padStart(64, '0')}`
  return String(value)
}

function fromText(eventName: string, texts: Record<string, string>): Record<string, unknown> {
  const { inputs } = eventNamed(eventName)!.item
  return Object.fromEntries(
    inputs.map(({ name, type }) => {
      const text = (texts[name] ?? '').trim()
      return [name, type.endsWith(']') ? text.split(/[\s,]+/).filter((each) => each !== '') : text]
    }),
  )
}
