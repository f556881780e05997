// Fold of the look-up in a node table; what the look-up takes is loaded when it is unfolded.
import { h, put } from '../dom.js'
import type { NodeTableView } from './node-table.js'

/** Whether a file begins as a node table does. */
export async function isNodeTable(file: File): Promise<boolean> {
  return (await file.slice(0, 8).text()) === 'HAMTNODE'
}

export class NodeTableFold {
  readonly #body = h('div', {})
  readonly element = h(
    'details',
    { id: 'node-table', ontoggle: () => void this.#load() },
    h('summary', {}, 'Look up a key in a node table, without loading the whole file'),
    this.#body,
  )
  #view: Promise<NodeTableView> | undefined

  async open(file: File): Promise<void> {
    this.element.open = true
    const view = await this.#load()
    this.element.scrollIntoView()
    await view.open(file)
  }

  #load(): Promise<NodeTableView> {
    this.#view ??= import('./node-table.js').then(
      ({ NodeTableView }) => {
        const view = new NodeTableView()
        put(this.#body, view.element)
        return view
      },
      (error: unknown) => {
        this.#view = undefined
        put(this.#body, h('p', { className: 'problem', role: 'alert' }, (error as Error).message))
        throw error
      },
    )
    return this.#view
  }
}
