// The registry of operators: states after any history of events, times, bad events, and its file.
import fc from 'fast-check'
import { deserialize, Hamt, serialize, SnapshotError } from 'hamt-wasm'
import {
  EventError,
  NodeRegistry,
  type Address,
  type NodeState,
  type RegistryEvent,
} from 'hamt-wasm/sortition'
import { verifyProof } from 'hamt-wasm/verify'
import { decode, run } from './support/chain.js'
import { naiveAt, naiveState } from './support/naive.js'

const events = decode()
const registry = NodeRegistry.empty().applyAll(events)
const lower = (a: string) => a.toLowerCase() as Address

describe('the recorded run', () => {
  test('decodes the events of its contracts', () => {
    const counts: Record<string, number> = {}
    for (const e of events) counts[e.eventName] = (counts[e.eventName] ?? 0) + 1
    expect(counts).toEqual({
      EligibilityConfigurationVersionUpdated: 4,
      BondOwnerSet: 11,
      BondingAssetConfigUpdated: 2,
      CommitteeActivationChanged: 2,
      CommitteeObligationUpdated: 14,
      CommitteeThresholdsUpdated: 1,
      E3Requested: 2,
      SortitionSubmissionWindowSet: 1,
      CiphernodeAdded: 11,
      CiphernodeRemoved: 3,
      TicketBalanceUpdated: 21,
      OperatorActivationChanged: 16,
      CommitteeRequested: 2,
      TicketSubmitted: 13,
      SortitionCommitteeFinalized: 2,
    })
  })

  test('every state that the contracts answered', () => {
    expect(run.stateChecks).toHaveLength(69)
    for (const check of run.stateChecks) {
      const nodes = registry.at(BigInt(check.timepoint))
      const state = nodes.get(lower(check.operator))
      expect({
        ...check,
        ticketBalance: `${state?.ticketBalance ?? 0n}`,
        active: state?.active ?? false,
      }).toEqual(check)
      expect([...nodes.values()].filter((s) => s.active)).toHaveLength(check.activeOperatorCount)
    }
  })

  test('owners', () => {
    const nodes = registry.at(registry.position!.timestamp)
    expect(nodes.size).toBe(run.operators.length)
    for (const [operator, owner] of Object.entries(run.bondOwners))
      expect(nodes.get(lower(operator))?.owner).toBe(lower(owner))
  })

  test('a removed operator keeps its history and its entry', () => {
    const removal = events.find((e) => e.eventName === 'CiphernodeRemoved')!
    const { node } = removal.args as { node: Address }
    expect(registry.at(removal.timestamp - 1n).get(lower(node))).toMatchObject({
      registered: true,
      active: true,
    })
    expect(registry.at(removal.timestamp).get(lower(node))).toMatchObject({
      registered: false,
      active: false,
      ticketBalance: 0n,
    })
  })

  test('the end of time is the newest version', () => {
    expect(registry.at(2n ** 256n - 1n)).toBe(registry.at(registry.position!.timestamp))
  })

  test('the position is a copy', () => {
    const position = registry.position!
    position.blockNumber = 0
    expect(registry.position!.blockNumber).not.toBe(0)
  })

  test('nobody before the first event', () => {
    expect(registry.at(0n).size).toBe(0)
    expect(registry.at(BigInt(run.blocks[0]!.timestamp)).size).toBe(0)
  })

  test('every version agrees with the naive implementation, in any order of asking', () => {
    const times = [...registry.timepoints(), ...[...registry.timepoints()].reverse()].flatMap((t) => [
      t - 1n,
      t,
    ])
    for (const t of times) expect(new Map(registry.at(t))).toEqual(naiveAt(events, t))
  })

  test('replaying k events, saving, loading and replaying the rest gives the same bytes, for every k', () => {
    const all = registry.serialize()
    let before = NodeRegistry.empty()
    for (let k = 0; k <= events.length; ++k) {
      const loaded = NodeRegistry.deserialize(before.serialize())
      expect(loaded.position).toEqual(before.position)
      expect(loaded.applyAll(events.slice(k)).serialize()).toEqual(all)
      if (k < events.length) before = before.apply(events[k]!)
    }
  })

  test('at most 60 bytes an event', () => {
    expect(registry.serialize().length / events.length).toBeLessThan(60)
  })

  test('the file is a snapshot whose version is the newest state', () => {
    const versions = deserialize<NodeState>(registry.serialize())
    expect(versions).toHaveLength(1)
    expect(new Map(versions[0])).toEqual(naiveAt(events, BigInt(registry.position!.timestamp)))
  })

  test('proofs', () => {
    const check = run.stateChecks[0]!
    const { digest, proof } = registry.prove(check.timepoint, check.operator)
    expect(digest).toEqual(registry.at(check.timepoint).digest())
    expect(verifyProof(digest, lower(check.operator), proof)).toMatchObject({
      found: true,
      value: { active: check.active, ticketBalance: BigInt(check.ticketBalance) },
    })
    const nobody = '0x00000000000000000000000000000000000000ff'
    const exclusion = registry.prove(check.timepoint, nobody)
    expect(verifyProof(exclusion.digest, nobody, exclusion.proof).found).toBe(false)
    expect(() => verifyProof(digest, lower(check.operator), exclusion.proof)).toThrow()
  })
})

