// Messages between the page and its worker: plain data that can be cloned. The worker keeps everything that
// grows with the input; the page asks for long lists a page at a time, so that no message and no drawing
// grows with the input.
import type {
  Address,
  Explanation,
  Fact,
  Hex,
  NodeState,
  Report,
  Status,
  Verdict,
  Violation,
} from '../sortition/index.js'

// --- what is open ---------------------------------------------------------------------------------

/** Logs and a registry file: operators, versions by second, and requests. */
export interface OpenedRegistry {
  kind: 'registry'
  operators: number
  requests: number
  /** Events that changed an operator or the rules. */
  changes: number
  otherLogs: number
  /** What was passed over, and what cannot be known. */
  notes: string[]
  /** One for each second in which something changed. */
  versions: number
  /** Of the last event, in seconds; undefined before the first. */
  last: number | undefined
  /** What is shown first. */
  firstRequest: bigint | undefined
  firstOperator: Address | undefined
}
/** Any other snapshot. */
export interface OpenedSnapshot {
  kind: 'snapshot'
  versions: number
  /** Entries of the last version. */
  entries: number
  bytes: number
  /** What was stored beside the versions, as text. */
  meta: string | undefined
}
export type Opened = OpenedRegistry | OpenedSnapshot

// --- long lists -----------------------------------------------------------------------------------

export interface Query {
  /** Rows that contain this text; all when empty. */
  search: string
  /** The first row, counted among those that match. */
  from: number
  /** At most `mostRows`. */
  count: number
}
export const mostRows = 50
export interface Page<Row> {
  rows: Row[]
  /** Rows of the list, and those that match the search. */
  total: number
  matching: number
}

export interface RequestRow {
  e3Id: bigint
  /** T, in seconds. */
  time: number
  /** Whose hash the seed follows from, where it does. */
  entropyBlock: bigint | undefined
}
export interface OperatorRow {
  node: Address
  /** By its best ticket, from 1; undefined when it is not eligible. */
  rank: number | undefined
}
export interface SeatRow {
  partyId: number
  node: Address
  ticket: bigint | undefined
  score: bigint | undefined
  /** Whether this is another member or score than the one that follows from the submissions. */
  differs: boolean
  /** The bond owner of the operator, where one is known. */
  owner?: Address | undefined
}
export interface ComparisonRow {
  node: Address
  rank: number | undefined
  best: bigint | undefined
  ideal: boolean
  real: boolean
  what: string
}
/** What became of a ticket, in the order of drawing: later ones lie on top. */
export const fates = ['idle', 'best', 'submitted', 'refused', 'seated'] as const
export type Fate = (typeof fates)[number]
export interface TicketRow {
  score: number
  node: Address
  ticket: number
  fate: Fate
}
export interface LogRow {
  key: string
  eventName: string
  headline: string
  altered: false | 'changed' | 'left out'
}
export interface StateRow {
  /** The state holds from this second on. */
  from: number
  state: NodeState
  /** The names of the events of that second. */
  events: string[]
  /** Whether this is the state that counts for the request. */
  counts: boolean
}
export interface EntryRow {
  key: string
  value: string
}
export interface DifferenceRow {
  key: string
  /** Undefined where the key is absent. */
  before: string | undefined
  after: string | undefined
}

interface OfRequest {
  e3Id: bigint
}
/** The lists by name: what identifies one, and its rows. */
export interface Lists {
  requests: { of: Record<string, never>; row: RequestRow }
  operators: { of: Partial<OfRequest>; row: OperatorRow }
  violations: { of: OfRequest; row: Violation }
  committee: { of: OfRequest; row: SeatRow }
  recorded: { of: OfRequest; row: SeatRow }
  comparison: { of: OfRequest; row: ComparisonRow }
  tickets: { of: OfRequest; row: TicketRow }
  logs: { of: OfRequest; row: LogRow }
  states: { of: { operator: Address } & Partial<OfRequest>; row: StateRow }
  entries: { of: { version: number }; row: EntryRow }
  differences: { of: { from: number; to: number }; row: DifferenceRow }
}
export type ListName = keyof Lists

// --- one request ----------------------------------------------------------------------------------

/** How a request is checked, beyond what the logs say. */
export interface CheckOptions {
  blockHash?: Hex
  seed?: bigint
  chainId?: bigint
  threshold?: readonly [number, number]
}

/** Arguments as text by name, or null to leave the log out; by the log's key. */
export type Alterations = Record<string, Record<string, string> | null>

