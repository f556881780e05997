// Tickets, scores, seeds: the rule of the Interfold sortition (release 0.12.0), a function for each rule.
import { keccak256, select } from './native.js'
import {
  type Address,
  type Hex,
  address,
  count,
  hash,
  object,
  readUint256,
  safeInteger,
  toHex,
  uint256,
  writeAddress,
  writeUint256,
} from './values.js'

/** A ticket and what it scored; lower scores win. */
export interface ScoredTicket {
  /** From 1 to the number of tickets that the balance bought. */
  ticket: bigint
  /** 256 bits; the lowest scores win. */
  score: bigint
}

/** An operator with its best ticket. */
export interface Winner extends ScoredTicket {
  /** The operator. */
  node: Address
}

/** Hashes that one call computes unless told otherwise: 2^28, a minute or two. */
export const defaultTicketLimit = 2n ** 28n
/** Hashes for what is only information, unless told otherwise: about a second. */
export const informationLimit = 2n ** 22n

/**
 * The score of one ticket: keccak-256 of address (20 bytes) ‖ ticket (32) ‖ e3Id (32) ‖ seed (32),
 * big-endian. About a microsecond. TypeError or RangeError names an argument that is no address or no 256-bit
 * number.
 */
export function scoreTicket(of: {
  node: Address
  ticket: bigint | number
  e3Id: bigint
  seed: bigint
}): bigint {
  const { node, ticket, e3Id, seed } = object(of, 'the argument of scoreTicket')
  const bytes = new Uint8Array(116)
  writeAddress(bytes, 0, address(node, 'node'))
  writeUint256(bytes, 20, count(ticket, 'ticket'))
  writeUint256(bytes, 52, uint256(e3Id, 'e3Id'))
  writeUint256(bytes, 84, uint256(seed, 'seed'))
  return readUint256(keccak256(bytes), 0)
}

/**
 * The best of an operator's tickets 1..=tickets: the lowest score, the smaller ticket on a tie. One hash a
 * ticket, in wasm. RangeError for no ticket at all, and, naming the operator, for more than `limit` of them.
 */
export function bestTicket(of: {
  node: Address
  /** How many tickets the operator holds. */
  tickets: bigint | number
  e3Id: bigint
  seed: bigint
  /** How many hashes are worth it; 2^28 unless given. */
  limit?: bigint | number
}): ScoredTicket {
  const said = object(of, 'the argument of bestTicket')
  const tickets = count(said.tickets, 'tickets')
  if (tickets === 0n)
    throw new RangeError('tickets must be at least 1, got 0n: an operator without tickets has no best one')
  const node = address(said.node, 'node')
  const [best] = select([{ node, owner: undefined, first: 1n, count: tickets }], {
    e3Id: uint256(said.e3Id, 'e3Id'),
    seed: uint256(said.seed, 'seed'),
    size: 1,
    ownerCap: false,
    limit: ticketLimit(said.limit),
  })
  return { ticket: best!.ticket, score: best!.score }
}

/** A limit on hashes: at most 2^53, which no machine reaches. */
export function ticketLimit(limit: unknown, usual = defaultTicketLimit): bigint {
  return limit === undefined ? usual : BigInt(safeInteger(limit, 'limit'))
}

/** The seed of deployments that draw on a block: keccak256(abi.encode(bytes32 blockHash, uint256 e3Id)). */
export function seedFromBlockHash(from: { blockHash: Hex | Uint8Array; e3Id: bigint }): bigint {
  const { blockHash, e3Id } = object(from, 'the argument of seedFromBlockHash')
  return hashOfWords([hash(blockHash, 'blockHash'), uint256(e3Id, 'e3Id')])
}

/** What newer deployments draw on: the random word of a verifiable random function, and whose it is. */
export interface VrfInput {
  /** What the oracle answered. */
  randomWord: bigint
  /** Of the chain that the registry is on. */
  chainId: bigint | number
  /** The registry contract that asked for the word. */
  registry: Address
  /** The request for a committee. */
  e3Id: bigint
  /** The request to the oracle. */
  requestId: bigint
}

/**
 * The seed of deployments that draw on a random word: keccak256(abi.encode(uint256 randomWord, uint256
 * chainId, address registry, uint256 e3Id, uint256 requestId)).
 */
export function seedFromVrf(from: VrfInput): bigint {
  const said = object(from, 'the argument of seedFromVrf')
  return hashOfWords([
    uint256(said.randomWord, 'randomWord'),
    count(said.chainId, 'chainId'),
    BigInt(address(said.registry, 'registry')),
    uint256(said.e3Id, 'e3Id'),
    uint256(said.requestId, 'requestId'),
  ])
}

function hashOfWords(words: bigint[]): bigint {
  const bytes = new Uint8Array(32 * words.length)
  words.forEach((word, i) => writeUint256(bytes, 32 * i, word))
  return readUint256(keccak256(bytes), 0)
}

/**
 * How many operators beyond the committee size submit, so that it fills although some stay silent.
 *
 * @param m the threshold of the polynomial (not H of the request)
 * @param n the committee size
 */
export function bufferSize(m: number | bigint, n: number | bigint): number {
  const [threshold, size] = [safeInteger(m, 'm'), safeInteger(n, 'n')]
  if (size === 0) return 0
  const share = threshold / size
  return Math.max(0, size - threshold) + (share >= 0.8 ? 3 : share >= 0.6 ? 2 : 1)
}

/**
 * The hash that names a committee: keccak-256 of its addresses, 20 bytes each, in ascending order (they may
 * be given in any). TypeError for what is no address, RangeError for one that is there twice.
 */
export function committeeHash(committee: Iterable<Address>): Hex {
  const nodes = [...committee].map((node, i) => address(node, `committee[${i}]`)).sort()
  const bytes = new Uint8Array(20 * nodes.length)
  nodes.forEach((node, i) => {
    if (node === nodes[i - 1]) throw new RangeError(`committee must name an operator once, got ${node} twice`)
    writeAddress(bytes, 20 * i, node)
  })
  return toHex(keccak256(bytes))
}
