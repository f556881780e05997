// The verifier on the recorded runs of the newer contracts, and on what was altered in them.
import {
  drawsIn,
  evidenceOf,
  judgeDraw,
  explain,
  explainAt,
  format,
  formatExplanation,
  formatStanding,
  NodeRegistry,
  scoreTicket,
  verifyRequest,
  type Address,
  type DrawLogs,
  type Hex,
  type RegistryEvent,
  type Report,
  type RequestEvidence,
} from 'hamt-wasm/sortition'
import { decode, type LiveRun, vectors } from './support/chain.js'
import { idealOf } from './support/live.js'

const lower = (a: string) => a.toLowerCase() as Address
const codes = (report: Report) => [...new Set(report.violations.map((v) => v.code))].sort()

function evidenceFor(draw: DrawLogs, threshold: [number, number]): RequestEvidence {
  const gathered = evidenceOf(draw, { threshold })
  if (gathered.needed !== undefined) throw new Error(gathered.needed)
  return gathered.evidence
}

/** A recorded run, with room between its logs: index 1,000 i instead of i. */
function open(name: string) {
  const run = vectors<LiveRun>(name)
  const events = decode(run).map((e) => ({ ...e, logIndex: 1000 * e.logIndex }))
  const registry = NodeRegistry.empty().applyAll(events)
  const chainId = BigInt(run.chainId)
  const blockHashes = new Map(run.blocks.map((b) => [b.number, b.hash]))
  const draws = [...drawsIn({ events, blockHashes, chainId }).values()]
  // The controller of these runs emits no E3Requested, so that nothing in them says N.
  const evidence = draws.map((each, i) => evidenceFor(each, run.requests[i]!.threshold))
  /** A place after the logs of all earlier transactions of a block. */
  const placeOf = (block: number, transactionIndex: number) => {
    const before = run.logs.filter(
      (l) => Number(l.blockNumber) === block && Number(l.transactionIndex) < transactionIndex,
    )
    return Math.max(-1, ...before.map((l) => 1000 * Number(l.logIndex))) + 1
  }
  return { name, run, events, registry, chainId, blockHashes, draws, evidence, placeOf }
}
const runs = { live: open('chain-run-live'), upgrade: open('chain-run-upgrade') }
const all = Object.values(runs).flatMap((r) =>
  r.run.requests.map((request, i) => [`${r.name}: ${request.name}`, r, i] as const),
)

