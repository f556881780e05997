// Facts that a verdict rests on, line by line, as the command line and the page show them.
import { hex, type Report } from './report.js'
import { idText, momentText } from './text.js'
import { whyNot } from './words.js'

/** A name, and what is known. */
export type Fact = readonly [name: string, value: string]

/**
 * The numbers behind a verdict, in the order of what happened.
 *
 * @param seedSource where the seed of a block hash comes from, as in `Judgement`
 */
export function factsOf(report: Report, seedSource?: string): Fact[] {
  const controller = report.e3Id >> 96n
  const { ticketPrice, randomness, deadline, timepoint } = report
  const rows: (Fact | false)[] = [
    ['request', idText(report.e3Id)],
    controller > 0n && ['controller', `0x${controller.toString(16).padStart(40, '0')}`],
    randomness?.chainId !== undefined && ['chain', `${randomness.chainId}`],
    ['requested', momentText(timepoint + 1n)],
    ['state at', `${momentText(timepoint)}, the second before`],
    ['committee', seatsText(report)],
    ['ticket price', ticketPrice === undefined ? 'not known' : `${ticketPrice} units of the balance`],
    ['policy', policyTexts[report.policy]],
    randomness !== undefined && [
      'random word',
      `asked of ${randomness.provider}, request ${idText(randomness.requestId)}, until ${momentText(randomness.deadline)}`,
    ],
    ['seed', seedText(report)],
    ...seedOrigin(report, seedSource),
    deadline !== undefined && ['submissions', `until ${momentText(deadline)}`],
    ['operators', operatorsText(report)],
    ['end', endText(report)],
  ]
  return rows.filter((row) => row !== false)
}

export const policyTexts: Record<Report['policy'], string> = {
  uncapped: 'uncapped: each operator for itself',
  'owner-cap': 'owner-cap: at most one operator of each bond owner',
}

function seatsText({ size, threshold }: Report): string {
  if (threshold !== undefined) return `${threshold[1]} seats, threshold ${threshold[0]}`
  return size === undefined ? 'size not known' : `${size} seats`
}

function seedText({ seed, usable }: Report): string {
  if (seed !== undefined) return hex(seed)
  return usable === false ? 'none: no random word came in time' : 'not known'
}

function seedOrigin({ kind, seed, fulfilledAt }: Report, source: string | undefined): Fact[] {
  if (seed === undefined) return []
  if (kind === 'A') return source === undefined ? [] : [['seed from', source]]
  return fulfilledAt === undefined
    ? [['seed from', 'what was given']]
    : [['seed from', `the random word, which came at ${momentText(fulfilledAt)}`]]
}

function operatorsText({ eligible, submissions }: Report): string {
  const valid = submissions.filter(({ counts }) => counts).length
  const some = valid < submissions.length ? `, ${valid} of them validly` : ''
  return `${eligible} eligible, ${submissions.length} submitted${some}`
}

function endText(report: Report): string {
  const { outcome, endedAt } = report
  const when = endedAt === undefined ? '' : `, at ${momentText(endedAt)}`
  if (outcome === 'open') return 'none yet'
  return outcome === 'formed' ? `a committee${when}` : `no committee${when}${whyNot(report)}`
}
