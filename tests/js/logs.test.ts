// The reader of logs: every form that it takes, and removed logs.
import { readLogs } from 'hamt-wasm/sortition'
import { run } from './support/chain.js'
import {
  contracts,
  decoded,
  events,
  expected,
  hexadecimal,
  ours,
  read,
  submission,
  text,
  timed,
  withText,
} from './support/log-inputs.js'

describe('forms', () => {
  test('raw logs with blocks beside them, and what was passed over', () => {
    const logs = read(run)
    expect(text(logs.events)).toBe(expected)
    expect(logs.counts).toEqual({ logs: 234, events: 105, copies: 0, removed: 0, pending: 0, others: 129 })
    expect(logs.notes).toEqual(['129 of 234 logs were passed over, as of other contracts or other events'])
    expect(logs.blockHashes.get(113)).toBe(run.requests[0]!.entropyBlockHash)
    expect(logs.chainId).toBe(31337n)
    expect(logs.contracts.bondingRegistry).toEqual([contracts.bondingRegistry.toLowerCase()])
    expect(logs.latest).toEqual({ blockNumber: 164, timestamp: run.blocks.at(-1)!.timestamp })
  })

  const etherscan = ours.map((log) => ({
    address: log.address,
    topics: log.topics,
    data: log.data,
    blockNumber: log.blockNumber,
    timeStamp: log.blockTimestamp,
    gasPrice: '0x1',
    logIndex: Number(log.logIndex) === 0 ? '0x' : log.logIndex,
    transactionIndex: '0x',
  }))
  const block = (b: { number: number; hash: string; timestamp: number }) => ({
    number: hexadecimal(b.number),
    hash: b.hash,
    timestamp: hexadecimal(b.timestamp),
    transactions: [],
  })
  const answer = (id: number, result: unknown) => ({ jsonrpc: '2.0', id, result })
  const batch = [
    answer(1, run.logs.slice(0, 100)),
    answer(2, run.logs.slice(100)),
    ...run.blocks.map((b, i) => answer(3 + i, block(b))),
  ]
  const viem = ours.map((log, i) => ({
    ...log,
    ...decoded[i],
    timestamp: undefined,
    blockTimestamp: undefined,
  }))
  const upper = (value: string) => value.toUpperCase().replace('0X', '0x')
  const forms: [string, unknown[]][] = [
    ['each with its blockTimestamp', [timed]],
    ['blocks in another file', [run.logs, run.blocks]],
    ['the answer of a node, and blocks', [answer(1, run.logs), { blocks: run.blocks }]],
    ['a batch of answers', [batch]],
    ['answers, one a line', [batch.map((each) => JSON.stringify(each)).join('\n')]],
    [
      'logs, one a line, with empty lines and a byte order mark',
      ['\ufeff' + timed.map((log) => JSON.stringify(log)).join('\r\n\n')],
    ],
    [
      'subscriptions, one a line',
      [
        timed
          .map((log) =>
            JSON.stringify({
              jsonrpc: '2.0',
              method: 'eth_subscription',
              params: { subscription: '0x1', result: log },
            }),
          )
          .join('\n'),
      ],
    ],
    [
      'receipts',
      [
        answer(1, [
          { status: '0x1', logs: timed.slice(0, 9) },
          { status: '0x1', logs: timed.slice(9) },
        ]),
      ],
    ],
    ['Etherscan', [{ status: '1', message: 'OK', result: etherscan }]],
    ['decoded, in any order and twice', [decoded.slice(30), decoded.slice(0, 40).reverse()]],
    ['decoded by viem, with all of the raw log and blocks beside', [viem, { blocks: run.blocks }]],
    ['raw and decoded copies of one log', [decoded, timed]],
    [
      'upper-case digits',
      [
        timed.map((log) => ({
          ...log,
          address: upper(log.address),
          data: upper(log.data),
          topics: log.topics.map(upper),
        })),
        { contracts: { bondingRegistry: upper(contracts.bondingRegistry) } },
      ],
    ],
    [
      'numbers as numbers, decimal and hexadecimal text',
      [
        timed.map((log, i) => ({
          ...log,
          blockNumber: [
            Number(log.blockNumber),
            `${Number(log.blockNumber)}`,
            log.blockNumber.toUpperCase().replace('0X', '0x'),
          ][i % 3],
        })),
      ],
    ],
    ['in reverse', [[...timed].reverse()]],
    ['members whose names are escaped', [JSON.stringify({ lags: timed }).replace('lags', 'l\\u006fgs')]],
  ]
  test.each(forms)('%s', (_, contents) => {
    expect(text(read(...contents).events)).toBe(expected)
  })

  test('what is in memory already: viem’s own objects', () => {
    expect(text(readLogs([{ name: 'viem', content: events }]).events)).toBe(expected)
    expect(
      text(readLogs([{ name: 'bytes', content: new TextEncoder().encode(withText(timed)) }]).events),
    ).toBe(expected)
  })

  test('pending logs are skipped, and said', () => {
    const pending = {
      ...submission,
      blockNumber: null,
      blockHash: null,
      logIndex: null,
      transactionIndex: null,
    }
    const logs = read([...timed, pending])
    expect(text(logs.events)).toBe(expected)
    expect(logs.notes).toContain('1 of 235 logs was skipped as pending, in no block yet')
  })

  test('providers of random words are those that requests name, the controller the one of their ids', () => {
    const stranger = {
      ...timed.find((l) => l.topics[0].startsWith('0x8b56fae5'))!,
      address: `0x${'5'.repeat(40)}` as const,
      logIndex: '0x200' as const,
    }
    const logs = read([...timed, stranger])
    expect(logs.contracts.interfold).toEqual([contracts.interfold.toLowerCase()])
    expect(text(logs.events)).toBe(expected)
  })
})

