// One operator: why it was drawn or was not, and its history with the request in it.
import type { Explanation, NodeState } from '../../sortition/index.js'
import type { Answers, Selection } from '../app.js'
import type { Client } from '../client.js'
import { Combobox } from '../combobox.js'
import { Fold, h, put } from '../dom.js'
import { capital, grouped, plural, scoreText, timeText } from '../format.js'
import { pagedTable } from '../paged.js'
import type { History, OperatorRow, StateRow } from '../protocol.js'
import type { Route } from '../route.js'
import { Figure, section } from './parts.js'

const eventTexts: Record<string, string> = {
  CiphernodeAdded: 'registered',
  CiphernodeRemoved: 'removed',
  TicketBalanceUpdated: 'balance changed',
  OperatorActivationChanged: 'activity changed',
  EligibilityConfigurationVersionUpdated: 'new rules of eligibility',
  BondOwnerSet: 'owner set',
  AdmissionStarted: 'admission started',
}

function stateText({ registered, active }: NodeState): string {
  if (active) return registered ? 'active' : 'active, not registered'
  return registered ? 'registered, not active' : 'not registered'
}

export class OperatorView {
  readonly #section = section(
    'operator',
    'One operator',
    'Its state at each second, and what follows for this request.',
  )
  readonly element = this.#section.element
  readonly #picker: Combobox<OperatorRow>
  readonly #about = h('div', {})
  readonly #figure = new Figure()
  readonly #fold = new Fold()
  #chart: { destroy(): void } | undefined
  #e3Id: bigint | undefined

  constructor(
    readonly client: Client,
    choose: (change: Route) => void,
  ) {
    this.#picker = new Combobox<OperatorRow>({
      id: 'operator-pick',
      label: 'Operator',
      load: (query) => client.list('operators', this.#e3Id === undefined ? {} : { e3Id: this.#e3Id })(query),
      option: ({ node, rank }) => [
        h('span', { className: 'address' }, node),
        h('span', { className: 'about' }, rank === undefined ? 'not eligible' : `rank ${grouped(rank)}`),
      ],
      choose: ({ node }) => choose({ operator: node }),
    })
    put(this.#section.body, this.#picker.element, this.#about, this.#figure.element, this.#fold.element)
  }

  /** `until` is the time of the last event, in seconds. */
  draw(
    history: History,
    { operator, check }: Pick<Selection, 'operator' | 'check'>,
    until: number,
    charts: Answers['charts'],
  ): void {
    const checked = check?.kind === 'checked' ? check : undefined
    const request = checked?.request
    const price = checked?.ticketPrice ? checked.ticketPrice : undefined
    const inTickets = price !== undefined
    this.#e3Id = request?.e3Id
    this.#picker.text = operator ?? ''
    this.#chart?.destroy()
    this.#chart = undefined
    const isKnown = history.total > 0
    this.#figure.element.hidden = this.#fold.element.hidden = !isKnown
    put(
      this.#about,
      isKnown
        ? history.explanation && explanation(history.explanation)
        : h('p', {}, `Nothing is known of the operator ${operator} in these files.`),
    )
    if (!isKnown) return
    this.#figure.describe(labelOf(history, inTickets), [
      ['line', inTickets ? 'tickets at the price of this request' : 'balance'],
      ['active', 'active'],
      ...(request
        ? ([['cut', 'the request; the state one second earlier counts']] as [string, string][])
        : []),
    ])
    this.#chart = charts.drawHistory(this.#figure.chart, {
      history,
      until: Math.max(until, request?.time ?? 0),
      request: request?.time,
      unit: inTickets ? 'tickets' : 'balance',
    })
    this.#fold.set('The same as a table', () => {
      const table = stateTable(price)
      const e3Id = request && { e3Id: request.e3Id }
      table.show(this.client.list('states', { operator: operator!, ...e3Id }))
      return table.element
    })
  }
}

function explanation({
  verdict,
  best,
  rank,
  of,
  cutOff,
  tickets,
  needed,
  state,
}: Explanation): HTMLElement[] {
  const sentences = [h('p', {}, h('strong', {}, `${capital(verdict)}.`))]
  if (best && rank !== undefined)
    sentences.push(
      h(
        'p',
        {},
        `Of its ${plural(tickets, 'ticket')}, ticket ${best.ticket} has the lowest score, ${scoreText(best.score)}: ` +
          `rank ${grouped(rank)} among ${plural(of, 'eligible operator')}.` +
          (cutOff ? ` The highest score in the committee is ${scoreText(cutOff.score)}.` : ''),
      ),
    )
  const more = [
    needed !== undefined && `Needed: ${needed}.`,
    state?.owner !== undefined && `Bond owner: ${state.owner}.`,
    state?.admittedSince !== undefined && `Admission started at ${timeText(state.admittedSince)}.`,
  ].filter((text) => text !== false)
  if (more.length > 0) sentences.push(h('p', { className: 'about long' }, more.join(' ')))
  return sentences
}

function labelOf({ total, from, atRequest }: History, inTickets: boolean): string {
  const states = `History of the operator. ${plural(total, 'state')}, from ${timeText(from[0]!)} on.`
  if (!atRequest) return states
  const { state, amount } = atRequest
  return `${states} At the request: ${stateText(state)}, ${plural(amount, inTickets ? 'ticket' : 'unit')}.`
}

function stateTable(price: bigint | undefined) {
  return pagedTable<StateRow>({
    what: 'states',
    caption: 'States of the operator',
    columns: [
      { name: 'From' },
      { name: 'What happened', wideOnly: true },
      { name: 'State' },
      { name: 'Balance', number: true },
      ...(price === undefined ? [] : [{ name: 'Tickets', number: true }]),
      { name: 'At the request' },
    ],
    cells: ({ from, events, state, counts }) => [
      timeText(from),
      events.map((event) => eventTexts[event] ?? event).join(', '),
      stateText(state),
      grouped(state.ticketBalance),
      ...(price === undefined ? [] : [grouped(state.ticketBalance / price)]),
      counts ? 'this counts' : '',
    ],
    rowClass: ({ counts }) => (counts ? 'counts' : undefined),
  })
}
