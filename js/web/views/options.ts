// How a draw is checked, where the visitor knows more than the files say.
import { Fold } from '../dom.js'
import type { OptionsInput } from './options-form.js'

export class OptionsForm {
  readonly #fold = new Fold()
  readonly element = this.#fold.element

  draw(input: OptionsInput, isNeeded: boolean): void {
    if (isNeeded) this.element.open = true
    this.#fold.set('Check with other values', async () => (await import('./options-form.js')).form(input))
  }
}
