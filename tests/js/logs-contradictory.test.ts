// Recorded runs with one log dropped, moved, marked or made up, where the other logs show it: never another "right".
import {
  applyLogs,
  drawsIn,
  judgeDraw,
  LogReader,
  NodeRegistry,
  readLogs,
  sortitionAbi,
  verifyRequest,
} from 'hamt-wasm/sortition'
import { encodeAbiParameters, encodeEventTopics, type Abi, type Hex } from 'viem'
import { e3Id as smallId, evidence, judgeAll } from './support/evidence.js'
import { type LiveRun, vectors } from './support/chain.js'

interface Log {
  address: string
  topics: string[]
  data: string
  blockNumber: string
  blockHash: string
  transactionHash: string | undefined
  transactionIndex: string | undefined
  logIndex: string | null
  removed?: boolean
  chainId?: number
  eventName?: string
}
type Run = Omit<LiveRun, 'logs'> & { logs: Log[]; thresholds?: Record<string, number[]> }

const topicOf = (eventName: string) =>
  (encodeEventTopics({ abi: sortitionAbi as Abi, eventName }) as unknown as Hex[])[0]!
const isOf = (eventName: string) => (log: Log) => log.topics[0] === topicOf(eventName)
const word = (n: bigint | number | string) => BigInt(n).toString(16).padStart(64, '0')
const withWord = (data: string, i: number, n: bigint | number) =>
  data.slice(0, 2 + 64 * i) + word(n) + data.slice(2 + 64 * (i + 1))

/** All requests of a run, in the order of the chain: status and sentence, or the error that all of them get. */
function judge(run: Run, options = {}): { status: string; sentence: string; notes?: string[] }[] {
  const { logs, blocks, contracts, chainId, requests, thresholds } = run
  const said = thresholds ?? Object.fromEntries(requests.map((r) => [r.e3Id, r.threshold]))
  try {
    const read = readLogs([{ name: 'run', content: { logs, blocks, contracts, chainId, thresholds: said } }])
    const { registry } = applyLogs(NodeRegistry.empty(), read)
    return [...drawsIn(read).values()].map((draw) => judgeDraw(registry, draw, { limit: 0, ...options }))
  } catch (e) {
    return run.requests.map(() => ({ status: 'refused', sentence: (e as Error).message }))
  }
}
const open = (name: string) => structuredClone(vectors<LiveRun>(name)) as unknown as Run

/** A log of an event, at the end of the block of another. */
function emitted(like: Log, eventName: string, args: Record<string, unknown>, address = like.address): Log {
  const item = sortitionAbi.find(({ name }) => name === eventName)!
  const topics = encodeEventTopics({ abi: sortitionAbi as Abi, eventName, args }) as string[]
  const plain = item.inputs.filter((input) => !input.indexed)
  const data = encodeAbiParameters(plain as never, plain.map(({ name }) => args[name]) as never)
  const logIndex = `0x${(Number(like.logIndex) + 500).toString(16)}`
  return { ...like, address, topics, data, logIndex, transactionHash: undefined, transactionIndex: undefined }
}

const first = (run: Run, eventName: string, i = 0) => run.logs.filter(isOf(eventName)).at(i)!
const drop = (run: Run, log: Log) => void run.logs.splice(run.logs.indexOf(log), 1)
const e3IdOf = (run: Run, i: number) => BigInt(run.requests[i]!.e3Id)

/** Puts a log into the block of another, behind all that is there, and into no transaction. */
function moveTo({ blockNumber, blockHash }: Log, log: Log): void {
  const elsewhere = { transactionHash: undefined, transactionIndex: undefined }
  Object.assign(log, { blockNumber, blockHash, logIndex: '0x1f4', ...elsewhere })
}

type Case = [kind: string, run: string, alter: (run: Run) => void, says: RegExp]

