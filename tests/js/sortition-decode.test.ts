// The decoder of logs, against viem and the recorded runs.
import fc from 'fast-check'
import { type AbiEvent, decodeEventLog, encodeAbiParameters, encodeEventTopics, toEventSelector } from 'viem'
import {
  decodeLog,
  DecodeError,
  eventNamed,
  eventsWithTopic,
  type Parameter,
  readArgs,
  topicOf,
} from '../../js/sortition/decode.js'
import { sortitionAbi } from '../../js/sortition/index.js'
import { type ChainRun, vectors } from './support/chain.js'

const events = sortitionAbi as readonly AbiEvent[]
const itemOf = (name: string) => eventNamed(name)!.item

/** One text for equal values: addresses in lower case, members in one order. */
function text(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(text).join('\n')}]`
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([name, each]) => `${name}: ${text(each)}`).join(', ')}}`
  }
  if (typeof value === 'string' && value.startsWith('0x')) return value.toLowerCase()
  return typeof value === 'bigint' ? `${value}n` : JSON.stringify(value)
}

// Published with the contracts; BondOwnerSet, CommitteeThresholdsUpdated and E3Requested are those of the
// recorded run.
const published: Record<string, string> = {
  CommitteeRandomnessRequested: '0x399bda4309dfdd7424cfe8fe0755f30b10a3d0afafc1420462bf01c1df8b26e0',
  CommitteeBondOwnerCapEnabled: '0x00e694b0cde4ce761d162f55d523dab3c2b4fe392fdebb962a548ef99d7e1a78',
  SortitionSubmissionWindowSet: '0xbe772dc189863d512fa01e489c8eac204975aef1a8662d8b5a333804b5207ab7',
  RandomnessRequestTimeoutSet: '0x4863691f12f3bffa1cf6df42d7945ab2966679c4065af02fb328bab706c4ad13',
  RandomnessProviderSet: '0xfb1e10d2175872e37567b16968825f055dcb4e8747097191057e0e32c565f2e2',
  CommitteeActivationChanged: '0x5284b24472eab0196d967ffc4e8b0ade0ae533d2d915d1083f7d30a4662a37bd',
  CommitteeMemberExpelled: '0x6c783b92374361b4d6efaf29673b89437ee969bb3c9d2d5d86b143ad5447b849',
  RandomnessCircuitBreakerTripped: '0x870e0bef49ae9222fbeb021941e6889f261cda445f7227e323db7705f878573c',
  AdmissionStarted: '0x3b78f1c093a05647988c5b505d2b3346b0c08f25bfb91339d7078ca93b797442',
  AdmissionPolicyUpdated: '0x61639d071f0039c475821c28098b7eb4642dffe9607e19d3a73d6055d0932db2',
  BondingAssetConfigUpdated: '0x06d91437aa182257e590c8092840f4ee83c3dabc4a93e6a7af8636185635618f',
  CommitteeObligationUpdated: '0x2bb3e481bbfb22bc918fafcd254ccf15a9eaa1068393079e0be597971389790b',
  RandomnessFulfilled: '0x812ced47332b302b8a910c7db9907660480b4f7b4fae89b1aa5785f9b4c4b4a0',
  E3Failed: '0xe20209be7caae6e76291267cfa711353981274bf127e94f16eb9ec44b68582bb',
  CommitteeThresholdsUpdated: '0x8b56fae526eee054f0849759a99fc7d4ff3823824ebf097a56f7d78adb6b34fa',
  BondOwnerSet: '0xf09dc4a8',
  E3Requested: '0x005238351a9908caa82d44c6db15caab3772e040bc3ca53b285a18526260e43c',
}

test('topics are those that were published, and those of viem', () => {
  const { eventTopics } = vectors<{ eventTopics: Record<string, string> }>('sortition')
  const older = new Set(Object.values(eventTopics))
  for (const item of events) {
    const topic = topicOf(itemOf(item.name))
    expect(topic).toBe(toEventSelector(item))
    if (!older.has(topic))
      expect({ [item.name]: topic }).toEqual({
        [item.name]: expect.stringMatching(`^${published[item.name]}`),
      })
    expect(eventsWithTopic(topic)).toHaveLength(1)
  }
})

test.each(['chain-run', 'chain-run-live', 'chain-run-upgrade'])(
  '%s: every log decodes as viem decodes it',
  (name) => {
    const seen = new Set<string>()
    for (const log of vectors<ChainRun>(name).logs) {
      const [event] = eventsWithTopic(log.topics[0])
      if (!event) continue
      seen.add(event.item.name)
      const expected = decodeEventLog({ abi: sortitionAbi, topics: log.topics, data: log.data })
      expect(text(decodeLog(event.item, log.topics, log.data))).toBe(text(expected.args))
      expect(
        text(
          readArgs(
            event.item,
            JSON.parse(
              JSON.stringify(expected.args, (_, v: unknown) => (typeof v === 'bigint' ? `${v}` : v)),
            ) as Record<string, unknown>,
          ),
        ),
      ).toBe(text(expected.args))
    }
    expect(seen.size).toBeGreaterThan(12)
  },
)

