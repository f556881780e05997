// The page: what is open, which request and operator and version are looked at, and which parts are to be drawn anew.
import type { Address } from '../sortition/index.js'
import { Client, WorkerError } from './client.js'
import { h, put } from './dom.js'
import { type Place, placeHash, readPlace } from './place.js'
import type { Alterations, Checked, CheckOptions, RequestSummary, Summary, Versions } from './protocol.js'
import { requestName, timeText } from './text.js'
import { type Actions, section } from './views/common.js'
import { committee, comparison, recordedIn } from './views/committee.js'
import { logs } from './views/logs.js'
import { invitation, opened, type Opening } from './views/open.js'
import { history, operatorPicker } from './views/operator.js'
import { scores } from './views/scores.js'
import { optionsForm, verdict, verdictSentence } from './views/verdict.js'
import { trie, versionBefore, versionPicker, versions } from './views/versions.js'

const main = document.querySelector<HTMLElement>('#main')!
const loadCharts = () => import('./charts.js')

// --- what is looked at ----------------------------------------------------------------------------

let place: Place = readPlace(location.hash)
let summary: Summary | undefined
let openedName = ''
let checked: Checked | undefined
let options: CheckOptions = { policy: 'uncapped' }
let alterations: Alterations = {}

function request(): RequestSummary | undefined {
  return summary?.requests.find((each) => each.e3Id === place.e3Id)
}

// --- the frame ------------------------------------------------------------------------------------

const source = h('div', { className: 'source' })
const status = h('p', { className: 'status', role: 'status' })
const progress = h('progress', { max: 1, 'aria-label': 'Progress' })
const trouble = h('div', { className: 'trouble', role: 'alert' })
const working = h('div', { className: 'working' }, status, progress)
const result = h('div', { className: 'result' })
put(main, source, trouble, working, result)

const parts = {
  verdict: section('verdict', 'Verdict'),
  committee: section(
    'committee',
    'The committee',
    'Who follows from the submitted tickets: the lowest scores, in order of address.',
  ),
  scores: section(
    'scores',
    'All tickets',
    'Each ticket of each eligible operator has a score, a hash of operator, ticket, request and seed. An operator submits one ticket; the lowest scores win.',
  ),
  ideal: section(
    'ideal',
    'Ideal and real',
    'Who would have been drawn, had every eligible operator submitted its best ticket.',
  ),
  operator: section(
    'operator',
    'One operator',
    'What is known of it at each second, and what that meant for this request.',
  ),
  versions: section(
    'versions',
    'Versions, and what they share',
    'Each second at which something changed makes a version of the registry. A version is a trie; it takes over every node of the version before beneath which nothing changed.',
  ),
  logs: section(
    'logs',
    'The logs of this request',
    'All of it rests on these. Alter one, and see what becomes of the verdict: only this page knows of it, and it is undone with a click.',
  ),
}
type Part = keyof typeof parts

const verdictBody = h('div', {})
/** What is read aloud when a verdict turns: the sentence, and no more. */
const announcement = h('p', { className: 'hidden', role: 'status' })
const optionsPlace = h('div', {})
put(parts.verdict.body, announcement, verdictBody, optionsPlace)
const requestPick = h('div', {})
const pickPlace = h('div', {})
const historyPlace = h('div', {})
put(parts.operator.body, pickPlace, historyPlace)
const versionsPlace = h('div', {})
const versionPick = h('div', {})
const triePlace = h('div', {})
put(parts.versions.body, versionsPlace, h('h3', {}, 'The trie of one version'), versionPick, triePlace)

const client = new Client((what, done, of) => showProgress(what, done / Math.max(1, of)))

let due: ReturnType<typeof setTimeout> | undefined
let latest: { what: string; share: number | undefined }
function showProgress(what: string | undefined, share?: number): void {
  if (what === undefined) {
    clearTimeout(due)
    due = undefined
    working.classList.remove('shown')
    status.textContent = ''
    return
  }
  latest = { what, share }
  // What is done in a moment needs no notice; further news does not put off the notice that is due.
  if (working.classList.contains('shown')) describe(what, share)
  else due ??= setTimeout(() => describe(latest.what, latest.share), 150)
}
function describe(what: string, share: number | undefined): void {
  working.classList.add('shown')
  if (status.textContent !== `${what} …`) status.textContent = `${what} …`
  if (share === undefined) progress.removeAttribute('value')
  else progress.value = share
}

function showTrouble(e: unknown): void {
  const message = e instanceof Error ? e.message : String(e)
  put(trouble, h('p', {}, h('strong', {}, 'This did not work. '), message))
}

