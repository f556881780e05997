// The page's worker: all that takes time happens here. The wasm module comes from beside this file.
import { load } from '../slim.js'
import type { Address } from '../sortition/index.js'
import { Dataset } from './dataset.js'
import { type Input, type InputFile, readFiles } from './input.js'
import type { Answer, Calls, Question } from './protocol.js'
import { madeUp } from './made-up.js'
import { measureVersions, type Progress, trieOf } from './versions.js'

interface Scope {
  postMessage(message: Answer): void
  onmessage: ((message: MessageEvent<Question>) => void) | null
  location: Location
}
const scope = globalThis as unknown as Scope

const ready = load(new URL('hamt.wasm', scope.location.href))
let dataset: Dataset | undefined

function opened(): Dataset {
  if (!dataset) throw new Error('nothing has been opened yet')
  return dataset
}

type Handlers = {
  [Name in keyof Calls]: (
    progress: Progress,
    ...args: Parameters<Calls[Name]>
  ) => ReturnType<Calls[Name]> | Promise<ReturnType<Calls[Name]>>
}

const handlers: Handlers = {
  open(progress, files) {
    return openFiles(files, progress)
  },
  async openExample(progress, address) {
    const response = await fetch(new URL(address, scope.location.href))
    if (!response.ok)
      throw new Error(`the example could not be loaded: the server answered ${response.status}`)
    return openFiles([{ name: 'The example', bytes: new Uint8Array(await response.arrayBuffer()) }], progress)
  },
  openMadeUp: (progress, operators) => opening(madeUp(operators, progress), progress),
  check: (_, e3Id, options, alterations) => opened().check(e3Id, options, alterations),
  scores: (progress, e3Id) => opened().scores(e3Id, progress),
  history: (_, operator: Address, e3Id) => opened().history(operator, e3Id),
  versions: (progress, near) => measureVersions(opened().registry, near, progress),
  trie: (_, index) => trieOf(opened().registry, index),
  save: () => opened().registry.serialize(),
}

function openFiles(files: InputFile[], progress: Progress) {
  return opening(readFiles(files), progress)
}

function opening(input: Input, progress: Progress) {
  const next = Dataset.open(input, progress)
  const summary = next.summary()
  dataset = next // only once all of it has gone well
  return summary
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
