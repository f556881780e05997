// What callers say beside logs, registries that go on from part of the logs, and input in pieces.
import {
  applyLogs,
  drawsIn,
  judgeDraw,
  LogReader,
  NodeRegistry,
  readLogs,
  verifyRequest,
} from 'hamt-wasm/sortition'
import { evidence } from './support/evidence.js'
import { isOf, judge, type Log, open, word } from './support/altered-runs.js'

describe('what callers say, and the logs otherwise', () => {
  const live = open('chain-run-live')
  test.each<[string, string, object, RegExp]>([
    [
      'a chain',
      'chain-run-live',
      { chainId: 1n },
      /number of the chain was given as 1, and the logs say 31337/,
    ],
    [
      'a block hash',
      'chain-run-live',
      { blockHash: `0x${'1'.repeat(64)}` },
      /the seed follows from a random word/,
    ],
    [
      'a random word',
      'chain-run-live',
      {
        vrf: { randomWord: 5n, requestId: 1n, chainId: 31337n, registry: live.contracts.ciphernodeRegistry },
      },
      /random word was given as 5, and the logs say/,
    ],
    [
      'a policy, of capped requests',
      'chain-run-live',
      { policy: 'uncapped' },
      /the policy was given as uncapped, and the logs say owner-cap/,
    ],
    [
      'a policy, of uncapped requests',
      'chain-run',
      { policy: 'owner-cap' },
      /the policy was given as owner-cap, and the logs say uncapped/,
    ],
    [
      'a random word, of a request that draws on a block hash',
      'chain-run',
      {
        vrf: { randomWord: 5n, requestId: 1n, chainId: 31337n, registry: live.contracts.ciphernodeRegistry },
      },
      /a random word was given, and the seed follows from the hash of block \d+/,
    ],
    ['a threshold', 'chain-run', { threshold: [2, 4] }, /threshold was given as 2,4, and the logs say 2,3/],
  ])('%s', (_, name, options, says) => {
    for (const { status, sentence } of judge(open(name), options)) {
      expect(sentence).toMatch(says)
      expect(status).toBe('cannot be judged')
    }
  })

  test('times that a program gives, and the registry has otherwise: not decided', () => {
    const run = open('chain-run')
    const read = readLogs([{ name: 'run', content: run }])
    const { registry } = applyLogs(NodeRegistry.empty(), read)
    const [draw] = drawsIn(read).values()
    const named = (name: string) => draw!.events.filter(({ eventName }) => eventName === name)
    const blockHash = run.requests[0]!.entropyBlockHash!
    const [end] = named('SortitionCommitteeFinalized')
    const verify = (finalized: object) =>
      verifyRequest(registry, {
        request: draw!.request as never,
        submissions: named('TicketSubmitted') as never,
        finalized: finalized as never,
        blockHash,
      })
    expect(verify(end!)).toMatchObject({ verdict: 'right', notes: [] })
    const late = verify({ ...end!, timestamp: end!.timestamp + 10n ** 9n })
    expect(late).toMatchObject({ verdict: 'undecided', ok: true })
    expect(late.notes.join()).toMatch(/finalized at .*: its time is \d+, and that of block \d+ is \d+/)
    const { timestamp: _, ...untimed } = end!
    expect(verify(untimed).notes.join()).toMatch(/the result came without the position and the time/)
  })
})

