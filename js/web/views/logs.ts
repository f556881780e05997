// The logs of a request, and a way to alter them and see what the verdict makes of it.
import type { Client } from '../client.js'
import { h, put } from '../dom.js'
import { plural } from '../format.js'
import { Paged } from '../paged.js'
import type { Alterations, CheckAnswer, LogRow } from '../protocol.js'
import { section } from './parts.js'

const titles: Record<string, string> = {
  CommitteeRequested: 'Request',
  TicketSubmitted: 'Submission',
  SortitionCommitteeFinalized: 'Committee',
  CommitteeFormationFailed: 'No committee',
  CommitteeRandomnessRequested: 'Request',
  CommitteeBondOwnerCapEnabled: 'Owner cap',
  RandomnessFulfilled: 'Random word',
  CommitteeActivationChanged: 'Activation',
  CommitteeObligationUpdated: 'Obligation',
  CommitteeMemberExpelled: 'Expulsion',
  RandomnessCircuitBreakerTripped: 'Late word',
  E3Requested: 'Order',
  E3Failed: 'Failure',
}

interface LogActions {
  /** Checks with these; the promise rejects with what is wrong with them. */
  alter: (alterations: Alterations) => Promise<void>
  undoAll: () => void
  goTo: (section: string) => void
}

type Judged = Exclude<CheckAnswer, { kind: 'unknown' }>

export class LogsView {
  readonly #section = section(
    'logs',
    'The logs of this request',
    'The verdict follows from these logs. Alter one to see how the verdict changes: the change stays in this page, and can be undone.',
  )
  readonly element = this.#section.element
  readonly #outcome = h('div', {})
  readonly #list: Paged<LogRow>
  /** Keys of logs that are unfolded. */
  readonly #open = new Set<string>()
  #alterations: Alterations = {}
  #e3Id: bigint | undefined

  constructor(
    readonly client: Client,
    readonly actions: LogActions,
  ) {
    this.#list = new Paged<LogRow>({
      what: 'logs',
      search: true,
      body: (rows) => this.#logs(rows),
    })
    put(this.#section.body, this.#outcome, this.#list.element)
  }

  draw({ request: { e3Id }, altered, verdict }: Judged, alterations: Alterations): void {
    const { undoAll, goTo } = this.actions
    put(
      this.#outcome,
      altered > 0 &&
        h(
          'p',
          { className: `notice outcome ${verdict.status === 'right' ? 'right' : 'wrong'}` },
          h('strong', {}, verdict.sentence),
          ` That is with ${plural(altered, 'log')} altered. `,
          h('button', { onclick: () => goTo('verdict') }, 'See why'),
          h('button', { onclick: undoAll }, 'Undo all'),
        ),
    )
    this.#outcome.className = altered > 0 ? 'sticky' : ''
    this.#alterations = alterations
    const load = this.client.list('logs', { e3Id })
    if (e3Id === this.#e3Id) this.#list.refresh(load)
    else {
      this.#open.clear()
      this.#list.show(load)
    }
    this.#e3Id = e3Id
  }

  #logs(rows: LogRow[]): HTMLElement {
    const focused = this.element.contains(document.activeElement)
      ? document.activeElement!.closest('details')?.dataset.key
      : undefined
    const items = rows.map((row) => this.#log(row))
    if (focused !== undefined)
      queueMicrotask(() =>
        items
          .find((item) => item.dataset.key === focused)
          ?.querySelector('summary')
          ?.focus(),
      )
    return h(
      'ol',
      { className: 'logs' },
      items.map((item) => h('li', {}, item)),
    )
  }

  /** The form of a log is built when the log is unfolded. */
  #log({ key, eventName, headline, altered }: LogRow): HTMLDetailsElement {
    const body = h('div', {})
    let isBuilt = false
    const unfold = async () => {
      if (details.open) this.#open.add(key)
      else this.#open.delete(key)
      if (!details.open || isBuilt) return
      isBuilt = true
      put(body, await this.#form(key))
    }
    const details = h(
      'details',
      { 'data-key': key, ontoggle: () => void unfold() },
      h(
        'summary',
        {},
        h('span', { className: 'kind' }, titles[eventName] ?? eventName),
        ' ',
        h('span', { className: 'what' }, headline),
        altered && h('span', { className: 'changed' }, ` ${altered}`),
      ),
      body,
    )
    details.open = this.#open.has(key)
    return details
  }

  async #form(key: string): Promise<HTMLElement> {
    const [log, { logForm }] = await Promise.all([
      this.client.ask('log', this.#e3Id!, key),
      import('./log-form.js'),
    ])
    const change = (values: Alterations[string] | undefined) =>
      values === undefined ? this.#without(key) : { ...this.#alterations, [key]: values }
    return logForm({ log, change, alter: this.actions.alter })
  }

  #without(key: string): Alterations {
    const { [key]: _, ...others } = this.#alterations
    return others
  }
}
