// The corpus of evidence: which files, beside which registry, and what must be said of them.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  applyLogs,
  drawsIn,
  idText,
  judgeDraw,
  LogError,
  type JudgeOptions,
  type Logs,
  NodeRegistry,
  readLogs,
} from 'hamt-wasm/sortition'

export interface EvidenceCase {
  /** What the case stands for, where its files do not say it. */
  kind?: string
  /** Files of logs, read together. */
  logs: string[]
  /** What is done to the logs of the first file, in this order. */
  change?: Change[]
  /** The request, if not 7. */
  e3Id?: number
  /** What is said beside the logs. */
  options?: { seed?: string; blockHash?: `0x${string}` }
  /** Files that a registry is made from first. */
  registry?: string[]
  /** 0 right, 1 wrong, 2 unusable, 3 not decided. */
  status: number
  /** The sentence, or how it begins. */
  says: string
}

/**
 * Of the log of that number: it is left out, or fields become others (`args.x` names an argument), here or in
 * a copy behind all.
 */
export interface Change {
  log: number
  drop?: true
  set?: Record<string, unknown>
  copy?: Record<string, unknown>
}

const folder = fileURLToPath(new URL('../../vectors/evidence/', import.meta.url))
export const evidenceFile = (name: string) => folder + name
export const evidence = (name: string) => new Uint8Array(readFileSync(folder + name))
export const cases = JSON.parse(readFileSync(`${folder}cases.json`, 'utf8')) as EvidenceCase[]
/** The request that most cases are about. */
export const e3Id = 7n

/** A file of a case, with what the case changes. */
export function contentOf({ logs: [first], change }: EvidenceCase, name: string): Uint8Array {
  if (!change || name !== first) return evidence(name)
  const file = JSON.parse(new TextDecoder().decode(evidence(name))) as { logs: object[] }
  const dropped = new Set<object>()
  const copies: object[] = []
  for (const { log: number, drop, set, copy } of change) {
    const log = file.logs[number]!
    if (drop) dropped.add(log)
    else if (copy) copies.push(withFields(structuredClone(log), copy))
    else withFields(log, set!)
  }
  const logs = [...file.logs.filter((log) => !dropped.has(log)), ...copies]
  return new TextEncoder().encode(JSON.stringify({ ...file, logs }))
}

function withFields(log: object, fields: Record<string, unknown>): object {
  for (const [path, value] of Object.entries(fields)) {
    const names = path.split('.')
    const last = names.pop()!
    let target = log as Record<string, unknown>
    for (const name of names) target = target[name] as Record<string, unknown>
    target[last] = value
  }
  return log
}

export interface Said {
  status: number
  sentence: string
  notes: readonly string[]
}

const statuses = { right: 0, wrong: 1, 'cannot be judged': 2, 'not decided': 3 }

/** What a program says of logs: the five calls that it takes. */
export function judgeAll(
  logs: () => Logs,
  registry: () => NodeRegistry,
  request = e3Id,
  options?: JudgeOptions,
): Said {
  try {
    const read = logs()
    const continued = applyLogs(registry(), read)
    const draws = drawsIn(read)
    const draw = draws.get(request)
    if (!draw) {
      const known =
        draws.size > 0 ? `; they have ${[...draws.keys()].map(idText).join(', ')}` : ', and no other'
      return { status: 2, sentence: `the logs have no request of e3Id ${request}${known}`, notes: [] }
    }
    const { status, sentence, notes } = judgeDraw(continued.registry, draw, options)
    return { status: statuses[status], sentence, notes: [...read.notes, ...continued.notes, ...notes] }
  } catch (e) {
    if (e instanceof LogError) return { status: 2, sentence: e.message, notes: [] }
    throw e
  }
}

/** The options of a case, for programs and for the command line. */
export function optionsOf({ options: { seed, blockHash } = {} }: EvidenceCase): {
  options: JudgeOptions
  words: string[]
} {
  return {
    options: { ...(seed && { seed: BigInt(seed) }), ...(blockHash && { blockHash }) },
    words: [...(seed ? ['--seed', seed] : []), ...(blockHash ? ['--block-hash', blockHash] : [])],
  }
}

export function registryOf(names: readonly string[] | undefined): NodeRegistry {
  if (!names) return NodeRegistry.empty()
  return applyLogs(NodeRegistry.empty(), readLogs(names.map((name) => ({ name, content: evidence(name) }))))
    .registry
}
