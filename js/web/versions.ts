// What neighbouring versions of the registry share: counted by the library, not estimated.
import { deserialize, type Hamt, serialize, stats } from '../index.js'
import type { Address, NodeRegistry, NodeState } from '../sortition/index.js'
import type { TriePicture, VersionRow, Versions } from './protocol.js'
import { trieShape } from './trie-shape.js'

/** How many versions are measured: each is written and read back. */
const window = 120

type Version = Hamt<NodeState>
export type Progress = (what: string, done: number, of: number) => void

/** Trie nodes in memory while versions are loaded, and nothing else of them. */
function nodesOf(versions: Version[]): number {
  const before = stats().nodes
  const loaded = deserialize(serialize(versions))
  const nodes = stats().nodes - before
  for (const map of loaded) map.dispose()
  return nodes
}

function measure(
  before: Version | undefined,
  after: Version,
): Pick<VersionRow, 'nodes' | 'newNodes' | 'bytes' | 'alone'> {
  const nodes = nodesOf([after])
  const alone = serialize([after]).length
  if (!before) return { nodes, newNodes: nodes, bytes: alone, alone }
  return {
    nodes,
    newNodes: nodesOf([before, after]) - nodesOf([before]),
    bytes: serialize([before, after]).length - serialize([before]).length,
    alone,
  }
}

/** The versions around a second, or the last ones: at most `window`, most of them before it. */
export function measureVersions(
  registry: NodeRegistry,
  near: number | undefined,
  progress: Progress,
): Versions {
  const timepoints = registry.timepoints().map(Number)
  const at = near === undefined ? timepoints.length : timepoints.filter((t) => t < near).length
  const end = Math.min(timepoints.length, Math.max(window, at + window / 4))
  const begin = Math.max(0, end - window)
  const rows: VersionRow[] = []
  const maps: Version[] = []
  let before = begin > 0 ? registry.at(timepoints[begin - 1]!) : undefined
  for (let index = begin; index < end; ++index) {
    const timepoint = timepoints[index]!
    const map = registry.at(timepoint)
    const changed = before ? [...before.diff(map)].length : map.size
    rows.push({ index, timepoint, operators: map.size, changed, ...measure(before, map) })
    maps.push(map)
    before = map
    progress('Comparing versions', index + 1 - begin, end - begin)
  }
  return { rows, of: timepoints.length, together: maps.length > 0 ? serialize(maps).length : 0 }
}

/** The trie of one version, and what is new in it. */
export function trieOf(registry: NodeRegistry, index: number): TriePicture {
  const timepoints = registry.timepoints().map(Number)
  const timepoint = timepoints[index]
  if (timepoint === undefined) throw new RangeError(`there is no version ${index}`)
  const before = index > 0 ? registry.at(timepoints[index - 1]!) : undefined
  const map = registry.at(timepoint)
  const changes = new Map<string, 'added' | 'changed' | 'removed'>()
  for (const { key, before: old, after } of before?.diff(map) ?? []) {
    changes.set(key, after === undefined ? 'removed' : old === undefined ? 'added' : 'changed')
  }
  if (!before) for (const key of map.keys()) changes.set(key, 'added')
  const shape = trieShape(map.keys(), changes.keys(), !before)
  const { nodes, newNodes } = measure(before, map)
  return {
    index,
    timepoint,
    nodes: shape.nodes,
    entries: shape.keys.map((key, i) => ({
      key: key as Address,
      depth: shape.depths[i]!,
      change: (changes.get(key) as 'added' | 'changed' | undefined) ?? 'same',
    })),
    removed: [...changes].filter(([, change]) => change === 'removed').map(([key]) => key as Address),
    counted: { nodes, newNodes },
  }
}
