// Emscripten's glue, started with a module that is compiled already.
//
// The glue wants to fetch and compile the module itself, and every version of Emscripten asks another way. It
// is given a `WebAssembly` of our own instead (glue.pre.js makes it the one that it sees), whose constructors
// hand it the module and catch the instance.
import createHamtModule from '../generated/glue.js'
import type { Exports } from '../generated/interface.js'

/** An instance. */
export interface Started {
  /** Raw exports and embind functions, as the glue names them. */
  raw: Exports
  memory: WebAssembly.Memory
  /** Everything that it exports, under the names that parts of it know. */
  exports: WebAssembly.Exports
  /** Whether parts of the module are in modules of their own. */
  hasParts: boolean
}

/**
 * More stack than the glue takes. Where the stack overflowed inside the glue, a promise of its own would
 * reject with nobody to catch it, which ends a Node process.
 */
const gluesFrames = 1000
function probeStack(frames: number): number {
  return frames === 0 ? 0 : 1 + probeStack(frames - 1)
}

/** The error of a start that failed: RangeError where memory is what is lacking. */
function startError(error: unknown): unknown {
  if (!(error instanceof Error) || !['memory', 'alloc'].some((word) => error.message.includes(word)))
    return error
  return new RangeError(`hamt-wasm: no memory to start WebAssembly with: ${error.message}`, { cause: error })
}

/**
 * Instantiates the module. Synchronous. RangeError, and nothing has happened, when not enough of the stack is
 * left.
 */
export function instantiate(module: WebAssembly.Module): Started {
  probeStack(gluesFrames)
  let exports: WebAssembly.Exports = {}
  const missing = placeholders(module)
  let instantiationError: unknown
  const constructors = {
    Module: {
      value: function () {
        return module
      },
    },
    Instance: {
      value: function (of: WebAssembly.Module, imports: WebAssembly.Imports) {
        try {
          const instance = new WebAssembly.Instance(of, { ...imports, ...missing })
          exports = instance.exports
          return instance
        } catch (error) {
          instantiationError = error
          throw error
        }
      },
    },
  }
  const options = {
    wasmBinary: new Uint8Array(1), // not looked at; without it the glue would fetch a file
    locateFile: (name: string) => name,
    WebAssembly: Object.create(WebAssembly, constructors) as typeof WebAssembly,
  }
  // Some versions return a promise. All is done when they do, but what they throw is in it.
  try {
    void Promise.resolve(createHamtModule(options)).catch((error: unknown) => {
      instantiationError ??= error
    })
  } catch (error) {
    // Some versions have a promise of their own as well, which would reject with nobody to catch it.
    void (options as { ready?: Promise<unknown> }).ready?.catch(() => {})
    throw startError(error)
  }
  if (instantiationError) throw startError(instantiationError)
  const raw = options as unknown as Exports
  const memory = Object.values(exports).find((e) => e instanceof WebAssembly.Memory)
  // embind's functions come last.
  if (!memory || typeof raw.usage !== 'function')
    throw new Error('hamt-wasm: the wasm module is not the one of this package')
  return { raw, memory, exports, hasParts: Object.keys(missing).length > 0 }
}

/**
 * What stands for the functions of parts until `startPart`, by the namespaces that some version of wasm-split
 * has for it.
 */
function placeholders(module: WebAssembly.Module): WebAssembly.Imports {
  const imports: Record<string, WebAssembly.ModuleImports> = {}
  for (const { module: namespace, name } of WebAssembly.Module.imports(module)) {
    if (!namespace.startsWith('placeholder')) continue
    imports[namespace] ??= {}
    imports[namespace][name] = () => {
      throw new Error(
        "hamt-wasm: a part of the wasm module is missing: import from 'hamt-wasm' or 'hamt-wasm/slim', not from both",
      )
    }
  }
  return imports
}
