// Becomes part of the glue, inside its factory: there, `WebAssembly` is what js/wasm/glue.ts hands over,
// which has the module compiled already. (The option that Emscripten has for this, instantiateWasm, cannot be
// used synchronously in later versions.)
/* global Module */
// eslint-disable-next-line no-unused-vars
var WebAssembly = Module['WebAssembly']
