// Proofs of the package: those of the reference, true, small, and refused when anything in them is altered.
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { Hamt, openSnapshot, ProofError as MainProofError, serialize } from 'hamt-wasm'
import { ProofError, verifyProof } from 'hamt-wasm/verify'
import { cbor } from '../../js/codec/codec.js'
import { bytesOf, type Entry, referenceProof } from './digest-reference.js'

const { pairs } = JSON.parse(
  readFileSync(new URL('../vectors/key-collisions.json', import.meta.url), 'utf8'),
) as {
  pairs: Record<string, [string, string, string, string][]>
}
const alike = Object.values(pairs).flatMap((rows) => rows.flatMap(([a, b]) => [a, b]))

const key = fc.oneof(
  fc.constantFrom(...alike),
  fc.nat(60).map((i) => `key-${i}`),
  fc.constantFrom('', '__proto__', 'é', 'x'.repeat(64), 'x'.repeat(65), 'x'.repeat(300)),
)
const value = fc.oneof(
  fc.integer(),
  fc.bigInt(),
  fc.string({ unit: 'grapheme', maxLength: 90 }),
  fc.record({ balance: fc.bigInt() }),
)
const contents = fc.array(fc.tuple(key, value), { maxLength: 60 })

const entriesOf = (map: Map<string, unknown>): Entry[] =>
  [...map].map(([k, v]) => ({ key: bytesOf(k), value: cbor.encode(v) }))
const answerOf = (map: Map<string, unknown>, k: string): unknown =>
  map.has(k) ? { found: true, value: map.get(k) } : { found: false, value: undefined }

test('a proof is the one of the reference, verifies, and says the truth', () => {
  fc.assert(
    fc.property(contents, fc.array(key, { minLength: 1, maxLength: 6 }), (list, asked) => {
      const model = new Map<string, unknown>(list)
      const map = Hamt.from<unknown>(list)
      const digest = map.digest()
      const keys = [...asked, ...model.keys()].slice(0, 8)
      for (const k of keys) {
        const proof = map.prove(k)
        expect(Buffer.from(proof).equals(referenceProof(entriesOf(model), [bytesOf(k)]))).toBe(true)
        expect(verifyProof(digest, k, proof)).toEqual(answerOf(model, k))
      }
      const together = map.prove(keys)
      expect(Buffer.from(together).equals(referenceProof(entriesOf(model), keys.map(bytesOf)))).toBe(true)
      expect(verifyProof(digest, keys, together)).toEqual(keys.map((k) => answerOf(model, k)))
      expect(verifyProof(digest, [...keys].reverse(), together)).toEqual(
        keys.map((k) => answerOf(model, k)).reverse(),
      )
    }),
    { numRuns: 150 },
  )
})

/** What verifying says, or the error's code; anything else than a ProofError is thrown on. */
function outcome(digest: Uint8Array, keys: string | string[], proof: Uint8Array): unknown {
  try {
    return verifyProof(digest, keys as string[], proof)
  } catch (error) {
    if (error instanceof ProofError) return error.code
    throw error
  }
}

