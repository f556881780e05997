// A picture of all tickets: each operator a row, each ticket a dot, and the line that it had to stay under.
import type { Report } from '../../sortition/index.js'
import type { Chart, Fate, TicketPoint, Charts } from '../charts.js'
import { fold, h, put, table } from '../dom.js'
import type { ScoreCloud } from '../protocol.js'
import { grouped, plural, scoreText, shortAddress } from '../text.js'
import { type Actions, figure, operator } from './common.js'

const rowsInTable = 200

const fateTexts: Record<Fate, string> = {
  idle: 'not submitted',
  best: 'its operator’s best, not submitted',
  submitted: 'submitted',
  refused: 'submitted, does not count',
  seated: 'submitted, in the committee',
}
/** Later ones lie on top. */
const order: Fate[] = ['idle', 'best', 'submitted', 'refused', 'seated']

export function pointsOf(cloud: ScoreCloud, report: Report): TicketPoint[] {
  const rowOf = new Map(cloud.operators.map((node, i) => [node, i]))
  const points = new Map<string, TicketPoint>()
  const add = (row: number, ticket: number | bigint, score: number, fate: Fate) => {
    const node = cloud.operators[row]!
    points.set(`${row}:${ticket}`, {
      score,
      row,
      fate,
      label: `${shortAddress(node)}, ticket ${ticket}: ${scoreText(score)}, ${fateTexts[fate]}`,
    })
  }
  const hasBest = new Set<number>()
  cloud.scores.forEach((score, i) => {
    const row = cloud.rows[i]!
    add(row, cloud.tickets[i]!, score, hasBest.has(row) ? 'idle' : 'best')
    hasBest.add(row)
  })
  const seats = new Set(report.committee.map((seat) => `${seat.node}:${seat.ticket}`))
  for (const { node, ticket, score, counts } of report.submissions) {
    const row = rowOf.get(node)
    if (row === undefined) continue // not eligible: it has no tickets to draw
    const fate = !counts ? 'refused' : seats.has(`${node}:${ticket}`) ? 'seated' : 'submitted'
    add(row, ticket, Math.max(Number(score >> 203n), 1) / 2 ** 53, fate)
  }
  return [...points.values()].sort((a, b) => a.score - b.score)
}

/** The highest score that got a seat. */
export function cutOffOf(report: Report): number | undefined {
  if (report.committee.length === 0) return undefined
  const worst = report.committee.reduce((a, b) => (a.score > b.score ? a : b))
  return Number(worst.score >> 203n) / 2 ** 53
}

export function scores(
  body: HTMLElement,
  cloud: ScoreCloud,
  report: Report,
  marked: string | undefined,
  charts: Charts,
  actions: Actions,
): { destroy(): void; mark(operator: string | undefined): void } {
  const points = pointsOf(cloud, report)
  const cutOff = cutOffOf(report)
  const below = points.filter((p) => cutOff !== undefined && p.score <= cutOff)
  const silent = below.filter((p) => p.fate === 'idle' || p.fate === 'best').length
  const sentence =
    cutOff === undefined
      ? `${plural(cloud.total, 'ticket')} of ${plural(cloud.operators.length, 'operator')}. No committee was formed, so there is no cut-off.`
      : `${plural(cloud.total, 'ticket')} of ${plural(cloud.operators.length, 'operator')}; ${grouped(below.length)} of them scored ${scoreText(cutOff)} or less, where the last seat went` +
        (silent > 0
          ? `, and ${grouped(silent)} of those ${silent === 1 ? 'was' : 'were'} not submitted.`
          : '.')
  const present = order.filter((fate) => points.some((p) => p.fate === fate)).reverse()
  const { whole, place } = figure(
    `All tickets by score. ${sentence}`,
    present.map((fate) => [fate, fateTexts[fate]]),
  )
  let logarithmic = true
  let now = marked
  let chart: Chart
  const draw = () => {
    const row = now === undefined ? -1 : cloud.operators.indexOf(now as `0x${string}`)
    chart = charts.drawScores(place, {
      points,
      rowNames: cloud.operators.map(shortAddress),
      cutOff,
      logarithmic,
      marked: row < 0 ? undefined : row,
    })
  }
  const scale = (value: boolean, text: string) =>
    h(
      'label',
      { className: 'choice' },
      h('input', {
        type: 'radio',
        name: 'scale',
        checked: logarithmic === value,
        onchange: () => {
          logarithmic = value
          chart.destroy()
          draw()
        },
      }),
      ` ${text}`,
    )
  const shown = [...points].sort((a, b) => a.score - b.score).slice(0, rowsInTable)
  put(
    body,
    h('p', {}, sentence),
    cloud.scores.length < cloud.total &&
      h('p', { className: 'about' }, `The ${grouped(cloud.scores.length)} lowest are drawn.`),
    whole,
    h(
      'fieldset',
      { className: 'inline' },
      h('legend', {}, 'Scale'),
      scale(true, 'logarithmic'),
      scale(false, 'linear'),
    ),
    fold(
      shown.length < points.length ? `The ${rowsInTable} lowest as a table` : 'The same as a table',
      table(
        'Tickets by score',
        [
          { name: 'Score', number: true },
          { name: 'Operator' },
          { name: 'Ticket', number: true },
          { name: 'What became of it' },
        ],
        shown.map((p) => [
          scoreText(p.score),
          operator(cloud.operators[p.row]!, actions),
          /ticket (\d+)/.exec(p.label)![1],
          fateTexts[p.fate],
        ]),
      ),
    ),
  )
  draw()
  return {
    destroy: () => chart.destroy(),
    mark(operator) {
      now = operator
      chart.destroy()
      draw()
    },
  }
}
