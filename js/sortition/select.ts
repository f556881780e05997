// The draw itself: the best operators of a version of the registry.
import { Hamt } from '../index.js'
import { select } from './native.js'
import { type Winner, ticketLimit } from './score.js'
import { type Address, object, safeInteger, show, uint256 } from './values.js'

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
 * The committee that `nodes` would send if everyone submitted its best ticket: the `size` best eligible operators,
 * ranked by (score, ticket, address). Eligible is who is active and can pay for one ticket. An operator whose bond owner
 * is unknown stands for itself under `owner-cap`.
 *
 * One keccak a ticket, in wasm: a million a second or more. Errors: TypeError or RangeError for an argument out of range;
 * TypeError for a map with an entry that is no node state, naming its key; RangeError, naming the operator, for more
 * tickets than `limit`, before any is hashed.
 *
 * @param nodes keyed by address, as `registry.at(timepoint)` gives it
 */
export function selectCommittee(nodes: Hamt<NodeState>, draw: Draw): Winner[] {
  if (!(nodes instanceof Hamt)) throw new TypeError(`nodes must be a Hamt of node states, got ${show(nodes)}`)
  object(draw, 'the second argument of selectCommittee')
  return select(nodes, {
    e3Id: uint256(draw.e3Id, 'e3Id'),
    seed: uint256(draw.seed, 'seed'),
    ticketPrice: uint256(draw.ticketPrice, 'ticketPrice'),
    size: committeeSize(draw.size),
    ownerCap: policyOf(draw.policy) === 'owner-cap',
    limit: ticketLimit(draw.limit),
  })
}

function committeeSize(value: unknown): number {
  const size = safeInteger(value, 'size')
  if (size > 0xffff_ffff) throw new RangeError(`size must be below 2^32, got ${show(value)}`)
  return size
}
