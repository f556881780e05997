// Runs whose logs are altered, split and shuffled: no alteration that the logs can show leads to another
// verdict.
import fc from 'fast-check'
import { applyLogs, NodeRegistry, readLogs } from 'hamt-wasm/sortition'
import { type ChainRun, type LiveRun, run, vectors } from './support/chain.js'
import { e3Id, evidence, judgeAll } from './support/evidence.js'

interface Log {
  address: string
  topics: string[]
  data: string
  blockNumber: string
  blockHash?: string
  blockTimestamp: string
  logIndex: string
  transactionHash?: string
  removed?: boolean
}
interface Block {
  number: string | number
  hash: string
  timestamp: string | number
}
interface Run {
  logs: Log[]
  blocks: Block[]
  contracts: Record<string, string>
  e3Id: bigint
  chainId?: number
  thresholds?: Record<string, readonly number[]>
}
const hexadecimal = (n: number) => `0x${n.toString(16)}`
const parsed = (name: string) => JSON.parse(new TextDecoder().decode(evidence(name))) as Run

const small = { ...parsed('raw.json'), e3Id }
const left = { ...parsed('reorganised.json'), e3Id }
/** Those logs of a recorded run that are read, each with its time. */
function readable(content: Pick<ChainRun, 'logs' | 'blocks'>): Log[] {
  const known = new Set(
    readLogs([{ name: 'run', content }]).events.map((e) => `${e.blockNumber}:${e.logIndex}`),
  )
  const times = new Map(content.blocks.map((b) => [b.number, b.timestamp]))
  return (content.logs as unknown as Log[])
    .map((log) => ({ ...log, blockTimestamp: hexadecimal(times.get(Number(log.blockNumber))!) }))
    .filter((log) => known.has(`${Number(log.blockNumber)}:${Number(log.logIndex)}`))
}
const recorded: Run = {
  contracts: {
    ciphernodeRegistry: run.contracts.ciphernodeRegistry,
    bondingRegistry: run.contracts.bondingRegistry,
  },
  blocks: run.blocks,
  logs: readable(run),
  e3Id: BigInt(run.requests[0]!.e3Id),
}
const live = vectors<LiveRun>('chain-run-live')
const newer: Run = {
  contracts: {
    ciphernodeRegistry: live.contracts.ciphernodeRegistry,
    bondingRegistry: live.contracts.bondingRegistry,
  },
  blocks: live.blocks,
  logs: readable(live),
  chainId: live.chainId,
  thresholds: Object.fromEntries(live.requests.map((r) => [r.e3Id, r.threshold])),
  e3Id: BigInt(live.requests[1]!.e3Id),
}
/** The committee in another order: wrong. */
const swapped = (from: Run): Run => ({
  ...from,
  logs: from.logs.map((log) => {
    if (!log.topics[0]!.startsWith('0x965338df') || BigInt(log.topics[1]!) !== from.e3Id) return log
    const words = log.data.slice(2).match(/.{64}/g)!
    ;[words[3], words[4]] = [words[4]!, words[3]!]
    return { ...log, data: `0x${words.join('')}` }
  }),
})
const runs: [string, Run][] = [
  ['small, right', small],
  ['small, a winner left', { ...left, logs: left.logs.filter(({ removed }) => !removed) }],
  ['small, wrong order', swapped(small)],
  ['recorded, right', recorded],
  ['recorded, wrong order', swapped(recorded)],
  ['recorded of the newer protocol, right', newer],
  ['recorded of the newer protocol, wrong order', swapped(newer)],
]

const judge = (files: unknown[], registry: () => NodeRegistry, request: bigint) =>
  judgeAll(() => readLogs(files.map((content, i) => ({ name: `${i}`, content }))), registry, request)
const truthOf = ({ logs, ...rest }: Run, gone: ReadonlySet<Log>) =>
  judge([{ ...rest, logs: logs.filter((log) => !gone.has(log)) }], () => NodeRegistry.empty(), rest.e3Id)
    .status

type Kind =
  | 'drop'
  | 'double'
  | 'mark removed'
  | 'removed copy'
  | 'removed before its copy'
  | 'later block'
  | 'other time'
  | 'index'
  | 'other contract'
  | 'cut data'
  | 'cut topic'
  | 'cut hash'
const kinds: Kind[] = [
  'drop',
  'double',
  'mark removed',
  'removed copy',
  'removed before its copy',
  'later block',
  'other time',
  'index',
  'other contract',
  'cut data',
  'cut topic',
  'cut hash',
]