describe.each(all)('%s', (_, { run, registry, events, evidence, placeOf }, i) => {
  const r = run.requests[i]!
  const report = verifyRequest(registry, evidence[i]!)
  const rightLimit = { ...evidence[i]!, limit: 0 }

  test('is right, with everything that the contracts answered', () => {
    expect(report.violations).toEqual([])
    // After a policy, the contract counts owners again when it is called, which no log shows.
    const uncounted = /whether the contract had counted enough bond owners is not known/
    // Who was there before there were admissions has no age.
    const ageless = /of the operators that submitted have no admission in the logs/
    const notes = report.notes.filter((note) => !uncounted.test(note))
    const first = /^no admission is in the registry/
    expect(notes).toEqual(
      r.name.startsWith('C: ') ? [expect.stringMatching(r.name === 'C: owner cap' ? first : ageless)] : [],
    )
    expect(report).toMatchObject({
      ok: true,
      verdict: 'right',
      outcome: r.finalized ? 'formed' : 'failed',
      kind: r.kind ?? 'C',
      policy: r.policy,
      size: r.threshold[1],
      timepoint: BigInt(r.requestBlock - 1),
      ticketPrice: BigInt(r.ticketPrice),
      seed: r.seed ? BigInt(r.seed) : undefined,
      deadline: BigInt(r.committeeDeadline),
      usable: r.kind === 'A' ? undefined : (r.fulfilment?.usable ?? false),
      reason: r.failed?.reason ?? 0,
    })
    expect(report.committee.map((s) => s.node)).toEqual((r.finalized?.committee ?? []).map(lower))
    expect(report.committee.map((s) => s.score)).toEqual((r.finalized?.scores ?? []).map(BigInt))
  })

  test('every accepted attempt, with its score', () => {
    const accepted = r.attempts.filter((a) => a.accepted)
    expect(report.submissions.map((s) => [s.node, s.ticket, s.score, s.counts])).toEqual(
      accepted.map((a) => [lower(a.operator), BigInt(a.ticket), BigInt(a.score!), true]),
    )
  })

  test('every refused attempt would be named, with the error of the contract', () => {
    for (const attempt of r.attempts.filter((a) => !a.accepted)) {
      const e3Id = BigInt(r.e3Id)
      const ticketId = BigInt(attempt.ticket)
      const score = scoreTicket({ node: attempt.operator, ticket: ticketId, e3Id, seed: report.seed ?? 0n })
      const submission: RegistryEvent = {
        eventName: 'TicketSubmitted',
        args: { e3Id, node: attempt.operator, ticketId, score },
        blockNumber: BigInt(attempt.blockNumber),
        logIndex: placeOf(attempt.blockNumber, attempt.transactionIndex),
        timestamp: BigInt(attempt.timestamp),
      }
      const submissions = [...evidence[i]!.submissions, submission as never]
      // A word that came too late has its seed, which does not count.
      const altered = verifyRequest(registry, { ...rightLimit, submissions })
      const named = altered.violations.filter((v) => v.node === lower(attempt.operator))
      expect([attempt, named[0]?.error]).toEqual([attempt, attempt.error])
      expect(altered.committee).toEqual(report.committee)
    }
  })

  test('who could take part, and the ideal committee, agree with the naive implementation', () => {
    const able = r.operators.filter((o) => o.eligible && o.tickets > 0)
    expect(report.eligible).toBe(able.length)
    if (report.seed === undefined) return
    const [size, price] = [r.threshold[1], BigInt(r.ticketPrice)]
    const draw = { e3Id: report.e3Id, seed: report.seed, price, size, cap: r.policy === 'owner-cap' }
    expect(report.ideal).toEqual(idealOf(events, report.timepoint, draw))
  })

  test('reads well, and so do explanations of everybody', () => {
    const text = format(report)
    const [formed, noWord, tooFew] = [
      'the draw follows the rule',
      'no committee could be formed, as no random word came in time',
      'no committee could be formed, for lack of members',
    ]
    const said = { 0: formed, 1: noWord, 2: tooFew }[r.failed?.reason ?? 0]
    expect(text.split('\n')).toContain(`Right: ${said}.`)
    // Each fact that the recording has is there, in words.
    const at = (second: number) => new RegExp(`\\(second ${second}\\)`)
    expect(text).toMatch(at(r.requestBlock))
    expect(text).toMatch(at(r.committeeDeadline))
    expect(text).toMatch(new RegExp(`${r.threshold[1]} seats, threshold ${r.threshold[0]}$`, 'm'))
    if (r.fulfilment?.usable) expect(text).toMatch(at(r.fulfilment.fulfilledAt))
    if (r.kind !== 'A') expect(text).toMatch(/^chain +31337$/m)
    for (const seat of report.committee)
      expect(text.includes(`owner ${seat.owner}`)).toBe(r.policy === 'owner-cap')
    for (const o of run.operators) {
      const e = explain(registry, report, o)
      expect(e.verdict).toMatch(/^(selected|not selected: )/)
      expect(e.seat !== undefined).toBe(report.committee.some((s) => s.node === lower(o)))
      expect(formatExplanation(e)).toContain(lower(o))
      const standing = explainAt(registry, o, report.timepoint)
      const recorded = r.operators.find((each) => lower(each.operator) === lower(o))
      expect(standing.eligible).toBe(recorded !== undefined && recorded.eligible && recorded.tickets > 0)
      if (standing.eligible) expect(standing.tickets).toBe(BigInt(recorded!.tickets))
      expect(formatStanding(standing)).toMatch(
        standing.eligible ? /Eligible at \S+Z \(second \d+\)/ : /Not eligible/,
      )
    }
    expect(text.split('\n').every((line) => line === line.trimEnd())).toBe(true)
  })

  test('dropping the events of the end leaves it open', () => {
    const { finalized: _a, failed: _b, e3Failed: _c, ...rest } = evidence[i]!
    const more = r.kind === 'A' ? { open: true } : {}
    expect(verifyRequest(registry, { ...rest, ...more, limit: 0 })).toMatchObject({
      ok: true,
      verdict: 'undecided',
      outcome: 'open',
    })
  })
})

