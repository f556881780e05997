// Stores, sources and files that do what an honest one does not: no wrong answer, no error without a type,
// nothing unbounded.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { Hamt } from 'hamt-wasm'
import {
  BlockError,
  type BlockStore,
  emptyMap,
  openMap,
  openNodes,
  pull,
  push,
  reachable,
  serializeNodes,
} from 'hamt-wasm/blocks'
import { mapDigest, nodeDigest, textDigest } from '../../js/blocks/digests.js'
import {
  type BlockNode,
  digitOf,
  type Item,
  makeChild,
  makeEntry,
  mapBlock,
  nodeBlock,
  readMapBlock,
  textBlock,
} from '../../js/blocks/node.js'
import { BlockReader, type TextRef } from '../../js/blocks/reader.js'
import { Pieces } from '../../js/blocks/source.js'
import { hashWords } from '../../js/digest/siphash.js'
import { all, hex, keyOf, MemoryStore, type Value, valueOf } from './blocks-support.js'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const never = (): Promise<never> => new Promise(() => {})
const someMap = (size: number): Hamt<Value> =>
  Hamt.from(Array.from({ length: size }, (_, i) => [keyOf(i), valueOf(i)] as const))

/** What a promise came to: its value, or the error that it rejected with. */
const outcome = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error)

// --- texts by name that belong in their node ---------------------------------------------------------

describe('a text of 65 to 1,024 bytes that is given by its name, which leaves all digests as they are', () => {
  const key = 'k'.repeat(100)
  const map = Hamt.from<Value>({ [key]: 'secret', other: 'o'.repeat(100) })
  const digest = map.digest()

  /** The store of the map, with an entry of its root written otherwise. */
  async function forged(which: (item: Item) => Item): Promise<MemoryStore> {
    const store = new MemoryStore()
    await push(map, store)
    const { size, root } = readMapBlock(store.blocks.get(hex(digest))!, hashWords)
    const node = { level: 0, items: root!.items.map(which) }
    expect(hex(mapDigest(size, node))).toBe(hex(digest))
    store.blocks.set(hex(digest), mapBlock(size, node))
    return store
  }
  const longKey = (item: Item): Item =>
    item.key!.length > 64 ? makeEntry(item.slot, undefined, item.value, textDigest(item.key!)) : item
  const longValue = (item: Item): Item =>
    item.value!.length > 64
      ? makeEntry(item.slot, item.key, undefined, undefined, textDigest(item.value!))
      : item

  test('a key in a store', async () => {
    const store = await forged(longKey)
    const remote = (): ReturnType<typeof openMap<Value>> => openMap<Value>(store, digest)
    for (const asked of await Promise.all(
      [
        remote().get(key),
        remote().has(key),
        remote().prove(key),
        remote().load(),
        all(remote()),
        remote().edit((draft) => draft.delete(key)),
      ].map(outcome),
    ))
      expect(asked).toBeInstanceOf(BlockError)
    expect(await remote().get('other')).toBe(map.get('other'))
    expect(await remote().has('another')).toBe(false)
  })

  test('a key in a node table', async () => {
    const table = Buffer.from(serializeNodes([map]))
    const text = utf8(key)
    const head = table.readUInt32LE(12)
    const row = table.subarray(head)
    const at = row.indexOf(Buffer.from([text.length, ...text])) - 1
    const item = [(4 << 5) | (row[at]! & 31), ...textDigest(text)]
    const address = [0, 0x81, 0x08] // 1,025 bytes, as the item claims
    const forgedRow = [...row.subarray(0, at), ...item, ...row.subarray(at + 2 + text.length), ...address]
    const varint = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, n >> 7])
    const sections = [...varint(forgedRow.length), ...Array<number>(14).fill(0)]
    const versions = [1, ...digest, map.size, 0, ...varint(forgedRow.length)]
    const start = Buffer.from([...table.subarray(0, 12), 0, 0, 0, 0, 0, ...sections, ...versions])
    start.writeUInt32LE(start.length + 32, 12)
    const file = await openNodes<Value>(new Uint8Array([...start, ...keccak_256(start), ...forgedRow]), {
      digests: [digest],
    })
    expect(await outcome(file.at(0).get(key))).toBeInstanceOf(BlockError)
    expect(await outcome(file.at(0).has(key))).toBeInstanceOf(BlockError)
    expect(await file.at(0).get('other')).toBe(map.get('other'))
  })

  test('a value, and a store that was given such a block is repaired', async () => {
    const store = await forged(longValue)
    expect(await outcome(openMap(store, digest).get('other'))).toBeInstanceOf(BlockError)
    expect(await openMap<Value>(store, digest).get(key)).toBe('secret')
    await push(map, store)
    expect(await outcome(pull(store, digest))).toBeInstanceOf(BlockError)
    await push(map, store, { repair: true })
    expect((await pull<Value>(store, digest)).equals(map)).toBe(true)
  })
})

