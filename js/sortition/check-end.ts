// (c) The end: is the committee the one that follows, or the failure a failure?
import { comparePositions, describe } from './events.js'
import { type FinalizedArgs, type FormationFailedArgs } from './evidence.js'
import { hex, type Submission, type Violation } from './report.js'
import { type Winner } from './score.js'
import { type Address } from './values.js'
import { type Verification } from './verification.js'

/** @param seated all that could be seated, best first, however many seats there are */
export function checkEnd(v: Verification, counted: Submission[], seated: Winner[]): void {
  const { evidence, violations } = v
  if (evidence.open) return
  checkTime(v)
  const { size } = evidence.request.args
  const uncapped = evidence.policy === 'uncapped'
  const available = seated.length
  const what = uncapped ? 'valid submissions' : 'bond owners with a valid submission'
  const formed = available >= size
  if (!evidence.finalized) {
    if (formed) {
      const message = `no committee of ${size} was formed, though there were ${available} ${what}`
      violations.push({ code: 'formation', message })
    } else if (evidence.failed) checkFailure(v, evidence.failed.args, available)
    return
  }
  if (!formed) {
    const message = `a committee of ${size} was formed from ${available} ${what}`
    violations.push({ code: 'formation', message })
    return
  }
  checkMembers(v, evidence.finalized.args, counted, seated.slice(0, size))
  checkOrder(v, evidence.finalized.args)
  checkScores(v, evidence.finalized.args, counted)
}

/** A draw ends after its deadline, and after its request. */
function checkTime({ evidence, violations }: Verification): void {
  const { finalized, failed, request } = evidence
  const end = (finalized ?? failed)?.at
  if (!end) return
  const what = finalized ? 'the committee was finalized' : 'the failure was declared'
  if (request.at && comparePositions(end, request.at) < 0) {
    violations.push({ code: 'deadline', message: `${what} at ${describe(end)}, before the request` })
  } else if (end.timestamp !== undefined && end.timestamp <= request.args.deadline) {
    const message = `${what} at second ${end.timestamp}, before the deadline ${request.args.deadline} had passed`
    violations.push({ code: 'deadline', message })
  }
}

/** The numbers that the failure itself states. */
function checkFailure(
  { evidence, violations }: Verification,
  { nodesSubmitted, thresholdRequired }: FormationFailedArgs,
  available: number,
): void {
  const { size } = evidence.request.args
  if (thresholdRequired !== BigInt(size)) {
    const message = `the failure says that ${thresholdRequired} were required, the request says ${size}`
    violations.push({ code: 'formation', message })
  }
  if (nodesSubmitted !== BigInt(available)) {
    const message =
      evidence.policy === 'uncapped'
        ? `the failure says that ${nodesSubmitted} submitted, and ${available} did so validly`
        : `the failure says that ${nodesSubmitted} seats were taken, and ${available} were`
    violations.push({ code: 'formation', message })
  }
}

/** Who sits in the committee and should not, or the other way round. Linear. */
function checkMembers(
  { nodes, violations }: Verification,
  { committee: members }: FinalizedArgs,
  counted: Submission[],
  committee: Winner[],
): void {
  const seats = new Set(committee.map((seat) => seat.node))
  const submitted = new Map(counted.map((s) => [s.node, s]))
  const last = committee.at(-1)
  const blame = (node: Address, mine: { ticket: bigint; score: bigint } | undefined, what: string) => {
    const state = nodes.get(node)
    const evidence: Omit<Violation, 'code' | 'message'> = {
      node,
      ...(mine && { ticket: mine.ticket, score: mine.score }),
      ...(state && { state }),
    }
    violations.push({ code: 'wrong-member', message: `${node} ${what}`, ...evidence })
  }
  const seen = new Set<Address>()
  for (const node of members) {
    const mine = submitted.get(node)
    if (seen.has(node)) blame(node, mine, 'sits in the committee twice')
    else if (!seats.has(node)) {
      const why = !mine
        ? 'has no valid submission'
        : !last
          ? 'no member was asked for'
          : mine.score > last.score
            ? `scored ${hex(mine.score)}, and the last seat went to ${hex(last.score)}`
            : 'is not its owner’s best'
      blame(node, mine, `sits in the committee, but ${why}`)
    }
    seen.add(node)
  }
  for (const seat of committee) {
    if (seen.has(seat.node)) continue
    const what = `is missing from the committee: its ticket ${seat.ticket} scored ${hex(seat.score)}`
    blame(seat.node, seat, what)
  }
}

/** Ascending order of addresses. */
function checkOrder({ violations }: Verification, { committee: members }: FinalizedArgs): void {
  const misplaced = members.findIndex((node, i) => i > 0 && members[i - 1]! > node)
  if (misplaced < 0) return
  const message = `the committee is not in order of address: ${members[misplaced]} follows ${members[misplaced - 1]}`
  violations.push({ code: 'wrong-order', message, node: members[misplaced]! })
}

/** A score beside each member, its ticket's. */
function checkScores(
  { violations }: Verification,
  { committee: members, scores }: FinalizedArgs,
  counted: Submission[],
): void {
  if (scores.length !== members.length) {
    const message = `there are ${scores.length} scores for ${members.length} members`
    violations.push({ code: 'wrong-scores', message })
  }
  const submitted = new Map(counted.map((s) => [s.node, s]))
  members.forEach((node, i) => {
    const mine = submitted.get(node)
    const score = scores[i]
    if (!mine || score === undefined || score === mine.score) return
    violations.push({
      code: 'wrong-scores',
      message: `beside ${node} stands score ${hex(score)}, but its ticket ${mine.ticket} scored ${hex(mine.score)}`,
      node,
      ticket: mine.ticket,
      score,
      expected: mine.score,
    })
  })
}
