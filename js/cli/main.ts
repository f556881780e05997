#!/usr/bin/env node
// hamt-wasm: the command line.
import { readFileSync } from 'node:fs'
import { table } from '../sortition/index.js'
import { type Command, helpOf, readArguments, UnusableInput } from './command.js'
import { snapshotCommands } from './snapshots.js'
import { sortitionCommands } from './sortition.js'
import { value } from './text.js'

const commands: Command[] = [...snapshotCommands, ...sortitionCommands]

function overview(): string {
  const list = (some: Command[]) => table(some.map((c) => [`  ${c.name}`, c.summary]))
  return [
    'hamt-wasm COMMAND [options]',
    '',
    'Snapshots of persistent maps',
    ...list(snapshotCommands),
    '',
    'Committees of the Interfold',
    ...list(sortitionCommands),
    '',
    'hamt-wasm COMMAND --help tells more. Every command takes --json, and - for standard input.',
    'Exit status: 0 right, 1 wrong (or absent, or different), 2 unusable input.',
  ].join('\n')
}

function version(): string {
  const file = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

async function run(words: string[]): Promise<number> {
  const [first, second] = words
  if (first === undefined || first === 'help' || first === '--help' || first === '-h') {
    const asked = words.slice(1).join(' ')
    const command = commands.find((c) => c.name === asked)
    console.log(command ? helpOf(command) : overview())
    return first === undefined ? 2 : 0
  }
  if (first === '--version' || first === '-V') {
    console.log(version())
    return 0
  }
  const command =
    commands.find((c) => c.name === `${first} ${second}`) ?? commands.find((c) => c.name === first)
  if (!command) {
    if (first === 'sortition' && (second === undefined || second === '--help')) {
      console.log(overview())
      return second === undefined ? 2 : 0
    }
    const meant = first === 'sortition' ? `sortition ${second}` : first
    throw new UnusableInput(`there is no command '${meant}'; see: hamt-wasm --help`)
  }
  const args = readArguments(command, words.slice(command.name.split(' ').length))
  if (!args) {
    console.log(helpOf(command))
    return 0
  }
  const { text, json, status } = await command.run(args)
  console.log(args.has('json') ? value.json(json) : text)
  return status
}

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (e: NodeJS.ErrnoException) => {
  if (e.code !== 'EPIPE') throw e
})

try {
  process.exitCode = await run(process.argv.slice(2))
} catch (e) {
  const message = e instanceof Error ? e.message : String(e)
  console.error(`hamt-wasm: ${message.split('\n')[0]}`)
  process.exitCode = 2
}
