// The page's start: the state, the view that draws it, and what comes from the browser (addresses, dropped
// files).
import { App } from './app.js'
import { h, put } from './dom.js'
import { bytesText } from './format.js'
import { PageView } from './page.js'
import { isNodeTable } from './views/node-table-fold.js'
import type { Opening } from './views/open.js'
import type { Actions } from './views/parts.js'

const actions: Actions & Opening = {
  linkTo: (change) => app.linkTo(change),
  goTo(id) {
    const title = document.querySelector<HTMLElement>(id === 'verdict' ? '#sentence' : `#${id}-title`)
    title?.focus({ preventScroll: true })
    title?.scrollIntoView({
      behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth',
    })
  },
  openBundled: (from) => (location.hash = `#from=${from}`),
  openFiles: (files) => void openFiles(files),
  save: (button) => void save(button),
  copyLink: (button) => void copyLink(button),
}

/** A node table is asked, and not opened with others. */
async function openFiles(files: File[]): Promise<void> {
  if (files.length === 1 && (await isNodeTable(files[0]!))) await page.nodeTable.open(files[0]!)
  else await app.openFiles(files)
}

/** Says what was done instead of a button's text, for a while. */
function answer(button: HTMLButtonElement, said: string): void {
  button.dataset.text ??= button.textContent
  button.textContent = said
  setTimeout(() => (button.textContent = button.dataset.text!), 2500)
}

async function save(button: HTMLButtonElement): Promise<void> {
  let bytes
  try {
    bytes = (await app.client.ask('save')) as Uint8Array<ArrayBuffer>
  } catch (e) {
    return app.update({ trouble: (e as Error).message })
  }
  const address = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }))
  h('a', { href: address, download: 'registry.hamt' }).click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
  answer(button, `Saved: ${bytesText(bytes.length)}`)
}

async function copyLink(button: HTMLButtonElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(location.href)
    answer(button, app.state.route.from ? 'Copied' : 'Copied; it needs the same files')
  } catch {
    answer(button, 'The address bar has it')
  }
}

const main = document.querySelector<HTMLElement>('#main')!
const app = new App((state) => {
  page.draw(state)
  const target = state.wantsFocus ? page.focusTarget(state) : undefined
  if (!target) return
  target.focus({ preventScroll: true })
  app.update({ wantsFocus: false })
})
const page = new PageView(main, app, actions)

document.querySelector('.skip')!.addEventListener('click', (event) => {
  event.preventDefault()
  if (app.state.opened) page.focusTarget(app.state)?.focus()
  else main.querySelector('button')?.focus()
})

// --- files that are dropped ------------------------------------------------------------------------

let dragging = 0
function setDragging(depth: number): void {
  dragging = Math.max(0, depth)
  document.body.classList.toggle('dragging', dragging > 0)
}
const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
addEventListener('dragenter', (event) => carriesFiles(event) && setDragging(dragging + 1))
addEventListener('dragleave', (event) => carriesFiles(event) && setDragging(dragging - 1))
addEventListener('dragover', (event) => carriesFiles(event) && event.preventDefault())
addEventListener('drop', (event) => {
  if (!carriesFiles(event)) return
  event.preventDefault()
  setDragging(0)
  void openFiles([...event.dataTransfer!.files])
})

// --- addresses -------------------------------------------------------------------------------------

addEventListener('hashchange', () => {
  // A link to an element of the page is none to a view.
  if (location.hash === '' || location.hash.includes('=')) void app.follow(location.hash)
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

void app.follow(location.hash)
