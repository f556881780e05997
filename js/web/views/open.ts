// Where files come in.
import { h } from '../dom.js'
import type { Summary } from '../protocol.js'
import { bytesText, plural } from '../text.js'

export interface Opening {
  openExample(which: 'example' | 'made-up'): void
  openFiles(files: File[]): void
  save(): void
  copyLink(button: HTMLButtonElement): void
}

/** Before anything is open. */
export function invitation(actions: Opening, expected: string | undefined): HTMLElement {
  return h(
    'div',
    { className: 'open' },
    expected && h('p', { className: 'notice' }, expected),
    h(
      'div',
      { className: 'drop' },
      h('p', { className: 'big' }, 'Drop logs or a registry file here'),
      h(
        'p',
        { className: 'buttons' },
        chooser('Choose files…', actions),
        h(
          'button',
          { className: 'primary', onclick: () => actions.openExample('example') },
          'Look at the example',
        ),
      ),
    ),
    h(
      'div',
      { className: 'about' },
      h(
        'p',
        {},
        'Logs are JSON: what ',
        h('code', {}, 'eth_getLogs'),
        ' answers for the ciphernode registry and the bonding registry, or events as viem decodes them. Block times come from each log’s ',
        h('code', {}, 'blockTimestamp'),
        ', or from a list of blocks beside them. A registry file, if you have one, saves replaying from the start.',
      ),
      h(
        'p',
        {},
        'The example is a run of the real contracts on a test chain: eleven operators, two draws, and some of what can happen between. There is also ',
        h(
          'button',
          { className: 'link', onclick: () => actions.openExample('made-up') },
          'a made-up registry of a thousand operators',
        ),
        ', to see a draw among many.',
      ),
    ),
  )
}

function chooser(text: string, actions: Opening): HTMLElement {
  const input = h('input', {
    type: 'file',
    multiple: true,
    className: 'hidden',
    tabindex: -1,
    'aria-hidden': 'true',
    onchange: () => {
      if (input.files?.length) actions.openFiles([...input.files])
      input.value = ''
    },
  })
  return h('span', {}, h('button', { onclick: () => input.click() }, text), input)
}

/** What is open, in one line, and what one can do with it. */
export function opened(name: string, summary: Summary, actions: Opening): HTMLElement {
  const copy = h('button', { onclick: () => actions.copyLink(copy) }, 'Copy link to this view')
  return h(
    'div',
    { className: 'opened' },
    h(
      'p',
      {},
      h('strong', {}, name),
      `: ${plural(summary.operators.length, 'operator')}, ${plural(summary.changes, 'change')} in ${plural(summary.versions, 'version')}, ` +
        `${plural(summary.requests.length, 'request')}.`,
      summary.otherLogs > 0 && ` ${plural(summary.otherLogs, 'other log')} passed over.`,
    ),
    h(
      'p',
      { className: 'buttons quiet' },
      chooser('Open other files…', actions),
      copy,
      h('button', { onclick: () => actions.save() }, `Save registry file (${bytesText(summary.fileSize)})`),
    ),
  )
}
