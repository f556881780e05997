// Logs made to cost more than they should, or to be read in one form and refused in another.
import { jest } from '@jest/globals'
import {
  applyLogs,
  drawsIn,
  judgeDraw,
  LogError,
  LogReader,
  NodeRegistry,
  readLogs,
  verifyRequest,
} from 'hamt-wasm/sortition'
import { JsonReader } from '../../js/sortition/json.js'
import { evidence } from './support/evidence.js'

afterEach(() => void jest.restoreAllMocks())

const right = JSON.parse(new TextDecoder().decode(evidence('right.json'))) as {
  logs: object[]
  blocks: object[]
}
const bytesOf = (content: unknown) => new TextEncoder().encode(JSON.stringify(content))
const addressOf = (n: number) => `0x${n.toString(16).padStart(40, '0')}`

describe('an answer that says that it failed, and has logs: refused however it comes', () => {
  const { logs } = right
  const forms: [string, object][] = [
    ['Etherscan', { status: '0', message: 'Result window is too large', result: logs }],
    ['Etherscan, the status last', { result: logs, message: 'NOTOK', status: '0' }],
    ['a receipt', { status: '0x0', logs }],
    ['a receipt in an answer', { jsonrpc: '2.0', id: 1, result: { status: '0x0', logs } }],
    ['a number', { logs, status: 0 }],
  ]
  test.each(forms)('%s', (_, form) => {
    const refused = /has logs, and the status/
    for (const content of [form, [form]]) {
      expect(() => readLogs([{ name: 'f', content }])).toThrow(refused)
      expect(() => readLogs([{ name: 'f', content: JSON.stringify(content) }])).toThrow(refused)
      const bytes = bytesOf(content)
      expect(() => {
        const stream = new LogReader().open('f')
        for (let at = 0; at < bytes.length; at += 7) stream.write(bytes.slice(at, at + 7))
        stream.end()
      }).toThrow(refused)
    }
  })

  test('without logs it is no error: nothing was found', () => {
    const none = { status: '0', message: 'No records found', result: [] }
    for (const content of [none, JSON.stringify(none)])
      expect(readLogs([{ name: 'f', content }]).events).toEqual([])
  })
})

describe('values that are large without being logs', () => {
  const reading = (text: string) => () => {
    const reader = new JsonReader(['logs'], () => undefined)
    reader.write(new TextEncoder().encode(text))
    reader.end()
  }
  test.each(['{}', '[]', '0', '"a"', '{"a":1}'])('many of %s: refused before they are made', (value) => {
    const parse = jest.spyOn(JSON, 'parse')
    const many = new Array<string>(2 ** 20 + 2).fill(value).join()
    for (const text of [`[{"topics":[],"x":[${many}]}]`, `[[${many}]]`])
      expect(reading(text)).toThrow(/an element of more than 1048576 values ends behind byte \d+/)
    expect(parse).not.toHaveBeenCalled()
    // Each of them an element of its own: any number of them.
    expect(reading(`{"logs":[${many}]}`)).not.toThrow()
  })

  test('text has no values: it may be as long as an element', () => {
    expect(reading(`["${'[,{'.repeat(2 ** 20)}"]`)).not.toThrow()
  })

  test('parsed values: nested as deep as text may be, and no deeper', () => {
    const nested = (depth: number, wrap: (inner: object) => object) => {
      let value: object = { logs: [] }
      for (let i = 0; i < depth; ++i) value = wrap(value)
      return value
    }
    const wraps: ((inner: object) => object)[] = [
      (inner) => ({ result: inner }),
      (inner) => ({ logs: [inner] }),
      (inner) => ({ method: 'eth_subscription', params: { result: inner } }),
    ]
    for (const wrap of wraps) {
      expect(() => readLogs([{ name: 'f', content: nested(50, wrap) }])).not.toThrow()
      for (const depth of [100, 1e5]) {
        const content = nested(depth, wrap)
        expect(() => readLogs([{ name: 'f', content }])).toThrow(LogError)
        expect(() => readLogs([{ name: 'f', content: [content] }])).toThrow(/nested more than 100 deep/)
      }
    }
    const cyclic: { logs: object[]; result?: object } = { logs: [] }
    cyclic.logs.push(cyclic)
    cyclic.result = cyclic
    expect(() => readLogs([{ name: 'f', content: cyclic }])).toThrow(/nested more than 100 deep/)
    expect(readLogs([{ name: 'f', content: right }]).events.length).toBeGreaterThan(0)
  })
})

