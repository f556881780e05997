// One operator: why it was drawn or was not, and its history with the request in it.
import type { NodeState } from '../../sortition/index.js'
import type { Chart, Charts } from '../charts.js'
import { fold, h, put, table } from '../dom.js'
import type { History, RequestSummary, Summary } from '../protocol.js'
import { capital, grouped, plural, scoreText, timeText } from '../text.js'
import { figure } from './common.js'

const rowsInTable = 500

export function operatorPicker(
  summary: Summary,
  ranking: readonly string[],
  chosen: string,
  choose: (operator: string) => void,
): HTMLElement {
  const ranked = ranking.filter((node) => summary.operators.includes(node as `0x${string}`))
  const others = summary.operators.filter((node) => !ranked.includes(node))
  const options = (nodes: readonly string[]) =>
    nodes.map((node) => h('option', { value: node, selected: node === chosen }, node))
  return h(
    'p',
    { className: 'pick' },
    h('label', { for: 'operator-pick' }, 'Operator'),
    h(
      'select',
      { id: 'operator-pick', onchange: (event: Event) => choose((event.target as HTMLSelectElement).value) },
      ranked.length > 0 && h('optgroup', { label: 'Eligible, best ticket first' }, options(ranked)),
      others.length > 0 &&
        (ranked.length > 0 ? h('optgroup', { label: 'Others' }, options(others)) : options(others)),
    ),
  )
}

const eventTexts: Record<string, string> = {
  CiphernodeAdded: 'registered',
  CiphernodeRemoved: 'removed',
  TicketBalanceUpdated: 'balance changed',
  OperatorActivationChanged: 'activity changed',
  EligibilityConfigurationVersionUpdated: 'new rules of eligibility',
  BondOwnerSet: 'owner set',
}

function stateText({ registered, active }: NodeState): string {
  if (active) return registered ? 'active' : 'active, not registered'
  return registered ? 'registered, not active' : 'not registered'
}

export function history(
  body: HTMLElement,
  { rows, explanation }: History,
  request: RequestSummary | undefined,
  until: number,
  charts: Charts,
): Chart | undefined {
  const price = request?.ticketPrice ?? 0n
  const inTickets = price > 0n
  const amount = (state: NodeState) => (inTickets ? state.ticketBalance / price : state.ticketBalance)
  const about: Node[] = []
  if (explanation) {
    const { best, rank, of, cutOff } = explanation
    about.push(h('p', {}, h('strong', {}, `${capital(explanation.verdict)}.`)))
    if (best && rank !== undefined) {
      about.push(
        h(
          'p',
          {},
          `Its ${plural(explanation.tickets, 'ticket')} ${explanation.tickets === 1n ? 'gave' : 'gave at best'} ${scoreText(best.score)} (ticket ${best.ticket}), ` +
            `rank ${grouped(rank)} of ${grouped(of)} eligible.` +
            (cutOff ? ` The last seat went to ${scoreText(cutOff.score)}.` : ''),
        ),
      )
    }
  }
  if (rows.length === 0) {
    put(body, about, h('p', {}, 'Nothing is known of this operator.'))
    return undefined
  }
  const inForce = request ? rows.findLastIndex((row) => row.from < request.time) : -1
  const end = Math.max(until, request?.time ?? 0)
  const label =
    `${plural(rows.length, 'state')} from ${timeText(rows[0]!.from)} on.` +
    (inForce >= 0
      ? ` At the request: ${stateText(rows[inForce]!.state)}, ${plural(amount(rows[inForce]!.state), inTickets ? 'ticket' : 'unit')}.`
      : '')
  const { whole, place } = figure(`History of the operator. ${label}`, [
    ['line', inTickets ? 'tickets at the price of this request' : 'balance'],
    ['active', 'active'],
    ...(request ? ([['cut', 'the request: what counts is the second before']] as [string, string][]) : []),
  ])
  const shown = rows.slice(-rowsInTable)
  put(
    body,
    about,
    whole,
    fold(
      shown.length < rows.length ? `The last ${rowsInTable} states as a table` : 'The same as a table',
      table(
        'States of the operator',
        [
          { name: 'From' },
          { name: 'What happened', wideOnly: true },
          { name: 'State' },
          { name: 'Balance', number: true },
          ...(inTickets ? [{ name: 'Tickets', number: true }] : []),
          { name: 'At the request' },
        ],
        shown.map((row) => [
          timeText(row.from),
          [...new Set(row.events)].map((event) => eventTexts[event] ?? event).join(', '),
          stateText(row.state),
          grouped(row.state.ticketBalance),
          ...(inTickets ? [grouped(amount(row.state))] : []),
          row === rows[inForce] ? 'this counts' : '',
        ]),
        (i) => (shown[i] === rows[inForce] ? 'counts' : undefined),
      ),
    ),
  )
  return charts.drawHistory(place, {
    steps: rows.map(({ from, state }) => ({ from, tickets: Number(amount(state)), active: state.active })),
    until: end,
    request: request?.time,
    unit: inTickets ? 'tickets' : 'balance',
  })
}