export interface Checked {
  kind: 'checked'
  request: RequestRow
  verdict: Verdict
  outcome: Report['outcome']
  /** The numbers behind the verdict, in words. */
  facts: readonly Fact[]
  /** N, where it is known. */
  size: number | undefined
  ticketPrice: bigint | undefined
  /** Whether operators of one bond owner count as one. */
  isCapped: boolean
  notes: string[]
  eligible: number
  submitted: number
  /** Submissions that take part in the draw. */
  counted: number
  violations: number
  /** Members that follow from the submissions. */
  seats: number
  /** Whether the log of the result names other members or scores. */
  recordedDiffers: boolean
  /** Eligible operators that would have been drawn and are not in the committee; undefined when unknown. */
  missed: number | undefined
  altered: number
  /** The operator that is shown first. */
  firstOperator: Address | undefined
  /** The version in force at T - 1; undefined when there was none yet. */
  version: number | undefined
}
export type CheckAnswer =
  | Checked
  /** The evidence is not complete, or contradicts itself. `needed`: what is missing can be given by hand. */
  | { kind: 'unchecked'; request: RequestRow; verdict: Verdict; altered: number; needed: boolean }
  | { kind: 'unknown' }

/** A log of a request with its arguments as text. */
export interface ShownLog extends LogRow {
  blockNumber: bigint
  logIndex: number
  /** In seconds. */
  timestamp: bigint
  args: [name: string, value: string][]
}

/** Tickets for the picture: parallel arrays, ascending by score. */
export interface TicketCloud {
  /** As a share of the whole range of scores, in (0, 1]. */
  scores: Float64Array
  tickets: Float64Array
  /** Index into the ranking of operators by their best ticket. */
  ranks: Uint32Array
  /** Index into `fates`. */
  fates: Uint8Array
  /** The best of the ranking: every one that `ranks` names. */
  operators: Address[]
  eligible: number
  /** All tickets, of which the arrays have the lowest. */
  total: number
  /** The highest score that got a seat. */
  cutOff: number | undefined
  /** Tickets up to the cut-off, and those of them that were not submitted. */
  below: number
  silent: number
}

// --- one operator ---------------------------------------------------------------------------------

/** An operator's states for the picture: parallel arrays, each state from its second on. */
export interface History {
  from: Float64Array
  /** In tickets at the price of the request, or in units of the balance without one. */
  amounts: Float64Array
  active: Uint8Array
  /** All states, of which the arrays have the last. */
  total: number
  /** At the request. */
  atRequest: { state: NodeState; amount: bigint } | undefined
  explanation: Explanation | undefined
}

// --- versions -------------------------------------------------------------------------------------

export interface VersionRow {
  index: number
  /** The second from which it holds, in a registry. */
  timepoint: number | undefined
  entries: number
  /** Entries that differ from the version before. */
  changed: number
  /** Trie nodes of this version, and those that the version before does not have. */
  nodes: number
  newNodes: number
  /** Bytes that this version adds to a snapshot that has the one before. */
  bytes: number
  /** Bytes of a snapshot with this version alone. */
  alone: number
}
/** Neighbouring versions, measured. */
export interface Sharing {
  rows: VersionRow[]
  /**
   * Bytes of one file with the versions of `rows`: of the registry's or snapshot's own, when they are all of
   * its versions.
   */
  bytes: number
}

/** A version's trie for the picture. Columns are entries in the order of the trie. */
export interface TriePicture {
  index: number
  timepoint: number | undefined
  entries: number
  /** As the library counts them. */
  nodes: number
  newNodes: number
  changed: number
  /** The first of the changed entries. */
  changes: { key: string; change: 'added' | 'changed' | 'removed' }[]
  /** Absent when there are too many entries for a picture. */
  shape?: {
    keys: string[]
    /** Of the node that holds each key. */
    depths: Uint8Array
    /** 1 for an entry that was added or changed. */
    touched: Uint8Array
    /** Of each node: its depth, first column, number of entries beneath it, and 1 when it is new. */
    nodes: { depth: Uint8Array; from: Uint32Array; size: Uint32Array; isNew: Uint8Array }
  }
}

export interface MadeProof {
  digest: string
  proof: string
  /** The value as text; undefined when the proof says that the key is absent. */
  value: string | undefined
}

// --- calls ----------------------------------------------------------------------------------------

export interface Calls {
  open(files: File[]): Opened
  openExample(address: string): Opened
  openSample(operators: number): Opened
  list<Name extends ListName>(name: Name, of: Lists[Name]['of'], query: Query): Page<Lists[Name]['row']>
  check(e3Id: bigint, options: CheckOptions, alterations: Alterations): CheckAnswer
  /** A look at a request with nothing altered. */
  statusOf(e3Id: bigint): Status
  log(e3Id: bigint, key: string): ShownLog
  tickets(e3Id: bigint): TicketCloud
  history(operator: Address, e3Id: bigint | undefined): History
  /** The versions around one. */
  sharing(index: number): Sharing
  trie(index: number): TriePicture
  prove(version: number, key: string): MadeProof
  checkProof(digest: string, key: string, proof: string): { value: string | undefined }
  save(): Uint8Array
}

export interface Question {
  id: number
  name: keyof Calls
  args: unknown[]
}
export type Answer =
  | { id: number; result: unknown }
  | { id: number; error: { name: string; message: string } }
  | { id: number; progress: { what: string; done: number; of: number } }
