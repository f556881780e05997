// Scores of tickets: published vectors, agreement with @noble/hashes, bad input.
import { keccak_256 } from '@noble/hashes/sha3.js'
import fc from 'fast-check'
import {
  bestTicket,
  bufferSize,
  committeeHash,
  scoreTicket,
  seedFromBlockHash,
  seedFromVrf,
  selectCommittee,
  type Address,
  type Hex,
} from 'hamt-wasm/sortition'
import { Hamt } from 'hamt-wasm'
import { run, vectors } from './support/chain.js'
import { naiveScore } from './support/naive.js'

interface Ranked {
  node: number
  address: Address
  ticket: number
  score: Hex
}
const v = vectors<{
  nodes: { node: number; address: Address; tickets: number; globalTickets: [number, number] }[]
  globalNumbering: { e3Id: string; seed: Hex; ranking: Ranked[] }
  perNodeNumbering: {
    e3Id: string
    seed: Hex
    ranking: Ranked[]
    finalized3: (Ranked & { party_id: number })[]
    committeeHash3: Hex
  }
  preimage: { bytes: Hex }
  allTicketScoresPerNode: [number, number, Hex][]
  seedFromBlockHash: { blockhash: Hex; e3Id: string; seed: Hex }[]
  seedFromVrf: {
    randomWord: Hex
    chainId: string
    registry: Address
    e3Id: Hex
    requestId: string
    seed: Hex
  }[]
  singleScores: { address: Address; ticket: string; e3: string; seed: Hex; score: Hex }[]
  buffer: { rows: [number, number, number, number][] }
}>('sortition')

const { e3Id, seed } = { e3Id: BigInt(v.perNodeNumbering.e3Id), seed: BigInt(v.perNodeNumbering.seed) }
const lower = (a: string) => a.toLowerCase()

describe('published vectors', () => {
  test('every ticket of every node', () => {
    expect(v.allTicketScoresPerNode).toHaveLength(33)
    for (const [node, ticket, score] of v.allTicketScoresPerNode) {
      expect(scoreTicket({ node: v.nodes[node]!.address, ticket: BigInt(ticket), e3Id, seed })).toBe(
        BigInt(score),
      )
    }
  })

  test('single scores, and the preimage', () => {
    for (const s of v.singleScores) {
      const score = scoreTicket({
        node: s.address,
        ticket: BigInt(s.ticket),
        e3Id: BigInt(s.e3),
        seed: BigInt(s.seed),
      })
      expect(score).toBe(BigInt(s.score))
    }
    const hashed = BigInt(
      `0x${Buffer.from(keccak_256(Buffer.from(v.preimage.bytes.slice(2), 'hex'))).toString('hex')}`,
    )
    expect(scoreTicket({ node: v.nodes[9]!.address, ticket: 32n, e3Id, seed })).toBe(hashed)
  })

  test('the ranking under production numbering', () => {
    const nodes = Hamt.from(
      v.nodes.map(
        (n) =>
          [
            lower(n.address),
            { registered: true, active: true, ticketBalance: BigInt(n.tickets) * 10n },
          ] as const,
      ),
    )
    const winners = selectCommittee(nodes, { e3Id, seed, size: 10, ticketPrice: 10n })
    expect(winners).toEqual(
      v.perNodeNumbering.ranking.map((r) => ({
        node: lower(r.address),
        ticket: BigInt(r.ticket),
        score: BigInt(r.score),
      })),
    )
    expect(selectCommittee(nodes, { e3Id, seed, size: 3, ticketPrice: 10n })).toEqual(winners.slice(0, 3))
  })

  test('the ranking under global numbering', () => {
    const ranking = v.nodes
      .flatMap(({ address, globalTickets: [first, last] }) => {
        const tickets = Array.from({ length: last - first + 1 }, (_, i) => first + i)
        const scored = tickets.map((ticket) => ({
          address,
          ticket,
          score: scoreTicket({ node: address, ticket, e3Id, seed }),
        }))
        return scored.sort((a, b) => (a.score < b.score ? -1 : 1)).slice(0, 1)
      })
      .sort((a, b) => (a.score < b.score ? -1 : 1))
    expect(ranking).toEqual(
      v.globalNumbering.ranking.map((r) => ({
        address: r.address,
        ticket: r.ticket,
        score: BigInt(r.score),
      })),
    )
  })

  test('best tickets', () => {
    for (const r of v.perNodeNumbering.ranking) {
      const { tickets } = v.nodes[r.node]!
      expect(bestTicket({ node: r.address, tickets, e3Id, seed })).toEqual({
        ticket: BigInt(r.ticket),
        score: BigInt(r.score),
      })
    }
  })

  test('seeds', () => {
    for (const s of v.seedFromBlockHash) {
      expect(seedFromBlockHash({ blockHash: s.blockhash, e3Id: BigInt(s.e3Id) })).toBe(BigInt(s.seed))
      const bytes = new Uint8Array(Buffer.from(s.blockhash.slice(2), 'hex'))
      expect(seedFromBlockHash({ blockHash: bytes, e3Id: BigInt(s.e3Id) })).toBe(BigInt(s.seed))
    }
    for (const s of v.seedFromVrf) {
      const made = seedFromVrf({
        randomWord: BigInt(s.randomWord),
        chainId: BigInt(s.chainId),
        registry: s.registry,
        e3Id: BigInt(s.e3Id),
        requestId: BigInt(s.requestId),
      })
      expect(made).toBe(BigInt(s.seed))
    }
    for (const r of run.requests) {
      expect(seedFromBlockHash({ blockHash: r.entropyBlockHash, e3Id: BigInt(r.e3Id) })).toBe(
        BigInt(r.sortitionSeed),
      )
    }
  })

  test('buffers', () => {
    for (const [m, n, buffer, selected] of v.buffer.rows) {
      expect(bufferSize(m, n)).toBe(buffer)
      expect(n + bufferSize(m, n)).toBe(selected)
    }
  })

  test('the hash of a committee, in any order and letter case', () => {
    const committee = v.perNodeNumbering.finalized3.map((f) => f.address)
    expect(committeeHash(committee)).toBe(v.perNodeNumbering.committeeHash3)
    expect(committeeHash([...committee].reverse().map((a) => lower(a) as Address))).toBe(
      v.perNodeNumbering.committeeHash3,
    )
  })
})