// --- what a person does ---------------------------------------------------------------------------

const actions: Actions & Opening & { undoAll(): void } = {
  linkTo: (change) => placeHash({ ...place, ...change }),
  goTo(id) {
    const title = document.querySelector<HTMLElement>(`#${id}-title`)
    title?.focus({ preventScroll: true })
    title?.scrollIntoView({
      behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth',
    })
  },
  openExample(which) {
    location.hash = placeHash({ from: which })
  },
  openFiles: (files) => void openFiles(files),
  save: () => void save(),
  copyLink: (button) => void copyLink(button),
  undoAll: () => void alter({}),
}

function goTo(change: Place): void {
  history_replace(placeHash({ ...place, ...change }))
}
/** Without a step in the browser's history: dragging a slider is not a journey. */
function history_replace(hash: string): void {
  window.history.replaceState(null, '', hash)
  void moved()
}

async function openFiles(files: File[]): Promise<void> {
  put(trouble)
  showProgress('Reading')
  try {
    const read = await Promise.all(
      files.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })),
    )
    const next = await client.ask('open', read)
    show(next, files.map((file) => file.name).join(', '))
    const known = next.requests.some((each) => each.e3Id === place.e3Id)
    const { from: _, ...rest } = place
    history_replace(placeHash(known ? rest : {}))
  } catch (e) {
    showTrouble(e)
  } finally {
    showProgress(undefined)
  }
}

const examples = { example: 'The example', 'made-up': 'A made-up registry' }
const madeUpSize = 1000

async function openExample(which: keyof typeof examples): Promise<void> {
  put(trouble)
  showProgress('Opening the example')
  try {
    const next =
      which === 'example' ? client.ask('openExample', 'example.json') : client.ask('openMadeUp', madeUpSize)
    show(await next, examples[which])
  } catch (e) {
    showTrouble(e)
  } finally {
    showProgress(undefined)
  }
}

function show(next: Summary, name: string): void {
  for (const picture of [drawn.scores, drawn.history, drawn.versions]) picture?.destroy()
  summary = next
  openedName = name
  checked = undefined
  alterations = {}
  options = { policy: 'uncapped' }
  drawn = {}
}

async function save(): Promise<void> {
  const bytes = await client.ask('save')
  const address = URL.createObjectURL(
    new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'application/octet-stream' }),
  )
  h('a', { href: address, download: 'registry.hamt' }).click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}

async function copyLink(button: HTMLButtonElement): Promise<void> {
  const text = button.textContent
  try {
    await navigator.clipboard.writeText(location.href)
    button.textContent = place.from ? 'Copied' : 'Copied; it needs the same files'
  } catch {
    button.textContent = 'The address bar has it'
  }
  setTimeout(() => (button.textContent = text), 2500)
}

async function alter(next: Alterations): Promise<string | undefined> {
  const before = alterations
  alterations = next
  try {
    await check()
    return undefined
  } catch (e) {
    alterations = before
    return (e as Error).message
  }
}

// --- drawing --------------------------------------------------------------------------------------

interface Drawn {
  source?: string
  e3Id?: bigint | undefined
  checked?: Checked | undefined
  scores?: { destroy(): void; mark(operator: string | undefined): void }
  operator?: string
  history?: { destroy(): void } | undefined
  versionsFor?: string
  versions?: { destroy(): void }
  rows?: Versions
  version?: number
}
let drawn: Drawn = {}
/** Counts up with each move, so that what comes late for an earlier one is let go. */
let moves = 0

async function moved(): Promise<void> {
  const move = ++moves
  place = readPlace(location.hash)
  try {
    if (place.from && openedName !== examples[place.from]) await openExample(place.from)
    if (move !== moves) return
    if (!summary) return drawInvitation()
    place.from ??= (Object.keys(examples) as (keyof typeof examples)[]).find(
      (each) => examples[each] === openedName,
    )
    settle(summary)
    drawSource(summary)
    drawRequestPick(summary)
    if (place.e3Id !== undefined && (drawn.e3Id !== place.e3Id || !checked)) {
      alterations = {}
      options = { policy: options.policy }
      drawn.e3Id = place.e3Id
      await check(move)
    } else await drawDetails(move)
  } catch (e) {
    if (move === moves) showTrouble(e)
  } finally {
    if (move === moves) showProgress(undefined)
  }
}

/** Fills in what the address leaves open, or gets wrong. */
function settle({ requests, operators, versions }: Summary): void {
  if (!requests.some((each) => each.e3Id === place.e3Id)) {
    delete place.e3Id
    const first = requests[0]
    if (first) place.e3Id = first.e3Id
  }
  if (!operators.includes(place.operator as Address)) delete place.operator
  if (place.version !== undefined && place.version >= versions) delete place.version
}

