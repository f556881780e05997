// The logs of a request, and a way to alter them and see what the verdict makes of it.
import { h, put } from '../dom.js'
import type { Alterations, ShownEvent } from '../protocol.js'
import { plural, shortAddress, timeText } from '../text.js'

const titles: Record<string, string> = {
  CommitteeRequested: 'Request',
  TicketSubmitted: 'Submission',
  SortitionCommitteeFinalized: 'Committee',
  CommitteeFormationFailed: 'No committee formed',
}

function headline({ eventName, args }: ShownEvent): string {
  const arg = new Map(args)
  switch (eventName) {
    case 'TicketSubmitted':
      return `${shortAddress(arg.get('node') ?? '')}, ticket ${arg.get('ticketId')}`
    case 'SortitionCommitteeFinalized':
      return (arg.get('committee') ?? '').split('\n').filter(Boolean).map(shortAddress).join(', ')
    case 'CommitteeRequested':
      return `${(arg.get('threshold') ?? '').split('\n')[1]} seats, at ${timeText(BigInt(arg.get('requestBlock') ?? 0))}`
    default:
      return ''
  }
}

/** What came of the check, said again where one alters. */
interface Outcome {
  sentence: string
  ok: boolean
  undoAll: () => void
  goTo: (section: string) => void
}

/** `alter` gives undefined when it went well, else what is wrong with it. */
export function logs(
  body: HTMLElement,
  events: ShownEvent[],
  alterations: Alterations,
  alter: (alterations: Alterations) => Promise<string | undefined>,
  outcome: Outcome,
): void {
  const open = new Set(
    [...body.querySelectorAll('details[open]')].map((each) => (each as HTMLElement).dataset.key),
  )
  const focused = body.contains(document.activeElement)
    ? document.activeElement!.closest('details')?.dataset.key
    : undefined
  const count = events.filter((event) => event.altered).length
  put(
    body,
    count > 0 &&
      h(
        'p',
        { className: `notice outcome ${outcome.ok ? 'right' : 'wrong'}` },
        h('strong', {}, outcome.sentence),
        ` That is with ${plural(count, 'log')} altered. `,
        h('button', { onclick: () => outcome.goTo('verdict') }, 'See why'),
        h('button', { onclick: () => outcome.undoAll() }, 'Undo all'),
      ),
    h(
      'ol',
      { className: 'logs' },
      events.map((event) => h('li', {}, log(event, alterations, alter))),
    ),
  )
  for (const each of body.querySelectorAll('details')) {
    each.open = open.has(each.dataset.key)
    if (focused !== undefined && each.dataset.key === focused) each.querySelector('summary')!.focus()
  }
}

function log(
  event: ShownEvent,
  alterations: Alterations,
  alter: (alterations: Alterations) => Promise<string | undefined>,
): HTMLElement {
  const { key, args, altered } = event
  const id = (name: string) => `log-${key.replace(':', '-')}-${name}`
  const problem = h('p', { className: 'problem', role: 'alert' })
  const apply = async (change: Alterations) => {
    problem.textContent = (await alter(change)) ?? ''
  }
  const fields = args.map(([name, value]) => {
    const lines = value.split('\n').length
    return [
      h('label', { for: id(name) }, name),
      lines > 1 || /^(committee|scores)$/.test(name)
        ? h('textarea', { id: id(name), name, rows: Math.max(2, lines), spellcheck: 'false' }, value)
        : h('input', { id: id(name), name, value, autocomplete: 'off', spellcheck: 'false' }),
    ]
  })
  const without = { ...alterations }
  delete without[key]
  const form = h(
    'form',
    {
      className: 'form',
      onsubmit: (submitted: Event) => {
        submitted.preventDefault()
        const values = new FormData(form)
        void apply({
          ...alterations,
          [key]: Object.fromEntries(args.map(([name]) => [name, String(values.get(name) as string)])),
        })
      },
    },
    h(
      'p',
      { className: 'about' },
      `Block ${event.blockNumber}, log ${event.logIndex}, ${timeText(event.timestamp)}: ${event.eventName}`,
    ),
    fields,
    problem,
    h(
      'p',
      { className: 'buttons' },
      h('button', { type: 'submit' }, 'Alter and check'),
      event.eventName !== 'CommitteeRequested' &&
        altered !== 'left out' &&
        h(
          'button',
          { type: 'button', onclick: () => void apply({ ...alterations, [key]: null }) },
          'Leave this log out',
        ),
      altered && h('button', { type: 'button', onclick: () => void apply(without) }, 'Undo'),
    ),
  )
  const details = h(
    'details',
    { 'data-key': key },
    h(
      'summary',
      {},
      h('span', { className: 'kind' }, titles[event.eventName] ?? event.eventName),
      ' ',
      h('span', { className: 'what' }, headline(event)),
      altered && h('span', { className: 'changed' }, ` ${altered}`),
    ),
    form,
  )
  return details
}
