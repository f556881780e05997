// The command line among hostile inputs and outputs: terminals, pipes, links, devices, endless files.
import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { Hamt, serialize } from 'hamt-wasm'
import { dir, program } from './support/command-line.js'
import { evidence, evidenceFile } from './support/evidence.js'

const right = evidenceFile('right.json')
beforeAll(() => {
  writeFileSync(join(dir, 'map.hamt'), serialize([map, map.set('more', 1)]))
})

const map = Hamt.from<unknown>({
  nothing: null,
  '-5': 'minus five',
  nan: NaN,
  infinite: -Infinity,
  zero: -0,
  bytes: new Uint8Array([0x61, 0x62]),
  text: '0x6162',
  big: 5n,
  tagged: { $bytes: '0x6162' },
  'k\u001b[31m\u202e\u009b': '\u001b]0;x\u0007\u202e\u2028',
})
const { NODE_OPTIONS: _, ...env } = process.env
/** A line for the shell, where `hamt-wasm` is the program; no address space without end. */
function shell(line: string) {
  const script = `ulimit -v 24000000; hamt() { "${process.execPath}" --max-old-space-size=2048 "${program}" "$@"; }; ${line}`
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { cwd: dir, env, timeout: 50_000 })
  return { status, out: stdout.toString(), err: stderr.toString() }
}
const unprintable = /[^\P{C}\n]/u

describe('what reaches the terminal', () => {
  test('no control character of a file, a name, a key or a value, in text and in JSON', () => {
    const name = 'x\u001b[2J\u202e\u009b.json'
    writeFileSync(join(dir, name), '\u001b[2J\u001b[1;32mRight: the draw')
    for (const line of [
      `hamt sortition verify --logs '${name}' --e3 7`,
      `hamt sortition verify --logs '${name}' --e3 '\u001b[1m7'`,
      `hamt inspect '${name}'`,
      `hamt verify '${name}'`,
      `hamt get map.hamt '${'k\u001b[31m\u202e\u009b'}'`,
      `hamt get map.hamt '${'k\u001b[31m\u202e\u009b'}' --json`,
      `hamt get map.hamt '\u001b[1mx'`,
      `hamt diff map.hamt --to 0 --from 1`,
      `hamt diff '${name}' map.hamt --json`,
      `hamt '\u001b[1m'`,
      `hamt get map.hamt x --'\u001b[1m'`,
    ]) {
      const { out, err } = shell(line)
      expect(out + err).not.toMatch(unprintable)
      expect(err.split('\n').length).toBeLessThanOrEqual(2)
    }
    expect(JSON.parse(shell(`hamt get map.hamt '${'k\u001b[31m\u202e\u009b'}' --json`).out)).toEqual({
      found: true,
      value: '\u001b]0;x\u0007\u202e\u2028',
    })
  })
})

describe('values', () => {
  test('a key whose value is null is there', () => {
    expect(shell('hamt get map.hamt nothing')).toMatchObject({ status: 0, out: 'null\n' })
    expect(JSON.parse(shell('hamt get map.hamt nothing --json').out)).toEqual({ found: true, value: null })
  })
  test('JSON tells apart what JSON has not', () => {
    const value = (key: string) =>
      (JSON.parse(shell(`hamt get map.hamt --json -- ${key}`).out) as { value: unknown }).value
    expect(['nan', 'infinite', 'zero', 'bytes', 'text', 'big', 'tagged'].map(value)).toEqual([
      { $number: 'NaN' },
      { $number: '-Infinity' },
      { $number: '-0' },
      { $bytes: '0x6162' },
      '0x6162',
      { $bigint: '5' },
      { $object: { $bytes: '0x6162' } },
    ])
  })
  test('a key that begins with a dash: the hint, and what it says', () => {
    expect(shell('hamt get map.hamt -5')).toMatchObject({
      status: 2,
      err: expect.stringContaining('as in: -- -5'),
    })
    expect(shell('hamt get map.hamt -- -5')).toMatchObject({ status: 0, out: "'minus five'\n" })
  })
  test('times: seconds and ISO dates, and no milliseconds', () => {
    shell(`hamt sortition replay --logs '${right}' --out times.hamt`)
    const at = (time: string) => shell(`hamt get times.hamt 0x${'01'.repeat(20)} --at @${time}`)
    expect(at('25').out).toMatch(/active: true, .*ticketBalance: 0n/)
    for (const same of ['1970-01-01T00:00:25Z', '1970-01-01T01:00:25+01:00', '1970-01-01T00:00:25'])
      expect(at(same)).toEqual(at('25'))
    for (const milliseconds of ['1788222143000', '100000000000'])
      expect(at(milliseconds)).toMatchObject({
        status: 2,
        err: expect.stringContaining('must be in seconds, and looks like milliseconds'),
      })
    expect(at('99999999999').status).toBe(0)
    expect(at('yesterday')).toMatchObject({ status: 2, err: expect.stringContaining('is no second') })
  })
  test('-h and -v, everywhere', () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string
    }
    for (const command of [
      '',
      'get',
      'inspect x',
      'sortition',
      'sortition list',
      'sortition verify',
      'completion',
    ]) {
      expect(shell(`hamt ${command} -v`)).toMatchObject({ status: 0, out: `${version}\n` })
      expect(shell(`hamt ${command} -h`)).toMatchObject({
        status: 0,
        out: expect.stringMatching(/^hamt-wasm /),
      })
    }
  })
})