// --- made-up events ------------------------------------------------------------------------------

const addressOf = (n: number): Address => `0x${n.toString(16).padStart(40, 'a')}`
const reason = `0x${'0'.repeat(64)}`
const op = addressOf(1)

/** Events at consecutive logs of one block a second, unless `at` says otherwise. */
function event(
  eventName: string,
  args: object,
  block: number,
  log = 0,
  timestamp = 1000 + block,
): RegistryEvent {
  return { eventName, args, blockNumber: BigInt(block), logIndex: log, timestamp: BigInt(timestamp) }
}
const added = (node: Address) => ['CiphernodeAdded', { node, index: 0n, numNodes: 1n, size: 1n }] as const
const removed = (node: Address) => ['CiphernodeRemoved', { node, index: 0n, numNodes: 1n, size: 1n }] as const
const balance = (operator: Address, newBalance: bigint) =>
  ['TicketBalanceUpdated', { operator, delta: 0n, newBalance, reason }] as const
const activation = (operator: Address, active: boolean) =>
  ['OperatorActivationChanged', { operator, active }] as const
const version = (v: bigint) => ['EligibilityConfigurationVersionUpdated', { version: v }] as const
const owner = (operator: Address, bondOwner: Address) => ['BondOwnerSet', { operator, bondOwner }] as const

const anyOperator = fc.integer({ min: 0, max: 6 }).map(addressOf)
const anyEvent = fc.oneof(
  anyOperator.map(added),
  anyOperator.map(removed),
  fc
    .tuple(anyOperator, fc.oneof(fc.bigInt(0n, 100n), fc.bigInt(0n, 2n ** 256n - 1n)))
    .map(([o, b]) => balance(o, b)),
  fc.tuple(anyOperator, fc.boolean()).map(([o, a]) => activation(o, a)),
  fc.bigInt(1n, 4n).map(version),
  fc.tuple(anyOperator, fc.integer({ min: 0, max: 9 }).map(addressOf)).map(([o, b]) => owner(o, b)),
  fc.constant(['TicketSubmitted', { e3Id: 1n, node: op, ticketId: 1n, score: 1n }] as const),
)
/** Blocks with one or several logs; consecutive blocks may share a timestamp. */
const anyHistory = fc
  .array(fc.tuple(anyEvent, fc.nat(2), fc.nat(2), fc.nat(3)), { maxLength: 40 })
  .map((steps) => {
    let [block, log, time] = [1, 0, 1000]
    return steps.map(([[name, args], blocks, seconds, logs]) => {
      if (blocks > 0) [block, log, time] = [block + blocks, logs, time + seconds]
      else log += 1 + logs
      return event(name, args, block, log, time)
    })
  })

