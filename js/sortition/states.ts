// From the journal's numbers to the states that users see.
import { type Hamt } from '../index.js'
import { Standings } from './journal.js'
import { putStates } from './native.js'
import { type NodeState } from './select.js'
import { writeUint256 } from './values.js'

/** The state of one operator. */
export function nodeState(from: Standings, n: number): NodeState {
  const state = {
    registered: from.isRegistered(n),
    active: from.isActive(n),
    ticketBalance: BigInt(from.balance(n)),
  }
  const owner = from.owner(n)
  return owner < 0 ? state : { ...state, owner: from.journal.addresses.text(owner) }
}

// A row of states, as cpp/boundary/sortition.cpp reads it: operator, flags, balance, owner, admitted since.
const rowSize = 20 + 1 + 32 + 20 + 8
const [registered, active, owned, gone] = [1, 2, 4, 8]

/**
 * The map of the state `to`, made from `map`, which is that of `from` (of nothing, unless given). O(operators), one set for each
 * that differs; they go to wasm together.
 */
export function withStates(
  map: Hamt<NodeState>,
  to: Standings,
  from: Standings = new Standings(to.journal),
): Hamt<NodeState> {
  const { bytes: addressBytes, length } = to.journal.addresses
  const different: number[] = []
  for (let n = 0; n < length; ++n) if (!to.agrees(from, n)) different.push(n)
  if (different.length === 0) return map
  const rows = new Uint8Array(rowSize * different.length)
  const view = new DataView(rows.buffer)
  different.forEach((n, i) => {
    const at = rowSize * i
    rows.set(addressBytes.subarray(20 * n, 20 * n + 20), at)
    if (!to.has(n)) {
      rows[at + 20] = gone
      return
    }
    const owner = to.owner(n)
    rows[at + 20] =
      (to.isRegistered(n) ? registered : 0) | (to.isActive(n) ? active : 0) | (owner < 0 ? 0 : owned)
    const balance = to.balance(n)
    if (typeof balance === 'bigint') {
      writeUint256(rows, at + 21, balance)
    } else {
      view.setUint32(at + 45, Math.floor(balance / 2 ** 32))
      view.setUint32(at + 49, balance % 2 ** 32)
    }
    if (owner >= 0) rows.set(addressBytes.subarray(20 * owner, 20 * owner + 20), at + 53)
  })
  return putStates(map, rows)
}
