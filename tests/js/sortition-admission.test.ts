// The registry of the newer protocol: admission, settings, going back, and the file of both formats.
import fc from 'fast-check'
import { EventError, NodeRegistry, type Address, type RegistryEvent } from 'hamt-wasm/sortition'
import { decode, type LiveRun, vectors } from './support/chain.js'
import { eligibleAt, isBefore, liveAt, liveState, settingsAt } from './support/live.js'
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
  policy,
  started,
  thrownBy,
  version,
  assets,
  other,
  provider,
  submissionWindow,
  timeout,
} from './support/registry-events.js'

const lower = (a: string) => a.toLowerCase() as Address

describe.each(['chain-run-live', 'chain-run-upgrade'])('the recorded run %s', (name) => {
  const run = vectors<LiveRun>(name)
  const events = decode(run)
  const registry = NodeRegistry.empty().applyAll(events)

  test('every state that the contracts answered', () => {
    expect(run.stateChecks).toHaveLength(58)
    for (const check of run.stateChecks) {
      const state = registry.at(check.timepoint).get(lower(check.operator))
      const owner = state?.owner ?? `0x${'0'.repeat(40)}`
      expect({
        ...check,
        ticketBalance: `${state?.ticketBalance ?? 0n}`,
        eligible: registry.eligible(check.timepoint).has(lower(check.operator)),
        activeOperatorCount: [...registry.at(check.timepoint).values()].filter((s) => s.active).length,
        ...(check.owner && { owner }),
      }).toEqual({ ...check, ...(check.owner && { owner: lower(check.owner) }) })
    }
  })

  test('everybody who could take part in a request', () => {
    for (const r of run.requests) {
      const t = BigInt(r.requestBlock) - 1n
      const eligible = registry.eligible(t)
      for (const o of r.operators) {
        const state = registry.at(t).get(lower(o.operator))
        expect(eligible.has(lower(o.operator))).toBe(o.eligible)
        expect(`${state?.ticketBalance ?? 0n}`).toBe(o.ticketBalance)
        if (o.owner) expect(state?.owner).toBe(lower(o.owner))
      }
      expect(eligible.size).toBe(r.operators.filter((o) => o.eligible).length)
    }
  })

  test('what was in force at each request', () => {
    for (const r of run.requests.filter((request) => request.provider)) {
      const log = events.find(
        (e) =>
          e.eventName === 'CommitteeRandomnessRequested' &&
          (e.args as { e3Id: bigint }).e3Id === BigInt(r.e3Id),
      )!
      expect(registry.settingsBefore(log)).toMatchObject({
        ticketPrice: BigInt(r.ticketPrice),
        submissionWindow: BigInt(r.submissionWindow!),
        randomnessTimeout: BigInt(r.randomnessDeadline! - r.requestBlock),
        randomnessProvider: lower(r.provider!),
        admission: r.admissionPolicy,
      })
      expect(registry.settingsBefore(log)).toEqual(settingsAt(events, log))
    }
  })

  test('every version agrees with the naive implementation', () => {
    const times = registry.timepoints().flatMap((t) => [t - 1n, t])
    for (const t of [...times, ...times.reverse()]) {
      expect(new Map(registry.at(t))).toEqual(liveAt(events, t))
      expect(new Map(registry.eligible(t))).toEqual(eligibleAt(events, t))
    }
  })

  test('the same bytes wherever the replay is cut, and going back is as if later events had never come', () => {
    const all = registry.serialize()
    expect(all.length / events.length).toBeLessThan(60)
    for (let k = 0; k <= events.length; k += 7) {
      const first = NodeRegistry.empty().applyAll(events.slice(0, k))
      expect(NodeRegistry.deserialize(first.serialize()).applyAll(events.slice(k)).serialize()).toEqual(all)
      const blockNumber = events[k]?.blockNumber ?? 1000n
      const back = registry.before({ blockNumber })
      const kept = events.filter((e) => e.blockNumber < blockNumber)
      expect(back.serialize()).toEqual(NodeRegistry.empty().applyAll(kept).serialize())
      expect(back.applyAll(events.slice(kept.length)).serialize()).toEqual(all)
    }
    expect(registry.serialize()).toEqual(all)
  })
})

// --- generated events ----------------------------------------------------------------------------

