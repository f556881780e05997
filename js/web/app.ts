// The state of the page, and how it changes: what is open, what of it is looked at, and the worker's answers
// about that.
import type { Address } from '../sortition/index.js'
import type * as Charts from './charts/index.js'
import type * as VersionCharts from './charts/version.js'
import { Client } from './client.js'
import { sameInputs } from './latest.js'
import type {
  Alterations,
  CheckAnswer,
  CheckOptions,
  History,
  Opened,
  Sharing,
  TicketCloud,
  TriePicture,
} from './protocol.js'
import { type Bundled, readRoute, type Route, routeHash } from './route.js'

/** What the page asks its worker (and, for the charts, its server) for. */
export interface Answers {
  charts: typeof Charts
  versionCharts: typeof VersionCharts
  check: CheckAnswer
  tickets: TicketCloud
  history: History
  sharing: Sharing
  trie: TriePicture
}
export interface Answer<T> {
  /** What it was asked with. */
  inputs: readonly unknown[]
  value?: T
  error?: Error
}

export interface State {
  /** What the address names; what it leaves open is chosen in `selectionOf`. */
  readonly route: Route
  readonly opened: Opened | undefined
  /** Of the files, or of what is bundled. */
  readonly openedName: string
  /** Counts up with each opening. */
  readonly opening: number
  readonly options: CheckOptions
  readonly alterations: Alterations
  readonly asked: Readonly<Record<string, readonly unknown[]>>
  readonly answers: { readonly [Name in keyof Answers]?: Answer<Answers[Name]> }
  readonly trouble: string | undefined
  /** Whether the focus is to go to the verdict once it is there. */
  readonly wantsFocus: boolean
  /** Whether the versions are in view, or have been: they are measured then. */
  readonly wantsVersions: boolean
  readonly progress: { what: string; share: number | undefined } | undefined
}

const nothing: State = {
  route: {},
  opened: undefined,
  openedName: '',
  opening: 0,
  options: {},
  alterations: {},
  asked: {},
  answers: {},
  trouble: undefined,
  wantsFocus: false,
  wantsVersions: false,
  progress: undefined,
}

/** What is looked at: what the address names, or what is chosen for it. */
export interface Selection {
  e3Id: bigint | undefined
  /** The check of this request, once it is there. */
  check: CheckAnswer | undefined
  operator: Address | undefined
  version: number | undefined
}

export function selectionOf({ route, opened, answers, opening }: State): Selection {
  if (!opened) return { e3Id: undefined, check: undefined, operator: undefined, version: undefined }
  const registry = opened.kind === 'registry' ? opened : undefined
  const e3Id = registry && (route.e3Id ?? registry.firstRequest)
  const answer = answers.check
  const isForThis = answer && sameInputs(answer.inputs, [opening, e3Id])
  const check = isForThis ? answer.value : undefined
  const checked = check?.kind === 'checked' ? check : undefined
  const last = opened.versions > 0 ? opened.versions - 1 : undefined
  const named = route.version !== undefined && route.version < opened.versions ? route.version : undefined
  return {
    e3Id,
    check,
    operator: (route.operator as Address | undefined) ?? checked?.firstOperator ?? registry?.firstOperator,
    version: named ?? checked?.version ?? last,
  }
}

export const bundledNames: Record<Bundled, string> = {
  example: 'The example',
  newer: 'The example of the newer protocol',
  sample: 'A generated registry',
}
const sampleSize = 1000

export class App {
  state = nothing
  readonly client = new Client({
    waiting: (count) => {
      if (count === 0) this.update({ progress: undefined })
      else if (!this.state.progress) this.update({ progress: { what: 'Working', share: undefined } })
    },
    progress: (what, share) => this.update({ progress: { what, share } }),
  })

  constructor(readonly render: (state: State) => void) {}

  update(change: Partial<State>): void {
    this.state = { ...this.state, ...change }
    this.#load()
    this.render(this.state)
  }

  // --- where one goes -----------------------------------------------------------------------------

  /** Follows the address. */
  async follow(hash: string): Promise<void> {
    this.#setRoute(readRoute(hash))
    const { from } = this.state.route
    if (from && this.state.openedName !== bundledNames[from]) await this.openBundled(from)
  }

  linkTo(change: Route): string {
    return routeHash({ ...this.state.route, ...change })
  }

  /** Without a step in the browser's history, as for a slider that is dragged. */
  replace(change: Route): void {
    this.#setRoute({ ...this.state.route, ...change })
    window.history.replaceState(null, '', routeHash(this.state.route))
  }

