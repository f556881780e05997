// Maps between threads: every thread has a wasm instance of its own, and versions travel as one snapshot.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { deserialize, Hamt, serialize } from 'hamt-wasm'

test('versions go to a worker and come back, shared parts once', async () => {
  const older = Hamt.from<unknown>(
    Array.from({ length: 2000 }, (_, i): [string, unknown] => [`k${i}`, { i, big: BigInt(i) }]),
  )
  const newer = older
    .set('k7', 'changed')
    .delete('k8')
    .set('new', new Uint8Array([1, 2]))
  const worker = new Worker(new URL('./support/worker.mjs', import.meta.url))
  try {
    // The bytes are handed over, not copied.
    const bytes = serialize([older, newer])
    worker.postMessage(bytes, [bytes.buffer])
    expect(bytes.length).toBe(0)
    const [answer] = (await once(worker, 'message')) as [{ bytes: Uint8Array; maps: number }]
    const [a, b, c, d] = deserialize<unknown>(answer.bytes)
    expect(a!.equals(older)).toBe(true)
    expect(b!.equals(newer)).toBe(true)
    expect(c!.get('from the worker')).toBe(3)
    expect([...b!.diff(c!)].length).toBe(1)
    expect(d!.size).toBe(0)
  } finally {
    await worker.terminate()
  }
}, 20_000)

test('many workers at once', async () => {
  const map = Hamt.from({ a: 1 })
  const answers = await Promise.all(
    Array.from({ length: 4 }, async (_, i) => {
      const worker = new Worker(new URL('./support/worker.mjs', import.meta.url))
      try {
        worker.postMessage(serialize([map, map.set('b', i)]))
        const [answer] = (await once(worker, 'message')) as [{ bytes: Uint8Array }]
        return deserialize<number>(answer.bytes)[2]!.toJSON()
      } finally {
        await worker.terminate()
      }
    }),
  )
  expect(answers).toEqual([0, 1, 2, 3].map((i) => ({ a: 1, b: i, 'from the worker': 1 })))
}, 30_000)

test('a map that is posted or cloned by mistake is refused with what to do', () => {
  const text = /a Hamt: use serialize\(\[map\]\), or map\.toJSON\(\)/
  const map = Hamt.from({ a: 1 })
  const channel = new MessageChannel()
  try {
    for (const refused of [map, { state: [map] }]) {
      expect(() => structuredClone(refused)).toThrow(text)
      expect(() => channel.port1.postMessage(refused)).toThrow(text)
    }
  } finally {
    channel.port1.close()
    channel.port2.close()
  }
})