const anyAddress = fc
  .uint8Array({ minLength: 20, maxLength: 20 })
  .map((b): Address => `0x${Buffer.from(b).toString('hex')}`)
const any256 = fc.oneof(fc.bigInt(0n, 2n ** 256n - 1n), fc.bigInt(0n, 300n), fc.constant(2n ** 256n - 1n))

test('scores agree with @noble/hashes on any input, in any letter case', () => {
  fc.assert(
    fc.property(anyAddress, any256, any256, any256, fc.boolean(), (node, ticket, id, s, shout) => {
      const written: Address = shout ? `0x${node.slice(2).toUpperCase()}` : node
      expect(scoreTicket({ node: written, ticket, e3Id: id, seed: s })).toBe(naiveScore(node, ticket, id, s))
    }),
  )
})

test('the best ticket is the lowest of all, the smallest on a tie', () => {
  fc.assert(
    fc.property(anyAddress, fc.bigInt(1n, 60n), any256, any256, (node, tickets, id, s) => {
      const scores = Array.from({ length: Number(tickets) }, (_, i) => naiveScore(node, BigInt(i + 1), id, s))
      const lowest = scores.reduce((a, b) => (b < a ? b : a))
      expect(bestTicket({ node, tickets, e3Id: id, seed: s })).toEqual({
        ticket: BigInt(scores.indexOf(lowest) + 1),
        score: lowest,
      })
    }),
    { numRuns: 50 },
  )
})

describe('bad input is named with its value', () => {
  const node = v.nodes[0]!.address
  const good = { node, ticket: 1n, e3Id, seed }

  const score = (change: object) => () => scoreTicket({ ...good, ...change })

  test.each([
    ['node', '0x12', /node .*"0x12"/],
    ['node', node.slice(2), /node .*address/],
    ['node', `${node}0`, /node/],
    ['node', 7, /node .*7/],
    ['node', undefined, /node .*undefined/],
    ['ticket', -1n, /ticket .*-1n/],
    ['ticket', 2n ** 256n, /ticket .*1157920892373/],
    ['ticket', 1.5, /ticket .*1\.5/],
    ['ticket', -1, /ticket .*-1/],
    ['e3Id', 42, /e3Id must be a bigint, got 42/],
    ['e3Id', '42', /e3Id must be a bigint, got "42"/],
    ['e3Id', -5n, /e3Id .*-5n/],
    ['seed', 1, /seed must be a bigint/],
    ['seed', 2n ** 256n, /seed must be from 0/],
    ['seed', null, /seed .*null/],
  ])('%s = %p', (name, value, message) => {
    expect(score({ [name]: value })).toThrow(message)
  })

  test('bestTicket', () => {
    const of = { node, e3Id, seed }
    expect(() => bestTicket({ ...of, tickets: 0n })).toThrow(/tickets must be at least 1/)
    expect(() => bestTicket({ ...of, tickets: -1n })).toThrow(/tickets .*-1n/)
    expect(() => bestTicket({ ...of, tickets: 2n ** 256n - 1n })).toThrow(RangeError)
    expect(() => bestTicket({ ...of, tickets: 2n ** 256n - 1n })).toThrow(
      new RegExp(`${lower(node)} holds ${2n ** 256n - 1n} tickets`),
    )
    expect(() => bestTicket({ ...of, tickets: 11n, limit: 10 })).toThrow(
      /holds 11 tickets, more than the limit of 10/,
    )
    expect(bestTicket({ ...of, tickets: 10n, limit: 10n }).ticket).toBeLessThanOrEqual(10n)
  })

  test('seeds, committees and buffers', () => {
    expect(() => seedFromBlockHash({ blockHash: '0x11', e3Id })).toThrow(/blockHash .*"0x11"/)
    expect(() => seedFromBlockHash({ blockHash: new Uint8Array(31), e3Id })).toThrow(/blockHash/)
    expect(() => seedFromVrf({ randomWord: 1n, chainId: 1n, registry: '0x1', e3Id, requestId: 1n })).toThrow(
      /registry/,
    )
    expect(() => committeeHash([node, lower(node) as Address])).toThrow(/twice/)
    expect(() => committeeHash(['0x1'])).toThrow(/committee\[0\]/)
    expect(() => bufferSize(-1, 3)).toThrow(/m must be .*-1/)
    expect(() => bufferSize(1, 0.5)).toThrow(/n must be .*0\.5/)
  })
})
