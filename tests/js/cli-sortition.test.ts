// Commands for the draw of committees, as programs, on the recorded run.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { applyLogs, NodeRegistry, readLogs, type Address } from 'hamt-wasm/sortition'
import { decode, run as chain } from './support/chain.js'
import {
  dir,
  expectUnusable,
  file,
  hamtWasm,
  jsonWithText,
  type Outcome,
  recorded,
} from './support/command-line.js'

const events = decode()
const e3 = chain.requests.map((r) => r.e3Id)
const bytes = NodeRegistry.empty().applyAll(events).serialize()
/** A file says the chain and the contracts that its logs say. */
const bytesOf = (content: unknown) =>
  applyLogs(NodeRegistry.empty(), readLogs([{ name: 'logs', content }])).registry.serialize()
const ofContracts = bytesOf(jsonWithText(events))
const read = (name: string) => new Uint8Array(readFileSync(join(dir, name)))
const ofRequest = (i: number) => ['--registry', 'registry.hamt', '--logs', recorded, '--e3', e3[i]!]
beforeAll(() => {
  file('registry.hamt', bytes)
  file('decoded.json', jsonWithText(events))
})

test('replay: raw logs and decoded events give the library’s bytes', () => {
  const { status, out } = hamtWasm(['sortition', 'replay', '--logs', recorded, '--out', 'raw.hamt'])
  expect(status).toBe(0)
  expect(out).toMatch(/105 events replayed; 11 operators, \d+ versions/)
  expect(read('raw.hamt')).toEqual(bytesOf(chain))
  expect(hamtWasm(['sortition', 'replay', '--logs', 'decoded.json', '--out', 'decoded.hamt']).status).toBe(0)
  expect(read('decoded.hamt')).toEqual(ofContracts)
})

test('replay resumes, in pieces, overlapping or out of order, and from standard input', () => {
  const pieces: [number, number][] = [
    [0, 20],
    [10, 40],
    [40, 41],
    [30, events.length],
  ]
  for (const [from, to] of pieces) {
    const piece = jsonWithText(events.slice(from, to).reverse())
    expect(hamtWasm(['sortition', 'replay', '--logs', '-', '--out', 'pieces.hamt'], piece).status).toBe(0)
  }
  expect(read('pieces.hamt')).toEqual(ofContracts)
  file('first.json', jsonWithText(events.slice(0, 50)))
  file('second.json', jsonWithText(events.slice(45)))
  expect(
    hamtWasm(['sortition', 'replay', '--logs', 'second.json', '--logs', 'first.json', '--out', 'two.hamt'])
      .status,
  ).toBe(0)
  expect(read('two.hamt')).toEqual(ofContracts)
  const again = hamtWasm(['sortition', 'replay', '--logs', recorded, '--out', 'two.hamt', '--json'])
  expect(JSON.parse(again.out)).toMatchObject({
    applied: 0,
    known: events.length,
    changes: 69,
    operators: 11,
  })
  expect(read('two.hamt')).toEqual(bytesOf(chain))
})

test('logs as a node answers them: with blockTimestamp, or as the result of a call, without contracts', () => {
  const times = new Map(chain.blocks.map((b) => [b.number, b.timestamp]))
  const logs = chain.logs.map((log) => ({
    ...log,
    blockTimestamp: `0x${times.get(Number(log.blockNumber))!.toString(16)}`,
  }))
  file('result.json', JSON.stringify({ jsonrpc: '2.0', id: 1, result: logs }))
  expect(hamtWasm(['sortition', 'replay', '--logs', 'result.json', '--out', 'result.hamt'])).toMatchObject({
    status: 0,
    err: '',
  })
  expect(read('result.hamt')).toEqual(ofContracts)
  const stranger = { address: `0x${'1'.repeat(40)}`, transactionHash: undefined }
  const shifted = (index: string) => `0x${(Number(index) + 1000).toString(16)}`
  const twice = [
    ...logs,
    ...logs.map((log) => ({ ...log, ...stranger, logIndex: shifted(log.logIndex) })),
  ].map(({ transactionIndex: _, ...log }: Record<string, unknown>) => log)
  file('twice.json', JSON.stringify(twice))
  expectUnusable(
    hamtWasm(['sortition', 'replay', '--logs', 'twice.json', '--out', 'x.hamt']),
    /2 contracts emit events of ciphernodeRegistry .*name the one that is meant/,
  )
  const { ciphernodeRegistry, bondingRegistry } = chain.contracts
  const chosen = ['--ciphernode-registry', ciphernodeRegistry, '--bonding-registry', bondingRegistry]
  expect(
    hamtWasm(['sortition', 'replay', '--logs', 'twice.json', '--out', 'chosen.hamt', ...chosen]).status,
  ).toBe(0)
  expect(read('chosen.hamt')).toEqual(ofContracts)
})

