// Commands for any snapshot, as programs: inspect, get, diff, verify.
import { Hamt, serialize } from 'hamt-wasm'
import { expectUnusable, file, hamtWasm } from './support/command-line.js'

const a = Hamt.from<unknown>({ hello: 42, big: 2n ** 70n, bytes: new Uint8Array([1, 2]) })
const b = a.set('world', [1, 'two', null]).delete('hello')
const versions = [a, b, b.set('more', { x: -0 })]
beforeAll(() => {
  file('some.hamt', serialize(versions))
  file('other.hamt', serialize([a.set('only', 'here')]))
  file('none.hamt', serialize([]))
  file('meta.hamt', serialize([a], { meta: { title: 'week 1', big: 5n } }))
})

test('inspect', () => {
  const { status, out } = hamtWasm(['inspect', 'some.hamt'])
  expect(status).toBe(0)
  expect(out).toMatch(/3 versions, \d+ bytes a version/)
  expect(out).toMatch(/Sharing: .* times as much/)
  versions.forEach((v, i) =>
    expect(out).toMatch(new RegExp(`${i} +${v.size} +\\d+ +${Buffer.from(v.digest()).toString('hex')}`)),
  )
  const json = JSON.parse(hamtWasm(['inspect', 'some.hamt', '--json']).out) as {
    versions: { size: number; changed: number }[]
    bytes: number
  }
  expect(json.versions.map((v) => [v.size, v.changed])).toEqual([
    [3, 3],
    [3, 2],
    [4, 1],
  ])
  expect(json.bytes).toBe(serialize(versions).length)
  expect(hamtWasm(['inspect', 'none.hamt'])).toMatchObject({
    status: 0,
    out: expect.stringContaining('0 versions'),
  })
})

test('inspect: what a file says of itself', () => {
  expect(hamtWasm(['inspect', 'meta.hamt']).out).toContain("\nMeta: { big: 5n, title: 'week 1' }\n")
  expect(JSON.parse(hamtWasm(['inspect', 'meta.hamt', '--json']).out)).toMatchObject({
    count: 1,
    meta: { title: 'week 1', big: { $bigint: '5' } },
  })
  expect(hamtWasm(['inspect', 'some.hamt']).out).not.toContain('Meta')
  hamtWasm(['push', 'meta.hamt', 'meta.nodes', '--table'])
  expect(hamtWasm(['inspect', '--from', 'meta.nodes']).out).toContain(
    "\nMeta: { big: 5n, title: 'week 1' }\n",
  )
  expect(JSON.parse(hamtWasm(['inspect', '--from', 'meta.nodes', '--json']).out)).toMatchObject({
    count: 1,
    meta: { title: 'week 1' },
  })
})

test('from standard input', () => {
  expect(hamtWasm(['inspect', '-'], serialize(versions)).out).toMatch(/standard input: .*3 versions/)
  expect(hamtWasm(['get', '-', 'world'], serialize(versions))).toMatchObject({
    status: 0,
    out: "[ 1, 'two', null ]",
  })
})

test('get', () => {
  expect(hamtWasm(['get', 'some.hamt', 'hello'])).toEqual({
    status: 1,
    out: '',
    err: '"hello" is not there',
  })
  expect(JSON.parse(hamtWasm(['get', 'some.hamt', 'hello', '--json']).out)).toEqual({ found: false })
  expect(hamtWasm(['get', 'some.hamt', 'hello', '--at', '0'])).toMatchObject({ status: 0, out: '42' })
  expect(hamtWasm(['get', 'some.hamt', 'more', '--at', '-1'])).toMatchObject({
    status: 0,
    out: '{ x: -0 }',
  })
  expect(hamtWasm(['get', 'some.hamt', 'big', '--json'])).toMatchObject({
    status: 0,
    out: expect.stringContaining(`"${2n ** 70n}"`),
  })
  expect(hamtWasm(['get', 'some.hamt', 'bytes', '--json']).out).toContain('"0x0102"')
  expectUnusable(
    hamtWasm(['get', 'some.hamt', 'hello', '--at', '3']),
    /3 versions, and none that is called 3/,
  )
  expectUnusable(hamtWasm(['get', 'some.hamt', 'hello', '--at', '@5']), /no registry of operators/)
})

test('diff', () => {
  expect(hamtWasm(['diff', 'some.hamt', '--to', '1'])).toMatchObject({
    status: 1,
    out: `- "hello": 42\n+ "world": [ 1, 'two', null ]`,
  })
  expect(hamtWasm(['diff', 'some.hamt', '--from', '1', '--to', '1'])).toMatchObject({
    status: 0,
    out: 'no difference',
  })
  expect(hamtWasm(['diff', 'some.hamt', 'other.hamt', '--from', '0'])).toMatchObject({
    status: 1,
    out: `+ "only": 'here'`,
  })
  const changed = JSON.parse(hamtWasm(['diff', 'some.hamt', '--to', '1', '--json']).out) as {
    key: string
  }[]
  expect(changed.map((c) => c.key)).toEqual(['hello', 'world'])
  // With another file, the last versions, whatever it is called: so a file does not differ from itself.
  for (const other of ['some.hamt', './some.hamt'])
    expect(hamtWasm(['diff', 'some.hamt', other])).toMatchObject({ status: 0, out: 'no difference' })
})

test('verify', () => {
  expect(hamtWasm(['verify', 'some.hamt'])).toMatchObject({
    status: 0,
    out: 'some.hamt: right, 3 versions',
  })
  const bad = serialize(versions)
  bad[bad.length >> 1]! ^= 4
  file('bad.hamt', bad)
  expect(hamtWasm(['verify', 'bad.hamt'])).toMatchObject({
    status: 1,
    out: expect.stringMatching(/bad\.hamt: wrong, /),
  })
  expect(JSON.parse(hamtWasm(['verify', 'bad.hamt', '--json']).out)).toMatchObject({
    ok: false,
    code: expect.any(String),
  })
})

test('what is no snapshot', () => {
  file('text.hamt', 'hello')
  for (const command of [['inspect'], ['get', 'x'], ['diff']]) {
    const [name, ...rest] = command as [string, ...string[]]
    expectUnusable(hamtWasm([name, 'text.hamt', ...rest]), /text\.hamt: /)
    expectUnusable(
      hamtWasm([name, 'nowhere.hamt', ...rest]),
      /cannot read nowhere\.hamt: there is no such file/,
    )
  }
  expect(hamtWasm(['verify', 'text.hamt']).status).toBe(1)
  expectUnusable(hamtWasm(['verify', 'nowhere.hamt']), /no such file/)
  expectUnusable(hamtWasm(['inspect', '.']), /it is a directory/)
})
