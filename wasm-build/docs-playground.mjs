// What the playground of the site loads: its own script, the package as one classic script, and the examples
// to begin with.
import * as esbuild from 'esbuild'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { root } from './step.mjs'

const modules = ['hamt-wasm', 'hamt-wasm/verify', 'hamt-wasm/blocks', 'hamt-wasm/sortition']

/** Pages whose examples are offered, as far as they use nothing but the package. */
const pages = ['guide', 'history', 'proofs', 'sortition'].map((name) => join('js', 'docs', `${name}.md`))

const browser = {
  bundle: true,
  minify: true,
  format: 'iife',
  platform: 'browser',
  target: ['es2022'],
  logLevel: 'warning',
}

/** The script of every page, which starts the playground where there is one. */
export async function buildPlaygroundScript(outfile) {
  await esbuild.build({ ...browser, entryPoints: [join(root, 'js', 'docs', 'playground.ts')], outfile })
}

/** Writes hamt-wasm.js and examples.js into the folder of the site's assets. */
export async function buildPlayground(assets) {
  const imports = modules.map((name, i) => `import * as m${i} from '${name}'`)
  const members = modules.map((name, i) => `'${name}': m${i}`)
  await esbuild.build({
    ...browser,
    stdin: {
      contents: `${imports.join('\n')}\nglobalThis.hamtWasm = { ${members.join(', ')} }`,
      resolveDir: root,
    },
    external: ['node:*'],
    tsconfigRaw: {}, // whose paths lead to the sources, in place of the package
    outfile: join(assets, 'hamt-wasm.js'),
  })
  writeFileSync(
    join(assets, 'examples.js'),
    `globalThis.hamtExamples = ${JSON.stringify(numbered(pages.flatMap(examplesOf)))}\n`,
  )
}

/** The programs of a page under the headings at which they stand, without types. */
function examplesOf(page) {
  const text = readFileSync(join(root, page), 'utf8')
  return [...text.matchAll(/^```ts\n([^]*?)^```$/gm)]
    .map(({ 1: code, index }) => ({
      title: [...text.slice(0, index).matchAll(/^#+ (.*)$/gm)].at(-1)[1],
      code,
    }))
    .filter(({ code }) => [...code.matchAll(/from '(.*)'/g)].every(([, name]) => modules.includes(name)))
    .map(({ title, code }) => ({ title, code: withoutTypes(code) }))
}

/** Examples with a number where one title is there twice. */
function numbered(examples) {
  const seen = new Map()
  return examples.map(({ title, code }) => {
    const count = (seen.get(title) ?? 0) + 1
    seen.set(title, count)
    return { title: count === 1 ? title : `${title} (${count})`, code }
  })
}

/** TypeScript's printer drops empty lines, so they pass it as comments. */
function withoutTypes(code) {
  const { outputText } = ts.transpileModule(code.replace(/^$/gm, '//-'), {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  })
  return outputText.replace(/^ *\/\/-$/gm, '').trim()
}