test('unusable logs', () => {
  const replay = (content: string, out = 'x.hamt') =>
    hamtWasm(['sortition', 'replay', '--logs', file('logs.json', content), '--out', out])
  expectUnusable(replay('{'), /logs\.json is not JSON/)
  expectUnusable(replay('{}'), /no logs/)
  expectUnusable(replay('[5]'), /entry 0 is neither a log nor a block, but 5/)
  expectUnusable(replay('[{"eventName":"Transfer"}]'), /blockNumber must be a whole number/)
  expectUnusable(replay(JSON.stringify(chain.logs)), /the time of block 8 is not known/)
  expectUnusable(
    replay(jsonWithText([{ ...events[0], blockNumber: 'x' }])),
    /entry 0: blockNumber must be a whole number .*, got "x"/,
  )
  expectUnusable(replay(jsonWithText([{ ...events[0], blockNumber: 2 ** 60 }])), /cannot hold exactly/)
  expectUnusable(
    replay(
      jsonWithText([
        { ...events.find((e) => e.eventName === 'EligibilityConfigurationVersionUpdated'), args: {} },
      ]),
    ),
    /EligibilityConfigurationVersionUpdated.version must be/,
  )
  const cut = chain.logs.map((log) => ({ ...log, data: log.data.slice(0, 10) }))
  expectUnusable(replay(JSON.stringify({ ...chain, logs: cut })), /must be 0x and/)
  expectUnusable(
    hamtWasm(['sortition', 'replay', '--logs', 'decoded.json', '--out', 'no/such/dir.hamt']),
    /cannot write/,
  )
  file('text.hamt', 'hello')
  expectUnusable(
    hamtWasm(['sortition', 'replay', '--logs', 'decoded.json', '--out', 'text.hamt']),
    /text\.hamt: /,
  )
  expect(readFileSync(join(dir, 'text.hamt'), 'utf8')).toBe('hello')
})

test.each([0, 1])('verify: recorded request %i is right', (i) => {
  const { status, out, err } = hamtWasm(['sortition', 'verify', ...ofRequest(i)])
  expect(err).toBe('')
  expect(out).toContain('Right: the draw follows the rule.')
  expect(status).toBe(0)
  const json = JSON.parse(hamtWasm(['sortition', 'verify', ...ofRequest(i), '--json']).out) as {
    ok: boolean
    seed: string
    committee: { node: string }[]
  }
  expect(json.ok).toBe(true)
  expect(BigInt(json.seed)).toBe(BigInt(chain.requests[i]!.sortitionSeed))
  expect(json.committee.map((c) => c.node)).toEqual(
    chain.requests[i]!.finalized.committee.map((a) => a.toLowerCase()),
  )
})

