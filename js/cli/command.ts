// Commands: what one is, its arguments, its help.
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { plain } from '../sortition/index.js'

/**
 * Invalid input: one line on the error output, exit status 2. With `--json`: what programs get in its place,
 * if anything.
 */
export class UnusableInput extends Error {
  constructor(
    message: string,
    readonly json?: unknown,
  ) {
    super(message)
  }
}

export interface Option {
  /** What stands for the value in the help; absent for a switch. */
  value?: string
  help: string
  multiple?: boolean
  required?: boolean
}

/** 0: right, found, equal. 1: wrong, absent, different. 2: unusable input. 3: not decided. */
export type ExitStatus = 0 | 1 | 2 | 3

export interface Result {
  /** Text for users, without a last newline. Empty: nothing is printed. */
  text: string
  /** A line for the error output beside the text, so that a script gets the text alone. */
  note?: string
  /** The same for programs, with `--json`. */
  json: unknown
  status: ExitStatus
  /** Bytes for the standard output; then text and JSON go to the error output. */
  bytes?: Uint8Array
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

/** Options of every command. */
export const common: Record<string, Option & { short?: string }> = {
  json: { help: 'print JSON instead of text' },
  help: { help: 'print this help', short: 'h' },
  version: { help: 'print the version of hamt-wasm', short: 'v' },
}

/** The arguments of a command, or what was asked for instead; UnusableInput names what is wrong with them. */
export function readArguments(command: Command, words: string[]): Arguments | 'help' | 'version' {
  const options: NonNullable<ParseArgsConfig['options']> = {}
  for (const [name, option] of Object.entries<Option & { short?: string }>({
    ...command.options,
    ...common,
  })) {
    options[name] = {
      type: option.value === undefined ? 'boolean' : 'string',
      ...(option.multiple && { multiple: true }),
      ...(option.short && { short: option.short }),
    }
  }
  const more = `see: hamt-wasm ${command.name} --help`
  let parsed
  try {
    parsed = parseArgs({ args: withNegatives(words), options, allowPositionals: true, tokens: true })
  } catch (e) {
    const dash = words.find((word) => /^-[^-]/.test(word) && !/^-[hv]$/.test(word))
    const hint = dash
      ? `what begins with a dash and is no option goes behind --, as in: -- ${plain(dash)}; `
      : ''
    throw new UnusableInput(`${firstSentence((e as Error).message)}; ${hint}${more}`)
  }
  const seen = new Set<string>()
  for (const token of parsed.tokens) {
    if (token.kind !== 'option') continue
    if (seen.has(token.name) && !options[token.name]?.multiple)
      throw new UnusableInput(`--${token.name} is given twice; ${more}`)
    seen.add(token.name)
  }
  if (parsed.values.help) return 'help'
  if (parsed.values.version) return 'version'
  const wanted = command.positionals ?? []
  const least = wanted.filter((name) => !name.startsWith('[')).length
  if (parsed.positionals.length < least) {
    const required = wanted.filter((name) => !name.startsWith('['))
    throw new UnusableInput(`${command.name} needs ${required[parsed.positionals.length]}; ${more}`)
  }
  if (parsed.positionals.length > wanted.length)
    throw new UnusableInput(`${command.name} does not take '${parsed.positionals[wanted.length]}'; ${more}`)
  for (const [name, option] of Object.entries(command.options)) {
    if (option.required && parsed.values[name] === undefined)
      throw new UnusableInput(`${command.name} needs --${name} ${option.value}; ${more}`)
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
  const options = Object.entries<Option & { short?: string }>({ ...command.options, ...common })
  const flags = options.map(
    ([name, { value, short }]) => `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`,
  )
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
