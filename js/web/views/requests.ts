// The field to choose a request, each with its verdict.
import type { Client } from '../client.js'
import { Combobox } from '../combobox.js'
import { h } from '../dom.js'
import { requestName, timeText } from '../format.js'
import type { CheckAnswer, RequestRow } from '../protocol.js'
import { verdictOf } from './verdict.js'

export class RequestPicker {
  readonly #picker: Combobox<RequestRow>
  readonly element: HTMLElement
  readonly #notice = h('p', { className: 'notice', hidden: true })
  /** Of the request that is shown, as it was altered. */
  #shown: CheckAnswer | undefined

  constructor(
    readonly client: Client,
    choose: (e3Id: bigint) => void,
  ) {
    this.#picker = new Combobox<RequestRow>({
      id: 'request-pick',
      label: 'Request',
      load: client.list('requests', {}),
      option: (row) => this.#option(row),
      choose: ({ e3Id }) => choose(e3Id),
    })
    this.element = h('div', {}, this.#picker.element, this.#notice)
  }

  draw(check: CheckAnswer | undefined, e3Id: bigint | undefined): void {
    this.#shown = check
    this.#notice.hidden = check?.kind !== 'unknown'
    if (e3Id === undefined) return
    if (check?.kind === 'unknown')
      this.#notice.textContent =
        `The link leads to ${requestName(e3Id).toLowerCase()} (0x${e3Id.toString(16)}), which is not among the logs that are open. ` +
        'Choose one of theirs, or open other files.'
    this.#picker.text =
      check && check.kind !== 'unknown'
        ? `${nameOf(check.request)} · ${verdictOf(check).status}`
        : requestName(e3Id)
  }

  /** The verdict follows when it is known; it is asked for only while the option is there. */
  #option(row: RequestRow): HTMLElement[] {
    const status = h('span', { className: 'about' }, '…')
    const shown = this.#shown
    if (shown && shown.kind !== 'unknown' && shown.request.e3Id === row.e3Id)
      status.textContent = shown.verdict.status + (shown.altered > 0 ? ', altered' : '')
    else this.#ask(row.e3Id, status)
    return [h('span', {}, nameOf(row)), status]
  }

  /** One question after the other, so that other questions of the page come between. */
  #last: Promise<unknown> = Promise.resolve()
  #ask(e3Id: bigint, status: HTMLElement): void {
    this.#last = this.#last.then(async () => {
      if (!status.isConnected) return
      status.textContent = await this.client.ask('statusOf', e3Id).catch(() => 'cannot be judged')
    })
  }
}

function nameOf({ e3Id, time }: RequestRow): string {
  return `${requestName(e3Id)} · ${timeText(time).slice(0, 16).replace('T', ' ')}`
}
