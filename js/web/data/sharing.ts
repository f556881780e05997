// What neighbouring versions share, counted by the library, not estimated; and the trie of one version.
import { deserialize, type Hamt, serialize, stats } from '../../index.js'
import type { Sharing, TriePicture, VersionRow } from '../protocol.js'
import type { Progress } from './progress.js'
import { trieShape } from './trie-shape.js'
import type { Versions } from './versions.js'

/** How many versions are measured at most: each is written and read back. */
const window = 120
/** How many entries are worth that, over all versions of the window. */
const mostMeasured = 1_000_000
/** Entries in the picture of a trie. */
const mostDrawn = 20_000
const mostNamed = 20

type Version = Hamt<unknown>

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

/**
 * The versions around one, most of them before it: as many as `window`, or fewer where they are large.
 * `of.save` gives the file of all.
 */
export function measureVersions(
  of: { versions: Versions; save(): Uint8Array },
  index: number,
  progress: Progress,
): Sharing {
  const { versions } = of
  const most = Math.max(2, Math.min(window, Math.floor(mostMeasured / Math.max(1, versions.at(index).size))))
  const end = Math.min(versions.length, Math.max(most, index + 1 + Math.floor(most / 4)))
  const begin = Math.max(0, end - most)
  const rows: VersionRow[] = []
  const maps: Version[] = []
  let before = begin > 0 ? versions.at(begin - 1) : undefined
  for (let i = begin; i < end; ++i) {
    const map = versions.at(i)
    const changed = before ? count(before.diff(map)) : map.size
    rows.push({
      index: i,
      timepoint: versions.timepoint(i),
      entries: map.size,
      changed,
      ...measure(before, map),
    })
    maps.push(map)
    before = map
    progress('Comparing versions', i + 1 - begin, end - begin)
  }
  const file = rows.length === versions.length ? of.save() : serialize(maps)
  return { rows, bytes: file.length }
}

function count(items: Iterable<unknown>): number {
  let n = 0
  for (const _ of items) ++n
  return n
}

/** The trie of one version, and what is new in it. */
export function trieOf(versions: Versions, index: number): TriePicture {
  const before = index > 0 ? versions.at(index - 1) : undefined
  const map = versions.at(index)
  const changes = new Map<string, 'added' | 'changed' | 'removed'>()
  for (const { key, before: old, after } of before?.diff(map) ?? [])
    changes.set(key, after === undefined ? 'removed' : old === undefined ? 'added' : 'changed')
  const { nodes, newNodes } = measure(before, map)
  const picture: TriePicture = {
    index,
    timepoint: versions.timepoint(index),
    entries: map.size,
    nodes,
    newNodes,
    changed: before ? changes.size : map.size,
    changes: [...changes].slice(0, mostNamed).map(([key, change]) => ({ key, change })),
  }
  if (map.size > mostDrawn) return picture
  const shape = trieShape(map.keys(), changes.keys(), !before)
  picture.shape = {
    keys: shape.keys,
    depths: Uint8Array.from(shape.depths),
    touched: Uint8Array.from(shape.keys, (key) => Number(!before || changes.has(key))),
    nodes: {
      depth: Uint8Array.from(shape.nodes, (node) => node.depth),
      from: Uint32Array.from(shape.nodes, (node) => node.from),
      size: Uint32Array.from(shape.nodes, (node) => node.size),
      isNew: Uint8Array.from(shape.nodes, (node) => Number(node.isNew)),
    },
  }
  return picture
}
