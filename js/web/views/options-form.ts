// The form of what the visitor knows beyond the files. It is loaded when it is unfolded.
import type { Hex } from '../../sortition/index.js'
import { h } from '../dom.js'
import { hex } from '../format.js'
import type { CheckOptions, RequestRow } from '../protocol.js'

export interface OptionsInput {
  options: CheckOptions
  request: RequestRow
  /** Checks with these; the promise rejects with what is wrong with them. */
  apply: (options: CheckOptions) => Promise<void>
}

function field(id: string, label: string, hint: string, value = ''): HTMLElement[] {
  return [
    h('label', { for: id }, label),
    h('input', {
      id,
      name: id,
      value,
      autocomplete: 'off',
      spellcheck: 'false',
      'aria-describedby': `${id}-hint`,
    }),
    h('p', { className: 'about', id: `${id}-hint` }, hint),
  ]
}

/** Of a request whose random word is among the logs. */
function newerFields({ threshold, chainId }: CheckOptions): HTMLElement[] {
  return [
    ...field(
      'threshold',
      'Threshold and size of the committee',
      'Two numbers, such as 2, 3, if the logs of the Interfold contract are not among the files.',
      threshold?.join(', '),
    ),
    ...field(
      'chainId',
      'Chain',
      'The chain ID, if the files do not contain it.',
      chainId === undefined ? '' : `${chainId}`,
    ),
  ]
}

export function form({ options, request, apply }: OptionsInput): HTMLElement {
  const problem = h('p', { className: 'problem', role: 'alert' })
  const submit = async () => {
    try {
      await apply(readOptions(new FormData(element)))
    } catch (e) {
      problem.textContent = (e as Error).message
    }
  }
  const element = h(
    'form',
    {
      className: 'form',
      onsubmit: (event: Event) => {
        event.preventDefault()
        void submit()
      },
    },
    request.entropyBlock !== undefined &&
      field(
        'blockHash',
        `Hash of block ${request.entropyBlock}`,
        'The seed follows from it. Leave this empty to take the hash from the files.',
        options.blockHash,
      ),
    field(
      'seed',
      'Seed',
      'If you know it from another source: it is compared with the seed that follows from the files.',
      options.seed === undefined ? '' : hex(options.seed),
    ),
    request.entropyBlock === undefined && newerFields(options),
    problem,
    h('p', { className: 'buttons' }, h('button', { type: 'submit' }, 'Check with this')),
  )
  return element
}

function readOptions(form: FormData): CheckOptions {
  const text = (name: string) => {
    const value = form.get(name)
    return typeof value === 'string' ? value.trim() : ''
  }
  const number = (name: string, label: string): bigint => {
    if (!/^(\d{1,78}|0x[0-9a-fA-F]{1,64})$/.test(text(name)))
      throw new Error(`${label} must be a number, decimal or after 0x.`)
    return BigInt(text(name))
  }
  const options: CheckOptions = {}
  if (text('blockHash')) {
    if (!/^0x[0-9a-fA-F]{64}$/.test(text('blockHash')))
      throw new Error('The block hash must be 0x and 64 hexadecimal digits.')
    options.blockHash = text('blockHash') as Hex
  }
  if (text('seed')) options.seed = number('seed', 'The seed')
  if (text('threshold')) {
    const parts = /^(\d{1,9})\s*[, ]\s*(\d{1,9})$/.exec(text('threshold'))
    if (!parts) throw new Error('Threshold and size must be two numbers like 2, 3.')
    options.threshold = [Number(parts[1]), Number(parts[2])]
  }
  if (text('chainId')) options.chainId = number('chainId', 'The chain')
  return options
}
