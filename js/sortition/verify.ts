// Was a committee drawn as the rule says? Reads one request's events against the registry and says what is wrong, with
// the evidence. A wrong draw is reported, never thrown; what is not even a request or a submission throws.
import { checkEnd } from './check-end.js'
import { checkRequest } from './check-request.js'
import { checkSeed } from './check-seed.js'
import { checkSubmissions } from './check-submissions.js'
import { inOrder, seat } from './draw.js'
import { comparePositions } from './events.js'
import { readEvidence, type RequestEvidence } from './evidence.js'
import { ideal } from './ideal.js'
import { type NodeRegistry } from './registry.js'
import { type Report, withJson } from './report.js'
import { type Verification } from './verification.js'

/**
 * Checks one request: (a) the seed, (b) every submission, (c) the committee; and says for information (d) who would have
 * been drawn had everyone submitted its best ticket. See `Report`.
 *
 * Cost: a walk over the registry's events, one hash a submission, and for (d) one hash a ticket of all eligible operators.
 * TypeError or RangeError names what is malformed.
 */
export function verifyRequest(registry: NodeRegistry, given: RequestEvidence): Report {
  const evidence = readEvidence(given)
  const { e3Id, time, ticketPrice, size } = evidence.request.args
  const v: Verification = { registry, evidence, nodes: registry.at(time - 1), violations: [], notes: [] }
  noteWhatIsMissing(v)
  checkRequest(v)
  const seed = checkSeed(v)
  const submissions = checkSubmissions(v, seed)
  const counted = submissions.filter((s) => s.counts)
  const seated = seat(v, seed, counted, counted.length)
  const committee = seated.length < size ? [] : inOrder(seated.slice(0, size))
  checkEnd(v, counted, seated)
  const outcome = evidence.open ? 'open' : evidence.finalized ? 'formed' : 'failed'
  const information = ideal(v, seed, submissions)
  return withJson({
    ok: v.violations.length === 0,
    verdict: v.violations.length > 0 ? 'wrong' : outcome === 'open' ? 'undecided' : 'right',
    outcome,
    violations: v.violations,
    e3Id,
    timepoint: BigInt(time - 1),
    ticketPrice,
    size,
    policy: evidence.policy,
    seed,
    submissions,
    committee,
    ...information,
    notes: v.notes,
  })
}

function noteWhatIsMissing({ evidence, registry, notes }: Verification): void {
  const { args } = evidence.request
  const end = registry.position
  if (!end || end.timestamp < args.time - 1) {
    notes.push(
      `the registry ends ${end ? `at second ${end.timestamp}, ` : ''}before the second ${args.time - 1} that decides: ` +
        'it is taken that nothing happened between',
    )
  }
  const unplaced = evidence.submissions.filter((s) => !s.at).length
  const result = evidence.finalized ?? evidence.failed
  if (unplaced > 0) {
    notes.push(
      `${unplaced} of ${evidence.submissions.length} submissions came without the position of their log: whether the operator was ` +
        'registered and active when it submitted, and whether it was in time, was not checked',
    )
  }
  if (result?.at && result.at.timestamp === undefined)
    notes.push(
      'the result came without the time of its block: whether it came after the deadline was not checked',
    )
  const last = evidence.submissions.at(-1)?.at
  if (unplaced === 0 && last && (!end || comparePositions(end, last) < 0)) {
    notes.push('the registry ends before the last submission: it is taken that nothing happened between')
  }
}
