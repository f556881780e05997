// Recorded runs with one log dropped, moved, marked or invented, where the other logs show it: never another
// "right".
import { NodeRegistry, readLogs } from 'hamt-wasm/sortition'
import { e3Id as smallId, evidence, judgeAll } from './support/evidence.js'
import {
  drop,
  e3IdOf,
  emitted,
  first,
  isOf,
  judge,
  moveTo,
  open,
  withWord,
  word,
  type Case,
  expectNamed,
} from './support/altered-runs.js'

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

test.each(['chain-run', 'chain-run-live', 'chain-run-upgrade'])('%s as it is: right', (name) => {
  const statuses = judge(open(name)).map(({ status }) => status)
  expect(new Set(statuses)).toEqual(new Set(['right']))
})
test.each(cases)('%s (%s)', (_, name, alter, says) => expectNamed(name, alter, says))

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
  expect(judge(run)[0]!.sentence).toMatch(/ and CommitteeRandomnessRequested at .* both asked 0x.* for word/)
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
