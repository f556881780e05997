// Wording that reports and explanations share.
import { type Ineligibility } from './eligibility.js'
import { type Report } from './report.js'
import { momentText } from './text.js'

/** Why an operator was not eligible at a second: words that follow its address. */
export function describeIneligibility(why: Ineligibility, second: number | bigint): string {
  switch (why.why) {
    case 'unknown':
      return `no operator of that address was known at ${momentText(second)}`
    case 'inactive':
      return `was not active at ${momentText(second)}`
    case 'cooling-down':
      return `waited for admission at ${momentText(second)}, until ${momentText(why.until)}`
    case 'paused':
      return `was kept out at ${momentText(second)} by a pause since ${momentText(why.since)}: ${becauseOf[why.because]}`
  }
}

const becauseOf = {
  'admitted later': 'its admission started later',
  'cooling down': 'it waited for admission when the pause began',
  inactive: 'it was not active when the pause began',
} as const

/** A registry that does not reach the second that is asked for. */
export function endsBefore(end: number | undefined, second: number | bigint): string {
  const where = end === undefined ? '' : `at ${momentText(end)}, `
  return `the registry ends ${where}before ${momentText(second)}, which decides`
}

/** Why a draw without a result has no verdict. */
export const openText = 'nothing is wrong so far, and the logs have no result yet'

/** What an operator would have needed to be eligible. */
export function whatIsNeeded(why: Ineligibility): string {
  switch (why.why) {
    case 'unknown':
      return 'to register, and to be activated'
    case 'inactive':
      return 'to be active'
    case 'cooling-down':
      return `a request after ${momentText(why.until)}`
    case 'paused':
      return 'the end of the pause'
  }
}

/** Why no committee was formed: words that follow "no committee". */
export function whyNot({ reason, usable, outcome }: Report): string {
  if (outcome !== 'failed') return ''
  if (reason === 2) return ', for lack of members'
  if (reason !== 1) return ''
  return usable === false ? ', as no random word came in time' : ', as the controller gave the request up'
}
