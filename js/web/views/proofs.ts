// Proofs: of an entry of a version, and checks of any proof against a digest.
import type { Client } from '../client.js'
import { type Child, h, put } from '../dom.js'
import { bytesText } from '../format.js'

export class ProofForms {
  readonly element: HTMLElement
  readonly #digest = field(
    'check-digest',
    'Digest: 32 bytes in hexadecimal digits, from a source that you trust',
  )
  readonly #key = field('check-key', 'Key')
  readonly #proof = area('check-proof', 'Proof, in hexadecimal digits')

  constructor(
    readonly client: Client,
    version: number,
  ) {
    this.element = h(
      'div',
      {},
      h(
        'p',
        { className: 'about' },
        'A proof shows, to a reader who holds only the digest of a version, that a key has its value or is absent.',
      ),
      this.#maker(version),
      this.#checker(),
    )
  }

  #maker(version: number): HTMLElement {
    const key = field('proof-key', `Key, in version ${version}`)
    const result = h('div', { role: 'status' })
    const make = async () => {
      const name = key.input.value
      const { digest, proof, value } = await this.client.ask('prove', version, name)
      const length = (text: string) => bytesText((text.length - 2) / 2)
      put(
        result,
        h(
          'p',
          {},
          value === undefined
            ? 'The key is absent.'
            : ['The value is ', h('code', { className: 'value' }, value), '.'],
        ),
        h(
          'dl',
          {},
          h('dt', {}, 'Digest of the version'),
          h('dd', { className: 'long' }, digest),
          h('dt', {}, `Proof, ${length(proof)}`),
          h(
            'dd',
            { className: 'long' },
            h('div', { className: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'Proof' }, proof),
          ),
        ),
        h(
          'p',
          { className: 'buttons' },
          h(
            'button',
            {
              type: 'button',
              onclick: () => {
                this.#digest.input.value = digest
                this.#key.input.value = name
                this.#proof.input.value = proof
                this.#digest.input.focus()
              },
            },
            'Fill in below',
          ),
        ),
      )
    }
    return form('Make a proof', key.elements, result, make)
  }

  #checker(): HTMLElement {
    const result = h('div', { role: 'status' })
    const check = async () => {
      const [digest, key, proof] = [this.#digest, this.#key, this.#proof].map(({ input }) => input.value)
      const { value } = await this.client.ask('checkProof', digest!, key!, proof!)
      put(
        result,
        h(
          'p',
          { className: 'proved' },
          'The proof holds: ',
          value === undefined
            ? 'the key is absent.'
            : ['the value is ', h('code', { className: 'value' }, value), '.'],
        ),
      )
    }
    const fields = [this.#digest.elements, this.#key.elements, this.#proof.elements]
    return form('Check a proof', fields, result, check)
  }
}

/** A form whose button does `act`; what goes wrong is said in it. */
function form(label: string, fields: Child, result: HTMLElement, act: () => Promise<void>): HTMLElement {
  const problem = h('p', { className: 'problem', role: 'alert' })
  const submit = async () => {
    problem.textContent = ''
    result.replaceChildren()
    try {
      await act()
    } catch (e) {
      problem.textContent = (e as Error).message
    }
  }
  return h(
    'form',
    {
      className: 'form',
      'aria-label': label,
      onsubmit: (event: Event) => {
        event.preventDefault()
        void submit()
      },
    },
    fields,
    h('p', { className: 'buttons' }, h('button', { type: 'submit' }, label)),
    problem,
    result,
  )
}

function field(id: string, label: string) {
  const input = h('input', { id, autocomplete: 'off', spellcheck: 'false' })
  return { input, elements: [h('label', { for: id }, label), input] }
}
function area(id: string, label: string) {
  const input = h('textarea', { id, rows: 3, spellcheck: 'false' })
  return { input, elements: [h('label', { for: id }, label), input] }
}
