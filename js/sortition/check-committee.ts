// (c) The committee: members, their order, and the scores beside them.
import { ownerOf } from './draw.js'
import { type FinalizedArgs } from './evidence.js'
import { hex, type Submission, type Violation, type ViolationCode } from './report.js'
import { type Winner } from './score.js'
import { type Address } from './values.js'
import { stateOf, type Verification } from './verification.js'

/**
 * @param counted the submissions that count
 * @param committee the members that follow from them, best first
 */
export function checkCommittee(
  v: Verification,
  finalized: FinalizedArgs,
  counted: Submission[],
  committee: Winner[],
): void {
  const submitted = new Map(counted.map((s) => [s.node, s]))
  checkMembers(v, finalized.committee, submitted, committee)
  if (v.evidence.policy === 'owner-cap') checkOwners(v, finalized.committee, submitted)
  checkOrder(v, finalized)
  checkScores(v, finalized, submitted)
}

type Submitted = ReadonlyMap<Address, Submission>

function accuse(
  v: Verification,
  code: ViolationCode,
  node: Address,
  mine: { ticket: bigint; score: bigint } | undefined,
  what: string,
): void {
  const state = stateOf(v, node)
  const evidence: Omit<Violation, 'code' | 'message'> = {
    node,
    ...(mine && { ticket: mine.ticket, score: mine.score }),
    ...(state && { state }),
  }
  v.violations.push({ code, message: `${node} ${what}`, ...evidence })
}

/** Who sits in the committee and should not, or the other way round. Linear. */
function checkMembers(
  v: Verification,
  members: readonly Address[],
  submitted: Submitted,
  committee: Winner[],
): void {
  const seats = new Set(committee.map((seat) => seat.node))
  const last = committee.at(-1)
  const seen = new Set<Address>()
  for (const node of members) {
    const mine = submitted.get(node)
    if (seen.has(node)) accuse(v, 'wrong-member', node, mine, 'sits in the committee twice')
    else if (!seats.has(node)) {
      const why = !mine
        ? 'has no valid submission'
        : !last
          ? 'no member was asked for'
          : mine.score > last.score
            ? `scored ${hex(mine.score)}, and the last seat went to ${hex(last.score)}`
            : 'is not its owner’s best'
      accuse(v, 'wrong-member', node, mine, `sits in the committee, but ${why}`)
    }
    seen.add(node)
  }
  for (const seat of committee) {
    if (seen.has(seat.node)) continue
    const what = `is missing from the committee: its ticket ${seat.ticket} scored ${hex(seat.score)}`
    accuse(v, 'wrong-member', seat.node, seat, what)
  }
}

/** One member of an owner. */
function checkOwners(v: Verification, members: readonly Address[], submitted: Submitted): void {
  const owners = new Set<Address>()
  for (const node of new Set(members)) {
    const owner = ownerOf(v, node)
    if (owner === undefined) continue
    if (owners.has(owner)) {
      const what = `sits in the committee beside another operator of its owner ${owner}`
      accuse(v, 'owner-cap', node, submitted.get(node), what)
    }
    owners.add(owner)
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
  submitted: Submitted,
): void {
  if (scores.length !== members.length) {
    const message = `there are ${scores.length} scores for ${members.length} members`
    violations.push({ code: 'wrong-scores', message })
  }
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
