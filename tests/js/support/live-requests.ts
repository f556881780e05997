// The requests of the newer recorded runs with their evidence, as they are and changed.
import {
  drawsIn,
  evidenceOf,
  NodeRegistry,
  verifyRequest,
  type Address,
  type DrawLogs,
  type Report,
  type RequestEvidence,
} from 'hamt-wasm/sortition'
import { decode, type LiveRun, vectors } from './chain.js'

export const lower = (a: string) => a.toLowerCase() as Address
export const codes = (report: Report) => [...new Set(report.violations.map((v) => v.code))].sort()

export function evidenceFor(draw: DrawLogs, threshold: [number, number]): RequestEvidence {
  const gathered = evidenceOf(draw, { threshold })
  if (gathered.needed !== undefined) throw new Error(gathered.needed)
  return gathered.evidence
}

/** A recorded run, with room between its logs: index 1,000 i instead of i. */
export function open(name: string) {
  const run = vectors<LiveRun>(name)
  const events = decode(run).map((e) => ({ ...e, logIndex: 1000 * e.logIndex }))
  const registry = NodeRegistry.empty().applyAll(events)
  const chainId = BigInt(run.chainId)
  const blockHashes = new Map(run.blocks.map((b) => [b.number, b.hash]))
  const draws = [...drawsIn({ events, blockHashes, chainId }).values()]
  // The controller of these runs emits no E3Requested, so that nothing in them says N.
  const evidence = draws.map((each, i) => evidenceFor(each, run.requests[i]!.threshold))
  /** A position after the logs of all earlier transactions of a block. */
  const placeOf = (block: number, transactionIndex: number) => {
    const before = run.logs.filter(
      (l) => Number(l.blockNumber) === block && Number(l.transactionIndex) < transactionIndex,
    )
    return Math.max(-1, ...before.map((l) => 1000 * Number(l.logIndex))) + 1
  }
  return { name, run, events, registry, chainId, blockHashes, draws, evidence, placeOf }
}
export const runs = { live: open('chain-run-live'), upgrade: open('chain-run-upgrade') }
export const all = Object.values(runs).flatMap((r) =>
  r.run.requests.map((request, i) => [`${r.name}: ${request.name}`, r, i] as const),
)

/** Evidence with any of its parts changed, as the tests below need it. */
export type Parts = Record<
  'request' | 'randomness' | 'fulfilment' | 'finalized' | 'failed' | 'e3Failed',
  { args: any; timestamp: bigint; blockNumber: bigint; logIndex: number; address?: Address }
> & { submissions: { args: any; timestamp: bigint; blockNumber: bigint; logIndex: number }[] }

export const request = (run: keyof typeof runs, name: string) => {
  const { registry, evidence, run: recorded } = runs[run]
  const i = recorded.requests.findIndex((r) => r.name === name)
  const verify = (change: (e: Parts) => object | void) => {
    const copy = structuredClone({ ...evidence[i]!, limit: 0 }) as unknown as Parts
    return verifyRequest(registry, { ...copy, ...(change(copy) ?? {}) } as unknown as RequestEvidence)
  }
  return { verify, recorded: recorded.requests[i]!, registry, evidence: evidence[i]! }
}
