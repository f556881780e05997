// A node table, read in pieces: its versions, the value of a key, and how much of the file was read for that.
import { type NodeFile, openNodes } from '../../blocks/table.js'
import { valueText } from '../data/value-text.js'
import { type Child, h, put, table } from '../dom.js'
import { bytesText, grouped, plural, visible } from '../format.js'

/** Milliseconds that a server may take for an answer. */
const patience = 30_000
/** So many versions are listed. */
const mostListed = 20

const hexText = (bytes: Uint8Array): string =>
  `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`

function digestOf(text: string): string | undefined {
  const digits = text.trim().toLowerCase().replace(/^0x/, '')
  if (digits === '') return undefined
  if (!/^[0-9a-f]{64}$/.test(digits)) throw new Error('A digest has 64 hexadecimal digits.')
  return `0x${digits}`
}

export class NodeTableView {
  readonly #address = field('table-address', 'Address, on the server of this page')
  readonly #digest = field(
    'table-digest',
    'Digest of the version, if you have it from a source that you trust',
  )
  readonly #version = field('table-version', 'Version', { type: 'number' })
  readonly #key = field('table-key', 'Key')
  readonly #problem = h('p', { className: 'problem', role: 'alert' })
  readonly #opened = h('div', {})
  readonly #answer = h('div', { role: 'status' })
  readonly #traffic = h('p', { id: 'table-traffic', role: 'status' })
  readonly element: HTMLElement
  #file: NodeFile<unknown> | undefined
  /** Counts up with each thing that is begun, so that a late answer is known to be one. */
  #turn = 0

  constructor() {
    const chooser = h('input', {
      type: 'file',
      className: 'hidden',
      tabindex: -1,
      'aria-hidden': 'true',
      onchange: () => {
        if (chooser.files?.[0]) void this.open(chooser.files[0])
        chooser.value = ''
      },
    })
    this.element = h(
      'div',
      { className: 'node-table' },
      h(
        'p',
        { className: 'about' },
        'A node table holds the versions of a map so that a question is answered from a few pieces of the file, which may lie on a server: the rest is not read. ' +
          'Every piece is checked against the digest of its version.',
      ),
      form(
        () => void this.open(this.#address.input.value),
        [
          this.#address.elements,
          buttons(
            h('button', { type: 'submit' }, 'Open'),
            h('button', { type: 'button', onclick: () => chooser.click() }, 'Choose a file…'),
            chooser,
          ),
        ],
      ),
      this.#problem,
      this.#opened,
      this.#answer,
      this.#traffic,
    )
  }

  /** Opens a file, or what an address names. */
  async open(source: File | string): Promise<void> {
    const name = typeof source === 'string' ? source : source.name
    await this.#do(async (signal) => {
      if (name === '') throw new Error('An address is needed, or a file.')
      const from = typeof source === 'string' ? new URL(source, location.href) : source
      if (from instanceof URL && from.origin !== location.origin)
        throw new Error('This page may read from its own server only: open a file, or an address there.')
      this.#file = undefined
      put(this.#opened)
      const file = await openNodes(from, { signal })
      return () => {
        this.#file = file
        this.#showOpened(name, file)
      }
    })
  }

  #showOpened(name: string, file: NodeFile<unknown>): void {
    this.#version.input.value = String(file.length - 1)
    const first = Math.max(0, file.length - mostListed)
    const rows = Array.from({ length: file.length - first }, (_, k) => {
      const { size, digest } = file.at(first + k)
      return [grouped(first + k), grouped(size), h('code', { className: 'long' }, hexText(digest))]
    })
    const meta = file.meta === undefined ? '' : ` Meta: ${valueText(file.meta)}`
    put(
      this.#opened,
      h(
        'p',
        {},
        h('strong', {}, visible(name)),
        `: ${plural(file.length, 'version')}, ${bytesText(file.bytes)}.${meta}`,
      ),
      first > 0 && h('p', { className: 'about' }, `The last ${mostListed} of them:`),
      file.length > 0 && [
        table(
          'Versions of the node table',
          [{ name: 'Version', number: true }, { name: 'Entries', number: true }, { name: 'Digest' }],
          rows.reverse(),
        ),
        form(
          () => void this.#ask(),
          [
            this.#version.elements,
            this.#digest.elements,
            this.#key.elements,
            buttons(h('button', { type: 'submit' }, 'Ask')),
          ],
        ),
      ],
    )
  }

  async #ask(): Promise<void> {
    const file = this.#file
    if (!file) return
    await this.#do(async (signal) => {
      const index = Number(this.#version.input.value)
      const version = file.at(index)
      const pinned = digestOf(this.#digest.input.value)
      if (pinned !== undefined && pinned !== hexText(version.digest))
        throw new Error('This version has another digest than the one that you trust.')
      const key = this.#key.input.value
      const value = await version.get(key, { signal })
      return () =>
        put(
          this.#answer,
          h(
            'p',
            {},
            value === undefined
              ? 'The key is absent.'
              : ['The value is ', h('code', { className: 'value' }, valueText(value)), '.'],
            pinned === undefined && ' The version’s digest is what the file itself says.',
          ),
        )
    })
  }

  /**
   * Does something; what goes wrong is said. Nothing of it is shown when something else was begun meanwhile.
   */
  async #do(act: (signal: AbortSignal) => Promise<() => void>): Promise<void> {
    const turn = ++this.#turn
    this.#problem.textContent = ''
    put(this.#answer)
    this.#traffic.textContent = ''
    try {
      const show = await act(AbortSignal.timeout(patience))
      if (turn === this.#turn) show()
    } catch (e) {
      const { name, message } = e as Error
      const problem =
        name === 'TimeoutError' ? `No answer within ${patience / 1000} seconds.` : visible(message)
      if (turn === this.#turn) this.#problem.textContent = problem
    }
    if (turn === this.#turn && this.#file) this.#showTraffic(this.#file)
  }

  #showTraffic({ traffic: { requests, bytes }, bytes: all }: NodeFile<unknown>): void {
    this.#traffic.textContent = `Read so far: ${plural(requests, 'request')}, ${bytesText(bytes)} of ${bytesText(all)}.`
  }
}

function form(act: () => void, children: Child): HTMLElement {
  const onsubmit = (event: Event) => {
    event.preventDefault()
    act()
  }
  return h('form', { className: 'form', onsubmit }, children)
}

function field(id: string, label: string, props: Record<string, string | number> = {}) {
  const input = h('input', { id, autocomplete: 'off', spellcheck: 'false', ...props })
  return { input, elements: [h('label', { for: id }, label), input] }
}

function buttons(...children: Child[]): HTMLElement {
  return h('p', { className: 'buttons' }, children)
}
