// Bytes that others hold: views, Buffers, subclasses, lengths that lie, other realms, transferred buffers.
// What comes in is copied by its real length, and what goes out is a copy.
import { serialize as v8Serialize, deserialize as v8Deserialize } from 'node:v8'
import vm from 'node:vm'
import type { Codec } from 'hamt-wasm'
import { applyDelta, deserialize, Hamt, openSnapshot, readMeta, serialize, serializeDelta } from 'hamt-wasm'
import { emptyMap } from 'hamt-wasm/blocks'
import { LogReader, NodeRegistry, readLogs, seedFromBlockHash } from 'hamt-wasm/sortition'
import { verifyProof } from 'hamt-wasm/verify'
import { inWasm } from './support/stores.js'

const text = new TextEncoder()

class Aliased extends Uint8Array {
  // Makes `slice`, `map` and the like give views of one array.
  static get [Symbol.species](): Uint8ArrayConstructor {
    return function (length: number) {
      return shared.subarray(0, length)
    } as unknown as Uint8ArrayConstructor
  }
}
const shared = new Uint8Array(1000)

/** Bytes of every origin, each with the contents of `plain`. */
const origins: [string, (plain: Uint8Array) => Uint8Array][] = [
  ['a Uint8Array', (plain) => plain.slice()],
  ['a Buffer', (plain) => Buffer.from(plain)],
  ['a Buffer from the pool', (plain) => Buffer.from(Array.from(plain))],
  ['a view into a larger buffer', (plain) => viewInto(plain)],
  ['a subclass with a species', (plain) => new Aliased(plain)],
  [
    'another realm',
    (plain) =>
      (vm.runInNewContext('(list) => new Uint8Array(list)') as (list: number[]) => Uint8Array)([...plain]),
  ],
  ['a SharedArrayBuffer', (plain) => shareOf(plain)],
  [
    'an own length that is larger',
    (plain) => Object.defineProperty(plain.slice(), 'length', { value: 100_000 }),
  ],
  ['an own length that is smaller', (plain) => Object.defineProperty(plain.slice(), 'length', { value: 1 })],
  ['an own slice', (plain) => Object.assign(plain.slice(), { slice: () => shared, subarray: () => shared })],
  [
    'a prototype that lies',
    (plain) =>
      Object.setPrototypeOf(
        plain.slice(),
        Object.create(Uint8Array.prototype, {
          length: { value: 50_000 },
          byteOffset: { value: 64 },
        }) as object,
      ) as Uint8Array,
  ],
]

function viewInto(plain: Uint8Array): Uint8Array {
  const view = new Uint8Array(new ArrayBuffer(plain.length + 20), 10, plain.length)
  view.set(plain)
  return view
}
function shareOf(plain: Uint8Array): Uint8Array {
  const view = new Uint8Array(new SharedArrayBuffer(plain.length))
  view.set(plain)
  return view
}
/** Writes over all that a typed array shows, whatever it says its length is. */
function overwrite(bytes: Uint8Array): void {
  new Uint8Array(bytes.buffer, realOffset(bytes), realLength(bytes)).fill(0xee)
  shared.fill(0xee)
}
const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object
const getter = (name: string) => {
  const { get } = Object.getOwnPropertyDescriptor(typedArray, name)!
  return (bytes: Uint8Array): number => get!.call(bytes) as number
}
const realLength = getter('length')
const realOffset = getter('byteOffset')

const settings: [string, <T>(f: () => T) => T][] = [
  ['young', (f) => f()],
  ['in wasm', inWasm],
]