const anyEvent: fc.Arbitrary<Named> = fc.oneof(
  anyOperator.map(added),
  fc.tuple(anyOperator, anyAmount).map(([o, b]) => balance(o, b)),
  fc.tuple(anyOperator, fc.boolean()).map(([o, a]) => activation(o, a)),
  fc.tuple(anyOperator, fc.constant(true)).map(([o, a]) => activation(o, a)),
  fc.bigInt(1n, 4n).map(version),
  fc.tuple(anyOperator, anyOperator).map(([o, b]) => owner(o, b)),
  anyOperator.map(started),
  anyOperator.map(started),
  fc
    .record({
      cooldownEnabled: fc.boolean(),
      admissionsPaused: fc.boolean(),
      cooldownDuration: fc.nat(9),
      pauseTimepoint: fc.integer({ min: 995, max: 1000 }),
      pauseCooldownEnabled: fc.boolean(),
      pauseCooldownDuration: fc.nat(9),
    })
    .map((p): Named => [
      'AdmissionPolicyUpdated',
      (t: number) => {
        // Of the last second before, or of an older pause.
        const paused = { ...p, pauseTimepoint: Math.min(t - 1, t - 1 - (p.pauseTimepoint - 995)) }
        return { timepoint: t, policy: paused }
      },
    ]),
  fc.tuple(anyAmount, anyOperator).map(([a, token]) => assets(a, token)),
  anyAmount.map(submissionWindow),
  anyAmount.map(timeout),
  anyOperator.map(provider),
  fc.constant(other),
)
const anyHistory = historyOf(anyEvent, 50, 3)

describe('any history', () => {
  test('states, eligibility and settings, at every second and before every log', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const r = NodeRegistry.empty().applyAll(history)
        const seconds = history.flatMap((e) => [e.timestamp - 1n, e.timestamp, e.timestamp + 3n])
        for (const t of new Set(seconds)) {
          expect(new Map(r.at(t))).toEqual(liveAt(history, t))
          expect(new Map(r.eligible(t))).toEqual(eligibleAt(history, t))
        }
        for (const e of history) {
          expect(r.settingsBefore(e)).toEqual(settingsAt(history, e))
          const before = liveState(history, (o) => isBefore(o, e))
          for (let n = 0; n < 7; ++n) expect(r.stateBefore(e, addressOf(n))).toEqual(before.get(addressOf(n)))
        }
      }),
      { numRuns: 60 },
    )
  })

  test('is the same wherever it is cut, saved, loaded, and taken back', () => {
    fc.assert(
      fc.property(anyHistory, fc.nat(50), fc.nat(50), (history, cut, back) => {
        const k = Math.min(cut, history.length)
        const all = NodeRegistry.empty().applyAll(history)
        const bytes = all.serialize()
        const resumed = NodeRegistry.deserialize(
          NodeRegistry.empty().applyAll(history.slice(0, k)).serialize(),
        ).applyAll(history.slice(k))
        expect(resumed.serialize()).toEqual(bytes)
        expect(NodeRegistry.deserialize(bytes).serialize()).toEqual(bytes)

        const blockNumber = history[Math.min(back, history.length - 1)]?.blockNumber ?? 5n
        const kept = history.filter((e) => e.blockNumber < blockNumber)
        const before = all.before({ blockNumber })
        expect(before.position).toEqual(NodeRegistry.empty().applyAll(kept).position)
        expect(before.serialize()).toEqual(NodeRegistry.empty().applyAll(kept).serialize())
        const branch = event(balance(op, 77n), Number(blockNumber), 0, 1_000_000)
        expect(before.apply(branch).serialize()).toEqual(
          NodeRegistry.empty()
            .applyAll([...kept, branch])
            .serialize(),
        )
        // What was loaded does not know of events that changed nothing, and goes on like the others.
        const loaded = NodeRegistry.deserialize(bytes).before({ blockNumber })
        expect(loaded.changes).toBe(before.changes)
        expect(loaded.applyAll(history.slice(kept.length)).serialize()).toEqual(bytes)
        expect(all.serialize()).toEqual(bytes)
      }),
      { numRuns: 150 },
    )
  })
})

// --- admission by hand ---------------------------------------------------------------------------

