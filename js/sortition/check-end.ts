// (c) The end: is the committee the one that follows, or the failure a failure, and did it come when it
// could?
import { type Seed } from './check-seed.js'
import { checkCommittee } from './check-committee.js'
import { comparePositions, describe } from './events.js'
import { type FormationFailedArgs } from './evidence.js'
import { type Report, type Submission, type ViolationCode } from './report.js'
import { type Winner } from './score.js'
import { momentText } from './text.js'
import { noteUndecided, type Verification } from './verification.js'

/** What the submissions lead to. */
export interface Drawn {
  /** Those that count. */
  counted: Submission[]
  /**
   * All that could be seated, best first, however many seats there are; undefined when there is no seed to
   * draw with.
   */
  seated: Winner[] | undefined
}

function blame(v: Verification, code: ViolationCode, message: string): void {
  v.violations.push({ code, message })
}

/** How the request ended. */
export function outcomeOf({ evidence, request }: Verification): Report['outcome'] {
  const { finalized, failed, e3Failed, open } = evidence
  if (finalized) return 'formed'
  if (failed || isEarly(e3Failed?.args.failedAtStage)) return 'failed'
  return open || request.kind !== 'A' ? 'open' : 'failed'
}

/** A computation may also fail when it has a committee: that is not about the draw. */
function isEarly(stage: number | bigint | undefined): boolean {
  return stage !== undefined && BigInt(stage) <= 1n
}

/** Whether it is known that there was no seed. */
function hasNoSeed({ usable, since }: Seed): boolean {
  return usable === false && since === undefined
}

/**
 * What had to happen: 0 a committee, 1 a failure without a seed, 2 one for lack of members; 1 when Interfold
 * failed it.
 */
export function reasonOf(v: Verification, seed: Seed, drawn: Drawn): Report['reason'] {
  const { finalized, failed, e3Failed } = v.evidence
  if (!finalized && !failed && isEarly(e3Failed?.args.failedAtStage)) return 1
  if (hasNoSeed(seed)) return 1
  const { size } = v.request
  if (!drawn.seated || size === undefined) return undefined
  return drawn.seated.length >= size ? 0 : 2
}

export function checkEnd(v: Verification, seed: Seed, drawn: Drawn): void {
  const { finalized, failed, e3Failed } = v.evidence
  if (outcomeOf(v) === 'open') return
  if (!finalized && !failed && e3Failed) return checkE3Failed(v, seed)
  checkTime(v, seed)
  if (hasNoSeed(seed)) {
    if (finalized) blame(v, 'formation', 'a committee was formed, though no random word came in time')
    if (failed) checkFailure(v, failed.args, 0, 1n)
    return
  }
  const { size } = v.request
  if (!drawn.seated || size === undefined) {
    if (!v.undecided) noteUndecided(v, 'the end was not checked: what the draw needs is not known')
    return
  }
  const available = drawn.seated.length
  const what = v.evidence.policy === 'uncapped' ? 'valid submissions' : 'bond owners with a valid submission'
  if (finalized && available >= size) {
    checkCommittee(v, finalized.args, drawn.counted, drawn.seated.slice(0, size))
  } else if (finalized) {
    blame(v, 'formation', `a committee of ${size} was formed from ${available} ${what}`)
  } else if (available >= size) {
    blame(v, 'formation', `no committee of ${size} was formed, though there were ${available} ${what}`)
  } else if (failed) checkFailure(v, failed.args, available, 2n)
}

/** A draw ends after its deadline, and after its request. */
function checkTime(v: Verification, seed: Seed): void {
  const { finalized, failed, e3Failed, randomness } = v.evidence
  // Reason 1 is that there was no word, whose deadline is the request's: whatever became of the word, that
  // had to pass.
  const isForNoWord = failed !== undefined && e3Failed !== undefined && BigInt(e3Failed.args.reason) === 1n
  const deadline = seed.deadline ?? (isForNoWord ? randomness?.args.randomnessDeadline : undefined)
  const end = (finalized ?? failed)?.at
  const what = finalized ? 'the committee was finalized' : 'the failure was declared'
  if (end?.timestamp === undefined) {
    if ((finalized ?? failed) && v.request.kind !== 'A')
      noteUndecided(
        v,
        'the result came without the time of its block: whether it came after the deadline was not checked',
      )
    return
  }
  if (v.request.at && comparePositions(end, v.request.at) < 0) {
    blame(v, 'deadline', `${what} at ${describe(end)}, before the request`)
  } else if (deadline !== undefined && BigInt(end.timestamp) <= deadline)
    blame(v, 'deadline', `${what} at ${momentText(end.timestamp)}, before ${passed(deadline)}`)
}

function passed(deadline: bigint): string {
  return `the deadline, ${momentText(deadline)}, had passed`
}

/** What the failure itself states. */
function checkFailure(
  v: Verification,
  { nodesSubmitted, thresholdRequired }: FormationFailedArgs,
  available: number,
  reason: bigint,
): void {
  const { size } = v.evidence.request.args
  if (size !== undefined && thresholdRequired !== BigInt(size))
    blame(
      v,
      'formation',
      `the failure says that ${thresholdRequired} were required, the request says ${size}`,
    )
  if (nodesSubmitted !== BigInt(available)) {
    const message =
      v.evidence.policy === 'uncapped'
        ? `the failure says that ${nodesSubmitted} submitted, and ${available} did so validly`
        : `the failure says that ${nodesSubmitted} seats were taken, and ${available} were`
    blame(v, 'formation', message)
  }
  const { e3Failed } = v.evidence
  if (!e3Failed) return
  const { failedAtStage, reason: stated } = e3Failed.args
  if (BigInt(failedAtStage) !== 1n)
    blame(
      v,
      'reason',
      `the request failed at stage ${failedAtStage}, and not at stage 1, without a committee`,
    )
  if (BigInt(stated) !== reason)
    blame(v, 'reason', `the request failed for reason ${stated}, and not for ${reason}`)
}

/** Interfold may fail a request after its deadline, and its requester may cancel it: for reason 1. */
function checkE3Failed(v: Verification, { deadline }: Seed): void {
  const { args, at } = v.evidence.e3Failed!
  if (BigInt(args.reason) !== 1n)
    blame(v, 'reason', `Interfold failed the request for reason ${args.reason}, and not for 1`)
  if (at?.timestamp === undefined || deadline === undefined)
    return noteUndecided(v, 'whether Interfold failed the request after the deadline was not checked')
  if (BigInt(at.timestamp) <= deadline) {
    const message = `Interfold failed the request at ${momentText(at.timestamp)}, before ${passed(deadline)}`
    blame(v, 'deadline', message)
  }
  v.notes.push('Interfold failed the request: whether its requester cancelled it is not in these logs')
}
