// Times on the command line: seconds, or ISO dates.
import { plain } from '../sortition/index.js'
import { UnusableInput } from './command.js'

const isoDate = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(\.0+)?(Z|[+-]\d\d:\d\d)?)?$/

/** A second from a whole number of them, or from an ISO date, in UTC unless it says otherwise. */
export function secondsOf(text: string, name: string): bigint {
  const shown = plain(name)
  if (/^\d{1,20}$/.test(text)) {
    if (BigInt(text) < 100_000_000_000n) return BigInt(text)
    throw new UnusableInput(`${shown} must be in seconds, and looks like milliseconds`)
  }
  const zone = /(Z|[+-]\d\d:\d\d)$/.test(text) || !text.includes('T') ? '' : 'Z'
  const time = isoDate.test(text) ? Date.parse(text + zone) : NaN
  if (Number.isNaN(time) || !isDay(text))
    throw new UnusableInput(
      `${shown} is no second: give a number of seconds, or a date like 2026-09-01T00:22:23Z`,
    )
  if (time < 0) throw new UnusableInput(`${shown} is before 1970`)
  return BigInt(time / 1000)
}

/** Whether the calendar has the day: Date.parse takes 30 February. */
function isDay(text: string): boolean {
  const day = text.slice(0, 10)
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)
}