// --- nodes at more than one position, and under other names ------------------------------------------------

describe('a map whose blocks name each other as no map does', () => {
  /** Two keys whose hashes begin with `digit` and differ in the next one. */
  function keysBelow(digit: number): Uint8Array[] {
    const found: Uint8Array[] = []
    for (let i = 0; found.length < 2; ++i) {
      const key = utf8(`key ${i}`)
      const hash = hashWords(key)
      if (
        digitOf(hash, 0) === digit &&
        !found.some((other) => digitOf(hashWords(other), 1) === digitOf(hash, 1))
      )
        found.push(key)
    }
    return found.sort((a, b) => digitOf(hashWords(a), 1) - digitOf(hashWords(b), 1))
  }
  const value = new Uint8Array([0x58, 200, ...new Uint8Array(200)])
  const keys = keysBelow(7)
  const leaf: BlockNode = {
    level: 1,
    items: keys.map((key) => makeEntry(digitOf(hashWords(key), 1), key, value)),
  }

  function storeOf(
    size: number,
    root: BlockNode,
    blocks: [Uint8Array, Uint8Array][],
  ): [BlockStore, Uint8Array] {
    const digest = mapDigest(size, root)
    const store = new MemoryStore()
    for (const [name, block] of [...blocks, [digest, mapBlock(size, root)] as const])
      store.blocks.set(hex(name), block)
    return [store, digest]
  }

  test.each([[], [new TextDecoder().decode(keys[0])]])(
    'one node in two slots, asked before: %j',
    async (...before) => {
      const name = nodeDigest(leaf)
      const root = { level: 0, items: [7, 9].map((slot) => makeChild(slot, undefined, name)) }
      const [store, digest] = storeOf(4, root, [[name, nodeBlock(leaf)]])
      const remote = openMap(store, digest)
      for (const key of before) expect(await remote.get(key)).toBeDefined()
      const elsewhere = Array.from({ length: 200 }, (_, i) => `other ${i}`)
      for (const read of await Promise.all(
        [all(remote), remote.load(), remote.getMany(elsewhere), remote.prove(elsewhere)].map(outcome),
      ))
        expect(read).toMatchObject({ name: 'BlockError', code: 'malformed' })
    },
  )

  test('more entries, or fewer, than it says', async () => {
    for (const size of [1, 3, 1000]) {
      const [store, digest] = storeOf(
        size,
        { level: 0, items: [makeChild(7, undefined, nodeDigest(leaf))] },
        [[nodeDigest(leaf), nodeBlock(leaf)]],
      )
      for (const read of await Promise.all([all(openMap(store, digest)), pull(store, digest)].map(outcome)))
        expect(read).toMatchObject({ name: 'BlockError', code: 'mismatch' })
    }
  })

  test('a long value that is named as a node', async () => {
    const text = new Uint8Array([0x59, 0x05, 0, ...new Uint8Array(1280)])
    const name = textDigest(text)
    const slot = digitOf(hashWords(utf8('a')), 0)
    const other = (slot + 1) % 32
    const items = [
      makeEntry(slot, utf8('a'), undefined, undefined, name),
      makeChild(other, undefined, name),
    ].sort((x, y) => x.slot - y.slot)
    const [store, digest] = storeOf(3, { level: 0, items }, [[name, textBlock(text)]])
    const many = Array.from({ length: 200 }, (_, i) => `q${i}`)
    for (const warm of [false, true]) {
      const remote = openMap<number>(store, digest)
      if (warm) expect(await remote.get('a')).toHaveLength(1280)
      for (const read of await Promise.all(
        [
          remote.getMany(many),
          all(remote),
          remote.prove(many),
          remote.load(),
          remote.edit((draft) => {
            for (const key of many) draft.set(key, 1)
          }),
        ].map(outcome),
      ))
        expect(read).toBeInstanceOf(BlockError)
    }
  })
})