function drawInvitation(): void {
  const expected =
    place.e3Id === undefined
      ? undefined
      : `This link leads to ${requestName(place.e3Id).toLowerCase()} in somebody’s files: open the same ones to see it.`
  put(source, invitation(actions, expected))
  put(result)
}

function drawSource(now: Summary): void {
  if (drawn.source === openedName) return
  drawn.source = openedName
  put(source, opened(openedName, now, actions))
  const withRequests = now.requests.length > 0
  put(
    result,
    requestPick,
    withRequests
      ? [parts.verdict, parts.committee, parts.scores, parts.ideal].map((part) => part.whole)
      : h(
          'p',
          { className: 'notice' },
          'There are no requests in these files, so there is no draw to check. Open the logs of one beside them.',
        ),
    now.operators.length > 0 && parts.operator.whole,
    parts.versions.whole,
    withRequests && parts.logs.whole,
  )
}

function drawRequestPick({ requests }: Summary): void {
  if (requests.length === 0) return put(requestPick)
  const word = (each: RequestSummary) =>
    each.problem !== undefined
      ? 'cannot be checked'
      : each.violations === undefined
        ? 'seed needed'
        : each.violations > 0
          ? 'wrong'
          : each.outcome === 'open'
            ? 'no result yet'
            : 'right'
  const select = h(
    'select',
    {
      id: 'request-pick',
      onchange: () =>
        (location.hash = placeHash({ ...(place.from && { from: place.from }), e3Id: BigInt(select.value) })),
    },
    requests.map((each) =>
      h(
        'option',
        { value: `0x${each.e3Id.toString(16)}`, selected: each.e3Id === place.e3Id },
        `${requestName(each.e3Id)} · ${timeText(each.time).slice(0, 16)} · ${word(each)}`,
      ),
    ),
  )
  put(requestPick, h('p', { className: 'pick' }, h('label', { for: 'request-pick' }, 'Request'), select))
}

/** Checks the request with what was altered, and draws all of it. Throws what is wrong with the input. */
async function check(move = ++moves): Promise<void> {
  const now = request()
  if (!now) return
  showProgress('Checking')
  let next: Checked
  try {
    next = await client.ask('check', now.e3Id, options, alterations)
  } catch (e) {
    if (!(e instanceof WorkerError && e.name === 'SeedNeeded')) throw e
    if (move !== moves) return
    drawSeedNeeded(now, e.message)
    return
  }
  if (move !== moves) return
  checked = next
  put(trouble)
  await drawDetails(move)
  showProgress(undefined)
}

function applyOptions(next: CheckOptions): void {
  const before = options
  options = next
  check().catch((e: unknown) => {
    options = before
    showTrouble(e)
  })
}

/** What hangs on a verdict, while there is none. */
const afterVerdict: Part[] = ['committee', 'scores', 'ideal', 'operator', 'logs']

function drawSeedNeeded(now: RequestSummary, message: string): void {
  checked = undefined
  drawn.checked = undefined
  put(
    verdictBody,
    h('p', { className: 'sentence', id: 'sentence' }, 'The seed is needed first.'),
    h(
      'p',
      {},
      `A draw is checked with its seed, which follows from a block hash or a random word, and ${message}. Any node or block explorer tells it.`,
    ),
  )
  put(optionsPlace, optionsForm(options, now, message, applyOptions))
  for (const part of afterVerdict) parts[part].whole.hidden = true
  document.title = 'Sortition verifier'
  void drawVersions(now, moves)
}

async function drawDetails(move: number): Promise<void> {
  const now = request()
  if (checked && now) {
    if (drawn.checked !== checked) await drawChecked(checked, now, move)
    else if (drawn.operator !== shownOperator()) drawn.scores?.mark(shownOperator())
  }
  if (move !== moves) return
  await drawOperator(now, move)
  await drawVersions(now, move)
}

async function drawChecked(next: Checked, now: RequestSummary, move: number): Promise<void> {
  drawn.checked = next
  for (const part of afterVerdict) parts[part].whole.hidden = false
  const { report } = next
  put(verdictBody, verdict(next, now, summary!.operators.length, actions))
  put(optionsPlace, optionsForm(options, now, undefined, applyOptions))
  const sentence = verdictSentence(report, now.outcome)
  announcement.textContent = sentence
  document.title = `${sentence} Sortition verifier`
  committee(parts.committee.body, report, recordedIn(next.events), actions)
  comparison(parts.ideal.body, report, actions)
  logs(parts.logs.body, next.events, alterations, alter, { sentence, ok: report.ok, ...actions })
  delete drawn.operator
  const [charts, cloud] = await Promise.all([
    loadCharts(),
    client.ask('scores', now.e3Id).catch((e: Error) => e),
  ])
  if (move !== moves) return
  drawn.scores?.destroy()
  delete drawn.scores
  if (cloud instanceof Error)
    put(parts.scores.body, h('p', {}, `There is no picture of the tickets: ${cloud.message}.`))
  else drawn.scores = scores(parts.scores.body, cloud, report, shownOperator(), charts, actions)
}

