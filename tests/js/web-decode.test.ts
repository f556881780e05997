// The page's own decoder of logs, held against viem.
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { encodeAbiParameters, encodeEventTopics } from 'viem'
import { sortitionAbi } from '../../js/sortition/index.js'
import { decodeLog, DecodeError, readArgs, roleOf, topicOf } from '../../js/web/decode.js'
import { InputError, readFiles } from '../../js/web/input.js'
import { decode, run, vectors } from './support/chain.js'

const file = (value: unknown, name = 'logs.json') => ({
  name,
  bytes: new TextEncoder().encode(JSON.stringify(value)),
})
/** Addresses in lower case, keys in one order, and a short text for a test to compare. */
function text(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(text).join('\n')}]`
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([name, each]) => `${name}: ${text(each)}`).join(', ')}}`
  }
  return typeof value === 'string' && value.startsWith('0x')
    ? value.toLowerCase()
    : typeof value === 'bigint'
      ? `${value}n`
      : JSON.stringify(value)
}

describe('logs', () => {
  test('topics are those that were published', () => {
    const { eventTopics } = vectors<{ eventTopics: Record<string, string> }>('sortition')
    const published = new Set(Object.values(eventTopics))
    for (const item of sortitionAbi)
      expect({ [item.name]: published.has(topicOf(item)) || item.name === 'BondOwnerSet' }).toEqual({
        [item.name]: true,
      })
  })

  test('the recorded run decodes as viem decodes it', () => {
    const { events, otherLogs, blockHashes } = readFiles([file(run)])
    expect(text(events)).toBe(text(decode()))
    expect(otherLogs).toBe(run.logs.length - events.length)
    expect(blockHashes.get(113)).toBe(run.requests[0]!.entropyBlockHash)
  })

  const word = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n })
  const address = fc
    .uint8Array({ minLength: 20, maxLength: 20 })
    .map((b) => `0x${Buffer.from(b).toString('hex')}`)
  const valueOf = (type: string): fc.Arbitrary<unknown> => {
    const array = /^(.*)\[(\d*)\]$/.exec(type)
    if (array) {
      const size = array[2] ? { minLength: Number(array[2]), maxLength: Number(array[2]) } : { maxLength: 5 }
      return fc.array(valueOf(array[1]!), size)
    }
    if (type === 'address') return address
    if (type === 'bool') return fc.boolean()
    if (type === 'bytes32') return word.map((n) => `0x${n.toString(16).padStart(64, '0')}`)
    if (type === 'uint32') return fc.nat()
    return type === 'int256' ? fc.bigInt({ min: -(2n ** 255n), max: 2n ** 255n - 1n }) : word
  }

  test('any arguments that viem encodes come back', () => {
    const events = sortitionAbi.map((item) =>
      fc
        .record(Object.fromEntries(item.inputs.map((input) => [input.name, valueOf(input.type)])))
        .map((args) => ({ item, args })),
    )
    fc.assert(
      fc.property(fc.oneof(...events), ({ item, args }) => {
        const topics = encodeEventTopics({ abi: [item], args } as never) as string[]
        const plain = item.inputs.filter((input) => !input.indexed)
        const data = encodeAbiParameters(plain as never, plain.map((input) => args[input.name]) as never)
        expect(roleOf({ topics, data })).toBeDefined()
        expect(text(decodeLog({ topics, data }))).toBe(text({ eventName: item.name, args }))
        // And cut short anywhere, it is refused, or it says the same: what follows the arrays may be missing.
        for (let end = 2; end < data.length; end += 64) {
          expect(() => decodeLog({ topics, data: data.slice(0, end) })).toThrow(DecodeError)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('values that do not fit their type are refused', () => {
    const submission = run.logs.find(
      (log) => log.topics[0] === topicOf(sortitionAbi.find((e) => e.name === 'TicketSubmitted')!),
    )!
    const added = run.logs.find(
      (log) => log.topics[0] === topicOf(sortitionAbi.find((e) => e.name === 'OperatorActivationChanged')!),
    )!
    const dirty = [...submission.topics] as string[]
    dirty[2] = `0x01${dirty[2]!.slice(4)}`
    expect(() => decodeLog({ ...submission, topics: dirty })).toThrow('TicketSubmitted.node is no address')
    expect(() => decodeLog({ ...added, data: `0x${'2'.padStart(64, '0')}` })).toThrow(
      'OperatorActivationChanged.active is no bool',
    )
    expect(() => decodeLog({ ...added, data: '0x12' })).toThrow(DecodeError)
    expect(() => decodeLog({ ...added, topics: added.topics.slice(0, 1) })).toThrow(
      'has 2 topics, this log has 1',
    )
    const finalized = topicOf(sortitionAbi.find((e) => e.name === 'SortitionCommitteeFinalized')!)
    const far = (2n ** 200n).toString(16).padStart(64, '0')
    expect(() => decodeLog({ topics: [finalized, `0x${'0'.repeat(64)}`], data: `0x${far}${far}` })).toThrow(
      'names a place beyond its data',
    )
  })

  test('arguments as text, as JSON has them', () => {
    const args = {
      e3Id: '0x10',
      node: '0xBcd4042DE499D14e55001CcbB24a551F3b954096',
      ticketId: 3,
      score: '18',
    }
    expect(readArgs('TicketSubmitted', args)).toEqual({
      e3Id: 16n,
      node: args.node.toLowerCase(),
      ticketId: 3n,
      score: 18n,
    })
    expect(() => readArgs('TicketSubmitted', { ...args, score: '1e9' })).toThrow(
      'TicketSubmitted.score must be a whole number',
    )
    expect(() => readArgs('TicketSubmitted', { ...args, ticketId: -1 })).toThrow(
      'TicketSubmitted.ticketId is no uint256',
    )
    expect(() => readArgs('TicketSubmitted', { ...args, node: '0x12' })).toThrow(
      'TicketSubmitted.node must be 0x and 40',
    )
    expect(() => readArgs('Transfer', {})).toThrow('Transfer is not an event of sortitionAbi')
  })
})

describe('files', () => {
  const events = decode()

  test('decoded events, bigints as text, in any order and in overlapping files', () => {
    const items = JSON.parse(
      JSON.stringify(events, (_, v: unknown) => (typeof v === 'bigint' ? `${v}` : v)),
    ) as unknown[]
    const read = readFiles([file(items.slice(30)), file(items.slice(0, 40).reverse())])
    expect(text(read.events)).toBe(text(events))
  })

  test('times from each log, from blocks in another file', () => {
    const times = new Map(run.blocks.map((b) => [b.number, b.timestamp]))
    const timed = run.logs.map((log) => ({
      ...log,
      blockTimestamp: `0x${times.get(Number(log.blockNumber))!.toString(16)}`,
    }))
    expect(text(readFiles([file(timed)]).events)).toBe(text(events))
    expect(
      text(
        readFiles([file({ jsonrpc: '2.0', id: 1, result: run.logs }), file(run.blocks, 'blocks.json')])
          .events,
      ),
    ).toBe(text(events))
  })

  test.each<[string, unknown, string]>([
    ['no JSON', undefined, 'logs.json is not JSON'],
    ['neither logs nor blocks', {}, 'logs.json has neither logs nor blocks'],
    ['no list', { logs: 7 }, 'must be lists'],
    ['something else in the list', [7], 'logs.json, entry 0 is not an object'],
    ['an unknown entry', [{ a: 1 }], 'logs.json, entry 0 is neither a log nor a block'],
    ['no times', run.logs, 'the time of block'],
    [
      'a log that is none',
      { ...run, logs: [{ ...run.logs.find((l) => l.topics[0].startsWith('0x52999628'))!, data: '0x00' }] },
      'is not a row of 32-byte words',
    ],
    [
      'times that disagree',
      { ...run, blocks: [...run.blocks, { number: 5, timestamp: 1 }] },
      'block 5 has the time 1 here',
    ],
    [
      'hashes that disagree',
      { ...run, blocks: [...run.blocks, { ...run.blocks[2], hash: `0x${'1'.repeat(64)}` }] },
      'another hash',
    ],
  ])('%s: refused, naming the place', (_, value, message) => {
    const bytes = value === undefined ? new TextEncoder().encode('[1,') : file(value).bytes
    expect(() => readFiles([{ name: 'logs.json', bytes }])).toThrow(InputError)
    expect(() => readFiles([{ name: 'logs.json', bytes }])).toThrow(message)
  })

  test('logs of two registries are not mixed, unless a file says which one is meant', () => {
    const other = run.logs.map((log) => ({
      ...log,
      address:
        log.address === run.contracts.ciphernodeRegistry.toLowerCase() ? `0x${'7'.repeat(40)}` : log.address,
    }))
    const mixed = [
      ...run.logs,
      ...other.map((log) => ({ ...log, logIndex: `0x${(Number(log.logIndex) + 1000).toString(16)}` })),
    ]
    expect(() => readFiles([file({ logs: mixed, blocks: run.blocks })])).toThrow(
      'from 2 contracts of one kind',
    )
    const { events: kept } = readFiles([
      file({
        logs: run.logs
          .concat(other as typeof run.logs)
          .filter(
            (log, i, all) =>
              all.indexOf(log) === i && (i < run.logs.length || log.address.startsWith('0x777')),
          )
          .map((log, i) =>
            i < run.logs.length ? log : { ...log, logIndex: `0x${(5000 + i).toString(16)}` },
          ),
        blocks: run.blocks,
        contracts: run.contracts,
      }),
    ])
    expect(text(kept)).toBe(text(events))
  })

  test('two logs at one place are refused', () => {
    const submission = run.logs.find((l) => l.topics[0].startsWith('0x52999628'))!
    const second = { ...submission, data: submission.data.replace(/..$/, '00') }
    expect(() => readFiles([file({ ...run, logs: [...run.logs, second] })])).toThrow(
      'there is another log at block',
    )
  })
})
