// The calls into wasm, and the only file here that knows how bytes get there.
import { type Hamt } from '../index.js'
import { cbor, check, type Codec, fromHandle, raw, takeOut, withBytes, withHandle } from '../core.js'
import { type Address, readAddress, readUint256, writeAddress, writeUint256 } from './values.js'

/** keccak-256. Allocates the 32 bytes. */
export function keccak256(bytes: Uint8Array): Uint8Array {
  return withBytes(bytes, (place, length) => {
    check(raw._hamt_keccak256(place, length))
    return takeOut()
  })
}

/** The best of tickets 1..=tickets. RangeError naming the operator when there are more than `limit`. */
export function bestOf(
  node: Address,
  tickets: bigint,
  e3Id: bigint,
  seed: bigint,
  limit: bigint,
): { ticket: bigint; score: bigint } {
  const packed = new Uint8Array(20 + 4 * 32)
  writeAddress(packed, 0, node)
  ;[e3Id, seed, tickets, limit].forEach((n, i) => writeUint256(packed, 20 + 32 * i, n))
  const out = withBytes(packed, (place) => {
    check(raw._hamt_best_ticket(place))
    return takeOut()
  })
  return { ticket: readUint256(out, 0), score: readUint256(out, 32) }
}

/** The `size` best operators of a map of node states, best first. */
export function select(
  nodes: Hamt<unknown>,
  draw: { e3Id: bigint; seed: bigint; ticketPrice: bigint; size: number; ownerCap: boolean; limit: bigint },
): { node: Address; ticket: bigint; score: bigint }[] {
  const packed = new Uint8Array(4 * 32)
  ;[draw.e3Id, draw.seed, draw.ticketPrice, draw.limit].forEach((n, i) => writeUint256(packed, 32 * i, n))
  const out = withHandle(nodes, (handle) =>
    withBytes(packed, (place) => {
      check(raw._hamt_select(handle, place, draw.size, Number(draw.ownerCap)))
      return takeOut()
    }),
  )
  const row = 20 + 2 * 32
  return Array.from({ length: out.length / row }, (_, i) => ({
    node: readAddress(out, i * row),
    ticket: readUint256(out, i * row + 20),
    score: readUint256(out, i * row + 52),
  }))
}

/** A version of `map` with the states of some operators set; the rows are as cpp/binding/sortition.cpp has them. */
export function putStates<V>(map: Hamt<V>, packed: Uint8Array, rows: number): Hamt<V> {
  const copy = withHandle(map, (handle) => check(raw._hamt_copy(handle)))
  try {
    withBytes(packed, (place) => check(raw._hamt_put_states(copy, place, rows)))
  } catch (e) {
    raw._hamt_drop(copy)
    throw e
  }
  return fromHandle(copy, cbor as Codec<V>)
}
