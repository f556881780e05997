// `hamt-wasm/slim`: small maps work before load(), everything after it.
import { readFile } from 'node:fs/promises'
import { Hamt, load, serialize, stats } from 'hamt-wasm/slim'

test('load() takes the wasm from wherever it is, once; before it, every use says what is missing', async () => {
  const uses = [
    () => Hamt.from({ a: 1 }).digest(),
    () => Hamt.empty().prove('a'),
    () => serialize([Hamt.empty()]),
    () => serialize([Hamt.from({ a: 1 })]),
    () => Hamt.from(Array.from({ length: 100_000 }, (_, i): [string, number] => [`key ${i}`, i])),
  ]
  const small = Hamt.from<unknown>({ a: 1, b: { c: [2] } })
  const edited = small.set('d', 3).delete('a')
  expect([...edited]).toEqual([...Hamt.from({ d: 3, b: { c: [2] } })])
  expect(edited.equals(small)).toBe(false)
  expect(small.toJSON()).toEqual({ a: 1, b: { c: [2] } })
  expect(stats()).toEqual({ maps: 0, nodes: 0, bytes: 0, objects: 0, memory: 0 })
  for (const use of uses) expect(use).toThrow(/load\(\)/)

  // A server without the file, and bytes that are no module, leave things as they are.
  await expect(load(new Response('not found', { status: 404 }))).rejects.toThrow('404')
  await expect(load('/static/hamt.wasm')).rejects.toThrow(
    /cannot fetch \/static\/hamt.wasm: .* give load\(\)/,
  )
  await expect(load(new Uint8Array([1, 2, 3]))).rejects.toThrow(WebAssembly.CompileError)
  for (const use of uses) expect(use).toThrow(/load\(\)/)

  const bytes = await readFile(new URL('../../dist/hamt.wasm', import.meta.url))
  await load(Promise.resolve(new Response(bytes, { headers: { 'content-type': 'application/wasm' } })))
  const m = Hamt.from({ a: 1 })
  for (const use of uses) use()
  await load()
  await load(bytes)
  expect(m.get('a')).toBe(1)
  expect(edited.digest()).toEqual(Hamt.from<unknown>({ b: { c: [2] }, d: 3 }).digest())
})