describe('input', () => {
  test('endless input is refused in time, in bounded memory', () => {
    for (const command of ['inspect', 'get', 'diff']) {
      const key = command === 'get' ? 'x' : ''
      expect(shell(`hamt ${command} /dev/zero ${key}`)).toMatchObject({
        status: 2,
        err: expect.stringMatching(/\/dev\/zero: /),
      })
    }
    expect(shell('hamt verify /dev/zero').status).toBe(1)
    expect(shell('hamt sortition verify --logs /dev/zero --e3 7')).toMatchObject({ status: 2 })
    expect(shell('yes "" | hamt sortition verify --logs - --e3 7')).toMatchObject({
      status: 2,
      err: expect.stringContaining('mostly white space'),
    })
    expect(shell('yes "[" | tr -d "\\n" | hamt sortition verify --logs - --e3 7').status).toBe(2)
    expect(shell('hamt sortition verify --logs map.hamt --registry /dev/zero --e3 7').status).toBe(2)
  })

  test('a writer that is late, on a pipe that does not block', async () => {
    const child = spawn(process.execPath, [program, 'sortition', 'verify', '--logs', '-', '--e3', '7'], {
      env,
    })
    let out = ''
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
    const bytes = evidence('right.json')
    child.stdin.write(bytes.subarray(0, 100))
    await new Promise((resolve) => setTimeout(resolve, 300))
    child.stdin.end(bytes.subarray(100))
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0)
    expect(out).toContain('Right: ')
    expect(shell(`(sleep 0.3; cat '${right}') | hamt sortition verify --logs /dev/stdin --e3 7`).status).toBe(
      0,
    )
  })
})

describe('output', () => {
  test('what cannot be written is status 2, in one line; a reader that has seen enough is no error', () => {
    expect(shell('hamt inspect map.hamt > /dev/full')).toMatchObject({
      status: 2,
      err: 'hamt-wasm: cannot write the output: no space is left\n',
    })
    expect(shell('hamt inspect nothing 2> /dev/full').status).toBe(2)
    expect(
      shell(`hamt sortition verify --logs '${right}' --e3 7 | true; exit \${PIPESTATUS[0]}`),
    ).toMatchObject({ status: 0, err: '' })
  })

  const replay = (out: string) => shell(`hamt sortition replay --logs '${right}' --out ${out}`)
  const mode = (name: string) => statSync(join(dir, name)).mode & 0o777

  test('- and /dev/stdout are standard output', () => {
    replay('plain.hamt')
    expect(
      shell(
        `hamt sortition replay --logs '${right}' --out - > a.hamt; hamt sortition replay --logs '${right}' --out /dev/stdout | cat > b.hamt; cmp a.hamt plain.hamt && cmp b.hamt plain.hamt`,
      ).status,
    ).toBe(0)
    expect(existsSync(join(dir, '-'))).toBe(false)
  })

  test('a file keeps its mode, new ones follow umask, and nothing is left beside them', () => {
    shell(`umask 027; hamt sortition replay --logs '${right}' --out new.hamt`)
    expect(mode('new.hamt')).toBe(0o640)
    chmodSync(join(dir, 'new.hamt'), 0o600)
    replay('new.hamt')
    expect(mode('new.hamt')).toBe(0o600)
    expect(readdirSync(dir).filter((name) => name.startsWith('.'))).toEqual([])
  })

  test('links are followed to what they name, and not replaced; a link to nothing is refused', () => {
    replay('real.hamt')
    symlinkSync('real.hamt', join(dir, 'link.hamt'))
    symlinkSync('nowhere.hamt', join(dir, 'dangling.hamt'))
    expect(replay('link.hamt').status).toBe(0)
    expect(lstatSync(join(dir, 'link.hamt')).isSymbolicLink()).toBe(true)
    expect(replay('dangling.hamt')).toMatchObject({
      status: 2,
      err: expect.stringContaining('it is a link to nothing'),
    })
    expect(existsSync(join(dir, 'nowhere.hamt'))).toBe(false)
  })

  test('what is no regular file is refused at once', () => {
    expect(shell(`mkfifo fifo; hamt sortition replay --logs '${right}' --out fifo`)).toMatchObject({
      status: 2,
      err: expect.stringContaining('it is no regular file'),
    })
    expect(replay('.')).toMatchObject({ status: 2, err: expect.stringContaining('it is a directory') })
    expect(replay('/dev/full')).toMatchObject({ status: 2 })
  })

  test('names that no file can have: refused in one line, and no file of another name is written', () => {
    for (const [name, why] of [
      ['folder/', 'it names a directory'],
      ['a'.repeat(256), 'its name is too long'],
      ['nowhere/a.hamt', 'there is no such file'],
    ] as const)
      expect(replay(name)).toMatchObject({
        status: 2,
        err: `hamt-wasm: cannot write ${name}: ${why}\n`,
      })
    expect(existsSync(join(dir, 'folder'))).toBe(false)
    expect(replay('a'.repeat(255))).toMatchObject({ status: 0 })
  })
})