describe('removed logs', () => {
  const target = ours.at(-1)!
  // All logs of its block leave with it.
  const rest = timed.filter((log) => log.blockNumber !== target.blockNumber)
  const earlier = decoded.filter((event) => Number(event.blockNumber) !== Number(target.blockNumber))
  const without = text(read(rest).events)
  const removed = { ...target, removed: true }

  test.each<[string, unknown[]]>([
    ['alone', [[...rest, removed]]],
    ['behind its copy', [[...rest, target, removed]]],
    ['before its copy', [[removed, ...rest, target]]],
    ['with several copies, in files of their own', [[removed], [target], rest, [target, target]]],
    ['decoded', [[...earlier, { ...decoded.at(-1), removed: true }, decoded.at(-1)]]],
  ])('%s: taken back, and said', (_, contents) => {
    const logs = read(...contents)
    expect(text(logs.events)).toBe(without)
    expect(logs.counts.removed).toBeGreaterThan(0)
    expect(logs.notes.join()).toMatch(/taken back, as removed from the chain/)
  })

  test('a log that stays where its block left, or a block that is listed and left: refused', () => {
    const [gone, stays] = timed.filter((log) => log.blockNumber === target.blockNumber)
    expect(() => read([...rest, stays, { ...gone, removed: true }])).toThrow(
      /of the same block was not: a block leaves with all its logs/,
    )
    const { blockHash: hash } = gone as unknown as { blockHash: string }
    const blocks = [{ number: target.blockNumber, hash, timestamp: target.blockTimestamp }]
    expect(() => read([...rest, { ...gone, removed: true }], { blocks })).toThrow(
      /was removed from the chain with its block, and .* has the block/,
    )
  })

  test('a reorganisation: the log of the other block counts', () => {
    const other = { ...target, blockHash: `0x${'7'.repeat(64)}` }
    const lone = [...rest.filter((log) => log.blockNumber !== target.blockNumber), target, removed, other]
    expect(text(read(lone).events)).toBe(
      text(read(lone.filter((log) => log !== target && log !== removed)).events),
    )
    // And the stale hash of the block, fetched before, is known for what it is.
    const stale = {
      blocks: [
        {
          number: target.blockNumber,
          hash: run.blocks[Number(target.blockNumber)]!.hash,
          timestamp: target.blockTimestamp,
        },
      ],
    }
    const withHash = { ...target, blockHash: stale.blocks[0]!.hash }
    expect(
      read([...lone.slice(0, -3), withHash, { ...withHash, removed: true }, other], stale).blockHashes.get(
        Number(target.blockNumber),
      ),
    ).toBe(other.blockHash)
  })

  test('contradictions are refused', () => {
    const withHash = { ...target, blockHash: `0x${'7'.repeat(64)}` }
    const { blockHash: _, ...withoutHash } = withHash
    expect(() => read([withoutHash, { ...withHash, removed: true }])).toThrow(
      'cannot be told without blockHash',
    )
    expect(() => read([{ ...target, removed: 'yes' }])).toThrow('removed must be true or false, got "yes"')
  })
})
