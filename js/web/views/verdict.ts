// The verdict: one sentence, then what it rests on.
import type { Address, Hex, Policy, Report, Violation, ViolationCode } from '../../sortition/index.js'
import { fold, h, s } from '../dom.js'
import type { Checked, CheckOptions, RequestSummary } from '../protocol.js'
import { capital, contractOf, grouped, hex, plural, shortAddress, timeText } from '../text.js'
import type { Actions } from './common.js'

/** What is wrong, most telling first: where several things are, the first gives the sentence. */
const sentences: [ViolationCode, string][] = [
  ['seed', 'the seed is not the one that it must be'],
  ['formation', 'whether there is a committee is not what the submissions say'],
  ['wrong-member', 'the committee has a wrong member'],
  ['wrong-order', 'the committee stands in the wrong order'],
  ['wrong-scores', 'the committee stands beside wrong scores'],
  ['duplicate-submission', 'an operator submitted twice'],
  ['ticket-range', 'a ticket was submitted that its operator did not hold'],
  ['not-eligible', 'a submission came from an operator that was not eligible'],
  ['score', 'a submitted score is not that of its ticket'],
]

export function verdictSentence(report: Report, outcome: RequestSummary['outcome']): string {
  if (report.ok) {
    if (outcome === 'open') return 'Nothing is wrong so far.'
    return outcome === 'failed'
      ? 'Right: no committee could be formed.'
      : 'This committee was drawn by the rule.'
  }
  const [, what] = sentences.find(([code]) => report.violations.some((v) => v.code === code)) ?? [
    '',
    'see below',
  ]
  return `Wrong: ${what}.`
}

function basis(checked: Checked, operators: number, outcome: RequestSummary['outcome']): string {
  const { report, seedSource } = checked
  const counted = report.submissions.filter((each) => each.counts).length
  const parts = [
    `Of ${plural(operators, 'operator')}, ${grouped(report.eligible)} were eligible, and ${grouped(report.submissions.length)} submitted a ticket` +
      (counted < report.submissions.length ? `, ${grouped(counted)} of them validly.` : '.'),
  ]
  if (report.ok && outcome === 'finalized') {
    parts.push(
      `The ${grouped(report.size)} lowest scores among these are the committee that the chain recorded.`,
    )
  } else if (report.ok && outcome === 'failed') {
    parts.push(`A committee needs ${grouped(report.size)}.`)
  }
  if (!report.violations.some((v) => v.code === 'seed')) parts.push(`The seed follows from ${seedSource}.`)
  return parts.join(' ')
}

function mark(ok: boolean, open: boolean): SVGElement {
  const path = !ok ? 'M7 7l10 10M17 7L7 17' : open ? 'M6 12h12' : 'M6 12.5l4 4 8-9'
  return s(
    'svg',
    { class: `verdict-mark ${ok ? 'right' : 'wrong'}`, viewBox: '0 0 24 24', 'aria-hidden': 'true' },
    s('circle', { cx: 12, cy: 12, r: 11 }),
    s('path', { d: path }),
  )
}

export function verdict(
  checked: Checked,
  request: RequestSummary,
  operators: number,
  actions: Actions & { undoAll(): void },
): HTMLElement[] {
  const { report } = checked
  const alterations = checked.events.filter((event) => event.altered).length
  return [
    h(
      'div',
      { className: `verdict ${report.ok ? 'right' : 'wrong'}` },
      mark(report.ok, request.outcome === 'open'),
      h('p', { className: 'sentence', id: 'sentence' }, verdictSentence(report, request.outcome)),
    ),
    ...(alterations > 0
      ? [
          h(
            'p',
            { className: 'notice altered' },
            `You have altered ${plural(alterations, 'log')} of this request: this is not what the chain says. `,
            h('button', { onclick: () => actions.undoAll() }, 'Undo'),
          ),
        ]
      : []),
    h('p', {}, basis(checked, operators, request.outcome)),
    ...(report.violations.length > 0 ? [violations(report.violations)] : []),
    ...report.notes.map((note) => h('p', { className: 'about' }, `Note: ${note}.`)),
    fold('The numbers behind it', facts(checked, request)),
  ]
}

function violations(list: Violation[]): HTMLElement {
  return h(
    'ul',
    { className: 'violations', 'aria-label': 'What is wrong' },
    list.map((v) => h('li', {}, h('code', {}, v.code), ' ', h('span', {}, readable(v.message)))),
  )
}