test('verify without a registry replays the logs; decoded events need a seed', () => {
  expect(
    hamtWasm(['sortition', 'verify', '--logs', recorded, '--e3', BigInt(e3[0]!).toString()]).status,
  ).toBe(0)
  expect(hamtWasm(['sortition', 'verify', '--logs', 'decoded.json', '--e3', e3[0]!])).toMatchObject({
    status: 3,
    out: expect.stringMatching(
      /\nNot decided: the hash of block 113, from which the seed follows, is not in the logs.*\nGive --block-hash, or/,
    ),
  })
  const { sortitionSeed, entropyBlockHash } = chain.requests[0]!
  const withDecoded = ['sortition', 'verify', '--logs', 'decoded.json', '--e3', e3[0]!]
  expect(hamtWasm([...withDecoded, '--seed', sortitionSeed])).toMatchObject({
    status: 3,
    out: expect.stringContaining('the hash of block 113 is not given: whether the seed follows from it was'),
  })
  expect(hamtWasm([...withDecoded, '--block-hash', entropyBlockHash]).status).toBe(0)
  expectUnusable(
    hamtWasm([...withDecoded, '--seed', sortitionSeed, '--block-hash', `0x${'1'.repeat(64)}`]),
    /Cannot be judged: the seed was given as 0x[0-9a-f]{64}, and 0x[0-9a-f]{64} follows/,
  )
  const vrf = [
    '--random-word',
    '5',
    '--request-id',
    '6',
    '--chain-id',
    '1',
    '--registry-address',
    chain.contracts.ciphernodeRegistry,
  ]
  expectUnusable(
    hamtWasm([...withDecoded, ...vrf]),
    /Cannot be judged: a random word was given, and the seed follows from the hash of block 113/,
  )
  expectUnusable(hamtWasm([...withDecoded, '--random-word', '5']), /needs --request-id/)
})

test('verify: a wrong draw exits 1 and names what is wrong', () => {
  const tampered = structuredClone(events)
  const finalized = tampered.find((e) => e.eventName === 'SortitionCommitteeFinalized')!.args as {
    committee: Address[]
  }
  finalized.committee = [finalized.committee[1]!, finalized.committee[0]!, finalized.committee[2]!]
  file('tampered.json', jsonWithText(tampered))
  const outcome = hamtWasm([
    'sortition',
    'verify',
    '--registry',
    'registry.hamt',
    '--logs',
    'tampered.json',
    '--e3',
    e3[0]!,
    '--seed',
    chain.requests[0]!.sortitionSeed,
  ])
  expect(outcome.status).toBe(1)
  expect(outcome.out).toMatch(/^Wrong: the committee is in the wrong order\.$/m)
  expect(outcome.out).toMatch(/wrong-order: the committee is not in order of address/)
})

test('verify: unusable input', () => {
  expectUnusable(
    hamtWasm(['sortition', 'verify', '--registry', 'registry.hamt', '--logs', recorded, '--e3', '7']),
    /no request of e3Id 7/,
  )
  expectUnusable(
    hamtWasm(['sortition', 'verify', '--registry', 'registry.hamt', '--logs', recorded, '--e3', 'x']),
    /--e3 must be a whole number from 0 on, got "x"/,
  )
  expectUnusable(
    hamtWasm(['sortition', 'verify', '--registry', 'decoded.json', '--logs', recorded, '--e3', e3[0]!]),
    /decoded\.json: /,
  )
  expectUnusable(
    hamtWasm(['sortition', 'verify', ...ofRequest(0), '--policy', 'fair']),
    /--policy must be uncapped or owner-cap, got 'fair'/,
  )
  expectUnusable(
    hamtWasm(['sortition', 'verify', ...ofRequest(0), '--block-hash', '0x12']),
    /--block-hash must be 32 bytes/,
  )
  expectUnusable(
    hamtWasm(['sortition', 'verify', ...ofRequest(0), '--ciphernode-registry', '0x12']),
    /--ciphernode-registry must be an address/,
  )
})

