// The requests of the recorded run with their evidence, as they are and changed.
import {
  NodeRegistry,
  scoreTicket,
  verifyRequest,
  type Address,
  type FinalizedArgs,
  type RegistryEvent,
  type Report,
  type RequestArgs,
  type RequestEvidence,
  type SubmissionArgs,
} from 'hamt-wasm/sortition'
import { decode, run } from './chain.js'

export type Event<A> = RegistryEvent & { args: A }
export const events = decode()
export const registry = NodeRegistry.empty().applyAll(events)
export const lower = (a: string) => a.toLowerCase() as Address
export const named = <A>(name: string, e3Id: bigint) =>
  events.filter((e) => e.eventName === name && (e.args as { e3Id: bigint }).e3Id === e3Id) as Event<A>[]

/** The events of a recorded request, ready to be verified. */
export function recorded(i: number) {
  const r = run.requests[i]!
  const e3Id = BigInt(r.e3Id)
  return {
    request: named<RequestArgs>('CommitteeRequested', e3Id)[0]!,
    submissions: named<SubmissionArgs>('TicketSubmitted', e3Id),
    finalized: named<FinalizedArgs>('SortitionCommitteeFinalized', e3Id)[0]!,
    blockHash: r.entropyBlockHash,
  }
}
export const codes = (report: Report) => [...new Set(report.violations.map((v) => v.code))].sort()
export const [requestA, requestB] = [recorded(0), recorded(1)]

/** A changed copy of the evidence, and what the report makes of it. */
export function tampered(
  change: (e: ReturnType<typeof recorded>) => Partial<RequestEvidence> | void,
  i = 0,
): Report {
  const copy = structuredClone(recorded(i))
  return verifyRequest(registry, { ...copy, ...(change(copy) ?? {}) })
}
export const reversed = (n: bigint) =>
  BigInt(`0x${n.toString(16).padStart(64, '0').match(/../g)!.reverse().join('')}`)
export const fixScore = (s: Event<SubmissionArgs>, seed: bigint) =>
  (s.args = {
    ...s.args,
    score: scoreTicket({ node: s.args.node, ticket: s.args.ticketId, e3Id: s.args.e3Id, seed }),
  })
export const seedA = BigInt(run.requests[0]!.sortitionSeed)
