// Selection of a committee: which operators and tickets count, and bad input.
import fc from 'fast-check'
import { Hamt } from 'hamt-wasm'
import { selectCommittee, type Address, type NodeState, type Policy } from 'hamt-wasm/sortition'
import { naiveSelect, type NaiveState } from './support/naive.js'

const addressOf = (n: number): Address => `0x${n.toString(16).padStart(40, '0')}`
const anyNodes = fc.dictionary(
  fc.integer({ min: 0, max: 2 ** 40 }).map(addressOf),
  fc.record(
    {
      registered: fc.boolean(),
      active: fc.boolean(),
      ticketBalance: fc.oneof(
        fc.bigInt(0n, 60n),
        fc.bigInt(0n, 20n).map((n) => n * 2n ** 200n),
      ),
      owner: fc.integer({ min: 1, max: 5 }).map(addressOf),
    },
    { requiredKeys: ['registered', 'active', 'ticketBalance'] },
  ),
  { maxKeys: 25 },
)
const any256 = fc.bigInt(0n, 2n ** 256n - 1n)

test.each<Policy>(['uncapped', 'owner-cap'])('agrees with the naive implementation: %s', (policy) => {
  fc.assert(
    fc.property(anyNodes, any256, any256, fc.nat(8), fc.boolean(), (nodes, e3Id, seed, size, large) => {
      // Balances are some tens, or some tens times 2^200: a price of either kind keeps the tickets few.
      const ticketPrice = large ? 2n ** 200n : 3n
      const few = Object.fromEntries(
        Object.entries(nodes).filter(([, s]) => large || s.ticketBalance < 100n),
      ) as Record<Address, NodeState>
      const winners = selectCommittee(Hamt.from(few), { e3Id, seed, size, ticketPrice, policy })
      const naive = new Map(Object.entries(few) as [Address, NaiveState][])
      expect(winners).toEqual(naiveSelect(naive, { e3Id, seed, size, ticketPrice, policy }))
    }),
    { numRuns: 150 },
  )
})

describe('what counts', () => {
  const node: NodeState = { registered: true, active: true, ticketBalance: 5n }
  const draw = { e3Id: 1n, seed: 2n, size: 3, ticketPrice: 1n }
  const select = (state: object, change: object = {}) =>
    selectCommittee(Hamt.from({ [addressOf(1)]: { ...node, ...state } }), { ...draw, ...change })

  test('activity, balance and price', () => {
    expect(select({})).toHaveLength(1)
    expect(select({ active: false })).toEqual([])
    expect(select({ registered: false })).toHaveLength(1) // being active is what counts
    expect(select({ ticketBalance: 0n })).toEqual([])
    expect(select({}, { ticketPrice: 5n })).toHaveLength(1)
    expect(select({}, { ticketPrice: 6n })).toEqual([])
    expect(select({}, { ticketPrice: 0n })).toEqual([])
    expect(select({}, { size: 0 })).toEqual([])
    expect(selectCommittee(Hamt.empty<NodeState>(), draw)).toEqual([])
  })

  test('the default policy is uncapped', () => {
    const owner = addressOf(9)
    const nodes = Hamt.from([1, 2, 3].map((n) => [addressOf(n), { ...node, owner }] as const))
    expect(selectCommittee(nodes, draw)).toHaveLength(3)
    expect(selectCommittee(nodes, { ...draw, policy: 'owner-cap' })).toHaveLength(1)
  })

  test('under the owner cap an operator without an owner takes no part', () => {
    expect(select({}, { policy: 'owner-cap' })).toEqual([])
    expect(select({ owner: addressOf(9) }, { policy: 'owner-cap' })).toHaveLength(1)
  })

  test('an older version of the map is drawn from as it was', () => {
    const before = Hamt.from({ [addressOf(1)]: node })
    const after = before.set(addressOf(2), node)
    expect(selectCommittee(after, draw)).toHaveLength(2)
    expect(selectCommittee(before, draw)).toHaveLength(1)
  })
})

describe('bad input', () => {
  const draw = { e3Id: 1n, seed: 2n, size: 3, ticketPrice: 1n }
  const node = { registered: true, active: true, ticketBalance: 5n }

  const select =
    (nodes: any, change: object = {}) =>
    () =>
      selectCommittee(nodes, { ...draw, ...change })

  test('maps that are no registry', () => {
    const key = addressOf(1)
    expect(select(Hamt.from({ hello: node }))).toThrow(/"hello".*not an address/)
    expect(select(Hamt.from({ [key]: 5 }))).toThrow(new RegExp(`"${key}".*node state`))
    expect(select(Hamt.from({ [key]: { ...node, ticketBalance: 5 } }))).toThrow(
      /ticketBalance is not a bigint/,
    )
    expect(select(Hamt.from({ [key]: { ...node, ticketBalance: -5n } }))).toThrow(/ticketBalance/)
    expect(select(Hamt.from({ [key]: { ...node, ticketBalance: 2n ** 256n } }))).toThrow(/ticketBalance/)
    expect(select(Hamt.from({ [key]: { ...node, active: 1 } }))).toThrow(/active is not a boolean/)
    expect(select(Hamt.from({ [key]: { ...node, owner: '0x12' } }))).toThrow(/owner is not an address/)
    expect(select(Hamt.from({ [key]: { ...node, more: 1 } }))).toThrow(new RegExp(key))
    expect(select(Hamt.from({ [key]: { registered: true, active: true } }))).toThrow(new RegExp(key))
    expect(select(new Map([[key, node]]))).toThrow(/nodes must be a Hamt/)
  })

  test('one operator in two spellings', () => {
    const key: Address = `0x${'ab'.repeat(20)}`
    const nodes = Hamt.from({ [key]: node, [key.toUpperCase().replace('X', 'x')]: node })
    expect(nodes.size).toBe(2)
    expect(select(nodes)).toThrow(new RegExp(`node "${key}" is in the map in two spellings`))
    expect(selectCommittee(nodes.delete(key), draw)[0]!.node).toBe(key)
  })

  test('arguments', () => {
    const nodes = Hamt.from({ [addressOf(1)]: node })
    expect(select(nodes, { e3Id: 1 })).toThrow(/e3Id must be a bigint, got 1/)
    expect(select(nodes, { ticketPrice: -1n })).toThrow(/ticketPrice .*-1n/)
    expect(select(nodes, { size: -1 })).toThrow(/size .*-1/)
    expect(select(nodes, { size: 2 ** 40 })).toThrow(/size/)
    expect(select(nodes, { policy: 'fair' })).toThrow(/policy .*"fair"/)
    expect(select(nodes, { limit: 4 })).toThrow(
      new RegExp(`operator ${addressOf(1)} holds 5 tickets, more than the limit of 4`),
    )
    const rich = nodes.set(addressOf(2), { ...node, ticketBalance: 2n ** 256n - 1n })
    expect(select(rich)).toThrow(RangeError)
    expect(select(rich)).toThrow(addressOf(2))
  })
})
