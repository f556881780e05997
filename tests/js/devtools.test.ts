// How consoles of browsers show a map: as JsonML. (In a real console: tests/browser/page.test.ts.)
import { jest } from '@jest/globals'
import { Hamt } from 'hamt-wasm'
import { formatter } from 'hamt-wasm/devtools'

/** The text of it; a value that can be opened as `<value>`. */
function textOf(piece: any): string {
  if (typeof piece === 'string') return piece
  const [tag, attributes, ...children] = piece
  if (tag === 'object') return `<${JSON.stringify(attributes.object)}>`
  return children.map(textOf).join('')
}

test('a map is a line: its size and its first entries', () => {
  expect(textOf(formatter.header(Hamt.from({ a: 1 })))).toBe('Hamt(1) { "a" → <1> }')
  expect(textOf(formatter.header(Hamt.empty()))).toBe('Hamt(0)')
  const many = Hamt.from(Array.from({ length: 150 }, (_, i): [string, object] => [`k${i}`, { i }]))
  expect(textOf(formatter.header(many))).toMatch(/^Hamt\(150\) \{ ("k\d+" → <\{"i":\d+\}>, ){3}… \}$/)
})

test('opened, it shows a hundred entries, and how many are left', () => {
  const map = Hamt.from(Array.from({ length: 150 }, (_, i): [string, number] => [`k${i}`, i]))
  const [tag, , ...rows] = formatter.body(map) as any
  expect([tag, rows.length]).toEqual(['ol', 101])
  expect(textOf(rows[0])).toMatch(/^"k\d+" → <\d+>$/)
  expect(textOf(rows[100])).toBe('… 50 more')
  expect(formatter.hasBody(map)).toBe(true)
  expect(formatter.hasBody(Hamt.empty())).toBe(false)
})

test('what is no map is left to the console; a disposed map says so', () => {
  for (const other of [null, undefined, 1, 'x', {}, new Map()]) expect(formatter.header(other)).toBeNull()
  const map = Hamt.from({ a: 1 }).set('b', 2)
  map.dispose()
  expect(textOf(formatter.header(map))).toBe('Hamt(2) disposed')
  expect(formatter.hasBody(map)).toBe(false)
})

test('what looks like a map, or throws at every question, is left to the console', () => {
  const map = Hamt.from({ a: 1 })
  const refuse = () => {
    throw new Error('a trap was called')
  }
  const traps = new Proxy({}, { get: () => refuse })
  const revoked = Proxy.revocable(map, {})
  revoked.revoke()
  const others = [
    new Proxy(map, {}),
    new Proxy(map, traps),
    revoked.proxy,
    Object.create(map),
    Object.create(Hamt.prototype),
    Hamt.prototype,
    { ...map },
    { [Symbol.for('hamt-wasm.Hamt')]: true }, // as a map of another copy of the package has it
  ]
  for (const other of others) expect(formatter.header(other)).toBeNull()
})

test('whether a map is disposed is found without reading it', () => {
  const has = jest.spyOn(Hamt.prototype, 'has')
  const map = Hamt.from({ a: 1 })
  formatter.header(map)
  formatter.hasBody(map)
  expect(has).not.toHaveBeenCalled()
  has.mockRestore()
})

test('it is installed beside the formatters that are there', () => {
  expect((globalThis as any).devtoolsFormatters).toContain(formatter)
})
