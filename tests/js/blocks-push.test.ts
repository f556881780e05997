// Maps in memory into a store and back: what is put, in which order, and what a failure leaves behind.
import fc from 'fast-check'
import { Hamt } from 'hamt-wasm'
import { BlockError, type BlockStore, openMap, pull, push, reachable } from 'hamt-wasm/blocks'
import { all, hex, histories, keyOf, MemoryStore, type Value, valueOf } from './blocks-support.js'

const someMap = (size: number): Hamt<Value> =>
  Hamt.from(Array.from({ length: size }, (_, i) => [keyOf(i), valueOf(i)] as const))

test('any history, pushed version by version, comes back', async () => {
  await fc.assert(
    fc.asyncProperty(histories(150, 100, 5), fc.boolean(), async (history, isFresh) => {
      const store = new MemoryStore()
      const versions: Hamt<Value>[] = []
      let map = Hamt.empty<Value>()
      for (const edits of history) {
        map = map.withMutations((draft) => {
          for (const [key, value] of edits) {
            if (value === undefined) draft.delete(key)
            else draft.set(key, value)
          }
        })
        versions.push(map)
        // An object of its own knows nothing of what was pushed before.
        const target: BlockStore = isFresh
          ? { get: (digest) => store.get(digest), put: (digest, block) => store.put(digest, block) }
          : store
        expect(hex(await push(map, target))).toBe(hex(map.digest()))
      }
      for (const version of versions) {
        expect((await pull<Value>(store, version.digest())).equals(version)).toBe(true)
        expect(await all(openMap<Value>(store, version.digest()).entries())).toEqual([...version])
      }
    }),
    { numRuns: 30 },
  )
})

test('pushing and editing give the same blocks', async () => {
  const map = someMap(300)
  const [pushed, edited] = [new MemoryStore(), new MemoryStore()]
  await push(map, pushed)
  const empty = openMap<Value>(edited, await push(Hamt.empty<Value>(), edited))
  const remote = await empty.edit((draft) => {
    for (const [key, value] of map) draft.set(key, value)
  })
  expect(hex(remote.digest)).toBe(hex(map.digest()))
  for (const [name, block] of pushed.blocks) expect(hex(edited.blocks.get(name)!)).toBe(hex(block))
  expect(edited.blocks.size).toBe(pushed.blocks.size + 1) // the empty map
})

test('a push after one edit costs a path, and one of what is there costs one question', async () => {
  const map = Hamt.from(Array.from({ length: 20_000 }, (_, i) => [`key ${i}`, i] as const))
  const store = new MemoryStore()
  await push(map, store)
  const next = map.set('key 77', -1)
  store.gets = store.puts = store.bytes = 0
  await push(next, store)
  expect(store.puts).toBeLessThanOrEqual(5)
  expect(store.gets).toBeLessThanOrEqual(2)
  expect(store.bytes).toBeLessThan(20_000)
  store.gets = store.puts = 0
  await push(next, store)
  expect([store.gets, store.puts]).toEqual([2, 0])
})

test('a long value beside the edit is not put again', async () => {
  const map = Hamt.from<Value>({ long: 'v'.repeat(100_000), other: 1 })
  const store = new MemoryStore()
  await push(map, store)
  store.bytes = 0
  await push(map.set('other', 2), store)
  expect(store.bytes).toBeLessThan(1000)
})

test('a push that is cut off at any call leaves only whole maps', async () => {
  const before = someMap(150)
  const after = before.delete(keyOf(3)).set(keyOf(4), 'new').set('another', 'v'.repeat(3000))
  for (const withBase of [true, false]) {
    for (let n = 0, failed = true; failed; ++n) {
      const store = new MemoryStore()
      await push(before, store)
      const target = withBase ? store : store.copy()
      target.failAt = n
      failed = await push(after, target).then(
        () => false,
        () => true,
      )
      target.failAt = Infinity
      expect((await pull<Value>(target, before.digest())).equals(before)).toBe(true)
      if (target.blocks.has(hex(after.digest())))
        expect((await pull<Value>(target, after.digest())).equals(after)).toBe(true)
      const again = target.copy() // an object that knows nothing of the first attempt
      await push(after, again)
      expect((await pull<Value>(again, after.digest())).equals(after)).toBe(true)
    }
  }
})

test('a store that was emptied meanwhile gets everything again', async () => {
  const store = new MemoryStore()
  await push(someMap(100), store)
  store.blocks.clear()
  const next = someMap(100).set('a', 1)
  await push(next, store)
  expect((await pull<Value>(store, next.digest())).equals(next)).toBe(true)
})

test('stores that answer in one go are asked in one go', async () => {
  const store = new MemoryStore()
  const calls = { get: 0, getMany: 0, put: 0, putMany: 0, has: 0 }
  const batched: BlockStore = {
    get: (digest) => (++calls.get, store.get(digest)),
    put: (digest, block) => (++calls.put, store.put(digest, block)),
    has: (digest) => (++calls.has, store.blocks.has(hex(digest))),
    getMany: (digests) => (++calls.getMany, Promise.all(digests.map((digest) => store.get(digest)))),
    putMany: (blocks) => (
      ++calls.putMany,
      Promise.all(blocks.map(({ digest, block }) => store.put(digest, block)))
    ),
  }
  const map = Hamt.from(Array.from({ length: 3000 }, (_, i) => [`key ${i}`, i] as const))
  await push(map, batched)
  expect(calls.put).toBe(0)
  expect(calls.putMany).toBeLessThan(40)
  const remote = openMap<number>(batched, map.digest())
  const keys = Array.from({ length: 500 }, (_, i) => `key ${5 * i}`)
  expect(await remote.getMany(keys)).toEqual(keys.map((key) => map.get(key)))
  expect(calls.getMany).toBeLessThanOrEqual(6)
})

