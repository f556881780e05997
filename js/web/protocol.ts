// What the page and its worker say to one another. All of it is plain data that can be cloned.
import type { Address, Explanation, Hex, NodeState, Policy, Report } from '../sortition/index.js'

/** A request in the list: what it says, and what a first look made of it. */
export interface RequestSummary {
  e3Id: bigint
  /** T, in seconds. */
  time: number
  /** N. */
  size: number
  ticketPrice: bigint
  entropyBlock: bigint
  outcome: 'finalized' | 'failed' | 'open'
  /** How many violations; undefined when it could not be checked without a seed. */
  violations: number | undefined
  /** Why it cannot be checked at all. */
  problem?: string
}

export interface Summary {
  requests: RequestSummary[]
  operators: Address[]
  /** Events that changed an operator or the rules. */
  changes: number
  events: number
  otherLogs: number
  versions: number
  first: number | undefined
  last: number | undefined
  /** Bytes of the registry as one file. */
  fileSize: number
}

/** How a request is checked, beyond what the logs say. */
export interface CheckOptions {
  policy: Policy
  blockHash?: Hex
  seed?: bigint
  vrf?: { randomWord: bigint; chainId: bigint; registry: Address; requestId: bigint }
}

/** An event of a request, as the page shows it; what was altered in this page carries the original. */
export interface ShownEvent {
  key: string
  eventName: string
  blockNumber: bigint
  logIndex: number
  timestamp: bigint
  args: [name: string, value: string][]
  altered: false | 'changed' | 'left out'
}

/** Arguments as text by name, or null to leave the log out; by the event's key. */
export type Alterations = Record<string, Record<string, string> | null>

export interface Checked {
  report: Report
  /** Where the seed came from, in words. */
  seedSource: string
  events: ShownEvent[]
}

/** Tickets for the picture: parallel arrays, ascending by score. */
export interface ScoreCloud {
  /** As a share of the whole range of scores, in (0, 1]. */
  scores: Float64Array
  tickets: Float64Array
  /** Index into `operators`. */
  rows: Uint32Array
  /** Eligible operators by their best ticket. */
  operators: Address[]
  /** All tickets, of which `scores` has the lowest. */
  total: number
}

export interface HistoryRow {
  /** The state holds from this second on. */
  from: number
  state: NodeState
  /** The names of the events of that second. */
  events: string[]
}
export interface History {
  rows: HistoryRow[]
  explanation: Explanation | undefined
}

export interface VersionRow {
  index: number
  timepoint: number
  operators: number
  /** Entries that differ from the version before. */
  changed: number
  /** Trie nodes of this version, and those that the version before does not have. */
  nodes: number
  newNodes: number
  /** What this version adds to a file that has the one before. */
  bytes: number
  /** What a file with this version alone takes. */
  alone: number
}
export interface Versions {
  rows: VersionRow[]
  /** How many versions there are in all; `rows` may be a part. */
  of: number
  /** One file with the versions of `rows`. */
  together: number
}

/** A node of a trie's picture. Columns are entries in the order of the trie. */
export interface TrieNode {
  depth: number
  /** First column, and how many entries are beneath. */
  from: number
  size: number
  isNew: boolean
}
export interface TrieEntry {
  key: Address
  /** Of the node that holds it. */
  depth: number
  change: 'same' | 'added' | 'changed'
}
export interface TriePicture {
  index: number
  timepoint: number
  nodes: TrieNode[]
  entries: TrieEntry[]
  removed: Address[]
  /** As the library itself counts them. */
  counted: { nodes: number; newNodes: number }
}

export interface Calls {
  open(files: { name: string; bytes: Uint8Array }[]): Summary
  openExample(address: string): Summary
  openMadeUp(operators: number): Summary
  check(e3Id: bigint, options: CheckOptions, alterations: Alterations): Checked
  scores(e3Id: bigint): ScoreCloud
  history(operator: Address, e3Id: bigint | undefined): History
  versions(near: number | undefined): Versions
  trie(index: number): TriePicture
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
