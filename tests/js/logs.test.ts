// The reader of logs: every form that it takes, and everything that it refuses.
import fc from 'fast-check'
import { type LogInput, LogError, LogReader, readLogs, type RegistryEvent } from 'hamt-wasm/sortition'
import { type JsonPath, JsonReader } from '../../js/sortition/json.js'
import { decode, type RawLog, run } from './support/chain.js'

const withText = (v: unknown) => JSON.stringify(v, (_, x: unknown) => (typeof x === 'bigint' ? `${x}` : x))
const input = (content: unknown, name = 'logs.json'): LogInput => ({
  name,
  content: typeof content === 'string' ? content : withText(content),
})
const read = (...contents: unknown[]) => readLogs(contents.map((content, i) => input(content, `${i}.json`)))

/** Events as text: addresses in lower case, members in one order, whose contract and transaction it is left out. */
function text(events: readonly RegistryEvent[]): string {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted)
    if (typeof value === 'bigint') return `${value}n`
    if (typeof value === 'string') return value.startsWith('0x') ? value.toLowerCase() : value
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([k, v]) => [k, sorted(v)]),
    )
  }
  return events
    .map(({ address: _, transactionHash: __, transactionIndex: ___, ...event }) =>
      JSON.stringify(sorted(event)),
    )
    .join('\n')
}
const events = decode()
const expected = text(events)
const times = new Map(run.blocks.map((b) => [b.number, b.timestamp]))
const timeOf = (log: { blockNumber: string }) => times.get(Number(log.blockNumber))!
const hexadecimal = (n: number) => `0x${n.toString(16)}`
const timed = run.logs.map((log) => ({ ...log, blockTimestamp: hexadecimal(timeOf(log)) }))
const { contracts } = run
const isOurs = (log: RawLog) =>
  events.some((e) => Number(e.blockNumber) === Number(log.blockNumber) && e.logIndex === Number(log.logIndex))
const ours = timed.filter(isOurs)
const decoded = JSON.parse(withText(events)) as {
  eventName: string
  args: Record<string, unknown>
  blockNumber: string
  logIndex: number
  timestamp: string
}[]
const submission = ours.find((log) => log.topics[0].startsWith('0x52999628'))!

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

