// What the reader of logs refuses, with the position in the file.
import { LogError, readLogs } from 'hamt-wasm/sortition'
import { run } from './support/chain.js'
import {
  contracts,
  decoded,
  hexadecimal,
  input,
  isOurs,
  ours,
  read,
  submission,
  timeOf,
  timed,
} from './support/log-inputs.js'

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
  ['thresholds of no id', { logs: timed, thresholds: { x: [2, 3] } }, 'thresholds of x: it must be an e3Id'],
  ['thresholds that are no pair', { logs: timed, thresholds: { 7: [2] } }, 'thresholds of 7 must be [H, N]'],
  ['thresholds with a fraction', { logs: timed, thresholds: { 7: [2, 2.5] } }, 'thresholds of 7: N must be'],
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
  [
    'the first milliseconds',
    change({ blockTimestamp: 100_000_000_000 }),
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