describe('cost is linear in the logs', () => {
  const owners = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      eventName: 'BondOwnerSet',
      args: { operator: addressOf(1e6 + 2 * i), bondOwner: addressOf(1e6 + 2 * i + 1) },
      address: addressOf(6),
      blockNumber: i + 1,
      logIndex: 0,
      timestamp: 1000 + i,
    }))

  test('operators that come one by one: elements that are copied', () => {
    const copied = (count: number) => {
      const logs = readLogs([{ name: 'f', content: owners(count) }])
      let sum = 0
      const { set } = Int32Array.prototype
      const spy = jest.spyOn(Object.getPrototypeOf(Int32Array.prototype) as Int32Array, 'set')
      spy.mockImplementation(function (this: Int32Array, from: ArrayLike<number>, at?: number) {
        sum += from.length
        set.call(this, from, at)
      })
      applyLogs(NodeRegistry.empty(), logs)
      spy.mockRestore()
      return sum
    }
    const [few, many] = [copied(500), copied(4000)]
    expect(few).toBeGreaterThan(0)
    expect(many / few).toBeLessThan(16)
  })

  test('many versions of a log at one position: texts that are made', () => {
    const made = (positions: number, versions: number) => {
      const logs = Array.from({ length: positions * versions }, (_, i) => ({
        eventName: 'BondOwnerSet',
        args: { operator: addressOf(1), bondOwner: addressOf(2 + (i % versions)) },
        address: addressOf(6),
        blockNumber: Math.floor(i / versions),
        logIndex: 0,
        timestamp: 1000,
        removed: true,
      }))
      const spy = jest.spyOn(JSON, 'stringify')
      readLogs([{ name: 'f', content: logs }])
      const { length } = spy.mock.calls
      spy.mockRestore()
      return length / logs.length
    }
    expect(made(3, 64)).toBeLessThanOrEqual(1)
    expect(made(3, 8)).toBeLessThanOrEqual(1)
  })

  test('a verdict without the ideal committee makes no map of the operators', () => {
    const logs = readLogs([{ name: 'f', content: right }])
    const { registry } = applyLogs(NodeRegistry.empty(), logs)
    const maps = (['at', 'eligible'] as const).map((name) => jest.spyOn(NodeRegistry.prototype, name))
    const [draw] = drawsIn(logs).values()
    expect(judgeDraw(registry, draw!, { limit: 0 }).status).toBe('right')
    for (const map of maps) expect(map).not.toHaveBeenCalled()
  })
})

describe('what is said beside a random word that was asked for, and is of another seed: refused', () => {
  const position = { blockNumber: 9n, logIndex: 0, timestamp: 900n }
  const provider = addressOf(5) as `0x${string}`
  const args = { e3Id: 7n, requestId: 3n, provider, randomnessDeadline: 950n }
  const given = { request: {}, randomness: { args, ...position }, submissions: [] }
  test.each<[string, object, RegExp]>([
    ['a block hash', { blockHash: `0x${'12'.repeat(32)}` }, /blockHash is given beside randomness/],
    ['a block hash that is none', { blockHash: 5 }, /blockHash is given beside randomness/],
    ['a word of another request', { vrf: { chainId: 1n, requestId: 4n } }, /vrf.requestId is 4n, .* is 3n/],
  ])('%s', (_, also, message) => {
    expect(() => verifyRequest(NodeRegistry.empty(), { ...given, ...also } as never)).toThrow(message)
    expect(() => verifyRequest(NodeRegistry.empty(), { ...given, ...also } as never)).toThrow(RangeError)
  })
  test('the same request is no contradiction', () => {
    const vrf = { chainId: 1n, requestId: 3n }
    expect(verifyRequest(NodeRegistry.empty(), { ...given, vrf }).kind).toBe('B')
  })
})
