// Statistics: what is alive in wasm.
import { Result } from '../generated/interface.js'
import { check } from '../wasm/errors.js'
import { isStarted, raw } from '../wasm/instance.js'
import { memorySize, result } from '../wasm/memory.js'
import { drain } from '../wasm/references.js'
import { takeReplaced } from './trie-store.js'

/** What is alive in wasm: for hunting leaks. */
export interface Stats {
  /** Tries that a version (or a lineage of versions) owns. Small maps have none. */
  readonly maps: number
  /** Live blocks: trie nodes, large entries, cached digests. */
  readonly nodes: number
  /** Their bytes. */
  readonly bytes: number
  /** Objects that tries hold by reference. */
  readonly objects: number
  /** Size of the wasm memory in bytes. It grows and never shrinks; freed blocks are used again. */
  readonly memory: number
}

/** What is alive in wasm. Versions that the collector has not yet seen to be gone still count. */
export function stats(): Stats {
  if (!isStarted) return { maps: 0, nodes: 0, bytes: 0, objects: 0, memory: 0 }
  takeReplaced()
  drain()
  check(raw.usage())
  const maps = result(Result.usageMaps)
  return {
    maps,
    nodes: result(Result.usageBlocks),
    bytes: result(Result.usageBytes),
    objects: result(Result.usageReferences),
    memory: memorySize(),
  }
}
