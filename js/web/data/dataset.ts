// The open data: logs with a registry, or any snapshot; and the answers to the page's questions about it.
import { deserialize, openSnapshot, readMeta, SnapshotError } from '../../index.js'
import { type Address, applyLogs, type Continued, NodeRegistry } from '../../sortition/index.js'
import { type Input, InputError, type InputFile, readFiles } from '../input.js'
import { latest } from '../latest.js'
import type { History, ListName, Lists, Opened, Page, Query, StateRow, TicketCloud } from '../protocol.js'
import { seatsOf } from './committees.js'
import { Draws } from './draws.js'
import { pictureOf, statesOf } from './history.js'
import { type AnyListing, pageOf } from './lists.js'
import type { Progress } from './progress.js'
import { ticketCloud, ticketRow } from './tickets.js'
import { valueText } from './value-text.js'
import { Entries, RegistryVersions, SnapshotVersions, type Versions } from './versions.js'

/** Versions of a snapshot that is loaded: beyond that, it takes too long to look at. */
const mostVersions = 100_000
const mostNotes = 20

/** Reads files; InputError names the file that cannot be used, and where. */
export function openFiles(files: readonly InputFile[], progress: Progress): Dataset {
  const input = readFiles(files)
  const { registry } = input
  if (registry && !isRegistry(registry)) {
    if (files.length > 1)
      throw new InputError(`${registry.name} is a snapshot, but no registry of operators: open it alone`)
    return new SnapshotDataset(registry)
  }
  return openInput(input, progress)
}

export function openInput(input: Input, progress: Progress): Dataset {
  return new RegistryDataset(input, progress)
}

function isRegistry({ name, bytes }: InputFile): boolean {
  try {
    const meta = readMeta(bytes) as { kind?: unknown } | null | undefined
    return meta?.kind === 'node-registry'
  } catch (e) {
    if (!(e instanceof SnapshotError)) throw e
    throw new InputError(`${name} cannot be read as a snapshot: ${e.message}`)
  }
}

/** What both kinds have: versions. */
export abstract class Dataset {
  readonly versions: Versions
  readonly entries: Entries
  abstract readonly opened: Opened
  /** Of the requests, where there are logs. */
  readonly draws: Draws | undefined

  constructor(versions: Versions) {
    this.versions = versions
    this.entries = new Entries(versions)
  }

  /** The bytes that this was opened from, or that hold all of it. */
  abstract save(): Uint8Array
  protected abstract listing(name: ListName, of: never): AnyListing

  list<Name extends ListName>(name: Name, of: Lists[Name]['of'], query: Query): Page<Lists[Name]['row']> {
    return pageOf(this.listing(name, of as never), query) as Page<Lists[Name]['row']>
  }
  abstract registry(): RegistryDataset
}

class SnapshotDataset extends Dataset {
  readonly opened: Opened

  constructor(readonly file: InputFile) {
    const opened = openSnapshot(file.bytes, { trusted: true })
    if (opened.length > mostVersions)
      throw new InputError(
        `${file.name} has ${opened.length} versions, and this page opens at most ${mostVersions}`,
      )
    const maps = deserialize(file.bytes)
    super(new SnapshotVersions(maps))
    this.opened = {
      kind: 'snapshot',
      versions: maps.length,
      entries: maps.at(-1)?.size ?? 0,
      bytes: file.bytes.length,
      meta: opened.meta === undefined ? undefined : valueText(opened.meta),
    }
  }

  save(): Uint8Array {
    return this.file.bytes
  }
  registry(): never {
    throw new RangeError(`${this.file.name} has no operators`)
  }
  protected listing(name: ListName, of: never): AnyListing {
    return versionListing(this.entries, name, of) ?? this.registry()
  }
}

export class RegistryDataset extends Dataset {
  readonly opened: Opened
  override readonly draws: Draws
  readonly #registry: NodeRegistry
  readonly #operators: readonly Address[]
  readonly #states: (operator: Address, time: number | undefined) => StateRow[]
  readonly #cloud: (report: object, progress: Progress) => TicketCloud