describe('any history', () => {
  test('every version, at every second and before every log', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const r = NodeRegistry.empty().applyAll(history)
        const seconds = [...new Set(history.map((e) => e.timestamp))].flatMap((t) => [t - 1n, t])
        for (const t of seconds) expect(new Map(r.at(t))).toEqual(naiveAt(history, t))
        for (const e of history) {
          const isBefore = (o: RegistryEvent) =>
            o.blockNumber < e.blockNumber || (o.blockNumber === e.blockNumber && o.logIndex < e.logIndex)
          const naive = naiveState(history, isBefore)
          for (let n = 0; n < 7; ++n) expect(r.stateBefore(e, addressOf(n))).toEqual(naive.get(addressOf(n)))
        }
      }),
      { numRuns: 60 },
    )
  })

  test('saving and loading after k events changes nothing', () => {
    fc.assert(
      fc.property(anyHistory, fc.nat(40), (history, cut) => {
        const k = Math.min(cut, history.length)
        const first = NodeRegistry.empty().applyAll(history.slice(0, k))
        const resumed = NodeRegistry.deserialize(first.serialize()).applyAll(history.slice(k))
        const whole = NodeRegistry.empty().applyAll(history)
        expect(resumed.serialize()).toEqual(whole.serialize())
        expect(resumed.position).toEqual(whole.position)
        expect(resumed.timepoints()).toEqual(whole.timepoints())
      }),
      { numRuns: 100 },
    )
  })

  test('a registry that is continued twice is two registries', () => {
    fc.assert(
      fc.property(anyHistory, fc.nat(40), anyEvent, anyEvent, (history, cut, x, y) => {
        const k = Math.min(cut, history.length)
        const base = NodeRegistry.empty().applyAll(history.slice(0, k))
        const bytes = base.serialize()
        const tails = [x, y].map(([name, args]) => [...history.slice(0, k), event(name, args, 1_000_000)])
        const branches = tails.map((tail) => base.apply(tail.at(-1)!))
        const longer = base.applyAll(history.slice(k))
        branches.forEach((branch, i) => {
          expect(branch.serialize()).toEqual(NodeRegistry.empty().applyAll(tails[i]!).serialize())
        })
        expect(longer.serialize()).toEqual(NodeRegistry.empty().applyAll(history).serialize())
        expect(base.serialize()).toEqual(bytes)
      }),
      { numRuns: 60 },
    )
  })
})

describe('time', () => {
  test('the last write within a timestamp wins, over several blocks', () => {
    const r = NodeRegistry.empty().applyAll([
      event(...balance(op, 1n), 1, 0, 500),
      event(...balance(op, 2n), 1, 7, 500),
      event(...balance(op, 3n), 2, 0, 500),
      event(...balance(op, 4n), 3, 0, 501),
    ])
    expect(r.at(499n).get(op)).toBeUndefined()
    expect(r.at(500n).get(op)?.ticketBalance).toBe(3n)
    expect(r.at(501).get(op)?.ticketBalance).toBe(4n)
    expect(r.timepoints()).toEqual([500n, 501n])
    expect(r.stateBefore({ blockNumber: 1n, logIndex: 7 }, op)?.ticketBalance).toBe(1n)
    expect(r.stateBefore({ blockNumber: 2, logIndex: 0 }, op)?.ticketBalance).toBe(2n)
  })

  test('a new configuration version makes everybody inactive until an activation under it', () => {
    const r = NodeRegistry.empty().applyAll([
      event(...version(1n), 1),
      event(...activation(op, true), 2),
      event(...version(2n), 3),
      event(...activation(op, true), 5),
      event(...version(3n), 6),
      event(...activation(op, false), 7),
    ])
    const active = [1, 2, 3, 4, 5, 6, 7].map((block) => r.at(1000 + block).get(op)?.active)
    expect(active).toEqual([undefined, true, false, false, true, false, false])
  })

  test('an activation before any version is known holds until the first', () => {
    const r = NodeRegistry.empty().applyAll([event(...activation(op, true), 1), event(...version(1n), 2)])
    expect(r.at(1001).get(op)?.active).toBe(true)
    expect(r.at(1002).get(op)?.active).toBe(false)
  })

  test('a version that makes 10,000 operators inactive is one small row', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => event(...activation(addressOf(i), true), i + 2))
    const before = NodeRegistry.empty().applyAll([event(...version(1n), 1), ...many])
    const after = before.apply(event(...version(2n), 20_000)).apply(event(...version(3n), 20_001))
    expect([...after.at(21_000).values()].some((s) => s.active)).toBe(false)
    expect([...after.at(20_999).values()].every((s) => s.active)).toBe(true)
    expect(after.serialize().length - before.serialize().length).toBeLessThan(1000)
  })

  test('versions that are asked for share memory, and may be disposed of', () => {
    const r = NodeRegistry.empty().applyAll([event(...balance(op, 1n), 1), event(...balance(op, 2n), 2)])
    r.at(1001).dispose()
    expect(r.at(1001).get(op)?.ticketBalance).toBe(1n)
    const newest = r.at(1002)
    newest.dispose()
    expect(r.at(1001).get(op)?.ticketBalance).toBe(1n)
    expect(r.at(1002).get(op)?.ticketBalance).toBe(2n)
    expect(r.at(1002)).toBe(r.at(9999))
  })
})

