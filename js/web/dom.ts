// Elements with attributes, listeners and children; tables; and what is built when it is unfolded.

export type Child = Node | string | number | false | null | undefined | Child[]
type Prop = string | number | boolean | null | undefined | EventListener | ((event: Event) => void)
type Props = Record<string, Prop>

function fill(parent: Node, children: Child[]): void {
  for (const child of children) {
    if (Array.isArray(child)) fill(parent, child)
    else if (child instanceof Node) parent.appendChild(child)
    else if (child !== false && child != null) parent.appendChild(document.createTextNode(String(child)))
  }
}

function set(element: Element, props: Props): void {
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === false || value === null) continue
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value as EventListener)
    else if (name === 'value') (element as HTMLInputElement).value = String(value)
    else element.setAttribute(name === 'className' ? 'class' : name, value === true ? '' : String(value))
  }
}

/** An element with attributes, `on…` listeners, and children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  fill(element, children)
  set(element, props)
  return element
}

/** The same for SVG. */
export function s(tag: string, props: Props = {}, ...children: Child[]): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag)
  fill(element, children)
  set(element, props)
  return element
}

/** Replaces what is in an element. */
export function put(parent: Element, ...children: Child[]): void {
  parent.replaceChildren()
  fill(parent, children)
}

export interface Column {
  name: string
  /** Numbers stand to the right. */
  number?: boolean
  /** Left out where there is little room. */
  wideOnly?: boolean
}

function classOf(column: Column | undefined): string | undefined {
  return [column?.number && 'number', column?.wideOnly && 'wide-only'].filter(Boolean).join(' ') || undefined
}

/** A table with a caption for screen readers, and column heads. */
export function table(
  caption: string,
  columns: Column[],
  rows: Child[][],
  rowClass?: (i: number) => string | undefined,
): HTMLElement {
  return h(
    'div',
    { className: 'table', tabindex: 0, role: 'group', 'aria-label': caption },
    h(
      'table',
      {},
      h('caption', { className: 'hidden' }, caption),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          columns.map((c) => h('th', { scope: 'col', className: classOf(c) }, c.name)),
        ),
      ),
      h(
        'tbody',
        {},
        rows.map((cells, i) =>
          h(
            'tr',
            { className: rowClass?.(i) },
            cells.map((cell, c) => h('td', { className: classOf(columns[c]) }, cell)),
          ),
        ),
      ),
    ),
  )
}

/**
 * What opens by its summary line. Its content is built when it is first open, and anew when it is set again.
 */
export class Fold {
  readonly element: HTMLDetailsElement
  readonly #summary = h('summary', {})
  readonly #body = h('div', {})
  #build: (() => Child | Promise<Child>) | undefined

  #filled: Child | Promise<Child>

  constructor() {
    this.element = h('details', { ontoggle: () => this.#fill() }, this.#summary, this.#body)
  }

  /** `build` may have to load what it builds with. */
  set(summary: Child, build: () => Child | Promise<Child>): void {
    put(this.#summary, summary)
    this.#build = build
    this.#filled = undefined
    if (this.element.open) this.#fill()
    else this.#body.replaceChildren()
  }

  #fill(): void {
    if (!this.element.open || !this.#build) return
    const build = this.#build
    this.#build = undefined
    const filled = (this.#filled = build())
    if (!(filled instanceof Promise)) return put(this.#body, filled)
    const fill = (child: Child): void => {
      if (this.#filled === filled) put(this.#body, child)
    }
    filled.then(fill, (error: Error) => fill(h('p', { className: 'problem', role: 'alert' }, error.message)))
  }
}
