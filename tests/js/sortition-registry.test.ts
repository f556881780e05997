// The registry of operators: states after any history of events, times, bad events, and its file.
import fc from 'fast-check'
import { deserialize } from 'hamt-wasm'
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
import {
  activation,
  added,
  addressOf,
  anyAmount,
  anyOperator,
  balance,
  event,
  historyOf,
  type Named,
  op,
  owner,
  removed,
  thrownBy,
  version,
} from './support/registry-events.js'

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

// --- generated events ----------------------------------------------------------------------------

const anyEvent: fc.Arbitrary<Named> = fc.oneof(
  anyOperator.map(added),
  anyOperator.map(removed),
  fc.tuple(anyOperator, anyAmount).map(([o, b]) => balance(o, b)),
  fc.tuple(anyOperator, fc.boolean()).map(([o, a]) => activation(o, a)),
  fc.bigInt(1n, 4n).map(version),
  fc.tuple(anyOperator, fc.integer({ min: 0, max: 9 }).map(addressOf)).map(([o, b]) => owner(o, b)),
  fc.constant(['TicketSubmitted', { e3Id: 1n, node: op, ticketId: 1n, score: 1n }] as Named),
)
const anyHistory = historyOf(anyEvent, 40, 2)

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
        const tails = [x, y].map((named) => [...history.slice(0, k), event(named, 1_000_000)])
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
      event(balance(op, 1n), 1, 0, 500),
      event(balance(op, 2n), 1, 7, 500),
      event(balance(op, 3n), 2, 0, 500),
      event(balance(op, 4n), 3, 0, 501),
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
      event(version(1n), 1),
      event(activation(op, true), 2),
      event(version(2n), 3),
      event(activation(op, true), 5),
      event(version(3n), 6),
      event(activation(op, false), 7),
    ])
    const active = [1, 2, 3, 4, 5, 6, 7].map((block) => r.at(1000 + block).get(op)?.active)
    expect(active).toEqual([undefined, true, false, false, true, false, false])
  })

  test('an activation before any version is known holds until the first', () => {
    const r = NodeRegistry.empty().applyAll([event(activation(op, true), 1), event(version(1n), 2)])
    expect(r.at(1001).get(op)?.active).toBe(true)
    expect(r.at(1002).get(op)?.active).toBe(false)
  })

  test('a version that makes 10,000 operators inactive is one small row', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => event(activation(addressOf(i), true), i + 2))
    const before = NodeRegistry.empty().applyAll([event(version(1n), 1), ...many])
    const after = before.apply(event(version(2n), 20_000)).apply(event(version(3n), 20_001))
    expect([...after.at(21_000).values()].some((s) => s.active)).toBe(false)
    expect([...after.at(20_999).values()].every((s) => s.active)).toBe(true)
    expect(after.serialize().length - before.serialize().length).toBeLessThan(1000)
  })

  test('versions that are asked for share memory, and may be disposed of', () => {
    const r = NodeRegistry.empty().applyAll([event(balance(op, 1n), 1), event(balance(op, 2n), 2)])
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
    event(version(1n), 1),
    event(added(op), 2),
    event(balance(addressOf(2), 5n), 3),
    event(activation(op, true), 4, 7),
    event(owner(op, addressOf(9)), 4, 8),
    event(version(2n), 5),
    event(balance(op, 6n), 6),
    event(removed(op), 7),
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
  const base = NodeRegistry.empty().applyAll([event(added(op), 5, 3), event(balance(op, 7n), 5, 4)])
  const bytes = base.serialize()

  test.each<[string, RegistryEvent, string, RegExp]>([
    ['repeated', event(balance(op, 7n), 5, 4), 'repeated', /block 5, log 4 has been applied/],
    [
      'an earlier log',
      event(balance(op, 7n), 5, 3),
      'out-of-order',
      /block 5, log 3 comes before .* block 5, log 4/,
    ],
    ['an earlier block', event(balance(op, 7n), 4, 9), 'out-of-order', /block 4, log 9/],
    ['another time for its block', event(balance(op, 7n), 5, 5, 1006), 'time', /timestamp 1006.*1005/],
    ['a time before', event(balance(op, 7n), 6, 0, 1004), 'time', /timestamp 1004/],
    [
      'unknown',
      event(['Transfer', { from: op }], 6),
      'unknown',
      /"Transfer" is not an event of sortitionAbi/,
    ],
  ])('%s', (_, bad, code, message) => {
    const thrown = thrownBy(() => base.apply(bad))
    expect(thrown).toBeInstanceOf(EventError)
    expect(thrown).toMatchObject({ code, message: expect.stringMatching(message) })
    expect(base.serialize()).toEqual(bytes)
    expect(
      base
        .apply(event(balance(op, 8n), 6))
        .at(2000)
        .get(op)?.ticketBalance,
    ).toBe(8n)
  })

  const cases: [object, RegExp][] = [
    [
      event(['TicketBalanceUpdated', { operator: op, newBalance: 7 }], 6),
      /newBalance must be a bigint, got 7/,
    ],
    [event(['TicketBalanceUpdated', { operator: op, newBalance: -1n }], 6), /newBalance .*-1n/],
    [event(['TicketBalanceUpdated', { operator: op, newBalance: 2n ** 256n }], 6), /newBalance/],
    [event(['TicketBalanceUpdated', { operator: '0x1', newBalance: 1n }], 6), /operator .*"0x1"/],
    [event(['OperatorActivationChanged', { operator: op, active: 1 }], 6), /active must be a boolean, got 1/],
    [event(['CiphernodeAdded', {}], 6), /node must be an address/],
    [event(['BondOwnerSet', { operator: op }], 6), /bondOwner/],
    [event(['EligibilityConfigurationVersionUpdated', { version: 0n }], 6), /versions begin at 1/],
    [{ ...event(added(op), 6), args: undefined }, /args/],
    [{ ...event(added(op), 6), blockNumber: -1n }, /blockNumber .*-1n/],
    [{ ...event(added(op), 6), blockNumber: undefined }, /blockNumber/],
    [{ ...event(added(op), 6), logIndex: 1.5 }, /logIndex .*1\.5/],
    [{ ...event(added(op), 6), timestamp: 'now' }, /timestamp .*"now"/],
    [{ ...event(added(op), 6), timestamp: 2n ** 60n }, /timestamp/],
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
    const next = base.apply(event(['CommitteeRequested', { e3Id: 1n }], 6))
    expect(next.position).toEqual({ blockNumber: 6, logIndex: 0, timestamp: 1006 })
    expect(next.changes).toBe(base.changes)
    expect(() => next.apply(event(balance(op, 1n), 6, 0))).toThrow(/has been applied/)
    expect(NodeRegistry.deserialize(next.serialize()).position).toEqual(next.position)
  })
})
