// Node tables: the same answers as the maps that they were written from, from every kind of source, and
// nothing from wrong bytes.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { Hamt } from 'hamt-wasm'
import { BlockError, type ByteSource, type NodeFile, openNodes, serializeNodes } from 'hamt-wasm/blocks'
import { all, hex, histories, keyOf, type Value, valueOf } from './blocks-support.js'

const someMap = (size: number): Hamt<Value> =>
  Hamt.from(Array.from({ length: size }, (_, i) => [keyOf(i), valueOf(i)] as const))

const versionsOf = (
  history: readonly (readonly (readonly [string, Value | undefined])[])[],
): Hamt<Value>[] => {
  let map = Hamt.empty<Value>()
  return history.map(
    (edits) =>
      (map = map.withMutations((draft) => {
        for (const [key, value] of edits) {
          if (value === undefined) draft.delete(key)
          else draft.set(key, value)
        }
      })),
  )
}

async function expectEqual(file: NodeFile<Value>, versions: readonly Hamt<Value>[]): Promise<void> {
  expect(file.length).toBe(versions.length)
  for (const [i, map] of versions.entries()) {
    const version = file.at(i)
    expect(version.size).toBe(map.size)
    expect(hex(version.digest)).toBe(hex(map.digest()))
    expect(await all(version)).toEqual([...map])
    const keys = Array.from({ length: 40 }, (_, k) => keyOf(k))
    expect(await version.getMany(keys)).toEqual(keys.map((key) => map.get(key)))
    expect(hex(await version.prove(keys))).toBe(hex(map.prove(keys)))
    expect((await version.load()).equals(map)).toBe(true)
  }
  if (versions.length > 0) {
    const [a, b] = [versions[0]!, versions.at(-1)!]
    expect(await all(file.at(0).diff(file.at(-1)))).toEqual([...a.diff(b)])
    expect(() => file.at(versions.length)).toThrow(RangeError)
  }
}

test('any history comes back from a table', async () => {
  await fc.assert(
    fc.asyncProperty(histories(200, 200, 12), async (history) => {
      const versions = versionsOf(history)
      const bytes = serializeNodes(versions, { meta: { title: 'history' } })
      const file = await openNodes<Value>(bytes, { digests: versions.map((v) => v.digest()) })
      expect(file.meta).toEqual({ title: 'history' })
      await expectEqual(file, versions)
    }),
    { numRuns: 25 },
  )
})

test('bytes, a Blob, and anything with size and read', async () => {
  const versions = [someMap(300), someMap(301), Hamt.empty<Value>()]
  const bytes = serializeNodes(versions)
  const source: ByteSource = {
    size: bytes.length,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
  }
  for (const from of [bytes, Buffer.from(bytes), new Blob([bytes]), source])
    await expectEqual(await openNodes<Value>(from), versions)
  await expectEqual(await openNodes<Value>(serializeNodes<Value>([])), [])
})

test('a pinned digest that is not the version’s is refused', async () => {
  const versions = [someMap(3), someMap(4)]
  const bytes = serializeNodes(versions)
  const digests = versions.map((v) => v.digest())
  await openNodes(bytes, { digests: [undefined, digests[1]] })
  for (const wrong of [[digests[1], digests[0]], [digests[0]], [...digests, digests[0]], []])
    await expect(openNodes(bytes, { digests: wrong })).rejects.toMatchObject({ code: 'digest' })
})

// Every bit with HAMT_LONG; otherwise all of the head, and some of the rest.
const isLong = Boolean(process.env['HAMT_LONG'])

test('every flipped bit is refused or touches nothing that was asked for', async () => {
  const map = someMap(60)
  const versions = [map, map.set(keyOf(5), 'x'), map.delete(keyOf(6)).set('long', 'l'.repeat(2000))]
  const bytes = serializeNodes(versions, { meta: 1 })
  let refused = 0
  let right = 0
  for (let bit = 0; bit < 8 * bytes.length; bit += isLong || bit < 3000 ? 1 : 13) {
    const bad = bytes.slice()
    bad[bit >> 3]! ^= 1 << (bit & 7)
    try {
      const file = await openNodes<Value>(bad)
      expect(file.meta).toBe(1)
      const version = bit % versions.length
      const key = keyOf(bit % 60)
      expect(await file.at(version).get(key)).toEqual(versions[version]!.get(key))
      ++right
      if (bit % 5 === 0) expect((await file.at(version).load()).equals(versions[version]!)).toBe(true)
    } catch (error) {
      if (!(error instanceof BlockError)) throw error
      expect(error.offset >= 0 || error.digest).toBeTruthy()
      ++refused
    }
  }
  expect(Math.min(refused, right)).toBeGreaterThan(100)
}, 300_000)

