// Draws on one state of the registry share what is computed of it: logs take no time of draws times
// operators.
import { jest } from '@jest/globals'
import { applyLogs, drawsIn, judgeDraw, NodeRegistry, type RegistryEvent } from '../../js/sortition/index.js'
import { StateAt } from '../../js/sortition/state-at.js'

const address = (n: number) => `0x${n.toString(16).padStart(40, '0')}` as const
const zero = `0x${'0'.repeat(64)}`
const operators = 500

const distances = ['one second', 'a second each', 'a second each, with a change between'] as const

/** Operators, then requests that failed for lack of members. */
function chain(requests: number, seconds: (typeof distances)[number]): RegistryEvent[] {
  const events: RegistryEvent[] = []
  const add = (eventName: string, args: object, blockNumber: number) =>
    void events.push({
      eventName,
      args,
      blockNumber: BigInt(blockNumber),
      logIndex: events.length,
      timestamp: BigInt(10 * blockNumber),
    } as RegistryEvent)
  add('EligibilityConfigurationVersionUpdated', { version: 1n }, 1)
  for (let i = 1; i <= operators; ++i) {
    add(
      'CiphernodeAdded',
      { node: address(i), index: BigInt(i - 1), numNodes: BigInt(i), size: BigInt(i) },
      2,
    )
    add('OperatorActivationChanged', { operator: address(i), active: true }, 2)
    add('TicketBalanceUpdated', { operator: address(i), delta: 100n, newBalance: 100n, reason: zero }, 2)
  }
  const block = (i: number) => (seconds === 'one second' ? 10 : 10 + 2 * i)
  const draws = Array.from({ length: requests }, (_, i) => i)
  for (const i of draws) {
    if (seconds === distances[2])
      add(
        'TicketBalanceUpdated',
        { operator: address(1 + i), delta: 1n, newBalance: 101n, reason: zero },
        block(i) - 1,
      )
    const requestBlock = BigInt(10 * block(i))
    const of = { e3Id: BigInt(i), entropyBlock: BigInt(block(i) + 1), threshold: [1, 2] }
    add(
      'CommitteeRequested',
      { ...of, requestBlock, committeeDeadline: requestBlock + 100n, ticketPrice: 10n },
      block(i),
    )
  }
  for (const i of draws)
    add(
      'CommitteeFormationFailed',
      { e3Id: BigInt(i), nodesSubmitted: 0n, thresholdRequired: 2n },
      50 + 2 * requests,
    )
  return events
}

/** How many times the state of an operator was looked at while all draws were judged. */
function looksAt(events: RegistryEvent[]): number {
  const { registry } = applyLogs(NodeRegistry.empty(), { events, removed: [] })
  const blockHashes = new Map(
    events.map(({ blockNumber }) => [Number(blockNumber) + 1, zero as `0x${string}`]),
  )
  const draws = drawsIn({ events, blockHashes, chainId: 1n })
  const spies = (['isActive', 'balance', 'owner', 'has'] as const).map((name) =>
    jest.spyOn(StateAt.prototype, name),
  )
  try {
    for (const draw of draws.values()) {
      const { status, report } = judgeDraw(registry, draw, { limit: 0 })
      expect([status, report?.eligible]).toEqual(['right', operators])
    }
    return spies.reduce((sum, { mock }) => sum + mock.calls.length, 0)
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

test.each(distances)('requests of %s: twice the draws, as many looks', (seconds) => {
  const [few, many] = [looksAt(chain(5, seconds)), looksAt(chain(10, seconds))]
  expect(few).toBeGreaterThan(operators)
  expect(many - few).toBeLessThan(operators / 10)
})
