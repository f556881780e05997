// A long list, shown a page at a time, with a search: as many elements as a page has rows, however long the
// list is.
import { type Child, type Column, h, put, table } from './dom.js'
import { grouped } from './format.js'
import { mostRows, type Page, type Query } from './protocol.js'

export type Load<Row> = (query: Query) => Promise<Page<Row>>

/** Lists up to this length have no search. */
const fewRows = 15

interface Options<Row> {
  /** What is in the list, for its search and its buttons: "operators". */
  what: string
  /** Whether there is a search. */
  search?: boolean
  /** The rows of a page as elements. */
  body: (rows: Row[]) => Child
}

export class Paged<Row> {
  readonly element: HTMLElement
  readonly #body = h('div', {})
  readonly #input: HTMLInputElement
  readonly #search: HTMLElement
  readonly #position = h('span', { role: 'status' })
  readonly #previous: HTMLButtonElement
  readonly #next: HTMLButtonElement
  readonly #steps: HTMLElement
  #load: Load<Row> | undefined
  #from = 0
  /** Counts loads, so that a late page does not replace a newer one. */
  #loads = 0

  constructor(readonly options: Options<Row>) {
    const { what } = options
    this.#input = h('input', {
      type: 'search',
      'aria-label': `Search ${what}`,
      placeholder: `Search ${what}`,
      autocomplete: 'off',
      spellcheck: 'false',
      oninput: () => void this.#go(0),
    })
    this.#search = h('p', { className: 'search', hidden: true }, this.#input)
    const step = (text: string, by: number) =>
      h('button', { type: 'button', onclick: () => void this.#go(this.#from + by) }, text)
    this.#previous = step('Previous', -mostRows)
    this.#next = step('Next', mostRows)
    this.#steps = h(
      'p',
      { className: 'steps', role: 'group', 'aria-label': `Pages of ${what}`, hidden: true },
      this.#previous,
      this.#next,
      this.#position,
    )
    this.element = h('div', { className: 'paged' }, this.#search, this.#body, this.#steps)
  }

  /** Shows another list from its beginning. What was shown stays until its first page is there. */
  show(load: Load<Row>): void {
    this.#load = load
    this.#input.value = ''
    void this.#go(0)
  }

  /** Shows another list instead of the last one: the page and the search stay. */
  refresh(load: Load<Row>): void {
    this.#load = load
    void this.#go(this.#from)
  }

  async #go(from: number): Promise<void> {
    const query = { search: this.#input.value, from: Math.max(0, from), count: mostRows }
    const number = ++this.#loads
    let page: Page<Row> | undefined
    let problem = ''
    try {
      page = await this.#load!(query)
    } catch (e) {
      problem = (e as Error).message
    }
    if (number !== this.#loads) return
    if (!page) return put(this.#body, h('p', { className: 'problem' }, problem))
    if (page.rows.length === 0 && query.from > 0) return this.#go(0)
    this.#from = query.from
    this.#draw(page, query)
  }

  #draw({ rows, total, matching }: Page<Row>, { from, search }: Query): void {
    this.#search.hidden = !this.options.search || total <= fewRows
    this.#steps.hidden = matching <= rows.length && search === ''
    this.#previous.disabled = from === 0
    this.#next.disabled = from + rows.length >= matching
    this.#position.textContent =
      matching === 0
        ? `None of ${grouped(total)} contains this`
        : `${grouped(from + 1)}–${grouped(from + rows.length)} of ${grouped(matching)}` +
          (matching < total ? `, found among ${grouped(total)}` : '')
    put(this.#body, matching === 0 && total > 0 ? [] : this.options.body(rows))
  }
}

/** A long table. */
export function pagedTable<Row>(options: {
  what: string
  caption: string
  columns: Column[]
  cells: (row: Row) => Child[]
  rowClass?: (row: Row) => string | undefined
  search?: boolean
}): Paged<Row> {
  const { what, caption, columns, cells, rowClass, search = false } = options
  return new Paged<Row>({
    what,
    search,
    body: (rows) => table(caption, columns, rows.map(cells), rowClass && ((i) => rowClass(rows[i]!))),
  })
}

/** A list that is there already. */
export function local<Row>(all: readonly Row[]): Load<Row> {
  return ({ from, count }) =>
    Promise.resolve({ rows: all.slice(from, from + count), total: all.length, matching: all.length })
}
