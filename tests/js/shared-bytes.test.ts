// Bytes in memory that threads share are accepted wherever bytes are; many threads can open one snapshot
// without a copy each.
import fc from 'fast-check'
import { applyDelta, deserialize, Hamt, openSnapshot, readMeta, serialize, serializeDelta } from 'hamt-wasm'
import { verifyProof } from 'hamt-wasm/verify'
import { value } from './support/values.js'

/** A copy in shared memory. Pages that may not make a SharedArrayBuffer have those of wasm memories. */
function shared(bytes: Uint8Array): Uint8Array {
  const memory = new WebAssembly.Memory({ initial: 1 + (bytes.length >>> 16), maximum: 256, shared: true })
  const copy = new Uint8Array(memory.buffer, 8, bytes.length)
  copy.set(bytes)
  expect(Object.prototype.toString.call(copy.buffer)).toBe('[object SharedArrayBuffer]')
  return copy
}

const text = 'text that is longer than a loop would read: é, 漢字, 😀'
const base = Hamt.from<unknown>({
  a: 1,
  [text]: text,
  list: [text, { [text]: text }],
  b: new Uint8Array([1]),
})
const next = base.set('a', `${text}!`).set(`another ${text}`, 2n)

test('snapshots, deltas and their meta', () => {
  const bytes = shared(serialize([base, next], { meta: { text } }))
  const [first, second] = deserialize(bytes)
  expect(first!.equals(base) && second!.equals(next)).toBe(true)
  expect(second!.toJSON()).toEqual(next.toJSON())
  expect(readMeta(bytes)).toEqual({ text })
  expect(applyDelta([base], shared(serializeDelta([base], [next])))[0]!.equals(next)).toBe(true)
  expect(() => deserialize(shared(serialize([base]).subarray(1)))).toThrow(/snapshot/)
})

test('an opened snapshot', () => {
  const opened = openSnapshot(shared(serialize([base, next], { meta: [text] })))
  expect(opened.meta).toEqual([text])
  for (const [i, map] of [base, next].entries()) {
    const version = opened.at(i)
    expect([...version.keys()].sort()).toEqual([...map.keys()].sort())
    for (const [key, kept] of map) expect([version.has(key), version.get(key)]).toEqual([true, kept])
    expect(version.digest()).toEqual(map.digest())
  }
})

test('any values', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), value, { maxKeys: 5 }), (record) => {
      const map = Hamt.from<unknown>(record)
      const bytes = shared(serialize([map]))
      expect(deserialize(bytes)[0]!.equals(map)).toBe(true)
      const version = openSnapshot(bytes).at(0)
      for (const [key, kept] of map) expect(version.get(key)).toEqual(kept)
    }),
    { numRuns: 50 },
  )
})

test('digests, proofs and values', () => {
  const proof = shared(next.prove([text, 'none']))
  expect(verifyProof(shared(next.digest()), [text, 'none'], proof)).toEqual([
    { found: true, value: text },
    { found: false, value: undefined },
  ])
  const bytes = shared(Uint8Array.of(1, 2, 3))
  const map = Hamt.from({ bytes })
  bytes[0] = 9
  expect(map.get('bytes')).toEqual(Uint8Array.of(1, 2, 3))
})