describe('a registry that goes on', () => {
  const run = open('chain-run')
  const part = (of: (block: number) => boolean) =>
    readLogs([
      {
        name: 'run',
        content: { ...run, requests: [], logs: run.logs.filter((l) => of(Number(l.blockNumber))) },
      },
    ])
  const resumed = (registry: NodeRegistry, from: number) =>
    applyLogs(
      NodeRegistry.deserialize(registry.serialize()),
      part((block) => block > from),
    )
  const { registry } = applyLogs(
    NodeRegistry.empty(),
    part((block) => block <= 100),
  )

  test('what its file does not keep is not compared, and said', () => {
    const uncompared =
      'a registry does not keep slots of operators: what it had and the logs say was not compared'
    expect(resumed(registry, 100).notes).toContain(uncompared)
    const before = applyLogs(
      NodeRegistry.empty(),
      part((block) => block <= 17),
    ).registry
    expect(resumed(before, 17).notes.join()).toMatch(
      /a registry does not keep versions of the assets: what it had/,
    )
  })
  test('beside all logs everything is compared', () => {
    expect(resumed(registry, 0).notes.join()).not.toMatch(/does not keep/)
  })
  test('an owner of zeros is none', () => {
    const live = open('chain-run-live')
    const winner = live.requests[0]!.finalized!.committee[0]!.toLowerCase()
    const log = live.logs.find(
      (each) => isOf('BondOwnerSet')(each) && BigInt(each.topics[1]!) === BigInt(winner),
    )!
    log.topics[2] = `0x${word(0)}`
    expect(judge(live)[0]).toMatchObject({ status: 'wrong' })
  })
  test('capped requests without any admission: said', () => {
    const live = open('chain-run-live')
    const isAdmission = (log: Log) => isOf('AdmissionStarted')(log) || isOf('AdmissionPolicyUpdated')(log)
    live.logs = live.logs.filter((log) => !isAdmission(log))
    expect(judge(live)[0]).toMatchObject({
      status: 'right',
      notes: [expect.stringMatching(/^no admission is in the registry/)],
    })
  })
  test('a word without its contract: said', () => {
    const content = open('chain-run-live')
    const logs = readLogs([{ name: 'run', content }])
    const events = logs.events.map((event) =>
      event.eventName === 'RandomnessFulfilled' ? { ...event, address: undefined as never } : event,
    )
    const applied = applyLogs(NodeRegistry.empty(), logs).registry
    const [draw] = drawsIn({ ...logs, events }).values()
    const { notes } = judgeDraw(applied, draw!, { threshold: content.requests[0]!.threshold })
    expect(notes.join()).toMatch(/the fulfilment came without its contract/)
  })
})

describe('input that has no end, or comes in pieces', () => {
  test.each(['logs', 'result'])('lists in lists of %s are nested, too: 100 deep at most', (name) => {
    const text = `{"${name}":[`.repeat(100_000)
    const stream = new LogReader().open('deep.json')
    expect(() => stream.write(new TextEncoder().encode(text))).toThrow(/nested more than 100 deep/)
  })
  test('a byte order mark, whole, byte by byte, and cut', () => {
    const bytes = new Uint8Array([0xef, 0xbb, 0xbf, ...evidence('right.json')])
    const whole = readLogs([{ name: 'whole', content: bytes }])
    const reader = new LogReader()
    const stream = reader.open('pieces')
    for (const byte of bytes) stream.write(new Uint8Array([byte]))
    stream.end()
    expect(reader.finish().events).toEqual(whole.events)
    const cut = new LogReader().open('cut')
    cut.write(bytes.slice(0, 2))
    expect(() => cut.end()).toThrow(/ends in the middle/)
    expect(() => new LogReader().open('other').write(new Uint8Array([0xef, 0x41]))).toThrow(
      /not well-formed at byte 1/,
    )
  })
  test('logs beside a status that says that they are not all, parsed, as text, in any order of members', () => {
    const { logs, blocks } = open('chain-run')
    const [status, message] = ['0', 'Query Timeout occured']
    for (const answer of [
      { status, message, result: logs },
      { result: logs, message, status },
    ])
      for (const content of [
        [answer, { blocks, logs: [] }],
        JSON.stringify(answer),
        JSON.stringify([answer]),
      ])
        expect(() => readLogs([{ name: 'a', content }])).toThrow(
          /has logs, and the status "0": "Query Timeout occured"/,
        )
    const receipt = JSON.stringify({ status: '0x0', logs })
    expect(() => readLogs([{ name: 'a', content: receipt }])).toThrow(
      /has logs, and the status "0x0": "failed"/,
    )
    const none = JSON.stringify({ status: '0', message: 'No records found', result: [] })
    expect(readLogs([{ name: 'a', content: none }]).events).toEqual([])
  })
})
