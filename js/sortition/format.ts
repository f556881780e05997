// Formatting of reports and explanations as text.
import { given } from '../core.js'
import { type Explanation, type Standing } from './explain.js'
import { factsOf } from './facts.js'
import { type ScoredTicket, type Winner } from './score.js'
import { type Address, own } from './values.js'
import { hex, type Report } from './report.js'
import { momentText } from './text.js'
import { verdictOf } from './verdict.js'

/** The first digits of a score, which are all that a comparison needs. */
function short(score: bigint): string {
  return `${hex(score).slice(0, 14)}…`
}

/** Columns as wide as their widest cell; numbers to the right. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths: number[] = []
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)))
  return rows.map((row) =>
    row
      .map((cell, i) => (right.includes(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd(),
  )
}

function winners(rows: readonly (Winner & { owner?: Address })[], number: (i: number) => number): string[] {
  return table(
    rows.map((w, i) => {
      const owner = own(w, 'owner')
      return [
        `${number(i)}`,
        w.node,
        `ticket ${w.ticket}`,
        short(w.score),
        owner === undefined ? '' : `owner ${owner}`,
      ]
    }),
    [0],
  ).map((line) => `  ${line}`)
}

/** How many rows of a long list are shown. */
const shown = 10

function some(lines: string[]): string[] {
  return lines.length <= shown ? lines : [...lines.slice(0, shown), `  and ${lines.length - shown} more`]
}

/**
 * The report as text, some dozen lines. No trailing newline.
 *
 * @param seedSource where the seed of a block hash comes from, as in `Judgement`
 */
export function format(report: Report, seedSource?: string): string {
  const facts = table(factsOf(report, seedSource))
  const lines = [...facts, '', verdictOf(report).sentence, ...violations(report), '']
  if (report.committee.length > 0)
    lines.push('Committee that follows from the submissions', ...winners(report.committee, (i) => i))
  else lines.push('No committee follows from the submissions.')
  const information = [
    ...report.worseTickets.map(
      (w) =>
        `  ${w.node} submitted ticket ${w.ticket}, its best was ${w.best.ticket} (${short(w.best.score)})`,
    ),
    ...report.absent.map((a) => `  ${a.node} did not submit; its ticket ${a.ticket} ranked ${a.rank}`),
  ]
  if (report.ideal.length > 0) {
    lines.push(
      '',
      'For information: had everyone submitted its best ticket',
      ...winners(report.ideal, (i) => i + 1),
      ...some(information),
    )
  }
  if (report.notes.length > 0) lines.push('', ...report.notes.map((note) => `Note: ${note}.`))
  return lines.join('\n')
}

function violations({ violations, verdict }: Report): string[] {
  const heading = verdict === 'undecided' && violations.length > 0 ? ['As far as the registry goes:'] : []
  return [...heading, ...violations.map((v) => `  ${v.code}: ${v.message}`)]
}

/** Whether an operator could take part at a second, as text. No trailing newline. */
export function formatStanding(said: Standing): string {
  const s = given(said) as Standing
  return [...table(standing(s)), '', ...sentences(s)].join('\n')
}

/** The explanation as text. No trailing newline. */
export function formatExplanation(explanation: Explanation): string {
  const e = given(explanation) as Explanation
  const rows = standing(e)
  if (e.best) rows.push(['best', `ticket ${e.best.ticket}, score ${hex(e.best.score)}`])
  if (e.rank !== undefined) rows.push(['rank', `${e.rank} of ${e.of} eligible`])
  for (const s of e.submissions) {
    rows.push([
      'submitted',
      `ticket ${s.ticket}, score ${hex(s.score)}${s.counts ? '' : ' (does not count)'}`,
    ])
  }
  const seatOf = (s: ScoredTicket & { node: Address }) =>
    `${s.node}, ticket ${s.ticket}, score ${hex(s.score)}`
  if (e.seatOfOwner) rows.push(['seat of owner', seatOf(e.seatOfOwner)])
  if (e.cutOff) rows.push(['last seat', seatOf(e.cutOff)])
  return [...table(rows), '', ...sentences(e)].join('\n')
}

function standing(s: Standing): [string, string][] {
  const rows: [string, string][] = [['operator', s.node]]
  if (s.state) {
    const { registered, active, ticketBalance, owner, admittedSince } = given(s.state)
    rows.push([
      'state',
      `${registered ? 'registered' : 'not registered'}, ${active ? 'active' : 'not active'}, balance ${ticketBalance}`,
    ])
    if (owner) rows.push(['owner', owner])
    if (admittedSince !== undefined) rows.push(['admission', `started at ${momentText(admittedSince)}`])
  }
  rows.push([
    'tickets',
    s.ticketPrice === undefined ? 'price not known' : `${s.tickets}, at ${s.ticketPrice} each`,
  ])
  return rows
}

function sentences({ verdict, needed }: { verdict: string; needed?: string }): string[] {
  const line = `${verdict[0]!.toUpperCase()}${verdict.slice(1)}.`
  return needed === undefined ? [line] : [line, `Needed: ${needed}.`]
}
