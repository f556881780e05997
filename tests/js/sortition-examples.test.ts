// The two example scripts, against a JSON-RPC server in this process that shows recorded chains, and forks of
// them.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NodeRegistry, type RegistryEvent } from 'hamt-wasm/sortition'
import { createPublicClient, http, keccak256, type Hex, type PublicClient } from 'viem'
import { followChain, type Following } from '../../js/examples/follow-chain.js'
import { readDraws, verifyAll } from '../../js/examples/verify-all.js'
import { decode, type ChainRun, type LiveRun, type RawLog, run, vectors } from './support/chain.js'

/** What the server shows. */
interface Chain {
  blocks: { number: number; hash: Hex; timestamp: number }[]
  logs: RawLog[]
}
let chain: Chain
/** The newest block that the server shows; empty ones follow those of the chain. */
let newest = 0
let chainId = 1
const asked: [number, number][] = []
/** Called before each answer: a chain may change while it is read. */
let onCall: (calls: number) => void = () => undefined
let calls = 0

const hex = (n: number): Hex => `0x${n.toString(16)}`
const emptyHash = (n: number): Hex => `0x${n.toString(16).padStart(64, 'e')}`
const blockAt = (n: number) =>
  chain.blocks.find((b) => b.number === n) ?? { number: n, hash: emptyHash(n), timestamp: 4_000_000_000 + n }

interface Call {
  id: number
  method: string
  params?: unknown[]
}
function answer({ method, params: [first] = [] }: Call): unknown {
  onCall(++calls)
  if (method === 'eth_chainId') return hex(chainId)
  if (method === 'eth_blockNumber') return hex(newest)
  if (method === 'eth_getBlockByNumber') {
    const number = Number(first)
    if (number > newest) return null
    const { hash, timestamp } = blockAt(number)
    const parentHash = number > 0 ? blockAt(number - 1).hash : emptyHash(0)
    return { number: hex(number), hash, parentHash, timestamp: hex(timestamp), transactions: [] }
  }
  if (method === 'eth_getLogs') {
    const { fromBlock, toBlock, address, topics } = first as {
      fromBlock: string
      toBlock: string
      address: string | string[]
      topics: [string[]]
    }
    const [from, to] = [Number(fromBlock), Number(toBlock)]
    if (to - from >= 9_500 || to > newest) throw new Error('range too large')
    asked.push([from, to])
    const addresses = [address].flat().map((a) => a.toLowerCase())
    return chain.logs
      .filter((log) => {
        const block = Number(log.blockNumber)
        const isTopic = [topics[0]].flat().includes(log.topics[0])
        return block >= from && block <= to && addresses.includes(log.address.toLowerCase()) && isTopic
      })
      .map((log) => ({ ...log, blockHash: blockAt(Number(log.blockNumber)).hash, removed: false }))
  }
  throw new Error(`unexpected ${method}`)
}

let server: Server
let dir: string
let client: PublicClient
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'hamt-wasm-examples-'))
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const call = JSON.parse(body) as Call
      let reply: object
      try {
        reply = { result: answer(call) }
      } catch (e) {
        reply = { error: { code: -32000, message: (e as Error).message } }
      }
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ jsonrpc: '2.0', id: call.id, ...reply }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  client = createPublicClient({ transport: http(`http://127.0.0.1:${port}`, { retryCount: 0 }) })
})
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve))
  rmSync(dir, { recursive: true, force: true })
})
beforeEach(() => {
  onCall = () => undefined
  calls = 0
})

type Contracts = Pick<ChainRun['contracts'], 'ciphernodeRegistry' | 'bondingRegistry' | 'interfold'>
const following = (name: string, contracts: Contracts = run.contracts): Following => ({
  client,
  ciphernodeRegistry: contracts.ciphernodeRegistry,
  bondingRegistry: contracts.bondingRegistry,
  interfold: contracts.interfold,
  from: 0n,
  confirmations: 0n,
  registryFile: join(dir, `${name}.hamt`),
  drawsFile: join(dir, `${name}.json`),
})
/** What is in the files but the checkpoints, which depend on how a chain was followed. */
function filesOf(name: string): { registry: Hex; draws: string; upTo: unknown } {
  const draws = JSON.parse(readFileSync(following(name).drawsFile, 'utf8')) as Record<string, unknown>
  const { upTo } = draws
  delete draws.checkpoints
  delete draws.upTo
  return {
    registry: keccak256(readFileSync(following(name).registryFile)),
    draws: JSON.stringify(draws),
    upTo,
  }
}

