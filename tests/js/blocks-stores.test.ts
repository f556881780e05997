// The stores of js/examples/stores, each against the real thing.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { Hamt } from 'hamt-wasm'
import { BlockError, type BlockStore, openMap, pull, push, reachable } from 'hamt-wasm/blocks'
import { createClient, createCluster } from 'redis'
import { folderStore } from '../../js/examples/stores/folder.js'
import { levelStore } from '../../js/examples/stores/leveldb.js'
import { lyingStore } from '../../js/examples/stores/lying.js'
import { memoryStore } from '../../js/examples/stores/memory.js'
import { redisClusterStore, redisStore } from '../../js/examples/stores/redis.js'
import { all, keyOf, type Value, valueOf } from './blocks-support.js'
import { RedisServer } from './support/redis.js'

const someMap = (size: number): Hamt<Value> =>
  Hamt.from(Array.from({ length: size }, (_, i) => [keyOf(i), valueOf(i)] as const))

/** What every store must do. */
async function exercise(store: BlockStore): Promise<void> {
  expect(await store.get(new Uint8Array(32))).toBeFalsy()
  const map = someMap(700)
  const digest = await push(map, store)
  const remote = openMap<Value>(store, digest)
  expect(await remote.size()).toBe(map.size)
  const keys = Array.from({ length: 50 }, (_, i) => keyOf(i))
  expect(await remote.getMany(keys)).toEqual(keys.map((key) => map.get(key)))
  expect(await all(remote)).toEqual([...map])
  const next = await remote.edit((draft) => draft.set('new', 'n'.repeat(5000)).delete(keyOf(7)))
  const local = map.set('new', 'n'.repeat(5000)).delete(keyOf(7))
  expect(next.digest).toEqual(new Uint8Array(local.digest()))
  expect((await pull<Value>(store, next.digest)).equals(local)).toBe(true)
  expect((await pull<Value>(store, digest)).equals(map)).toBe(true)
  expect((await all(reachable(store, [digest, next.digest]))).length).toBeGreaterThan(10)
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hamt-stores-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('memory', () => exercise(memoryStore()))

test('a folder, which another object reads too', async () => {
  const path = join(folder, 'blocks')
  await exercise(folderStore(path))
  const map = someMap(700)
  expect((await pull<Value>(folderStore(path), map.digest())).equals(map)).toBe(true)
})

test('LevelDB, closed and opened again', async () => {
  const open = (): ClassicLevel<Uint8Array, Uint8Array> =>
    new ClassicLevel<Uint8Array, Uint8Array>(join(folder, 'level'), {
      keyEncoding: 'view',
      valueEncoding: 'view',
    })
  const db = open()
  await exercise(levelStore(db))
  await db.close()
  const again = open()
  const map = someMap(700)
  expect((await pull<Value>(levelStore(again), map.digest())).equals(map)).toBe(true)
  await again.close()
})

test('one that answers wrongly now and then: an error, or the right answer', async () => {
  const store = memoryStore()
  const map = someMap(400)
  const digest = await push(map, store)
  let refused = 0
  for (const rate of [1, 2, 3, 5, 8, 13, 40]) {
    const liar = openMap<Value>(lyingStore(store, rate), digest)
    for (let i = 0; i < 400; i += 7) {
      try {
        expect(await liar.get(keyOf(i))).toEqual(map.get(keyOf(i)))
      } catch (error) {
        if (!(error instanceof BlockError)) throw error
        ++refused
      }
    }
  }
  expect(refused).toBeGreaterThan(50)
})

describe('Redis', () => {
  test('one server', async () => {
    const server = await new RedisServer().start()
    const client = await createClient({ url: `redis://127.0.0.1:${server.port}` }).connect()
    try {
      await exercise(redisStore(client))
    } finally {
      client.destroy()
      await server.stop()
    }
  })

  test('a cluster of three, of which one dies during a push and comes back', async () => {
    const options = [
      ...[
        '--cluster-enabled',
        'yes',
        '--cluster-node-timeout',
        '2000',
        '--cluster-require-full-coverage',
        'no',
      ],
      ...['--appendonly', 'yes', '--appendfsync', 'always'],
    ]
    const servers = await Promise.all([0, 1, 2].map(() => new RedisServer(options).start()))
    const closing: (() => unknown)[] = []
    const connect = async (): Promise<BlockStore> => {
      const cluster = createCluster({
        rootNodes: servers.map(({ port }) => ({ url: `redis://127.0.0.1:${port}` })),
        defaults: { socket: { reconnectStrategy: false }, disableOfflineQueue: true },
      })
      cluster.on('error', () => {}) // a node that is gone is no news here
      await cluster.connect()
      closing.push(() => cluster.destroy())
      return redisClusterStore(cluster)
    }
    try {
      await join3(servers)
      const store = await connect()
      await exercise(store)

      // The second of the three dies when half of a push is done.
      const before = someMap(700)
      const map = before.withMutations((draft) => {
        for (let i = 0; i < 3000; ++i) draft.set(`more ${i}`, i)
      })
      let puts = 0
      const dying: BlockStore = {
        ...store,
        put: async (digest, block) => {
          if (++puts === 40) await servers[1]!.kill()
          return store.put(digest, block)
        },
      }
      await expect(push(map, dying)).rejects.toThrow()
      await servers[1]!.start()

      const recovered = await retried(connect, (again) => pull<Value>(again, before.digest()))
      expect(recovered.equals(before)).toBe(true)
      await retried(connect, (again) => push(map, again))
      expect((await retried(connect, (again) => pull<Value>(again, map.digest()))).equals(map)).toBe(true)
    } finally {
      for (const close of closing)
        try {
          close()
        } catch {
          // it was gone already
        }
      await Promise.all(servers.map((server) => server.stop()))
    }
  })
})

/** Makes one cluster of three servers, and waits until each knows it. */
async function join3(servers: readonly RedisServer[]): Promise<void> {
  const clients = await Promise.all(
    servers.map(({ port }) => createClient({ url: `redis://127.0.0.1:${port}` }).connect()),
  )
  const cuts = [0, 5461, 10923, 16384]
  for (const [i, client] of clients.entries()) {
    await client.sendCommand(['CLUSTER', 'ADDSLOTSRANGE', String(cuts[i]!), String(cuts[i + 1]! - 1)])
    await client.sendCommand(['CLUSTER', 'MEET', '127.0.0.1', String(servers[0]!.port)])
  }
  for (const client of clients) {
    for (;;) {
      const info = await client.sendCommand<string>(['CLUSTER', 'INFO'])
      if (/cluster_state:ok/.test(info) && /cluster_slots_ok:16384/.test(info) && /known_nodes:3/.test(info))
        break
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    client.destroy()
  }
}

/** Calls `f` with new connections until it succeeds: the others notice a node that is back after a while. */
async function retried<T>(
  connect: () => Promise<BlockStore>,
  f: (store: BlockStore) => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; ++attempt) {
    try {
      return await f(await connect())
    } catch (error) {
      if (attempt === 50) throw error
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
}
