// From the event log's numbers to the states that users see.
import { Hamt } from '../index.js'
import { StateAt } from './state-at.js'
import { putStates } from './native.js'
import { type NodeState } from './select.js'
import { writeUint256 } from './values.js'

/** The state of one operator. */
export function nodeState(from: StateAt, n: number): NodeState {
  const state: NodeState = {
    registered: from.isRegistered(n),
    active: from.isActive(n),
    ticketBalance: BigInt(from.balance(n)),
  }
  const owner = from.owner(n)
  const since = from.admittedSince(n)
  if (owner >= 0) state.owner = from.log.addresses.text(owner)
  if (since >= 0) state.admittedSince = BigInt(since)
  return state
}

// A row of states, as cpp/boundary/sortition.cpp reads it: operator, flags, balance, owner, admitted since.
const rowSize = 20 + 1 + 32 + 20 + 8
const [registered, active, owned, gone, admitted] = [1, 2, 4, 8, 16]

/**
 * The map of the state `to`, made from `map`, which is that of `from` (of nothing, unless given). O(operators), one set for each
 * that differs; they go to wasm together.
 */
export function withStates(
  map: Hamt<NodeState>,
  to: StateAt,
  from: StateAt = new StateAt(to.log),
): Hamt<NodeState> {
  const different: number[] = []
  for (let n = 0; n < to.log.addresses.length; ++n) if (!to.agrees(from, n)) different.push(n)
  return different.length === 0 ? map : putStates(map, rowsOf(to, different))
}

/** The map of some operators. */
export function mapOf(state: StateAt, operators: readonly number[]): Hamt<NodeState> {
  if (operators.length === 0) return Hamt.empty()
  return putStates(Hamt.empty<NodeState>(), rowsOf(state, operators))
}

function rowsOf(state: StateAt, operators: readonly number[]): Uint8Array {
  const { bytes: addressBytes } = state.log.addresses
  const rows = new Uint8Array(rowSize * operators.length)
  const view = new DataView(rows.buffer)
  operators.forEach((n, i) => {
    const at = rowSize * i
    rows.set(addressBytes.subarray(20 * n, 20 * n + 20), at)
    if (!state.has(n)) {
      rows[at + 20] = gone
      return
    }
    const owner = state.owner(n)
    const since = state.admittedSince(n)
    rows[at + 20] =
      (state.isRegistered(n) ? registered : 0) |
      (state.isActive(n) ? active : 0) |
      (owner < 0 ? 0 : owned) |
      (since < 0 ? 0 : admitted)
    const balance = state.balance(n)
    if (typeof balance === 'bigint') writeUint256(rows, at + 21, balance)
    else writeSafeInteger(view, at + 45, balance)
    if (owner >= 0) rows.set(addressBytes.subarray(20 * owner, 20 * owner + 20), at + 53)
    if (since >= 0) writeSafeInteger(view, at + 73, since)
  })
  return rows
}

/** As 8 bytes, big-endian. */
function writeSafeInteger(to: DataView, at: number, n: number): void {
  to.setUint32(at, Math.floor(n / 2 ** 32))
  to.setUint32(at + 4, n % 2 ** 32)
}
