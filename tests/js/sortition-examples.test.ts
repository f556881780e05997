// The two example scripts, against a recorded JSON-RPC server in this process.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NodeRegistry, type RegistryEvent } from 'hamt-wasm/sortition'
import { createPublicClient, http, type PublicClient } from 'viem'
import { followChain, type Following } from '../../js/examples/follow-chain.js'
import { readDraws, verifyAll } from '../../js/examples/verify-all.js'
import { decode, run } from './support/chain.js'

/** The newest block that the server shows. The run is 165 blocks; those after it are empty. */
let newest = 0
const asked: [number, number][] = []

const hex = (n: number) => `0x${n.toString(16)}`
interface Call {
  id: number
  method: string
  params?: unknown[]
}
function answer({ method, params: [first] = [] }: Call): unknown {
  if (method === 'eth_blockNumber') return hex(newest)
  if (method === 'eth_getBlockByNumber') {
    const block = run.blocks.find((b) => hex(b.number) === first)
    return (
      block && {
        number: hex(block.number),
        hash: block.hash,
        timestamp: hex(block.timestamp),
        transactions: [],
      }
    )
  }
  if (method === 'eth_getLogs') {
    const { fromBlock, toBlock, address, topics } = first as {
      fromBlock: string
      toBlock: string
      address: string
      topics: [string[]]
    }
    const [from, to] = [Number(fromBlock), Number(toBlock)]
    if (to - from >= 9_500 || to > newest) throw new Error('range too large')
    asked.push([from, to])
    return run.logs.filter((log) => {
      const block = Number(log.blockNumber)
      return (
        block >= from &&
        block <= to &&
        log.address === address.toLowerCase() &&
        topics[0].includes(log.topics[0])
      )
    })
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

const following = (name: string): Following => ({
  client,
  ciphernodeRegistry: run.contracts.ciphernodeRegistry,
  bondingRegistry: run.contracts.bondingRegistry,
  from: 0n,
  confirmations: 0n,
  registryFile: join(dir, `${name}.hamt`),
  drawsFile: join(dir, `${name}.json`),
})
const events = decode()

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
  expect(asked).toEqual(pieces.flatMap((piece) => [piece, piece])) // two contracts
  expect(lines).toHaveLength(3)
  expect(registry.serialize()).toEqual(NodeRegistry.empty().applyAll(events).serialize())
  expect(new Uint8Array(readFileSync(following('a').registryFile))).toEqual(registry.serialize())
})

test('goes on where it ended, keeps its distance, and comes to the same files', async () => {
  asked.length = 0
  for (newest of [100, 120, 137, 137, 170]) await followChain({ ...following('b'), confirmations: 5n })
  expect(asked.filter((_, i) => i % 2 === 0)).toEqual([
    [0, 95],
    [96, 115],
    [116, 132],
    [133, 165],
  ])
  expect(readFileSync(following('b').registryFile)).toEqual(readFileSync(following('a').registryFile))
  const [a, b] = ['a', 'b'].map(
    (name) => JSON.parse(readFileSync(following(name).drawsFile, 'utf8')) as object,
  )
  expect({ ...b, upTo: '' }).toEqual({ ...a, upTo: '' })
  // A lost file of draws is made again, beside a registry that is ahead of it.
  rmSync(following('b').drawsFile)
  await followChain({ ...following('b'), confirmations: 5n })
  expect(JSON.parse(readFileSync(following('b').drawsFile, 'utf8'))).toEqual(b)
  expect(readFileSync(following('b').registryFile)).toEqual(readFileSync(following('a').registryFile))
})

test('verifies every draw, and finds the one that was tampered with', () => {
  const registry = NodeRegistry.deserialize(readFileSync(following('a').registryFile))
  const draws = readDraws(following('a').drawsFile)
  const reports = verifyAll(registry, draws)
  expect(reports.map((r) => r.e3Id)).toEqual(run.requests.map((r) => BigInt(r.e3Id)))
  expect(reports.map((r) => r.seed)).toEqual(run.requests.map((r) => BigInt(r.sortitionSeed)))
  expect(reports.map((r) => r.violations)).toEqual([[], []])
  expect(reports.map((r) => r.notes)).toEqual([[], []])

  const finalized = draws.events.find((e) => e.eventName === 'SortitionCommitteeFinalized')!.args as {
    scores: bigint[]
  }
  finalized.scores[0]! += 1n
  expect(verifyAll(registry, draws).map((r) => r.verdict)).toEqual(['wrong', 'right'])

  const isResult = (e: RegistryEvent) => e.eventName === 'SortitionCommitteeFinalized'
  const last = draws.events.findLast(isResult)!
  const open = { ...draws, events: draws.events.filter((e) => e !== last) }
  expect(verifyAll(registry, open).map((r) => r.verdict)).toEqual(['wrong', 'undecided'])
  const twice = { ...draws, events: [...draws.events, { ...last, logIndex: last.logIndex + 1 }] }
  expect(() => verifyAll(registry, twice)).toThrow(/two results/)
})

test('a registry file that is none stops it before it writes', async () => {
  writeFileSync(join(dir, 'c.hamt'), 'hello')
  await expect(followChain(following('c'))).rejects.toThrow(/snapshot/)
  expect(readFileSync(join(dir, 'c.hamt'), 'utf8')).toBe('hello')
})