// --- what was altered ----------------------------------------------------------------------------

/** Evidence with any of its parts changed, as the tests below need it. */
type Parts = Record<
  'request' | 'randomness' | 'fulfilment' | 'finalized' | 'failed' | 'e3Failed',
  { args: any; timestamp: bigint; blockNumber: bigint; logIndex: number; address?: Address }
> & { submissions: { args: any; timestamp: bigint; blockNumber: bigint; logIndex: number }[] }

const request = (run: keyof typeof runs, name: string) => {
  const { registry, evidence, run: recorded } = runs[run]
  const i = recorded.requests.findIndex((r) => r.name === name)
  const verify = (change: (e: Parts) => object | void) => {
    const copy = structuredClone({ ...evidence[i]!, limit: 0 }) as unknown as Parts
    return verifyRequest(registry, { ...copy, ...(change(copy) ?? {}) } as unknown as RequestEvidence)
  }
  return { verify, recorded: recorded.requests[i]!, registry, evidence: evidence[i]! }
}

describe('the request', () => {
  const { verify } = request('live', 'normal')
  test.each<[string, (e: Parts) => object | void, RegExp]>([
    [
      'another deadline of the word',
      (e) => void (e.randomness.args.randomnessDeadline += 1n),
      /deadline of the random word/,
    ],
    [
      'another provider',
      (e) => void (e.randomness.args.provider = `0x${'12'.repeat(20)}`),
      /provider of the random word/,
    ],
    [
      'another time than stated',
      (e) => ({ request: { ...e.request, requestBlock: 1790000481n } }),
      /of time 2026-09-21T14:21:21Z \(second 1790000481\)/,
    ],
    [
      'another price than stated',
      (e) => ({ request: { ...e.request, ticketPrice: 1n } }),
      /price is said to be 1, in force was 10000000/,
    ],
    ['more members than operators', () => ({ request: { threshold: [2, 10] } }), /9 operators were active/],
    ['more members than owners', () => ({ request: { threshold: [2, 7] } }), /had 6 bond owners/],
  ])('%s', (_, change, message) => {
    const report = verify(change)
    expect(codes(report)).toContain('request')
    expect(report.violations.find((v) => v.code === 'request')!.message).toMatch(message)
    expect(report.verdict).toBe('wrong')
  })

  test('what it states rightly changes nothing', () => {
    const report = verify((e) => ({
      request: { ...e.request, requestBlock: 1790000480n, ticketPrice: 10000000n },
    }))
    expect(report.verdict).toBe('right')
  })

  test('without N it is taken from the committee, and said', () => {
    const report = verify(() => ({ request: {} }))
    expect(report).toMatchObject({ ok: true, size: 3 })
    expect(report.notes.join()).toMatch(/N, the size of the committee, was not given: 3/)
  })
})