/** Pauses that cannot be: the chain has the policies in the block of an early balance, and no policy before. */
function pauses(): Case[] {
  const like = (run: Run) => first(run, 'TicketBalanceUpdated', 8)
  const second = (run: Run) =>
    run.blocks.find(({ number }) => number === Number(like(run).blockNumber))!.timestamp
  const none = {
    cooldownEnabled: false,
    admissionsPaused: true,
    cooldownDuration: 0,
    pauseTimepoint: 0,
    pauseCooldownEnabled: false,
    pauseCooldownDuration: 0,
  }
  const policies =
    (...list: ((t: number) => Partial<typeof none>)[]) =>
    (run: Run) =>
      list.forEach((of, i) => {
        const t = second(run)
        const args = { timepoint: t, policy: { ...none, ...of(t) } }
        const log = emitted(like(run), 'AdmissionPolicyUpdated', args, run.contracts.bondingRegistry)
        run.logs.push({ ...log, logIndex: `0x${(Number(log.logIndex) + i).toString(16)}` })
      })
  const begins = (t: number) => ({ pauseTimepoint: t - 1 })
  const cool = { cooldownEnabled: true, cooldownDuration: 30 }
  const frozen = { pauseCooldownEnabled: true, pauseCooldownDuration: 30 }
  return [
    [
      'a pause that begins in its own past',
      policies((t) => ({ pauseTimepoint: t })),
      'the pause begins after second',
    ],
    [
      'a pause from long before',
      policies((t) => ({ pauseTimepoint: t - 90 })),
      'the pause begins after second',
    ],
    [
      'a pause that moves',
      policies(begins, (t) => ({ pauseTimepoint: t - 11 })),
      'its pauseTimepoint is \\d+, and the pause has pauseTimepoint \\d+',
    ],
    [
      'a pause with a cool-down that never was',
      policies((t) => ({ ...begins(t), ...frozen })),
      'its pause has a cool-down of 30 seconds, and when it began there was no cool-down',
    ],
    [
      'a pause whose cool-down changes',
      policies(begins, (t) => ({ ...begins(t), ...cool, ...frozen })),
      'its pause has a cool-down of 30 seconds, and when it began there was no cool-down',
    ],
    [
      'a pause that loses its cool-down',
      policies(
        () => ({ ...cool, admissionsPaused: false }),
        (t) => ({ ...begins(t), ...cool, ...frozen }),
        (t) => ({ ...begins(t), ...cool }),
      ),
      'its pause has no cool-down, and when it began there was a cool-down of 30 seconds',
    ],
  ].map(([kind, alter, says]) => [
    kind as string,
    'chain-run-live',
    alter as Case[2],
    new RegExp(`AdmissionPolicyUpdated at .*: .*${says as string}`),
  ])
}

