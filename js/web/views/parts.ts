// Elements that several views have: sections, links to operators, scores, pictures with legends.
import type { Address } from '../../sortition/index.js'
import { h } from '../dom.js'
import { hex, scoreText, shortAddress } from '../format.js'
import type { Route } from '../route.js'

/** What a view may ask for. */
export interface Actions {
  /** The address of the same view with another operator, version or request. */
  linkTo(change: Route): string
  /** Goes to a section once its link has been followed. */
  goTo(section: string): void
}

/** An operator: short where there is little room, in full in its title; leads to its history. */
export function operatorLink(
  address: Address,
  actions: Actions,
  room: 'little' | 'much' = 'little',
): HTMLElement {
  return h(
    'a',
    {
      className: 'address',
      href: actions.linkTo({ operator: address }),
      title: address,
      onclick: () => actions.goTo('operator'),
    },
    room === 'little'
      ? shortAddress(address)
      : [
          h('span', { className: 'wide-only' }, address),
          h('span', { className: 'narrow-only' }, shortAddress(address)),
        ],
  )
}

/** A score: its share of the range, and all digits in its title. */
export function scoreElement(value: bigint): HTMLElement {
  return h('span', { className: 'score', title: hex(value) }, scoreText(value))
}

export interface Section {
  element: HTMLElement
  body: HTMLElement
}

export function section(id: string, title: string, about?: string): Section {
  const body = h('div', { className: 'body' })
  const element = h(
    'section',
    { id, 'aria-labelledby': `${id}-title` },
    h('h2', { id: `${id}-title`, tabindex: -1 }, title),
    about !== undefined && h('p', { className: 'about' }, about),
    body,
  )
  return { element, body }
}

/** A picture with its legend. */
export class Figure {
  readonly chart = h('div', { className: 'chart', role: 'img' })
  readonly element: HTMLElement
  readonly #legend = h('ul', { className: 'legend' })

  constructor() {
    this.element = h('figure', {}, this.#legend, this.chart)
  }

  /** Says again what the picture shows; `label` says it without the picture. */
  describe(label: string, legend: [mark: string, text: string][]): void {
    this.chart.setAttribute('aria-label', label)
    this.#legend.replaceChildren(
      ...legend.map(([mark, text]) =>
        h('li', {}, h('span', { className: `mark ${mark}`, 'aria-hidden': 'true' }), text),
      ),
    )
  }
}