describe('the random word', () => {
  const { verify, recorded } = request('live', 'normal')
  const wrongSeed = ['score', 'seed', 'wrong-member', 'wrong-scores']
  test.each<[string, (e: Parts) => object | void, string[]]>([
    ['of another request', (e) => void (e.fulfilment.args.e3Id += 1n), ['fulfilment']],
    ['of another request to the provider', (e) => void (e.fulfilment.args.requestId += 1n), ['fulfilment']],
    ['of another provider', (e) => void (e.fulfilment.address = `0x${'12'.repeat(20)}`), ['fulfilment']],
    ['at a forged time', (e) => void (e.fulfilment.args.fulfilledAt += 1n), ['fulfilment']],
    ['another word', (e) => void (e.fulfilment.args.randomWord += 1n), wrongSeed],
    ['another chain', () => ({ vrf: { chainId: 1n } }), wrongSeed],
    ['a claimed seed that is another', () => ({ seed: 5n }), ['seed']],
    [
      'after its deadline',
      (e) => {
        e.fulfilment.timestamp = BigInt(recorded.randomnessDeadline!) + 1n
        e.fulfilment.args.fulfilledAt = e.fulfilment.timestamp
      },
      ['deadline', 'formation', 'not-eligible'],
    ],
    [
      'in the block of the request',
      (e) => void Object.assign(e.fulfilment, { blockNumber: e.randomness.blockNumber, logIndex: 999_999 }),
      ['deadline', 'formation', 'not-eligible'],
    ],
    [
      'after the submissions',
      (e) => void (e.fulfilment.blockNumber = e.submissions.at(-1)!.blockNumber + 1n),
      ['formation', 'not-eligible'],
    ],
  ])('%s', (_, change, expected) => {
    const report = verify((e) => {
      const changed = change(e) as { vrf?: object } | undefined
      return changed?.vrf ? { vrf: { ...(e as unknown as { vrf: object }).vrf, ...changed.vrf } } : changed
    })
    expect(codes(report)).toEqual(expected)
    expect(report.verdict).toBe('wrong')
  })

  test('one that is not given leaves the draw undecided; a claimed seed is checked against the scores', () => {
    const report = verify(() => ({ fulfilment: undefined }))
    expect(report).toMatchObject({ ok: true, verdict: 'undecided', seed: undefined, usable: undefined })
    expect(report.notes.join()).toMatch(/fulfilment of the random word is not given/)
    const claimed = verify(() => ({ fulfilment: undefined, seed: BigInt(recorded.seed!) }))
    expect(claimed).toMatchObject({ ok: true, verdict: 'undecided' })
    expect(codes(verify(() => ({ fulfilment: undefined, seed: 7n })))).toContain('seed')
  })

  test('one that is known not to have come makes submissions and committee wrong', () => {
    expect(codes(verify(() => ({ fulfilment: null })))).toEqual(['deadline', 'formation', 'not-eligible'])
    expect(codes(verify(() => ({ fulfilment: null, seed: 7n })))).toContain('seed')
  })

  test('without the chain the seed is not known', () => {
    const report = verify(() => ({ vrf: undefined }))
    expect(report).toMatchObject({ verdict: 'undecided', seed: undefined })
  })

  test('late, or never: no seed for good, and the claim of one is wrong', () => {
    for (const [run, name] of [
      ['live', 'no fulfilment in time'],
      ['upgrade', 'B: never fulfilled'],
    ] as const) {
      const r = request(run, name)
      expect(codes(r.verify(() => ({ seed: 5n })))).toEqual(['seed'])
    }
  })
})

