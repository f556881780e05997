// The verifier of draws, on the recorded run and on what was altered in it.
import fc from 'fast-check'
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
  type FinalizedArgs,
  type Policy,
  type RegistryEvent,
  type Report,
  type RequestArgs,
  type RequestEvidence,
  type SubmissionArgs,
} from 'hamt-wasm/sortition'
import { decode, run } from './support/chain.js'
import { naiveAt, naiveCommittee, naiveScore, naiveSelect, naiveState } from './support/naive.js'

type Event<A> = RegistryEvent & { args: A }
const events = decode()
const registry = NodeRegistry.empty().applyAll(events)
const lower = (a: string) => a.toLowerCase() as Address
const named = <A>(name: string, e3Id: bigint) =>
  events.filter((e) => e.eventName === name && (e.args as { e3Id: bigint }).e3Id === e3Id) as Event<A>[]

/** The events of a recorded request, ready to be verified. */
function recorded(i: number) {
  const r = run.requests[i]!
  const e3Id = BigInt(r.e3Id)
  return {
    request: named<RequestArgs>('CommitteeRequested', e3Id)[0]!,
    submissions: named<SubmissionArgs>('TicketSubmitted', e3Id),
    finalized: named<FinalizedArgs>('SortitionCommitteeFinalized', e3Id)[0]!,
    blockHash: r.entropyBlockHash,
  }
}
const codes = (report: Report) => [...new Set(report.violations.map((v) => v.code))].sort()
const [requestA, requestB] = [recorded(0), recorded(1)]

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

// --- what may have been tampered with ------------------------------------------------------------

/** A changed copy of the evidence, and what the report makes of it. */
function tampered(
  change: (e: ReturnType<typeof recorded>) => Partial<RequestEvidence> | void,
  i = 0,
): Report {
  const copy = structuredClone(recorded(i))
  return verifyRequest(registry, { ...copy, ...(change(copy) ?? {}) })
}
const reversed = (n: bigint) =>
  BigInt(`0x${n.toString(16).padStart(64, '0').match(/../g)!.reverse().join('')}`)
const fixScore = (s: Event<SubmissionArgs>, seed: bigint) =>
  (s.args = {
    ...s.args,
    score: scoreTicket({ node: s.args.node, ticket: s.args.ticketId, e3Id: s.args.e3Id, seed }),
  })
const seedA = BigInt(run.requests[0]!.sortitionSeed)

