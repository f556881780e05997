// Runs every example of the documents: each ```ts block is a program of its own, type-checked, and `expression // → value`
// is an assertion.
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import ts from 'typescript'

const root = fileURLToPath(new URL('../..', import.meta.url))
const documents = ['README.md']
const dir = join(root, 'build', 'docs')
const run = promisify(execFile)

interface Example {
  document: string
  line: number
  code: string
}

function examplesOf(document: string): Example[] {
  const text = readFileSync(join(root, document), 'utf8')
  return [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map((match) => ({
    document,
    line: text.slice(0, match.index).split('\n').length + 1,
    code: match[1]!,
  }))
}

const examples = documents.flatMap(examplesOf)

/** The example with its `// →` comments turned into assertions. */
function program(code: string): string {
  const asserted = code.replace(
    /^;?(.*?);? *\/\/ → (.+)$/gm,
    (_, expression: string, value: string) => `;deepStrictEqual(${expression}, ${value})`,
  )
  return `import { deepStrictEqual } from 'node:assert/strict'\n${asserted}\n`
}

beforeAll(() => {
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(dir, { recursive: true })
})

test('there are examples, with assertions in them', () => {
  expect(examples.length).toBeGreaterThanOrEqual(5)
  for (const { code } of examples) expect(program(code)).toContain(';deepStrictEqual(')
})

test.each(examples.map((example) => [`${example.document}:${example.line}`, example] as const))(
  '%s runs',
  async (name, { code }) => {
    const file = join(dir, `${name.replace(/\W+/g, '-')}.mjs`)
    const { outputText } = ts.transpileModule(program(code), {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
    })
    writeFileSync(file, outputText)
    await run(process.execPath, [file], { cwd: root, env: { PATH: process.env.PATH } })
  },
  20_000,
)

test('the examples have no type errors', async () => {
  const files = examples.map(({ document, line, code }) => {
    const name = `${document}-${line}`.replace(/\W+/g, '-') + '.mts'
    writeFileSync(join(dir, name), code)
    return name
  })
  const options = {
    module: 'NodeNext',
    target: 'ES2022',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  }
  writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files }))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  await run(process.execPath, [tsc, '-p', dir], { env: { PATH: process.env.PATH } }).catch(
    (error: { stdout: string }) => {
      throw new Error(error.stdout)
    },
  )
}, 60_000)
