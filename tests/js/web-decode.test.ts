// The page's reader of files.
import { describe, expect, test } from '@jest/globals'
import '../../js/index.js'
import { InputError, readFiles } from '../../js/web/input.js'
import { decode, run } from './support/chain.js'

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
      'multiple of 64 hexadecimal digits',
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