// Every bit with HAMT_LONG.
const isLong = Boolean(process.env['HAMT_LONG'])

describe('every flipped bit of a block that is asked for is refused', () => {
  const map = someMap(40).set('a long value', 'v'.repeat(1500))
  test.each(['pull', 'get'] as const)(
    '%s',
    async (how) => {
      const store = new MemoryStore()
      await push(map, store)
      let refused = 0
      for (const [name, block] of store.blocks) {
        for (let bit = 0; bit < 8 * block.length; bit += isLong ? 1 : block.length > 300 ? 31 : 3) {
          const bad = store.copy()
          const flipped = block.slice()
          flipped[bit >> 3]! ^= 1 << (bit & 7)
          bad.blocks.set(name, flipped)
          if (how === 'pull') {
            const error = await pull(bad, map.digest()).catch((e: unknown) => e)
            expect(error).toBeInstanceOf(BlockError)
            expect(hex((error as BlockError).digest!)).toBe(name)
            ++refused
          } else {
            const key = keyOf(bit % 40)
            const value = await openMap<Value>(bad, map.digest())
              .get(key)
              .catch((e: unknown) => e)
            if (value instanceof BlockError) ++refused
            else expect(value).toEqual(map.get(key))
          }
        }
      }
      expect(refused).toBeGreaterThan(100)
    },
    300_000,
  )
})

test('swapped, truncated, oversized and foreign answers are refused', async () => {
  const store = new MemoryStore()
  const map = Hamt.from(Array.from({ length: 2000 }, (_, i) => [`key ${i}`, i] as const))
  const digest = await push(map, store)
  const names = [...store.blocks.keys()]
  const answers: ((block: Uint8Array, i: number) => unknown)[] = [
    (_, i) => store.blocks.get(names[(i + 1) % names.length]!),
    (block) => block.subarray(0, block.length - 1),
    (block) => new Uint8Array([...block, 0]),
    () => new Uint8Array(0),
    () => new Uint8Array(3_000_000).fill(0x4e),
    (block) => Array.from(block),
    () => 'text',
    () => null,
  ]
  for (const answer of answers) {
    const bad: BlockStore = {
      get: (name) => answer(store.blocks.get(hex(name))!, names.indexOf(hex(name))) as Uint8Array,
      put: () => {},
    }
    await expect(pull(bad, digest)).rejects.toThrow(BlockError)
  }
})

test('a store that never answers is left by a signal', async () => {
  const store = new MemoryStore()
  const map = someMap(500)
  const digest = await push(map, store)
  let calls = 0
  const silent: BlockStore = {
    get: (name) => (++calls > 1 ? new Promise(() => {}) : store.get(name)),
    put: () => {},
  }
  const controller = new AbortController()
  const remote = openMap(silent, digest)
  const reads = [
    remote.get(keyOf(1), { signal: controller.signal }),
    remote.load({ signal: controller.signal }),
    all(remote.entries({ signal: controller.signal })),
    remote.prove(keyOf(2), { signal: controller.signal }),
    remote.edit((draft) => draft.set('a', 1), { signal: controller.signal }),
  ]
  setTimeout(() => controller.abort(new Error('enough')), 5)
  for (const read of reads) await expect(read).rejects.toThrow('enough')
  await expect(remote.get('a', { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before')
})

test('what is no store, digest or map is a TypeError', async () => {
  const store = new MemoryStore()
  const wrong = (x: unknown): never => x as never
  expect(() => openMap(wrong({}), new Uint8Array(32))).toThrow(TypeError)
  expect(() => openMap(store, new Uint8Array(31))).toThrow(TypeError)
  expect(() => openMap(store, wrong('00'))).toThrow(TypeError)
  await expect(push(wrong(new Map()), store)).rejects.toThrow(TypeError)
  const map = openMap<Value>(store, await push(someMap(3), store))
  await expect(map.get(wrong(7))).rejects.toThrow(TypeError)
  await expect(map.get('\ud800')).rejects.toThrow(TypeError)
  await expect(map.edit((draft) => draft.set('a', wrong(undefined)))).rejects.toThrow(TypeError)
  await expect(
    map.edit((draft) =>
      draft.set(
        'a',
        wrong(() => 1),
      ),
    ),
  ).rejects.toThrow(TypeError)
  const digest = await push(someMap(3), store)
  const before = store.blocks.size
  for (const f of [
    () => push(someMap(5), store, { progress: wrong(5) }),
    () => pull(store, digest, { progress: wrong('x') }),
    async () => await reachable(store, [digest], { progress: wrong({}) }).next(),
  ])
    await expect(f()).rejects.toThrow(/^progress must be a function, not /)
  expect(store.blocks.size).toBe(before)
  let kept: Parameters<Parameters<typeof map.edit>[0]>[0] | undefined
  await map.edit((draft) => {
    kept = draft
  })
  expect(() => kept!.set('a', 1)).toThrow(TypeError)
})
