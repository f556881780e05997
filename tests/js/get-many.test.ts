// getMany: the values of many keys, of maps in a native Map, in wasm, and of versions that are difference
// records.
import fc from 'fast-check'
import { type Codec, deserialize, Hamt, serialize } from 'hamt-wasm'
import { inWasm } from './support/stores.js'

const keys = ['', 'a', 'ä', '🌳', 'key 1', 'key 2', '__proto__', 'k'.repeat(50_000)]
const anyKey = fc.constantFrom(...keys)
const anyValue = fc.oneof(fc.integer(), fc.string(), fc.array(fc.nat(), { maxLength: 3 }), fc.boolean())
const stores = { 'a native Map': <T>(f: () => T) => f(), wasm: inWasm }

describe.each(Object.entries(stores))('in %s', (_, inStore) => {
  test('the values are those of get, in the order of the keys, in every version', () => {
    inStore(() =>
      fc.assert(
        fc.property(
          fc.array(fc.tuple(anyKey, fc.option(anyValue, { nil: undefined })), { maxLength: 12 }),
          fc.array(anyKey, { maxLength: 12 }),
          (edits, asked) => {
            let map = Hamt.from<unknown>([['key 1', { nested: [1] }]])
            const versions = [map]
            for (const [key, value] of edits) {
              map = value === undefined ? map.delete(key) : map.set(key, value)
              versions.push(map)
            }
            const models = versions.map((version) => new Map(version))
            versions.forEach((version, i) =>
              expect(version.getMany(asked)).toEqual(asked.map((key) => models[i]!.get(key))),
            )
          },
        ),
      ),
    )
  })

  test('objects are the same ones that get gives, also where they were loaded as bytes', () => {
    inStore(() => {
      const made = Hamt.from({ a: { n: 1 }, b: [2], c: 3 })
      const loaded = deserialize<unknown>(serialize([made]))[0]!
      for (const map of [made, loaded]) {
        const [a, none, b, again] = map.getMany(['a', 'none', 'b', 'a'])
        expect([a, none, b]).toEqual([{ n: 1 }, undefined, [2]])
        expect(again).toBe(a)
        expect(map.get('a')).toBe(a)
        expect(map.set('c', 4).getMany(['b'])[0]).toBe(b)
      }
    })
  })

  test('more keys, and more bytes, than fit one call', () => {
    inStore(() => {
      const map = Hamt.from(Array.from({ length: 5000 }, (_, i) => [`key ${i}`, i] as const))
      const asked = Array.from({ length: 9000 }, (_, i) => `key ${(i * 7) % 6000}`)
      expect(map.getMany(asked)).toEqual(asked.map((key) => map.get(key)))
      const large = Hamt.from(Array.from({ length: 9 }, (_, i) => [`${i}`, `${i}`.repeat(200_000)] as const))
      const all = [...large.keys()].reverse()
      expect(large.getMany(all)).toEqual(all.map((key) => large.get(key)))
    })
  })

  test('a codec that disposes the map while values are decoded ends the call', () => {
    inStore(() => {
      const codec: Codec<number> = {
        encode: (value) => Uint8Array.of(value & 255),
        decode: (bytes) => {
          map.dispose()
          return bytes[0]!
        },
      }
      const entries = Array.from({ length: 3000 }, (_, i) => [`${i}`, i] as const)
      const map = Hamt.from(entries, { codec })
      expect(() => map.getMany(entries.map(([key]) => key))).toThrow('dispose')
    })
  })
})

test('what is no key is refused, wherever it stands', () => {
  for (const map of [Hamt.from({ a: 1 }), inWasm(() => Hamt.from({ a: 1 }))]) {
    expect(() => map.getMany(['a', 1 as never])).toThrow('a key must be a string, not a number')
    expect(() => map.getMany(['\ud83c', '\udf33'])).toThrow('lone surrogate')
    expect(map.getMany([])).toEqual([])
  }
})

test('in wasm a thousand keys cost one call', async () => {
  const core: string = '../../dist/core.js'
  const { raw } = (await import(core)) as { raw: object }
  const calls: string[] = []
  const map = inWasm(() => Hamt.from(Array.from({ length: 1000 }, (_, i) => [`${i}`, i] as const)))
  const functions = Object.getPrototypeOf(raw) as Record<string, (...values: number[]) => number>
  const originals = { ...functions }
  for (const [name, f] of Object.entries(originals)) {
    if (!name.startsWith('hamt_')) continue
    functions[name] = (...values) => {
      calls.push(name)
      return f(...values)
    }
  }
  try {
    expect(map.getMany([...Array(1000).keys()].map(String))[999]).toBe(999)
  } finally {
    Object.assign(functions, originals)
  }
  expect(calls.filter((name) => name.includes('get'))).toEqual(['hamt_get_many'])
})
