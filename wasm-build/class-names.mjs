// Gives the classes of a minified file their own names back. V8 shows the name that the source text has, in
// "Class constructor Hamt cannot be invoked without 'new'" and in stack traces, whatever the property `name`
// says.
import { decode, encode } from '@jridgewell/sourcemap-codec'
import { analyze } from 'eslint-scope'
import { parse } from 'espree'
import { readFileSync, writeFileSync } from 'node:fs'

/** Classes that users meet: names that consoles and errors show. Others stay short. */
const names = new Set(
  (
    'Hamt Draft EntryIterator DiffIterator OpenedSnapshot OpenedVersion NodeFile NodeVersion RemoteMap RemoteDraft LazyMap ' +
    'NodeRegistry LogReader BlockError DisposedError EventError InterruptedError LogError ProofError SnapshotError'
  ).split(' '),
)

/** Renames these classes at the top of a script, as its source map says, and moves the columns of the map. */
export function restoreClassNames(file, sourceType) {
  const code = readFileSync(file, 'utf8')
  const map = JSON.parse(readFileSync(`${file}.map`, 'utf8'))
  const lines = decode(map.mappings)
  const starts = [0]
  for (let at = code.indexOf('\n'); at >= 0; at = code.indexOf('\n', at + 1)) starts.push(at + 1)
  const edits = classesOf(code, sourceType).flatMap(({ at, ranges }) => {
    const line = starts.findLastIndex((start) => start <= at)
    const segment = lines[line].find(([column]) => column === at - starts[line])
    // esbuild puts an underscore before the name of a class that names itself.
    const name = map.names[segment?.[4]]?.replace(/^_/, '')
    return !names.has(name) ? [] : ranges.map(([start, end]) => ({ start, end, name }))
  })
  edits.sort((a, b) => a.start - b.start)
  let renamed = ''
  let end = 0
  for (const edit of edits) {
    renamed += code.slice(end, edit.start) + edit.name
    ;({ end } = edit)
  }
  writeFileSync(file, renamed + code.slice(end))
  lines.forEach((segments, line) => moveColumns(segments, edits, starts[line], starts[line + 1] ?? Infinity))
  writeFileSync(`${file}.map`, JSON.stringify({ ...map, mappings: encode(lines) }))
}

/** For each class at the top: where its name is declared, and the ranges of all identifiers that mean it. */
function classesOf(code, sourceType) {
  const ast = parse(code, { ecmaVersion: 2022, sourceType, range: true })
  const manager = analyze(ast, { ecmaVersion: 2022, sourceType })
  const top = manager.scopes.find(({ type }) => type === (sourceType === 'module' ? 'module' : 'global'))
  const classes = []
  for (const outer of top.variables) {
    const [definition] = outer.defs
    const node = definition.type === 'ClassName' ? definition.node : definition.node.init
    if (node?.type !== 'ClassDeclaration' && node?.type !== 'ClassExpression') continue
    const variables = new Set([outer, ...manager.getDeclaredVariables(node)])
    const identifiers = [...variables].flatMap((v) => [
      ...v.identifiers,
      ...v.references.map((r) => r.identifier),
    ])
    const ranges = new Map(identifiers.map(({ range }) => [range[0], range]))
    classes.push({ at: outer.identifiers[0].range[0], ranges: [...ranges.values()] })
  }
  return classes
}

function moveColumns(segments, edits, start, end) {
  const within = edits.filter((edit) => edit.start >= start && edit.start < end)
  for (const segment of segments) {
    const at = start + segment[0]
    for (const edit of within) if (edit.start < at) segment[0] += edit.name.length - (edit.end - edit.start)
  }
}