function shownOperator(): string | undefined {
  return place.operator ?? checked?.report.ranking[0] ?? summary?.operators[0]
}

async function drawOperator(now: RequestSummary | undefined, move: number): Promise<void> {
  const operator = shownOperator()
  if (operator === undefined || drawn.operator === operator || (now && !checked)) return
  const [charts, known] = await Promise.all([
    loadCharts(),
    client.ask('history', operator as Address, now?.e3Id),
  ])
  if (move !== moves) return
  drawn.operator = operator
  put(
    pickPlace,
    operatorPicker(summary!, checked?.report.ranking ?? [], operator, (chosen) => goTo({ operator: chosen })),
  )
  drawn.history?.destroy()
  drawn.history = history(historyPlace, known, now, summary!.last ?? 0, charts)
}

async function drawVersions(now: RequestSummary | undefined, move: number): Promise<void> {
  const wanted = `${openedName} ${now?.time ?? ''}`
  const charts = await loadCharts()
  if (drawn.versionsFor !== wanted || !drawn.rows) {
    const rows = await client.ask('versions', now?.time)
    if (move !== moves) return
    drawn.rows = rows
    drawn.versionsFor = wanted
    delete drawn.version
  }
  const { rows, of } = drawn.rows
  if (rows.length === 0)
    return versions(versionsPlace, drawn.rows, now, undefined, charts, () => undefined) && undefined
  const standard = (now && versionBefore(rows, now.time)) ?? rows.at(-1)!
  const chosen = rows.some((row) => row.index === place.version) ? place.version! : standard.index
  if (drawn.version === chosen) return
  const picture = await client.ask('trie', chosen)
  if (move !== moves) return
  const choose = (index: number) => goTo({ version: index })
  const openTables = versionsPlace.querySelector('details')?.open ?? false
  drawn.versions?.destroy()
  drawn.versions = versions(versionsPlace, drawn.rows, now, chosen, charts, choose)
  versionsPlace.querySelector('details')!.open = openTables
  const hadFocus = versionPick.contains(document.activeElement)
  put(versionPick, versionPicker(rows, of, chosen, choose))
  if (hadFocus) versionPick.querySelector('input')!.focus()
  trie(triePlace, picture, actions)
  drawn.version = chosen
}

// --- around it ------------------------------------------------------------------------------------

document.querySelector('.skip')!.addEventListener('click', (event) => {
  event.preventDefault()
  if (document.querySelector('#verdict-title')) actions.goTo('verdict')
  else main.querySelector('button')?.focus()
})

let dragging = 0
function setDragging(on: boolean): void {
  document.body.classList.toggle('dragging', on)
}
const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
addEventListener('dragenter', (event) => carriesFiles(event) && setDragging(++dragging > 0))
addEventListener(
  'dragleave',
  (event) => carriesFiles(event) && setDragging((dragging = Math.max(0, dragging - 1)) > 0),
)
addEventListener('dragover', (event) => carriesFiles(event) && event.preventDefault())
addEventListener('drop', (event) => {
  if (!carriesFiles(event)) return
  event.preventDefault()
  setDragging((dragging = 0) > 0)
  void openFiles([...event.dataTransfer!.files])
})
addEventListener('hashchange', () => {
  // A link to a place on the page is none to a view.
  if (location.hash === '' || location.hash.includes('=')) void moved()
})

const offline = h('span', {}, '')
put(
  document.querySelector('#foot')!,
  h(
    'p',
    {},
    'Scores, selection and the versions’ tries are computed by ',
    h('code', {}, 'hamt-wasm'),
    ', a WebAssembly module, in a worker of this page. ',
    offline,
  ),
)
if ('serviceWorker' in navigator && isSecureContext) {
  navigator.serviceWorker
    .register('service-worker.js')
    .then(() => navigator.serviceWorker.ready)
    .then(() => {
      offline.textContent = 'It works without a network from now on.'
      document.documentElement.dataset.offline = 'ready'
    })
    .catch(() => undefined) // then it works online only
}

void moved()
