// The notice that work takes longer than a moment.
import { h } from '../dom.js'
import type { State } from '../app.js'

/** Milliseconds: what is done sooner needs no notice. */
const moment = 150

export class ProgressNotice {
  readonly #status = h('p', { className: 'status', role: 'status' })
  readonly #bar = h('progress', { max: 1, 'aria-label': 'Progress' })
  readonly element = h('div', { className: 'working' }, this.#status, this.#bar)
  #due: ReturnType<typeof setTimeout> | undefined
  #latest: State['progress']

  /** News while a notice is due does not put it off. */
  draw(progress: State['progress']): void {
    if (progress === this.#latest) return
    this.#latest = progress
    if (!progress) {
      clearTimeout(this.#due)
      this.#due = undefined
      this.element.classList.remove('shown')
      this.#status.textContent = ''
    } else if (this.element.classList.contains('shown')) this.#show()
    else this.#due ??= setTimeout(() => this.#show(), moment)
  }

  #show(): void {
    if (!this.#latest) return
    const { what, share } = this.#latest
    this.element.classList.add('shown')
    if (this.#status.textContent !== `${what} …`) this.#status.textContent = `${what} …`
    if (share === undefined) this.#bar.removeAttribute('value')
    else this.#bar.value = share
  }
}
