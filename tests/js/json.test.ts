// The reader of JSON in pieces, which hands over the elements of long lists.
import fc from 'fast-check'
import { LogReader } from 'hamt-wasm/sortition'
import { type JsonPath, JsonReader } from '../../js/sortition/json.js'
import { decoded } from './support/log-inputs.js'

const lists = ['logs', 'result', 'blocks']
const readAll = (bytes: Uint8Array, cuts: readonly number[]) => {
  const elements: [JsonPath, unknown][] = []
  const reader = new JsonReader(lists, (value, path) => elements.push([path, value]))
  let from = 0
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    reader.write(bytes.slice(from, cut))
    from = cut
  }
  reader.write(bytes.slice(from))
  reader.end()
  return elements
}
/** What the reader should hand over, by JSON.parse. */
const elementsOf = (document: unknown): unknown[] => {
  const out: unknown[] = []
  const visit = (value: unknown) => {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return out.push(value)
    const copy: Record<string, unknown> = { ...(value as object) }
    for (const [name, member] of Object.entries(copy)) {
      if (!lists.includes(name) || !Array.isArray(member)) continue
      member.forEach(visit)
      copy[name] = []
    }
    return out.push(copy)
  }
  if (Array.isArray(document)) document.forEach(visit)
  else visit(document)
  return out
}
const names = fc.constantFrom('logs', 'result', 'a', 'b"\\', 'blocks', '\u2028é😀')
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.jsonValue({ maxDepth: 2 }),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(names, tie('tree'), { maxKeys: 3 }),
  ),
}))

test('any documents, cut anywhere, with any white space, give what JSON.parse gives', () => {
  fc.assert(
    fc.property(
      fc.array(tree, { minLength: 1, maxLength: 3 }),
      fc.constantFrom(undefined, 1, '\t'),
      fc.array(fc.nat(), { maxLength: 8 }),
      (documents, indent, cuts) => {
        const clean = JSON.parse(JSON.stringify(documents)) as unknown[]
        const bytes = new TextEncoder().encode(clean.map((d) => JSON.stringify(d, null, indent)).join('\n'))
        const elements = readAll(
          bytes,
          cuts.map((cut) => cut % (bytes.length + 1)),
        )
        expect(elements.map(([, value]) => value)).toEqual(clean.flatMap(elementsOf))
      },
    ),
    { numRuns: 500 },
  )
})

test('one byte gone or changed: refused, or another document that JSON.parse takes too', () => {
  const bytes = new TextEncoder().encode(
    JSON.stringify({ id: 1, result: [{ a: [1, 'x'], b: null }, { logs: [true, -1.5e3] }], s: '\\"' }),
  )
  for (let i = 0; i < bytes.length; ++i) {
    for (const change of [[], [0x2c], [0x5d], [0x22], [0x7b], [0x30]]) {
      const other = new Uint8Array([...bytes.slice(0, i), ...change, ...bytes.slice(i + 1)])
      let parsed: unknown
      try {
        parsed = JSON.parse(new TextDecoder().decode(other))
      } catch {
        expect(() => readAll(other, [])).toThrow()
        continue
      }
      try {
        expect(readAll(other, []).map(([, value]) => value)).toEqual(elementsOf(parsed))
      } catch (e) {
        expect((e as Error).message).toMatch(/two members of one name/)
      }
    }
  }
})

test('endless input is refused in time', () => {
  const endless = (text: string, times: number) => () => {
    const reader = new JsonReader(lists, () => undefined)
    const chunk = new TextEncoder().encode(text.repeat(2 ** 16 / text.length))
    for (let i = 0; i < times; ++i) reader.write(chunk)
  }
  expect(endless('\0', 1)).toThrow('not well-formed at byte 0')
  expect(endless(' ', 40)).toThrow('mostly white space')
  expect(endless('[', 1)).toThrow('nested more than')
  expect(endless('"aaaaaaa', 300)).toThrow(/not well-formed|more than 16 MB/)
  expect(endless('1', 300)).toThrow('more than 16 MB')
})

test('documents larger than the longest string: memory holds an element at a time', () => {
  const reader = new LogReader()
  const stream = reader.open('large.json')
  const bytes = new TextEncoder().encode(`${JSON.stringify(decoded[0])},${' '.repeat(500_000)}`)
  stream.write(new TextEncoder().encode('['))
  for (let size = 0; size < 600e6; size += bytes.length) stream.write(bytes)
  stream.write(new TextEncoder().encode(`${JSON.stringify(decoded[1])}]`))
  stream.end()
  expect(reader.finish().events).toHaveLength(2)
})
