// States of operators as users see them, from the numbers of the event log.
import { Hamt } from '../index.js'
import { StateFlag, StateRow } from '../generated/layouts.js'
import { StateAt } from './state-at.js'
import { putStates } from './native.js'
import { type NodeState } from './select.js'
import { writeUint256 } from './values.js'

/** The state of one operator. */
export function nodeState(from: StateAt, n: number): NodeState {
  const owner = from.owner(n)
  const since = from.admittedSince(n)
  return {
    registered: from.isRegistered(n),
    active: from.isActive(n),
    ticketBalance: BigInt(from.balance(n)),
    ...(owner >= 0 && { owner: from.log.addresses.text(owner) }),
    ...(since >= 0 && { admittedSince: BigInt(since) }),
  }
}

/**
 * Applies the difference between the states `from` (none, unless given) and `to` to `map`. O(operators), one
 * set for each that differs; they go to wasm together.
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
  const rows = new Uint8Array(StateRow.stateSize * operators.length)
  const view = new DataView(rows.buffer)
  operators.forEach((n, i) => {
    const at = StateRow.stateSize * i
    rows.set(addressBytes.subarray(20 * n, 20 * n + 20), at)
    if (!state.has(n)) {
      rows[at + StateRow.stateFlags] = StateFlag.stateIsGone
      return
    }
    const owner = state.owner(n)
    const since = state.admittedSince(n)
    rows[at + StateRow.stateFlags] =
      (state.isRegistered(n) ? StateFlag.stateIsRegistered : 0) |
      (state.isActive(n) ? StateFlag.stateIsActive : 0) |
      (owner < 0 ? 0 : StateFlag.stateIsOwned) |
      (since < 0 ? 0 : StateFlag.stateIsAdmitted)
    const balance = state.balance(n)
    if (typeof balance === 'bigint') writeUint256(rows, at + StateRow.stateBalance, balance)
    else writeSafeInteger(view, at + StateRow.stateBalance + 24, balance)
    if (owner >= 0) rows.set(addressBytes.subarray(20 * owner, 20 * owner + 20), at + StateRow.stateOwner)
    if (since >= 0) writeSafeInteger(view, at + StateRow.stateSince, since)
  })
  return rows
}

/** As 8 bytes, big-endian. */
function writeSafeInteger(to: DataView, at: number, n: number): void {
  to.setUint32(at, Math.floor(n / 2 ** 32))
  to.setUint32(at + 4, n % 2 ** 32)
}
