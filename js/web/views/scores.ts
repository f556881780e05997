// The picture of all tickets: each operator a row, each ticket a dot, and the line of the cut-off.
import type { Answer, Answers } from '../app.js'
import type { Client } from '../client.js'
import { Fold, h, put } from '../dom.js'
import { grouped, plural, scoreText } from '../format.js'
import { pagedTable } from '../paged.js'
import { type Fate, fates, type TicketCloud, type TicketRow } from '../protocol.js'
import { type Actions, Figure, operatorLink, section } from './parts.js'

const fateTexts: Record<Fate, string> = {
  idle: 'not submitted',
  best: 'its operator’s best, not submitted',
  submitted: 'submitted',
  refused: 'submitted, does not count',
  seated: 'submitted, in the committee',
}

export class ScoresView {
  readonly #section = section(
    'scores',
    'All tickets',
    'Each ticket of each eligible operator has a score, a hash of operator, ticket, request and seed. An operator submits one ticket; the lowest scores win.',
  )
  readonly element = this.#section.element
  readonly #sentence = h('p', {})
  readonly #partly = h('p', { className: 'about' })
  readonly #figure = new Figure()
  readonly #fold = new Fold()
  readonly #picture: HTMLElement
  #logarithmic = true
  #chart: { destroy(): void } | undefined
  #redraw: () => void = () => undefined

  constructor(
    readonly client: Client,
    readonly actions: Actions,
  ) {
    const scale = (logarithmic: boolean, text: string) =>
      h(
        'label',
        { className: 'choice' },
        h('input', {
          type: 'radio',
          name: 'scale',
          checked: logarithmic,
          onchange: () => {
            this.#logarithmic = logarithmic
            this.#redraw()
          },
        }),
        ` ${text}`,
      )
    this.#picture = h(
      'div',
      {},
      this.#figure.element,
      h(
        'fieldset',
        { className: 'inline' },
        h('legend', {}, 'Scale'),
        scale(true, 'logarithmic'),
        scale(false, 'linear'),
      ),
      this.#fold.element,
    )
    put(this.#section.body, this.#sentence, this.#partly, this.#picture)
  }

  draw(
    { value: cloud, error }: Answer<TicketCloud>,
    e3Id: bigint,
    operator: string | undefined,
    charts: Answers['charts'],
  ): void {
    const isEmpty = !cloud || cloud.total === 0
    this.#picture.hidden = isEmpty
    this.#chart?.destroy()
    this.#chart = undefined
    this.#partly.hidden = !cloud || cloud.scores.length === cloud.total
    this.#sentence.textContent = cloud
      ? sentenceOf(cloud)
      : `There is no picture of the tickets: ${error!.message}.`
    if (isEmpty) return
    this.#partly.textContent = `The ${grouped(cloud.scores.length)} lowest are drawn.`
    const present = fates.filter((_, i) => cloud.fates.includes(i)).reverse()
    this.#figure.describe(
      `All tickets by score. ${sentenceOf(cloud)}`,
      present.map((fate) => [fate, fateTexts[fate]]),
    )
    const rank = cloud.operators.findIndex((node) => node === operator)
    this.#redraw = () => {
      this.#chart?.destroy()
      this.#chart = charts.drawScores(this.#figure.chart, {
        cloud,
        logarithmic: this.#logarithmic,
        marked: rank < 0 ? undefined : rank,
        fateTexts,
      })
    }
    this.#redraw()
    const isPart = cloud.scores.length < cloud.total
    this.#fold.set(isPart ? 'The same tickets as a table' : 'The same as a table', () => {
      const table = ticketTable(this.actions)
      table.show(this.client.list('tickets', { e3Id }))
      return table.element
    })
  }
}

function sentenceOf({ total, eligible, cutOff, below, silent }: TicketCloud): string {
  const all = `${plural(total, 'ticket')} of ${plural(eligible, 'operator')}`
  if (cutOff === undefined) return `${all}. No committee was formed, so there is no cut-off.`
  return (
    `${all}; ${grouped(below)} of them scored ${scoreText(cutOff)} or less, the highest score in the committee` +
    (silent > 0 ? `, and ${grouped(silent)} of those ${silent === 1 ? 'was' : 'were'} not submitted.` : '.')
  )
}

function ticketTable(actions: Actions) {
  return pagedTable<TicketRow>({
    what: 'tickets',
    caption: 'Tickets by score',
    search: true,
    columns: [
      { name: 'Score', number: true },
      { name: 'Operator' },
      { name: 'Ticket', number: true },
      { name: 'What became of it' },
    ],
    cells: ({ score, node, ticket, fate }) => [
      h('span', { className: 'score' }, scoreText(score)),
      operatorLink(node, actions),
      grouped(ticket),
      fateTexts[fate],
    ],
  })
}
