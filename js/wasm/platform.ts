// Types of the platform, which the `lib` of a project may not have; they are `never` there.
type Instance<T> = T extends { prototype: infer I } ? I : never

export type Url = typeof globalThis extends { URL: infer T } ? Instance<T> : never
export type HttpResponse = typeof globalThis extends { Response: infer T } ? Instance<T> : never
export type WasmModule = typeof globalThis extends { WebAssembly: { Module: infer T } } ? Instance<T> : never
export type WasmMemory = typeof globalThis extends { WebAssembly: { Memory: infer T } } ? Instance<T> : never
