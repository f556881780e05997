// The verifier of draws on the recorded run: its requests, what the chain refused, times, explanations.
import {
  explain,
  format,
  formatExplanation,
  NodeRegistry,
  scoreTicket,
  seedFromBlockHash,
  seedFromVrf,
  verifyRequest,
  type Address,
  type SubmissionArgs,
} from 'hamt-wasm/sortition'
import { run } from './support/chain.js'
import { naiveAt, naiveSelect } from './support/naive.js'
import {
  codes,
  type Event,
  events,
  fixScore,
  lower,
  recorded,
  registry,
  requestA,
  requestB,
  tampered,
} from './support/recorded-requests.js'

describe.each([0, 1])('recorded request %i', (i) => {
  const r = run.requests[i]!
  const evidence = recorded(i)
  const report = verifyRequest(registry, evidence)

  test('is right, in all of (a), (b) and (c)', () => {
    expect(report.violations).toEqual([])
    expect(report.notes).toEqual([])
    expect(report.ok).toBe(true)
    expect(report.seed).toBe(BigInt(r.sortitionSeed))
    expect(report.timepoint).toBe(BigInt(r.requestBlock - 1))
    expect(report.submissions.map((s) => [s.node, s.ticket, s.score])).toEqual(
      r.submissions.map((s) => [lower(s.node), BigInt(s.ticket), BigInt(s.score)]),
    )
    expect(report.committee.map((seat) => seat.node)).toEqual(r.finalized.committee.map(lower))
    expect(report.committee.map((seat) => seat.score)).toEqual(r.finalized.scores.map(BigInt))
    expect(report.committee.map((seat) => seat.partyId)).toEqual([0, 1, 2])
  })

  test('(d) agrees with the naive implementation', () => {
    const nodes = naiveAt(events, report.timepoint)
    const [seed, ticketPrice] = [report.seed!, report.ticketPrice!]
    const draw = { e3Id: report.e3Id, seed, ticketPrice, policy: 'uncapped' }
    const everyone = naiveSelect(nodes, { ...draw, size: 99 })
    expect(report.ideal).toEqual(everyone.slice(0, 3))
    expect(report.ranking).toEqual(everyone.map((w) => w.node))
    expect(report.eligible).toBe(everyone.length)
    const submitted = new Set(report.submissions.map((s) => s.node))
    expect(report.absent.map(({ node, ticket, score, rank }) => ({ node, ticket, score, rank }))).toEqual(
      everyone.map((w, at) => ({ ...w, rank: at + 1 })).filter((w) => !submitted.has(w.node)),
    )
    const worse = report.submissions.flatMap((s) => {
      const best = everyone.find((w) => w.node === s.node)!
      return best.score < s.score ? [{ node: s.node, ticket: s.ticket, best: best.ticket }] : []
    })
    expect(report.worseTickets.map((w) => ({ node: w.node, ticket: w.ticket, best: w.best.ticket }))).toEqual(
      worse,
    )
  })

  test('the seed may be given beside its block hash; instead of it nothing is wrong, and nothing decided', () => {
    const { blockHash, ...rest } = evidence
    const unchecked = expect.stringMatching(/the hash of block \d+ is not given: whether the seed follows/)
    const alone = verifyRequest(registry, { ...rest, seed: BigInt(r.sortitionSeed) })
    expect(alone).toEqual({
      ...report,
      verdict: 'undecided',
      undecided: unchecked,
      notes: expect.arrayContaining([...report.notes, unchecked]),
    })
    expect(verifyRequest(registry, { ...evidence, seed: BigInt(r.sortitionSeed) })).toEqual(report)
    expect(seedFromBlockHash({ blockHash, e3Id: report.e3Id })).toBe(report.seed)
  })

  test('just the args do; what needs positions is left out and said', () => {
    const bare = verifyRequest(registry, {
      request: evidence.request.args,
      submissions: evidence.submissions.map((s) => s.args),
      finalized: evidence.finalized.args,
      blockHash: evidence.blockHash,
    })
    expect(bare.notes).toEqual([
      expect.stringMatching(/submissions came without the position/),
      expect.stringMatching(/the result came without the position/),
      expect.stringMatching(/^the request came without the position of its log/),
    ])
    expect(bare.endedAt).toBeUndefined() // its log has no time
    expect(bare).toMatchObject({ ok: true, verdict: 'undecided', undecided: bare.notes[0] })
    const decided = { notes: [], endedAt: report.endedAt, verdict: 'right', undecided: undefined }
    expect({ ...bare, ...decided }).toEqual(report)
  })

  test('is plain data', () => {
    expect(structuredClone(report)).toEqual(report)
    const json = JSON.parse(JSON.stringify(report)) as { seed: string; committee: { score: string }[] }
    expect(BigInt(json.seed)).toBe(report.seed)
    expect(json.committee.map((c) => BigInt(c.score))).toEqual(report.committee.map((c) => c.score))
  })

  test('reads well', () => {
    const text = format(report)
    expect(text).toContain('Right: the draw follows the rule.')
    for (const { node } of report.committee) expect(text).toContain(node)
    expect(text.split('\n').every((line) => line.length < 140 && line === line.trimEnd())).toBe(true)
  })
})

