// The command line on a terminal: colours, and what is typed completed by bash, zsh and fish.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { evidenceFile } from './support/evidence.js'

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const hamtWasm = `"${process.execPath}" "${program}"`
let dir: string
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'hamt-wasm-terminal-'))))
afterEach(() => rmSync(dir, { recursive: true, force: true }))

/** Runs a line of `sh` on a terminal of its own, on which `typed` is typed; gives what the terminal shows. */
function onTerminal(line: string, { typed = '', env = {} }: { typed?: string; env?: object } = {}): string {
  const { NODE_OPTIONS: _, NO_COLOR: _1, ...rest } = process.env
  const { stdout, status } = spawnSync('script', ['-qec', line, '/dev/null'], {
    cwd: dir,
    env: { ...rest, HOME: dir, TERM: 'xterm', ...env },
    input: typed,
    timeout: 50_000,
  })
  expect(status).not.toBeNull()
  return stdout.toString().replaceAll('\r\n', '\n')
}

const verdicts: [string, number, string][] = [
  ['right.json', 32, 'Right: '],
  ['closed-early.json', 31, 'Wrong: '],
  ['still-open.json', 33, 'Not decided: '],
]

test.each(verdicts)('%s: the verdict is coloured on a terminal, and there only', (name, colour, word) => {
  const verify = `${hamtWasm} sortition verify --logs ${evidenceFile(name)} --e3 7`
  const shown = onTerminal(verify)
  expect(shown).toContain(`\n\x1b[${colour}m${word}`)
  expect(shown.split('\x1b')).toHaveLength(3)
  for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
    const plain = onTerminal(verify, { env })
    expect(plain).toContain(`\n${word}`)
    expect(plain).not.toContain('\x1b')
  }
  for (const other of [`${verify} --json`, `${verify} | cat`, `${verify} > out; cat out`])
    expect(onTerminal(other)).not.toContain('\x1b')
})

/**
 * How a shell is started so that it completes `hamt-wasm`, which writes its arguments into the file `called`.
 */
const called = `for each in "$@"; do printf '<%s>' "$each" >> called; done; echo >> called`
const shells: Record<string, () => string> = {
  bash() {
    const rc = [`eval "$(${hamtWasm} completion bash)"`, `hamt-wasm() { ${called}; }`]
    writeFileSync(join(dir, 'rc.bash'), rc.join('\n'))
    return 'bash --noprofile --rcfile rc.bash -i'
  },
  zsh() {
    mkdirSync(join(dir, 'functions'))
    spawnSync('sh', ['-c', `${hamtWasm} completion zsh > functions/_hamt-wasm`], { cwd: dir })
    const rc = ['fpath=($PWD/functions $fpath)', 'autoload -Uz compinit', 'compinit -u -D']
    writeFileSync(join(dir, '.zshrc'), [...rc, `hamt-wasm() { ${called} }`].join('\n'))
    return 'ZDOTDIR=. zsh -i'
  },
  fish() {
    const record = `for each in $argv; printf '<%s>' $each >> called; end; echo >> called`
    const rc = [`source (${hamtWasm} completion fish | psub)`, `function hamt-wasm; ${record}; end`]
    writeFileSync(join(dir, 'rc.fish'), rc.join('\n'))
    return 'fish --no-config -i -C "source rc.fish"'
  },
}

test.each(Object.keys(shells))('%s completes commands, options, files and shells', (shell) => {
  writeFileSync(join(dir, 'my logs.json'), '{}')
  mkdirSync(join(dir, 'verify'))
  const lines = [
    ['inspe', 'inspect'],
    ['veri', 'verify'], // a command, not the directory
    ['sortition expl', 'sortition|explain'],
    ['sortition verify --lo|my', 'sortition|verify|--logs|my logs.json'],
    ['inspect my', 'inspect|my logs.json'],
    ['get --dig', 'get|--digest'],
    ['completion f', 'completion|fish'],
  ] as const
  const typed = lines.map(([line]) => `hamt-wasm ${line.replaceAll('|', '\t')}\t\n`).join('')
  onTerminal(shells[shell]!(), { typed: `${typed}exit\n` })
  expect(existsSync(join(dir, 'called'))).toBe(true)
  expect(readFileSync(join(dir, 'called'), 'utf8').trimEnd().split('\n')).toEqual(
    lines.map(([, words]) => `<${words.replaceAll('|', '><')}>`),
  )
})

test('there is no completion for other shells, and they are told which there are', () => {
  const { status, stderr } = spawnSync(process.execPath, [program, 'completion', 'toString'])
  expect(status).toBe(2)
  expect(stderr.toString()).toMatch(/no completion for 'toString', .* bash, zsh and fish/)
})
