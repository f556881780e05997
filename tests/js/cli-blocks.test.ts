// push, pull, get --from and inspect --from, as programs.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { deserialize, Hamt, serialize } from 'hamt-wasm'
import { dir, program } from './support/command-line.js'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

let server: Server
let url: string
const map = Hamt.from(Array.from({ length: 3000 }, (_, i) => [`key ${i}`, i] as const))
const versions = [map, map.set('key 7', -7)]

beforeAll(async () => {
  writeFileSync(join(dir, 'versions.hamt'), serialize(versions, { meta: 'two' }))
  server = createServer((request, response) => {
    if (request.url === '/silent') return
    const bytes = readFileSync(join(dir, 'versions.nodes'))
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
    if (from === undefined || request.url === '/whole') return void response.end(bytes)
    const end = Math.min(Number(to) + 1, bytes.length)
    response.writeHead(206, { 'content-range': `bytes ${from}-${end - 1}/${bytes.length}` })
    response.end(bytes.subarray(Number(from), end))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

/** Not spawnSync: the server is in this process. */
function hamtWasm(...words: string[]): Promise<{ status: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [program, ...words], { cwd: dir })
  let out = ''
  let err = ''
  child.stdout.on('data', (data: Buffer) => (out += data.toString()))
  child.stderr.on('data', (data: Buffer) => (err += data.toString()))
  return new Promise((resolve) =>
    child.on('close', (status) => resolve({ status, out: out.trimEnd(), err: err.trimEnd() })),
  )
}

test('push into a folder, and pull from it', async () => {
  const pushed = await hamtWasm('push', 'versions.hamt', 'blocks')
  const lines = pushed.out.split('\n')
  expect(lines).toEqual(versions.map((version) => hex(version.digest())))
  expect(pushed.err).toMatch(/^\([1-9]\d* blocks written, /)
  const again = await hamtWasm('push', 'versions.hamt', 'blocks')
  expect(again).toEqual({ ...pushed, err: '(0 blocks written, 0 bytes)' })
  const pulled = await hamtWasm('pull', 'blocks', lines[1]!, 'out.hamt')
  expect(pulled).toMatchObject({ status: 0, err: '' })
  const [back] = deserialize<number>(readFileSync(join(dir, 'out.hamt')))
  expect(back!.equals(versions[1]!)).toBe(true)

  const piped = await hamtWasm('pull', 'blocks', lines[1]!, '-')
  expect(piped.status).toBe(0)
  expect(piped.out).toContain('HAMT')
  expect(piped.err).toMatch(/^standard output: /)

  const [folder] = readdirSync(join(dir, 'blocks'))
  const [name] = readdirSync(join(dir, 'blocks', folder!))
  writeFileSync(join(dir, 'blocks', folder!, name!), 'not a block')
  const bad = await Promise.all(
    lines.slice(0, 2).map((digest) => hamtWasm('pull', 'blocks', digest, 'bad.hamt')),
  )
  expect(bad.some(({ status, err }) => status === 2 && err.includes(name!))).toBe(true)
  expect((await hamtWasm('pull', 'blocks', 'abc', 'bad.hamt')).err).toMatch(/64 hexadecimal digits/)
})

describe('a file that is there', () => {
  let digests: string[]
  beforeAll(async () => {
    digests = (await hamtWasm('push', 'versions.hamt', 'kept')).out.split('\n')
    writeFileSync(join(dir, 'letter.txt'), 'Dear reader')
    writeFileSync(join(dir, 'empty'), '')
  })
  const pullTo = (out: string) => hamtWasm('pull', 'kept', digests[0]!, out)
  const tableTo = (out: string) => hamtWasm('push', 'versions.hamt', out, '--table')
  const blockOf = (digest: string) => `kept/${digest.slice(0, 2)}/${digest}`

  test('is replaced when it is of the kind that is written, or empty', async () => {
    for (const out of ['empty', 'again.hamt', 'again.hamt']) expect((await pullTo(out)).status).toBe(0)
    expect((await pullTo('again.hamt')).err).toBe('')
    for (const out of ['again.nodes', 'again.nodes']) expect((await tableTo(out)).status).toBe(0)
  })

  test('is kept when it is of another kind: blocks of the store that is read, snapshots, node tables, text', async () => {
    symlinkSync(blockOf(digests[1]!), join(dir, 'link'))
    writeFileSync(join(dir, 'other.hamt'), serialize(versions))
    const others = [blockOf(digests[1]!), 'link', 'letter.txt']
    for (const [write, names] of [
      [pullTo, [...others, 'again.nodes']],
      [tableTo, [...others, 'other.hamt']],
    ] as const)
      for (const name of names) {
        const before = readFileSync(join(dir, name))
        const { status, err } = await write(name)
        expect({ status, err }).toEqual({
          status: 2,
          err: expect.stringMatching(
            /^hamt-wasm: cannot write \S+: (it is a block of|the file that is there is no)/,
          ),
        })
        expect(readFileSync(join(dir, name))).toEqual(before)
      }
    const absent = blockOf('0'.repeat(64))
    mkdirSync(join(dir, 'kept', '00'), { recursive: true })
    expect((await pullTo(absent)).err).toMatch(/is a block of kept$/)
    expect(existsSync(join(dir, absent))).toBe(false)
  })

  test('in the way of a folder or of a block is named', async () => {
    expect(await hamtWasm('push', 'versions.hamt', 'letter.txt')).toMatchObject({
      status: 2,
      err: 'hamt-wasm: letter.txt is no folder',
    })
    expect((await hamtWasm('pull', 'letter.txt', digests[0]!, 'x.hamt')).err).toBe(
      'hamt-wasm: letter.txt is no folder',
    )
    const block = join(dir, blockOf(digests[0]!))
    rmSync(block)
    mkdirSync(block)
    expect((await pullTo('x.hamt')).err).toBe(
      `hamt-wasm: cannot read block ${digests[0]} of kept: it is a directory`,
    )
  })
})

test('a node table, asked as a file and over HTTP', async () => {
  expect((await hamtWasm('push', 'versions.hamt', 'versions.nodes', '--table')).status).toBe(0)
  for (const source of ['versions.nodes', `${url}/versions.nodes`]) {
    const inspected = await hamtWasm('inspect', '--from', source)
    expect(inspected.err).toBe('')
    for (const version of versions) expect(inspected.out).toContain(hex(version.digest()))
    const last = await hamtWasm('get', '--from', source, 'key 7')
    expect(last.out).toBe('-7')
    expect(last.err).toMatch(/^\(\d+ requests?, .* of .*\)$/)
    const first = await hamtWasm('get', '--from', source, '--digest', hex(map.digest()), 'key 7', '--json')
    expect(JSON.parse(first.out)).toMatchObject({ found: true, value: 7 })
    expect(await hamtWasm('get', '--from', source, '--at', '0', 'no such key')).toMatchObject({
      status: 1,
      out: '',
      err: expect.stringMatching(/^"no such key" is not there \(/),
    })
  }
})

test('what cannot be asked is unusable, in one line', async () => {
  const cases: [string[], RegExp][] = [
    [['get', '--from', `${url}/whole`, 'key'], /no-ranges/],
    [['get', '--from', 'versions.nodes', '--digest', '00'.repeat(32), 'key'], /no version with this digest/],
    [['get', '--from', 'versions.nodes', '--at', '9', 'key'], /2 versions/],
    [['get', '--from', 'versions.nodes', 'a', 'b'], /exclude/],
    [['get', 'key'], /get needs KEY/],
    [['get', 'versions.hamt', 'key 7', '--digest', '00'.repeat(32)], /--digest needs --from/],
    [['get', '--from', `${url}/silent`, 'key', '--timeout', '0.05'], /has not answered within 0.05 s/],
    [
      ['get', '--from', 'versions.nodes', 'key', '--timeout', 'x'],
      /--timeout must be a number of seconds, got x/,
    ],
    [['get', '--from', 'file:///versions.nodes', 'key'], /no address that begins with http/],
    [['push', 'versions.hamt', './versions.hamt', '--table'], /the file that is there is no node table/],
    [['inspect'], /inspect needs FILE/],
    [['get'], /get needs KEY/],
    [
      ['get', 'versions.nodes', 'key 7'],
      /versions\.nodes is a node table, which get and inspect read with --from/,
    ],
    [['diff', 'versions.nodes'], /versions\.nodes is a node table/],
    [
      ['get', '--from', 'versions.hamt', 'key 7'],
      /versions\.hamt is a snapshot: give it as FILE, without --from/,
    ],
    [['pull', 'nowhere', '00'.repeat(32), 'x'], /cannot read nowhere: there is no such folder/],
    [['get', '--from', 'http://127.0.0.1:9/x', 'key'], /^hamt-wasm: http:\S+ cannot be read: /],
  ]
  for (const [words, message] of cases) {
    const outcome = await hamtWasm(...words)
    expect(outcome.err).toMatch(message)
    expect(outcome.err.split('\n')).toHaveLength(1)
    expect(outcome.status).toBe(2)
  }
})
