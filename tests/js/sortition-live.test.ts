// The verifier on the recorded runs of the newer contracts, what is malformed, and how evidence is collected.
import {
  drawsIn,
  judgeDraw,
  explain,
  explainAt,
  format,
  formatExplanation,
  formatStanding,
  scoreTicket,
  verifyRequest,
  type Address,
  type Hex,
  type RegistryEvent,
} from 'hamt-wasm/sortition'
import { idealOf } from './support/live.js'
import { all, codes, evidenceFor, lower, type Parts, request, runs } from './support/live-requests.js'

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
