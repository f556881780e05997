// Starts an instance of the wasm module, in place of the JavaScript that Emscripten makes for any module and
// that supports all of embind: this one registers functions of integers only.
import { latin1 } from '../codec/text.js'
import type { Exports } from '../generated/interface.js'
import type { WasmMemory, WasmModule } from './platform.js'

/** An instance. */
export interface Started {
  /** The functions of the interface: exports, and what embind registers. */
  raw: Exports
  memory: WasmMemory
  /** Everything that it exports, under the names that parts of it know. */
  exports: WebAssembly.Exports
  /** Whether parts of the module are in modules of their own. */
  hasParts: boolean
}

const otherModule = (cause?: unknown): Error =>
  new Error('hamt-wasm: the wasm module is not the one of this package', { cause })

/** The error of a start that failed: RangeError where memory is what is lacking. */
function startError(error: unknown): unknown {
  if (error instanceof WebAssembly.LinkError) return otherModule(error)
  if (!(error instanceof Error) || !['memory', 'alloc'].some((word) => error.message.includes(word)))
    return error
  return new RangeError(`hamt-wasm: no memory to start WebAssembly with: ${error.message}`, { cause: error })
}

const isPart = (namespace: string): boolean => namespace.startsWith('placeholder')

/**
 * What the module imports: `register` for functions that embind registers; nothing for types, as all are
 * 32-bit integers; errors for what is not there. Functions of parts are that until `startPart`; versions of
 * wasm-split differ in how their namespaces go on after `placeholder`.
 */
function importsOf(module: WasmModule, register: (...values: number[]) => void): WebAssembly.Imports {
  // Without prototypes, whose properties and setters any script may have changed.
  const imports = Object.create(null) as Record<string, WebAssembly.ModuleImports>
  for (const { module: namespace, name } of WebAssembly.Module.imports(module)) {
    imports[namespace] ??= Object.create(null) as WebAssembly.ModuleImports
    imports[namespace][name] =
      name === '_embind_register_function'
        ? register
        : name.startsWith('_embind_register_')
          ? () => {}
          : () => {
              throw new Error(
                isPart(namespace)
                  ? "hamt-wasm: a part of the wasm module is missing: import from 'hamt-wasm' or 'hamt-wasm/slim', not from both"
                  : `hamt-wasm: internal error (${name})`,
              )
            }
  }
  return imports
}

/** Instantiates the module, and runs its constructors. Synchronous. RangeError where memory is lacking. */
export function instantiate(module: WasmModule): Started {
  const raw = Object.create(null) as Record<string, unknown>
  let exports: WebAssembly.Exports
  /** The parameters that every version of embind has first: name, types and their number, form, function. */
  const register = (name = 0, _count = 0, _types = 0, _form = 0, invoker = 0, f = 0): void => {
    const bytes = new Uint8Array((exports.memory as WasmMemory).buffer)
    const invoke = (exports.__indirect_function_table as WebAssembly.Table).get(invoker) as (
      ...values: number[]
    ) => number
    raw[latin1.decode(bytes.subarray(name, bytes.indexOf(0, name)))] = invoke.bind(null, f)
  }
  const imports = importsOf(module, register)
  try {
    ;({ exports } = new WebAssembly.Instance(module, imports))
  } catch (error) {
    throw startError(error)
  }
  const { memory, __wasm_call_ctors: constructors } = exports
  if (typeof constructors !== 'function' || typeof exports.hamt_begin !== 'function') throw otherModule()
  ;(constructors as () => void)()
  Object.assign(raw, exports)
  return {
    raw: raw as unknown as Exports,
    memory: memory as WasmMemory,
    exports,
    hasParts: Object.keys(imports).some(isPart),
  }
}
