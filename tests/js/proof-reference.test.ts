// Proofs against the reference: the same answers, from honest proofs and from those of a liar.
import fc from 'fast-check'
import { ProofError } from '../../js/errors.js'
import { compare, readProof } from '../../js/digest/proof-reader.js'
import {
  bytesOf,
  type Entry,
  hashKey,
  type KeyHash,
  referenceDigest,
  referenceProof,
} from './digest-reference.js'
import { hashes } from './weak-hashes.js'

// The reference makes proofs, js/digest/proof-reader.ts reads them: two readings of DIGEST.md, one against
// the other, under hashes that make every kind of node common. The map in wasm is compared with the same
// reference elsewhere.

/** Verifies like verifyProof, but with any hash, and to bytes: undefined where a key is absent. */
function answers(
  digest: Uint8Array,
  keys: string[],
  proof: Uint8Array,
  keyHash: KeyHash,
): (Uint8Array | undefined)[] {
  const questions = new Map(
    keys.map((key) => [
      key,
      { key: bytesOf(key), hash: keyHash(bytesOf(key)), value: undefined as unknown as Uint8Array },
    ]),
  )
  const sorted = [...questions.values()].sort((a, b) => compare(a.key, b.key))
  if (compare(readProof(proof, sorted), digest) !== 0) throw new ProofError('mismatch')
  return keys.map((key) => questions.get(key)!.value)
}

const key = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é'), maxLength: 4 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 60, maxLength: 70 }) },
)
const value = fc.uint8Array({ maxLength: 70 })
const entriesOf = (map: Map<string, Uint8Array>): Entry[] =>
  [...map].map(([k, v]) => ({ key: bytesOf(k), value: v }))
const contents = fc.array(fc.tuple(key, value), { maxLength: 24 }).map((list) => new Map(list))

describe.each(Object.entries(hashes))('hash: %s', (_, keyHash) => {
  test('proofs about any keys, present or absent, verify and say the truth', () => {
    fc.assert(
      fc.property(contents, fc.array(key, { minLength: 1, maxLength: 5 }), fc.nat(), (map, others, pick) => {
        const keys = [...others, ...[...map.keys()].slice(pick % (map.size + 1)).slice(0, 3)]
        const digest = referenceDigest(entriesOf(map), keyHash)
        for (const asked of [keys, ...keys.map((one) => [one])]) {
          const proof = referenceProof(entriesOf(map), asked.map(bytesOf), keyHash)
          expect(answers(digest, asked, proof, keyHash)).toEqual(asked.map((one) => map.get(one)))
        }
      }),
    )
  })

  test('no changed bit, byte, length or key is accepted', () => {
    fc.assert(
      fc.property(contents, fc.array(key, { minLength: 1, maxLength: 2 }), (map, keys) => {
        const digest = referenceDigest(entriesOf(map), keyHash)
        const proof = referenceProof(entriesOf(map), keys.map(bytesOf), keyHash)
        const refused = (asked: string[], bytes: Uint8Array): void => {
          try {
            answers(digest, asked, bytes, keyHash)
          } catch (error) {
            if (error instanceof ProofError) return
            throw error
          }
          throw new Error(`accepted: ${Buffer.from(bytes).toString('hex')}`)
        }
        for (let bit = 0; bit < 8 * proof.length; ++bit) {
          const altered = proof.slice()
          altered[bit >> 3]! ^= 1 << (bit & 7)
          refused(keys, altered)
        }
        for (let size = 0; size < proof.length; ++size) refused(keys, proof.subarray(0, size))
        refused(keys, Uint8Array.from([...proof, 0]))
      }),
      { numRuns: 8 },
    )
  })

  test('whatever is done to it, only the one proof is accepted', () => {
    const change = fc.record({ at: fc.nat(), erase: fc.nat(3), insert: fc.uint8Array({ maxLength: 3 }) })
    fc.assert(
      fc.property(
        contents,
        fc.array(key, { minLength: 1, maxLength: 3 }),
        fc.array(change, { minLength: 1, maxLength: 3 }),
        (map, keys, changes) => {
          const digest = referenceDigest(entriesOf(map), keyHash)
          const proof = referenceProof(entriesOf(map), keys.map(bytesOf), keyHash)
          let altered = [...proof]
          for (const { at, erase, insert } of changes)
            altered = altered.toSpliced(at % (altered.length + 1), erase, ...insert)
          const unchanged = compare(Uint8Array.from(altered), proof) === 0
          try {
            answers(digest, keys, Uint8Array.from(altered), keyHash)
            expect(unchanged).toBe(true)
          } catch (error) {
            if (unchanged || !(error instanceof ProofError)) throw error
          }
        },
      ),
      { numRuns: 400 },
    )
  })

  test('a proof about one key says nothing false about another', () => {
    fc.assert(
      fc.property(contents, key, key, (map, asked, other) => {
        const digest = referenceDigest(entriesOf(map), keyHash)
        const proof = referenceProof(entriesOf(map), [bytesOf(asked)], keyHash)
        let said: Uint8Array | undefined
        try {
          said = answers(digest, [other], proof, keyHash)[0]
        } catch (error) {
          expect(error).toBeInstanceOf(ProofError)
          return
        }
        expect(said).toEqual(map.get(other)) // only where both take the same way to an empty slot or a third key
      }),
    )
  })

  test('digests are equal exactly when entries are equal', () => {
    fc.assert(
      fc.property(contents, contents, fc.boolean(), (a, b, shuffle) => {
        const right = shuffle ? new Map([...a].reverse()) : b
        const equal =
          a.size === right.size && [...a].every(([k, v]) => right.has(k) && compare(v, right.get(k)!) === 0)
        const digests = [a, right].map((map) =>
          Buffer.from(referenceDigest(entriesOf(map), keyHash)).toString('hex'),
        )
        expect(digests[0] === digests[1]).toBe(equal)
      }),
    )
  })
})

describe('proofs made by a liar', () => {
  const constant: KeyHash = () => 5n
  const pair = new Map([
    ['b', Uint8Array.of(1)],
    ['d', Uint8Array.of(2)],
  ])
  const digest = referenceDigest(entriesOf(pair), hashKey)
  const collisionDigest = referenceDigest(entriesOf(pair), constant)

  test('cannot show a present key as somebody else', () => {
    const one = [{ key: bytesOf('k'), value: Uint8Array.of(7) }]
    const honest = referenceProof(one, [bytesOf('k')])
    // the same entry, but shown by its brief fields, as for an absent key
    const lie = Uint8Array.from([...honest.slice(0, 10), 0, 1, 'k'.charCodeAt(0), 1, 7])
    expect(() => answers(referenceDigest(one), ['k'], lie, hashKey)).toThrow(
      'a key that was asked, shown as another',
    )
  })

  test('cannot claim absence between entries that are no neighbours, or not on both sides', () => {
    // 'd' is present: pretend that it belongs before 'b', between them, or after
    for (const key of ['a', 'c', 'e']) {
      const honest = referenceProof(entriesOf(pair), [bytesOf(key)], constant)
      expect(answers(collisionDigest, [key], honest, constant)).toEqual([undefined])
      for (const present of ['b', 'd'])
        expect(() => answers(collisionDigest, [present], honest, constant)).toThrow(ProofError)
    }
  })

  test('cannot use a proof for another digest', () => {
    const proof = referenceProof(entriesOf(pair), [bytesOf('b')])
    expect(answers(digest, ['b'], proof, hashKey)).toEqual([Uint8Array.of(1)])
    expect(() => answers(collisionDigest, ['b'], proof, hashKey)).toThrow('mismatch')
  })
})