describe('admission', () => {
  const [old, early, late, idle] = [1, 2, 3, 4].map(addressOf) as [Address, Address, Address, Address]
  const nameOf = new Map([
    [old, 'old'],
    [early, 'early'],
    [late, 'late'],
    [idle, 'idle'],
  ])
  /** Seconds are as given: one block each. */
  const registryOf = (...list: [Named, number][]) =>
    NodeRegistry.empty().applyAll(list.map(([named, second], i) => event(named, i + 1, 0, second)))
  const eligible = (r: NodeRegistry, second: number) =>
    [...r.eligible(second).keys()].map((a) => nameOf.get(a as Address)!).sort()
  const base: [Named, number][] = [
    [version(1n), 10],
    [activation(old, true), 20],
    [started(early), 100],
    [activation(early, true), 100],
    [started(late), 200],
    [activation(late, true), 200],
  ]

  test('without a policy nobody waits', () => {
    const r = registryOf(...base)
    expect(eligible(r, 100)).toEqual(['early', 'old'])
    expect(eligible(r, 200)).toEqual(['early', 'late', 'old'])
    expect(r.at(200).get(late)).toMatchObject({ admittedSince: 200n })
    expect(r.at(200).get(old)).not.toHaveProperty('admittedSince')
  })

  test('a cool-down ends without an event, at exactly its duration', () => {
    const r = registryOf(...base, [policy({ cooldownEnabled: true, cooldownDuration: 150 }), 210])
    expect(eligible(r, 209)).toEqual(['early', 'late', 'old']) // the policy is not there yet
    expect(eligible(r, 210)).toEqual(['old'])
    expect(eligible(r, 249)).toEqual(['old'])
    expect(eligible(r, 250)).toEqual(['early', 'old'])
    expect(eligible(r, 349)).toEqual(['early', 'old'])
    expect(eligible(r, 350)).toEqual(['early', 'late', 'old'])
    expect(eligible(registryOf(...base, [policy({ cooldownDuration: 150 }), 210]), 210)).toHaveLength(3)
  })

  test('a change of owner starts the wait again', () => {
    const r = registryOf(
      ...base,
      [policy({ cooldownEnabled: true, cooldownDuration: 50 }), 300],
      [started(old), 310],
    )
    expect(eligible(r, 309)).toEqual(['early', 'late', 'old'])
    expect(eligible(r, 310)).toEqual(['early', 'late'])
    expect(eligible(r, 360)).toEqual(['early', 'late', 'old'])
  })

  test('a pause freezes who was admitted and active in the second before it', () => {
    const paused = policy({
      admissionsPaused: true,
      pauseTimepoint: 299,
      pauseCooldownEnabled: true,
      pauseCooldownDuration: 150,
    })
    const list: [Named, number][] = [
      ...base,
      [activation(idle, true), 250],
      [activation(idle, false), 290],
      [paused, 300],
      [activation(idle, true), 310], // was inactive when the pause began
      [activation(early, false), 320],
      [activation(early, true), 330],
      [started(old), 340],
    ]
    const r = registryOf(...list)
    expect(eligible(r, 299)).toEqual(['early', 'late', 'old'])
    expect(eligible(r, 300)).toEqual(['early', 'old']) // late had waited 99 seconds
    expect(eligible(r, 315)).toEqual(['early', 'old'])
    expect(eligible(r, 320)).toEqual(['old'])
    expect(eligible(r, 330)).toEqual(['early', 'old'])
    expect(eligible(r, 340)).toEqual(['early']) // who changes its owner in a pause does not come back in it
    expect(eligible(r, 9999)).toEqual(['early'])
    const ended = registryOf(...list, [policy({}), 400])
    expect(eligible(ended, 400)).toEqual(['early', 'idle', 'late', 'old'])
  })

  test('a pause looks at activity by the version of its beginning', () => {
    const paused = policy({ admissionsPaused: true, pauseTimepoint: 299 })
    const r = registryOf(
      ...base,
      [version(2n), 280],
      [activation(old, true), 290],
      [paused, 300],
      [activation(early, true), 310],
      [version(3n), 320],
      [activation(old, true), 330],
      [activation(early, true), 330],
    )
    expect(eligible(r, 299)).toEqual(['old'])
    expect(eligible(r, 315)).toEqual(['old'])
    expect(eligible(r, 320)).toEqual([])
    expect(eligible(r, 330)).toEqual(['old'])
  })
})

// --- bad events ----------------------------------------------------------------------------------

