// The verdict on a draw: its status and its sentence.
import type { Report, ViolationCode } from '../../sortition/index.js'
import type { RequestRow, Verdict } from '../protocol.js'

/** What is wrong, most telling first: where several things are, the first gives the sentence. */
const sentences: [ViolationCode, string][] = [
  ['request', 'the chain would not have made such a request'],
  ['seed', 'the seed is not the one that it must be'],
  ['deadline', 'the draw ended before its time'],
  ['formation', 'whether there is a committee is not what the submissions say'],
  ['wrong-member', 'the committee has a wrong member'],
  ['wrong-order', 'the committee is in the wrong order'],
  ['wrong-scores', 'the committee has wrong scores'],
  ['duplicate-submission', 'an operator submitted twice'],
  ['ticket-range', 'a ticket was submitted that its operator did not hold'],
  ['not-eligible', 'a submission came from an operator that was not eligible'],
  ['score', 'a submitted score is not that of its ticket'],
]

export function verdictOf(report: Report, outcome: RequestRow['outcome']): Verdict {
  if (!report.ok) {
    const codes = new Set(report.violations.map(({ code }) => code))
    const what = sentences.find(([code]) => codes.has(code))?.[1] ?? 'see below'
    return { status: 'wrong', sentence: `Wrong: ${what}.` }
  }
  if (outcome === 'open') return { status: 'not decided', sentence: 'Not decided: there is no result yet.' }
  const sentence =
    outcome === 'failed' ? 'Right: no committee could be formed.' : 'Right: the committee follows the rule.'
  return { status: 'right', sentence }
}