test('every truncation is refused', async () => {
  const bytes = serializeNodes([someMap(20)])
  for (let size = 0; size < bytes.length; size += 7)
    await expect(openNodes(bytes.subarray(0, size))).rejects.toThrow(BlockError)
  await expect(openNodes(new Uint8Array([...bytes, 0]))).rejects.toThrow(BlockError)
})

test('what is no source is a TypeError', async () => {
  for (const wrong of [undefined, null, 7, {}, { size: 1 }, { size: -1, read: () => new Uint8Array() }])
    await expect(openNodes(wrong as never)).rejects.toThrow(TypeError)
})

// --- over HTTP ---------------------------------------------------------------------------------------

describe('a server', () => {
  const map = Hamt.from(
    Array.from({ length: 30_000 }, (_, i) => [`0x${(i * 7919).toString(16).padStart(40, '0')}`, i] as const),
  )
  const versions = [map, ...Array.from({ length: 5 }, (_, i) => map.set(`extra ${i}`, i))]
  const bytes = serializeNodes(versions, { meta: 'served' })
  let server: Server
  let url: string
  /** How the server answers. */
  let mode:
    'right' | 'no ranges' | 'short' | 'long' | 'other range' | 'changes' | 'silent' | 'error' | 'wrong bytes'
  let requests = 0

  beforeAll(async () => {
    server = createServer((request, response) => {
      ++requests
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
      if (mode === 'error') return void response.writeHead(503).end()
      if (from === undefined || mode === 'no ranges') return void response.writeHead(200).end(bytes)
      if (mode === 'silent' && requests > 1) return
      const start = Number(from)
      const end = Math.min(Number(to) + 1, bytes.length)
      const piece = Buffer.from(bytes.subarray(start, end))
      if (mode === 'wrong bytes' && requests > 1) piece[piece.length >> 1]! ^= 1
      const isLater = requests > 1
      const shown = mode === 'other range' && isLater ? start + 1 : start
      response.writeHead(206, {
        'content-range': `bytes ${shown}-${end - 1}/${bytes.length}`,
        etag: mode === 'changes' && isLater ? '"b"' : '"a"',
      })
      if (mode === 'short' && isLater) response.end(piece.subarray(1))
      else if (mode === 'long' && isLater) response.end(Buffer.concat([piece, piece]))
      else response.end(piece)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/nodes`
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  beforeEach(() => {
    mode = 'right'
    requests = 0
  })

  test('answers from a few ranges', async () => {
    const file = await openNodes<number>(url, { digests: versions.map((v) => v.digest()) })
    expect(file.meta).toBe('served')
    expect(file.traffic.requests).toBeLessThanOrEqual(2)
    const key = `0x${(7919 * 77).toString(16).padStart(40, '0')}`
    expect(await file.at(3).get(key)).toBe(77)
    expect(await file.at(3).get('extra 2')).toBe(2)
    expect(file.traffic.requests).toBe(requests)
    expect(requests).toBeLessThanOrEqual(6)
    expect(file.traffic.bytes).toBeLessThan(96 * 1024)
    expect((await file.at(5).load()).equals(versions[5]!)).toBe(true)
    expect(requests).toBeLessThan(60)
  })

  test('several keys go out together', async () => {
    const file = await openNodes<number>(new URL(url))
    const keys = Array.from({ length: 200 }, (_, i) => `0x${(i * 100 * 7919).toString(16).padStart(40, '0')}`)
    expect(await file.at(0).getMany(keys)).toEqual(keys.map((key) => map.get(key)))
    expect(requests).toBeLessThan(40)
  })

  test.each([
    ['no ranges', 'no-ranges'],
    ['error', 'status'],
  ] as const)('that has %s: %s', async (how, code) => {
    mode = how
    await expect(openNodes(url)).rejects.toMatchObject({ name: 'BlockError', code })
  })

  test.each([
    ['short', /truncated|terminated|other side closed/],
    ['long', /no-ranges/],
    ['other range', /no-ranges/],
    ['changes', /changed/],
    ['wrong bytes', /mismatch|malformed|truncated/],
  ] as const)('that goes %s after the first answer', async (how, message) => {
    const file = await openNodes<number>(url)
    mode = how
    await expect(file.at(0).load()).rejects.toThrow(message)
    await expect(all(file.at(1))).rejects.toThrow(message)
    mode = 'right'
    // An error is not kept.
    expect(await file.at(0).get('0x' + '0'.repeat(40))).toBe(0)
  })

  test('that never answers is left by a signal', async () => {
    const file = await openNodes<number>(url)
    mode = 'silent'
    const signal = AbortSignal.timeout(30)
    await expect(file.at(0).load({ signal })).rejects.toThrow()
    expect(signal.aborted).toBe(true)
    const again = AbortSignal.timeout(30)
    await expect(openNodes(url, { signal: again })).rejects.toThrow()
  })
})
