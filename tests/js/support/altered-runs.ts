// Recorded runs to be altered, log by log, and what is judged of them.
import { applyLogs, drawsIn, judgeDraw, NodeRegistry, readLogs, sortitionAbi } from 'hamt-wasm/sortition'
import { encodeAbiParameters, encodeEventTopics, type Abi, type Hex } from 'viem'
import { type LiveRun, vectors } from './chain.js'

export interface Log {
  address: string
  topics: string[]
  data: string
  blockNumber: string
  blockHash: string
  transactionHash: string | undefined
  transactionIndex: string | undefined
  logIndex: string | null
  removed?: boolean
  chainId?: number
  eventName?: string
}
export type Run = Omit<LiveRun, 'logs'> & { logs: Log[]; thresholds?: Record<string, number[]> }

export const topicOf = (eventName: string) =>
  (encodeEventTopics({ abi: sortitionAbi as Abi, eventName }) as unknown as Hex[])[0]!
export const isOf = (eventName: string) => (log: Log) => log.topics[0] === topicOf(eventName)
export const word = (n: bigint | number | string) =>
  BigInt.asUintN(256, BigInt(n)).toString(16).padStart(64, '0')
export const withWord = (data: string, i: number, n: bigint | number) =>
  data.slice(0, 2 + 64 * i) + word(n) + data.slice(2 + 64 * (i + 1))

/**
 * All requests of a run, in the order of the chain: status and sentence, or the error that all of them get.
 */
export function judge(run: Run, options = {}): { status: string; sentence: string; notes?: string[] }[] {
  const { logs, blocks, contracts, chainId, requests, thresholds } = run
  const said = thresholds ?? Object.fromEntries(requests.map((r) => [r.e3Id, r.threshold]))
  try {
    const read = readLogs([{ name: 'run', content: { logs, blocks, contracts, chainId, thresholds: said } }])
    const { registry } = applyLogs(NodeRegistry.empty(), read)
    return [...drawsIn(read).values()].map((draw) => judgeDraw(registry, draw, { limit: 0, ...options }))
  } catch (e) {
    return run.requests.map(() => ({ status: 'refused', sentence: (e as Error).message }))
  }
}
export const open = (name: string) => structuredClone(vectors<LiveRun>(name)) as unknown as Run

/** A log of an event, at the end of the block of another. */
export function emitted(
  like: Log,
  eventName: string,
  args: Record<string, unknown>,
  address = like.address,
): Log {
  const item = sortitionAbi.find(({ name }) => name === eventName)!
  const topics = encodeEventTopics({ abi: sortitionAbi as Abi, eventName, args }) as string[]
  const plain = item.inputs.filter((input) => !input.indexed)
  const data = encodeAbiParameters(plain as never, plain.map(({ name }) => args[name]) as never)
  const logIndex = `0x${(Number(like.logIndex) + 500).toString(16)}`
  return { ...like, address, topics, data, logIndex, transactionHash: undefined, transactionIndex: undefined }
}

export const first = (run: Run, eventName: string, i = 0) => run.logs.filter(isOf(eventName)).at(i)!
export const drop = (run: Run, log: Log) => void run.logs.splice(run.logs.indexOf(log), 1)
export const e3IdOf = (run: Run, i: number) => BigInt(run.requests[i]!.e3Id)

/** Puts a log into the block of another, behind all that is there, and into no transaction. */
export function moveTo({ blockNumber, blockHash }: Log, log: Log): void {
  const elsewhere = { transactionHash: undefined, transactionIndex: undefined }
  Object.assign(log, { blockNumber, blockHash, logIndex: '0x1f4', ...elsewhere })
}

/** An alteration of a recorded run, and what is said of it. */
export type Case = [kind: string, run: string, alter: (run: Run) => void, says: RegExp]

/** No request of the altered run is said to be right that is named in the sentence. */
export function expectNamed(name: string, alter: (run: Run) => void, says: RegExp): void {
  const run = open(name)
  alter(run)
  const judged = judge(run)
  expect(judged.map((each) => each.sentence).join('\n')).toMatch(says)
  expect(judged.find(({ sentence }) => says.test(sentence))!.status).not.toBe('right')
}
