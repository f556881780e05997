// The wasm module without what a bundle does not call: exports are taken out, and what only they need with them.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

const exportSection = 7

/**
 * The bytes of `wasm` without the raw exports (`_hamt_…`) that none of `sources` names. The glue says which export has which
 * name. As it is where Binaryen's `wasm-opt`, a part of every Emscripten, is not found.
 */
export function shrink(wasm, glue, sources) {
  const wasmOpt = find('wasm-opt')
  if (!wasmOpt) return wasm
  const used = new Set(sources.flatMap((source) => source.match(/\b_hamt_\w+/g) ?? []))
  const names = [...glue.matchAll(/"(_hamt_\w+)"\]\s*=\s*\w+\["(\w+)"\]/g)]
  const unused = new Set(names.filter(([, name]) => !used.has(name)).map(([, , exported]) => exported))
  const dir = mkdtempSync(join(tmpdir(), 'hamt-shrink-'))
  try {
    const [from, to] = ['from.wasm', 'to.wasm'].map((name) => join(dir, name))
    writeFileSync(from, withoutExports(wasm, unused))
    execFileSync(wasmOpt, ['--all-features', '--remove-unused-module-elements', from, '-o', to])
    return readFileSync(to)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** A program on the PATH, or among Emscripten's own. */
function find(program) {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const emcc = folders.map((folder) => join(folder, 'emcc')).find(existsSync)
  const own = emcc ? [join(dirname(realpathSync(emcc)), '..', 'bin')] : []
  return [...folders, ...own].map((folder) => join(folder, program)).find(existsSync)
}

/** A module without some exports: all sections but one are copied. */
function withoutExports(wasm, names) {
  let at = 8
  const parts = [wasm.subarray(0, at)]
  const varint = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[at++]
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value
    }
  }
  while (at < wasm.length) {
    const start = at
    const id = wasm[at++]
    const end = varint() + at
    if (id === exportSection) parts.push(section(id, keptExports(varint())))
    else parts.push(wasm.subarray(start, end))
    at = end
  }
  return Buffer.concat(parts)

  function keptExports(count) {
    const kept = []
    for (let i = 0; i < count; ++i) {
      const start = at
      const length = varint()
      const name = wasm.toString('utf8', at, at + length)
      at += length + 1 // and its kind
      varint()
      if (!names.has(name)) kept.push(wasm.subarray(start, at))
    }
    return Buffer.concat([encoded(kept.length), ...kept])
  }
}

function section(id, body) {
  return Buffer.concat([Buffer.of(id), encoded(body.length), body])
}

/** LEB128. */
function encoded(value) {
  const bytes = []
  for (; value > 127; value = Math.floor(value / 128)) bytes.push(128 + (value % 128))
  return Buffer.of(...bytes, value)
}
