// Everything below the heading, drawn from the state: each part again when something that it shows is
// another.
import type { Address } from '../sortition/index.js'
import { type Answer, type Answers, type App, selectionOf, type State } from './app.js'
import { h, put } from './dom.js'
import { idText } from '../sortition/text.js'
import { requestName } from './format.js'
import { latest } from './latest.js'
import type { CheckAnswer, Checked, Opened, OpenedRegistry, TicketCloud } from './protocol.js'
import { CommitteeView, ComparisonView } from './views/committee.js'
import { LogsView } from './views/logs.js'
import { invitation, openedLine, type Opening } from './views/open.js'
import { NodeTableFold } from './views/node-table-fold.js'
import { OperatorView } from './views/operator.js'
import type { Actions } from './views/parts.js'
import { ProgressNotice } from './views/progress.js'
import { RequestPicker } from './views/requests.js'
import { ScoresView } from './views/scores.js'
import { SharingView } from './views/sharing.js'
import { VerdictView } from './views/verdict.js'
import { VersionView } from './views/version.js'

type Charts = Answers['charts']
type VersionCharts = Answers['versionCharts']

export class PageView {
  readonly #main: HTMLElement
  readonly #source = h('div', { className: 'source' })
  readonly #trouble = h('div', { className: 'trouble', role: 'alert' })
  readonly #progress = new ProgressNotice()
  readonly #result = h('div', { className: 'result' })
  readonly nodeTable = new NodeTableFold()

  readonly #requests: RequestPicker
  readonly #verdict: VerdictView
  readonly #committee: CommitteeView
  readonly #scores: ScoresView
  readonly #comparison: ComparisonView
  readonly #operator: OperatorView
  readonly #sharing: SharingView
  readonly #version: VersionView
  readonly #logs: LogsView
  readonly #inView: IntersectionObserver

