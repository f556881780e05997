// The order of functions in the parts of the wasm module.
import { readFileSync } from 'node:fs'

const order = new URL('../../wasm-build/order.mjs', import.meta.url).href
const { orderFunctions } = (await import(order)) as {
  orderFunctions(module: Buffer<ArrayBuffer>): Buffer<ArrayBuffer>
}
const whole = Buffer.from(readFileSync(new URL('../../dist/hamt.wasm', import.meta.url)))

/** A module of sections, each a number and bytes. */
const moduleOf = (...sections: number[][]): Buffer<ArrayBuffer> =>
  Buffer.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...sections.flatMap(([id, ...bytes]) => [id!, bytes.length, ...bytes]),
  ])

// Two functions of a number: f calls g and adds 1, g adds 2; f is exported, and the first in the table.
const types = [1, 1, 0x60, 1, 0x7f, 1, 0x7f]
const functions = [3, 2, 0, 0]
const table = [4, 1, 0x70, 0, 2]
const exports = [7, 2, 1, 0x66, 0, 0, 1, 0x74, 1, 0]
const elements = [9, 1, 0, 0x41, 0, 0x0b, 2, 0, 1]
const f = [0, 0x20, 0, 0x10, 1, 0x41, 1, 0x6a, 0x0b]
const g = [0, 0x20, 0, 0x41, 2, 0x6a, 0x01, 0x01, 0x01, 0x01, 0x0b]
const code = [10, 2, f.length, ...f, g.length, ...g]

test('functions change their positions, and calls, exports and tables follow', () => {
  const before = moduleOf(types, functions, table, exports, elements, code)
  const after = orderFunctions(before)
  expect(after).toHaveLength(before.length)
  expect(after).not.toEqual(before) // g is longer, so it comes first
  for (const bytes of [before, after]) {
    const { f, t } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as {
      f: (n: number) => number
      t: WebAssembly.Table
    }
    const entries = [t.get(0), t.get(1)] as ((n: number) => number)[]
    expect([f(10), ...entries.map((entry) => entry(10))]).toEqual([13, 13, 12])
  }
})

test('the whole module stays valid, and has the same imports and exports', () => {
  const after = new WebAssembly.Module(orderFunctions(whole))
  const before = new WebAssembly.Module(whole)
  expect(WebAssembly.Module.exports(after)).toEqual(WebAssembly.Module.exports(before))
  expect(WebAssembly.Module.imports(after)).toEqual(WebAssembly.Module.imports(before))
  expect(WebAssembly.Module.customSections(before, 'name')).toEqual([])
})

test.each([
  ['names', [0, 4, 0x6e, 0x61, 0x6d, 0x65]],
  ['an element segment of another form', [9, 1, 4, 0x41, 0, 0x0b, 0]],
])('a module with what is not known stays as it is: %s', (_, section) => {
  const module = moduleOf(types, functions, table, exports, section, code)
  expect(orderFunctions(module)).toBe(module)
})
