// The slim entry point in Node, as ES modules: load() with bytes, or without an argument.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { Hamt, load } from 'hamt-wasm/slim'

// With no argument where the platform can fetch the file, otherwise with its bytes.
const bytes = process.argv[2] === 'bytes'
await load(bytes ? await readFile(createRequire(import.meta.url).resolve('hamt-wasm/hamt.wasm')) : undefined)
console.log(JSON.stringify({ hello: Hamt.empty().set('hello', 42).get('hello') }))
