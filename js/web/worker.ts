// The page's worker: all that takes time happens here. The wasm module comes from beside this file.
import { load } from '../slim.js'
import { type Dataset, openFiles, openInput } from './data/dataset.js'
import type { Progress } from './data/progress.js'
import type { InputFile } from './input.js'
import type { Answer, Calls, Opened, Question } from './protocol.js'

interface Scope {
  postMessage(message: Answer): void
  onmessage: ((message: MessageEvent<Question>) => void) | null
  location: Location
}
const scope = globalThis as unknown as Scope

const ready = load(new URL('hamt.wasm', scope.location.href))
let current: Dataset | undefined

function dataset(): Dataset {
  if (!current) throw new Error('nothing has been opened yet')
  return current
}
const registry = () => dataset().registry()

/** What was open stays so when opening something else fails. */
function show(next: Dataset): Opened {
  current = next
  return next.opened
}

type Handlers = {
  [Name in keyof Calls]: (
    progress: Progress,
    ...args: Parameters<Calls[Name]>
  ) => ReturnType<Calls[Name]> | Promise<ReturnType<Calls[Name]>>
}

const handlers: Handlers = {
  async open(progress, files) {
    const read = await Promise.all(
      files.map(async (file): Promise<InputFile> => ({
        name: file.name,
        bytes: new Uint8Array(await file.arrayBuffer()),
      })),
    )
    return show(openFiles(read, progress))
  },
  async openExample(progress, address) {
    const response = await fetch(new URL(address, scope.location.href))
    if (!response.ok)
      throw new Error(`the example could not be loaded: the server answered ${response.status}`)
    const bytes = new Uint8Array(await response.arrayBuffer())
    return show(openFiles([{ name: 'The example', bytes }], progress))
  },
  async openSample(progress, operators) {
    const { sampleRegistry } = await import('./data/sample.js')
    return show(openInput(sampleRegistry(operators, progress), progress))
  },
  list: (_, name, of, query) => dataset().list(name, of, query),
  check: (_, e3Id, options, alterations) => registry().draws.check(e3Id, options, alterations),
  statusOf: (_, e3Id) => registry().draws.statusOf(e3Id),
  log: (_, e3Id, key) => registry().draws.log(e3Id, key),
  tickets: (progress, e3Id) => registry().tickets(e3Id, progress),
  history: (_, operator, e3Id) => registry().history(operator, e3Id),
  sharing: (progress, index) => dataset().sharing(index, progress),
  trie: (_, index) => dataset().trie(index),
  prove: (_, version, key) => dataset().prove(version, key),
  checkProof: async (_, ...proof) => (await import('./data/proofs.js')).checkProof(...proof),
  save: () => dataset().save(),
}

scope.onmessage = ({ data: { id, name, args } }) => {
  const progress: Progress = (what, done, of) => scope.postMessage({ id, progress: { what, done, of } })
  const handler = handlers[name] as (progress: Progress, ...args: unknown[]) => unknown
  ready
    .then(() => handler(progress, ...args))
    .then((result) => scope.postMessage({ id, result }))
    .catch((e: unknown) => {
      const { name, message } = e instanceof Error ? e : new Error(String(e))
      scope.postMessage({ id, error: { name, message } })
    })
}
