// A report for people.
import { type Explanation } from './explain.js'
import { type Winner } from './score.js'
import { hex, type Report } from './report.js'
import { idText, timeText, verdictOf } from './verdict.js'

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

function winners(rows: readonly Winner[], number: (i: number) => number): string[] {
  return table(
    rows.map((w, i) => [`${number(i)}`, w.node, `ticket ${w.ticket}`, short(w.score)]),
    [0],
  ).map((line) => `  ${line}`)
}

/** How many rows of a long list are shown. */
const shown = 10

function some(lines: string[]): string[] {
  return lines.length <= shown ? lines : [...lines.slice(0, shown), `  and ${lines.length - shown} more`]
}

/** The report as text, some dozen lines. No trailing newline. */
export function format(report: Report): string {
  const { violations } = report
  const lines = [
    `Request ${idText(report.e3Id)}`,
    `  state at ${timeText(report.timepoint)} (second ${report.timepoint}), ticket price ${report.ticketPrice}, ${report.size} seats, ${report.policy}`,
    `  seed ${hex(report.seed)}`,
    `  ${report.eligible} operators were eligible, ${report.submissions.length} submitted`,
    '',
    verdictOf(report).sentence,
    ...violations.map((v) => `  ${v.code}: ${v.message}`),
    '',
  ]
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

/** The explanation as text. No trailing newline. */
export function formatExplanation(e: Explanation): string {
  const rows: [string, string][] = [['operator', e.node]]
  if (e.state) {
    const { registered, active, ticketBalance, owner } = e.state
    rows.push([
      'state',
      `${registered ? 'registered' : 'not registered'}, ${active ? 'active' : 'not active'}, balance ${ticketBalance}`,
    ])
    if (owner) rows.push(['owner', owner])
  }
  rows.push(['tickets', `${e.tickets}`])
  if (e.best) rows.push(['best', `ticket ${e.best.ticket}, score ${hex(e.best.score)}`])
  if (e.rank !== undefined) rows.push(['rank', `${e.rank} of ${e.of} eligible`])
  for (const s of e.submissions) {
    rows.push([
      'submitted',
      `ticket ${s.ticket}, score ${hex(s.score)}${s.counts ? '' : ' (does not count)'}`,
    ])
  }
  if (e.cutOff)
    rows.push(['last seat', `${e.cutOff.node}, ticket ${e.cutOff.ticket}, score ${hex(e.cutOff.score)}`])
  return [...table(rows), '', `${e.verdict[0]!.toUpperCase()}${e.verdict.slice(1)}.`].join('\n')
}
