// Finishes a minified file: its public classes get their own names back, local variables names that compress
// better, and each function a line of its own.
//
// V8 shows the name of a class that the source text has, in "Class constructor Hamt cannot be invoked without
// 'new'" and in stack traces, whatever the property `name` says. esbuild gives no local variable the name of
// a variable of a function around it; here each function calls its parameters e, t, n and so on, unless it
// uses an outer variable of that name, so that gzip finds more to repeat. Node prints the line that threw an
// uncaught error: one that ends where a function ends is short, and costs less than one of a fixed length.
import { decode, encode } from '@jridgewell/sourcemap-codec'
import { analyze } from 'eslint-scope'
import { parse } from 'espree'
import { readFileSync, writeFileSync } from 'node:fs'

/** Classes that users meet: names that consoles and errors show. Others stay short. */
const classNames = new Set(
  (
    'Hamt Draft EntryIterator DiffIterator OpenedSnapshot OpenedVersion NodeFile NodeVersion RemoteMap RemoteDraft LazyMap ' +
    'NodeRegistry LogReader BlockError DisposedError EventError InterruptedError LogError ProofError SnapshotError'
  ).split(' '),
)

/** Letters in the order in which esbuild uses them most; more names than any function needs. */
const letters = [...'etnriosaclupdfhmgvybwkxjqz']
const localNames = [...letters, ...letters.flatMap((first) => letters.map((second) => first + second))]
const keywords = ['do', 'if', 'in']

/** Finishes a file, as its source map says, and corrects the map. */
export function finish(file, sourceType) {
  const code = readFileSync(file, 'utf8')
  const map = JSON.parse(readFileSync(`${file}.map`, 'utf8'))
  const ast = parse(code, { ecmaVersion: 2022, sourceType, range: true })
  const manager = analyze(ast, { ecmaVersion: 2022, sourceType })
  const top = manager.scopes.find(({ type }) => type === (sourceType === 'module' ? 'module' : 'global'))
  const segments = segmentsOf(code, decode(map.mappings))
  const nameAt = new Map(segments.map(({ at, origin }) => [at, map.names[origin[3]]]))

  const edits = [
    ...functionsIn(ast).map((at) => ({ start: at, end: at, text: '\n' })),
    ...classesOf(manager, top, nameAt),
    ...localsOf(manager, top, shorthandsIn(ast)),
  ]
  edits.sort((a, b) => a.start - b.start)
  let edited = ''
  let end = 0
  for (const edit of edits) {
    edited += code.slice(end, edit.start) + edit.text
    ;({ end } = edit)
  }
  edited += code.slice(end)
  writeFileSync(file, edited)
  const mappings = encode(linesOf(edited, moved(segments, edits)))
  writeFileSync(`${file}.map`, JSON.stringify({ ...map, mappings }))
}

/** The ranges of all identifiers that mean one of some variables. */
function rangesOf(variables) {
  const identifiers = variables.flatMap((v) => [...v.identifiers, ...v.references.map((r) => r.identifier)])
  return [...new Map(identifiers.map(({ range }) => [range[0], range])).values()]
}

/** The own names of public classes at the top. */
function classesOf(manager, top, nameAt) {
  return top.variables.flatMap((outer) => {
    const [definition] = outer.defs
    const node = definition.type === 'ClassName' ? definition.node : definition.node.init
    if (node?.type !== 'ClassDeclaration' && node?.type !== 'ClassExpression') return []
    // esbuild puts an underscore before the name of a class that names itself.
    const name = nameAt.get(outer.identifiers[0].range[0])?.replace(/^_/, '')
    if (!classNames.has(name)) return []
    const variables = new Set([outer, ...manager.getDeclaredVariables(node)])
    return rangesOf([...variables]).map(([start, end]) => ({ start, end, text: name }))
  })
}

/** Calls `f` with each node below one. */
function visit(node, f) {
  if (Array.isArray(node)) for (const child of node) visit(child, f)
  else if (typeof node?.type === 'string') {
    f(node)
    for (const child of Object.values(node)) if (typeof child === 'object') visit(child, f)
  }
}

/** Where functions and classes at the top begin, and methods. */
function functionsIn(ast) {
  const starts = ast.body.filter(({ type }) => /^(Function|Class)/.test(type)).map(({ range }) => range[0])
  visit(ast, (node) => {
    if (node.type === 'MethodDefinition') starts.push(node.range[0])
  })
  return starts
}

/** Where `{ name }` stands for `{ name: name }`. */
function shorthandsIn(ast) {
  const starts = new Set()
  visit(ast, (node) => {
    if (node.type === 'Property' && node.shorthand) starts.add(node.key.range[0])
  })
  return starts
}

/** New names of the variables of functions and blocks. Names of classes, which two scopes have, stay. */
function localsOf(manager, top, shorthands) {
  const scopes = manager.scopes.filter((scope) => scope !== top && scope.type !== 'global')
  const stays = (variable) => variable.defs.length === 0 || variable.defs.some((d) => d.type === 'ClassName')
  const reserved = [...keywords, ...scopes.flatMap((s) => s.variables.filter(stays).map((v) => v.name))]
  const names = new Map()
  const nameOf = (variable) => names.get(variable) ?? variable.name
  const edits = []
  // A scope comes after those around it: whatever it uses of them has its new name.
  for (const { variables, through, upper } of scopes) {
    const taken = new Set(reserved)
    for (const { resolved, identifier } of through) taken.add(resolved ? nameOf(resolved) : identifier.name)
    if (upper.type === 'catch') for (const variable of upper.variables) taken.add(nameOf(variable))
    for (const variable of variables.filter((v) => !stays(v))) {
      const name = localNames.find((candidate) => !taken.has(candidate))
      taken.add(name)
      names.set(variable, name)
      for (const [start, end] of rangesOf([variable]))
        edits.push({ start, end, text: shorthands.has(start) ? `${variable.name}:${name}` : name })
    }
  }
  return edits
}

const startsOfLines = (code) => [0, ...Array.from(code.matchAll(/\n/g), ({ index }) => index + 1)]

/** The segments of a source map in order: where each begins in the code, and where that is from. */
function segmentsOf(code, lines) {
  const starts = startsOfLines(code)
  return lines.flatMap((segments, line) =>
    segments.map(([column, ...origin]) => ({ at: starts[line] + column, origin })),
  )
}

/** Segments where they are after edits. What is inserted where a segment begins comes before it. */
function moved(segments, edits) {
  const isBefore = ({ start, end }, at) => start < at || (start === at && end === at)
  let next = 0
  let shift = 0
  return segments.map(({ at, origin }) => {
    for (; next < edits.length && isBefore(edits[next], at); ++next)
      shift += edits[next].text.length - (edits[next].end - edits[next].start)
    return { at: at + shift, origin }
  })
}

/** The lines of a source map. */
function linesOf(code, segments) {
  const starts = startsOfLines(code)
  const lines = starts.map(() => [])
  let line = 0
  for (const { at, origin } of segments) {
    while (starts[line + 1] <= at) ++line
    lines[line].push([at - starts[line], ...origin])
  }
  return lines
}
