// The wasm module of the page: without what its bundles do not call, and in two parts, of which the second is
// loaded on demand.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { orderFunctions } from '../../wasm-build/order.mjs'
import { emccEnvironment } from '../../wasm-build/setup.mjs'
import { takePart, toolsOf } from '../../wasm-build/split.mjs'

const exportSection = 7

/** What a verdict on logs does without. */
const later = { name: 'snapshots', prefix: '&', needs: /^hamt_(snapshot_|prove$)/ }

/**
 * The module in the file `wasm` without the raw exports (`hamt_…`) that none of `sources` names, and without
 * what only they need; in two parts.
 */
export function shrunk(wasm, sources) {
  const used = new Set(sources.flatMap((source) => source.match(/\bhamt_\w+/g) ?? []))
  const binaryen = toolsOf(emccEnvironment())
  const dir = mkdtempSync(join(tmpdir(), 'hamt-shrink-'))
  try {
    const [input, core, output] = ['input', 'core', 'part'].map((name) => join(dir, `${name}.wasm`))
    writeFileSync(
      input,
      withoutExports(readFileSync(wasm), (name) => name.startsWith('hamt_') && !used.has(name)),
    )
    binaryen('wasm-opt', ['-Oz', '--strip-producers', input, '-o', input])
    takePart(binaryen, later, { input, core, output })
    return { first: orderFunctions(readFileSync(core)), later: orderFunctions(readFileSync(output)) }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** A module without some exports: all sections but one are copied. */
function withoutExports(wasm, isUnused) {
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
      if (!isUnused(name)) kept.push(wasm.subarray(start, at))
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