/** Addresses and hashes in a message, short; whole on a pointer's demand. */
function readable(message: string): HTMLElement[] {
  return capital(message)
    .split(/(0x[0-9a-fA-F]{40,64})/)
    .map((part, i) =>
      i % 2 === 1
        ? h('span', { className: 'address', title: part }, shortAddress(part))
        : h('span', {}, part),
    )
}

function facts({ report, seedSource }: Checked, request: RequestSummary): HTMLElement {
  const contract = contractOf(report.e3Id)
  const rows: [string, string, string?][] = [
    ['Request (e3Id)', hex(report.e3Id), 'long'],
    ...(contract ? ([['of contract', contract, 'long']] as [string, string, string][]) : []),
    [
      'State of operators at',
      `${timeText(report.timepoint)} (second ${report.timepoint}), one before the request`,
    ],
    ['Seats', grouped(report.size)],
    ['Ticket price', `${grouped(report.ticketPrice)} units of the balance`],
    ['Policy', report.policy],
    ['Seed', hex(report.seed), 'long'],
    [
      'Seed from',
      seedSource === `the hash of block ${request.entropyBlock}`
        ? `${seedSource}, which the request names`
        : seedSource,
    ],
  ]
  return h(
    'dl',
    {},
    rows.map(([name, value, kind]) => [h('dt', {}, name), h('dd', { className: kind }, value)]),
  )
}

/** How the check is made, where a person may know better than the files. */
export function optionsForm(
  options: CheckOptions,
  request: RequestSummary,
  needed: string | undefined,
  apply: (options: CheckOptions) => void,
): HTMLElement {
  const field = (id: string, label: string, hint: string, value = '') => [
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
  const problem = h('p', { className: 'problem', role: 'alert' })
  const policy = (value: Policy, text: string) =>
    h(
      'label',
      { className: 'choice' },
      h('input', { type: 'radio', name: 'policy', value, checked: options.policy === value }),
      ` ${text}`,
    )
  const form = h(
    'form',
    {
      className: 'form',
      onsubmit: (event: Event) => {
        event.preventDefault()
        try {
          apply(readOptions(new FormData(form)))
        } catch (e) {
          problem.textContent = (e as Error).message
        }
      },
    },
    h(
      'fieldset',
      {},
      h('legend', {}, 'Policy'),
      policy('uncapped', 'each operator for itself'),
      policy('owner-cap', 'at most one operator of each bond owner'),
    ),
    field(
      'blockHash',
      `Hash of block ${request.entropyBlock}`,
      'The seed follows from it. Empty: as the files say.',
      options.blockHash,
    ),
    field(
      'seed',
      'Seed',
      'If you have it from elsewhere: then it is checked against the block hash.',
      options.seed === undefined ? '' : hex(options.seed),
    ),
    h(
      'details',
      { open: options.vrf !== undefined },
      h('summary', {}, 'A deployment that draws on a random word'),
      field(
        'randomWord',
        'Random word',
        'A number, decimal or after 0x.',
        options.vrf ? `${options.vrf.randomWord}` : '',
      ),
      field('chainId', 'Chain', 'Its number.', options.vrf ? `${options.vrf.chainId}` : ''),
      field(
        'registry',
        'Registry',
        'The address of the contract that asked for the word.',
        options.vrf?.registry ?? '',
      ),
      field('requestId', 'Request of the word', 'Its number.', options.vrf ? `${options.vrf.requestId}` : ''),
    ),
    problem,
    h('p', { className: 'buttons' }, h('button', { type: 'submit' }, 'Check with this')),
  )
  const details = fold('How it is checked', form)
  details.open = needed !== undefined
  return details
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
  const options: CheckOptions = { policy: text('policy') === 'owner-cap' ? 'owner-cap' : 'uncapped' }
  if (text('blockHash')) {
    if (!/^0x[0-9a-fA-F]{64}$/.test(text('blockHash')))
      throw new Error('The block hash must be 0x and 64 hexadecimal digits.')
    options.blockHash = text('blockHash') as Hex
  }
  if (text('seed')) options.seed = number('seed', 'The seed')
  if (text('randomWord')) {
    if (!/^0x[0-9a-fA-F]{40}$/.test(text('registry')))
      throw new Error('The registry must be an address: 0x and 40 hexadecimal digits.')
    options.vrf = {
      randomWord: number('randomWord', 'The random word'),
      chainId: number('chainId', 'The chain'),
      registry: text('registry') as Address,
      requestId: number('requestId', 'The request of the word'),
    }
  }
  return options
}
