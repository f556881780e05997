// What a command is, how its arguments are read, and how its help looks.
import { parseArgs, type ParseArgsConfig } from 'node:util'

/** Input that nothing can be done with. It becomes one line on the error output, and exit status 2. */
export class UnusableInput extends Error {}

export interface Option {
  /** What stands for the value in the help; absent for a switch. */
  value?: string
  help: string
  multiple?: boolean
  required?: boolean
}

export interface Result {
  /** For people; without a last newline. */
  text: string
  /** The same for programs, with `--json`. Bigints become decimal text, bytes hexadecimal. */
  json: unknown
  /** 0: right, found, equal. 1: wrong, absent, different. */
  status: 0 | 1
}

export interface Command {
  /** Words on the command line. */
  name: string
  summary: string
  /** Names of the positional arguments; those in brackets may be left out. */
  positionals?: string[]
  options: Record<string, Option>
  /** More paragraphs for the help. */
  details: string
  run(args: Arguments): Promise<Result> | Result
}

/** Checked arguments of a command. */
export class Arguments {
  constructor(
    readonly positionals: string[],
    private readonly values: Record<string, unknown>,
  ) {}

  text(name: string): string | undefined {
    return this.values[name] as string | undefined
  }
  required(name: string): string {
    return this.text(name)!
  }
  list(name: string): string[] {
    return (this.values[name] ?? []) as string[]
  }
  has(name: string): boolean {
    return this.values[name] !== undefined
  }
}

const common: Record<string, Option> = {
  json: { help: 'print JSON instead of text' },
  help: { help: 'print this help' },
}

/** The arguments of a command; UnusableInput names what is wrong with them. `undefined`: help was asked for. */
export function readArguments(command: Command, words: string[]): Arguments | undefined {
  const options: NonNullable<ParseArgsConfig['options']> = {}
  for (const [name, { value, multiple }] of Object.entries({ ...command.options, ...common })) {
    options[name] = { type: value === undefined ? 'boolean' : 'string', ...(multiple && { multiple }) }
  }
  let parsed
  try {
    parsed = parseArgs({ args: withNegatives(words), options, allowPositionals: true })
  } catch (e) {
    throw new UnusableInput(`${firstSentence((e as Error).message)}; see: hamt-wasm ${command.name} --help`)
  }
  if (parsed.values.help) return undefined
  const wanted = command.positionals ?? []
  const least = wanted.filter((name) => !name.startsWith('[')).length
  if (parsed.positionals.length < least) {
    throw new UnusableInput(
      `${command.name} needs ${wanted[parsed.positionals.length]}; see: hamt-wasm ${command.name} --help`,
    )
  }
  if (parsed.positionals.length > wanted.length) {
    throw new UnusableInput(
      `${command.name} does not take '${parsed.positionals[wanted.length]}'; see: hamt-wasm ${command.name} --help`,
    )
  }
  for (const [name, option] of Object.entries(command.options)) {
    if (option.required && parsed.values[name] === undefined) {
      throw new UnusableInput(
        `${command.name} needs --${name} ${option.value}; see: hamt-wasm ${command.name} --help`,
      )
    }
  }
  return new Arguments(parsed.positionals, parsed.values)
}

/** `--at -1` as `--at=-1`: what begins with a dash and a digit is a value, never an option. */
function withNegatives(words: string[]): string[] {
  const out: string[] = []
  for (const word of words) {
    if (/^-\d/.test(word) && /^--[^=]+$/.test(out.at(-1) ?? '')) out.push(`${out.pop()!}=${word}`)
    else out.push(word)
  }
  return out
}

function firstSentence(text: string): string {
  return text.split(/\. |\n/)[0]!.replace(/\.$/, '')
}

/** The help of one command. */
export function helpOf(command: Command): string {
  const options = Object.entries({ ...command.options, ...common })
  const flags = options.map(([name, { value }]) => `--${name}${value ? ` ${value}` : ''}`)
  const width = Math.max(...flags.map((f) => f.length))
  const needed = options.flatMap(([, o], i) => (o.required ? [`${flags[i]}${o.multiple ? '...' : ''}`] : []))
  return [
    `hamt-wasm ${[command.name, ...(command.positionals ?? []), ...needed, '[options]'].join(' ')}`,
    '',
    sentence(command.summary),
    '',
    ...options.map(([, { help }], i) => `  ${flags[i]!.padEnd(width)}  ${help}`),
    '',
    command.details,
  ].join('\n')
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`
}