describe('bad events leave the registry as it was', () => {
  const base = NodeRegistry.empty().applyAll([event(added(op), 5, 3), event(balance(op, 7n), 5, 4)])
  const bytes = base.serialize()
  const bad = (named: Named, change: object = {}) => {
    const e = event(named, 6)
    return { ...e, args: { ...e.args, ...change } }
  }
  const badPolicy = (change: object) =>
    bad([
      'AdmissionPolicyUpdated',
      (t) => {
        const { args } = event(policy({}), 0, 0, t) as { args: { policy: object } }
        return { ...args, policy: { ...args.policy, ...change } }
      },
    ])

  const cases: [string, object, RegExp][] = [
    [
      'a forged time of an admission',
      bad(started(op), { timepoint: 1005 }),
      /AdmissionStarted at block 6, log 0 states timepoint 1005, its block has timestamp 1006/,
    ],
    ['a forged time of a policy', bad(policy({}), { timepoint: 1007 }), /states timepoint 1007/],
    ['a time beyond uint48', bad(started(op), { timepoint: 2 ** 48 }), /timepoint must be below 2\^48/],
    ['a time that is text', bad(started(op), { timepoint: '1006' }), /timepoint must be a bigint/],
    [
      'a duration beyond uint48',
      badPolicy({ cooldownDuration: 2n ** 48n }),
      /policy\.cooldownDuration must be below 2\^48/,
    ],
    ['a negative duration', badPolicy({ pauseCooldownDuration: -1 }), /policy\.pauseCooldownDuration .*-1/],
    [
      'a flag that is none',
      badPolicy({ admissionsPaused: 1 }),
      /policy\.admissionsPaused must be a boolean, got 1/,
    ],
    [
      'a pause of the future',
      badPolicy({ admissionsPaused: true, pauseTimepoint: 1007 }),
      /policy\.pauseTimepoint must be at most/,
    ],
    ['no policy', bad(policy({}), { policy: undefined }), /policy must be an object/],
    [
      'a configuration version beyond uint64',
      bad(assets(1n), { configurationVersion: 2n ** 64n }),
      /configurationVersion must be below 2\^64/,
    ],
    ['a price beyond uint256', bad(assets(2n ** 256n)), /ticketPrice must be from 0 to 2\^256 - 1/],
    ['a token that is none', bad(assets(1n), { ticketToken: '0x12' }), /ticketToken must be an address/],
    [
      'a window that is a number',
      bad(submissionWindow(1n), { sortitionSubmissionWindow: 1 }),
      /sortitionSubmissionWindow must be a bigint/,
    ],
    ['a timeout that is negative', bad(timeout(-1n)), /randomnessRequestTimeout/],
    ['a provider that is none', bad(provider('0x1')), /randomnessProvider must be an address/],
  ]
  test.each(cases)('%s', (_, e, message) => {
    expect(() => base.apply(e as RegistryEvent)).toThrow(message)
    expect(base.serialize()).toEqual(bytes)
  })

  test('logs that the chain took back are refused, and the error says what to do', () => {
    const say = /registry\.before\(\{ blockNumber: 5n \}\)/
    const again = event(balance(op, 9n), 5, 4)
    for (const [e, code] of [
      [{ ...again, removed: true }, 'removed'],
      [again, 'repeated'],
      [{ ...again, logIndex: 3 }, 'out-of-order'],
      [{ ...again, logIndex: 5, timestamp: 1006n }, 'time'],
    ] as const) {
      const thrown = thrownBy(() => base.apply(e))
      expect(thrown).toBeInstanceOf(EventError)
      expect(thrown).toMatchObject({ code, message: expect.stringMatching(say) })
    }
    const back = base.before({ blockNumber: 5n })
    expect(back.position).toBeUndefined()
    expect(back.apply(again).at(2000).get(op)?.ticketBalance).toBe(9n)
    expect(base.before({ blockNumber: 6 })).toBe(base)
    expect(() => base.before({ blockNumber: -1 })).toThrow(/blockNumber .*-1/)
  })
})

test.each(['chain-run-live', 'chain-run-upgrade'])(
  '%s: seconds in any order have the operators of their own',
  (name) => {
    const registry = NodeRegistry.empty().applyAll(decode(vectors<LiveRun>(name)))
    const bytes = registry.serialize()
    const seconds = registry
      .timepoints()
      .flatMap((t) => [t - 1n, t, t + 1n, t + 30n, t + 3_600n, t + 86_400n])
    const alone = new Map(
      seconds.map((t) => [t, [...NodeRegistry.deserialize(bytes).eligible(t).keys()].sort()]),
    )
    expect(new Set([...alone.values()].map(String)).size).toBeGreaterThan(3)
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...seconds), { minLength: 30, maxLength: 30 }), (asked) => {
        for (const t of asked) expect([...registry.eligible(t).keys()].sort()).toEqual(alone.get(t))
      }),
      { numRuns: 10 },
    )
  },
)