describe.each(origins)('%s', (_, from) => {
  test.each(settings)('as a value, and inside one: %s', (_, run) => {
    run(() => {
      const plain = text.encode('the bytes of a value, 32 or more of them')
      const bytes = from(plain)
      const inner = from(plain)
      const versions = [Hamt.from<unknown>({ a: bytes, b: { inner: [inner] } })]
      for (let i = 0; i < 10; ++i) versions.push(versions[i]!.set('a', bytes).set(`c${i}`, inner).set('n', i))
      const digests = versions.map((v) => v.digest())
      overwrite(bytes)
      overwrite(inner)
      versions.forEach((v, i) => {
        expect(v.get('a')).toEqual(plain)
        expect(v.get('b')).toEqual({ inner: [plain] })
        expect(v.digest()).toEqual(digests[i])
        expect(v.digest()).toEqual(Hamt.from([...v]).digest())
        // What was read is the reader's.
        overwrite(v.get('a') as Uint8Array)
        overwrite((v.get('b') as { inner: [Uint8Array] }).inner[0])
        for (const value of v.values()) if (value instanceof Uint8Array) overwrite(value)
        expect(v.get('a')).toEqual(plain)
        expect(v.get('b')).toEqual({ inner: [plain] })
      })
    })
  })

  test('from a codec, the same buffer again and again: a map in a store', async () => {
    const buffer = from(new Uint8Array(1))
    const real = new Uint8Array(buffer.buffer, realOffset(buffer), 1)
    const codec: Codec<number> = {
      encode(n) {
        real[0] = n
        return buffer
      },
      decode: ([n]) => n!,
    }
    const blocks = new Map<string, Uint8Array>()
    const store = {
      get: (digest: Uint8Array) => blocks.get(digest.join()),
      put: (digest: Uint8Array, block: Uint8Array) => void blocks.set(digest.join(), block),
    }
    const map = await (
      await emptyMap<number>(store, { codec })
    ).edit((draft) => draft.set('a', 1).set('b', 2))
    overwrite(buffer)
    expect([await map.get('a'), await map.get('b')]).toEqual([1, 2])
  })

  test('as the file of a registry', () => {
    const registry = NodeRegistry.deserialize(from(NodeRegistry.empty().serialize()))
    expect(registry.toString()).toBe('NodeRegistry(0 changes)')
  })

  test('as logs, whole and in pieces, and as a hash', () => {
    const json = text.encode('{ "chainId": 5, "logs": [] }')
    expect(readLogs([{ name: 'logs', content: from(json) }]).chainId).toBe(5n)
    const reader = new LogReader()
    const input = reader.open('logs')
    for (const piece of [json.slice(0, 7), json.slice(7)]) input.write(from(piece))
    input.end()
    expect(reader.finish().chainId).toBe(5n)
    const hash = Uint8Array.from({ length: 32 }, (_, i) => i)
    const asText = `0x${Buffer.from(hash).toString('hex')}` as const
    const seed = seedFromBlockHash({ blockHash: asText, e3Id: 1n })
    expect(seedFromBlockHash({ blockHash: from(hash), e3Id: 1n })).toBe(seed)
  })

  test('as logs, in one buffer that the next piece is read into', () => {
    const json = text.encode('{ "logs": [], "chainId": 5, "thresholds": { "7": [2, 3] } }'.padEnd(64))
    for (const size of [1, 4, 16, 32]) {
      const buffer = from(new Uint8Array(size))
      const real = new Uint8Array(buffer.buffer, realOffset(buffer), size)
      const reader = new LogReader()
      const input = reader.open('logs')
      for (let at = 0; at < json.length; at += size) {
        real.set(json.subarray(at, at + size))
        input.write(buffer)
      }
      overwrite(buffer)
      input.end()
      const { chainId, thresholds } = reader.finish()
      expect({ chainId, thresholds: [...thresholds] }).toEqual({ chainId: 5n, thresholds: [[7n, [2, 3]]] })
    }
  })

  test.each(settings)('from a codec, the same buffer again and again: %s', (_, run) => {
    run(() => {
      const buffer = from(new Uint8Array(8))
      const lent: Uint8Array[] = []
      const codec: Codec<number> = {
        encode(n) {
          new DataView(buffer.buffer, realOffset(buffer), 8).setFloat64(0, n)
          return buffer
        },
        decode(bytes) {
          lent.push(bytes)
          return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat64(0)
        },
      }
      const versions = [Hamt.from({ a: 1, b: 2 }, { codec })]
      for (let i = 0; i < 12; ++i) versions.push(versions[i]!.set('a', i).set(`k${i}`, -i))
      const digests = versions.map((v) => v.digest())
      const read = (): unknown[] =>
        versions.map((v) => [v.get('a'), v.get('b'), v.size, [...v.values()].sort()])
      const before = read()
      expect(before[0]).toEqual([1, 2, 2, [1, 2]])
      expect((before[12] as unknown[]).slice(0, 3)).toEqual([11, 2, 14])
      overwrite(buffer)
      for (const bytes of lent.splice(0)) overwrite(bytes)
      expect(read()).toEqual(before)
      expect(versions.map((v) => v.digest())).toEqual(digests)
      const filtered = versions[5]!.filter((v) => v > 0)
      overwrite(buffer)
      expect(filtered.get('a')).toBe(4)
      const [loaded] = deserialize<number>(serialize([versions[3]!]), { codec })
      overwrite(buffer)
      expect(loaded!.get('a')).toBe(2)
    })
  })

  test('as a snapshot, a delta, a proof, a digest', () => {
    const older = Hamt.from<unknown>({ a: text.encode('a value of some bytes'), b: 2 })
    const newer = older.set('c', [3])
    const file = from(serialize([older, newer], { meta: { title: from(text.encode('t')) } }))
    const delta = from(serializeDelta([older], [newer]))
    const proof = from(newer.prove('a'))
    const digest = from(newer.digest())
    const loaded = deserialize(file, { digest })
    expect(loaded[1]!.equals(newer)).toBe(true)
    expect(applyDelta([older], delta)[0]!.equals(newer)).toBe(true)
    expect((readMeta(file) as { title: Uint8Array }).title).toEqual(text.encode('t'))
    const opened = openSnapshot(file, { digest })
    const value = opened.at(1).get('a') as Uint8Array
    expect(value).toEqual(text.encode('a value of some bytes'))
    const verified = verifyProof(digest, 'a', proof) as { value: Uint8Array }
    expect(verified.value).toEqual(value)
    for (const bytes of [file, delta, proof, digest]) overwrite(bytes)
    expect(verified.value).toEqual(text.encode('a value of some bytes'))
    expect(value).toEqual(text.encode('a value of some bytes'))
    expect(loaded[1]!.equals(newer)).toBe(true)
    expect(loaded[0]!.get('a')).toEqual(value)
  })
})