describe('a submission', () => {
  const { verify } = request('live', 'normal')
  test.each<[string, (e: Parts) => object | void, string]>([
    ['score', (e) => void (e.submissions[0]!.args.score += 1n), 'score'],
    [
      'before the word',
      (e) => void (e.submissions[0]!.blockNumber = e.fulfilment.blockNumber - 1n),
      'not-eligible',
    ],
    ['ticket', (e) => void (e.submissions[1]!.args.ticketId = 9n), 'ticket-range'],
    ['of nobody', (e) => void (e.submissions[1]!.args.node = `0x${'0'.repeat(39)}1`), 'not-eligible'],
    [
      'late',
      (e) => {
        const last = e.submissions.at(-1)!
        last.timestamp += 1n
        last.blockNumber += 1n
      },
      'not-eligible',
    ],
    [
      'twice',
      (e) => void e.submissions.push({ ...e.submissions[1]!, logIndex: e.submissions[1]!.logIndex + 1 }),
      'duplicate-submission',
    ],
  ])('%s', (_, change, expected) => {
    expect(codes(verify(change))).toContain(expected)
  })

  test('exactly at the deadline it counts', () => {
    const last = (e: Parts) => e.submissions.at(-1)!
    expect(verify((e) => void (last(e).timestamp = 1790001128n)).ok).toBe(true)
    expect(codes(verify((e) => void (last(e).timestamp = 1790001129n)))).toContain('not-eligible')
  })

  test('admission is asked at T - 1 and not now; leaving before submitting counts, after it does not', () => {
    const { events } = runs.live
    const { evidence } = request('live', 'normal')
    const [first] = [...evidence.submissions] as unknown as Parts['submissions']
    const node = lower(first!.args.node)
    const insert = (e: Omit<RegistryEvent, 'blockNumber' | 'timestamp'>, after: boolean) =>
      NodeRegistry.empty().applyAll(
        [
          ...events,
          {
            ...e,
            blockNumber: first!.blockNumber,
            timestamp: first!.timestamp,
            logIndex: first!.logIndex + (after ? 1 : -1),
          },
        ].sort((a, b) => Number(a.blockNumber - b.blockNumber) || a.logIndex - b.logIndex),
      )
    const t = Number(first!.timestamp)
    const pause = {
      cooldownEnabled: true,
      admissionsPaused: true,
      cooldownDuration: 1_000_000,
      pauseTimepoint: t - 1,
      pauseCooldownEnabled: true,
      pauseCooldownDuration: 1_000_000,
    }
    const verdict = (eventName: string, args: object, after = false) =>
      codes(verifyRequest(insert({ eventName, args, logIndex: 0 }, after), { ...evidence, limit: 0 }))
    expect(verdict('AdmissionPolicyUpdated', { timepoint: t, policy: pause })).toEqual([])
    expect(verdict('AdmissionStarted', { operator: node, timepoint: t })).toEqual([])
    expect(verdict('BondOwnerSet', { operator: node, bondOwner: `0x${'77'.repeat(20)}` })).toEqual([])
    expect(verdict('OperatorActivationChanged', { operator: node, active: false })).toContain('not-eligible')
    expect(verdict('OperatorActivationChanged', { operator: node, active: false }, true)).toEqual([])
    expect(verdict('EligibilityConfigurationVersionUpdated', { version: 99n })).toContain('not-eligible')
  })
})

