// The committee that follows from the submissions, and beside it the one that would have been, had everybody submitted.
import type { Address, Report } from '../../sortition/index.js'
import { h, put, table } from '../dom.js'
import type { ShownEvent } from '../protocol.js'
import { grouped, plural } from '../text.js'
import { type Actions, operator, score } from './common.js'

/** What the chain recorded: members in its order, beside each its score. */
export interface Recorded {
  node: Address
  score: bigint | undefined
}

/** The committee in the log that ended the draw; undefined when there is none. */
export function recordedIn(events: readonly ShownEvent[]): Recorded[] | undefined {
  const end = events.find(
    (event) => event.eventName === 'SortitionCommitteeFinalized' && event.altered !== 'left out',
  )
  if (!end) return undefined
  const args = new Map(end.args)
  const lines = (name: string) => (args.get(name) ?? '').split('\n').filter(Boolean)
  const scores = lines('scores').map(BigInt)
  return lines('committee').map((node, i) => ({ node: node as Address, score: scores[i] }))
}

export function committee(
  body: HTMLElement,
  report: Report,
  recorded: Recorded[] | undefined,
  actions: Actions,
): void {
  const seats = report.committee
  const same =
    recorded?.length === seats.length &&
    seats.every((seat, i) => seat.node === recorded[i]!.node && seat.score === recorded[i]!.score)
  put(
    body,
    seats.length === 0
      ? h(
          'p',
          {},
          `There are fewer than ${report.size} valid submissions, so no committee follows from them.`,
        )
      : table(
          'The committee that follows from the submissions',
          [
            { name: 'Party', number: true },
            { name: 'Operator' },
            { name: 'Ticket', number: true },
            { name: 'Score', number: true },
          ],
          seats.map((seat) => [
            String(seat.partyId),
            operator(seat.node, actions, 'much'),
            grouped(seat.ticket),
            score(seat.score),
          ]),
        ),
    recorded && !same && recordedTable(recorded, report, actions),
  )
}

function recordedTable(recorded: Recorded[], report: Report, actions: Actions): Node[] {
  const wrong = recorded.map(({ node, score }, i) => {
    const seat = report.committee[i]
    return seat?.node !== node || seat.score !== score
  })
  return [
    h('h3', {}, 'What the log says instead'),
    table(
      'The committee in the log',
      [{ name: 'Party', number: true }, { name: 'Operator' }, { name: '' }, { name: 'Score', number: true }],
      recorded.map((member, i) => [
        String(i),
        operator(member.node, actions, 'much'),
        wrong[i] ? 'differs' : '',
        member.score === undefined ? '–' : score(member.score),
      ]),
      (i) => (wrong[i] ? 'wrong' : undefined),
    ),
  ]
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