const cases: Case[] = [
  [
    'a removed log of a block whose other logs stay',
    'chain-run',
    (run) => void (first(run, 'OperatorActivationChanged').removed = true),
    /was removed from the chain, and .* of the same block was not: a block leaves with all its logs/,
  ],
  [
    'a balance that was dropped: the next change does not follow',
    'chain-run',
    (run) => {
      const balances = run.logs.filter(isOf('TicketBalanceUpdated'))
      const later = balances.findLast((log) =>
        balances.some((each) => each !== log && each.topics[1] === log.topics[1]),
      )!
      drop(
        run,
        balances.find((log) => log.topics[1] === later.topics[1])!,
      )
    },
    /TicketBalanceUpdated at .*: the balance of 0x.* becomes \d+ by a change of -?\d+, and was 0, as no log says another/,
  ],
  [
    'a balance that is not the one before and the change',
    'chain-run',
    (run) => {
      const log = first(run, 'TicketBalanceUpdated')
      log.data = withWord(log.data, 1, 10n ** 12n)
    },
    /TicketBalanceUpdated at .*: the balance of 0x.* becomes 1000000000000 by a change of/,
  ],
  [
    'a version that was dropped',
    'chain-run',
    (run) => drop(run, first(run, 'EligibilityConfigurationVersionUpdated', 1)),
    /version 3 of the eligibility rules follows version 1, at block 15, log 3: versions count by one/,
  ],
  [
    'a version that goes back',
    'chain-run',
    (run) => {
      const like = run.logs.at(-1)!
      const { bondingRegistry } = run.contracts
      run.logs.push(emitted(like, 'EligibilityConfigurationVersionUpdated', { version: 1n }, bondingRegistry))
    },
    /version 1 of the eligibility rules follows version 4, at block 19, log 1: versions count by one/,
  ],
  [
    'a removal that was dropped: the next one counts',
    'chain-run',
    (run) => drop(run, first(run, 'CiphernodeRemoved')),
    /CiphernodeRemoved at .*: 9 operators are registered after it, and by the logs, .* there are 10/,
  ],
  [
    'a registration twice',
    'chain-run',
    (run) => {
      const log = first(run, 'CiphernodeAdded')
      run.logs.push({ ...log, logIndex: '0x3e8', transactionHash: undefined, transactionIndex: undefined })
    },
    /is registered already, at block \d+, log \d+/,
  ],
  [
    'the start of an admission that was dropped',
    'chain-run-live',
    (run) => drop(run, first(run, 'AdmissionStarted', -1)),
    /0x[0-9a-f]{40} is registered without the AdmissionStarted that goes with it/,
  ],
  [
    'a deadline of the committee that does not follow from the window',
    'chain-run',
    (run) => {
      const log = first(run, 'CommitteeRequested')
      log.data = withWord(log.data, 4, BigInt(run.requests[0]!.committeeDeadline) - 60n)
    },
    /the chain would not have made such a request/,
  ],
  [
    'a failure beside a committee',
    'chain-run',
    (run) => {
      const like = first(run, 'SortitionCommitteeFinalized')
      const args = { e3Id: e3IdOf(run, 0), failedAtStage: 1, reason: 1 }
      run.logs.push(emitted(like, 'E3Failed', args, run.contracts.interfold))
    },
    /forms a committee, and E3Failed at .* says that there was none/,
  ],
  [
    'a failure of a later stage, before the committee',
    'chain-run-live',
    (run) => {
      const args = { e3Id: e3IdOf(run, 0), failedAtStage: 2, reason: 1 }
      run.logs.push(emitted(first(run, 'TicketSubmitted'), 'E3Failed', args, run.contracts.interfold))
    },
    /E3Failed at .* says stage 2, which comes after a committee, and none was formed before it/,
  ],
  [
    'a size of the controller that is not the request’s',
    'chain-run',
    (run) => {
      const log = first(run, 'CommitteeThresholdsUpdated')
      log.data = withWord(log.data, 1, 2n)
    },
    /\[H, N\] is said to be \[2, 3\] in one place, and \[2, 2\] in another/,
  ],
  [
    'the owner cap outside of the block of its request',
    'chain-run-upgrade',
    (run) => {
      const like = first(run, 'SortitionCommitteeFinalized', 1)
      const e3Id = BigInt(like.topics[1]!)
      run.logs.push(emitted(like, 'CommitteeBondOwnerCapEnabled', { e3Id }))
    },
    /CommitteeBondOwnerCapEnabled at .* does not come before CommitteeRandomnessRequested at .* in its transaction/,
  ],
  [
    'the owner cap of a request that draws on a block hash',
    'chain-run',
    (run) => {
      const like = first(run, 'CommitteeRequested')
      run.logs.push(emitted(like, 'CommitteeBondOwnerCapEnabled', { e3Id: e3IdOf(run, 0) }))
    },
    /CommitteeBondOwnerCapEnabled at .* is of a request that draws on a block hash/,
  ],
  [
    'the owner cap behind its request',
    'chain-run-live',
    (run) => {
      const cap = first(run, 'CommitteeBondOwnerCapEnabled')
      Object.assign(cap, { logIndex: '0x1f4', transactionHash: undefined, transactionIndex: undefined })
    },
    /CommitteeBondOwnerCapEnabled at .* does not come before CommitteeRandomnessRequested at .* in its transaction/,
  ],
  [
    'an order of the controller, twice',
    'chain-run',
    (run) => {
      const log = first(run, 'E3Requested')
      run.logs.push({ ...log, logIndex: '0x1f4' })
    },
    /was ordered twice/,
  ],
  [
    'an order of the controller in another block',
    'chain-run',
    (run) => {
      moveTo(first(run, 'SortitionCommitteeFinalized'), first(run, 'E3Requested'))
    },
    /E3Requested at .* does not follow CommitteeRequested at .* in its transaction/,
  ],
  [
    'a failure that its two logs put into two blocks',
    'chain-run-live',
    (run) => {
      moveTo(first(run, 'CommitteeRandomnessRequested'), first(run, 'E3Failed'))
    },
    /E3Failed at .* does not follow CommitteeFormationFailed at .* in its transaction/,
  ],
  [
    'another controller than the one that requests name',
    'chain-run-live',
    (run) => {
      for (const log of run.logs)
        if (log.address === run.contracts.interfold.toLowerCase()) log.address = `0x${'9'.repeat(40)}`
      run.contracts.interfold = `0x${'9'.repeat(40)}`
    },
    /the contract interfold is 0x9999.*, and the logs of the ciphernode registry say 0x/,
  ],
  [
    'a pending log with the hash of a block',
    'chain-run',
    (run) => void (first(run, 'OperatorActivationChanged').logIndex = null),
    /is said to be pending, and has a blockNumber/,
  ],
  [
    'an unknown name beside topics that are known',
    'chain-run',
    (run) => void (first(run, 'OperatorActivationChanged').eventName = 'Transfer'),
    /its topics are those of OperatorActivationChanged, not of "Transfer"/,
  ],
  [
    'a topic more than the event has',
    'chain-run',
    (run) => void first(run, 'OperatorActivationChanged').topics.push(`0x${word(1)}`),
    /OperatorActivationChanged has 2 topics, this log has 3/,
  ],
  [
    'a log of another chain than its file',
    'chain-run',
    (run) => void (first(run, 'OperatorActivationChanged').chainId = 1),
    /of chain 1/,
  ],
  [
    'seats of others than the committee',
    'chain-run-live',
    (run) => {
      for (const log of run.logs.filter(isOf('CommitteeObligationUpdated')))
        if (BigInt(log.topics[3]!) !== 0n) log.topics[3] = `0x${word(7)}`
    },
    /CommitteeObligationUpdated at .* gives a seat to 0x0*7, whose TicketSubmitted is missing/,
  ],
  [
    'seats without the submission that took them',
    'chain-run',
    (run) => drop(run, first(run, 'TicketSubmitted')),
    /CommitteeObligationUpdated at .* gives a seat to 0x[0-9a-f]{40}, whose TicketSubmitted is missing/,
  ],
  [
    'a seat that is taken long before the submission',
    'chain-run',
    (run) => moveTo(first(run, 'CommitteeRequested'), first(run, 'CommitteeObligationUpdated', 2)),
    /CommitteeObligationUpdated at .* is not of the transaction of TicketSubmitted at .*, which takes the seat/,
  ],
  [
    'a failure for want of members without the failure to form a committee',
    'chain-run-live',
    (run) => drop(run, first(run, 'CommitteeFormationFailed')),
    /E3Failed at .* says reason 2, and the CommitteeFormationFailed that goes with it is missing/,
  ],
  [
    'a second breaker, of another word',
    'chain-run-live',
    (run) => {
      const log = structuredClone(first(run, 'RandomnessCircuitBreakerTripped'))
      log.topics[2] = `0x${word(5)}`
      log.logIndex = '0x1f4'
      run.logs.push(log)
    },
    /RandomnessCircuitBreakerTripped at .* is not of the word that CommitteeRandomnessRequested at .* asked for/,
  ],
  [
    'an operator from before the first version of the rules',
    'chain-run',
    (run) => {
      moveTo(first(run, 'SortitionSubmissionWindowSet'), first(run, 'TicketBalanceUpdated'))
    },
    /EligibilityConfigurationVersionUpdated at .*: 0x[0-9a-f]{40} was an operator before the first version/,
  ],
  [
    'assets that begin with their second version',
    'chain-run',
    (run) => drop(run, first(run, 'BondingAssetConfigUpdated')),
    /BondingAssetConfigUpdated at .*: its version is 2, and no log has version 1/,
  ],
  [
    'assets whose second version comes before the first version of the rules',
    'chain-run',
    (run) => {
      const [one, two] = [first(run, 'BondingAssetConfigUpdated'), first(run, 'BondingAssetConfigUpdated', 1)]
      one.topics = two.topics
      one.data = two.data
      drop(run, two)
    },
    /BondingAssetConfigUpdated at block 15, log 2 has version 2, and no log version 1/,
  ],
  [
    'a breaker before the deadline of the word',
    'chain-run-live',
    (run) =>
      moveTo(first(run, 'CommitteeRandomnessRequested', 3), first(run, 'RandomnessCircuitBreakerTripped')),
    /RandomnessCircuitBreakerTripped at .* comes before the deadline of the word/,
  ],
  [
    'a request that draws on a block hash, in contracts that draw on words',
    'chain-run-upgrade',
    (run) => {
      const provider = first(run, 'RandomnessProviderSet')
      moveTo(first(run, 'BondingAssetConfigUpdated'), provider)
    },
    /CommitteeRequested at .* draws on a block hash, and the registry on words of 0x.* since before it/,
  ],
  [
    'members that are expelled two by two',
    'chain-run',
    (run) => {
      const like = first(run, 'CommitteeActivationChanged')
      const node = run.requests[0]!.finalized!.committee[0]!
      const reason = `0x${'0'.repeat(64)}`
      const args = { e3Id: e3IdOf(run, 0), node, reason, activeCountAfter: 1n }
      run.logs.push(emitted(like, 'CommitteeMemberExpelled', args))
    },
    /CommitteeMemberExpelled at .* leaves 1 members, and 2 of 3 are left/,
  ],
  [
    'two operators in one slot',
    'chain-run',
    (run) => {
      const log = first(run, 'CiphernodeAdded', 1)
      log.data = withWord(withWord(log.data, 0, 0n), 2, 1n)
    },
    /CiphernodeAdded at .*: its index is 0, which is the slot of 0x[0-9a-f]{40}/,
  ],
  [
    'a registration that is not the first, and the first of the logs',
    'chain-run',
    (run) => {
      const log = first(run, 'CiphernodeAdded')
      log.data = withWord(withWord(log.data, 0, 2n), 2, 3n)
    },
    /CiphernodeAdded at .*: there are 3 slots, and it is the first/,
  ],
  [
    'a removal without the deactivation',
    'chain-run',
    (run) => {
      const { topics } = first(run, 'CiphernodeRemoved')
      drop(
        run,
        run.logs.findLast((log) => isOf('OperatorActivationChanged')(log) && log.topics[1] === topics[1])!,
      )
    },
    /CiphernodeRemoved at .* has no OperatorActivationChanged of 0x[0-9a-f]{40}, which was active, beside it: a log is missing/,
  ],
  [
    'an active operator that nobody has registered',
    'chain-run',
    (run) => {
      const like = first(run, 'OperatorActivationChanged', 1)
      run.logs.push(
        emitted(like, 'OperatorActivationChanged', { operator: `0x${'7'.repeat(40)}`, active: true }),
      )
    },
    /OperatorActivationChanged at .*: 0x7{40} is not registered/,
  ],
  [
    'an active operator before anybody is registered',
    'chain-run',
    (run) => {
      const like = first(run, 'EligibilityConfigurationVersionUpdated', -1)
      run.logs.push(
        emitted(like, 'OperatorActivationChanged', { operator: `0x${'7'.repeat(40)}`, active: true }),
      )
    },
    /CiphernodeAdded at .*: 0x7{40} is active before anyone is registered/,
  ],
  [
    'an admission that starts without a registration',
    'chain-run-live',
    (run) => {
      const like = first(run, 'TicketBalanceUpdated', 8)
      const operator = `0x${first(run, 'TicketSubmitted').topics[2]!.slice(26)}`
      const timepoint = run.blocks.find(({ number }) => number === Number(like.blockNumber))!.timestamp
      run.logs.push(emitted(like, 'AdmissionStarted', { operator, timepoint }, run.contracts.bondingRegistry))
    },
    /AdmissionStarted at .* has neither the CiphernodeAdded nor the BondOwnerSet of 0x[0-9a-f]{40} that it goes with: a log/,
  ],
  [
    'an admission that starts without another owner',
    'chain-run-live',
    (run) => drop(run, first(run, 'BondOwnerSet', 9)),
    /AdmissionStarted at block 70, log 1 has neither the CiphernodeAdded nor the BondOwnerSet of/,
  ],
  [
    'the owner cap in a transaction of another index',
    'chain-run-live',
    (run) => {
      const request = first(run, 'CommitteeRandomnessRequested')
      for (const log of run.logs.filter(({ blockNumber }) => blockNumber === request.blockNumber))
        Object.assign(log, { transactionHash: undefined, transactionIndex: log === request ? '0x5' : '0x3' })
    },
    /CommitteeBondOwnerCapEnabled at .* does not come before CommitteeRandomnessRequested at .* in its transaction/,
  ],
  [
    'a parent that is not the block before',
    'chain-run',
    (run) => {
      run.blocks = run.blocks.filter(({ number }) => number !== 163)
      Object.assign(run.blocks.at(-1)!, { parentHash: run.blocks[20]!.hash })
    },
    /block 164 says that it follows block 20/,
  ],
  ...pauses(),
  [
    'a committee that is formed and not active',
    'chain-run',
    (run) => {
      const log = first(run, 'CommitteeActivationChanged')
      log.data = withWord(log.data, 0, 0n)
    },
    /CommitteeActivationChanged .* says false, after SortitionCommitteeFinalized/,
  ],
  [
    'one transaction with two indices',
    'chain-run',
    (run) => {
      const [a, b] = run.logs.filter((log, i, all) =>
        [all[i - 1], all[i + 1]].some((o) => o?.transactionHash === log.transactionHash),
      )
      expect(a!.transactionHash).toBe(b!.transactionHash)
      b!.transactionIndex = '0x7'
    },
    /its transaction has index 7 here, and 0/,
  ],
  [
    'two transactions with one index',
    'chain-run',
    (run) => {
      const [a, b] = run.logs.filter((log, i, all) =>
        [all[i - 1], all[i + 1]].some((o) => o?.transactionHash === log.transactionHash),
      )
      expect(a!.blockNumber).toBe(b!.blockNumber)
      b!.transactionHash = `0x${'5'.repeat(64)}`
    },
    /transaction \d+ has another hash here than in/,
  ],
]