// --- memory that is used again ------------------------------------------------------------------------

describe('bytes that change after they were read', () => {
  const map = someMap(300)
  const digest = map.digest()

  test('a store that reads into the same memory each time', async () => {
    const honest = new MemoryStore()
    await push(map, honest)
    const memory = new Uint8Array(100_000)
    const store: BlockStore = {
      async get(name) {
        const block = (await honest.get(name))!
        memory.set(block)
        return memory.subarray(0, block.length)
      },
      put: (name, block) => honest.put(name, block),
    }
    const remote = openMap<Value>(store, digest)
    for (let round = 0; round < 2; ++round)
      for (const [key, value] of map) expect(await remote.get(key)).toEqual(value)
  })

  test('a store that writes over all that it is handed, down to the whole buffer', async () => {
    const honest = new MemoryStore()
    await push(map, honest)
    const spoil = <T>(bytes: Uint8Array, result: T): T => {
      queueMicrotask(() => new Uint8Array(bytes.buffer).fill(57))
      return result
    }
    const spoilt = (): BlockStore[] => {
      const one: BlockStore = {
        get: (name) => spoil(name, honest.get(name.slice())),
        put: (name, block) => spoil(name, spoil(block, honest.put(name.slice(), block.slice()))),
      }
      return [
        one,
        {
          ...one,
          has: (name) => spoil(name, honest.blocks.has(hex(name))),
          getMany: (names) => Promise.all(names.map(async (name) => one.get(name))),
          putMany: (blocks) => Promise.all(blocks.map(({ digest, block }) => one.put(digest, block))),
        },
      ]
    }
    for (const store of spoilt()) {
      const remote = openMap<Value>(store, digest)
      remote.digest.fill(0)
      for (let round = 0; round < 2; ++round)
        expect(
          (await remote.getMany([...map.keys()])).every(
            (v, i) =>
              v === [...map.values()][i] ||
              hex(Hamt.from({ v }).digest()) === hex(Hamt.from({ v: [...map.values()][i] }).digest()),
          ),
        ).toBe(true)
      for await (const name of reachable(store, [digest])) name.fill(0)
      const edited = await remote.edit((d) => void d.set('an added key', valueOf(1)).delete(keyOf(2)))
      const expected = map.set('an added key', valueOf(1)).delete(keyOf(2))
      expect(hex(edited.digest)).toBe(hex(expected.digest()))
      expect((await openMap<Value>(honest, edited.digest).load()).equals(expected)).toBe(true)
      const pushed = expected.set('another', valueOf(3))
      await push(pushed, store)
      expect((await pull<Value>(honest, pushed.digest())).equals(pushed)).toBe(true)
    }
  })

  test('a codec that encodes into one Buffer again and again', async () => {
    const memory = Buffer.alloc(64)
    const codec = {
      encode: (text: string) => memory.subarray(0, memory.write(text)),
      decode: (bytes: Uint8Array) => Buffer.from(bytes).toString(),
    }
    const empty = await emptyMap<string>(new MemoryStore(), { codec })
    const edited = await empty.edit((d) => void d.set('a', 'apple').set('b', 'berry'))
    expect(await edited.getMany(['a', 'b'])).toEqual(['apple', 'berry'])
  })

  test('a source that reads into the same memory each time', async () => {
    const table = serializeNodes([map])
    const memory = new Uint8Array(2 ** 20)
    const source = {
      size: table.length,
      read(offset: number, length: number) {
        memory.set(table.subarray(offset, offset + length))
        return memory.subarray(0, length)
      },
    }
    const file = await openNodes<Value>(source, { digests: [digest] })
    for (let round = 0; round < 2; ++round)
      for (const [key, value] of map) expect(await file.at(0).get(key)).toEqual(value)
  })

  test('a table that is overwritten by another one', async () => {
    const [table, other] = [1, 9].map((a) => serializeNodes([Hamt.from({ a, b: 2 })]))
    const bytes = table!.slice()
    const file = await openNodes(bytes, { digests: [Hamt.from({ a: 1, b: 2 }).digest()] })
    bytes.set(other!)
    const value = await outcome(file.at(0).get('a'))
    if (!(value instanceof BlockError)) expect(value).toBe(1)
  })
})

