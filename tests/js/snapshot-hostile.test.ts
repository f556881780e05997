// Hostile snapshots: bytes that are changed, cut and random; limits; and nothing is left behind.
import fc from 'fast-check'
import {
  applyDelta,
  deserialize,
  Hamt,
  openSnapshot,
  readMeta,
  serialize,
  serializeDelta,
  SnapshotError,
} from 'hamt-wasm'
import { readSnapshot } from './snapshot-reference.js'
import { disposeAll, live, refusal, sample, sealed } from './support/snapshots.js'

test('every byte, changed in every bit: refused, as it stands and behind a right checksum, or read as other contents', () => {
  const bytes = serialize(sample(), { meta: 'm' })
  const before = live()
  let read = 0
  for (let i = 0; i < bytes.length; ++i) {
    for (let bit = 0; bit < 8; ++bit) {
      const copy = Uint8Array.from(bytes)
      copy[i]! ^= 1 << bit
      expect(refusal(() => deserialize(copy)).offset).toBeLessThanOrEqual(copy.length)
      if (i >= bytes.length - 8) continue
      try {
        const good = sealed(copy)
        const maps = deserialize(good)
        ++read
        const reference = readSnapshot(good)
        const opened = openSnapshot(good)
        maps.forEach((map, n) => {
          expect(reference.versions[n]!.size).toBe(map.size)
          expect([...opened.at(n).keys()].sort()).toEqual([...map.keys()].sort())
        })
        disposeAll(maps)
      } catch (error) {
        expect(error).toBeInstanceOf(SnapshotError)
      }
    }
  }
  expect(read).toBeGreaterThan(30)
  expect(live()).toEqual(before)
})

test('cut, empty and random bytes', () => {
  const bytes = serialize(sample())
  const before = live()
  for (let n = 0; n < bytes.length; ++n) refusal(() => deserialize(bytes.subarray(0, n)))
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
      refusal(() => deserialize(noise))
      refusal(() => openSnapshot(noise))
      refusal(() => openSnapshot(noise, { trusted: true }))
      refusal(() => readMeta(noise))
    }),
  )
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 20, maxLength: 120 }), (noise) => {
      noise.set([0x48, 0x41, 0x4d, 0x54, 2, 1, 1])
      try {
        disposeAll(deserialize(sealed(noise)))
      } catch (error) {
        expect(error).toBeInstanceOf(SnapshotError)
      }
      try {
        openSnapshot(noise, { trusted: true })
      } catch (error) {
        expect(error).toBeInstanceOf(SnapshotError)
      }
    }),
    { numRuns: 1000 },
  )
  expect(live()).toEqual(before)
})

test('bytes that change behind a trusted view: wrong answers or SnapshotErrors, and it ends', () => {
  const map = Hamt.from(Array.from({ length: 200 }, (_, i) => [`key${i}`, i] as const))
  const bytes = serialize([map, map.set('key7', 0), map.delete('key8')])
  const guard = <T>(f: () => T): T | undefined => {
    try {
      return f()
    } catch (error) {
      // A damaged value need not be CBOR any more.
      expect([SnapshotError, TypeError].some((type) => error instanceof type)).toBe(true)
      return undefined
    }
  }
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 20 }),
      fc.boolean(),
      (changes, late) => {
        const copy = Uint8Array.from(bytes)
        const change = () => changes.forEach(([i, byte]) => (copy[i] = byte))
        if (!late) change()
        const opened = guard(() => openSnapshot(copy, { trusted: true }))
        if (!opened) return
        if (late) change()
        for (let i = 0; i < Math.min(opened.length, 4); ++i) {
          const version = guard(() => opened.at(i))
          for (const k of ['key7', 'key8', 'key199', 'zzz']) guard(() => version?.get(k))
          guard(() => [...(version?.keys() ?? [])].length)
          guard(() => version?.digest())
        }
      },
    ),
    { numRuns: 500 },
  )
})

test('a limit on what maps may take', () => {
  const value = 'v'.repeat(1_000_000)
  const bytes = serialize([
    Hamt.from(Array.from({ length: 20 }, (_, i): [string, string] => [`key${i}`, value])),
  ])
  const before = live()
  expect(refusal(() => deserialize(bytes, { limit: 10_000_000 })).code).toBe('too-large')
  expect(refusal(() => applyDelta([], bytes, { limit: 10_000_000 })).code).toBe('too-large')
  expect(() => deserialize(bytes, { limit: NaN })).toThrow(RangeError)
  expect(live()).toEqual(before)
  disposeAll(deserialize(bytes, { limit: Infinity }))
})

test('a thousand loads of good and bad files leave nothing behind', () => {
  const versions = sample()
  const bytes = serialize(versions)
  const bad = Uint8Array.from(bytes)
  bad[bad.length - 12]! ^= 3
  const resealed = sealed(bad)
  const delta = serializeDelta(versions.slice(0, 1), versions.slice(1))
  const before = live()
  for (let i = 0; i < 1000; ++i) {
    disposeAll(deserialize(bytes))
    refusal(() => deserialize(bad))
    refusal(() => deserialize(resealed))
    disposeAll(applyDelta(versions, delta))
    refusal(() => applyDelta(versions.slice(1), delta))
    openSnapshot(bytes).at(2).digest()
  }
  expect(live()).toEqual(before)
})