  #setRoute(route: Route): void {
    const leaves = route.e3Id !== this.state.route.e3Id
    this.update({ route, trouble: undefined, ...(leaves && { alterations: {}, options: {} }) })
  }

  // --- opening ------------------------------------------------------------------------------------

  async openFiles(files: File[]): Promise<void> {
    const { opened, route } = this.state
    const { check } = selectionOf(this.state)
    // A link that has not led anywhere yet is still to be followed.
    const isAwaited = !opened || check?.kind === 'unknown'
    const name = files.map((file) => file.name).join(', ')
    const next = await this.#open(this.client.ask('open', files), name)
    if (!next) return
    const { from: _, ...rest } = route
    const fits = isAwaited || (await this.#hasRequest(next, route.e3Id))
    if (this.state.opened === next)
      this.replace({
        e3Id: undefined,
        operator: undefined,
        version: undefined,
        from: undefined,
        ...(fits && rest),
      })
  }

  async #hasRequest(opened: Opened, e3Id: bigint | undefined): Promise<boolean> {
    if (e3Id === undefined || opened.kind !== 'registry') return false
    return (
      (await this.client.ask('list', 'requests', {}, { search: `0x${e3Id.toString(16)}`, from: 0, count: 1 }))
        .matching > 0
    )
  }

  async openBundled(which: Bundled): Promise<void> {
    const answer =
      which === 'sample'
        ? this.client.ask('openSample', sampleSize)
        : this.client.ask('openExample', `${which}.json`)
    await this.#open(answer, bundledNames[which])
  }

  async #open(answer: Promise<Opened>, openedName: string): Promise<Opened | undefined> {
    this.update({ trouble: undefined })
    try {
      const opened = await answer
      const { opening, answers } = this.state
      this.update({
        opened,
        openedName,
        opening: opening + 1,
        alterations: {},
        options: {},
        answers: answers.charts ? { charts: answers.charts } : {},
        wantsFocus: true,
        wantsVersions: false,
      })
      return opened
    } catch (e) {
      this.update({ trouble: (e as Error).message })
      return undefined
    }
  }

  // --- checking otherwise ---------------------------------------------------------------------------

  /**
   * Checks with other options or altered logs; when that cannot be done, all stays as it was, and the promise
   * rejects.
   */
  async check(change: { options?: CheckOptions; alterations?: Alterations }): Promise<void> {
    const { opening } = this.state
    const { e3Id } = selectionOf(this.state)
    const { options, alterations } = { ...this.state, ...change }
    const inputs = [opening, e3Id]
    const value = await this.client.ask('check', e3Id!, options, alterations)
    const now = selectionOf(this.state)
    if (this.state.opening !== opening || now.e3Id !== e3Id) return
    this.update({ options, alterations, answers: { ...this.state.answers, check: { inputs, value } } })
  }

  // --- what is missing ------------------------------------------------------------------------------

  /** Asks for what the state leads to and does not hold. */
  #load(): void {
    const { opened, opening, answers } = this.state
    if (!opened) return
    this.#need('charts', [], () => import('./charts/index.js'))
    const { e3Id, check, operator, version } = selectionOf(this.state)
    const { options, alterations } = this.state
    if (e3Id !== undefined)
      this.#need('check', [opening, e3Id], () => this.client.ask('check', e3Id, options, alterations))
    const isChecked = check?.kind === 'checked'
    if (isChecked) this.#need('tickets', [check], () => this.client.ask('tickets', e3Id!))
    if (operator && (isChecked || e3Id === undefined))
      this.#need('history', [opening, check, operator], () =>
        this.client.ask('history', operator, isChecked ? e3Id : undefined),
      )
    // The version follows from the request, so it is awaited.
    if (version === undefined || (e3Id !== undefined && !check) || !this.state.wantsVersions) return
    this.#need('versionCharts', [], () => import('./charts/version.js'))
    const { sharing } = answers
    const isMeasured =
      sharing?.inputs[0] === opening && sharing.value?.rows.some(({ index }) => index === version)
    if (!isMeasured) this.#need('sharing', [opening, version], () => this.client.ask('sharing', version))
    this.#need('trie', [opening, version], () => this.client.ask('trie', version))
  }

  /** One question of a kind at a time: what has changed meanwhile is asked for when the answer is there. */
  #need<Name extends keyof Answers>(
    name: Name,
    inputs: readonly unknown[],
    ask: () => Promise<Answers[Name]>,
  ): void {
    const { asked, answers } = this.state
    if (asked[name]) return
    const answer = answers[name]
    if (answer && sameInputs(answer.inputs, inputs)) return
    this.state = { ...this.state, asked: { ...asked, [name]: inputs } }
    const settle = (result: { value: Answers[Name] } | { error: Error }) => {
      const { asked, answers } = this.state
      const { [name]: _, ...others } = asked
      this.update({
        asked: others,
        answers: { ...answers, [name]: { inputs, ...result } },
        // That of the tickets is said where their picture would be.
        ...('error' in result && name !== 'tickets' && { trouble: result.error.message }),
      })
    }
    ask().then(
      (value) => settle({ value }),
      (error: unknown) => settle({ error: error as Error }),
    )
  }
}