// --- signals --------------------------------------------------------------------------------------------

describe('a signal stops every operation, whatever does not answer', () => {
  const map = someMap(200)
  const table = serializeNodes([map, map.set('long head', 1)], { meta: 'm'.repeat(100_000) })
  const silent: BlockStore = { get: never, put: never }
  const readAt = (
    n: number,
  ): { size: number; read: (offset: number, length: number) => Promise<Uint8Array> } => {
    let calls = 0
    return {
      size: table.length,
      read: async (offset, length) => (++calls >= n ? never() : table.subarray(offset, offset + length)),
    }
  }
  const filled = async (put: BlockStore['put']): Promise<BlockStore> => {
    const store = new MemoryStore()
    await push(map, store)
    return { get: (digest) => store.get(digest), put }
  }
  const operations: Record<string, (signal: AbortSignal) => Promise<unknown>> = {
    'openNodes, first read': (signal) => openNodes(readAt(1), { signal }),
    'openNodes, second read': (signal) => openNodes(readAt(2), { signal }),
    'openNodes, fetch': (signal) => openNodes('http://example.org/', { signal, fetch: never }),
    'get in a table': async (signal) => (await openNodes(readAt(3))).at(0).get(keyOf(1), { signal }),
    'push, get': (signal) => push(map, silent, { signal }),
    'push, has': (signal) => push(map, { ...silent, has: never }, { signal }),
    'push, put': (signal) => push(map, { ...silent, get: () => undefined }, { signal }),
    size: (signal) => openMap(silent, map.digest()).size({ signal }),
    get: (signal) => openMap(silent, map.digest()).get('a', { signal }),
    'edit, put': async (signal) =>
      openMap(await filled(never), map.digest()).edit((draft) => draft.set('a', 1), { signal }),
    'edit, its function': async (signal) =>
      openMap(await filled(never), map.digest()).edit(never, { signal }),
    pull: (signal) => pull(silent, map.digest(), { signal }),
  }
  test.each(Object.entries(operations))('%s', async (_, operation) => {
    const controller = new AbortController()
    const running = outcome(operation(controller.signal))
    await new Promise((resolve) => setTimeout(resolve, 5))
    controller.abort(new Error('enough'))
    expect(await running).toMatchObject({ message: 'enough' })
    expect(await outcome(operation(AbortSignal.abort(new Error('before'))))).toMatchObject({
      message: 'before',
    })
  })

  test('and no other operation that waits for the same blocks', async () => {
    const store = new MemoryStore()
    await push(map, store)
    let open: (() => void) | undefined
    const gate = new Promise<void>((resolve) => (open = resolve))
    const slow: BlockStore = {
      put: never,
      get: async (digest, signal) => {
        if (hex(digest) === hex(map.digest())) return store.get(digest)
        await Promise.race([
          gate,
          new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error))),
        ])
        return store.get(digest)
      },
    }
    const remote = openMap<Value>(slow, map.digest())
    await remote.size()
    const keys = [...map.keys()]
    const controller = new AbortController()
    const first = outcome(remote.getMany(keys, { signal: controller.signal }))
    const during = keys.slice(0, 20).map((key) => remote.get(key))
    await Promise.resolve()
    controller.abort(new Error('enough'))
    const after = keys.slice(0, 20).map((key) => remote.get(key))
    expect(await first).toMatchObject({ message: 'enough' })
    const later = keys.slice(0, 20).map((key) => remote.get(key))
    open!()
    const values = keys.slice(0, 20).map((key) => map.get(key))
    for (const reads of [during, after, later]) expect(await Promise.all(reads)).toEqual(values)
  })
})

