#!/usr/bin/env node
// hamt-wasm: the command line.
import { readFileSync } from 'node:fs'
import { plain, table } from '../sortition/index.js'
import { blockCommands } from './blocks.js'
import {
  type Arguments,
  type Command,
  type ExitStatus,
  helpOf,
  readArguments,
  type Result,
  UnusableInput,
} from './command.js'
import { completionCommand } from './completion.js'
import { snapshotCommands } from './snapshots.js'
import { sortitionCommands } from './sortition.js'
import { printable } from './text.js'

const commands: Command[] = [...snapshotCommands, ...blockCommands, ...sortitionCommands]
commands.push(completionCommand(commands))

const groups: Record<string, Command[]> = {
  'Snapshots of persistent maps': [...snapshotCommands, ...blockCommands],
  'Sortition: committees that the Interfold protocol draws by lot from its operators': sortitionCommands,
  Shells: commands.slice(-1),
}

/** All commands by group, or those whose name begins with `first`. */
function overview(first = ''): string {
  const listed = Object.entries(groups).map(
    ([title, group]) => [title, group.filter(({ name }) => name.startsWith(first))] as const,
  )
  return [
    `hamt-wasm ${first === '' ? 'COMMAND' : `${first} COMMAND`} [options]`,
    '',
    ...listed.flatMap(([title, group]) =>
      group.length === 0 ? [] : [title, ...table(group.map((c) => [`  ${c.name}`, c.summary])), ''],
    ),
    'hamt-wasm COMMAND --help explains a command. Every command takes --json, and - for standard input.',
    'Exit status: 0 right, 1 wrong (or absent, or different), 2 unusable input or output, 3 not decided.',
  ].join('\n')
}

function version(): string {
  const file = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

function unknown(asked: string): UnusableInput {
  if (asked.startsWith('-'))
    return new UnusableInput(`${asked} is no option before a command; see: hamt-wasm --help`)
  const names = commands.map(({ name }) => name)
  const close = names.filter((name) => differences(name, asked) <= 2)
  const hint = close.length > 0 ? `did you mean ${close.join(' or ')}? ` : ''
  return new UnusableInput(`there is no command '${asked}'; ${hint}see: hamt-wasm --help`)
}

/** The Levenshtein distance of a name and what was typed, at most the length of a line. */
function differences(name: string, typed: string): number {
  const text = typed.slice(0, 80)
  let row = Array.from({ length: text.length + 1 }, (_, i) => i)
  for (let i = 0; i < name.length; ++i) {
    const next = [i + 1]
    for (let j = 0; j < text.length; ++j)
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + Number(name[i] !== text[j])))
    row = next
  }
  return row.at(-1)!
}

async function run(words: string[]): Promise<ExitStatus> {
  const [first, second] = words
  if (first === undefined || first === 'help' || first === '--help' || first === '-h') {
    const asked = words
      .slice(1)
      .filter((word) => !word.startsWith('-'))
      .join(' ')
    const command = commands.find((c) => c.name === asked)
    if (asked !== '' && asked !== 'sortition' && !command) throw unknown(asked)
    await print(command ? helpOf(command) : overview(asked))
    return first === undefined ? 2 : 0
  }
  if (['--version', '-v', '-V'].includes(first)) {
    await print(version())
    return 0
  }
  const command =
    commands.find((c) => c.name === `${first} ${second}`) ?? commands.find((c) => c.name === first)
  if (!command) {
    if (first === 'sortition' && (second === undefined || /^(--help|-h|--version|-v)$/.test(second))) {
      await print(second?.includes('-v') ? version() : overview(first))
      return second === undefined ? 2 : 0
    }
    const meant = first === 'sortition' ? `sortition ${second}` : first
    throw unknown(meant)
  }
  const args = readArguments(command, words.slice(command.name.split(' ').length))
  if (typeof args === 'string') {
    await print(args === 'help' ? helpOf(command) : version())
    return 0
  }
  const result = await resultOf(command, args)
  if (!result) return 2
  const { text, note, json, status, bytes } = result
  const said = args.has('json')
    ? printable(JSON.stringify(json, null, 2))
    : coloured(text, bytes !== undefined)
  if (bytes === undefined) {
    if (said !== '') await print(said)
    if (note !== undefined && !args.has('json')) await write(process.stderr, `${printable(note)}\n`)
  } else {
    await write(process.stdout, bytes)
    await write(process.stderr, `${said}\n`)
  }
  return status
}

/** Undefined for unusable input of which programs were told. */
async function resultOf(command: Command, args: Arguments): Promise<Result | undefined> {
  try {
    return await command.run(args)
  } catch (e) {
    if (!(e instanceof UnusableInput) || e.json === undefined || !args.has('json')) throw e
    await print(printable(JSON.stringify(e.json, null, 2)))
    return undefined
  }
}

// --- output --------------------------------------------------------------------------------------

function print(text: string): Promise<void> {
  return write(process.stdout, `${text}\n`)
}

/** UnusableInput when it cannot be written; a reader that has seen enough (`| head`) is no error. */
function write(to: NodeJS.WriteStream, content: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (e?: NodeJS.ErrnoException | null) => {
      if (!e || e.code === 'EPIPE') resolve()
      else
        reject(
          new UnusableInput(
            `cannot write the output: ${e.code === 'ENOSPC' ? 'no space is left' : e.message}`,
          ),
        )
    }
    to.write(content, done)
  })
}

const colours: [RegExp, number][] = [
  [/^Right\b.*$/m, 32],
  [/^Wrong\b.*$/m, 31],
  [/^(Not decided|Cannot be judged)\b.*$/m, 33],
]

/**
 * Verdicts in colour, on a terminal whose user wants that; and without any character of the input that a
 * terminal obeys.
 */
function coloured(text: string, onError: boolean): string {
  const clean = printable(text)
  const to = onError ? process.stderr : process.stdout
  const { NO_COLOR, TERM } = process.env
  if (!to.isTTY || NO_COLOR || TERM === 'dumb') return clean
  return colours.reduce((all, [line, colour]) => all.replace(line, `\x1b[${colour}m$&\x1b[0m`), clean)
}

// What cannot be written is seen where it is written.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

try {
  process.exitCode = await run(process.argv.slice(2))
} catch (e) {
  process.exitCode = 2
  const message = e instanceof Error ? e.message : String(e)
  await write(process.stderr, `hamt-wasm: ${plain(message.split('\n')[0]!)}\n`).catch(() => undefined)
}
