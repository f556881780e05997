// The form of one log, with which its arguments are altered. It is loaded when the log is unfolded.
import { h } from '../dom.js'
import { scoreText, timeText } from '../format.js'
import type { Alterations, ShownLog } from '../protocol.js'

export interface LogForm {
  log: ShownLog
  /** With this change of the log; null leaves it out, undefined undoes. */
  change: (values: Alterations[string] | undefined) => Alterations
  /** Checks with these; the promise rejects with what is wrong with them. */
  alter: (alterations: Alterations) => Promise<void>
}

export function logForm({ log: { key, args, altered, ...log }, change, alter }: LogForm): HTMLElement {
  const problem = h('p', { className: 'problem', role: 'alert' })
  const apply = async (alterations: Alterations) => {
    try {
      problem.textContent = ''
      await alter(alterations)
    } catch (e) {
      problem.textContent = (e as Error).message
    }
  }
  const form = h(
    'form',
    {
      className: 'form',
      onsubmit: (submitted: Event) => {
        submitted.preventDefault()
        const values = new FormData(form)
        const text = Object.fromEntries(args.map(([name]) => [name, String(values.get(name) as string)]))
        void apply(change(text))
      },
    },
    h(
      'p',
      { className: 'about' },
      `Block ${log.blockNumber}, log ${log.logIndex}, ${timeText(log.timestamp)}: ${log.eventName}`,
    ),
    args.map(([name, value]) => argument(`log-${key.replace(':', '-')}-${name}`, name, value)),
    problem,
    h(
      'p',
      { className: 'buttons' },
      h('button', { type: 'submit' }, 'Alter and check'),
      !/^Committee(Randomness)?Requested$/.test(log.eventName) &&
        altered !== 'left out' &&
        h('button', { type: 'button', onclick: () => void apply(change(null)) }, 'Leave this log out'),
      altered && h('button', { type: 'button', onclick: () => void apply(change(undefined)) }, 'Undo'),
    ),
  )
  return form
}

function argument(id: string, name: string, value: string): HTMLElement[] {
  const lines = value.split('\n').length
  const label = name === 'score' ? `score (${scoreText(BigInt(value))} of the range)` : name
  return [
    h('label', { for: id }, label),
    lines > 1 || /^(committee|scores)$/.test(name)
      ? h('textarea', { id, name, rows: Math.min(12, Math.max(2, lines)), spellcheck: 'false' }, value)
      : h('input', { id, name, value, autocomplete: 'off', spellcheck: 'false' }),
  ]
}