describe('altered proofs', () => {
  const [a, b] = pairs['64']![0]!
  const [c, d] = pairs['55']![0]!
  const map = Hamt.from<unknown>([
    ...Array.from({ length: 200 }, (_, i): [string, unknown] => [`key-${i}`, i]),
    [a, 'a'],
    [b, 'b'],
    [c, 'c'],
  ])
  const digest = map.digest()
  const questions: Record<string, string | string[]> = {
    'a present key': 'key-7',
    'an absent key': 'nobody',
    'a key in a collision node': a,
    'the other key in it': b,
    'a key with a long way': c,
    'an absent key that shares 55 bits of hash with it': d,
    'several keys': [a, d, 'key-1', 'key-2', 'nobody'],
  }

  test.each(Object.entries(questions))('about %s: every bit, length and byte counts', (_, keys) => {
    const proof = map.prove(keys)
    expect(typeof outcome(digest, keys, proof)).toBe('object')
    const accepted: string[] = []
    const refuse = (bytes: Uint8Array, what: string): void => {
      if (typeof outcome(digest, keys, bytes) !== 'string') accepted.push(what)
    }
    for (let bit = 0; bit < 8 * proof.length; ++bit) {
      const altered = proof.slice()
      altered[bit >> 3]! ^= 1 << (bit & 7)
      refuse(altered, `bit ${bit}`)
    }
    for (let at = 0; at < proof.length; ++at) {
      refuse(proof.slice(0, at), `cut at ${at}`)
      refuse(Uint8Array.from([...proof.slice(0, at), ...proof.slice(at + 1)]), `without byte ${at}`)
    }
    refuse(Uint8Array.from([...proof, 0]), 'a byte more')
    for (let bit = 0; bit < 256; ++bit) {
      const other = digest.slice()
      other[bit >> 3]! ^= 1 << (bit & 7)
      if (outcome(other, keys, proof) !== 'mismatch') accepted.push(`bit ${bit} of the digest`)
    }
    expect(accepted).toEqual([])
  })

  test('random bytes are refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, versioned) => {
        if (versioned) bytes[0] = 1
        expect(typeof outcome(digest, 'key-7', bytes)).toBe('string')
      }),
      { numRuns: 2000 },
    )
  })

  test('a proof for one key or digest says nothing false of another', () => {
    const keys = ['key-1', 'key-2', 'nobody', a, b, c, d]
    const later = map.set('key-1', 'changed')
    for (const proved of keys) {
      const proof = map.prove(proved)
      expect(outcome(later.digest(), proved, proof)).toBe('mismatch')
      for (const asked of keys) {
        const said = outcome(digest, asked, proof)
        if (typeof said === 'string') continue
        expect(said).toEqual(
          map.has(asked) ? { found: true, value: map.get(asked) } : { found: false, value: undefined },
        )
      }
    }
    // a proof about several keys is for all of them
    const together = map.prove(['key-1', 'key-2'])
    expect(typeof outcome(digest, 'key-1', together)).toBe('string')
    expect(typeof outcome(digest, ['key-1', 'key-2', 'key-3'], together)).toBe('string')
  })

  test('the code says what is wrong', () => {
    const proof = map.prove('key-7')
    expect(outcome(digest.slice(1), 'key-7', proof)).toBe('digest')
    expect(outcome(digest, 'key-7', new Uint8Array())).toBe('truncated')
    expect(outcome(digest, 'key-7', Uint8Array.from([2, ...proof.slice(1)]))).toBe('version')
    expect(outcome(digest, 'key-7', proof.slice(0, -1))).toBe('truncated')
    expect(outcome(digest, 'key-7', Uint8Array.from([...proof, 9]))).toBe('trailing')
    expect(outcome(digest, 'key-7', Uint8Array.from([1, 0]))).toBe('mismatch')
    expect(outcome(digest, 'key-7', Uint8Array.from([1, 0x80, 0]))).toBe('malformed')
    expect(outcome(digest, 'key-7', Uint8Array.from([1, 1, 0, 0, 0, 0, 0, 0, 0, 0]))).toBe('malformed')
    expect(() => verifyProof(digest, 'key-7', new Uint8Array())).toThrow('at byte 0 of the proof')
  })
})

test('values come through a codec when there is one', () => {
  const codec = {
    encode: (s: string) => new TextEncoder().encode(s),
    decode: (bytes: Uint8Array) => new TextDecoder().decode(bytes),
  }
  const map = Hamt.from<string>([['k', 'not CBOR']], { codec })
  const proof = map.prove('k')
  expect(verifyProof(map.digest(), 'k', proof, codec)).toEqual({ found: true, value: 'not CBOR' })
  expect(outcome(map.digest(), 'k', proof)).toBe('value')
})