describe('the end', () => {
  const normal = request('live', 'normal')
  const capped = request('live', 'owner cap bites')
  const few = request('live', 'too few')
  const late = request('live', 'no fulfilment in time')
  const never = request('upgrade', 'B: never fulfilled')

  test.each<[string, typeof normal, (e: Parts) => object | void, string[]]>([
    ['a committee at the deadline', normal, (e) => void (e.finalized.timestamp = 1790001128n), ['deadline']],
    [
      'a member replaced',
      normal,
      (e) => void (e.finalized.args.committee[0] = lower(normal.recorded.attempts[2]!.operator)),
      ['wrong-member'],
    ],
    ['a score altered', normal, (e) => void (e.finalized.args.scores[1] += 1n), ['wrong-scores']],
    [
      'members in another order',
      normal,
      (e) => {
        e.finalized.args.committee.reverse()
        e.finalized.args.scores.reverse()
      },
      ['wrong-order'],
    ],
    ['a committee of too few', normal, (e) => ({ submissions: e.submissions.slice(0, 2) }), ['formation']],
    ['a failure at the deadline', few, (e) => void (e.failed.timestamp = 1790002522n), ['deadline']],
    [
      'a failure that counts submissions and not seats',
      few,
      (e) => void (e.failed.args.nodesSubmitted = 5n),
      ['formation'],
    ],
    ['a failure that asks for more', few, (e) => void (e.failed.args.thresholdRequired = 4n), ['formation']],
    ['too few, and reason 1', few, (e) => void (e.e3Failed.args.reason = 1), ['reason']],
    ['too few, at another stage', few, (e) => void (e.e3Failed.args.failedAtStage = 2), ['reason']],
    ['no word in time, and reason 2', late, (e) => void (e.e3Failed.args.reason = 2), ['reason']],
    ['no word in time, and seats', late, (e) => void (e.failed.args.nodesSubmitted = 1n), ['formation']],
    ['no word in time, at the deadline', late, (e) => void (e.failed.timestamp = 1790003483n), ['deadline']],
    [
      'never a word, and reason 2',
      never,
      (e) => ({ fulfilment: null, e3Failed: { ...e.e3Failed, args: { ...e.e3Failed.args, reason: 2 } } }),
      ['reason'],
    ],
  ])('%s', (_, r, change, expected) => {
    const report = r.verify(change)
    for (const code of expected) expect(codes(report)).toContain(code)
    expect(report.verdict).toBe('wrong')
  })

  test('a second member of one owner', () => {
    const { registry, evidence } = capped
    const right = verifyRequest(registry, evidence)
    const owners = new Map(right.submissions.map((s) => [s.node, s.state!.owner]))
    const taken = right.committee.find((s) =>
      right.submissions.some((o) => o.node !== s.node && o.state!.owner === s.owner),
    )!
    const beside = right.submissions.find((s) => s.node !== taken.node && owners.get(s.node) === taken.owner)!
    const report = capped.verify((e) => {
      const seats = e.finalized.args.committee as string[]
      const i = seats.findIndex((node) => lower(node) !== taken.node)
      seats[i] = beside.node
    })
    expect(codes(report)).toEqual(expect.arrayContaining(['owner-cap', 'wrong-member']))
    expect(report.violations.find((v) => v.code === 'owner-cap')!.message).toMatch(
      /beside another operator of its owner/,
    )
  })

  test('Interfold alone: reason 1, after the deadline', () => {
    const alone = (time: bigint, reason = 1) =>
      few.verify((e) => ({
        failed: undefined,
        e3Failed: { ...e.e3Failed, timestamp: time, args: { ...e.e3Failed.args, reason } },
      }))
    const right = alone(1790002523n)
    expect(right).toMatchObject({ ok: true, verdict: 'right', reason: 1, outcome: 'failed' })
    expect(right.notes.join()).toMatch(/whether its requester cancelled it/)
    expect(codes(alone(1790002522n))).toEqual(['deadline'])
    expect(codes(alone(1790002523n, 2))).toEqual(['reason'])
  })

  test('a failure and a committee, or a failure at stage 1 and a committee, are not of one chain', () => {
    const { failed } = few.evidence
    expect(() => normal.verify(() => ({ failed }))).toThrow(/both given/)
    const e3Failed = { e3Id: BigInt(normal.recorded.e3Id), failedAtStage: 1, reason: 1 }
    expect(() => normal.verify(() => ({ e3Failed }))).toThrow(/finalized and e3Failed/)
    // A computation may fail later, for other reasons.
    expect(normal.verify(() => ({ e3Failed: { ...e3Failed, failedAtStage: 3, reason: 9 } })).ok).toBe(true)
  })
})

describe('what is malformed', () => {
  const { verify } = request('live', 'normal')
  test.each<[string, (e: Parts) => object | void, RegExp]>([
    [
      'a request without its position',
      (e) => ({ randomness: e.randomness.args }),
      /randomness must have blockNumber, logIndex and timestamp/,
    ],
    [
      'a request of another name',
      (e) => ({ randomness: e.fulfilment }),
      /randomness must be a CommitteeRandomnessRequested/,
    ],
    ['another e3Id', () => ({ request: { e3Id: 5n } }), /randomness is for e3Id/],
    [
      'a fulfilment of another name',
      (e) => ({ fulfilment: e.finalized }),
      /fulfilment must be a RandomnessFulfilled/,
    ],
    [
      'a word that is none',
      (e) => void (e.fulfilment.args.randomWord = 5),
      /fulfilment\.randomWord must be a bigint/,
    ],
    ['a provider that is none', (e) => void (e.randomness.args.provider = '0x1'), /randomness\.provider/],
    [
      'a reason that is none',
      () => ({ finalized: undefined, e3Failed: { e3Id: 1n, failedAtStage: 1, reason: -1 } }),
      /e3Failed\.reason/,
    ],
    [
      'a removed log',
      (e) => ({ finalized: { ...e.finalized, removed: true } }),
      /finalized was removed from the chain/,
    ],
    [
      'a log of another contract',
      (e) => ({ finalized: { ...e.finalized, address: `0x${'12'.repeat(20)}` } }),
      /finalized was emitted by 0x1212/,
    ],
    ['a chain that is none', () => ({ vrf: { chainId: -1 } }), /chainId/],
    [
      'a fulfilment without its request',
      (e) => ({
        randomness: undefined,
        seed: 1n,
        request: {
          e3Id: BigInt((e.request as unknown as { e3Id: Hex }).e3Id),
          threshold: [1, 2],
          requestBlock: 5n,
          ticketPrice: 1n,
        },
      }),
      /a fulfilment needs the randomness/,
    ],
  ])('%s', (_, change, message) => {
    expect(() => verify(change)).toThrow(message)
  })
})

