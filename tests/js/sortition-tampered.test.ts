// Evidence of the recorded run that was tampered with, or is malformed: the verifier names what is wrong.
import { format, NodeRegistry, verifyRequest, type Address, type RegistryEvent } from 'hamt-wasm/sortition'
import { run } from './support/chain.js'
import {
  codes,
  events,
  fixScore,
  lower,
  registry,
  requestA,
  requestB,
  reversed,
  seedA,
  tampered,
} from './support/recorded-requests.js'

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
