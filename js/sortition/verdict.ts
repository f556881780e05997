// Verdict on a draw in words, for the command line, the page and programs.
import { type Report, type ViolationCode } from './report.js'
import { whyNot } from './words.js'

/**
 * `right`: nothing is wrong. `wrong`: a rule is broken. `not decided`: the draw is open, or what its seed
 * follows from is not there. `cannot be judged`: the evidence is missing, malformed or contradicts itself.
 */
export type Status = 'right' | 'wrong' | 'not decided' | 'cannot be judged'

/** A status, and one sentence that begins with it. */
export interface Verdict {
  /** In a word. */
  status: Status
  /** In a sentence. */
  sentence: string
}

/** What every verdict rests on. */
export const assumption =
  'Assumed: the logs are complete, and their block times and hashes are the chain’s. Everything else is computed here.'

/** What is wrong, most telling first: where several things are, the first gives the sentence. */
const sentences: Record<ViolationCode, string> = {
  request: 'the chain would not have made such a request',
  fulfilment: 'the random word is not the one that was asked for',
  seed: 'the seed is not the one that it must be',
  deadline: 'the draw ended before its time',
  reason: 'the failure is said to have another reason than the one that there was',
  formation: 'whether there is a committee is not what the submissions say',
  'owner-cap': 'two members of the committee have one bond owner',
  'wrong-member': 'the committee has a wrong member',
  'wrong-order': 'the committee is in the wrong order',
  'wrong-scores': 'the committee has wrong scores',
  'duplicate-submission': 'an operator submitted twice',
  'ticket-range': 'a ticket was submitted that its operator did not hold',
  'not-eligible': 'a submission came from an operator, or at a moment, that was not eligible',
  score: 'a submitted score is not that of its ticket',
}

/** What a report comes to. */
export function verdictOf(report: Report): Verdict {
  if (report.verdict === 'undecided') return notDecided(report.undecided!)
  if (report.verdict === 'wrong') {
    const codes = new Set(report.violations.map(({ code }) => code))
    const first = (Object.keys(sentences) as ViolationCode[]).find((code) => codes.has(code))
    return { status: 'wrong', sentence: `Wrong: ${first ? sentences[first] : 'see the violations'}.` }
  }
  return {
    status: 'right',
    sentence:
      report.outcome === 'failed'
        ? `Right: no committee could be formed${whyNot(report)}.`
        : 'Right: the draw follows the rule.',
  }
}

/** The verdict on a draw that is open, or lacks what a verdict needs. */
export function notDecided(why: string): Verdict {
  return { status: 'not decided', sentence: `Not decided: ${why}.` }
}
/** The verdict on evidence that cannot be used. */
export function cannotBeJudged(why: string): Verdict {
  return { status: 'cannot be judged', sentence: `Cannot be judged: ${why}.` }
}