test('Buffers of v8.serialize', () => {
  const codec: Codec<unknown> = { encode: v8Serialize, decode: (b) => v8Deserialize(b) as unknown }
  const model = new Map<string, unknown>(
    [...'abcdefgh'].map((k, i) => [k, { k, list: [i, 'text'], big: BigInt(i) }]),
  )
  for (const [, run] of settings) {
    run(() => {
      const map = Hamt.from(model, { codec })
      const versions = [map, map.set('a', [1]), map.delete('b').set('c', 'x'.repeat(10_000))]
      const digest = map.digest()
      for (let i = 0; i < 100; ++i) v8Serialize({ i, text: 'z'.repeat(50) }).fill(1)
      expect(new Map(map)).toEqual(model)
      expect(versions[1]!.get('a')).toEqual([1])
      expect(map.digest()).toEqual(digest)
    })
  }
})

test('a codec that lends out and keeps what it decodes', () => {
  const raw: Codec<Uint8Array> = { encode: (bytes) => bytes, decode: (bytes) => bytes }
  for (const [, run] of settings) {
    run(() => {
      const map = Hamt.from({ a: new Uint8Array([1, 2, 3]), b: new Uint8Array(100) }, { codec: raw })
      const versions = [map, map.set('c', new Uint8Array([4])), map.set('a', new Uint8Array([5]))]
      const digest = map.digest()
      const read = [map.get('a')!, ...map.values(), ...[...map.entries()].map(([, v]) => v)]
      for (const { before, after } of map.diff(versions[2]!)) read.push(before!, after!)
      map.forEach((v) => read.push(v))
      versions[1]!.filter((v) => (read.push(v), true))
      for (const bytes of read) bytes.fill(77)
      expect(map.get('a')).toEqual(new Uint8Array([1, 2, 3]))
      expect(versions[2]!.get('a')).toEqual(new Uint8Array([5]))
      expect(map.digest()).toEqual(digest)
    })
  }
})