describe('any arguments', () => {
  const word = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n })
  const bytes = (least: number, most: number) =>
    fc.uint8Array({ minLength: least, maxLength: most }).map((b) => `0x${Buffer.from(b).toString('hex')}`)
  function valueOf({ type, components }: Parameter): fc.Arbitrary<unknown> {
    const array = /^(.*)\[(\d*)\]$/.exec(type)
    if (array) {
      const size = array[2] ? { minLength: Number(array[2]), maxLength: Number(array[2]) } : { maxLength: 5 }
      return fc.array(valueOf({ name: '', type: array[1]! }), size)
    }
    if (components) return fc.record(Object.fromEntries(components.map((c) => [c.name, valueOf(c)])))
    if (type === 'address') return bytes(20, 20)
    if (type === 'bytes32') return bytes(32, 32)
    if (type === 'bytes') return bytes(0, 70)
    if (type === 'bool') return fc.boolean()
    if (type === 'int256') return fc.bigInt({ min: -(2n ** 255n), max: 2n ** 255n - 1n })
    const bits = Number(type.slice(4))
    return bits <= 48
      ? fc.nat({ max: 2 ** Math.min(bits, 31) - 1 })
      : word.map((n) => BigInt.asUintN(bits, n))
  }
  const anyEvent = fc.oneof(
    ...events.map((item) =>
      fc
        .record(Object.fromEntries(item.inputs.map((input) => [input.name!, valueOf(input as Parameter)])))
        .map((args) => ({ item, args: args as Record<string, unknown> })),
    ),
  )
  const encoded = ({ item, args }: { item: AbiEvent; args: Record<string, unknown> }) => {
    const plain = item.inputs.filter((input) => !input.indexed)
    return {
      topics: encodeEventTopics({ abi: [item], args } as never) as unknown as string[],
      data: encodeAbiParameters(
        plain,
        plain.map((input) => args[input.name!]),
      ) as string,
    }
  }

  test('that viem encodes come back, and other bytes do not', () => {
    fc.assert(
      fc.property(anyEvent, fc.nat(), ({ item, args }, at) => {
        const { topics, data } = encoded({ item, args })
        expect(text(decodeLog(itemOf(item.name), topics, data))).toBe(text(args))
        // Cut anywhere, or longer: refused.
        for (let end = 2; end < data.length; end += 64)
          expect(() => decodeLog(itemOf(item.name), topics, data.slice(0, end))).toThrow(DecodeError)
        const cut = 2 + (at % Math.max(1, data.length - 2))
        if (data.length > 2)
          expect(() =>
            decodeLog(itemOf(item.name), topics, data.slice(0, cut) + data.slice(cut + 1)),
          ).toThrow(DecodeError)
        expect(() => decodeLog(itemOf(item.name), topics, `${data}${'0'.repeat(64)}`)).toThrow(DecodeError)
        // Changed anywhere: refused, or it says something else, and says exactly what encodes to these bytes.
        if (data.length === 2) return
        const digit = ((parseInt(data[cut]!, 16) + 1) % 16).toString(16)
        const changed = data.slice(0, cut) + digit + data.slice(cut + 1)
        try {
          const other = decodeLog(itemOf(item.name), topics, changed)
          expect(encoded({ item, args: other }).data).toBe(changed)
        } catch (e) {
          expect(e).toBeInstanceOf(DecodeError)
        }
      }),
      { numRuns: 400 },
    )
  })
})

test('values that do not fit their type are refused, naming the parameter', () => {
  const word = (n: bigint | number) => n.toString(16).padStart(64, '0')
  const decode = (name: string, topics: (bigint | number)[], data: string) => () =>
    decodeLog(itemOf(name), [topicOf(itemOf(name)), ...topics.map((t) => `0x${word(t)}`)], `0x${data}`)
  expect(decode('TicketSubmitted', [1, 2n ** 160n], word(1) + word(1))).toThrow(
    'TicketSubmitted.node is no address',
  )
  expect(decode('OperatorActivationChanged', [1], word(2))).toThrow(
    'OperatorActivationChanged.active is no bool',
  )
  expect(decode('OperatorActivationChanged', [1], '12')).toThrow('multiple of 64 hexadecimal digits')
  expect(decode('OperatorActivationChanged', [], word(1))).toThrow('has 2 topics, this log has 1')
  expect(decode('SortitionCommitteeFinalized', [1], word(2n ** 200n) + word(0))).toThrow('begins at byte')
  expect(decode('SortitionCommitteeFinalized', [1], word(64) + word(96) + word(2n ** 250n))).toThrow(
    'longer than its data',
  )
})

test('arguments as text, as JSON has them', () => {
  const item = itemOf('TicketSubmitted')
  const args = { e3Id: '0x10', node: '0xBcd4042DE499D14e55001CcbB24a551F3b954096', ticketId: 3, score: '18' }
  expect(readArgs(item, args)).toEqual({ e3Id: 16n, node: args.node.toLowerCase(), ticketId: 3n, score: 18n })
  expect(readArgs(item, { ...args, node: args.node.replace('0x', '0X').toUpperCase() })).toMatchObject({
    node: args.node.toLowerCase(),
  })
  expect(() => readArgs(item, { ...args, score: '1e9' })).toThrow(
    'TicketSubmitted.score must be a whole number',
  )
  expect(() => readArgs(item, { ...args, ticketId: -1 })).toThrow('TicketSubmitted.ticketId is no uint256')
  expect(() => readArgs(item, { ...args, node: '0x12' })).toThrow('TicketSubmitted.node must be 0x and 40')
  expect(() => readArgs(item, { ...args, score: undefined })).toThrow('TicketSubmitted.score')
})
