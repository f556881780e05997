// The one instance of the wasm module.
import type { Exports } from '../generated/interface.js'
import { isExhaustion } from './errors.js'
import { reset } from './input.js'
import { instantiate } from './instantiate.js'
import { attach } from './memory.js'
import type { WasmModule } from './platform.js'
import { bytesOfText } from './text.js'

/** As long as there is no instance: every use starts the module of `startLater`, or says what is missing. */
const notStarted = new Proxy({} as Exports, {
  get(_, name) {
    startNow()
    return Reflect.get(raw, name) as unknown
  },
})

/**
 * What the module exports: see cpp/boundary/interface.hpp. `start` gives it its functions, all in one step,
 * as its prototype.
 */
export const raw = Object.create(notStarted) as Exports

/** Whether there is one. */
export let isStarted = false

let compileLater: (() => WasmModule) | undefined

/** Says how the module is compiled when something first needs it. */
export function startLater(compile: () => WasmModule): void {
  compileLater = compile
}

function startNow(): void {
  if (isStarted) return
  if (!compileLater)
    throw new Error(
      'hamt-wasm/slim: call load() and wait for it before anything that needs wasm: large maps, bytes, digests, merges',
    )
  start(compiled(compileLater))
}

/** Where the platform compiles no wasm at run time, its own error does not say what to do. */
function compiled(compile: () => WasmModule): WasmModule {
  try {
    return compile()
  } catch (cause) {
    if (isExhaustion(cause)) throw cause
    throw new Error(
      `hamt-wasm: WebAssembly cannot be compiled here: ${String(cause)}; in a content security policy allow script-src 'wasm-unsafe-eval', or give an imported hamt.wasm to load() of hamt-wasm/slim`,
      { cause },
    )
  }
}

let primary: WebAssembly.Exports | undefined
/** Nothing, for a part that the build left in the module, is there from the beginning. */
const started = new Set([''])

/** Makes the instance, once; later calls do nothing. Synchronous. */
export function start(module: WasmModule): void {
  if (isStarted) return
  if (typeof FinalizationRegistry === 'undefined')
    throw new Error(
      'hamt-wasm needs FinalizationRegistry (Cloudflare Workers: compatibility_date 2025-05-05 or later)',
    )
  const instance = instantiate(module)
  attach(instance.memory, instance.raw.hamt_begin())
  Object.setPrototypeOf(raw, instance.raw)
  if (instance.hasParts) primary = instance.exports
  isStarted = true
  reset()
}

/**
 * Starts a part of the module (wasm-build/split.mjs), given as text, once; later calls do nothing, and so do
 * all for a module that is not split. Synchronous. Before `start`, the first use of what the part needs says
 * so.
 */
export function startPart(text: string): void {
  if (compileLater) startNow()
  if (!primary || started.has(text)) return
  // Its own constructor puts its functions into the table, where the placeholders are.
  new WebAssembly.Instance(new WebAssembly.Module(bytesOfText(text)), { primary })
  started.add(text)
}