describe('refused, with the place in the file', () => {
  const change = (member: object) => [...timed.filter((l) => l !== submission), { ...submission, ...member }]
  const at = ` entry ${timed.length - 1}`
  const cut = (data: string, from: number) => data.slice(0, from) + data.slice(from + 1)
  const position = decoded.findIndex((e) => e.eventName === 'BondOwnerSet')
  const owner = decoded[position]!
  const rawOwner = { ...ours[position]!, blockTimestamp: undefined }
  const registry = contracts.ciphernodeRegistry.toLowerCase()
  const ofAnother = timed
    .filter((log) => log.address === registry)
    .map((log) => ({
      ...log,
      address: `0x${'7'.repeat(40)}`,
      logIndex: hexadecimal(Number(log.logIndex) + 1000),
      transactionIndex: undefined,
    }))
  const later = { ...submission, logIndex: '0x0', transactionIndex: '0x1', transactionHash: undefined }
  const perTransaction = [later, { ...later, logIndex: '0x1', transactionIndex: '0x0' }]

  test.each<[string, unknown, string]>([
    ['no JSON', '[{"number":1,"timestamp":1},', 'it ends in the middle'],
    ['cut JSON', JSON.stringify(timed).slice(0, -5), 'it ends in the middle'],
    ['text', 'hello', 'it is not well-formed at byte 0'],
    ['nothing', '', 'it is empty'],
    ['white space', ' \n', 'it is empty'],
    ['UTF-16', '\ufffe', 'is not JSON'],
    ['text behind it', `${JSON.stringify(timed)} x`, 'it is not well-formed at byte'],
    ['a member said twice', `[{"blockNumber":1,"blockNumber":2}]`, 'entry 0 has two members of one name'],
    ['deep nesting', '['.repeat(1) + '{"a":'.repeat(200), 'nested more than 100 deep'],
    ['neither logs nor blocks', {}, 'has no logs, and no blocks'],
    ['no list', { logs: 7 }, 'logs must be a list, got 7'],
    ['something else in the list', [7], 'entry 0 is neither a log nor a block, but 7'],
    ['an unknown entry', [{ a: 1 }], 'entry 0 has no logs, and no blocks'],
    [
      'an error of the node',
      { jsonrpc: '2.0', id: 1, error: { code: -32005, message: 'more than 10000 \u001b[31m' } },
      'is an error, and not logs: "more than 10000 \\u001b[31m"',
    ],
    [
      'an error in a batch',
      [
        { id: 1, result: timed },
        { id: 2, error: { code: 1, message: 'no' } },
      ],
      'entry 1 is an error',
    ],
    [
      'an error of Etherscan',
      { status: '0', message: 'NOTOK', result: 'Max rate limit reached' },
      '"Max rate limit reached"',
    ],
    ['thresholds that are no object', { logs: timed, thresholds: [1] }, 'thresholds must be an object'],
    [
      'thresholds of no id',
      { logs: timed, thresholds: { x: [2, 3] } },
      'thresholds of x: it must be an e3Id',
    ],
    [
      'thresholds that are no pair',
      { logs: timed, thresholds: { 7: [2] } },
      'thresholds of 7 must be [H, N]',
    ],
    [
      'thresholds with a fraction',
      { logs: timed, thresholds: { 7: [2, 2.5] } },
      'thresholds of 7: N must be',
    ],
    [
      'two thresholds of one id',
      [
        { logs: timed, thresholds: { 7: [2, 3] } },
        { logs: [], thresholds: { '0x7': [2, 4] } },
      ],
      'thresholds of 0x7 are [2, 4], and elsewhere [2, 3]',
    ],
    ['no result', { jsonrpc: '2.0', id: 1, result: null }, 'has no result'],
    ['no times', run.logs, 'the time of block 8 is not known'],
    [
      'milliseconds',
      change({ blockTimestamp: timeOf(submission) * 1000 }),
      `${at}: blockTimestamp must be in seconds`,
    ],
    ['two times in one log', change({ timestamp: 5 }), `${at} has two times`],
    [
      'a digit missing in data',
      change({ data: cut(submission.data, 100) }),
      `${at}: data must be 0x and pairs`,
    ],
    [
      'two digits missing in data',
      change({ data: cut(cut(submission.data, 100), 100) }),
      'a multiple of 64 hexadecimal digits',
    ],
    [
      'a word missing in data',
      change({ data: submission.data.slice(0, -64) }),
      `${at}: the data of TicketSubmitted`,
    ],
    [
      'a word more in data',
      change({ data: `${submission.data}${'0'.repeat(64)}` }),
      `${at}: the data of TicketSubmitted must have 2 words`,
    ],
    [
      'a digit missing in a topic',
      change({ topics: [...submission.topics.slice(0, 2), cut(submission.topics[2]!, 40)] }),
      `${at}: topics[2] must be`,
    ],
    [
      'what is no address in a topic',
      change({ topics: [...submission.topics.slice(0, 2), `0x1${submission.topics[2]!.slice(3)}`] }),
      'TicketSubmitted.node is no address',
    ],
    [
      'a digit missing in an address',
      change({ address: cut(submission.address, 9) }),
      `${at}: address must be 0x and 40`,
    ],
    ['a digit missing in a hash', change({ blockHash: '0x12' }), `${at}: blockHash must be 0x and 64`],
    ['no address', change({ address: undefined }), `${at}: a raw log needs its address`],
    ['no position', change({ logIndex: undefined }), `${at}: logIndex must be a whole number`],
    ['a number that lost digits', change({ blockNumber: 2 ** 60 }), 'which JSON cannot hold exactly'],
    ['a fraction', change({ blockNumber: 1.5 }), 'blockNumber must be a whole number'],
    [
      'times that disagree',
      { ...run, blocks: [...run.blocks, { number: 5, timestamp: 1 }] },
      'block 5 has another time here',
    ],
    [
      'times that run backwards',
      { ...run, blocks: [...run.blocks, { number: 1000, timestamp: 1 }] },
      'and an earlier block',
    ],
    [
      'hashes that disagree',
      { ...run, blocks: [...run.blocks, { ...run.blocks[2], hash: `0x${'1'.repeat(64)}` }] },
      'block 2 has another hash here',
    ],
    [
      'a hash of two blocks',
      { ...run, blocks: [...run.blocks, { ...run.blocks.at(-1), number: 1000 }] },
      'has the hash of block 164',
    ],
    [
      'parents that are none',
      { ...run, blocks: run.blocks.map((b) => ({ ...b, parentHash: b.hash })) },
      'does not follow the block',
    ],
    [
      'orphaned log beside the real one',
      [...timed, { ...submission, data: submission.data.replace(/.$/, (d) => (d === '0' ? '1' : '0')) }],
      'there is another log at block',
    ],
    ['indices counted for each transaction', perTransaction, 'logIndex must count the logs of a block'],
    [
      'a transaction in two blocks',
      [
        ...timed,
        {
          ...submission,
          blockNumber: hexadecimal(5000),
          blockTimestamp: hexadecimal(4e9),
          blockHash: undefined,
        },
      ],
      'its transaction is in block',
    ],
    ['two registries', [...timed, ...ofAnother], '2 contracts emit events of ciphernodeRegistry'],
    [
      'wrong contracts',
      {
        ...run,
        contracts: {
          ciphernodeRegistry: `0x${'7'.repeat(40)}`,
          bondingRegistry: `0x${'8'.repeat(40)}`,
          interfold: `0x${'9'.repeat(40)}`,
        },
      },
      '0 of 234 logs are events of these contracts',
    ],
    [
      'one wrong contract',
      { ...run, contracts: { ...contracts, bondingRegistry: `0x${'8'.repeat(40)}` } },
      'no log is of the bondingRegistry',
    ],
    [
      'swapped contracts',
      {
        ...run,
        contracts: {
          ciphernodeRegistry: contracts.bondingRegistry,
          bondingRegistry: contracts.ciphernodeRegistry,
        },
      },
      'and the log is of bondingRegistry',
    ],
    [
      'one contract for two',
      { ...run, contracts: { ...contracts, bondingRegistry: contracts.ciphernodeRegistry } },
      'cannot be both',
    ],
    ['foreign logs only', timed.filter((l) => !isOurs(l)), 'logs are events of these contracts'],
    [
      'no events of these',
      [{ eventName: 'Transfer', args: {}, blockNumber: 1, logIndex: 0, timestamp: 1 }],
      '0 of 1 logs',
    ],
    ['an argument missing', [{ ...owner, args: {} }], 'entry 0: BondOwnerSet.operator must be 0x and 40'],
    [
      'decoded and raw parts that differ',
      [{ ...rawOwner, ...owner, args: { ...owner.args, bondOwner: `0x${'1'.repeat(40)}` } }],
      'BondOwnerSet.bondOwner is not the same in args as in topics and data',
    ],
    [
      'raw parts of another event',
      [{ ...ours[0], ...owner, timestamp: undefined }],
      'its topics are not those of BondOwnerSet',
    ],
  ])('%s', (_, content, message) => {
    const reading = () => readLogs([input(content)])
    expect(reading).toThrow(LogError)
    expect(reading).toThrow(message)
    // eslint-disable-next-line no-control-regex
    expect(() => reading()).not.toThrow(/[\0-\x1f\x7f-\x9f]/)
  })

  test('contracts that two files, or a file and the options, name differently', () => {
    const other = { contracts: { ciphernodeRegistry: `0x${'7'.repeat(40)}` } }
    expect(() => read(run, other)).toThrow(
      /the contract ciphernodeRegistry is 0x7+ in 1\.json: line 1, and 0x\w+ in 0\.json/,
    )
    expect(() => readLogs([input(run)], other)).toThrow('the options')
    expect(() => readLogs([input(run)], { contracts: { ciphernodeRegistry: '0x12' } })).toThrow(
      'must be an address',
    )
  })

  test('many different logs at one position: a bound, not a walk', () => {
    const many = Array.from({ length: 1000 }, (_, i) => ({
      ...submission,
      data: `0x${i.toString(16).padStart(128, '0')}`,
    }))
    expect(() => read(many)).toThrow('64 other logs at its position')
    const facts = Array.from({ length: 1000 }, (_, i) => ({ number: 1, timestamp: i }))
    expect(() => read({ blocks: facts })).toThrow('64 other ways')
  })
})