test('scenes of the run: the best that left keeps its seat, the silent one is absent', () => {
  const report = verifyRequest(registry, requestB)
  const best = report.ideal[0]!.node
  expect(registry.at(registry.position!.timestamp).get(best)).toMatchObject({ registered: false })
  expect(report.committee.map((s) => s.node)).toContain(best)
  expect(report.absent[0]!.rank).toBe(2)
})

// --- what the chain refused ----------------------------------------------------------------------

const expectedCode: Record<string, string> = {
  NodeNotEligible: 'not-eligible',
  InvalidTicketNumber: 'ticket-range',
  NodeAlreadySubmitted: 'duplicate-submission',
  CommitteeDeadlineReached: 'not-eligible',
  CommitteeAlreadyFinalized: 'not-eligible',
  SortitionSeedUnavailable: 'not-eligible',
  CommitteeNotRequested: 'not-eligible',
}

describe('every submission that the chain refused would be named', () => {
  test('all of them are here', () => expect(run.rejected).toHaveLength(17))

  test.each(run.rejected.map((r) => [r.error, r.note, r] as const))('%s: %s', (error, _, rejected) => {
    const e3Id = BigInt(rejected.e3Id)
    const evidence = [requestA, requestB].find((r) => r.request.args.e3Id === e3Id) ?? requestA
    const seed = seedFromBlockHash({ blockHash: evidence.blockHash, e3Id: evidence.request.args.e3Id })
    const ticketId = BigInt(rejected.ticket)
    const submission: Event<SubmissionArgs> = {
      eventName: 'TicketSubmitted',
      args: {
        e3Id,
        node: rejected.operator,
        ticketId,
        score: scoreTicket({ node: rejected.operator, ticket: ticketId, e3Id, seed }),
      },
      blockNumber: BigInt(rejected.blockNumber),
      logIndex: 0,
      timestamp: BigInt(rejected.timestamp),
    }
    const report = verifyRequest(registry, {
      ...evidence,
      submissions: [...evidence.submissions, submission],
    })
    const mine = report.violations.filter((v) => v.node === lower(rejected.operator))
    expect(mine.map((v) => v.code)).toContain(expectedCode[error])
    // The committee stays what it was, and nobody else is blamed but who was there already.
    expect(report.committee).toEqual(verifyRequest(registry, evidence).committee)
  })
})

test('the seed of a random word', () => {
  const { e3Id } = requestA.request.args
  const vrf = { randomWord: 5n, chainId: 1n, registry: run.contracts.ciphernodeRegistry, requestId: 9n }
  const seed = seedFromVrf({ ...vrf, e3Id })
  const submissions = structuredClone(requestA.submissions)
  for (const s of submissions) fixScore(s, seed)
  const report = verifyRequest(registry, { request: requestA.request, submissions, vrf })
  expect(report.seed).toBe(seed)
  expect(codes(report)).toEqual(['formation']) // finalized was left out
  expect(
    codes(
      verifyRequest(registry, {
        request: requestA.request,
        submissions,
        vrf,
        seed: seed + 1n,
        finalized: undefined,
      }),
    ),
  ).toContain('seed')
})

test('more tickets than the limit leave out (d) and nothing else', () => {
  const report = verifyRequest(registry, { ...requestA, limit: 10 })
  expect(report.ok).toBe(true)
  expect(report.ideal).toEqual([])
  expect(report.notes.join()).toMatch(/more than the limit of 10/)
  expect(report.committee).toEqual(verifyRequest(registry, requestA).committee)
})

test('a registry that ends too early is noted', () => {
  const cut = events.findIndex((e) => e.eventName === 'TicketSubmitted')
  const notes = (r: NodeRegistry) => verifyRequest(r, requestA).notes.join()
  expect(notes(NodeRegistry.empty().applyAll(events.slice(0, cut)))).toMatch(
    /ends before the last submission/,
  )
  expect(notes(NodeRegistry.empty().applyAll(events.slice(0, 20)))).toMatch(
    /before 2026-09-01T00:22:23Z \(second 1788222143\)/,
  )
  expect(notes(NodeRegistry.empty())).toMatch(/the registry ends before/)
})

