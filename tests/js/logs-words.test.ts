// Recorded runs with one word altered where another log says the same: the verdict is never "right" where it
// was not.
import { applyLogs, drawsIn, judgeDraw, NodeRegistry, readLogs, sortitionAbi } from 'hamt-wasm/sortition'
import { type Hex } from 'viem'
import { type Log, open, type Run, topicOf, withWord, word } from './support/altered-runs.js'

const all = (run: Run, eventName: string) => run.logs.filter(({ topics }) => topics[0] === topicOf(eventName))
const wordOf = (data: string, i: number) => BigInt(`0x${data.slice(2 + 64 * i, 66 + 64 * i)}`)

/** The verdicts of all requests, or the error that all of them get. */
function judge(
  { logs, blocks, contracts, chainId, requests }: Run,
  registry = NodeRegistry.empty(),
): string[] {
  const thresholds = Object.fromEntries(requests.map((r) => [r.e3Id, r.threshold]))
  try {
    const read = readLogs([{ name: 'run', content: { logs, blocks, contracts, chainId, thresholds } }])
    const applied = applyLogs(registry, read)
    return [...drawsIn(read).values()].map((draw) => judgeDraw(applied.registry, draw, { limit: 0 }).sentence)
  } catch (e) {
    return requests.map(() => (e as Error).message)
  }
}

const seats = (run: Run) =>
  all(run, 'CommitteeObligationUpdated').filter(({ topics }) => BigInt(topics[3]!) > 0n)
const setWord = (log: Log, i: number, n: bigint) => void (log.data = withWord(log.data, i, n))

test.each<[kind: string, run: string, alter: (run: Run) => void, says: RegExp]>([
  [
    'seats of a stranger',
    'chain-run-live',
    (run) => seats(run).forEach((log) => void (log.topics[3] = `0x${word(0x7777n)}`)),
    /gives a seat to 0x0+7777, whose TicketSubmitted is missing/,
  ],
  [
    'a seat that is taken twice',
    'chain-run-live',
    (run) =>
      setWord(
        seats(run).find(({ data }) => BigInt(data) === 0n)!,
        0,
        1n,
      ),
    /whose seat was taken already|is not of the transaction of TicketSubmitted at .*, which takes the seat/,
  ],
  [
    'seats in another registry',
    'chain-run',
    (run) => void (seats(run)[0]!.topics[2] = `0x${word(5n)}`),
    /is of the registry 0x0+5, and the request of/,
  ],
  [
    'a committee that is not active when it is formed',
    'chain-run',
    (run) => setWord(all(run, 'CommitteeActivationChanged')[0]!, 0, 0n),
    /CommitteeActivationChanged at .* says false, after SortitionCommitteeFinalized/,
  ],
  [
    'a failure of stage 0',
    'chain-run-live',
    (run) => setWord(all(run, 'E3Failed')[0]!, 0, 0n),
    /says stage 0, in which there is no request/,
  ],
  [
    'a breaker for another word',
    'chain-run-live',
    (run) => void (all(run, 'RandomnessCircuitBreakerTripped')[0]!.topics[2] = `0x${word(5n)}`),
    /is not of the word that CommitteeRandomnessRequested at .* asked for/,
  ],
  [
    'an operator that is activated twice under one version',
    'chain-run',
    (run) =>
      setWord(
        all(run, 'OperatorActivationChanged').find(({ data }) => BigInt(data) === 0n)!,
        0,
        1n,
      ),
    /is active already, at block \d+, log \d+, under the same version/,
  ],
  [
    'an operator that is deactivated, and was not active',
    'chain-run',
    (run) => setWord(all(run, 'OperatorActivationChanged')[0]!, 0, 0n),
    /was not active before/,
  ],
  [
    'a slot in the registry that is not the operator’s',
    'chain-run',
    (run) => setWord(all(run, 'CiphernodeRemoved')[0]!, 0, 5n),
    /its index is 5, and was 6 when/,
  ],
  [
    'slots in the registry that become fewer',
    'chain-run',
    (run) => setWord(all(run, 'CiphernodeRemoved')[0]!, 2, 10n),
    /there are 10 slots, and there were 11 at/,
  ],
  [
    'a version of the assets that is not the next',
    'chain-run',
    (run) => void (all(run, 'BondingAssetConfigUpdated')[1]!.topics[3] = `0x${word(4n)}`),
    /its version is 4, and that before it, at .*, was 1/,
  ],
  [
    'logs that begin with a later version',
    'chain-run',
    (run) =>
      void run.logs.splice(run.logs.indexOf(all(run, 'EligibilityConfigurationVersionUpdated')[0]!), 1),
    /^Not decided/,
  ],
])('%s (%s)', (_, name, alter, says) => {
  const run = open(name)
  alter(run)
  const sentences = judge(run)
  expect(sentences.join('\n')).toMatch(says)
  expect(sentences.every((s) => s.startsWith('Right'))).toBe(false)
})

