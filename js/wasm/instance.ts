// The one instance of the wasm module.
import type { Exports } from '../generated/interface.js'
import { instantiate } from './glue.js'
import { reset } from './input.js'
import { attach } from './memory.js'

/** What the module exports: see cpp/boundary/interface.hpp. Before `start`, every use says so. */
export let raw: Exports = new Proxy({} as Exports, {
  get() {
    throw new Error('hamt-wasm/slim: call load() and wait for it before using anything else')
  },
})

/** Whether there is one. */
export let isStarted = false

/** Makes the instance, once; later calls do nothing. Synchronous. */
export function start(module: WebAssembly.Module): void {
  if (isStarted) return
  const { raw: exports, memory } = instantiate(module)
  attach(memory, exports._hamt_begin())
  raw = exports
  isStarted = true
  reset()
}
