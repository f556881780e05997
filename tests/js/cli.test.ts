// The command line, as a program: help, and progress.
import { readFileSync } from 'node:fs'
import { progressBar } from '../../js/cli/progress.js'
import { expectUnusable, hamtWasm } from './support/command-line.js'

describe('help', () => {
  test('the overview names every command, and every command has its help', () => {
    const { status, out } = hamtWasm(['--help'])
    expect(status).toBe(0)
    const names = [...out.matchAll(/^ {2}((?:sortition )?[a-z]+) {2,}\S/gm)].map((m) => m[1]!)
    expect(names).toEqual([
      'inspect',
      'get',
      'diff',
      'verify',
      'push',
      'pull',
      'sortition replay',
      'sortition verify',
      'sortition list',
      'sortition committee',
      'sortition explain',
      'completion',
    ])
    for (const name of names) {
      const help = hamtWasm([...name.split(' '), '--help'])
      expect(help.status).toBe(0)
      expect(help.out).toMatch(new RegExp(`^hamt-wasm ${name}`))
      expect(help.out).toMatch(/--json/)
      expect(help.out.split('\n').every((line) => line.length <= 130)).toBe(true)
    }
  })

  test('no command prints the overview and exits 2; --version prints the version', () => {
    expect(hamtWasm([])).toMatchObject({ status: 2, out: expect.stringContaining('hamt-wasm COMMAND') })
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string
    }
    expect(hamtWasm(['--version'])).toMatchObject({ status: 0, out: version })
  })

  test('help COMMAND is COMMAND --help', () => {
    for (const command of ['get', 'sortition verify'])
      expect(hamtWasm(['help', ...command.split(' ')])).toEqual(hamtWasm([...command.split(' '), '-h']))
    expect(hamtWasm(['help'])).toEqual(hamtWasm(['-h']))
    const { out } = hamtWasm(['sortition', '-h'])
    expect(out).toMatch(/^hamt-wasm sortition COMMAND/)
    expect(out).toContain('sortition explain')
    expect(out).not.toContain('inspect')
    expect(hamtWasm(['help', 'sortition']).out).toBe(out)
  })

  test('mistakes on the command line', () => {
    expectUnusable(hamtWasm(['inspekt']), /no command 'inspekt'; did you mean inspect\?/)
    expectUnusable(
      hamtWasm(['sortition', 'vreify']),
      /no command 'sortition vreify'; did you mean sortition verify\?/,
    )
    expectUnusable(hamtWasm(['completions']), /did you mean completion\?/)
    expectUnusable(hamtWasm(['--nonsense', 'x']), /--nonsense is no option before a command/)
    expectUnusable(hamtWasm(['x'.repeat(100_000)]), /there is no command/)
    expectUnusable(hamtWasm(['help', 'inspekt']), /no command 'inspekt'/)
    expectUnusable(hamtWasm(['inspect']), /inspect needs FILE/)
    expectUnusable(hamtWasm(['inspect', 'a', 'b']), /does not take 'b'/)
    expectUnusable(hamtWasm(['inspect', 'a', '--loud']), /--loud/)
    expectUnusable(hamtWasm(['sortition', 'replay', '--out', 'x']), /needs --logs FILE/)
    expectUnusable(hamtWasm(['sortition', 'verify', '--logs']), /--logs/)
  })
})

test('the progress bar: on a terminal only, gone at the end', () => {
  const written: string[] = []
  const real = {
    isTTY: process.stderr.isTTY,
    columns: process.stderr.columns,
    write: process.stderr.write,
    now: Date.now,
  }
  const pretend = (isTTY: boolean) => {
    let now = 0
    Date.now = () => (now += 100)
    Object.assign(process.stderr, { isTTY, columns: 60, write: (text: string) => written.push(text) > 0 })
    try {
      const { draw, end } = progressBar('replaying')
      for (let i = 0; i < 20; ++i) draw(i, 20)
      end()
    } finally {
      Date.now = real.now
      Object.assign(process.stderr, { isTTY: real.isTTY, columns: real.columns, write: real.write })
    }
  }
  pretend(false)
  expect(written).toEqual([])
  pretend(true)
  expect(written.length).toBeGreaterThan(3)
  expect(written[0]).toMatch(/^\rreplaying \[#* *\] +\d+%$/)
  expect(written.every((line) => line.replaceAll('\r', '').length < 60)).toBe(true)
  expect(written.at(-1)!.trim()).toBe('')
})