test('there is one ProofError', () => {
  expect(ProofError).toBe(MainProofError)
})

test('arguments of other kinds are type errors', () => {
  const map = Hamt.from({ k: 1 })
  const [digest, proof] = [map.digest(), map.prove('k')]
  for (const bad of [undefined, null, 7, {}, 'lone \ud800', ['k', 7], []]) {
    expect(() => verifyProof(digest, bad as string, proof)).toThrow(TypeError)
    expect(() => map.prove(bad as string)).toThrow(TypeError)
  }
  expect(() => verifyProof('00' as unknown as Uint8Array, 'k', proof)).toThrow(TypeError)
  expect(() => verifyProof(digest, 'k', [1] as unknown as Uint8Array)).toThrow(TypeError)
  // a Buffer, and a view into a larger one, are bytes like any others
  const padded = Buffer.concat([Buffer.from([9]), proof, Buffer.from([9])])
  expect(verifyProof(Buffer.from(digest), 'k', padded.subarray(1, -1))).toEqual({ found: true, value: 1 })
})

test('a proof at 100,000 entries stays below a kilobyte', () => {
  const map = Hamt.from<number>(Array.from({ length: 100_000 }, (_, i): [string, number] => [`key-${i}`, i]))
  const digest = map.digest()
  for (let i = 0; i < 120_000; i += 611) {
    const proof = map.prove(`key-${i}`)
    expect(proof.length).toBeLessThanOrEqual(1024)
    expect(verifyProof(digest, `key-${i}`, proof)).toEqual(
      i < 100_000 ? { found: true, value: i } : { found: false, value: undefined },
    )
  }
})

test('what was verified is a copy: it does not change with the bytes of the proof, nor they with it', () => {
  const raw = { encode: (bytes: Uint8Array) => bytes, decode: (bytes: Uint8Array) => bytes }
  const map = Hamt.from({ k: Uint8Array.of(1, 2, 3) }, { codec: raw })
  class Speciated extends Uint8Array {
    static get [Symbol.species](): Uint8ArrayConstructor {
      throw new Error('species')
    }
  }
  for (const as of [
    (b: Uint8Array) => Buffer.from(b),
    (b: Uint8Array) => new Speciated(b),
    Uint8Array.from,
  ]) {
    const proof = as.call(Uint8Array, map.prove('k')) as Uint8Array
    const { value } = verifyProof(map.digest(), 'k', proof, raw)
    const before = [...proof]
    value!.fill(9)
    expect([...proof]).toEqual(before)
    const again = verifyProof(map.digest(), 'k', proof, raw)
    proof.fill(0)
    expect([...again.value!]).toEqual([1, 2, 3])
  }
})

test('a decoder that changes the proof while it is verified changes no answer', () => {
  const map = Hamt.from({ a: 1, b: 2, c: 3 })
  const proof = map.prove(['a', 'b', 'c'])
  const codec = {
    decode: (bytes: Uint8Array) => {
      proof.fill(0)
      return bytes[0]
    },
  }
  expect(verifyProof(map.digest(), ['a', 'b', 'c'], proof, codec).map((r) => r.value)).toEqual([1, 2, 3])
})

test('keys are refused in the same words everywhere', () => {
  const map = Hamt.from({ k: 1 })
  const [digest, proof] = [map.digest(), map.prove('k')]
  const opened = openSnapshot(serialize([map])).at(0)
  for (const bad of [7, null, '\ud800'] as unknown as string[]) {
    const words = (f: () => unknown): string => {
      try {
        f()
      } catch (error) {
        return (error as Error).message
      }
      return 'nothing was thrown'
    }
    const said = words(() => map.get(bad))
    expect(said).toMatch(/^a key must be/)
    for (const f of [
      () => verifyProof(digest, [bad], proof),
      () => map.prove(['k', bad]),
      () => map.set(bad, 1),
      () => opened.get(bad),
      () => opened.has(bad),
    ])
      expect(words(f)).toBe(said)
  }
})
