// js/generated/interface.ts, which is made from cpp/boundary/interface.hpp, against the module itself: the
// names and the numbers of parameters that it exports, and, where Emscripten describes the module (4.0 and
// newer), their types.
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import ts from 'typescript'
import { provenance } from 'hamt-wasm'

const root = fileURLToPath(new URL('../..', import.meta.url))
const source = readFileSync(join(root, 'js/generated/interface.ts'), 'utf8')

/** The methods of an interface of js/generated/interface.ts, with their numbers of parameters. */
function declared(name: string): Record<string, number> {
  const file = ts.createSourceFile('interface.ts', source, ts.ScriptTarget.ES2022)
  const found = file.statements.find((s) => ts.isInterfaceDeclaration(s) && s.name.text === name)
  const methods = (found as ts.InterfaceDeclaration).members.filter(ts.isMethodSignature)
  return Object.fromEntries(methods.map((m) => [(m.name as ts.Identifier).text, m.parameters.length]))
}

/**
 * The module in a process of its own: the raw exports of `raw`, by name, with their numbers of parameters.
 */
async function exported(): Promise<Record<string, number>> {
  const program = `
    import { Hamt } from 'hamt-wasm'
    import { raw } from './dist/core.js'
    Hamt.empty().digest() // starts the module
    const functions = Object.entries(Object.getPrototypeOf(raw)).filter(([, value]) => typeof value === 'function')
    console.log(JSON.stringify(Object.fromEntries(functions.map(([name, f]) => [name, f.length]))))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: root,
    env: { PATH: process.env.PATH },
  })
  return JSON.parse(stdout)
}

test('every raw export has the parameters that are declared, and no other export is used', async () => {
  const there = await exported()
  const raw = Object.entries(there).filter(([name]) => /^hamt_/.test(name))
  expect(Object.fromEntries(raw)).toEqual(declared('RawExports'))
})

test('embind exports every function that is declared', async () => {
  const there = await exported()
  for (const name of Object.keys(declared('EmbindExports'))) expect(Object.keys(there)).toContain(name)
})

const description = readFileSync(join(root, 'js/generated/described.d.ts'), 'utf8')

test("Emscripten's own description, from 4.0 on, says the same", async () => {
  const isDescribed = description.includes('EmbindModule')
  expect(isDescribed).toBe(Number.parseInt(provenance.emscripten) >= 4)
  if (!isDescribed) return
  const dir = join(root, 'build', 'exports')
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, 'interface.ts'), source)
  writeFileSync(join(dir, 'described.d.ts'), `${description}\nexport { WasmModule, EmbindModule }\n`)
  writeFileSync(
    join(dir, 'check.ts'),
    `import type { EmbindExports, RawExports } from './interface.js'
       import type { EmbindModule, WasmModule } from './described.js'
       type Same<A, B> = [A, B] extends [B, A] ? true : false
       type Parameters<T> = { [K in keyof T]: T[K] extends (...p: infer P) => infer R ? [P['length' & keyof P], R extends number ? number : R] : never }
       type ForTests = 'take_memory' | 'give_memory'
       type InModule<T> = { [K in keyof T as K extends \`_\${infer Name}\` ? Name : K]: T[K] }
       type Described = InModule<WasmModule>
       export const raw: Same<Parameters<RawExports>, Omit<Parameters<Described>, ForTests>> = true
       export const embind: Same<Parameters<EmbindExports>, Parameters<EmbindModule>> = true
       export const assignable: [RawExports, EmbindExports] = null! as [Described, EmbindModule]`,
  )
  const compilerOptions = { module: 'NodeNext', target: 'ES2022', strict: true, noEmit: true, types: [] }
  writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['check.ts'] }))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  await promisify(execFile)(process.execPath, [tsc, '-p', dir]).catch((error: { stdout: string }) => {
    throw new Error(error.stdout)
  })
}, 60_000)

test('a part of the module that is not started says so, and starts once', async () => {
  const program = `
    import 'hamt-wasm'
    import { raw } from './dist/core.js'
    const seen = []
    const before = () => { try { raw.hamt_select(0, 1, 0) } catch (e) { seen.push(e.message) } }
    before()
    const { Hamt } = await import('hamt-wasm')
    const { selectCommittee } = await import('hamt-wasm/sortition')
    const nodes = Hamt.from({ ['0x' + '11'.repeat(20)]: { registered: true, active: true, ticketBalance: 3n, owner: '0x' + '22'.repeat(20) } })
    const draw = { e3Id: 1n, seed: 2n, size: 1, ticketPrice: 1n }
    before()
    for (let i = 0; i < 2; i++)
      seen.push(selectCommittee(nodes, draw).length)
    seen.push(typeof raw.hamt_select(0, 1, 0))
    console.log(JSON.stringify(seen))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: root,
    env: { PATH: process.env.PATH },
  })
  const message = expect.stringContaining('a part of the wasm module is missing')
  expect(JSON.parse(stdout)).toEqual([message, message, 1, 1, 'number'])
})
