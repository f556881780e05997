// A map in a store equals the same map in memory, after any history of edits, whatever the store does
// meanwhile.
import fc from 'fast-check'
import { Hamt } from 'hamt-wasm'
import { BlockError, emptyMap, openMap, pull, push, reachable, type RemoteMap } from 'hamt-wasm/blocks'
import { verifyProof } from 'hamt-wasm/verify'
import { all, type Edit, hex, histories, keyOf, MemoryStore, type Value, valueOf } from './blocks-support.js'

const editLocal = (map: Hamt<Value>, edits: readonly Edit[]): Hamt<Value> =>
  map.withMutations((draft) => {
    for (const [key, value] of edits) {
      if (value === undefined) draft.delete(key)
      else draft.set(key, value)
    }
  })

const editRemote = (map: RemoteMap<Value>, edits: readonly Edit[]): Promise<RemoteMap<Value>> =>
  map.edit((draft) => {
    for (const [key, value] of edits) {
      if (value === undefined) draft.delete(key)
      else draft.set(key, value)
    }
  })

/** Compares everything that a remote map can be asked with the map in memory. */
async function expectEqual(remote: RemoteMap<Value>, local: Hamt<Value>): Promise<void> {
  expect(hex(remote.digest)).toBe(hex(local.digest()))
  const fresh = openMap<Value>(remote.store, remote.digest)
  expect(await fresh.size()).toBe(local.size)
  expect(await all(fresh.entries())).toEqual([...local.entries()])
  const keys = Array.from({ length: 60 }, (_, i) => keyOf(i))
  expect(await fresh.getMany(keys)).toEqual(keys.map((key) => local.get(key)))
  for (const key of keys.slice(0, 12)) {
    expect(await fresh.get(key)).toEqual(local.get(key))
    expect(await fresh.has(key)).toBe(local.has(key))
  }
  const asked = keys.slice(0, 9)
  const proof = await fresh.prove(asked)
  expect(hex(proof)).toBe(hex(local.prove(asked)))
  expect(verifyProof(remote.digest, asked, proof).map(({ value }) => value)).toEqual(
    asked.map((key) => local.get(key)),
  )
}

test('any history of edits, in a store and in memory', async () => {
  await fc.assert(
    fc.asyncProperty(histories(120, 150, 4), async (history) => {
      const store = new MemoryStore()
      let local = Hamt.empty<Value>()
      let remote = await emptyMap<Value>(store)
      const versions: [RemoteMap<Value>, Hamt<Value>][] = []
      for (const edits of history) {
        local = editLocal(local, edits)
        remote = await editRemote(remote, edits)
        versions.push([remote, local])
      }
      for (const [r, l] of versions) await expectEqual(r, l)
      const [[r0, l0], [r1, l1]] = [versions[0]!, versions.at(-1)!]
      expect(await all(r0.diff(r1))).toEqual([...l0.diff(l1)])
      expect(await all(r1.diff(r0))).toEqual([...l1.diff(l0)])
      expect((await pull<Value>(store, r1.digest)).equals(l1)).toBe(true)
    }),
    { numRuns: 40 },
  )
})

test('edits that undo each other give the map itself, and write nothing that a map names', async () => {
  const store = new MemoryStore()
  const map = await editRemote(await emptyMap<Value>(store), [
    ['a', 1],
    ['b', 2],
  ])
  expect(await editRemote(map, [['a', 1]])).toBe(map)
  expect(await editRemote(map, [['c', undefined]])).toBe(map)
  expect(await map.edit(() => {})).toBe(map)
  const other = await map.edit(async (draft) => {
    await draft.update('a', (value) => (value as number) + 1)
    expect(await draft.get('a')).toBe(2)
    draft.delete('b').set('c', 3)
    expect(await draft.has('b')).toBe(false)
    expect(await draft.get('c')).toBe(3)
  })
  expect(await all(other)).toEqual([...Hamt.from({ a: 2, c: 3 })])
})

test('a store that fails at any call: an error, nothing that counts, and the next edit succeeds', async () => {
  const first: Edit[] = Array.from({ length: 90 }, (_, i) => [keyOf(i), valueOf(i)])
  const second: Edit[] = Array.from({ length: 12 }, (_, i) => [keyOf(7 * i), i % 3 ? undefined : 'new'])
  const before = editLocal(Hamt.empty<Value>(), first)
  const after = editLocal(before, second)
  const filled = new MemoryStore()
  const { digest } = await editRemote(await emptyMap<Value>(filled), first)
  for (let n = 0, failed = true; failed; ++n) {
    const store = filled.copy()
    store.failAt = n
    const edited = editRemote(openMap<Value>(store, digest), second)
    failed = await edited.then(
      () => false,
      (error: Error) => {
        expect(error.message).toBe('the store fails')
        return true
      },
    )
    store.failAt = Infinity
    await expectEqual(openMap<Value>(store, digest), before)
    // The root of a map is put last: if it is there, all of it is.
    if (store.blocks.has(hex(after.digest()))) await expectEqual(openMap<Value>(store, after.digest()), after)
    await expectEqual(await editRemote(openMap<Value>(store, digest), second), after)
    if (failed) expect(store.puts).toBeLessThan(1000)
    else expect(n).toBeGreaterThan(5)
  }
})