  /** Replays. Errors name the file and the event. */
  constructor(input: Input, progress: Progress) {
    const { registry, notes } = replay(input, progress)
    const { logs } = input
    const versions = new RegistryVersions(registry)
    super(versions)
    this.#registry = registry
    this.draws = new Draws(registry, logs, (time) => versions.before(time))
    const { length } = versions
    this.#operators = length > 0 ? ([...versions.at(length - 1).keys()].sort() as Address[]) : []
    this.opened = {
      kind: 'registry',
      operators: this.#operators.length,
      requests: this.draws.rows.length,
      changes: registry.changes,
      otherLogs: logs.counts.others,
      notes: [...logs.notes, ...notes].slice(0, mostNotes),
      versions: length,
      last: registry.position?.timestamp,
      firstRequest: this.draws.rows[0]?.e3Id,
      firstOperator: this.#operators[0],
    }
    this.#states = latest((operator, time) => statesOf(registry, operator, time))
    const cloud = latest((report) => ticketCloud(registry, report as never, this.#progress))
    this.#cloud = (report, progress) => {
      this.#progress = progress
      return cloud(report)
    }
  }
  #progress: Progress = () => undefined

  save(): Uint8Array {
    return this.#registry.serialize()
  }
  registry(): this {
    return this
  }

  tickets(e3Id: bigint, progress: Progress): TicketCloud {
    return this.#cloud(this.draws.reportOf(e3Id), progress)
  }

  /** An operator's states, and its part in a request. A walk over the changes. */
  history(operator: Address, e3Id: bigint | undefined): History {
    const request = e3Id === undefined ? undefined : this.draws.reportOf(e3Id)
    return {
      ...pictureOf(this.#statesAt(operator, e3Id), request?.ticketPrice ?? 0n),
      explanation: e3Id === undefined ? undefined : this.draws.explanationOf(e3Id, operator),
    }
  }

  #statesAt(operator: Address, e3Id: bigint | undefined): StateRow[] {
    const time = e3Id === undefined ? undefined : Number(this.draws.reportOf(e3Id).timepoint) + 1
    return this.#states(operator, time)
  }

  protected listing(name: ListName, of: never): AnyListing {
    const { e3Id, operator } = of as { e3Id: bigint; operator: Address }
    const rows = <Row>(items: readonly Row[], text: (row: Row) => string) =>
      ({ items, row: (row: Row) => row, text }) as AnyListing
    const node = (row: { node: Address }) => row.node
    switch (name) {
      case 'requests':
        return this.draws.requests()
      case 'operators':
        return this.draws.operators(e3Id, this.#operators)
      case 'violations':
        return rows(this.draws.reportOf(e3Id).violations, ({ code, message }) => `${code} ${message}`)
      case 'committee':
        return rows(seatsOf(this.draws.reportOf(e3Id)), node)
      case 'recorded':
        return rows(this.draws.recordedOf(e3Id)?.seats ?? [], node)
      case 'comparison':
        return rows(this.draws.comparisonOf(e3Id), node)
      case 'tickets': {
        const cloud = this.#cloud(this.draws.reportOf(e3Id), () => undefined)
        const text = (_: unknown, i: number) =>
          `${cloud.operators[cloud.ranks[i]!]} ticket ${cloud.tickets[i]}`
        return { items: cloud.scores, row: (_, i) => ticketRow(cloud, i), text }
      }
      case 'logs':
        return this.draws.logs(e3Id)
      case 'states':
        return rows(
          this.#statesAt(operator, e3Id),
          ({ events, state }) => `${events.join(' ')} ${state.owner ?? ''}`,
        )
      case 'entries':
      case 'differences':
        return versionListing(this.entries, name, of)!
    }
  }
}

function versionListing(entries: Entries, name: ListName, of: unknown): AnyListing | undefined {
  const { version, from, to } = of as { version: number; from: number; to: number }
  if (name === 'entries') return entries.entries(version)
  return name === 'differences' ? entries.differences(from, to) : undefined
}

/** The registry after those events that its file has not seen. LogError for logs that contradict the file. */
function replay({ registry: file, logs }: Input, progress: Progress): Continued {
  let registry = NodeRegistry.empty()
  if (file) {
    try {
      registry = NodeRegistry.deserialize(file.bytes)
    } catch (e) {
      if (!(e instanceof SnapshotError)) throw e
      throw new InputError(`${file.name}: ${e.message}`)
    }
  }
  return applyLogs(registry, logs, (done, of) => progress('Replaying the logs', done, of))
}