const transferred = (bytes: Uint8Array): Uint8Array => {
  structuredClone(bytes, { transfer: [bytes.buffer as ArrayBuffer] })
  return bytes
}

test('transferred buffers are refused by name, wherever they come in', () => {
  const map = Hamt.from<unknown>({ a: 1 })
  const gone = transferred(new Uint8Array(10))
  for (const f of [
    () => map.set('b', gone),
    () => map.set('b', [{ gone }]),
    () => Hamt.from({ a: gone }),
    () => Hamt.from({ a: 1 }, { codec: { encode: () => gone, decode: () => 1 } }),
    () => deserialize(gone),
    () => applyDelta([map], gone),
    () => openSnapshot(gone),
    () => readMeta(gone),
    () => readLogs([{ name: 'logs', content: gone }]),
    () => new LogReader().open('logs').write(gone),
    () => seedFromBlockHash({ blockHash: gone as never, e3Id: 1n }),
  ])
    expect(f).toThrow(/transferred/)
  expect(map.toJSON()).toEqual({ a: 1 })
})

test('an opened snapshot whose buffer was transferred says so, and never that a key is absent', () => {
  const bytes = serialize([Hamt.from({ a: 1, b: 2 })])
  const opened = openSnapshot(bytes)
  const version = opened.at(0)
  transferred(bytes)
  for (const f of [
    () => version.get('a'),
    () => version.has('b'),
    () => version.has('none'),
    () => [...version.keys()],
    () => version.digest(),
    () => opened.meta,
  ])
    expect(f).toThrow(/transferred/)
})

test.each([2, 20, 33, 100])(
  'an iteration of %i keys whose buffer is transferred on its way says so, and does not end early',
  (n) => {
    const file = serialize([Hamt.from(Array.from({ length: n }, (_, i): [string, number] => [`k${i}`, i]))])
    for (const taken of [1, n - 1]) {
      const bytes = file.slice()
      const keys = openSnapshot(bytes).at(0).keys()
      for (let i = 0; i < taken; ++i) keys.next()
      transferred(bytes)
      expect(() => keys.next()).toThrow(/transferred/)
    }
  },
)

test('what is no Uint8Array is refused by name', () => {
  for (const value of [
    new ArrayBuffer(4),
    new Float32Array(2),
    new DataView(new ArrayBuffer(2)),
    new Int8Array(1),
  ]) {
    expect(() => Hamt.from<unknown>({}).set('a', value)).toThrow(TypeError)
    expect(() => deserialize(value as unknown as Uint8Array)).toThrow(TypeError)
  }
  const lying = Object.create(Uint8Array.prototype) as Uint8Array
  expect(() => Hamt.from<unknown>({}).set('a', lying)).toThrow(TypeError)
  expect(() => openSnapshot(lying)).toThrow(TypeError)
})

test('a getter of options, or an iterable of bases, that transfers the buffer: the bytes are refused by name', () => {
  const base = Hamt.from({ a: 1 })
  const file = serialize([base])
  const delta = serializeDelta([base], [base.set('b', 2)])
  const transfer = (bytes: Uint8Array): void =>
    void structuredClone(bytes.buffer, { transfer: [bytes.buffer as ArrayBuffer] })
  const options = (bytes: Uint8Array): object => ({
    get limit(): undefined {
      return void transfer(bytes)
    },
  })
  const calls: ((bytes: Uint8Array) => unknown)[] = [
    (bytes) => deserialize(bytes, options(bytes)),
    (bytes) => openSnapshot(bytes, options(bytes)),
    (bytes) => applyDelta([base], bytes, options(bytes)),
    (bytes) =>
      applyDelta(
        (function* (): Generator<Hamt<number>> {
          transfer(bytes)
          yield base
        })(),
        bytes,
      ),
  ]
  calls.forEach((call, i) =>
    expect(() => call((i < 2 ? file : delta).slice())).toThrow(/must be a Uint8Array with its buffer/),
  )
})