describe('tampering is named', () => {
  test('a seed with its bytes reversed, beside the block hash', () => {
    const report = tampered(() => ({ seed: reversed(seedA) }))
    expect(codes(report)).toEqual(['seed'])
    expect(report.violations[0]!.expected).toBe(seedA)
  })

  test('a seed with its bytes reversed, alone', () => {
    const report = tampered(() => ({ seed: reversed(seedA), blockHash: undefined }))
    expect(codes(report)).toEqual(expect.arrayContaining(['seed', 'score']))
    expect(report.violations.filter((v) => v.code === 'score')).toHaveLength(6)
  })

  test('another block hash beside the right seed', () => {
    expect(codes(tampered(() => ({ seed: seedA, blockHash: `0x${'12'.repeat(32)}` })))).toEqual(['seed'])
  })

  test('0-based tickets', () => {
    const report = tampered((e) => {
      for (const s of e.submissions) {
        s.args.ticketId -= 1n
        fixScore(s, seedA)
      }
    })
    expect(codes(report)).toContain('ticket-range')
    const zero = report.violations.find((v) => v.code === 'ticket-range')!
    expect(zero.ticket).toBe(0n)
    expect(zero.message).toMatch(/held tickets 1 to 5/)
  })

  test('a ticket above the balance at T - 1', () => {
    const report = tampered((e) => {
      e.submissions[2]!.args.ticketId = 8n // 75.5 at 10 gives 7
      fixScore(e.submissions[2]!, seedA)
    })
    expect(codes(report)).toEqual(['ticket-range'])
    expect(report.violations[0]).toMatchObject({
      node: lower(run.requests[0]!.submissions[2]!.node),
      ticket: 8n,
      state: { ticketBalance: 75500000n },
    })
  })

  test('an operator activated at T itself', () => {
    const late = run.rejected.find((r) => r.note.startsWith('activated in the request block'))!
    const report = tampered((e) => {
      const extra = structuredClone(e.submissions.at(-1)!)
      extra.args = { ...extra.args, node: late.operator, ticketId: 1n }
      extra.logIndex += 1
      fixScore(extra, seedA)
      return { submissions: [...e.submissions, extra] }
    })
    expect(codes(report)).toEqual(['not-eligible'])
    expect(report.violations[0]!.node).toBe(lower(late.operator))
  })

  test('a member replaced', () => {
    const other = lower(run.requests[0]!.submissions[0]!.node)
    const report = tampered((e) => {
      e.finalized.args = { ...e.finalized.args, committee: [other, ...e.finalized.args.committee.slice(1)] }
    })
    expect(codes(report)).toContain('wrong-member')
    const members = report.violations.filter((v) => v.code === 'wrong-member')
    expect(members.map((v) => v.node).sort()).toEqual(
      [other, lower(run.requests[0]!.finalized.committee[0]!)].sort(),
    )
  })

  test('a member who never submitted', () => {
    const report = tampered((e) => {
      e.finalized.args = {
        ...e.finalized.args,
        committee: [...e.finalized.args.committee.slice(0, 2), `0x${'f'.repeat(40)}`],
      }
    })
    expect(codes(report)).toEqual(['wrong-member'])
    expect(report.violations[0]!.message).toMatch(/no valid submission/)
  })

  test('a member twice, and one too few', () => {
    const [a, b] = run.requests[0]!.finalized.committee as [Address, Address]
    expect(
      codes(tampered((e) => void (e.finalized.args = { ...e.finalized.args, committee: [a, b, b] }))),
    ).toContain('wrong-member')
    const fewer = tampered(
      (e) =>
        void (e.finalized.args = {
          ...e.finalized.args,
          committee: [a, b],
          scores: e.finalized.args.scores.slice(0, 2),
        }),
    )
    expect(codes(fewer)).toEqual(['wrong-member'])
  })

  test('two members swapped, with their scores', () => {
    const report = tampered((e) => {
      const { committee, scores } = e.finalized.args
      e.finalized.args = {
        ...e.finalized.args,
        committee: [committee[1]!, committee[0]!, committee[2]!],
        scores: [scores[1]!, scores[0]!, scores[2]!],
      }
    })
    expect(codes(report)).toEqual(['wrong-order'])
  })

  test('two members swapped, without their scores', () => {
    const report = tampered((e) => {
      const { committee } = e.finalized.args
      e.finalized.args = { ...e.finalized.args, committee: [committee[1]!, committee[0]!, committee[2]!] }
    })
    expect(codes(report)).toEqual(['wrong-order', 'wrong-scores'])
  })

  test('a score altered in the committee, or one missing', () => {
    const altered = tampered(
      (e) =>
        void (e.finalized.args = {
          ...e.finalized.args,
          scores: e.finalized.args.scores.map((s, i) => (i === 1 ? s + 1n : s)),
        }),
    )
    expect(codes(altered)).toEqual(['wrong-scores'])
    expect(altered.violations[0]!.node).toBe(lower(run.requests[0]!.finalized.committee[1]!))
    expect(
      codes(
        tampered(
          (e) => void (e.finalized.args = { ...e.finalized.args, scores: e.finalized.args.scores.slice(1) }),
        ),
      ),
    ).toEqual(['wrong-scores'])
  })

  test('a score altered in a submission', () => {
    const report = tampered((e) => void (e.submissions[3]!.args.score -= 1n))
    expect(codes(report)).toEqual(['score'])
    expect(report.violations[0]).toMatchObject({
      node: lower(run.requests[0]!.submissions[3]!.node),
      expected: BigInt(run.requests[0]!.submissions[3]!.score),
    })
    expect(report.committee).toEqual(verifyRequest(registry, requestA).committee)
  })

  test('a duplicate submission, the better one later', () => {
    const report = tampered((e) => {
      const again = structuredClone(e.submissions[0]!)
      again.logIndex += 1
      again.args.ticketId = 1n
      fixScore(again, seedA)
      return { submissions: [again, ...e.submissions] }
    })
    expect(codes(report)).toEqual(['duplicate-submission'])
    expect(report.violations[0]).toMatchObject({
      node: lower(run.requests[0]!.submissions[0]!.node),
      ticket: 1n,
    })
  })

  test('a failure that was none, and a committee from too few', () => {
    expect(codes(tampered(() => ({ finalized: undefined })))).toEqual(['formation'])
    expect(codes(tampered((e) => ({ submissions: e.submissions.slice(0, 2) })))).toEqual(['formation'])
    const failure = (nodesSubmitted: bigint, thresholdRequired = 3n) => ({
      e3Id: requestA.request.args.e3Id,
      nodesSubmitted,
      thresholdRequired,
    })
    const failed = tampered((e) => ({ submissions: e.submissions.slice(0, 2), finalized: failure(2n) }))
    expect(failed.violations).toEqual([])
    expect(failed.committee).toEqual([])
    expect(format(failed)).toContain('No committee follows')
    expect(tampered((e) => ({ submissions: e.submissions.slice(0, 2), finalized: undefined })).ok).toBe(true)
    expect(
      codes(tampered((e) => ({ submissions: e.submissions.slice(0, 2), finalized: failure(1n) }))),
    ).toEqual(['formation'])
    expect(
      codes(tampered((e) => ({ submissions: e.submissions.slice(0, 2), finalized: failure(2n, 2n) }))),
    ).toEqual(['formation'])
    expect(codes(tampered(() => ({ finalized: failure(2n) })))).toEqual(['formation'])
  })

  test('a version of the rules bumped in the submission window makes later submissions ineligible', () => {
    const first = requestA.submissions[2]!
    const bump: RegistryEvent = {
      ...first,
      eventName: 'EligibilityConfigurationVersionUpdated',
      args: { version: 5n },
      logIndex: first.logIndex + 1,
    }
    const bumped = NodeRegistry.empty().applyAll(
      [...events, bump].sort((a, b) => Number(a.blockNumber - b.blockNumber) || a.logIndex - b.logIndex),
    )
    const report = verifyRequest(bumped, requestA)
    const blamed = report.violations.filter((v) => v.code === 'not-eligible').map((v) => v.node)
    expect(blamed).toEqual(requestA.submissions.slice(3).map((s) => lower(s.args.node)))
    expect(report.violations.find((v) => v.code === 'not-eligible')!.message).toMatch(
      /while not active, at block/,
    )
  })
})