test('the history of an operator', () => {
  const history = [
    event(...version(1n), 1),
    event(...added(op), 2),
    event(...balance(addressOf(2), 5n), 3),
    event(...activation(op, true), 4, 7),
    event(...owner(op, addressOf(9)), 4, 8),
    event(...version(2n), 5),
    event(...balance(op, 6n), 6),
    event(...removed(op), 7),
  ]
  const r = NodeRegistry.empty().applyAll(history)
  const rows = r.history(op)
  expect(rows.map((row) => row.what)).toEqual(
    history.filter((_, i) => i !== 0 && i !== 2).map((e) => e.eventName),
  )
  expect(rows[1]).toEqual({
    blockNumber: 4,
    logIndex: 7,
    timestamp: 1004,
    what: 'OperatorActivationChanged',
    state: { registered: true, active: true, ticketBalance: 0n },
  })
  expect(rows.map((row) => row.state.active)).toEqual([false, true, true, false, false, false])
  for (const row of rows) {
    const next = { blockNumber: row.blockNumber, logIndex: row.logIndex + 1 }
    expect(r.stateBefore(next, op)).toEqual(row.state)
  }
  expect(r.history(addressOf(77))).toEqual([])
  expect(r.history(addressOf(9))).toEqual([]) // an owner is no operator
})

describe('bad events leave the registry as it was', () => {
  const base = NodeRegistry.empty().applyAll([event(...added(op), 5, 3), event(...balance(op, 7n), 5, 4)])
  const bytes = base.serialize()

  test.each<[string, RegistryEvent, string, RegExp]>([
    ['repeated', event(...balance(op, 7n), 5, 4), 'repeated', /block 5, log 4 has been applied/],
    [
      'an earlier log',
      event(...balance(op, 7n), 5, 3),
      'out-of-order',
      /block 5, log 3 comes before .* block 5, log 4/,
    ],
    ['an earlier block', event(...balance(op, 7n), 4, 9), 'out-of-order', /block 4, log 9/],
    ['another time for its block', event(...balance(op, 7n), 5, 5, 1006), 'time', /timestamp 1006.*1005/],
    ['a time before', event(...balance(op, 7n), 6, 0, 1004), 'time', /timestamp 1004/],
    ['unknown', event('Transfer', { from: op }, 6), 'unknown', /"Transfer" is not an event of sortitionAbi/],
  ])('%s', (_, bad, code, message) => {
    let thrown: unknown
    try {
      base.apply(bad)
    } catch (e) {
      thrown = e
    }
    expect(thrown).toBeInstanceOf(EventError)
    expect(thrown).toMatchObject({ code, message: expect.stringMatching(message) })
    expect(base.serialize()).toEqual(bytes)
    expect(
      base
        .apply(event(...balance(op, 8n), 6))
        .at(2000)
        .get(op)?.ticketBalance,
    ).toBe(8n)
  })

  const cases: [object, RegExp][] = [
    [event('TicketBalanceUpdated', { operator: op, newBalance: 7 }, 6), /newBalance must be a bigint, got 7/],
    [event('TicketBalanceUpdated', { operator: op, newBalance: -1n }, 6), /newBalance .*-1n/],
    [event('TicketBalanceUpdated', { operator: op, newBalance: 2n ** 256n }, 6), /newBalance/],
    [event('TicketBalanceUpdated', { operator: '0x1', newBalance: 1n }, 6), /operator .*"0x1"/],
    [event('OperatorActivationChanged', { operator: op, active: 1 }, 6), /active must be a boolean, got 1/],
    [event('CiphernodeAdded', {}, 6), /node must be an address/],
    [event('BondOwnerSet', { operator: op }, 6), /bondOwner/],
    [event('EligibilityConfigurationVersionUpdated', { version: 0n }, 6), /versions begin at 1/],
    [{ ...event(...added(op), 6), args: undefined }, /args/],
    [{ ...event(...added(op), 6), blockNumber: -1n }, /blockNumber .*-1n/],
    [{ ...event(...added(op), 6), blockNumber: undefined }, /blockNumber/],
    [{ ...event(...added(op), 6), logIndex: 1.5 }, /logIndex .*1\.5/],
    [{ ...event(...added(op), 6), timestamp: 'now' }, /timestamp .*"now"/],
    [{ ...event(...added(op), 6), timestamp: 2n ** 60n }, /timestamp/],
  ]
  test.each(cases)('%p', (bad, message) => {
    expect(() => base.apply(bad as RegistryEvent)).toThrow(message)
    expect(base.serialize()).toEqual(bytes)
  })

  test('what is no event at all, and what is no second', () => {
    const untyped = base as any
    expect(() => untyped.apply(null)).toThrow(TypeError)
    expect(() => untyped.apply('x')).toThrow(TypeError)
    expect(() => untyped.at(-1n)).toThrow(/timepoint .*-1n/)
    expect(() => untyped.at('1000')).toThrow(/timepoint/)
    expect(() => untyped.at(1.5)).toThrow(/timepoint/)
    expect(() => untyped.prove(1000, 'x')).toThrow(/operator/)
  })

  test('events of sortitionAbi that change no operator advance the position', () => {
    const next = base.apply(event('CommitteeRequested', { e3Id: 1n }, 6))
    expect(next.position).toEqual({ blockNumber: 6, logIndex: 0, timestamp: 1006 })
    expect(next.changes).toBe(base.changes)
    expect(() => next.apply(event(...balance(op, 1n), 6, 0))).toThrow(/has been applied/)
    expect(NodeRegistry.deserialize(next.serialize()).position).toEqual(next.position)
  })
})

