// Blocks in Redis, one server or a cluster: npm install redis.
import { type RedisClientType, type RedisClusterType, RESP_TYPES } from 'redis'
import type { BlockStore } from 'hamt-wasm/blocks'

/** `client` is connected: await createClient({ url }).connect(). Commands travel in pipelines. */
export function redisStore(client: Pick<RedisClientType, 'withTypeMapping'>): BlockStore {
  const redis = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer }) as unknown as BytesClient
  return { ...oneByOne(redis), getMany: (digests) => redis.mGet(digests.map(bytes)) }
}

/** The same for createCluster({ rootNodes }): a block lies on the node that its name leads to. */
export function redisClusterStore(cluster: Pick<RedisClusterType, 'withTypeMapping'>): BlockStore {
  return oneByOne(cluster.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer }))
}

/** What both clients have, with bytes for strings. */
interface BytesClient {
  get(key: Buffer): Promise<Buffer | null>
  set(key: Buffer, value: Buffer): Promise<unknown>
  exists(key: Buffer): Promise<number>
  mGet(keys: Buffer[]): Promise<(Buffer | null)[]>
}

const bytes = (view: Uint8Array) => Buffer.from(view.buffer, view.byteOffset, view.byteLength)

const oneByOne = (redis: BytesClient): BlockStore => ({
  get: (digest) => redis.get(bytes(digest)),
  put: (digest, block) => redis.set(bytes(digest), bytes(block)),
  has: async (digest) => (await redis.exists(bytes(digest))) === 1,
})
