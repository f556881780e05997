// `hamt-wasm/slim`: nothing works before load(), everything after it.
import { readFile } from 'node:fs/promises'
import { Hamt, load, serialize, stats } from 'hamt-wasm/slim'

test('load() takes the wasm from wherever it is, once; before it, every use says what is missing', async () => {
  const uses = [
    () => Hamt.from({ a: 1 }).digest(),
    () => Hamt.empty().prove('a'),
    () => serialize([Hamt.empty()]),
    () => stats(),
  ]
  for (const use of uses) expect(use).toThrow(/load\(\)/)

  // A server without the file, and bytes that are no module, leave things as they are.
  await expect(load(new Response('not found', { status: 404 }))).rejects.toThrow('404')
  await expect(load(new Uint8Array([1, 2, 3]))).rejects.toThrow(WebAssembly.CompileError)
  for (const use of uses) expect(use).toThrow(/load\(\)/)

  const bytes = await readFile(new URL('../../dist/hamt.wasm', import.meta.url))
  await load(Promise.resolve(new Response(bytes, { headers: { 'content-type': 'application/wasm' } })))
  const m = Hamt.from({ a: 1 })
  for (const use of uses) use()
  await load()
  await load(bytes)
  expect(m.get('a')).toBe(1)
})