/** A winner of the first draw is deactivated before the request: the draw is wrong. */
function withLeftWinner(): { run: Run; left: Log } {
  const run = open('chain-run')
  const winner = run.requests[0]!.finalized!.committee[0]!
  const request = Number(all(run, 'CommitteeRequested')[0]!.blockNumber)
  const host = all(run, 'TicketBalanceUpdated').findLast(({ blockNumber }) => Number(blockNumber) < request)!
  const inBlock = run.logs.filter(({ blockNumber }) => blockNumber === host.blockNumber)
  const left = {
    ...host,
    topics: [topicOf('OperatorActivationChanged'), `0x${word(BigInt(winner))}`],
    data: `0x${word(0n)}`,
    logIndex: `0x${(Math.max(...inBlock.map(({ logIndex }) => Number(logIndex))) + 1).toString(16)}`,
  }
  run.logs.push(left)
  return { run, left }
}

describe('a draw that is wrong, as a winner left before it', () => {
  const { run, left } = withLeftWinner()
  const names = new Set(sortitionAbi.map(({ name }) => topicOf(name)))
  const ours = run.logs.filter(({ topics }) => names.has(topics[0] as Hex))
  const isRight = (altered: Run) => judge(altered)[0]!.startsWith('Right')
  const changes: ((n: bigint) => bigint)[] = [
    (n) => n + 1n,
    (n) => n - 1n,
    () => 0n,
    (n) => n | (15n << 252n),
  ]

  test('is wrong', () => {
    expect(judge(run)[0]).toMatch(/^Wrong/)
  })

  // What only the one log says is not decidable: without it, or as another contract's, nothing shows that the
  // winner left.
  test('is never right, whatever single word of the logs is another', () => {
    const step = process.env.HAMT_LONG ? 1 : 13
    let n = 0
    for (const log of ours) {
      const words = log.topics.length - 1 + (log.data.length - 2) / 64
      for (let i = 0; i < words; ++i) {
        for (const change of changes) {
          if (n++ % step !== 0 && log !== left) continue
          const topic = i + 1 < log.topics.length
          const at = topic ? i + 1 : i - (log.topics.length - 1)
          const altered = topic
            ? { ...log, topics: log.topics.with(at, `0x${word(change(BigInt(log.topics[at]!)))}`) }
            : { ...log, data: withWord(log.data, at, change(wordOf(log.data, at))) }
          const logs = run.logs.with(run.logs.indexOf(log), altered)
          expect({ n, topics: altered.topics, isRight: isRight({ ...run, logs }) }).toMatchObject({
            isRight: false,
          })
        }
      }
    }
    expect(n).toBeGreaterThan(1000)
  })
})

describe('a registry file', () => {
  const run = open('chain-run')
  const middle = 100
  const part = (of: (block: number) => boolean): Run => ({
    ...run,
    logs: run.logs.filter(({ blockNumber }) => of(Number(blockNumber))),
  })
  const registryOf = (from: Run) =>
    NodeRegistry.deserialize(
      applyLogs(
        NodeRegistry.empty(),
        readLogs([{ name: 'run', content: { ...from, requests: undefined } }]),
      ).registry.serialize(),
    )
  const first = registryOf(part((block) => block <= middle))
  const later = part((block) => block > middle)

  test('goes on with logs of its contracts and chain, byte for byte', () => {
    expect(first.origin).toEqual({
      chainId: 31337n,
      ciphernodeRegistry: run.contracts.ciphernodeRegistry.toLowerCase(),
      bondingRegistry: run.contracts.bondingRegistry.toLowerCase(),
    })
    expect(judge(later, first).every((sentence) => sentence.startsWith('Right'))).toBe(true)
    const logs = readLogs([{ name: 'later', content: later }])
    expect(applyLogs(first, logs).registry.serialize()).toEqual(registryOf(run).serialize())
  })

  test('refuses logs of another chain, and of other contracts', () => {
    expect(judge({ ...later, chainId: 1 }, first)[0]).toMatch(
      /the registry is of the chain 31337, and the logs are of 1/,
    )
    const other = `0x${'c'.repeat(40)}` as const
    const bonding = run.contracts.bondingRegistry
    const moved = later.logs.map((log) =>
      log.address.toLowerCase() === bonding.toLowerCase() ? { ...log, address: other } : log,
    )
    const contracts = { ...run.contracts, bondingRegistry: other }
    expect(judge({ ...later, logs: moved, contracts }, first)[0]).toMatch(
      /the registry is of the bonding registry 0x.*, and the logs are of 0xc/,
    )
  })

  test('that does not say them, as files of before: taken to be of the same, and said', () => {
    const untold = NodeRegistry.empty().applyAll(
      readLogs([{ name: 'run', content: part((block) => block <= middle) }]).events,
    )
    const { notes, registry } = applyLogs(untold, readLogs([{ name: 'later', content: later }]))
    expect(notes.join()).toMatch(
      /the registry does not say its chain and ciphernode registry and bonding registry/,
    )
    expect(registry.origin.chainId).toBe(31337n)
  })

  test('with a change that the logs between do not have: refused', () => {
    const activations = all(run, 'OperatorActivationChanged')
    const logs = run.logs.filter((log) => log !== activations[2])
    expect(judge({ ...run, logs }, registryOf(run))[0]).toMatch(
      /the registry has OperatorActivationChanged at .* one of the two is not complete/,
    )
  })
})
