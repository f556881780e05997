// Verifier of one draw: reads a request's events against the registry and says what is wrong, with the
// evidence. A wrong draw is reported, never thrown; what is not even a request or a submission throws.
import { checkEnd, outcomeOf, reasonOf } from './check-end.js'
import { checkRequest, requestOf } from './check-request.js'
import { checkSeed } from './check-seed.js'
import { checkSubmissions } from './check-submissions.js'
import { inOrder, seat } from './draw.js'
import { comparePositions, describe, type Position } from './events.js'
import { type RequestEvidence } from './evidence.js'
import { ideal } from './ideal.js'
import { type LogPosition, logsOf, readEvidence } from './read-evidence.js'
import { NodeRegistry } from './registry.js'
import { type Report, withJson } from './report.js'
import { endsBefore, openText } from './words.js'
import { noteUndecided, type Verification } from './verification.js'

/**
 * Checks one request: (a) the seed, (b) every submission, (c) the committee; and says for information (d) who
 * would have been drawn had everyone submitted its best ticket. See `Report`.
 *
 * Cost: a walk over the registry's events, one hash a submission, and for (d) one hash a ticket of all
 * eligible operators. TypeError or RangeError names what is malformed.
 */
export function verifyRequest(registry: NodeRegistry, given: RequestEvidence): Report {
  NodeRegistry.require(registry)
  const evidence = readEvidence(given, registry.origin)
  const { request, before } = requestOf(registry, evidence)
  const eligibility = registry.eligibility(request.time - 1)
  const found = { violations: [], notes: [], undecided: undefined, scores: new Map<bigint, bigint[]>() }
  const v: Verification = { registry, evidence, request, before, eligibility, ...found }
  noteWhatIsMissing(v)
  noteTimes(v)
  checkRequest(v)
  const seed = checkSeed(v)
  const submissions = checkSubmissions(v, seed)
  const counted = submissions.filter((s) => s.counts)
  const seated = seed.seed === undefined ? undefined : seat(v, seed.seed, counted, counted.length)
  checkEnd(v, seed, { counted, seated })
  const information = ideal(v, seed.seed, submissions)
  const { size } = request
  const isFull = seated !== undefined && size !== undefined && seated.length >= size
  return withJson({
    ok: v.violations.length === 0,
    ...decided(v),
    outcome: outcomeOf(v),
    violations: v.violations,
    kind: request.kind,
    e3Id: request.e3Id,
    timepoint: BigInt(request.time - 1),
    ticketPrice: request.ticketPrice,
    size,
    threshold: evidence.request.args.threshold,
    policy: evidence.policy,
    seed: seed.seed,
    usable: seed.usable,
    randomness: randomnessOf(v),
    fulfilledAt: secondOf(seed.since),
    deadline: seed.deadline,
    reason: reasonOf(v, seed, { counted, seated }),
    endedAt: secondOf((evidence.finalized ?? evidence.failed ?? evidence.e3Failed)?.at),
    submissions,
    committee: isFull ? inOrder(v, seated.slice(0, size)) : [],
    ...information,
    notes: v.notes,
  })
}

/**
 * What operators had is not known where the registry ends before the second that decides: neither a draw nor
 * a submission is right or wrong by it then.
 */
function decided(v: Verification): Pick<Report, 'verdict' | 'undecided'> {
  const early = whereItEnds(v)
  if (early !== undefined) return { verdict: 'undecided', undecided: early }
  if (v.violations.length > 0) return { verdict: 'wrong', undecided: undefined }
  const undecided = outcomeOf(v) === 'open' ? openText : v.undecided
  return { verdict: undecided === undefined ? 'right' : 'undecided', undecided }
}

/** In words, where the registry ends before T - 1; else undefined. */
function whereItEnds({ registry: { position }, request: { time } }: Verification): string | undefined {
  const isEarly = !position || position.timestamp < time - 1
  return isEarly ? endsBefore(position?.timestamp, time - 1) : undefined
}

/** Times that cannot be those of one chain's blocks: which of them is right is not known. */
function noteTimes(v: Verification): void {
  const timed = logsOf(v.evidence)
    .flatMap(({ name, at }) => (at?.timestamp === undefined ? [] : [{ name, at: at as Position }]))
    .sort((a, b) => comparePositions(a.at, b.at))
  for (const [i, { name, at }] of timed.entries()) {
    const before = timed[i - 1]
    const blocks = before ? at.blockNumber - before.at.blockNumber : 1
    const seconds = before ? at.timestamp - before.at.timestamp : 0
    const wrong =
      v.registry.objectionToTime(at) ??
      (seconds < 0 || (blocks === 0 && seconds > 0)
        ? `its time is ${at.timestamp}, and that of block ${before!.at.blockNumber} is ${before!.at.timestamp}`
        : undefined)
    if (wrong) return noteUndecided(v, `${name} at ${describe(at)}: ${wrong}`)
  }
}

function secondOf(at: LogPosition | undefined): bigint | undefined {
  return at?.timestamp === undefined ? undefined : BigInt(at.timestamp)
}

function randomnessOf({ evidence: { randomness, vrf } }: Verification): Report['randomness'] {
  if (!randomness) return undefined
  const { provider, requestId, randomnessDeadline: deadline } = randomness.args
  return { chainId: vrf?.chainId, provider, requestId, deadline }
}

/** What the registry or the logs do not reach. */
function noteWhatIsMissing(v: Verification): void {
  const { evidence, request, registry } = v
  const end = registry.position
  const early = whereItEnds(v)
  if (early !== undefined) noteUndecided(v, `${early}: it is taken that nothing happened between`)
  const first = registry.firstVersion
  if (first !== undefined && first !== 1n) {
    noteUndecided(
      v,
      `the logs begin with version ${first} of the eligibility rules: what was before them is not known`,
    )
  }
  const unplaced = evidence.submissions.filter((s) => !s.at).length
  if (unplaced > 0) {
    noteUndecided(
      v,
      `${unplaced} of ${evidence.submissions.length} submissions came without the position of their log: whether the operator was ` +
        'registered and active when it submitted, and whether it was in time, was not checked',
    )
  }
  const untimed = evidence.submissions.filter((s) => s.at && s.at.timestamp === undefined).length
  if (untimed > 0)
    noteUndecided(
      v,
      `${untimed} of ${evidence.submissions.length} submissions came without the time of their block: whether they were in time was not ` +
        'checked',
    )
  const result = evidence.finalized ?? evidence.failed
  if (request.kind === 'A' && result && result.at?.timestamp === undefined)
    noteUndecided(
      v,
      'the result came without the position and the time of its block: whether it came after the deadline was not checked',
    )
  const last = evidence.submissions.at(-1)?.at
  if (unplaced === 0 && last && (!end || comparePositions(end, last) < 0))
    noteUndecided(
      v,
      'the registry ends before the last submission: it is taken that nothing happened between',
    )
}
