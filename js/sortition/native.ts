// Calls of sortition into wasm, and the only file here that knows how bytes get there.
import { type Hamt } from '../index.js'
import { check, mapOf, raw, startPart, takeOutput, trieOf, withInput } from '../core.js'
import { text } from '../generated/draws-wasm.js'
import { CandidateRow, DrawHead } from '../generated/layouts.js'
import { type Address, readUint256, writeAddress, writeUint256 } from './values.js'

/** keccak-256. Allocates the 32 bytes. */
export function keccak256(bytes: Uint8Array): Uint8Array {
  return withInput([bytes], () => {
    check(raw.hamt_keccak256(bytes.length))
    return takeOutput()
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
 * The `size` best of a list, best first: of each operator its best ticket, ranked by (score, ticket,
 * address); under the owner cap those with an owner only, the first of each. One hash a ticket. RangeError,
 * naming the operator, for more tickets than `limit`, before any is hashed. Allocates some 100 bytes an
 * operator.
 */
export function select(
  participants: readonly Participant[],
  draw: { e3Id: bigint; seed: bigint; size: number; ownerCap: boolean; limit: bigint },
): Selected[] {
  const packed = new Uint8Array(DrawHead.drawSize + CandidateRow.candidateSize * participants.length)
  writeUint256(packed, DrawHead.drawE3Id, draw.e3Id)
  writeUint256(packed, DrawHead.drawSeed, draw.seed)
  new DataView(packed.buffer).setBigUint64(DrawHead.drawLimit, draw.limit)
  participants.forEach(({ node, owner, first, count }, i) => {
    const at = DrawHead.drawSize + CandidateRow.candidateSize * i
    writeAddress(packed, at, node)
    if (owner !== undefined) {
      writeAddress(packed, at + CandidateRow.candidateOwner, owner)
      packed[at + CandidateRow.candidateIsOwned] = 1
    }
    writeUint256(packed, at + CandidateRow.candidateFirst, first)
    writeUint256(packed, at + CandidateRow.candidateCount, count)
  })
  startPart(text)
  const out = withInput([packed], () => {
    check(raw.hamt_select(packed.length, draw.size, Number(draw.ownerCap)))
    return takeOutput()
  })
  const view = new DataView(out.buffer, out.byteOffset, out.length)
  const answer = 4 + 2 * 32
  return Array.from({ length: out.length / answer }, (_, i) => ({
    index: view.getUint32(answer * i, true),
    ticket: readUint256(out, answer * i + 4),
    score: readUint256(out, answer * i + 36),
  }))
}

/**
 * A version of `map` with the states of some operators set; the rows are as cpp/boundary/interface.hpp has
 * them.
 */
export function putStates<V>(map: Hamt<V>, packed: Uint8Array): Hamt<V> {
  startPart(text)
  const trie = trieOf(map)
  try {
    withInput([packed], () => check(raw.hamt_put_states(trie.handle, packed.length)))
    return mapOf(trie)
  } catch (error) {
    trie.free()
    throw error
  }
}