// --- work that a refused call leaves ---------------------------------------------------------------------

describe('a collision node of many long keys, which needs no keys of equal hashes', () => {
  /** A map of one collision node with `count` entries, to which the hash of `key` leads. */
  function forged(key: string, count: number): { digest: Uint8Array; blocks: Map<string, Uint8Array> } {
    const hash = hashWords(utf8(key))
    const items = Array.from({ length: count }, (_, i) => {
      const digest = new Uint8Array(32)
      new DataView(digest.buffer).setUint32(0, i + 1)
      return makeEntry(0, undefined, Uint8Array.of(1), digest)
    })
    const collision: BlockNode = { level: 13, items }
    const name = nodeDigest(collision)
    let node: BlockNode = { level: 12, items: [makeChild(digitOf(hash, 12), undefined, name)] }
    for (let level = 11; level >= 0; --level) node = { level, items: [makeChild(digitOf(hash, level), node)] }
    const digest = mapDigest(count, node)
    const blocks = new Map([
      [hex(digest), mapBlock(count, node)],
      [hex(name), nodeBlock(collision)],
    ])
    return { digest, blocks }
  }

  test('a lookup of a long key hashes it once, not once an item', async () => {
    const key = 'k'.repeat(300_000)
    const { digest, blocks } = forged(key, 20_000) // would be 6 GB of hashing
    const store: BlockStore = { get: (asked) => Promise.resolve(blocks.get(hex(asked))), put: never }
    expect(await openMap(store, digest).getMany([key, key])).toEqual([undefined, undefined])
  })

  test.each(['prove', 'edit'] as const)(
    '%s asks for no more of them once one was refused',
    async (method) => {
      const { digest, blocks } = forged('a', 3000)
      let gets = 0
      const store: BlockStore = {
        get: async (asked) => {
          ++gets
          await Promise.resolve()
          return blocks.get(hex(asked)) ?? new Uint8Array(2000).fill(0x4c)
        },
        put: never,
      }
      const map = openMap<Value>(store, digest)
      const call = method === 'prove' ? map.prove('a') : map.edit((draft) => draft.set('a', 1))
      expect(await outcome(call)).toBeInstanceOf(BlockError)
      for (let i = 0; i < 1000; ++i) await Promise.resolve()
      expect(gets).toBeLessThan(200) // those under way, and those that waited for them
    },
  )
})

describe('many texts, of which one is refused', () => {
  class Junk extends BlockReader {
    parsed = 0
    protected override fetchNodes(): never[] {
      return []
    }
    protected override fetchTexts(refs: readonly TextRef[]): Promise<Uint8Array>[] {
      return refs.map(() => Promise.resolve(utf8('bad')))
    }
    protected override parseNode(): never {
      throw new Error('there are no nodes')
    }
    protected override parseText(bytes: Uint8Array): Uint8Array {
      ++this.parsed
      return bytes
    }
  }
  const refs = Array.from({ length: 1000 }, (_, i): TextRef => {
    const digest = new Uint8Array(32).fill(1)
    new DataView(digest.buffer).setUint32(4, i)
    return { digest, at: undefined }
  })

  test('the others that came with it are not hashed', async () => {
    const reader = new Junk(undefined)
    expect(await outcome(reader.texts(refs))).toMatchObject({ code: 'mismatch' })
    for (let i = 0; i < 1000; ++i) await Promise.resolve()
    expect(reader.parsed).toBe(1)
  })

  test('another caller gets what it asked for', async () => {
    const good = { digest: textDigest(utf8('good')), at: undefined }
    class Mixed extends Junk {
      protected override fetchTexts(asked: readonly TextRef[]): Promise<Uint8Array>[] {
        return asked.map((ref) => Promise.resolve(utf8(ref === good ? 'good' : 'bad')))
      }
    }
    const reader = new Mixed(undefined)
    const first = outcome(reader.texts([...refs.slice(0, 5), good]))
    const second = reader.texts([good])
    expect(await first).toMatchObject({ code: 'mismatch' })
    expect(await second).toEqual([utf8('good')])
    expect(await reader.texts([good])).toEqual([utf8('good')])
  })
})

