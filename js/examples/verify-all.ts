// Verifies every draw that follow-chain.ts has put into its files, and says what is wrong with those that are not right.
//
//     node verify-all.js [registry.hamt] [draws.json]
//
// Exit status: 0 when all are right, 1 when one is wrong, 3 when none is wrong and one is undecided (it has no result yet),
// 2 when the files cannot be used.
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import {
  format,
  NodeRegistry,
  sortitionAbi,
  verifyRequest,
  type Hex,
  type RegistryEvent,
  type Report,
} from 'hamt-wasm/sortition'

interface Draws {
  events: RegistryEvent[]
  blocks: Map<bigint, Hex>
}

/** One report a request, in the order of the chain. */
export function verifyAll(registry: NodeRegistry, { events, blocks }: Draws): Report[] {
  const byRequest = new Map<bigint, RegistryEvent[]>()
  for (const event of events) {
    const { e3Id } = event.args as { e3Id: bigint }
    byRequest.set(e3Id, [...(byRequest.get(e3Id) ?? []), event])
  }
  const reports: Report[] = []
  for (const mine of byRequest.values()) {
    const named = (name: string) => mine.filter((e) => e.eventName === name) as never[]
    const request = named('CommitteeRequested')[0] as
      (RegistryEvent & { args: { e3Id: bigint; entropyBlock: bigint } }) | undefined
    if (!request) continue // requested before the first block that was looked at
    const results = [...named('SortitionCommitteeFinalized'), ...named('CommitteeFormationFailed')]
    if (results.length > 1)
      throw new Error(`request ${request.args.e3Id} has two results: the logs are not of one chain`)
    reports.push(
      verifyRequest(registry, {
        request: request as never,
        submissions: named('TicketSubmitted'),
        finalized: results[0],
        open: results.length === 0,
        blockHash: blocks.get(request.args.entropyBlock),
      }),
    )
  }
  return reports
}

/** Reads the file of draws: numbers are decimal text there, since JSON has no bigints. */
export function readDraws(file: string): Draws {
  const { events, blocks } = JSON.parse(readFileSync(file, 'utf8')) as {
    events: (Omit<RegistryEvent, 'args'> & { args: Record<string, unknown> })[]
    blocks: { number: string; hash: Hex }[]
  }
  return {
    events: events.map((e) => ({
      ...e,
      args: argsOf(e.eventName, e.args),
      blockNumber: BigInt(e.blockNumber),
      timestamp: BigInt(e.timestamp),
    })),
    blocks: new Map(blocks.map((b) => [BigInt(b.number), b.hash])),
  }
}

/** The ABI knows which arguments are numbers. */
function argsOf(eventName: string, args: Record<string, unknown>): object {
  const inputs: readonly { name: string; type: string }[] =
    sortitionAbi.find((event) => event.name === eventName)?.inputs ?? []
  return Object.fromEntries(
    inputs.map(({ name, type }) => {
      const value = args[name]
      if (!type.startsWith('uint')) return [name, value]
      return [name, Array.isArray(value) ? value.map(BigInt) : BigInt(value as string)]
    }),
  )
}

function main([registryFile = 'registry.hamt', drawsFile = 'draws.json']: string[]): void {
  const reports = verifyAll(NodeRegistry.deserialize(readFileSync(registryFile)), readDraws(drawsFile))
  const counts = { right: 0, wrong: 0, undecided: 0 }
  for (const report of reports) {
    ++counts[report.verdict]
    if (report.verdict === 'wrong') console.log(`WRONG      ${report.e3Id}\n${format(report)}\n`)
    else console.log(`${report.verdict.padEnd(9)}  ${report.e3Id}`)
  }
  const { wrong, undecided } = counts
  console.log(`${reports.length} draws: ${counts.right} right, ${wrong} wrong, ${undecided} undecided`)
  process.exitCode = wrong > 0 ? 1 : undecided > 0 ? 3 : 0
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    main(process.argv.slice(2))
  } catch (e) {
    console.error(e instanceof Error ? e.message : e)
    process.exitCode = 2
  }
}
