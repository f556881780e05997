// Evidence of the newer recorded runs that was altered: requests, random words, submissions, ends.
import { NodeRegistry, verifyRequest, type RegistryEvent } from 'hamt-wasm/sortition'
import { codes, lower, type Parts, request, runs } from './support/live-requests.js'

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
