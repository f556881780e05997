// cpp/boundary/interface.hpp → js/generated/interface.ts and layouts.ts: status numbers, offsets of results,
// signatures of exports. What is exported, and how, comes from cpp/binding. The header's declarations have
// one form each; whatever does not have it is an error here.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, root } from './step.mjs'

const read = (path) => readFileSync(join(root, 'cpp', path), 'utf8').replace(/\/\/.*$/gm, '')

const camel = (...words) => words.join('_').replace(/_+(\w)/g, (_, letter) => letter.toUpperCase())

function expectMatch(text, pattern, what) {
  const match = pattern.exec(text)
  if (!match)
    throw new Failure(
      `cpp/boundary/interface.hpp: ${what} has another form than wasm-build/interface.mjs expects`,
    )
  return match
}

function statuses(header) {
  const [, body] = expectMatch(header, /enum class status[^{]*\{([^}]*)\}/, 'the enumeration of statuses')
  const items = body
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)
  return items.map((item) => expectMatch(item, /^(\w+) = (-?\d+)$/, `the status '${item}'`).slice(1))
}

/** The fields of a struct: type and name of each. */
function fieldsOf(header, name) {
  const [, body] = expectMatch(header, new RegExp(`struct ${name} \\{([^}]*)\\}`), `struct ${name}`)
  const fields = body
    .split(';')
    .map((field) => field.trim())
    .filter(Boolean)
  return fields.map((field) =>
    expectMatch(field, /^(.*\W)(\w+)$/, `the field '${field}'`)
      .slice(1)
      .map((x) => x.trim()),
  )
}

/** Names of all words of the results, in order. All fields have one size: the header asserts that. */
function results(header) {
  const words = fieldsOf(header, 'results').flatMap(([type, part]) =>
    fieldsOf(header, type).map(([, field]) => camel(part, field)),
  )
  const [, count] = expectMatch(header, /result_words = (\d+);/, 'result_words')
  if (words.length !== Number(count))
    throw new Failure(`interface.hpp: ${words.length} result words, not ${count}`)
  return words
}

/** Enumerations in TypeScript: forms of values, offsets in rows, flags. */
function enumerations(header, isWanted) {
  const found = [...header.matchAll(/enum (\w+) : std::size_t \{([^}]*)\}/g)]
  return found
    .filter(([, name]) => isWanted(name))
    .map(([, name, body]) => {
      const items = body.split(',').map((item) => item.trim())
      const lines = items.filter(Boolean).map((item) => {
        const [, word, value] = expectMatch(item, /^(\w+) = (0x[\da-f]+|\d+)$/, `'${item}' of ${name}`)
        return `  ${camel(word)} = ${value},\n`
      })
      return `/** See the header. */\nexport const enum ${camel('', name)} {\n${lines.join('')}}\n`
    })
    .join('\n')
}

const origin = '// Generated from cpp/boundary/interface.hpp by wasm-build/interface.mjs'

/** The text of js/generated/layouts.ts: of rows that only `hamt-wasm/sortition` writes. */
export function layoutsSource() {
  const layouts = enumerations(read('boundary/interface.hpp'), (name) => name !== 'value_form')
  return `${origin}: rows on their way into wasm.\n\n${layouts}`
}

/** The functions that take a context: name and names of the other parameters. */
function functions(header) {
  const found = [...header.matchAll(/\[\[gnu::noinline\]\] status (\w+)\(context& c(?:, ([^)]*))?\);/g)]
  const all = found.map(([, name, parameters = '']) => {
    const list = parameters
      .split(',')
      .map((p) => p.trim().replace(/\s+/g, ' '))
      .filter(Boolean)
    return [
      name,
      list.map((p) => camel(expectMatch(p, /^(?:handle|std::size_t|std::uint32_t) (\w+)$/, `'${p}'`)[1])),
    ]
  })
  return new Map(all)
}

const methods = (names, signatures) =>
  names.map(([name, of]) => {
    const parameters = signatures.get(of)
    if (!parameters) throw new Failure(`cpp/binding exports '${of}', which interface.hpp does not declare`)
    return `  ${name}(${parameters.map((p) => `${p}: number`).join(', ')}): Status`
  })

/** The text of js/generated/interface.ts. */
export function interfaceSource() {
  const header = read('boundary/interface.hpp')
  const signatures = functions(header)
  const raw = [...read('binding/exports.cpp').matchAll(/^HAMT_EXPORT\((\w+),/gm)].map(([, name]) => [
    `hamt_${name}`,
    name,
  ])
  const cold = [...read('binding/embind.cpp').matchAll(/add<&(\w+)>\("(\w+)"/g)].map(([, of, name]) => [
    name,
    of,
  ])
  const exported = [...raw, ...cold].map(([, of]) => of)
  for (const name of signatures.keys())
    if (exported.filter((of) => of === name).length !== 1)
      throw new Failure(`cpp/binding must export '${name}' of interface.hpp once`)
  return `${origin}: what both sides of the boundary agree on.

/** What a call says; see the header. */
export const enum Status {
${statuses(header)
  .map(([name, value]) => `  ${camel(name)} = ${value},`)
  .join('\n')}
}

/** The words in which calls leave their results. */
export const enum Result {
${results(header)
  .map((name, i) => `  ${name} = ${i},`)
  .join('\n')}
}

${enumerations(header, (name) => name === 'value_form')}
/** Raw exports. */
export interface RawExports {
  /** The address of the results. Called once, before all others. */
  hamt_begin(): number
${methods(raw, signatures).join('\n')}
}

/** What embind exports. */
export interface EmbindExports {
${methods(cold, signatures).join('\n')}
}

export type Exports = RawExports & EmbindExports
`
}