describe('JSON in pieces', () => {
  const lists = ['logs', 'result', 'blocks']
  const readAll = (bytes: Uint8Array, cuts: readonly number[]) => {
    const elements: [JsonPath, unknown][] = []
    const reader = new JsonReader(lists, (value, path) => elements.push([path, value]))
    let from = 0
    for (const cut of [...cuts].sort((a, b) => a - b)) {
      reader.write(bytes.slice(from, cut))
      from = cut
    }
    reader.write(bytes.slice(from))
    reader.end()
    return elements
  }
  /** What the reader should hand over, by JSON.parse. */
  const elementsOf = (document: unknown): unknown[] => {
    const out: unknown[] = []
    const visit = (value: unknown) => {
      if (value === null || typeof value !== 'object' || Array.isArray(value)) return out.push(value)
      const copy: Record<string, unknown> = { ...(value as object) }
      for (const [name, member] of Object.entries(copy)) {
        if (!lists.includes(name) || !Array.isArray(member)) continue
        member.forEach(visit)
        copy[name] = []
      }
      return out.push(copy)
    }
    if (Array.isArray(document)) document.forEach(visit)
    else visit(document)
    return out
  }
  const names = fc.constantFrom('logs', 'result', 'a', 'b"\\', 'blocks', '\u2028é😀')
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.jsonValue({ maxDepth: 2 }),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(names, tie('tree'), { maxKeys: 3 }),
    ),
  }))

  test('any documents, cut anywhere, with any white space, give what JSON.parse gives', () => {
    fc.assert(
      fc.property(
        fc.array(tree, { minLength: 1, maxLength: 3 }),
        fc.constantFrom(undefined, 1, '\t'),
        fc.array(fc.nat(), { maxLength: 8 }),
        (documents, indent, cuts) => {
          const clean = JSON.parse(JSON.stringify(documents)) as unknown[]
          const bytes = new TextEncoder().encode(clean.map((d) => JSON.stringify(d, null, indent)).join('\n'))
          const elements = readAll(
            bytes,
            cuts.map((cut) => cut % (bytes.length + 1)),
          )
          expect(elements.map(([, value]) => value)).toEqual(clean.flatMap(elementsOf))
        },
      ),
      { numRuns: 500 },
    )
  })

  test('one byte gone or changed: refused, or another document that JSON.parse takes too', () => {
    const bytes = new TextEncoder().encode(
      JSON.stringify({ id: 1, result: [{ a: [1, 'x'], b: null }, { logs: [true, -1.5e3] }], s: '\\"' }),
    )
    for (let i = 0; i < bytes.length; ++i) {
      for (const change of [[], [0x2c], [0x5d], [0x22], [0x7b], [0x30]]) {
        const other = new Uint8Array([...bytes.slice(0, i), ...change, ...bytes.slice(i + 1)])
        let parsed: unknown
        try {
          parsed = JSON.parse(new TextDecoder().decode(other))
        } catch {
          expect(() => readAll(other, [])).toThrow()
          continue
        }
        try {
          expect(readAll(other, []).map(([, value]) => value)).toEqual(elementsOf(parsed))
        } catch (e) {
          expect((e as Error).message).toMatch(/two members of one name/)
        }
      }
    }
  })

  test('endless input is refused in time', () => {
    const endless = (text: string, times: number) => () => {
      const reader = new JsonReader(lists, () => undefined)
      const chunk = new TextEncoder().encode(text.repeat(2 ** 16 / text.length))
      for (let i = 0; i < times; ++i) reader.write(chunk)
    }
    expect(endless('\0', 1)).toThrow('not well-formed at byte 0')
    expect(endless(' ', 40)).toThrow('mostly white space')
    expect(endless('[', 1)).toThrow('nested more than')
    expect(endless('"aaaaaaa', 300)).toThrow(/not well-formed|more than 16 MB/)
    expect(endless('1', 300)).toThrow('more than 16 MB')
  })

  test('documents larger than the longest string: memory holds an element at a time', () => {
    const reader = new LogReader()
    const stream = reader.open('large.json')
    const bytes = new TextEncoder().encode(`${JSON.stringify(decoded[0])},${' '.repeat(500_000)}`)
    stream.write(new TextEncoder().encode('['))
    for (let size = 0; size < 600e6; size += bytes.length) stream.write(bytes)
    stream.write(new TextEncoder().encode(`${JSON.stringify(decoded[1])}]`))
    stream.end()
    expect(reader.finish().events).toHaveLength(2)
  })
})
