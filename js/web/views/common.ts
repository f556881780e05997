// What several parts of the page need.
import type { Address } from '../../sortition/index.js'
import { h } from '../dom.js'
import { hex, scoreText, shortAddress } from '../text.js'

/** What a part of the page may ask for. */
export interface Actions {
  /** The address of the same view with another operator or version. */
  linkTo(change: { operator?: Address; version?: number }): string
  /** Goes to a section once its link has been followed. */
  goTo(section: string): void
}

/** An operator: short where there is little room, whole for a pointer; leads to its history. */
export function operator(
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

/** A score: its share of the range for the eye, all digits for a pointer. */
export function score(value: bigint): HTMLElement {
  return h('span', { className: 'score', title: hex(value) }, scoreText(value))
}

export function section(
  id: string,
  title: string,
  ...about: (Node | string)[]
): { whole: HTMLElement; body: HTMLElement } {
  const body = h('div', { className: 'body' })
  const whole = h(
    'section',
    { id, 'aria-labelledby': `${id}-title` },
    h('h2', { id: `${id}-title`, tabindex: -1 }, title),
    about.length > 0 && h('p', { className: 'about' }, about),
    body,
  )
  return { whole, body }
}

/** A picture with its legend; `place` is where a chart goes. */
export function figure(
  label: string,
  legend: [mark: string, text: string][],
): { whole: HTMLElement; place: HTMLElement } {
  const place = h('div', { className: 'chart', role: 'img', 'aria-label': label })
  const whole = h(
    'figure',
    {},
    legend.length > 0 &&
      h(
        'ul',
        { className: 'legend' },
        legend.map(([mark, text]) =>
          h('li', {}, h('span', { className: `mark ${mark}`, 'aria-hidden': 'true' }), text),
        ),
      ),
    place,
  )
  return { whole, place }
}
