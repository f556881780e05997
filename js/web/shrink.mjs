// The wasm module of the page: without what its bundles do not call, and in two parts, of which the second is
// loaded on demand.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withoutExports } from '../../wasm-build/exports.mjs'
import { emccEnvironment } from '../../wasm-build/setup.mjs'
import { takePart, toolsOf } from '../../wasm-build/split.mjs'

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
    return { first: readFileSync(core), later: readFileSync(output) }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
