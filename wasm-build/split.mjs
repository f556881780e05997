// Parts of the wasm module that only some entry points need, taken out of it (Binaryen's wasm-split): node
// tables, snapshots and draws.
//
// A part holds the functions that nothing else reaches. It runs in the memory and the table of the module
// that it is taken from, whose exports stay the same: where a part is missing, they call an import
// `placeholder`, until js/wasm/instance.ts starts the part.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withoutExports } from './exports.mjs'
import { root } from './step.mjs'

/** The parts: which raw exports need them. The prefix keeps what each imports from the module apart. */
export const parts = [
  { name: 'blocks', prefix: '%', needs: /^hamt_(nodes|blocks)_/ },
  { name: 'snapshots', prefix: '&', needs: /^hamt_snapshot_/ },
  { name: 'draws', prefix: '$', needs: /^hamt_(select|put_states)$/ },
]

/** The exports that js/wasm and tests use; Emscripten adds some for its own JavaScript, and embind two. */
const isUsed = /^(hamt_\w+|memory|__wasm_call_ctors|__indirect_function_table|(take|give)_memory)$/

/** What Emscripten makes use of, and nothing newer: the tools write what they are allowed to. */
const features = [
  'exception-handling',
  'bulk-memory',
  'sign-ext',
  'mutable-globals',
  'nontrapping-float-to-int',
]
const allowed = ['--mvp-features', ...features.map((name) => `--enable-${name}`)]

/** Runs tools of the Binaryen that Emscripten works with. */
export function toolsOf(env) {
  const options = { encoding: 'utf8', maxBuffer: 2 ** 28, env: { ...process.env, ...env } }
  const dir = join(execFileSync('em-config', ['BINARYEN_ROOT'], options).trim(), 'bin')
  return (tool, args) => {
    const path = join(dir, tool)
    return execFileSync(existsSync(path) ? path : tool, [...allowed, ...args], options)
  }
}

/** The calls of each function, and what the module begins with: functions in its table, exports by name. */
function callGraph(text) {
  const calls = new Map()
  const exported = new Map()
  const inTable = []
  let current
  const names = (line, pattern) => [...line.matchAll(pattern)].map((match) => match[1])
  for (const line of text.split('\n')) {
    const head = /^ \((func|export|elem|start) (?:"([^"]*)" \(func )?\$?([^\s)]+)/.exec(line)
    if (head?.[1] === 'func') calls.set((current = head[3]), new Set())
    else if (head?.[1] === 'export' && head[2] !== undefined) exported.set(head[2], head[3])
    else if (head?.[1] === 'elem') inTable.push(...names(line, /\$([^\s)]+)/g))
    else if (head?.[1] === 'start') inTable.push(head[3])
    for (const callee of names(line, /\((?:return_)?(?:call|ref\.func) \$([^\s)]+)/g))
      calls.get(current)?.add(callee)
  }
  return { calls, exported, inTable }
}

function reachable(calls, roots) {
  const seen = new Set()
  const open = [...roots]
  while (open.length > 0) {
    const name = open.pop()
    if (seen.has(name) || !calls.has(name)) continue
    seen.add(name)
    open.push(...calls.get(name))
  }
  return seen
}

/** Whether a file is missing, or older than one that it is made from. */
function isOlder(files, sources) {
  const newest = Math.max(...sources.map((source) => statSync(source).mtimeMs))
  return files.some((file) => !existsSync(file) || statSync(file).mtimeMs < newest)
}

/**
 * Takes a part out of the module in the file `input`; writes what is left to `core`, which may be the same
 * file, and the part to `output`.
 */
export function takePart(binaryen, { name, prefix, needs }, { input, core, output }) {
  const { calls, exported, inTable } = callGraph(binaryen('wasm-dis', [input]))
  const isOfPart = (name) => needs.test(name)
  if (![...exported.keys()].some(isOfPart)) throw new Error(`no export of the part ${name} was found`)
  const others = [...exported].filter(([name]) => !isOfPart(name)).map(([, function_]) => function_)
  const kept = reachable(calls, [...inTable, ...others])
  const taken = [...calls.keys()].filter((function_) => !kept.has(function_))
  const options = [`--split-funcs=${taken.join(',')}`, `--export-prefix=${prefix}`]
  binaryen('wasm-split', [input, ...options, '-o1', core, '-o2', output])
}

/**
 * Splits `dir`/hamt.wasm into `dir`/hamt.core.wasm and `dir`/hamt.NAME.wasm for each part, unless that is
 * done.
 */
export function splitWasm(dir, env) {
  const fileOf = (name) => join(dir, `hamt.${name}.wasm`)
  const outputs = ['core', ...parts.map(({ name }) => name)].map(fileOf)
  const sources = ['split.mjs', 'exports.mjs'].map((name) => join(root, 'wasm-build', name))
  if (!isOlder(outputs, [join(dir, 'hamt.wasm'), ...sources])) return
  const binaryen = toolsOf(env)
  const core = fileOf('core')
  writeFileSync(
    core,
    withoutExports(readFileSync(join(dir, 'hamt.wasm')), (name) => !isUsed.test(name)),
  )
  for (const part of parts) {
    takePart(binaryen, part, { input: core, core, output: fileOf(part.name) })
  }
  // Once more: the parts need less than the module did.
  for (const file of outputs) binaryen('wasm-opt', ['-O3', file, '-o', file])
}
