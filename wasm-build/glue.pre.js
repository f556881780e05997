// Becomes part of the glue, inside its factory: there, `WebAssembly` is what js/engine.ts hands over, which has the module compiled
// already. (The option that Emscripten has for this, instantiateWasm, cannot be used synchronously in later versions.)
var WebAssembly = Module['WebAssembly']