  constructor(
    main: HTMLElement,
    app: App,
    readonly actions: Actions & Opening,
  ) {
    const { client } = app
    const undoAll = () => void app.check({ alterations: {} })
    this.#requests = new RequestPicker(client, (e3Id) => {
      location.hash = app.linkTo({ e3Id, operator: undefined, version: undefined })
    })
    this.#verdict = new VerdictView(client, {
      undoAll,
      apply: (options) => app.check({ options }).then(() => actions.goTo('verdict')),
    })
    this.#committee = new CommitteeView(client, actions)
    this.#scores = new ScoresView(client, actions)
    this.#comparison = new ComparisonView(client, actions)
    this.#operator = new OperatorView(client, (change) => app.replace(change))
    const choose = (version: number) => app.replace({ version })
    this.#sharing = new SharingView(choose)
    this.#version = new VersionView(client, choose)
    this.#logs = new LogsView(client, {
      alter: (alterations) => app.check({ alterations }),
      undoAll,
      goTo: (id) => actions.goTo(id),
    })
    // Versions above the window count as seen, and those below it shortly before they are.
    this.#inView = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) app.update({ wantsVersions: true })
      },
      { rootMargin: '1000000px 0px 50%' },
    )
    this.#main = main
    put(main, this.#source, this.#trouble, this.#progress.element, this.#result, this.nodeTable.element)
  }

  draw(state: State): void {
    const { opened, openedName, route, progress, trouble } = state
    this.#main.setAttribute('aria-busy', String(progress !== undefined))
    this.#progress.draw(progress)
    this.#drawTrouble(trouble)
    this.#drawSource(opened, openedName, opened ? undefined : route.e3Id)
    this.#arrange(opened, opened?.kind === 'registry' && opened.requests === 0 ? route.e3Id : undefined)
    if (!opened) return
    if (opened.kind === 'registry') this.#drawRegistry(opened, state)
    this.#drawVersions(opened, state)
  }

  /** The element that the focus goes to after opening, once it is drawn. */
  focusTarget(state: State): HTMLElement | undefined {
    const { opened } = state
    const { e3Id, check } = selectionOf(state)
    if (!opened || (e3Id !== undefined && !check)) return undefined
    const hasVerdict = check !== undefined && check.kind !== 'unknown'
    return document.querySelector<HTMLElement>(hasVerdict ? '#sentence' : '#opened') ?? undefined
  }

  #drawRegistry(opened: OpenedRegistry, state: State): void {
    const { options, alterations, answers, opening } = state
    const { check, e3Id, operator } = selectionOf(state)
    const checked = check?.kind === 'checked' ? check : undefined
    this.#result.setAttribute('aria-busy', String(e3Id !== undefined && !check))
    this.#drawPicker(check, e3Id)
    if (check) {
      this.#drawVerdict(check, options, opened.operators)
      this.#hideWithoutVerdict(check.kind)
    }
    if (check && check.kind !== 'unknown') this.#drawLogs(check, alterations)
    if (checked) this.#drawChecked(checked)
    const { tickets, history } = answers
    const charts = answers.charts?.value
    if (!charts) return
    if (tickets?.inputs[0] === checked && checked) this.#drawScores(tickets!, checked, operator, charts)
    if (history?.value && history.inputs[0] === opening && history.inputs[2] === operator)
      this.#drawOperator(history, opened.last ?? 0, charts)
  }

  #drawVersions(opened: Opened, state: State): void {
    const { answers, opening, route } = state
    const { sharing, trie } = answers
    const charts = answers.versionCharts?.value
    const { check } = selectionOf(state)
    const inForce = check?.kind === 'checked' ? check.version : undefined
    this.#watch(state)
    if (!charts || !trie?.value || trie.inputs[0] !== opening) return
    if (sharing?.value && sharing.inputs[0] === opening)
      this.#drawSharing(sharing.value, opened, trie.value.index, inForce, charts)
    this.#drawVersion(trie.value, opened, route.version, charts)
  }

  /** Waits for the versions to come into view, once what is above them has its height. */
  #watch(state: State): void {
    const { charts, tickets, history } = state.answers
    const { check, e3Id, operator } = selectionOf(state)
    const isChecked = check?.kind === 'checked'
    const isDrawn =
      charts &&
      (isChecked ? tickets : check || e3Id === undefined) &&
      (history || operator === undefined || (check && !isChecked))
    if (isDrawn && !state.wantsVersions) this.#inView.observe(this.#sharing.element)
    else this.#inView.disconnect()
  }

  readonly #drawTrouble = latest((trouble: string | undefined) =>
    put(this.#trouble, trouble !== undefined && h('p', {}, h('strong', {}, 'This did not work. '), trouble)),
  )

  readonly #drawSource = latest((opened: Opened | undefined, name: string, linked: bigint | undefined) => {
    const expected =
      linked === undefined
        ? undefined
        : `This link leads to ${requestName(linked).toLowerCase()} in files that are not part of it: open the same ones to see it.`
    put(this.#source, opened ? openedLine(name, opened, this.actions) : invitation(this.actions, expected))
  })

  /** Puts those sections on the page that what is open has. */
  readonly #arrange = latest((opened: Opened | undefined, linked: bigint | undefined) => {
    if (!opened) return put(this.#result)
    const notice = (text: string) => h('p', { className: 'notice' }, text)
    const versions = opened.versions > 0 && [this.#sharing.element, this.#version.element]
    if (opened.kind === 'snapshot')
      return put(this.#result, versions || notice('This snapshot is empty: it holds no version.'))
    const hasRequests = opened.requests > 0
    const missing =
      opened.changes === 0
        ? 'This registry is empty: no operator has ever been added to it.'
        : linked !== undefined
          ? `The logs have no request of e3Id ${idText(linked)}, and no other.`
          : 'There are no requests in these files, so there is no draw to check. Open the logs of one beside them.'
    put(
      this.#result,
      hasRequests
        ? [this.#requests, this.#verdict, this.#committee, this.#scores, this.#comparison].map(
            ({ element }) => element,
          )
        : notice(missing),
      opened.operators > 0 && this.#operator.element,
      versions,
      hasRequests && this.#logs.element,
    )
  })

  readonly #drawPicker = latest((check: CheckAnswer | undefined, e3Id: bigint | undefined) =>
    this.#requests.draw(check, e3Id),
  )
  readonly #drawVerdict = latest((...input: Parameters<VerdictView['draw']>) => this.#verdict.draw(...input))

  readonly #hideWithoutVerdict = latest((kind: CheckAnswer['kind']) => {
    // What was altered is undone in the logs, whatever the verdict.
    for (const { element } of [this.#verdict, this.#logs]) element.hidden = kind === 'unknown'
    for (const { element } of [this.#committee, this.#scores, this.#comparison, this.#operator])
      element.hidden = kind !== 'checked'
  })

  readonly #drawLogs = latest((...input: Parameters<LogsView['draw']>) => this.#logs.draw(...input))

  readonly #drawChecked = latest((checked: Checked) => {
    this.#committee.draw(checked)
    this.#comparison.draw(checked)
    document.title = `${checked.verdict.sentence} Sortition verifier`
  })

  readonly #drawScores = latest(
    (tickets: Answer<TicketCloud>, { request }: Checked, operator: Address | undefined, charts: Charts) =>
      this.#scores.draw(tickets, request.e3Id, operator, charts),
  )
  readonly #drawOperator = latest((history: Answer<Answers['history']>, last: number, charts: Charts) => {
    const [, check, operator] = history.inputs as [unknown, CheckAnswer | undefined, Address]
    this.#operator.draw(history.value!, { check, operator }, last, charts)
  })
  readonly #drawSharing = latest(
    (
      sharing: Answers['sharing'],
      opened: Opened,
      chosen: number,
      inForce: number | undefined,
      charts: VersionCharts,
    ) => this.#sharing.draw({ sharing, opened, chosen, inForce }, charts),
  )
  readonly #drawVersion = latest(
    (picture: Answers['trie'], opened: Opened, named: number | undefined, charts: VersionCharts) =>
      this.#version.draw({ picture, opened, named }, charts),
  )
}
