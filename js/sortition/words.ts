// Words for what reports and explanations say, once.
import { type Ineligibility } from './eligibility.js'

/** Why an operator was not eligible at a second: words that follow its address. */
export function describeIneligibility(why: Ineligibility, second: number | bigint): string {
  switch (why.why) {
    case 'unknown':
      return `no operator of that address was known at second ${second}`
    case 'inactive':
      return `was not active at second ${second}`
    case 'cooling-down':
      return `waited for admission at second ${second}, until second ${why.until}`
    case 'paused':
      return `was kept out at second ${second} by a pause since second ${why.since}: ${becauseOf[why.because]}`
  }
}

const becauseOf = {
  'admitted later': 'its admission started later',
  'cooling down': 'it waited for admission when the pause began',
  inactive: 'it was not active when the pause began',
} as const

/** What an operator would have needed to be eligible. */
export function whatIsNeeded(why: Ineligibility): string {
  switch (why.why) {
    case 'unknown':
      return 'to register, and to be activated'
    case 'inactive':
      return 'to be active'
    case 'cooling-down':
      return `a request after second ${why.until}`
    case 'paused':
      return 'the end of the pause'
  }
}
