// One version: its trie, its entries, what differs from another version, and proofs.
import type { Answers } from '../app.js'
import type { Client } from '../client.js'
import { Fold, h, put } from '../dom.js'
import { grouped, plural, shortKey, timeText } from '../format.js'
import { pagedTable } from '../paged.js'
import type { DifferenceRow, EntryRow, Opened, TriePicture } from '../protocol.js'
import { Figure, section } from './parts.js'

interface VersionInput {
  picture: TriePicture
  opened: Opened
  /** The address may name a version that there is not. */
  named: number | undefined
}

export class VersionView {
  readonly #section = section('version', 'One version')
  readonly element = this.#section.element
  readonly #range: HTMLInputElement
  readonly #number: HTMLInputElement
  readonly #time = h('span', { className: 'about' })
  readonly #missing = h('p', { className: 'notice', hidden: true })
  readonly #trie = new TrieFigure()
  readonly #entries = new Fold()
  readonly #difference: DifferenceFold
  readonly #proofs = new Fold()
  #kind: Opened['kind'] | undefined

  constructor(
    readonly client: Client,
    choose: (version: number) => void,
  ) {
    const pick = (input: HTMLInputElement) =>
      input.validity.valid && input.value !== '' && choose(Number(input.value))
    this.#range = h('input', {
      type: 'range',
      id: 'version-pick',
      'aria-label': 'Version, on a scale',
      step: 1,
      oninput: () => pick(this.#range),
    })
    this.#number = h('input', {
      type: 'number',
      id: 'version-number',
      min: 0,
      step: 1,
      onchange: () => pick(this.#number),
    })
    this.#difference = new DifferenceFold(client)
    put(
      this.#section.body,
      h(
        'p',
        { className: 'pick range' },
        h('label', { for: 'version-number' }, 'Version'),
        this.#number,
        this.#range,
        this.#time,
      ),
      this.#missing,
      this.#trie.element,
      this.#entries.element,
      this.#difference.element,
      this.#proofs.element,
    )
  }

  draw({ picture, opened, named }: VersionInput, charts: Answers['versionCharts']): void {
    const { index, timepoint } = picture
    const last = opened.versions - 1
    this.#missing.hidden = named === undefined || named <= last
    this.#missing.textContent = `The link leads to version ${named}, and the last one here is ${last}.`
    for (const input of [this.#range, this.#number]) {
      input.max = String(last)
      input.value = String(index)
    }
    this.#range.setAttribute('aria-valuetext', `version ${index}, the last is ${last}`)
    this.#time.textContent =
      timepoint === undefined ? `of 0 to ${grouped(last)}` : `from ${timeText(timepoint)} on`
    const what = opened.kind === 'registry' ? 'operator' : 'entry'
    this.#trie.draw(picture, what, charts)
    // Of a snapshot nothing else is shown, so that is unfolded.
    if (this.#kind !== opened.kind) {
      this.#kind = opened.kind
      for (const { element } of [this.#entries, this.#difference, this.#proofs])
        element.open = opened.kind === 'snapshot'
    }
    this.#entries.set('Its entries', () => {
      const table = entryTable()
      table.show(this.client.list('entries', { version: index }))
      return table.element
    })
    this.#difference.draw(index, last)
    this.#proofs.set('Make and check proofs', async () => {
      const { ProofForms } = await import('./proofs.js')
      return new ProofForms(this.client, index).element
    })
  }
}

const entryTable = () =>
  pagedTable<EntryRow>({
    what: 'keys',
    caption: 'Entries of the version',
    search: true,
    columns: [{ name: 'Key' }, { name: 'Value' }],
    cells: ({ key, value }) => [h('code', {}, key), h('code', { className: 'value' }, value)],
  })

/** Two versions compared; unless another is named, with the one before. */
class DifferenceFold {
  readonly #fold = new Fold()
  readonly element = this.#fold.element

  constructor(readonly client: Client) {}

  draw(index: number, last: number): void {
    this.#fold.set('Difference from another version', () => {
      const table = pagedTable<DifferenceRow>({
        what: 'keys that differ',
        caption: 'Difference of two versions',
        search: true,
        columns: [{ name: 'Key' }, { name: 'Before' }, { name: 'After' }],
        cells: ({ key, before, after }) => [h('code', {}, key), value(before), value(after)],
      })
      const show = () => {
        if (!from.validity.valid || from.value === '') return
        table.show(this.client.list('differences', { from: Number(from.value), to: index }))
      }
      const from = h('input', {
        type: 'number',
        id: 'difference-from',
        min: 0,
        max: last,
        step: 1,
        value: Math.max(0, index - 1),
        onchange: show,
      })
      show()
      return [
        h(
          'p',
          { className: 'pick' },
          h('label', { for: 'difference-from' }, 'From version'),
          from,
          h('span', { className: 'about' }, `to version ${index}`),
        ),
        table.element,
      ]
    })
  }
}

function value(text: string | undefined): HTMLElement {
  return text === undefined
    ? h('span', { className: 'about' }, 'absent')
    : h('code', { className: 'value' }, text)
}

/** The trie as an icicle, with a sentence that says what is new. */
class TrieFigure {
  readonly #sentence = h('p', {})
  readonly #figure = new Figure()
  readonly element = h('div', {}, this.#sentence, this.#figure.element)
  #chart: { destroy(): void } | undefined

  draw(picture: TriePicture, what: string, charts: Answers['versionCharts']): void {
    this.#chart?.destroy()
    this.#chart = undefined
    this.#sentence.textContent = sentenceOf(picture, what)
    const shape = picture.shape
    this.#figure.element.hidden = !shape || picture.entries === 0
    if (!shape || picture.entries === 0) return
    this.#figure.describe(`The trie of version ${picture.index}. ${sentenceOf(picture, what)}`, [
      ['accent', 'new node'],
      ['shared', 'shared node'],
      ['entry-changed', `${what} that changed`],
      ['entry', `${what} as before`],
    ])
    this.#chart = charts.drawTrie(this.#figure.chart, shape)
  }
}

const mostNamed = 4

function sentenceOf(picture: TriePicture, what: string): string {
  const { nodes, newNodes, entries, changed, changes, shape } = picture
  if (entries === 0) return 'The trie of this version is empty.'
  const many = what === 'entry' ? 'entries' : `${what}s`
  const holds = `Its trie: ${plural(nodes, 'node')} with ${plural(entries, what, many)}; `
  const fresh =
    newNodes === nodes
      ? 'all nodes are new'
      : `${grouped(newNodes)} ${newNodes === 1 ? 'is' : 'are'} new, ${grouped(nodes - newNodes)} shared`
  const named = changes.slice(0, mostNamed).map(({ key, change }) => `${shortKey(key)} ${change}`)
  const more = changed - named.length
  const list = named.length > 0 ? `: ${named.join(', ')}${more > 0 ? ` and ${grouped(more)} more` : ''}` : ''
  return `${holds}${fresh}${list}.${shape ? '' : ' There are too many for a picture.'}`
}
