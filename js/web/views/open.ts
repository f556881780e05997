// File input of the page, and the list of what is open.
import { h } from '../dom.js'
import { bytesText, plural, visible } from '../format.js'
import type { Opened } from '../protocol.js'
import type { Bundled } from '../route.js'

export interface Opening {
  openBundled(which: Bundled): void
  openFiles(files: File[]): void
  save(button: HTMLButtonElement): void
  copyLink(button: HTMLButtonElement): void
}

/** Before anything is open; `expected` says what a link leads to. */
export function invitation(actions: Opening, expected: string | undefined): HTMLElement {
  return h(
    'div',
    { className: 'open' },
    expected && h('p', { className: 'notice' }, expected),
    h(
      'div',
      { className: 'drop' },
      h('p', { className: 'big' }, 'Drop logs, a registry file or any snapshot here'),
      h(
        'p',
        { className: 'buttons' },
        chooser('Choose files…', actions),
        h(
          'button',
          { className: 'primary', onclick: () => actions.openBundled('example') },
          'Look at the example',
        ),
        h('button', { onclick: () => actions.openBundled('newer') }, 'Look at one of the newer protocol'),
      ),
    ),
    h(
      'div',
      { className: 'about' },
      h(
        'p',
        {},
        'Logs are JSON: the answers of ',
        h('code', {}, 'eth_getLogs'),
        ' for the contracts of the Interfold (CiphernodeRegistry, BondingRegistry, RandomnessProvider, Interfold), or events that viem has decoded. The time of a block comes from ',
        h('code', {}, 'blockTimestamp'),
        ' of its logs, or from a list of blocks in the file. With a registry file, which this page and the command line save, earlier logs are not needed. For any other snapshot, this page shows the versions, their entries and differences, and makes and checks proofs.',
      ),
      h(
        'p',
        {},
        'The examples are runs of the real contracts on a test chain. The first has eleven operators and two draws, whose seeds follow from block hashes. The one of the newer protocol has seven draws, whose seeds come from a randomness provider; there, new operators wait for admission, and each bond owner can have one seat. There is also ',
        h(
          'button',
          { className: 'link', onclick: () => actions.openBundled('sample') },
          'a generated registry of a thousand operators',
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

/** What is open, in one line, and what can be done with it. */
export function openedLine(name: string, opened: Opened, actions: Opening): HTMLElement {
  const save = h('button', { onclick: () => actions.save(save) }, 'Save registry file')
  const copy = h('button', { onclick: () => actions.copyLink(copy) }, 'Copy link to this view')
  return h(
    'div',
    { className: 'opened' },
    h('p', { id: 'opened', tabindex: -1 }, h('strong', {}, name), `: ${summaryOf(opened)}`),
    opened.kind === 'registry' &&
      opened.notes.map((note) => h('p', { className: 'about' }, `Note: ${visible(note)}.`)),
    h(
      'p',
      { className: 'buttons quiet' },
      chooser('Open other files…', actions),
      copy,
      opened.kind === 'registry' && save,
    ),
  )
}

function summaryOf(opened: Opened): string {
  if (opened.kind === 'snapshot') {
    const { versions, entries, bytes, meta } = opened
    return (
      `a snapshot of ${plural(versions, 'version')}, ${bytesText(bytes)}` +
      (versions > 0 ? `; ${plural(entries, 'entry', 'entries')} in the last.` : '.') +
      (meta === undefined ? '' : ` Meta: ${meta}`)
    )
  }
  const { operators, changes, versions, requests, otherLogs } = opened
  return (
    `${plural(operators, 'operator')}, ${plural(changes, 'change')} in ${plural(versions, 'version')}, ${plural(requests, 'request')}.` +
    (otherLogs > 0 ? ` ${plural(otherLogs, 'log')} of other contracts or events passed over.` : '')
  )
}
