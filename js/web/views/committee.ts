// The committee that follows from the submissions, and beside it the one that would have been, had everybody submitted.
import type { Address, Report } from '../../sortition/index.js'
import { h, put, table } from '../dom.js'
import { grouped, plural } from '../text.js'
import { type Actions, operator, score } from './common.js'

export function committee(body: HTMLElement, report: Report, actions: Actions): void {
  if (report.committee.length === 0) {
    put(
      body,
      h('p', {}, `There are fewer than ${report.size} valid submissions, so no committee follows from them.`),
    )
    return
  }
  put(
    body,
    table(
      'The committee',
      [
        { name: 'Party', number: true },
        { name: 'Operator' },
        { name: 'Ticket', number: true },
        { name: 'Score', number: true },
      ],
      report.committee.map((seat) => [
        String(seat.partyId),
        operator(seat.node, actions, 'much'),
        grouped(seat.ticket),
        score(seat.score),
      ]),
    ),
  )
}

interface Row {
  node: Address
  rank: number | undefined
  best: bigint | undefined
  ideal: boolean
  real: boolean
  why: string
}

/** Rows that are shown beyond both committees. */
const extra = 3

export function comparison(body: HTMLElement, report: Report, actions: Actions): void {
  if (report.ideal.length === 0) {
    put(body, h('p', {}, 'The ideal committee is not known here: see the notes beside the verdict.'))
    return
  }
  const rows = rowsOf(report)
  const missed = rows.filter((row) => row.ideal && !row.real).length
  put(
    body,
    h(
      'p',
      {},
      missed === 0
        ? 'Both are the same: whoever should have been drawn, was.'
        : `${plural(missed, 'operator')} that would have been drawn ${missed === 1 ? 'is' : 'are'} not in the committee. That breaks no rule: nobody has to submit.`,
    ),
    table(
      'Ideal and real committee',
      [
        { name: 'Rank', number: true },
        { name: 'Operator' },
        { name: 'Best score', number: true, wideOnly: true },
        { name: 'Ideal' },
        { name: 'Real' },
        { name: 'What happened' },
      ],
      rows.map((row) => [
        row.rank === undefined ? '–' : grouped(row.rank),
        operator(row.node, actions),
        row.best === undefined ? '–' : score(row.best),
        seat(row.ideal, 'ideal'),
        seat(row.real, 'real'),
        row.why,
      ]),
      (i) => (rows[i]!.ideal !== rows[i]!.real ? 'differs' : undefined),
    ),
  )
}

function seat(there: boolean, kind: string): HTMLElement {
  return h(
    'span',
    {},
    there && h('span', { className: `seat ${kind}` }),
    h('span', { className: 'hidden' }, there ? 'yes' : 'no'),
  )
}

function rowsOf(report: Report): Row[] {
  const ideal = new Map(report.ideal.map((w) => [w.node, w.score]))
  const real = new Set(report.committee.map((w) => w.node))
  const absent = new Map(report.absent.map((a) => [a.node, a.score]))
  const worse = new Map(report.worseTickets.map((w) => [w.node, w]))
  const submitted = new Map(report.submissions.map((each) => [each.node, each]))
  const ranks = new Map(report.ranking.map((node, i) => [node, i + 1]))
  const lastRank = Math.max(...[...ideal.keys(), ...real].map((node) => ranks.get(node) ?? 0))
  const shown = [
    ...report.ranking.slice(0, lastRank + extra),
    ...[...real].filter((node) => !ranks.has(node)),
  ]
  return shown.map((node) => {
    const submission = submitted.get(node)
    return {
      node,
      rank: ranks.get(node),
      best: absent.get(node) ?? worse.get(node)?.best.score ?? ideal.get(node) ?? submission?.score,
      ideal: ideal.has(node),
      real: real.has(node),
      why: whatHappened(node),
    }
  })

  function whatHappened(node: Address): string {
    const submission = submitted.get(node)
    if (!submission) return 'did not submit'
    if (!submission.counts) return 'submitted, but it does not count'
    const ticket = worse.get(node)
    return ticket
      ? `submitted ticket ${ticket.ticket}, though ${ticket.best.ticket} was better`
      : 'submitted its best ticket'
  }
}
