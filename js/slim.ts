/**
 * The same as `hamt-wasm`, with the wasm module in a file of its own, which browsers compile while it arrives and cache. Small maps
 * work at once. Call `load` and wait for it before anything that needs wasm: a map that grows large, or is compared, digested, saved or merged.
 *
 * @module hamt-wasm/slim
 */
import { start } from './core.js'
import type { HttpResponse, Url, WasmModule } from './wasm/platform.js'

/** Where the module comes from: an address (as `fetch` takes it, or `file:`), a response (or a promise of one), its bytes, or a compiled module. */
export type WasmSource =
  string | Url | HttpResponse | Promise<HttpResponse> | ArrayBuffer | ArrayBufferView | WasmModule

/**
 * Loads the wasm module; call it once, and wait for it. Without a source it takes
 * `hamt.wasm` from beside this file. Later calls do nothing.
 */
export async function load(source: WasmSource = new URL('./hamt.wasm', import.meta.url)): Promise<void> {
  start(await compile(source))
}

async function compile(source: WasmSource): Promise<WebAssembly.Module> {
  if (source instanceof URL || typeof source === 'string') return compileFrom(String(source))
  if (source instanceof Response || source instanceof Promise) return compileResponse(await source)
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source))
    return WebAssembly.compile(source as BufferSource)
  return source
}

async function compileFrom(address: string): Promise<WebAssembly.Module> {
  if (!address.startsWith('file:')) return compileResponse(await fetch(address))
  // Node and its like do not fetch files. Not imported: bundlers for browsers would look for it.
  const fs = globalThis.process?.getBuiltinModule?.('node:fs')
  if (!fs) throw new Error(`hamt-wasm/slim: cannot read ${address} here; give load() the bytes of hamt.wasm`)
  return WebAssembly.compile(fs.readFileSync(new URL(address)))
}

async function compileResponse(response: Response): Promise<WebAssembly.Module> {
  if (!response.ok) throw new Error(`hamt-wasm: ${response.url} answered ${response.status}`)
  // Streaming needs the right content type, which not every server sends.
  const isWasm = response.headers.get('content-type')?.startsWith('application/wasm') ?? false
  return isWasm ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer())
}

export {
  DisposedError,
  Hamt,
  InterruptedError,
  ProofError,
  provenance,
  SnapshotError,
  stats,
} from './core.js'
export type { Codec, Difference, Draft, HamtInput, HamtOptions, Stats } from './core.js'
export {
  applyDelta,
  deserialize,
  openSnapshot,
  OpenedSnapshot,
  OpenedVersion,
  readMeta,
  serialize,
  serializeDelta,
} from './snapshot/index.js'
export type { DeserializeOptions, OpenOptions, SerializeOptions } from './snapshot/index.js'
