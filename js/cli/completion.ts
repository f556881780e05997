// Completion scripts for shells: words of commands, their options, and file names.
import { type Command, common, type Result, UnusableInput } from './command.js'

const shells: Record<string, (commands: readonly Command[]) => string> = { bash, zsh, fish }

export function completionCommand(commands: readonly Command[]): Command {
  return {
    name: 'completion',
    summary: 'print a script that completes commands and options: for bash, zsh or fish',
    positionals: ['SHELL'],
    options: {},
    details:
      'bash: hamt-wasm completion bash > ~/.local/share/bash-completion/completions/hamt-wasm\n' +
      'zsh:  hamt-wasm completion zsh > a directory of $fpath/_hamt-wasm\n' +
      'fish: hamt-wasm completion fish > ~/.config/fish/completions/hamt-wasm.fish',
    run(args): Result {
      const [shell] = args.positionals
      const script = Object.hasOwn(shells, shell!) ? shells[shell!]!(commands) : undefined
      if (script === undefined)
        throw new UnusableInput(`there is no completion for '${shell}', but for bash, zsh and fish`)
      return { text: script, json: { shell, script }, status: 0 }
    },
  }
}

/** First words, second words by first word, and options by command. */
function tables(commands: readonly Command[]) {
  const first = [...new Set(commands.map(({ name }) => name.split(' ')[0]!)), 'help']
  const second = commands.flatMap(({ name }) => name.split(' ').slice(1))
  const options = commands.map(({ name, options: own }) => ({
    name,
    flags: Object.keys({ ...own, ...common }).map((flag) => `--${flag}`),
  }))
  return { first, second, options }
}

function bash(commands: readonly Command[]): string {
  const { first, second, options } = tables(commands)
  const cases = options.map(({ name, flags }) => `    "${name}"*) words="${flags.join(' ')}" ;;`)
  return [
    '_hamt_wasm() {',
    '  local word="${COMP_WORDS[COMP_CWORD]}" line="${COMP_WORDS[*]:1}" words="" file',
    '  COMPREPLY=()',
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    words="${first.join(' ')}"`,
    '  elif [ "$COMP_CWORD" -eq 2 ] && [ "${COMP_WORDS[1]}" = sortition ]; then',
    `    words="${second.join(' ')}"`,
    '  elif [[ "$word" == -* ]]; then',
    '    case "$line" in',
    ...cases,
    '    esac',
    '  elif [ "${COMP_WORDS[1]}" = completion ]; then',
    `    words="${Object.keys(shells).join(' ')}"`,
    '  else',
    '    [ "$word" != "=" ] || word=""',
    '    compopt -o filenames 2> /dev/null',
    '    while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen -f -- "$word")',
    '    return',
    '  fi',
    '  COMPREPLY=($(compgen -W "$words" -- "$word"))',
    '}',
    'complete -F _hamt_wasm hamt-wasm',
  ].join('\n')
}

function zsh(commands: readonly Command[]): string {
  const { first, second, options } = tables(commands)
  const cases = options.map(({ name, flags }) => `    "${name}"*) compadd -- ${flags.join(' ')} ;;`)
  return [
    '#compdef hamt-wasm',
    '_hamt_wasm() {',
    '  if (( CURRENT == 2 )); then',
    `    compadd -- ${first.join(' ')}`,
    '  elif (( CURRENT == 3 )) && [[ "$words[2]" == sortition ]]; then',
    `    compadd -- ${second.join(' ')}`,
    '  elif [[ "$words[CURRENT]" == -* ]]; then',
    '    case "${words[2,-1]}" in',
    ...cases,
    '    esac',
    '  elif [[ "$words[2]" == completion ]]; then',
    `    compadd -- ${Object.keys(shells).join(' ')}`,
    '  else',
    '    _files',
    '  fi',
    '}',
    '_hamt_wasm "$@"',
  ].join('\n')
}

function fish(commands: readonly Command[]): string {
  const { first, second } = tables(commands)
  const said = (name: string) =>
    name
      .split(' ')
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join('; and ')
  return [
    `complete -c hamt-wasm -f -n __fish_use_subcommand -a "${first.join(' ')}"`,
    `complete -c hamt-wasm -f -n "__fish_seen_subcommand_from sortition; and not __fish_seen_subcommand_from ${second.join(' ')}" -a "${second.join(' ')}"`,
    `complete -c hamt-wasm -f -n "__fish_seen_subcommand_from completion" -a "${Object.keys(shells).join(' ')}"`,
    ...commands.flatMap(({ name, options }) =>
      Object.entries<{ help: string; value?: string; short?: string }>({ ...options, ...common }).map(
        ([flag, { help, value, short }]) =>
          `complete -c hamt-wasm -n "${said(name)}" -l ${flag}${short ? ` -s ${short}` : ''}${value ? ' -r -F' : ''} -d "${help.replace(/["$\\`]/g, '')}"`,
      ),
    ),
  ].join('\n')
}
