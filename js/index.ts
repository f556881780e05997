/**
 * Works at once: the wasm module is inside, and compiled, synchronously, when something first needs it: a map
 * that grows large, or is compared, digested, saved or merged.
 *
 * @module hamt-wasm
 */
import { bytesOfText, startLater } from './core.js'
import { text } from './generated/core-wasm.js'

startLater(() => new WebAssembly.Module(bytesOfText(text)))

export * from './public.js'