test('any number of pieces goes into one read', async () => {
  const bytes = new Uint8Array(300_000).map((_, i) => i)
  const source = {
    size: bytes.length,
    first: bytes.subarray(0, 1),
    read: (at: number, n: number) => bytes.subarray(at, at + n),
  }
  const wanted = Array.from({ length: 250_000 }, (_, i) => ({ offset: 10 + i, size: 1 }))
  const found = await Promise.all(new Pieces(source).read(wanted, new AbortController().signal))
  expect(found.every((piece, i) => piece.length === 1 && piece[0] === bytes[10 + i])).toBe(true)
})

// --- connections that break ---------------------------------------------------------------------------------

describe('a server whose answers break off', () => {
  let server: Server
  let how: 'right' | 'cut' | 'reset' | 'bad gzip' = 'right'
  const map = Hamt.from(Array.from({ length: 5000 }, (_, i) => [`key ${i}`, i] as const))
  const table = serializeNodes([map])
  beforeAll(async () => {
    server = createServer((request, response) => {
      const [, from, to] = /(\d+)-(\d+)/.exec(request.headers.range!)!
      const piece = table.subarray(Number(from), Number(to) + 1)
      if (how === 'reset') return void request.socket.destroy()
      response.writeHead(206, {
        'content-range': `bytes ${from}-${Number(from) + piece.length - 1}/${table.length}`,
        'content-length': piece.length,
        ...(how === 'bad gzip' && { 'content-encoding': 'gzip' }),
      })
      if (how !== 'cut') return void response.end(piece)
      response.write(piece.subarray(0, 100), () => request.socket.destroy())
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  test.each(['cut', 'reset', 'bad gzip'] as const)('%s', async (mode) => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    how = 'right'
    const file = await openNodes<number>(url)
    how = mode
    for (const read of await Promise.all(
      [openNodes(url), file.at(0).load(), file.at(0).getMany([...map.keys()])].map(outcome),
    ))
      expect(read).toMatchObject({ name: 'BlockError', code: 'network' })
    how = 'right'
    expect(await file.at(0).get('key 77')).toBe(77)
  })
})

// --- options ------------------------------------------------------------------------------------------------

test('what is given wrongly is not taken for what is not given', async () => {
  const map = someMap(3)
  const store = new MemoryStore()
  const digest = await push(map, store)
  const table = serializeNodes([map])
  const wrong = (x: unknown): never => x as never
  const refused: (() => unknown)[] = [
    ...[null, 0, '', false, NaN, {}, [null], [''], [0], [false], [new Uint8Array(31)]].map(
      (digests) => () => openNodes(table, { digests: wrong(digests) }),
    ),
    ...[NaN, -1, 'x', {}, null].flatMap((size) => [
      () => openMap(store, digest, { cache: wrong(size) }),
      () => openMap(store, digest, { largestValue: wrong(size) }),
      () => openNodes(table, { cache: wrong(size) }),
      () => pull(store, digest, { limit: wrong(size) }),
    ]),
    ...[{}, null, 5].flatMap((codec) => [
      () => openMap(store, digest, { codec: wrong(codec) }),
      () => openNodes(table, { codec: wrong(codec) }),
    ]),
    ...[5, {}, 'now'].flatMap((signal) => [
      () => openMap(store, digest).get('a', { signal: wrong(signal) }),
      () => push(map, store, { signal: wrong(signal) }),
      () => openNodes(table, { signal: wrong(signal) }),
    ]),
    () => openMap(store, digest).prove(wrong(undefined)),
    () => openMap(store, digest).getMany(wrong(undefined)),
    () => openMap(store, digest).edit(wrong(undefined)),
  ]
  for (const attempt of refused) {
    const error = await outcome((async () => attempt())())
    expect(error instanceof TypeError || error instanceof RangeError).toBe(true)
    expect((error as Error).message).toMatch(/ a | an |must|needs|needed|takes/)
  }
  const careless = { get: store.get.bind(store), put: never, getMany: () => wrong(undefined) }
  const larger = someMap(300)
  await push(larger, store)
  expect(await outcome(openMap(careless, larger.digest()).load())).toMatchObject({ code: 'malformed' })
})