describe('what is malformed throws, with its name', () => {
  const verify = (change: any) => () => verifyRequest(registry, { ...requestA, ...change })
  const args = requestA.request.args
  test.each<[string, object, RegExp]>([
    ['no seed', { blockHash: undefined }, /seed, blockHash and vrf/],
    ['a block hash', { blockHash: '0x12' }, /blockHash .*"0x12"/],
    ['a seed', { seed: 5 }, /seed must be a bigint, got 5/],
    ['no request', { request: undefined }, /request must be an object/],
    [
      'a request of another name',
      { request: requestA.submissions[0] },
      /request must be a CommitteeRequested, got "TicketSubmitted"/,
    ],
    ['a threshold', { request: { ...args, threshold: 3 } }, /request\.threshold must be \[H, N\], got 3/],
    ['a price', { request: { ...args, ticketPrice: 10 } }, /request\.ticketPrice must be a bigint/],
    ['an e3Id', { request: { ...args, e3Id: 1 } }, /request\.e3Id must be a bigint/],
    ['a time', { request: { ...args, requestBlock: 0n } }, /request\.requestBlock/],
    ['no submissions', { submissions: undefined }, /submissions must be a list/],
    [
      'a submission',
      { submissions: [{ ...requestA.submissions[0]!.args, node: 'x' }] },
      /submissions\[0\]\.node .*"x"/,
    ],
    ['a score', { submissions: [{ ...requestA.submissions[0]!.args, score: 1 }] }, /submissions\[0\]\.score/],
    [
      'a ticket',
      { submissions: [{ ...requestA.submissions[0]!.args, ticketId: -1n }] },
      /submissions\[0\]\.ticketId .*-1n/,
    ],
    [
      'a committee',
      { finalized: { ...requestA.finalized.args, committee: ['0x1'] } },
      /finalized\.committee\[0\]/,
    ],
    ['the committee of another request', { finalized: requestB.finalized }, /finalized is for e3Id/],
    ['a policy', { policy: 'x' }, /policy .*"x"/],
    ['a limit', { limit: -1 }, /limit .*-1/],
    ['a vrf', { vrf: 5 }, /vrf must be an object/],
  ])('%s', (_, change, message) => {
    expect(verify(change)).toThrow(message)
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

// --- any draw ------------------------------------------------------------------------------------

const addressOf = (n: number): Address => `0x${n.toString(16).padStart(40, '0')}`
const price = 10n

/** A registry of some operators, then a request, then submissions, most of them right, and the right result. */
const anyDraw = fc
  .record({
    operators: fc.array(
      fc.record({
        balance: fc.bigInt(0n, 60n),
        active: fc.boolean(),
        owner: fc.option(fc.integer({ min: 100, max: 103 })),
      }),
      {
        minLength: 1,
        maxLength: 12,
      },
    ),
    submits: fc.array(
      fc.record({
        who: fc.nat(11),
        ticket: fc.bigInt(1n, 6n),
        leavesBefore: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
      }),
      { maxLength: 14 },
    ),
    size: fc.integer({ min: 1, max: 5 }),
    seed: fc.bigInt(0n, 2n ** 256n - 1n),
    e3Id: fc.bigInt(0n, 2n ** 256n - 1n),
    policy: fc.constantFrom<Policy>('uncapped', 'owner-cap'),
    shuffle: fc.array(fc.nat(1000), { minLength: 14, maxLength: 14 }),
  })
  .map(({ operators, submits, size, seed, e3Id, policy, shuffle }) => {
    const history: RegistryEvent[] = []
    const add = (eventName: string, args: object, time = 1000 + history.length) => {
      const event = {
        eventName,
        args,
        blockNumber: BigInt(history.length + 1),
        logIndex: 0,
        timestamp: BigInt(time),
      }
      history.push(event)
      return event
    }
    add('EligibilityConfigurationVersionUpdated', { version: 1n })
    operators.forEach(({ balance, active, owner }, n) => {
      const operator = addressOf(n + 1)
      if (owner !== null) add('BondOwnerSet', { operator, bondOwner: addressOf(owner) })
      add('CiphernodeAdded', { node: operator, index: 0n, numNodes: 0n, size: 0n })
      add('TicketBalanceUpdated', { operator, delta: 0n, newBalance: balance, reason: `0x${'0'.repeat(64)}` })
      if (active) add('OperatorActivationChanged', { operator, active })
    })
    const time = 2000
    const request = add(
      'CommitteeRequested',
      {
        e3Id,
        entropyBlock: BigInt(history.length + 2),
        threshold: [1, size],
        requestBlock: BigInt(time),
        committeeDeadline: 9999n,
        ticketPrice: price,
      },
      time,
    )
    add('CiphernodeAdded', { node: addressOf(99), index: 0n, numNodes: 0n, size: 0n }, time) // the entropy block
    const submissions = submits.map(({ who, ticket, leavesBefore }, i) => {
      const node = addressOf(who + 1)
      if (leavesBefore) add('OperatorActivationChanged', { operator: node, active: false }, time + 2 * i)
      return add(
        'TicketSubmitted',
        { e3Id, node, ticketId: ticket, score: naiveScore(node, ticket, e3Id, seed) },
        time + 2 * i + 1,
      )
    }) as Event<SubmissionArgs>[]
    return { history, request: request as Event<RequestArgs>, submissions, size, seed, e3Id, policy, shuffle }
  })

test('any draw: violations and committee agree with the naive implementation, whatever the order of submissions', () => {
  fc.assert(
    fc.property(anyDraw, ({ history, request, submissions, size, seed, e3Id, policy, shuffle }) => {
      const registry = NodeRegistry.empty().applyAll(history)
      const nodes = naiveAt(history, 1999n)
      const seen = new Set<Address>()
      const bad: string[] = []
      const valid = submissions.flatMap((s) => {
        const { node, ticketId: ticket, score } = s.args
        const tickets = (nodes.get(node)?.ticketBalance ?? 0n) / price
        const now = naiveState(history, (e) => e.blockNumber < s.blockNumber).get(node)
        const faults = new Set<string>()
        const owned = policy === 'uncapped' || nodes.get(node)?.owner !== undefined
        if (!nodes.get(node)?.active || tickets === 0n || !owned || !now?.active || !now.registered)
          faults.add('not-eligible')
        if (nodes.get(node)?.active && tickets > 0n && ticket > tickets) faults.add('ticket-range')
        if (seen.has(node)) faults.add('duplicate-submission')
        if (faults.size === 0) seen.add(node)
        for (const fault of faults) bad.push(`${fault} ${node} ${ticket}`)
        return faults.size > 0 ? [] : [{ node, ticket, score }]
      })
      const committee = naiveCommittee(nodes, valid, size, policy)
      const finalized = committee && {
        e3Id,
        committee: committee.map((c) => c.node),
        scores: committee.map((c) => c.score),
      }
      const evidence = { request, submissions, finalized, seed, policy }
      const report = verifyRequest(registry, evidence)
      expect([...new Set(report.violations.map((v) => `${v.code} ${v.node} ${v.ticket}`))].sort()).toEqual(
        [...new Set(bad)].sort(),
      )
      expect(report.committee.map(({ node, ticket, score }) => ({ node, ticket, score }))).toEqual(
        committee ?? [],
      )
      expect(report.ideal).toEqual(naiveSelect(nodes, { e3Id, seed, size, ticketPrice: price, policy }))
      expect(report.notes).toEqual([
        ...(finalized ? [expect.stringMatching(/the result came without the position/)] : []),
        expect.stringMatching(/not compared with it: ticket price .*, submission window/),
        expect.stringMatching(/the hash of block \d+ is not given/),
      ])

      const shuffled = submissions
        .map((s, i) => [shuffle[i]!, s] as const)
        .sort((a, b) => a[0] - b[0])
        .map(([, s]) => s)
      expect(verifyRequest(registry, { ...evidence, submissions: shuffled })).toEqual(report)
    }),
    { numRuns: 200 },
  )
})