describe('collecting', () => {
  const { live } = runs
  const again = (events: RegistryEvent[]) => [
    ...drawsIn({ events, blockHashes: live.blockHashes, chainId: live.chainId }).values(),
  ]
  const first = (name: string) => live.events.find((e) => e.eventName === name)!

  test('finds every request, its kind, and what belongs to it', () => {
    for (const { run, draws, registry } of Object.values(runs)) {
      expect(draws.map((l) => l.e3Id)).toEqual(run.requests.map((r) => BigInt(r.e3Id)))
      const threshold = (i: number) => ({ threshold: run.requests[i]!.threshold, limit: 0 })
      const reports = draws.map((draw, i) => judgeDraw(registry, draw, threshold(i)))
      expect(reports.map((r) => r.report!.kind)).toEqual(run.requests.map((r) => r.kind ?? 'C'))
      expect(reports.map((r) => r.status)).toEqual(run.requests.map(() => 'right'))
    }
  })

  test('without N a committee is not decided, and a failure is', () => {
    const statuses = live.draws.map((draw) => judgeDraw(live.registry, draw, { limit: 0 }).status)
    expect(statuses).toEqual(live.run.requests.map((r) => (r.failed ? 'right' : 'not decided')))
  })

  test('two results, and two requests, cannot be judged', () => {
    const end = first('SortitionCommitteeFinalized')
    const [twice] = again([...live.events, { ...end, logIndex: end.logIndex + 1 }])
    expect(judgeDraw(live.registry, twice!)).toMatchObject({
      status: 'cannot be judged',
      sentence: expect.stringMatching(/two results/),
    })
    expect(() => again([...live.events, first('CommitteeRandomnessRequested')])).toThrow(/made twice/)
  })

  test('the first word of a request counts, whatever comes later or from others', () => {
    const word = first('RandomnessFulfilled')
    const args = word.args as { randomWord: bigint }
    const later = { ...word, blockNumber: word.blockNumber + 1n, args: { ...args, randomWord: 1n } }
    const foreign = {
      ...word,
      blockNumber: word.blockNumber - 1n,
      address: `0x${'12'.repeat(20)}` as Address,
      args: { ...args, randomWord: 2n },
    }
    const [draw] = again([...live.events, later, foreign])
    expect(verifyRequest(live.registry, evidenceFor(draw!, [2, 3])).ok).toBe(true)
  })

  test('a word that answers the request and names another is wrong', () => {
    const word = first('RandomnessFulfilled')
    const args = { ...word.args, e3Id: 5n }
    const [draw] = again(live.events.map((e) => (e === word ? { ...word, args } : e)))
    expect(codes(verifyRequest(live.registry, evidenceFor(draw!, [2, 3])))).toEqual(['fulfilment'])
  })

  test('thresholds come from Interfold, those before the computation was requested', () => {
    const at = { blockNumber: 1n, timestamp: 1n }
    const asked = { e3Id: 7n, requestId: 1n, provider: `0x${'1'.repeat(40)}` }
    const [draw] = again([
      { eventName: 'CommitteeThresholdsUpdated', args: { size: 2, threshold: [3, 5] }, ...at, logIndex: 0 },
      { eventName: 'E3Requested', args: { e3Id: 7n, e3: { committeeSize: 2 } }, ...at, logIndex: 1 },
      { eventName: 'CommitteeThresholdsUpdated', args: { size: 2, threshold: [9, 9] }, ...at, logIndex: 2 },
      { eventName: 'CommitteeRandomnessRequested', args: asked, ...at, logIndex: 4 },
    ])
    expect(draw).toMatchObject({ threshold: [3, 5], knowsProvider: false, words: [] })
  })
})