test('committee: of a request, and at any second', () => {
  const { status, out } = hamtWasm(['sortition', 'committee', ...ofRequest(0)])
  expect(status).toBe(0)
  for (const node of chain.requests[0]!.finalized.committee) expect(out).toContain(node.toLowerCase())
  const r = chain.requests[0]!
  const any = [
    'sortition',
    'committee',
    '--registry',
    'registry.hamt',
    '--e3',
    r.e3Id,
    '--seed',
    r.sortitionSeed,
  ]
  const numbers = ['--at', `${r.requestBlock - 1}`, '--size', '3', '--price', r.ticketPrice]
  const ideal = (o: Outcome) => (JSON.parse(o.out) as { ideal: unknown[] }).ideal
  expect(ideal(hamtWasm([...any, ...numbers, '--json']))).toEqual(
    ideal(hamtWasm(['sortition', 'committee', ...ofRequest(0), '--json'])),
  )
  expect(hamtWasm([...any, '--at', '5', '--size', '3', '--price', '1']).out).toContain('3 seats stay empty')
  expectUnusable(hamtWasm(any), /needs --at, or the request among --logs/)
  expectUnusable(
    hamtWasm(['sortition', 'committee', ...ofRequest(0), '--size', '9']),
    /--size is of a committee at any second, and --logs of a request/,
  )
  expectUnusable(hamtWasm([...any, '--at', '5', '--size', '-3', '--price', '1']), /--size|size must be/)
})

test('explain', () => {
  const explain = (operator: string) =>
    hamtWasm(['sortition', 'explain', ...ofRequest(0), '--operator', operator])
  expect(explain(chain.requests[0]!.finalized.committee[1]!)).toMatchObject({
    status: 0,
    out: expect.stringContaining('Selected with ticket 25, as party 1.'),
  })
  expect(explain(chain.requests[0]!.submissions[0]!.node).out).toMatch(
    /rank +\d+ of 9 eligible[\s\S]*last seat[\s\S]*Not selected: ticket 2 scored above the last seat\./,
  )
  expect(explain(`0x${'f'.repeat(40)}`).out).toMatch(/no operator of that address was known/)
  expectUnusable(explain('op3'), /--operator must be an address, got 'op3'/)
})

/** `explain --at` on the registry. */
const standing = (operator: string, at: string, ...more: string[]) =>
  hamtWasm([
    'sortition',
    'explain',
    '--registry',
    'registry.hamt',
    '--operator',
    operator,
    '--at',
    at,
    ...more,
  ])

test('explain --at: any second, as a number or a date', () => {
  const { stateChecks } = chain
  const price = chain.requests[0]!.ticketPrice
  const some = stateChecks.filter((_, i) => i % 8 === 0)
  for (const { operator, timepoint, active, ticketBalance } of some) {
    const tickets = BigInt(ticketBalance) / BigInt(price)
    const { out, status } = standing(operator, `${timepoint}`, '--price', price, '--json')
    expect(status).toBe(0)
    const said = JSON.parse(out) as {
      eligible: boolean
      tickets: string
      timepoint: string
      needed?: string
    }
    expect(said).toMatchObject({ eligible: active && tickets > 0n, timepoint: `${timepoint}` })
    expect(said.tickets).toBe(`${tickets}`)
    expect(said.needed === undefined).toBe(said.eligible)
    const date = new Date(1000 * timepoint).toISOString()
    expect(standing(operator, date, '--price', price, '--json').out).toBe(out)
  }
  const { operator, timepoint } = stateChecks.find((check) => check.active)!
  const text = standing(operator, `@${timepoint}`, '--price', price).out
  expect(text).toMatch(/^Eligible at \S+Z \(second \d+\), with \d+ tickets?\.$/m)
  expect(standing(operator, '5').out).toContain(
    'no operator of that address was known at 1970-01-01T00:00:05Z',
  )
  expect(standing(operator, '2100-01-01').out).toMatch(
    /^Note: the registry ends at .* before 2100-01-01T00:00:00Z/m,
  )
})

