/**
 * The same as `hamt-wasm`, with the wasm module in a file of its own, which browsers compile while it arrives
 * and cache. Small maps work at once. Call `load` and wait for it before anything that needs wasm: a map that
 * grows large, or is compared, digested, saved or merged.
 *
 * @module hamt-wasm/slim
 */
import { kind, start } from './core.js'
import type { HttpResponse, Url, WasmModule } from './wasm/platform.js'

/**
 * Where the module comes from: an address (as `fetch` takes it, or `file:`), a response (or a promise of
 * one), its bytes, or a compiled module.
 */
export type WasmSource =
  string | Url | HttpResponse | Promise<HttpResponse> | ArrayBuffer | ArrayBufferView | WasmModule

/**
 * Loads the wasm module; call it once, and wait for it. Without a source it takes `hamt.wasm` from beside
 * this file. Later calls do nothing. Error, saying what to give instead, where that is not there or not
 * compiled.
 */
export async function load(source: WasmSource = besideThis()): Promise<void> {
  start(await compile(source))
}

const instead =
  "give load() the module that a bundler makes of import 'hamt-wasm/hamt.wasm', or its address, or its bytes"

function besideThis(): URL {
  try {
    return new URL('./hamt.wasm', import.meta.url) // bundlers look for these words
  } catch (cause) {
    throw new Error(`hamt-wasm/slim: this environment does not say where hamt.wasm is: ${instead}`, { cause })
  }
}

async function compile(source: WasmSource): Promise<WebAssembly.Module> {
  try {
    return await moduleOf(await source)
  } catch (cause) {
    if (!(cause instanceof WebAssembly.CompileError)) throw cause
    const from = typeof source === 'string' || source instanceof URL ? ` of ${String(source)}` : ''
    throw Object.assign(
      new WebAssembly.CompileError(
        `hamt-wasm/slim: the WebAssembly${from} is not compiled here: ${cause.message}; in a content security policy allow script-src 'wasm-unsafe-eval', or ${instead}`,
      ),
      { cause },
    )
  }
}

/** Things of other realms have other classes and the same tags. */
async function moduleOf(source: Awaited<WasmSource>): Promise<WebAssembly.Module> {
  if (typeof source === 'string') return compileFrom(source)
  switch (Object.prototype.toString.call(source)) {
    case '[object URL]':
      return compileFrom((source as URL).href)
    case '[object Response]':
      return compileResponse(source as Response)
    case '[object WebAssembly.Module]':
      return source
    case '[object ArrayBuffer]':
      return WebAssembly.compile(source as ArrayBuffer)
  }
  if (ArrayBuffer.isView(source)) return WebAssembly.compile(source as BufferSource)
  throw new TypeError(`hamt-wasm/slim: load() does not take ${kind(source)}: ${instead}`)
}

async function compileFrom(address: string): Promise<WebAssembly.Module> {
  if (!address.startsWith('file:')) return compileResponse(await fetched(address))
  // Node and its like do not fetch files. Not imported: bundlers for browsers would look for it.
  const fs = globalThis.process?.getBuiltinModule?.('node:fs')
  if (!fs) throw new Error(`hamt-wasm/slim: cannot read ${address} here: ${instead}`)
  return WebAssembly.compile(fs.readFileSync(new URL(address)))
}

async function fetched(address: string): Promise<Response> {
  try {
    return await fetch(address)
  } catch (cause) {
    throw new TypeError(`hamt-wasm/slim: cannot fetch ${address}: ${String(cause)}: ${instead}`, { cause })
  }
}

async function compileResponse(response: Response): Promise<WebAssembly.Module> {
  if (!response.ok) throw new Error(`hamt-wasm/slim: ${response.url} answered ${response.status}: ${instead}`)
  // Streaming needs the right content type, which not every server sends.
  const isWasm = response.headers.get('content-type')?.startsWith('application/wasm') ?? false
  if (isWasm) return WebAssembly.compileStreaming(response)
  const bytes = await response.arrayBuffer() // here, for Next's development server wraps the call below into a plain function
  return WebAssembly.compile(bytes)
}

export * from './public.js'
