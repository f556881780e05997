// The draw itself: the best operators of a version of the registry.
import { isBytes } from '../core.js'
import { Hamt } from '../index.js'
import { type Participant, select, type Selected } from './native.js'
import { type Winner, ticketLimit } from './score.js'
import { type Address, isAddress, isUint256, object, own, safeInteger, show, uint256 } from './values.js'

/** What is known of an operator at some time. */
export interface NodeState {
  /** Added to the registry, and not removed since. */
  registered: boolean
  /** Activated, and under the eligibility configuration in force. */
  active: boolean
  /** What it has to buy tickets with, in the token's smallest unit. */
  ticketBalance: bigint
  /** Who bonds the operator, where known. */
  owner?: Address
  /**
   * When it was last admitted, in seconds: it waits from then on. Absent for operators from before there were
   * admissions.
   */
  admittedSince?: bigint
}

/** `uncapped`: each operator for itself. `owner-cap`: of each bond owner at most one operator, its best. */
export type Policy = 'uncapped' | 'owner-cap'

/** What decides a draw, besides the operators. */
export interface Draw {
  /** The request for a committee. */
  e3Id: bigint
  /** 256 bits of entropy: `seedFromBlockHash`, `seedFromVrf`. */
  seed: bigint
  /** How many are wanted; fewer come when fewer are eligible. */
  size: number
  /** What one ticket costs, in units of the balance, as frozen in the request. 0 buys no tickets. */
  ticketPrice: bigint
  /** `uncapped` unless given. */
  policy?: Policy
  /** How many hashes, one a ticket of all operators together, are worth it; 2^28 unless given. */
  limit?: bigint | number
}

export function policyOf(value: unknown): Policy {
  if (value === undefined) return 'uncapped'
  if (value === 'uncapped' || value === 'owner-cap') return value
  throw new TypeError(`policy must be 'uncapped' or 'owner-cap', got ${show(value)}`)
}

/**
 * The committee that `nodes` would send if everyone submitted its best ticket: the `size` best eligible
 * operators, ranked by (score, ticket, address). Eligible is who is active and can pay for one ticket, under
 * `owner-cap` also with a known bond owner, each of whom has one seat at most.
 *
 * One keccak a ticket, in wasm: a million a second or more. Errors: TypeError or RangeError for an argument
 * out of range; TypeError for a map with an entry that is no node state, naming its key, or that has an
 * operator in two spellings; RangeError, naming the operator, for more tickets than `limit`, before any is
 * hashed.
 *
 * @param nodes keyed by address: `registry.at(timepoint)`, or `registry.eligible(timepoint)` where operators
 *   wait for admission
 */
export function selectCommittee(nodes: Hamt<NodeState>, draw: Draw): Winner[] {
  if (!(nodes instanceof Hamt)) throw new TypeError(`nodes must be a Hamt of node states, got ${show(nodes)}`)
  const said = object(draw, 'the second argument of selectCommittee')
  const [e3Id, seed] = [uint256(said.e3Id, 'e3Id'), uint256(said.seed, 'seed')]
  const ticketPrice = uint256(said.ticketPrice, 'ticketPrice')
  const size = committeeSize(said.size)
  const ownerCap = policyOf(said.policy) === 'owner-cap'
  const limit = ticketLimit(said.limit)
  const participants = participantsOf(nodes, ticketPrice)
  return winners(participants, select(participants, { e3Id, seed, size, ownerCap, limit }))
}

/** How many tickets a balance buys; a price of zero buys none. */
export function ticketsOf(balance: bigint, ticketPrice: bigint): bigint {
  return ticketPrice > 0n ? balance / ticketPrice : 0n
}

export function winners(participants: readonly Participant[], selected: readonly Selected[]): Winner[] {
  return selected.map(({ index, ticket, score }) => ({ node: participants[index]!.node, ticket, score }))
}

/** Who is active and can pay for one ticket, with all its tickets. */
function participantsOf(nodes: Hamt<NodeState>, ticketPrice: bigint): Participant[] {
  const out: Participant[] = []
  const seen = new Set<Address>()
  for (const [key, value] of nodes) {
    if (!isAddress(key)) throw new TypeError(`node ${show(key)}: the key is not an address`)
    const node = key.toLowerCase() as Address
    if (seen.has(node)) throw new TypeError(`node ${show(node)} is in the map in two spellings`)
    seen.add(node)
    requireNodeState(key, value)
    const count = value.active ? ticketsOf(value.ticketBalance, ticketPrice) : 0n
    const owner = own(value, 'owner')?.toLowerCase() as Address | undefined
    if (count > 0n) out.push({ node, owner, first: 1n, count })
  }
  return out
}

const fields = new Set(['registered', 'active', 'ticketBalance', 'owner', 'admittedSince'])

function requireNodeState(key: string, value: unknown): asserts value is NodeState {
  const fail = (what: string): never => {
    throw new TypeError(`node ${show(key)}: ${what}`)
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value) || isBytes(value))
    return fail('is not a node state { registered, active, ticketBalance, owner?, admittedSince? }')
  const state = value as Record<string, unknown>
  for (const name of Object.keys(state))
    if (!fields.has(name)) fail(`has a field ${show(name)}, which node states lack`)
  if (typeof state.registered !== 'boolean') fail('registered is not a boolean')
  if (typeof state.active !== 'boolean') fail('active is not a boolean')
  if (!isUint256(state.ticketBalance)) fail('ticketBalance is not a bigint from 0 to 2^256 - 1')
  if (Object.hasOwn(state, 'owner') && !isAddress(state.owner)) fail('owner is not an address')
  if (Object.hasOwn(state, 'admittedSince') && !isUint256(state.admittedSince))
    fail('admittedSince is not a bigint from 0 on')
}

function committeeSize(value: unknown): number {
  const size = safeInteger(value, 'size')
  if (size > 0xffff_ffff) throw new RangeError(`size must be below 2^32, got ${show(value)}`)
  return size
}