describe('the older contracts', () => {
  beforeEach(() => {
    chain = run
    chainId = run.chainId
  })

  test('follows a chain in pieces of 9,500 blocks', async () => {
    newest = 25_000
    asked.length = 0
    const lines: string[] = []
    const registry = await followChain({ ...following('a'), say: (line) => void lines.push(line) })
    const pieces = [
      [0, 9_499],
      [9_500, 18_999],
      [19_000, 25_000],
    ]
    expect(asked).toEqual(pieces.flatMap((piece) => [piece, piece, piece])) // three contracts
    expect(lines).toHaveLength(3)
    expect(registry.serialize()).toEqual(NodeRegistry.empty().applyAll(decode()).serialize())
    expect(new Uint8Array(readFileSync(following('a').registryFile))).toEqual(registry.serialize())
  })

  test('goes on where it ended, keeps its distance, and comes to the same files', async () => {
    asked.length = 0
    for (newest of [100, 120, 137, 137, 170]) await followChain({ ...following('b'), confirmations: 5n })
    expect(asked.filter((_, i) => i % 3 === 0)).toEqual([
      [0, 95],
      [96, 115],
      [116, 132],
      [133, 165],
    ])
    const [a, b] = [filesOf('a'), filesOf('b')]
    expect(b).toEqual({ ...a, upTo: '165' })
    // Files that are lost are made again.
    for (const lost of ['drawsFile', 'registryFile'] as const) {
      rmSync(following('b')[lost])
      await followChain({ ...following('b'), confirmations: 5n })
      expect(filesOf('b')).toEqual(b)
    }
  })

  test('verifies every draw, finds the one that was tampered with, and the one that is open', () => {
    const registry = NodeRegistry.deserialize(readFileSync(following('a').registryFile))
    const draws = readDraws(following('a').drawsFile)
    const judged = verifyAll(registry, draws)
    expect(judged.map((r) => r.e3Id)).toEqual(run.requests.map((r) => BigInt(r.e3Id)))
    expect(judged.map((r) => r.seed)).toEqual(run.requests.map((r) => BigInt(r.sortitionSeed)))
    expect(judged.map((r) => r.violations)).toEqual([[], []])
    expect(judged.map((r) => r.notes)).toEqual([[], []])
    const altered = (change: (events: RegistryEvent[]) => RegistryEvent[]) =>
      verifyAll(registry, { ...draws, events: change([...structuredClone(draws.events)]) }).map(
        (r) => r.status,
      )
    const isResult = (e: RegistryEvent) => e.eventName === 'SortitionCommitteeFinalized'
    const tampered = altered((events) => {
      ;(events.find(isResult)!.args as { scores: bigint[] }).scores[0]! += 1n
      return events
    })
    expect(tampered).toEqual(['wrong', 'right'])
    const isEnd = (e: RegistryEvent) => isResult(e) || e.eventName === 'CommitteeActivationChanged'
    expect(altered((events) => events.filter((e) => !isEnd(e)))).toEqual(['not decided', 'not decided'])
    expect(altered((events) => events.filter((e) => !isResult(e)))).toEqual(Array(2).fill('cannot be judged'))
    const twice = altered((events) => {
      const last = events.findLast(isResult)!
      return [...events, { ...last, logIndex: last.logIndex + 1 }]
    })
    expect(twice).toEqual(['right', 'cannot be judged'])
  })

  test('a registry file that is none stops it before it writes', async () => {
    writeFileSync(join(dir, 'c.hamt'), 'hello')
    await expect(followChain(following('c'))).rejects.toThrow(/snapshot/)
    expect(readFileSync(join(dir, 'c.hamt'), 'utf8')).toBe('hello')
  })
})