/** What becomes of one log. */
function alter(log: Log, kind: Kind, n: number, { contracts, logs }: Run): Log[] {
  const cut = (text: string) =>
    text.slice(0, 2 + (n % (text.length - 2))) + text.slice(3 + (n % (text.length - 2)))
  const other = logs[n % logs.length]!
  switch (kind) {
    case 'drop':
      return []
    case 'double':
      return [log, { ...log }]
    case 'mark removed':
      return [{ ...log, removed: true }]
    case 'removed copy':
      return [log, { ...log, removed: true }]
    case 'removed before its copy':
      return [{ ...log, removed: true }, log]
    case 'later block':
      return [{ ...log, blockNumber: other.blockNumber }]
    case 'other time':
      return [{ ...log, blockTimestamp: other.blockTimestamp }]
    case 'index':
      return [{ ...log, logIndex: hexadecimal(n % 4) }]
    case 'other contract':
      return [
        {
          ...log,
          address:
            log.address === contracts.bondingRegistry!.toLowerCase()
              ? contracts.ciphernodeRegistry!
              : contracts.bondingRegistry!,
        },
      ]
    case 'cut data':
      return [{ ...log, data: log.data.length > 2 ? cut(log.data) : '0x0' }]
    case 'cut topic':
      return [
        { ...log, topics: log.topics.map((topic, i) => (i === n % log.topics.length ? cut(topic) : topic)) },
      ]
    case 'cut hash':
      return [{ ...log, blockHash: cut(log.blockHash ?? `0x${'0'.repeat(64)}`) }]
  }
}

describe.each(runs)('%s', (_, base) => {
  const truth = truthOf(base, new Set())
  const alteration = fc.record({
    at: fc.nat(base.logs.length - 1),
    kind: fc.constantFrom(...kinds),
    n: fc.nat(1000),
  })

  test('the verdict of the logs that are there, or none', () => {
    let [same, refused] = [0, 0]
    fc.assert(
      fc.property(
        fc.array(alteration, { maxLength: 3 }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.nat(1000), { minLength: base.logs.length * 2, maxLength: base.logs.length * 2 }),
        fc.option(fc.nat(base.logs.length)),
        (alterations, count, keys, cut) => {
          const byLog = new Map(alterations.map((each) => [base.logs[each.at]!, each]))
          const gone = new Set<Log>()
          const altered = base.logs.flatMap((log) => {
            const change = byLog.get(log)
            if (!change) return [log]
            if (change.kind === 'drop' || change.kind.includes('removed')) gone.add(log)
            return alter(log, change.kind, change.n, base)
          })
          // The first part as a registry, and all or the rest of it as files, in any order.
          const registry = () => {
            if (cut === null) return NodeRegistry.empty()
            const first = { ...base, logs: altered.slice(0, cut) }
            return applyLogs(NodeRegistry.empty(), readLogs([{ name: 'first', content: first }])).registry
          }
          const rest = cut === null || keys[0]! % 2 ? altered : altered.slice(cut)
          // A log whose removed copy went into the registry's part, and which comes itself only afterwards,
          // is there.
          if (rest !== altered && byLog.get(rest[0]!)?.kind === 'removed before its copy')
            gone.delete(rest[0]!)
          const files = Array.from({ length: count }, (): Log[] => [])
          rest.forEach((log, i) => files[keys[i]! % count]!.push(log))
          for (const file of files) file.sort((a, b) => keys[altered.indexOf(a)]! - keys[altered.indexOf(b)]!)
          const { blocks, contracts, chainId, thresholds } = base
          const contents = [...files, { blocks, contracts, chainId, thresholds }]
          const { status } = judge(contents, registry, base.e3Id)
          const expected = byLog.size === 0 ? truth : truthOf(base, gone)
          if (status === expected) ++same
          else {
            ++refused
            // Never another verdict: evidence that cannot be used (2), or that does not decide (3). Times are
            // taken as the chain's: moved ones may show a draw to be wrong, and never to be right.
            const moved = alterations.some(({ kind }) => /time|block|index/.test(kind))
            expect(moved ? [1, 2, 3] : [2, 3]).toContain(status)
          }
        },
      ),
      { numRuns: base === recorded || base.logs.length > 50 ? 120 : 400 },
    )
    expect(same).toBeGreaterThan(20)
    expect(refused).toBeGreaterThan(20)
  })

  test('contracts that are swapped or wrong: refused', () => {
    const { ciphernodeRegistry, bondingRegistry } = base.contracts
    for (const contracts of [
      { ciphernodeRegistry: bondingRegistry, bondingRegistry: ciphernodeRegistry },
      { ciphernodeRegistry, bondingRegistry: ciphernodeRegistry },
      { ciphernodeRegistry: `0x${'1'.repeat(40)}`, bondingRegistry },
      { ciphernodeRegistry, bondingRegistry: `0x${'1'.repeat(40)}` },
    ]) {
      expect(judge([{ ...base, contracts }], () => NodeRegistry.empty(), base.e3Id).status).toBe(2)
    }
  })

  test('a registry of other logs contradicts them', () => {
    const registry = applyLogs(NodeRegistry.empty(), readLogs([{ name: 'all', content: base }])).registry
    const bonding = base.logs.findIndex(
      ({ address }) => address === base.contracts.bondingRegistry!.toLowerCase(),
    )
    const log = base.logs[bonding]!
    // One word of a topic or of data is another: the same position says another thing.
    const other = {
      ...log,
      topics: [
        log.topics[0]!,
        ...log.topics.slice(1).map((t) => t.replace(/.$/, (d) => (d === '1' ? '2' : '1'))),
      ],
    }
    const logs = base.logs.map((each) => (each === log ? other : each))
    const said = judge([{ ...base, logs }], () => registry, base.e3Id)
    expect(said).toMatchObject({
      status: 2,
      sentence: expect.stringMatching(/the registry has another event there/),
    })
  })
})
