// The verdict: one sentence, what is assumed, what it rests on, what is wrong.
import type { Status, Verdict, Violation } from '../../sortition/index.js'
import { assumption, cannotBeJudged } from '../../sortition/verdict.js'
import type { Client } from '../client.js'
import { Fold, h, put, s } from '../dom.js'
import { capital, grouped, plural, scoreText, shortAddress } from '../format.js'
import { Paged } from '../paged.js'
import type { CheckAnswer, Checked, CheckOptions } from '../protocol.js'
import { OptionsForm } from './options.js'
import { section } from './parts.js'

export interface VerdictActions {
  undoAll: () => void
  apply: (options: CheckOptions) => Promise<void>
}

export class VerdictView {
  readonly #section = section('verdict', 'Verdict')
  readonly element = this.#section.element
  readonly #mark = h('span', {})
  readonly #sentence = h('p', { className: 'sentence', id: 'sentence', tabindex: -1 })
  readonly #line = h('div', { className: 'verdict' }, this.#mark, this.#sentence)
  readonly #basis = h('div', {})
  readonly #violations = violationList()
  readonly #facts = new Fold()
  readonly #options = new OptionsForm()
  /** What is read aloud when a verdict turns: the sentence, and no more. */
  readonly #announcement = h('p', { className: 'hidden', role: 'status' })

  constructor(
    readonly client: Client,
    readonly actions: VerdictActions,
  ) {
    put(
      this.#section.body,
      this.#announcement,
      this.#line,
      this.#basis,
      this.#violations.element,
      this.#facts.element,
      this.#options.element,
    )
  }

  draw(check: CheckAnswer, options: CheckOptions, operators: number): void {
    const { status, sentence } = verdictOf(check)
    this.#line.className = `verdict ${classOf[status]}`
    put(this.#mark, mark(status))
    this.#sentence.textContent = sentence
    this.#announcement.textContent = sentence
    const checked = check.kind === 'checked' ? check : undefined
    put(
      this.#basis,
      assumed(),
      check.kind !== 'unknown' && check.altered > 0 && alteredNotice(check.altered, this.actions),
      checked && basis(checked, operators),
    )
    this.#violations.element.hidden = !checked || checked.violations === 0
    if (checked && checked.violations > 0)
      this.#violations.show(this.client.list('violations', { e3Id: checked.request.e3Id }))
    this.#facts.element.hidden = !checked
    if (checked) this.#facts.set('Numbers behind the verdict', () => facts(checked))
    this.#options.element.hidden = check.kind === 'unknown'
    if (check.kind !== 'unknown')
      this.#options.draw(
        { options, request: check.request, apply: (next) => this.actions.apply(next) },
        check.kind === 'unchecked' && check.needed,
      )
  }
}

/** Whatever came of the check. */
export function verdictOf(check: CheckAnswer): Verdict {
  return check.kind === 'unknown' ? cannotBeJudged('the request is not in the logs') : check.verdict
}

const classOf: Record<Status, string> = {
  right: 'right',
  wrong: 'wrong',
  'not decided': 'open',
  'cannot be judged': 'open',
}

function mark(status: Status): SVGElement {
  const paths: Record<Status, string> = {
    right: 'M6 12.5l4 4 8-9',
    wrong: 'M7 7l10 10M17 7L7 17',
    'not decided': 'M6 12h12',
    'cannot be judged': 'M9 9.5a3 3 0 1 1 3.6 3c-.6.2-.6.6-.6 1.5M12 17v.5',
  }
  return s(
    'svg',
    { class: 'verdict-mark', viewBox: '0 0 24 24', 'aria-hidden': 'true' },
    s('circle', { cx: 12, cy: 12, r: 11 }),
    s('path', { d: paths[status] }),
  )
}

function assumed(): HTMLElement {
  return h('p', { className: 'about assumed' }, assumption)
}

function alteredNotice(altered: number, { undoAll }: VerdictActions): HTMLElement {
  return h(
    'p',
    { className: 'notice altered' },
    `You have altered ${plural(altered, 'log')} of this request: this is not what the chain says. `,
    h('button', { onclick: undoAll }, 'Undo'),
  )
}

function basis(checked: Checked, operators: number): HTMLElement[] {
  const { size, outcome, verdict, eligible, submitted, counted, notes } = checked
  const parts = [
    `Of ${plural(operators, 'operator')}, ${grouped(eligible)} were eligible, and ${grouped(submitted)} submitted a ticket` +
      (counted < submitted ? `, ${grouped(counted)} of them validly.` : '.'),
  ]
  if (verdict.status === 'right' && size !== undefined)
    parts.push(
      outcome === 'failed'
        ? `A committee needs ${grouped(size)}.`
        : `The ${grouped(size)} lowest scores ${checked.isCapped ? 'of different bond owners' : 'among these'} are the committee that the chain recorded.`,
    )
  return [
    h('p', {}, parts.join(' ')),
    ...notes.map((note) => h('p', { className: 'about' }, `Note: ${note}.`)),
  ]
}

function violationList(): Paged<Violation> {
  return new Paged<Violation>({
    what: 'violations',
    search: true,
    body: (rows) =>
      h(
        'ul',
        { className: 'violations', 'aria-label': 'What is wrong' },
        rows.map((v) => h('li', {}, h('code', {}, v.code), ' ', h('span', {}, readable(v)))),
      ),
  })
}

/** What a message writes with 64 digits is a score, but for the code `seed`. */
const scoreCodes: readonly string[] = ['score', 'wrong-scores', 'wrong-member']

/** A message with addresses, hashes and scores as they read elsewhere; all digits are in their titles. */
function readable({ code, message }: Violation): HTMLElement[] {
  return capital(message)
    .split(/(0x[0-9a-fA-F]{64}|0x[0-9a-fA-F]{40})/)
    .map((part, i) => {
      if (i % 2 === 0) return h('span', {}, part)
      const isScore = part.length === 66 && scoreCodes.includes(code)
      return h(
        'span',
        { className: isScore ? 'score' : 'address', title: part },
        isScore ? scoreText(BigInt(part)) : shortAddress(part),
      )
    })
}

function facts({ facts: rows }: Checked): HTMLElement {
  return h(
    'dl',
    {},
    rows.map(([name, value]) => [
      h('dt', {}, capital(name)),
      h('dd', { className: /0x[0-9a-f]{40}/.test(value) ? 'long' : '' }, value),
    ]),
  )
}
