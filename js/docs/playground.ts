// The script of every page of the site. It makes what scrolls and what a search finds reachable with the
// keyboard, and starts the playground where there is one, which runs a program in the page with the package
// that was built.

interface PlaygroundGlobals {
  /** Entry points by their names. */
  hamtWasm?: Record<string, object>
  /** Programs to begin with. */
  hamtExamples?: { title: string; code: string }[]
}

const globals = globalThis as PlaygroundGlobals
const assets = `${document.documentElement.dataset.base ?? '.'}/assets/`

/** Loads a script of the site: classic, because pages from disk cannot load modules. */
function loadScript(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = assets + name
    script.addEventListener('load', () => resolve())
    script.addEventListener('error', () => reject(new Error(`${name} is not beside this page`)))
    document.head.append(script)
  })
}

/** A value as text, in the notation of JavaScript where there is one. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Uint8Array) return `Uint8Array(${value.length}) ${show([...value.subarray(0, 32)])}`
  if (value instanceof Error) return `${value.name}: ${value.message}`
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`
  if (value === null || typeof value !== 'object') return String(value)
  const entries = Object.entries('toJSON' in value ? (value as { toJSON(): object }).toJSON() : value)
  const isPlain = Object.getPrototypeOf(value) === Object.prototype
  const text = `{ ${entries.map(([key, each]) => `${key}: ${show(each)}`).join(', ')} }`
  return isPlain ? text : `${value.constructor?.name ?? ''} ${text}`.trim()
}

/**
 * The body of an async function that does what the program says: imports become constants, `expression // →
 * …` is printed.
 */
export function bodyOf(program: string): string {
  return program
    .replace(
      /^import \{([^}]*)\} from ['"]([^'"]+)['"];?/gm,
      (_, names: string, module: string) =>
        `const {${names.replaceAll(' as ', ': ')}} = modules(${JSON.stringify(module)})`,
    )
    .replace(/^;?(.*?);? *\/\/ → .*$/gm, (_, expression: string) => `;print(${expression})`)
}

async function run(program: string, print: (text: string) => void): Promise<void> {
  if (!globals.hamtWasm) await loadScript('hamt-wasm.js')
  const modules = (name: string) => {
    const module = globals.hamtWasm![name]
    if (!module) throw new Error(`the playground has no module ${name}`)
    return module
  }
  const printAll = (...values: unknown[]) =>
    print(values.map((each) => (typeof each === 'string' ? each : show(each))).join(' '))
  const AsyncFunction = (async () => {}).constructor as new (
    ...parts: string[]
  ) => (...args: unknown[]) => Promise<void>
  const go = new AsyncFunction('modules', 'print', 'console', bodyOf(program))
  await go(modules, (value: unknown) => print(show(value)), { log: printAll, error: printAll })
}

function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Partial<HTMLElementTagNameMap[K]>,
): HTMLElementTagNameMap[K] {
  return Object.assign(document.createElement(name), properties)
}

async function start(root: HTMLElement): Promise<void> {
  await loadScript('examples.js')
  const examples = globals.hamtExamples!
  const pick = element('select', { id: 'playground-example' })
  pick.append(...examples.map(({ title }, i) => element('option', { textContent: title, value: `${i}` })))
  const program = element('textarea', { id: 'playground-program', spellcheck: false, rows: 16 })
  const output = element('pre', { id: 'playground-output', tabIndex: 0, role: 'status' })
  output.setAttribute('aria-label', 'Output')
  const button = element('button', { type: 'button', textContent: 'Run' })

  const runProgram = async () => {
    output.textContent = ''
    const print = (text: string) => (output.textContent += `${text}\n`)
    await run(program.value, print).catch((error: unknown) => print(show(error)))
    output.dataset.state = 'done'
  }
  const choose = () => {
    program.value = examples[Number(pick.value)]!.code
    output.textContent = ''
    delete output.dataset.state
  }
  pick.addEventListener('change', choose)
  button.addEventListener('click', () => void runProgram())
  program.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void runProgram()
  })
  choose()
  root.replaceChildren(
    element('label', { htmlFor: pick.id, textContent: 'Example ' }),
    pick,
    element('label', { htmlFor: program.id, textContent: 'Program ' }),
    program,
    button,
    output,
  )
}

// Enter leads to the first thing that a search has found, unless another one was chosen with the arrows.
document.addEventListener('keydown', (event) => {
  const input = event.target as HTMLElement
  if (event.key !== 'Enter' || input.id !== 'tsd-search-input') return
  if (!input.getAttribute('aria-activedescendant'))
    document.querySelector<HTMLElement>('#tsd-search-results a')?.click()
})

const playground = document.getElementById('playground')
if (playground) void start(playground)

const scrolled = new ResizeObserver((changes) => {
  for (const { target } of changes) {
    if (target.scrollWidth > target.clientWidth) target.setAttribute('tabindex', '0')
    else target.removeAttribute('tabindex')
  }
})
for (const part of document.querySelectorAll('.tsd-typography table, pre:not([role])')) scrolled.observe(part)