test('what is reachable is what is needed', async () => {
  const store = new MemoryStore()
  const edits: Edit[] = Array.from({ length: 200 }, (_, i) => [keyOf(i), valueOf(i)])
  const first = await editRemote(await emptyMap<Value>(store), edits)
  const second = await editRemote(first, [
    [keyOf(8), 'other'],
    [keyOf(9), undefined],
  ])
  const names = new Set((await all(reachable(store, [second.digest]))).map(hex))
  for (const name of store.blocks.keys()) if (!names.has(name)) store.blocks.delete(name)
  expect(store.blocks.size).toBe(names.size)
  const local = editLocal(editLocal(Hamt.empty(), edits), [
    [keyOf(8), 'other'],
    [keyOf(9), undefined],
  ])
  await expectEqual(openMap<Value>(store, second.digest), local)
  await expect(pull(store, first.digest)).rejects.toThrow(BlockError)
  for (const name of names) {
    const lacking = store.copy()
    lacking.blocks.delete(name)
    const error = await pull(lacking, second.digest).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(BlockError)
    expect((error as BlockError).code).toBe('missing')
    expect(hex((error as BlockError).digest!)).toBe(name)
  }
})

describe('edits that wait for each other', () => {
  /** A store whose reads end in another order than they begin. */
  const slow = (store: MemoryStore, delays: readonly number[]): MemoryStore => {
    let reads = 0
    const get = store.get.bind(store)
    store.get = async (digest) => {
      for (let i = delays[reads++ % delays.length]!; i > 0; --i) await Promise.resolve()
      return get(digest)
    }
    return store
  }
  const names = ['a', 'b', 'c']

  test('updates of one key at the same time: each sees those that were called before it, and none is lost', async () => {
    const base = Hamt.from<string>(Array.from({ length: 200 }, (_, i) => [`k${i}`, '']))
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...names, 'k1', 'k2'), fc.nat(40)), { maxLength: 30 }),
        fc.array(fc.nat(30), { minLength: 1, maxLength: 9 }),
        async (calls, delays) => {
          const store = new MemoryStore()
          await push(base, store)
          const remote = openMap<string>(slow(store, delays), base.digest(), { cache: 0 })
          const after = await remote.edit(async (draft) => {
            const running: Promise<void>[] = []
            for (const [i, [key, wait]] of calls.entries()) {
              for (let n = wait; n > 0; --n) await Promise.resolve()
              running.push(draft.update(key, (value = '') => `${value}${i},`))
            }
            await Promise.all(running)
          })
          const expected = base.withMutations((draft) => {
            for (const [i, [key]] of calls.entries()) draft.update(key, (value = '') => `${value}${i},`)
          })
          expect(hex(after.digest)).toBe(hex(expected.digest()))
        },
      ),
      { numRuns: 60 },
    )
  })

  test('an update takes up what was set while it read; a read that fails fails each update that waited', async () => {
    const store = new MemoryStore()
    const base = await (await emptyMap<number>(store)).edit((draft) => draft.set('n', 1))
    const after = await base.edit(async (draft) => {
      const added = draft.update('n', (value = 0) => value + 1)
      draft.set('n', 10)
      await added
      expect(await draft.get('n')).toBe(11)
      const gone = draft.update('m', (value) => value)
      draft.delete('n')
      await gone
    })
    expect(await all(after.entries())).toEqual([])
    const cold = openMap<number>(store, base.digest)
    store.get = () => Promise.reject(new Error('the network'))
    await expect(
      cold.edit(async (draft) => {
        const both = await Promise.allSettled([draft.update('n', Number), draft.update('n', Number)])
        expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
        throw new Error('as it should')
      }),
    ).rejects.toThrow('as it should')
  })

  test('an update that nobody waited for: refused, and its function is not called', async () => {
    const store = new MemoryStore()
    const base = await (await emptyMap<number>(store)).edit((draft) => draft.set('n', 1))
    let late: Promise<void> | undefined
    const called: unknown[] = []
    const after = await openMap<number>(store, base.digest).edit((draft) => {
      late = draft.update('n', (value) => void called.push(value))
      late.catch(() => undefined)
    })
    await expect(late).rejects.toThrow('this draft has ended')
    expect(called).toEqual([])
    expect(hex(after.digest)).toBe(hex(base.digest))
  })
})
