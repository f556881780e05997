// Pauses of admissions in recorded runs: those that cannot be are named, and those that can be change
// nothing.
import { emitted, first, judge, open, type Run, type Case, expectNamed } from './support/altered-runs.js'

/** Pauses that cannot be: the run has the policies in the block of an early balance, and no policy before. */
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

test.each(pauses())('%s (%s)', (_, name, alter, says) => expectNamed(name, alter, says))

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