test('explain --at: on logs alone, and what it refuses', () => {
  const { requests, stateChecks } = chain
  const price = requests[0]!.ticketPrice
  const { operator, timepoint } = stateChecks.find((check) => check.active)!
  const text = standing(operator, `@${timepoint}`, '--price', price).out
  const replayed = [
    'sortition',
    'explain',
    '--logs',
    recorded,
    '--operator',
    operator,
    '--at',
    `${timepoint}`,
  ]
  expect(hamtWasm([...replayed, '--price', price]).out.startsWith(`${text}\n\nNote: 129 of 234 logs`)).toBe(
    true,
  )
  expectUnusable(
    standing(operator, `${timepoint}000`),
    /--at must be in seconds, and looks like milliseconds/,
  )
  expectUnusable(standing(operator, '5', '--e3', '7'), /--e3 is of a request, and --at of any second/)
  expectUnusable(
    hamtWasm(['sortition', 'explain', '--operator', operator, '--at', '5']),
    /--registry or --logs/,
  )
  expectUnusable(hamtWasm(['sortition', 'explain', '--operator', operator]), /needs --e3 and --logs, or --at/)
})

test('what is given and the logs say otherwise: refused, whoever is right', () => {
  const verify = (...more: string[]) => hamtWasm(['sortition', 'verify', ...ofRequest(0), ...more])
  const [h, n] = chain.requests[0]!.threshold
  expectUnusable(
    verify('--block-hash', `0x${'12'.repeat(32)}`),
    /hash of block \d+ was given as 0x1212.*, and the logs say 0x/,
  )
  expectUnusable(
    verify('--threshold', `${h},${n + 1}`),
    /threshold was given as \d,\d, and the logs say \d,\d/,
  )
  expectUnusable(verify('--chain-id', '1'), /number of the chain was given as 1, and the logs say 31337/)
  expect(verify('--threshold', `${h},${n}`, '--chain-id', '31337').status).toBe(0)
})

test('the general commands know a registry', () => {
  expect(hamtWasm(['inspect', 'registry.hamt']).out).toMatch(
    /Registry of operators: 69 changes, .*\nFrom 2026-09-01T00:01:36Z \(second 1788220896\) to /,
  )
  expect(hamtWasm(['verify', 'registry.hamt'])).toMatchObject({
    status: 0,
    out: 'registry.hamt: right, a registry of operators, 69 changes in 45 versions',
  })
  const check = chain.stateChecks[0]!
  const got = hamtWasm(['get', 'registry.hamt', check.operator, '--at', `@${check.timepoint}`])
  expect(got).toMatchObject({
    status: 0,
    out: expect.stringContaining(`ticketBalance: ${check.ticketBalance}n`),
  })
  const T = chain.requests[0]!.requestBlock
  const changed = hamtWasm(['diff', 'registry.hamt', '--from', `@${T - 1}`, '--to', `@${T}`])
  expect(changed.status).toBe(1)
  expect(changed.out.split('\n')).toHaveLength(4) // one was activated, one topped up
  expectUnusable(hamtWasm(['get', 'registry.hamt', check.operator, '--at', '@x']), /@x is no second/)
})

test('versions are counted in one way: by replay, inspect, verify, get and diff', () => {
  const { length } = NodeRegistry.deserialize(bytes).timepoints()
  const text = (...words: string[]) => hamtWasm(words).out
  const json = (...words: string[]) => JSON.parse(text(...words, '--json')) as Record<string, unknown>
  const replay = ['sortition', 'replay', '--logs', 'decoded.json', '--out', 'counted.hamt']
  expect(text(...replay)).toContain(`operators, ${length} versions\n`)
  expect(json(...replay).versions).toBe(length)
  expect(text('inspect', 'counted.hamt')).toContain(`, ${length} versions, `)
  const inspected = json('inspect', 'counted.hamt') as { versions: { version: number }[] }
  expect(inspected).toMatchObject({ count: length, registry: { versions: length } })
  expect(inspected.versions.at(-1)!.version).toBe(length - 1)
  expect(text('verify', 'counted.hamt')).toMatch(new RegExp(` in ${length} versions$`))
  expect(json('verify', 'counted.hamt').versions).toBe(length)
  const { operator } = chain.stateChecks[0]!
  const last = ['get', 'counted.hamt', operator, '--at']
  expect(text(...last, `${length - 1}`)).toBe(text(...last, '-1'))
  expectUnusable(hamtWasm([...last, `${length}`]), new RegExp(`has ${length} versions, and none`))
  expectUnusable(
    hamtWasm(['diff', 'counted.hamt', '--to', `${length}`]),
    new RegExp(`has ${length} versions, and none`),
  )
  expect(json('diff', 'counted.hamt', '--from', '0', '--to', `${length - 1}`)).toEqual(
    json('diff', 'counted.hamt'),
  )
})

