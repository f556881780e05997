// What happened to one operator, by the second from which each of its states holds.
import type { Address, NodeRegistry } from '../../sortition/index.js'
import type { History, StateRow } from '../protocol.js'

/** States that are drawn. */
const mostDrawn = 5000

/** Within one second the last event counts. `time` is that of a request. O(changes of the registry). */
export function statesOf(registry: NodeRegistry, operator: Address, time: number | undefined): StateRow[] {
  const rows: StateRow[] = []
  for (const { timestamp, what, state } of registry.history(operator)) {
    const last = rows.at(-1)
    if (last?.from === timestamp) {
      last.state = state
      if (!last.events.includes(what)) last.events.push(what)
    } else rows.push({ from: timestamp, state, events: [what], counts: false })
  }
  const inForce = time === undefined ? undefined : rows.findLast((row) => row.from < time)
  if (inForce) inForce.counts = true
  return rows
}

/** The picture: amounts in tickets where there is a price. */
export function pictureOf(states: readonly StateRow[], price: bigint): Omit<History, 'explanation'> {
  const shown = states.slice(-mostDrawn)
  const amount = ({ state }: StateRow) => (price > 0n ? state.ticketBalance / price : state.ticketBalance)
  const counting = states.find((row) => row.counts)
  return {
    from: Float64Array.from(shown, (row) => row.from),
    amounts: Float64Array.from(shown, (row) => Number(amount(row))),
    active: Uint8Array.from(shown, ({ state }) => Number(state.active)),
    total: states.length,
    atRequest: counting && { state: counting.state, amount: amount(counting) },
  }
}
