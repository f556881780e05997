// The page's worker: all that takes time happens here. The wasm module comes from beside this file.
import { startPart } from '../core.js'
import { load } from '../slim.js'
import { type Dataset, openFiles, openInput } from './data/dataset.js'
import type { Progress } from './data/progress.js'
import { type InputFile, isSnapshot } from './input.js'
import type { Answer, Calls, Opened, Question } from './protocol.js'

interface Scope {
  postMessage(message: Answer): void
  onmessage: ((message: MessageEvent<Question>) => void) | null
  location: Location
}
const scope = globalThis as unknown as Scope

const beside = (name: string) => new URL(name, scope.location.href)
const ready = load(beside('hamt.wasm'))

let snapshots: Promise<void> | undefined
/**
 * Starts the part of the module for snapshots and proofs, which no verdict on logs takes. After a failure the
 * next call tries again.
 */
function withSnapshots(): Promise<void> {
  snapshots ??= fetched('snapshots.part')
    .then((bytes) => startPart(new TextDecoder().decode(bytes)))
    .catch((e: unknown) => {
      snapshots = undefined
      throw e
    })
  return snapshots
}

async function fetched(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(beside(name))
  if (!response.ok) throw new Error(`${name} could not be loaded: the server answered ${response.status}`)
  return new Uint8Array(await response.arrayBuffer())
}

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
    if (read.some(isSnapshot)) await withSnapshots()
    return show(openFiles(read, progress))
  },
  async openExample(progress, address) {
    return show(openFiles([{ name: 'The example', bytes: await fetched(address) }], progress))
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
  async sharing(progress, index) {
    const of = dataset()
    return (await measuring()).measureVersions(of, index, progress)
  },
  async trie(_, index) {
    const { versions } = dataset()
    return (await measuring()).trieOf(versions, index)
  },
  async prove(_, version, key) {
    const { entries } = dataset()
    await withSnapshots()
    return entries.prove(version, key)
  },
  checkProof: async (_, ...proof) => (await import('./data/proofs.js')).checkProof(...proof),
  async save() {
    const of = dataset()
    await withSnapshots()
    return of.save()
  },
}

/** What measures versions: it writes them as snapshots. */
async function measuring() {
  const [module] = await Promise.all([import('./data/sharing.js'), withSnapshots()])
  return module
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