describe.each(['chain-run-live', 'chain-run-upgrade'])('a chain that forks: %s', (name) => {
  const live = vectors<LiveRun>(name)
  const last = live.blocks.at(-1)!.number
  const follow = (file: string) => followChain(following(file, live.contracts))
  /** Events that state their time: on a fork it would be another one. */
  const stating = new Set<string>([
    '0x3b78f1c093a05647988c5b505d2b3346b0c08f25bfb91339d7078ca93b797442',
    '0x61639d071f0039c475821c28098b7eb4642dffe9607e19d3a73d6055d0932db2',
  ])
  /**
   * The chain up to a block; after it the same blocks with other hashes, later times, and half of their logs.
   */
  const forkAfter = (block: number): Chain => ({
    blocks: live.blocks.map((b) =>
      b.number <= block
        ? b
        : { ...b, timestamp: b.timestamp + 1, hash: `0x${'f'.repeat(60)}${b.hash.slice(-4)}` },
    ),
    logs: live.logs.filter(
      (log, i) => Number(log.blockNumber) <= block || (i % 2 === 0 && !stating.has(log.topics[0])),
    ),
  })
  const truth = `${name}-truth`

  beforeAll(async () => {
    onCall = () => undefined
    chain = live
    chainId = live.chainId
    newest = last
    await follow(truth)
  })
  beforeEach(() => {
    chainId = live.chainId
  })

  test('what it finds is what the recording has, for every contract and provider', () => {
    const registry = NodeRegistry.deserialize(readFileSync(following(truth).registryFile))
    expect(registry.serialize()).toEqual(NodeRegistry.empty().applyAll(decode(live)).serialize())
    const judged = verifyAll(registry, readDraws(following(truth).drawsFile))
    expect(judged.map((j) => j.e3Id)).toEqual(live.requests.map((r) => BigInt(r.e3Id)))
    // Nothing in these recordings says how many members a committee was to have, but a failure.
    expect(judged.map((j) => j.status)).toEqual(
      live.requests.map((r) => (r.kind === 'A' || r.failed ? 'right' : 'not decided')),
    )
    expect(judged.map((j) => j.seed)).toEqual(live.requests.map((r) => (r.seed ? BigInt(r.seed) : undefined)))
  })

  const requested = live.requests[2]!.requestBlockNumber
  test.each<[string, number, number]>([
    ['one block deep', 60, 59],
    ['several blocks deep', 60, 51],
    ['before everything', 60, -1],
    ['during a request', requested + 1, requested],
    ['taking the request itself back', requested + 1, requested - 1],
    ['at the end', last, last - 1],
    ['at the border of a file', 60, 40],
    ['across the border of a file', 60, 39],
  ])('%s', async (what, seen, fork) => {
    const file = `${name}-${what}`
    chain = forkAfter(fork)
    for (newest of [20, 40, seen].filter((n) => n <= seen)) await follow(file)
    if (live.logs.some((log) => Number(log.blockNumber) > fork && Number(log.blockNumber) <= seen))
      expect(filesOf(file)).not.toEqual(filesOf(truth))
    chain = live
    newest = last
    const lines: string[] = []
    await followChain({ ...following(file, live.contracts), say: (line) => void lines.push(line) })
    if (fork < seen) expect(lines[0]).toMatch(/took blocks back/)
    expect(filesOf(file)).toEqual(filesOf(truth))
  })

  test('a chain that became shorter', async () => {
    const file = `${name}-shorter`
    chain = forkAfter(40)
    newest = 60
    await follow(file)
    chain = live
    newest = 45
    await follow(file)
    newest = last
    await follow(file)
    expect(filesOf(file)).toEqual(filesOf(truth))
  })

  test('at every moment while it is read', async () => {
    for (let at = 1; at < 60; at += 7) {
      const file = `${name}-moment-${at}`
      chain = forkAfter(30)
      newest = last
      calls = 0
      onCall = (n) => {
        if (n === at) chain = live
      }
      await follow(file)
      chain = live
      await follow(file)
      expect([at, filesOf(file)]).toEqual([at, filesOf(truth)])
    }
  })

  test('one that never rests is given up', async () => {
    newest = last
    onCall = (n) => void (chain = n % 2 === 0 ? live : forkAfter(10))
    await expect(follow(`${name}-restless`)).rejects.toThrow(/changes faster than it can be read/)
  })
})

test('a provider of random words that changes: the words of both are found', async () => {
  const live = vectors<LiveRun>('chain-run-live')
  const topics = {
    asked: '0x399bda4309dfdd7424cfe8fe0755f30b10a3d0afafc1420462bf01c1df8b26e0',
    set: '0xfb1e10d2175872e37567b16968825f055dcb4e8747097191057e0e32c565f2e2',
  }
  const old = live.contracts.randomnessProvider!.toLowerCase() as Hex
  const next: Hex = `0x${'5'.repeat(40)}`
  const padded = (address: Hex): Hex => `0x${address.slice(2).padStart(64, '0')}`
  const from = live.requests[4]!.requestBlockNumber
  const isLater = (log: RawLog) => Number(log.blockNumber) >= from
  const setLog = live.logs.find((log) => log.topics[0] === topics.set)!
  const before = live.logs.findLast((log) => !isLater(log))!
  const changed: RawLog = {
    ...before,
    address: setLog.address,
    topics: [topics.set as Hex, padded(next)],
    data: '0x',
    logIndex: `0x${(Number(before.logIndex) + 1).toString(16)}`,
  }
  const logs = live.logs.flatMap((log): RawLog[] => {
    const asks = log.topics[0] === topics.asked && isLater(log)
    const moved = asks
      ? { ...log, topics: [...log.topics.slice(0, 3), padded(next)] as unknown as RawLog['topics'] }
      : isLater(log) && log.address === old
        ? { ...log, address: next }
        : log
    return log === before ? [moved, changed] : [moved]
  })
  onCall = () => undefined
  chain = { blocks: live.blocks, logs }
  chainId = live.chainId
  // In pieces: the provider is another one in the middle of them.
  for (newest of [from - 1, from, live.blocks.at(-1)!.number])
    await followChain(following('provider', live.contracts))
  const registry = NodeRegistry.deserialize(readFileSync(following('provider').registryFile))
  const judged = verifyAll(registry, readDraws(following('provider').drawsFile))
  expect(judged.map((j) => j.randomness?.provider)).toEqual(live.requests.map((_, i) => (i < 4 ? old : next)))
  expect(judged.map((j) => j.seed)).toEqual(live.requests.map((r) => (r.seed ? BigInt(r.seed) : undefined)))
  expect(judged.filter((j) => j.status === 'wrong' || j.status === 'cannot be judged')).toEqual([])
})
