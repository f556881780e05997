// The calls into wasm, and the only file here that knows how bytes get there.
import { type Hamt } from '../index.js'
import { cbor, check, type Codec, fromHandle, raw, takeOut, withBytes, withHandle } from '../core.js'
import { type Address, readUint256, writeAddress, writeUint256 } from './values.js'

/** keccak-256. Allocates the 32 bytes. */
export function keccak256(bytes: Uint8Array): Uint8Array {
  return withBytes(bytes, (place, length) => {
    check(raw._hamt_keccak256(place, length))
    return takeOut()
  })
}

/** An operator, and the tickets first, first + 1, … with which it takes part in a draw. */
export interface Participant {
  node: Address
  /** Who bonds it, where known. */
  owner: Address | undefined
  first: bigint
  /** How many, at least one. */
  count: bigint
}

export interface Selected {
  /** Among the participants. */
  index: number
  ticket: bigint
  score: bigint
}

/**
 * The `size` best of a list, best first: of each operator its best ticket, ranked by (score, ticket, address); under the owner
 * cap those with an owner only, the first of each. One hash a ticket. RangeError, naming the operator, for more tickets than
 * `limit`, before any is hashed. Allocates some 100 bytes an operator.
 */
export function select(
  participants: readonly Participant[],
  draw: { e3Id: bigint; seed: bigint; size: number; ownerCap: boolean; limit: bigint },
): Selected[] {
  const head = 2 * 32 + 8
  const row = 20 + 20 + 1 + 32 + 32
  const packed = new Uint8Array(head + row * participants.length)
  writeUint256(packed, 0, draw.e3Id)
  writeUint256(packed, 32, draw.seed)
  new DataView(packed.buffer).setBigUint64(64, draw.limit)
  participants.forEach(({ node, owner, first, count }, i) => {
    const at = head + row * i
    writeAddress(packed, at, node)
    if (owner !== undefined) {
      writeAddress(packed, at + 20, owner)
      packed[at + 40] = 1
    }
    writeUint256(packed, at + 41, first)
    writeUint256(packed, at + 73, count)
  })
  const out = withBytes(packed, (place) => {
    check(raw._hamt_select(place, participants.length, draw.size, Number(draw.ownerCap)))
    return takeOut()
  })
  const view = new DataView(out.buffer, out.byteOffset, out.length)
  const answer = 4 + 2 * 32
  return Array.from({ length: out.length / answer }, (_, i) => ({
    index: view.getUint32(answer * i, true),
    ticket: readUint256(out, answer * i + 4),
    score: readUint256(out, answer * i + 36),
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
