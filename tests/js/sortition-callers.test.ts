// What programs give in place of a registry, a draw, logs or options: named, by a TypeError of this package.
import {
  applyLogs,
  drawsIn,
  evidenceOf,
  explain,
  explainAt,
  judgeDraw,
  NodeRegistry,
  readLogs,
  verifyRequest,
} from 'hamt-wasm/sortition'
import { evidence } from './support/evidence.js'

const logs = readLogs([{ name: 'right', content: evidence('right.json') }])
const { registry } = applyLogs(NodeRegistry.empty(), logs)
const draw = drawsIn(logs).get(7n)!
const report = judgeDraw(registry, draw).report!
const gathered = evidenceOf(draw)
if (gathered.needed !== undefined) throw new Error(gathered.needed)
const operator = `0x${'01'.repeat(20)}` as const

describe.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['text', 'registry.hamt'],
  ['an object', {}],
  ['bytes', registry.serialize()],
  ['a proxy', new Proxy(registry, {})],
  ['an object of its prototype', Object.create(NodeRegistry.prototype)],
])('%s as a registry', (_, value) => {
  const none = value as NodeRegistry
  test.each<[string, () => unknown]>([
    ['judgeDraw', () => judgeDraw(none, draw)],
    ['verifyRequest', () => verifyRequest(none, gathered.evidence)],
    ['applyLogs', () => applyLogs(none, logs)],
    ['explain', () => explain(none, report, operator)],
    ['explainAt', () => explainAt(none, operator, 5n)],
  ])('%s', (_, call) => {
    expect(call).toThrow(TypeError)
    expect(call).toThrow(/^the registry must be a NodeRegistry, got /)
  })
})

test.each<[string, () => unknown, RegExp]>([
  [
    'a draw that is not there',
    () => judgeDraw(registry, drawsIn(logs).get(8n)!),
    /^the draw must be an object, got undefined$/,
  ],
  ['its evidence', () => evidenceOf(drawsIn(logs).get(8n)!), /^the draw must be an object, got undefined$/],
  ['logs', () => applyLogs(registry, null as never), /^the logs must be an object, got null$/],
  [
    'a report',
    () => explain(registry, undefined as never, operator),
    /^the report must be an object, got undefined$/,
  ],
  [
    'a threshold as text',
    () => judgeDraw(registry, draw, { threshold: '1,2' as never }),
    /^threshold must be \[H, N\], got '?"?1,2/,
  ],
  [
    'a hash as bytes',
    () => judgeDraw(registry, draw, { blockHash: new Uint8Array(32) as never }),
    /^blockHash must be text, .*, got /,
  ],
  [
    'a contract as a number',
    () =>
      judgeDraw(registry, draw, {
        vrf: { registry: 5 as never, chainId: 1n, randomWord: 1n, requestId: 1n },
      }),
    /^vrf\.registry must be text, .*, got 5$/,
  ],
])('%s', (_, call, message) => {
  expect(call).toThrow(TypeError)
  expect(call).toThrow(message)
})
