// A field to choose one of many by typing: an editable combobox with a list box (WAI-ARIA 1.2). The list has
// at most a page of options; a search narrows it.
import { type Child, h, put } from './dom.js'
import { grouped } from './format.js'
import type { Load } from './paged.js'
import { mostRows } from './protocol.js'

interface Options<Row> {
  id: string
  label: string
  load: Load<Row>
  option: (row: Row) => Child
  choose: (row: Row) => void
}

export class Combobox<Row> {
  readonly element: HTMLElement
  readonly #input: HTMLInputElement
  readonly #list: HTMLElement
  readonly #more = h('p', { className: 'about' })
  readonly #popup: HTMLElement
  #rows: Row[] = []
  #active = -1
  #text = ''
  #loads = 0

  constructor(readonly options: Options<Row>) {
    const { id, label } = options
    this.#list = h('ul', { id: `${id}-list`, role: 'listbox', 'aria-label': label })
    this.#popup = h('div', { className: 'popup', hidden: true }, this.#list, this.#more)
    this.#input = h('input', {
      id,
      type: 'text',
      role: 'combobox',
      autocomplete: 'off',
      spellcheck: 'false',
      'aria-autocomplete': 'list',
      'aria-expanded': 'false',
      'aria-controls': `${id}-list`,
      oninput: () => void this.#open(this.#input.value),
      onclick: () => this.#popup.hidden && this.#begin(),
      onblur: () => this.#close(),
      onkeydown: (event: Event) => this.#key(event as KeyboardEvent),
    })
    // A click in the list must not take the focus from the field, which would close the list.
    this.#popup.addEventListener('mousedown', (event) => event.preventDefault())
    this.#list.addEventListener('click', (event) => {
      const option = (event.target as Element).closest('li')
      if (option) this.#choose([...this.#list.children].indexOf(option))
    })
    this.element = h(
      'div',
      { className: 'pick' },
      h('label', { for: id }, label),
      h('span', { className: 'combobox' }, this.#input, this.#popup),
    )
  }

  /** What is chosen, in words. */
  set text(text: string) {
    this.#text = text
    if (this.#popup.hidden) this.#input.value = text
  }

  #begin(): void {
    // After the click: where a text was selected, a browser puts the caret into it then.
    setTimeout(() => this.#input.select())
    void this.#open('')
  }

  async #open(search: string): Promise<void> {
    const number = ++this.#loads
    const page = await this.options.load({ search, from: 0, count: mostRows })
    if (number !== this.#loads) return
    this.#rows = page.rows
    const { id, option } = this.options
    put(
      this.#list,
      page.rows.map((row, i) =>
        h('li', { id: `${id}-${i}`, role: 'option', 'aria-selected': 'false' }, option(row)),
      ),
    )
    this.#more.textContent =
      page.matching === 0
        ? `None of ${grouped(page.total)} contains this.`
        : page.matching > page.rows.length
          ? `${grouped(page.rows.length)} of ${grouped(page.matching)}: type to search.`
          : ''
    this.#popup.hidden = false
    this.#input.setAttribute('aria-expanded', 'true')
    this.#activate(search !== '' && page.rows.length > 0 ? 0 : -1)
  }

  #close(): void {
    ++this.#loads
    this.#popup.hidden = true
    this.#rows = []
    this.#list.replaceChildren()
    this.#input.value = this.#text
    this.#input.setAttribute('aria-expanded', 'false')
    this.#activate(-1)
  }

  #activate(i: number): void {
    this.#list.children[this.#active]?.setAttribute('aria-selected', 'false')
    this.#active = i
    const option = this.#list.children[i]
    option?.setAttribute('aria-selected', 'true')
    option?.scrollIntoView({ block: 'nearest' })
    if (option) this.#input.setAttribute('aria-activedescendant', option.id)
    else this.#input.removeAttribute('aria-activedescendant')
  }

  #choose(i: number): void {
    const row = this.#rows[i]
    if (row === undefined) return
    this.#close()
    this.options.choose(row)
  }

  #key(event: KeyboardEvent): void {
    const count = this.#rows.length
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      if (this.#popup.hidden) this.#begin()
      else if (count > 0)
        this.#activate(
          (this.#active + (event.key === 'ArrowDown' ? 1 : count - 1 + Number(this.#active < 0))) % count,
        )
    } else if (event.key === 'Enter') {
      event.preventDefault()
      this.#choose(this.#active)
    } else if (event.key === 'Escape' && !this.#popup.hidden) {
      event.preventDefault()
      this.#close()
      this.#input.select()
    }
  }
}