describe('hostile files', () => {
  const history = [
    event(...version(1n), 1),
    event(...added(op), 2),
    event(...owner(op, addressOf(9)), 2, 1),
    event(...balance(op, 2n ** 200n), 3),
    event(...activation(op, true), 4),
    event('CommitteeRequested', {}, 5),
  ]
  const good = NodeRegistry.empty().applyAll(history).serialize()

  test('no byte can be changed', () => {
    for (let at = 0; at < good.length; ++at) {
      for (const bit of [1, 16, 128]) {
        const bad = good.slice()
        bad[at]! ^= bit
        expect(() => NodeRegistry.deserialize(bad)).toThrow(SnapshotError)
      }
    }
  })

  test('truncated, empty, random, no bytes', () => {
    for (let size = 0; size < good.length; size += 3)
      expect(() => NodeRegistry.deserialize(good.subarray(0, size))).toThrow(SnapshotError)

    expect(() => NodeRegistry.deserialize('x' as any)).toThrow(TypeError)
  })

  const state: NodeState = { registered: true, active: true, ticketBalance: 5n, owner: addressOf(9) }
  /** A well-formed snapshot with any version and meta. Rows below: version 1, added, owner, balance 5, activated. */
  const rows = [8 + 5, 1, 100, 0, 1, 8 + 0, 1, 1, 0, 0, 6, 0, 0, 1, 2, 0, 0, 5, 3, 0, 0]
  const bytesOf = (...list: Address[]) =>
    new Uint8Array(Buffer.from(list.map((a) => a.slice(2)).join(''), 'hex'))
  const addresses = bytesOf(op, addressOf(9))
  const goodMeta = {
    kind: 'node-registry',
    format: 1,
    position: [2, 3, 101],
    addresses,
    rows: 5,
    events: new Uint8Array(rows),
  }
  const file = (meta: unknown, versions = [Hamt.from({ [op]: state })]) =>
    serialize(versions, { meta: meta as never })

  test('the file that the next test spoils is good', () => {
    expect(NodeRegistry.deserialize(file(goodMeta)).at(101).get(op)).toEqual(state)
  })

  const spoiled: [string, object, RegExp][] = [
    ['another kind', { kind: 'x' }, /meta is not that of a registry/],
    ['another format', { format: 2 }, /format is 2/],
    ['formats that are no number', { format: ['x'] }, /format is an array of 1/],
    ['a format that has no text', { format: { toString: 1 } }, /format is an object/],
    ['a negative zero as a position', { position: [2, 3, -0] }, /position is none/],
    ['a negative zero of rows', { rows: -0 }, /rows are no number/],
    ['another field', { more: 1 }, /another field/],
    ['no position', { position: null }, /position is before its last event/],
    ['a position before the last event', { position: [2, 2, 101] }, /position is before/],
    ['a position at another time', { position: [2, 3, 102] }, /position is before/],
    ['a position of text', { position: ['2', 3, 101] }, /position is none/],
    ['half an address', { addresses: addresses.slice(0, 39) }, /addresses are not 20 bytes/],
    ['an address twice', { addresses: bytesOf(op, op, addressOf(9)) }, /not in order/],
    ['addresses the wrong way round', { addresses: bytesOf(addressOf(9), op) }, /not in order/],
    ['an address too many', { addresses: bytesOf(op, addressOf(9), addressOf(0xfff)) }, /no event names/],
    ['rows that are no number', { rows: -1 }, /rows are no number/],
    ['more rows than there can be', { rows: 2 ** 40 }, /rows are no number/],
    ['a row fewer', { rows: 4 }, /bytes after its last row/],
    ['a row more', { rows: 6 }, /ends within a row/],
    [
      'a new block that is the old one',
      { events: new Uint8Array([...rows.slice(0, 6), 0, ...rows.slice(7)]) },
      /the old one/,
    ],
    ['no events', { events: new Uint8Array(), rows: 0 }, /no event names/],
    ['a row cut short', { events: new Uint8Array(rows.slice(0, -1)) }, /ends within a row/],
    ['a row too many', { events: new Uint8Array([...rows, 4, 0, 0]), rows: 6 }, /position is before/],
    ['another kind of row', { events: new Uint8Array([8 + 7, ...rows.slice(1)]) }, /unknown kind/],
    ['a first row without a block', { events: new Uint8Array([5, ...rows.slice(1)]) }, /first row/],
    ['version 0', { events: new Uint8Array([8 + 5, 1, 100, 0, 0, ...rows.slice(5)]) }, /version 0/],
    [
      'superfluous digits',
      { events: new Uint8Array([8 + 5, 129, 0, 100, 0, 1, ...rows.slice(5)]) },
      /superfluous/,
    ],
    [
      'a number that never ends',
      { events: new Uint8Array([8 + 5, ...new Uint8Array(40).fill(255)]) },
      /beyond 2\^53/,
    ],
    [
      'a number of 150 digits that are zero',
      { events: new Uint8Array([8 + 5, ...new Uint8Array(150).fill(128), 1, 100, 0, 1, ...rows.slice(5)]) },
      /beyond 2\^53/,
    ],
    [
      'a position of 150 digits that are zero',
      { events: new Uint8Array([8 + 5, 1, 100, ...new Uint8Array(150).fill(128), 1, 1, ...rows.slice(5)]) },
      /beyond 2\^53/,
    ],
    [
      'a balance that never ends',
      { events: new Uint8Array([...rows.slice(0, 17), ...new Uint8Array(40).fill(255)]) },
      /beyond 2\^256/,
    ],
    [
      'an address beyond the list',
      { events: new Uint8Array([...rows.slice(0, 9), 2, ...rows.slice(10)]) },
      /address 2 of 2/,
    ],
    [
      'another balance',
      { events: new Uint8Array([...rows.slice(0, 17), 6, ...rows.slice(18)]) },
      /is not what its events lead to/,
    ],
    [
      'an owner as operator',
      { events: new Uint8Array([...rows.slice(0, 9), 1, ...rows.slice(10)]) },
      /not what its events lead to/,
    ],
  ]
  test.each(spoiled)('%s', (_, change, message) => {
    let thrown: unknown
    try {
      NodeRegistry.deserialize(file({ ...goodMeta, ...change }))
    } catch (e) {
      thrown = e
    }
    expect(thrown).toBeInstanceOf(SnapshotError)
    expect(thrown).toMatchObject({ code: 'registry', message: expect.stringMatching(message) })
  })

  test('snapshots that are no registry', () => {
    const map = Hamt.from({ [op]: state })
    expect(() => NodeRegistry.deserialize(serialize([map]))).toThrow(/meta is not that of a registry/)
    expect(() => NodeRegistry.deserialize(file(goodMeta, []))).toThrow(/0 versions/)
    expect(() => NodeRegistry.deserialize(file(goodMeta, [map, map]))).toThrow(/2 versions/)
    expect(() => NodeRegistry.deserialize(file(goodMeta, [map.set('hello', state)]))).toThrow(
      /"hello" is not what its events lead to/,
    )
    expect(() => NodeRegistry.deserialize(file(goodMeta, [map.set(addressOf(2), state)]))).toThrow(
      SnapshotError,
    )
    expect(() =>
      NodeRegistry.deserialize(file(goodMeta, [map.set(op, { ...state, active: false })])),
    ).toThrow(/not what its events lead to/)
    expect(() =>
      NodeRegistry.deserialize(file(goodMeta, [map.set(op, { ...state, more: 1 } as NodeState)])),
    ).toThrow(/not what its events/)
    expect(() => NodeRegistry.deserialize(file(goodMeta, [map.set(op, 5 as unknown as NodeState)]))).toThrow(
      SnapshotError,
    )
  })
})