describe('the rule of time', () => {
  const { request, finalized, submissions } = requestA
  const at = (timestamp: bigint) => ({ timestamp })
  const deadline = request.args.committeeDeadline
  const failure = (timestamp: bigint, blockNumber = finalized.blockNumber) => ({
    eventName: 'CommitteeFormationFailed',
    args: { e3Id: request.args.e3Id, nodesSubmitted: 2n, thresholdRequired: 3n },
    blockNumber,
    logIndex: 0,
    timestamp,
  })

  test('a committee is finalized after its deadline, strictly', () => {
    for (const [time, expected] of [
      [deadline - 1n, ['deadline']],
      [deadline, ['deadline']],
      [deadline + 1n, []],
    ] as const) {
      const report = tampered((e) => void Object.assign(e.finalized, at(time)))
      expect(codes(report)).toEqual(expected)
      expect(report.verdict).toBe(expected.length > 0 ? 'wrong' : 'right')
    }
  })

  test('a failure is declared after its deadline, strictly, and after its request', () => {
    const few = submissions.slice(0, 2)
    const failed = (...when: [bigint, bigint?]) =>
      codes(verifyRequest(registry, { ...requestA, submissions: few, finalized: failure(...when) }))
    expect(failed(deadline)).toEqual(['deadline'])
    expect(failed(deadline + 1n)).toEqual([])
    expect(failed(deadline + 1n, request.blockNumber - 1n)).toContain('deadline')
  })

  test('a hash that was known when the request was made', () => {
    const known = tampered(
      (e) => void (e.request.args = { ...e.request.args, entropyBlock: request.blockNumber }),
    )
    expect(codes(known)).toEqual(['request'])
    const never = tampered((e) => void (e.request.args = { ...e.request.args, entropyBlock: 0n }))
    expect(codes(never)).toEqual(['request'])
  })

  test('a request at another time than that of its block', () => {
    expect(codes(tampered((e) => void Object.assign(e.request, at(request.timestamp + 1n))))).toEqual([
      'request',
    ])
  })

  test('a submission at a time before the request', () => {
    const report = tampered((e) => void Object.assign(e.submissions[0]!, at(request.timestamp - 1n)))
    expect(codes(report)).toEqual(['not-eligible'])
    expect(report.violations[0]!.message).toMatch(/before the request at 2026-09-01T00:22:24Z/)
  })

  test('two logs at one position are not of one chain, copies of one log are one', () => {
    const other = structuredClone(submissions[1]!)
    Object.assign(other, { blockNumber: submissions[0]!.blockNumber, logIndex: submissions[0]!.logIndex })
    const verify = (more: object) => verifyRequest(registry, { ...requestA, ...more })
    expect(() => verify({ submissions: [...submissions, other] })).toThrow(/both at block \d+, log \d+/)
    expect(() =>
      verify({ finalized: { ...finalized, blockNumber: request.blockNumber, logIndex: request.logIndex } }),
    ).toThrow(/request and finalized are both at block/)
    expect(verify({ submissions: [...submissions, structuredClone(submissions[3]!)] })).toEqual(verify({}))
  })

  test('two results of one request are not of one chain', () => {
    const both = { ...requestA, failed: failure(deadline + 1n) }
    expect(() => verifyRequest(registry, both)).toThrow(/finalized and failed are both given/)
    expect(() => verifyRequest(registry, { ...requestA, open: true })).toThrow(/open is true beside a result/)
  })

  test('an open request is undecided, and wrong when its submissions are', () => {
    const open = { ...requestA, finalized: undefined, open: true }
    const report = verifyRequest(registry, open)
    expect(report).toMatchObject({ ok: true, verdict: 'undecided', outcome: 'open' })
    const twice = { ...submissions[0]!, logIndex: submissions[0]!.logIndex + 1 }
    expect(verifyRequest(registry, { ...open, submissions: [...submissions, twice] }).verdict).toBe('wrong')
  })

  test('a committee where none was asked for is reported', () => {
    const report = tampered((e) => void (e.request.args = { ...e.request.args, threshold: [0, 0] }))
    expect(codes(report)).toEqual(['request', 'wrong-member'])
    expect(report.violations).toHaveLength(4)
  })
})

// --- explanations --------------------------------------------------------------------------------

test('explanations', () => {
  const report = verifyRequest(registry, requestA)
  const verdict = (node: Address) => explain(registry, report, node).verdict
  const member = run.requests[0]!.finalized.committee[0]!
  expect(verdict(member)).toBe('selected with ticket 6, as party 0')
  expect(verdict(report.absent[0]!.node)).toMatch(/did not submit/)
  expect(verdict(run.requests[0]!.submissions[0]!.node)).toMatch(/scored above the last seat/)
  expect(verdict(run.rejected.find((r) => r.note === 'not an operator')!.operator)).toMatch(
    /no operator of that address/,
  )
  expect(verdict(run.rejected.find((r) => r.note === 'activated after the request')!.operator)).toMatch(
    /was not active/,
  )
  const e = explain(registry, report, member)
  expect(e.cutOff!.score).toBe(report.committee.map((s) => s.score).reduce((a, b) => (a > b ? a : b)))
  expect(e.rank).toBe(report.ranking.indexOf(lower(member)) + 1)
  expect(formatExplanation(e)).toMatch(/Selected with ticket 6, as party 0\./)
})