describe('what the other logs show', () => {
  test.each(['chain-run', 'chain-run-live', 'chain-run-upgrade'])('%s as it is: right', (name) => {
    const statuses = judge(open(name)).map(({ status }) => status)
    expect(new Set(statuses)).toEqual(new Set(['right']))
  })
  test.each(cases)('%s (%s)', (_, name, alter, says) => {
    const run = open(name)
    alter(run)
    const judged = judge(run)
    expect(judged.map((each) => each.sentence).join('\n')).toMatch(says)
    expect(judged.find(({ sentence }) => says.test(sentence))!.status).not.toBe('right')
  })

  test('pauses that can be: begun, changed, ended and begun again in one second', () => {
    const events = [
      { cooldownEnabled: true, cooldownDuration: 3600 },
      { admissionsPaused: true },
      { admissionsPaused: true, cooldownDuration: 7200 },
      { admissionsPaused: false, cooldownDuration: 7200 },
      { admissionsPaused: true, cooldownDuration: 7200 },
    ]
    const run = open('chain-run-live')
    const last = run.logs.at(-1)!
    const t = run.blocks.find(({ number }) => number === Number(last.blockNumber))!.timestamp
    const policy = {
      cooldownEnabled: true,
      cooldownDuration: 3600,
      pauseTimepoint: t - 1,
      pauseCooldownEnabled: true,
      pauseCooldownDuration: 3600,
      admissionsPaused: false,
    }
    events.forEach((each, i) => {
      const args = { timepoint: t, policy: { ...policy, ...each } }
      const log = emitted(last, 'AdmissionPolicyUpdated', args, run.contracts.bondingRegistry)
      run.logs.push({ ...log, logIndex: `0x${(Number(log.logIndex) + i).toString(16)}` })
    })
    expect(new Set(judge(run).map(({ status }) => status))).toEqual(new Set(['right']))
  })

  test('a request that is left out: said', () => {
    const run = open('chain-run')
    drop(run, first(run, 'CommitteeRequested'))
    const { notes } = readLogs([{ name: 'run', content: { ...run, requests: undefined } }])
    const id = `0x${e3IdOf(run, 0).toString(16)}`
    expect(notes).toContain(`logs are there of ${id}, and not the request, so that it is not judged`)
  })

  test('a word that is asked for twice', () => {
    const run = open('chain-run-live')
    const [one, two] = [
      first(run, 'CommitteeRandomnessRequested'),
      first(run, 'CommitteeRandomnessRequested', 1),
    ]
    two.topics[2] = one.topics[2]!
    expect(judge(run)[0]!.sentence).toMatch(
      / and CommitteeRandomnessRequested at .* both asked 0x.* for word/,
    )
  })

  test('logs without a version do not say where they begin: said, and no more', () => {
    const said = judgeAll(
      () => readLogs([{ name: 'right.json', content: evidence('right.json') }]),
      () => NodeRegistry.empty(),
      smallId,
    )
    expect(said).toMatchObject({ status: 0 })
    expect(said.notes.join()).toMatch(/no version of the eligibility rules is in the logs/)
  })
})

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
      notes: [expect.stringMatching(/^no admission is in the registry/), expect.anything()],
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