test('a file has one size: by replay and inspect, that of its bytes', () => {
  const replay = ['sortition', 'replay', '--logs', 'decoded.json', '--out', 'sized.hamt']
  hamtWasm(replay)
  const size = read('sized.hamt').length
  const shown = new RegExp(`^sized\\.hamt: ${(size / 1000).toFixed(1)} KB, `, 'm')
  expect(hamtWasm(replay).out).toMatch(shown)
  expect(hamtWasm(['inspect', 'sized.hamt']).out).toMatch(shown)
  for (const words of [replay, ['inspect', 'sized.hamt']])
    expect(JSON.parse(hamtWasm([...words, '--json']).out)).toMatchObject({ bytes: size })
})

test('identifiers, hashes and times look the same in text and in JSON, by every command', () => {
  const request = BigInt(e3[0]!)
  const id = `0x${request.toString(16).padStart(64, '0')}`
  const seed = `0x${BigInt(chain.requests[0]!.sortitionSeed).toString(16).padStart(64, '0')}`
  const verify = ['sortition', 'verify', ...ofRequest(0)]
  const list = ['sortition', 'list', '--registry', 'registry.hamt', '--logs', recorded]
  const operator = chain.requests[0]!.finalized.committee[0]!
  const explain = ['sortition', 'explain', ...ofRequest(0), '--operator', operator]
  for (const words of [verify, [...verify, '--json']]) {
    const { out } = hamtWasm(words)
    expect(out).toContain(id)
    expect(out).toContain(seed)
    expect(out).not.toContain(request.toString())
    expect(out).not.toContain(BigInt(seed).toString())
  }
  for (const words of [list, [...list, '--json']]) expect(hamtWasm(words).out).toContain(id)
  const { score } = chain.requests[0]!.submissions.find(({ node }) => node === operator)!
  const best = `0x${BigInt(score).toString(16).padStart(64, '0')}`
  for (const words of [explain, [...explain, '--json'], [...verify, '--json']])
    expect(hamtWasm(words).out).toContain(best)
  // A date stands before each second that text has.
  for (const words of [verify, list, ['inspect', 'registry.hamt']]) {
    const { out } = hamtWasm(words)
    expect(out).toMatch(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/)
    for (const [, before, second] of out.matchAll(/(\S*) ?[(@]?second (\d+)|@\d+/g))
      expect(Date.parse(before!)).toBe(1000 * Number(second))
    expect(out).not.toMatch(/(?<!second )\b1788\d{6}\b/)
  }
})

test('an ISO date is taken wherever a second is', () => {
  const second = chain.requests[0]!.requestBlock - 1
  const date = new Date(1000 * second).toISOString()
  const { operator } = chain.stateChecks[0]!
  const draw = ['--e3', e3[0]!, '--seed', '5', '--size', '2', '--price', '10000000']
  const commands: ((time: string) => string[])[] = [
    (time) => ['get', 'registry.hamt', operator, '--at', `@${time}`],
    (time) => ['diff', 'registry.hamt', '--from', '0', '--to', `@${time}`],
    (time) => ['diff', 'registry.hamt', '--from', `@${time}`],
    (time) => ['sortition', 'explain', '--registry', 'registry.hamt', '--operator', operator, '--at', time],
    (time) => ['sortition', 'committee', '--registry', 'registry.hamt', ...draw, '--at', time],
  ]
  for (const command of commands) {
    const ofSecond = hamtWasm(command(`${second}`))
    expect(ofSecond).toMatchObject({ err: '', out: expect.stringMatching(/./) })
    expect(hamtWasm(command(date))).toEqual(ofSecond)
  }
})
