// The committee that follows from the submissions, the one in the log where it differs, and the one that
// everyone's best tickets would have given.
import type { Client } from '../client.js'
import { h, put } from '../dom.js'
import { grouped, plural, shortAddress } from '../format.js'
import { type Paged, pagedTable } from '../paged.js'
import type { Checked, ComparisonRow, SeatRow } from '../protocol.js'
import { type Actions, operatorLink, scoreElement, section } from './parts.js'

const scoreOf = (score: bigint | undefined) => (score === undefined ? '–' : scoreElement(score))

export class CommitteeView {
  readonly #section = section(
    'committee',
    'The committee',
    'The operators whose submitted tickets have the lowest scores, in order of address.',
  )
  readonly element = this.#section.element
  readonly #none = h('p', {})
  readonly #seats: Paged<SeatRow>
  readonly #recorded: Paged<SeatRow>
  readonly #instead: HTMLElement

  constructor(
    readonly client: Client,
    actions: Actions,
  ) {
    this.#seats = pagedTable<SeatRow>({
      what: 'members',
      caption: 'The committee that follows from the submissions',
      search: true,
      columns: [
        { name: 'Party', number: true },
        { name: 'Operator' },
        { name: 'Ticket', number: true },
        { name: 'Score', number: true },
        { name: 'Bond owner', wideOnly: true },
      ],
      cells: ({ partyId, node, ticket, score, owner }) => [
        String(partyId),
        operatorLink(node, actions, 'much'),
        ticket === undefined ? '–' : grouped(ticket),
        scoreOf(score),
        owner === undefined ? '–' : h('span', { className: 'address', title: owner }, shortAddress(owner)),
      ],
    })
    this.#recorded = pagedTable<SeatRow>({
      what: 'recorded members',
      caption: 'The committee in the log',
      search: true,
      columns: [
        { name: 'Party', number: true },
        { name: 'Operator' },
        { name: 'Compared' },
        { name: 'Score', number: true },
      ],
      cells: ({ partyId, node, differs, score }) => [
        String(partyId),
        operatorLink(node, actions, 'much'),
        differs ? 'differs' : 'the same',
        scoreOf(score),
      ],
      rowClass: ({ differs }) => (differs ? 'wrong' : undefined),
    })
    this.#instead = h('div', {}, h('h3', {}, 'What the log says instead'), this.#recorded.element)
    put(this.#section.body, this.#none, this.#seats.element, this.#instead)
  }

  draw({ request: { e3Id }, size, isCapped, seats, recordedDiffers }: Checked): void {
    this.#none.hidden = seats > 0
    this.#none.textContent =
      size === undefined
        ? 'How many members a committee has is not known, so none follows from the submissions.'
        : `There are fewer than ${grouped(size)} ${isCapped ? 'bond owners with a valid submission' : 'valid submissions'}, so no committee follows from them.`
    this.#seats.element.hidden = seats === 0
    this.#instead.hidden = !recordedDiffers
    if (seats > 0) this.#seats.show(this.client.list('committee', { e3Id }))
    if (recordedDiffers) this.#recorded.show(this.client.list('recorded', { e3Id }))
  }
}

export class ComparisonView {
  readonly #section = section(
    'ideal',
    'Ideal and real',
    'The ideal committee is the one that would have been drawn if every eligible operator had submitted its best ticket.',
  )
  readonly element = this.#section.element
  readonly #sentence = h('p', {})
  readonly #rows: Paged<ComparisonRow>

  constructor(
    readonly client: Client,
    actions: Actions,
  ) {
    this.#rows = pagedTable<ComparisonRow>({
      what: 'operators compared',
      caption: 'Ideal and real committee',
      search: true,
      columns: [
        { name: 'Rank', number: true },
        { name: 'Operator' },
        { name: 'Best score', number: true, wideOnly: true },
        { name: 'Ideal' },
        { name: 'Real' },
        { name: 'What happened' },
      ],
      cells: (row) => [
        row.rank === undefined ? '–' : grouped(row.rank),
        operatorLink(row.node, actions),
        scoreOf(row.best),
        seat(row.ideal, 'ideal'),
        seat(row.real, 'real'),
        row.what,
      ],
      rowClass: (row) => (row.ideal !== row.real ? 'differs' : undefined),
    })
    put(this.#section.body, this.#sentence, this.#rows.element)
  }

  draw({ request: { e3Id }, missed }: Checked): void {
    this.#sentence.textContent =
      missed === undefined
        ? 'The ideal committee is not known here: there is no seed, or too much is missing.'
        : missed === 0
          ? 'Both are the same: every operator that would have been drawn is in the committee.'
          : `${plural(missed, 'operator')} that would have been drawn ${missed === 1 ? 'is' : 'are'} not in the committee. That breaks no rule: nobody has to submit.`
    this.#rows.element.hidden = missed === undefined
    if (missed !== undefined) this.#rows.show(this.client.list('comparison', { e3Id }))
  }
}

function seat(there: boolean, kind: string): HTMLElement {
  return h(
    'span',
    {},
    there && h('span', { className: `seat ${kind}` }),
    h('span', { className: 'hidden' }, there ? 'yes' : 'no'),
  )
}
