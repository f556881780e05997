// Runs every example of the documents: each ```ts or ```tsx block is a program of its own, type-checked, and
// `expression // → value` is an assertion; each ```sh block is a row of commands, run one after another. Both
// find a recorded run of the contracts as logs.json.
import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Hamt } from 'hamt-wasm'
import { serializeNodes } from 'hamt-wasm/blocks'
import ts from 'typescript'
import { documents, root } from './support/documents.js'
import { RedisServer } from './support/redis.js'

const dir = join(root, 'build', 'docs')
const run = promisify(execFile)
const env = { PATH: process.env.PATH }

interface Example {
  document: string
  line: number
  language: string
  code: string
}

/** The blocks of a document; those without a language are pictures. */
function blocksOf(document: string): Example[] {
  const text = readFileSync(join(root, document), 'utf8')
  return [...text.matchAll(/^```(.*)\n([^]*?)^```$/gm)].map((match) => ({
    document,
    line: text.slice(0, match.index).split('\n').length + 1,
    language: match[1]!,
    code: match[2]!,
  }))
}

const blocks = documents.flatMap(blocksOf)
const isProgram = ({ language }: Example) => language === 'ts' || language === 'tsx'
const examples = blocks.filter(isProgram)
const commands = blocks.filter(({ language }) => language === 'sh')
const nameOf = ({ document, line }: Example) => `${document}:${line}`
const fileOf = (example: Example) => nameOf(example).replace(/\W+/g, '-')

/** The example with its `// →` comments turned into assertions. */
function program(code: string): string {
  const asserted = code.replace(
    /^;?(.*?);? *\/\/ → (.+)$/gm,
    (_, expression: string, value: string) => `;deepStrictEqual(${expression}, ${value})`,
  )
  return `import { deepStrictEqual } from 'node:assert/strict'\n${asserted}\n`
}

let redis: RedisServer | undefined
let server: Server | undefined

/**
 * Replaces what examples name by what is here: a Redis, a web server, and the loader of wasm that bundlers
 * have.
 */
async function localized(code: string): Promise<string> {
  let text = code
  if (text.includes('redis://localhost:6379')) {
    redis ??= await new RedisServer().start()
    text = text.replaceAll('redis://localhost:6379', `redis://127.0.0.1:${redis.port}`)
  }
  if (text.includes("openNodes<number>('https://example.org/")) {
    server ??= await serveNodes()
    const { port } = server.address() as AddressInfo
    text = text.replaceAll('https://example.org', `http://127.0.0.1:${port}`)
  }
  return text.replace(
    /import wasm from 'hamt-wasm\/hamt\.wasm(\?module)?'/,
    `import { readFileSync } from 'node:fs'
     const wasm = new WebAssembly.Module(readFileSync(${JSON.stringify(join(root, 'dist/hamt.wasm'))}))`,
  )
}

/** A plain static server with a node table of 3,000 entries. */
async function serveNodes(): Promise<Server> {
  const key = (i: number): string => `0x${i.toString(16).padStart(40, '0')}`
  const bytes = serializeNodes([Hamt.from(Array.from({ length: 3000 }, (_, i) => [key(i), i] as const))])
  const made = createServer((request, response) => {
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')!
    const end = Math.min(Number(to) + 1, bytes.length)
    response.writeHead(206, { 'content-range': `bytes ${from}-${end - 1}/${bytes.length}` })
    response.end(bytes.subarray(Number(from), end))
  })
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve))
  return made
}

/** A folder for an example or a document, with the recorded run in it. */
function folder(name: string): string {
  const path = join(dir, name)
  mkdirSync(path)
  copyFileSync(join(root, 'tests/vectors/chain-run.json'), join(path, 'logs.json'))
  return path
}

/** Imports the modules that it is told, one after another, and prints how each ended: null, or its error. */
const runner = `
const failures = []
for (const file of process.argv.slice(2)) {
  try {
    await import(file)
    failures.push(null)
  } catch (error) {
    failures.push(error.stack)
  }
}
console.log('\\n' + JSON.stringify(failures))
process.exit(0)
`

afterAll(async () => {
  await redis?.stop()
  server?.close()
})

beforeAll(() => {
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, 'run.mjs'), runner)
})

test('there are examples, and those of pages have assertions in them', () => {
  expect(examples.length).toBeGreaterThanOrEqual(5)
  for (const { code } of examples) expect(program(code)).toContain(';deepStrictEqual(')
})

test('no example is in a language that is not run', () => {
  // C++ in its README is compiled and run by tests/cpp_package.
  const run = ['', 'sh', 'ts', 'tsx']
  for (const { document, language } of blocks)
    expect(document === 'cpp/README.md' ? [...run, 'cpp'] : run).toContain(language)
})

test.each(commands.map((block) => [nameOf(block), block] as const))(
  '%s: every command succeeds',
  async (_, block) => {
    const chain = JSON.parse(readFileSync(join(root, 'tests/vectors/chain-run.json'), 'utf8'))
    const request = chain.requests[0]
    const member: string = request.finalized.committee[0]
    const cwd = folder(fileOf(block))
    const lines = block.code.trimEnd().split('\n')
    expect(lines.length).toBeGreaterThan(0)
    for (const line of lines) {
      const words = line
        .replace(/ +#.*$/, '')
        .replace('0x…', member.toLowerCase())
        .split(' ')
      expect(words.splice(0, 2)).toEqual(['npx', 'hamt-wasm'])
      const id = words.indexOf('ID')
      if (id >= 0) words[id] = request.e3Id
      const { stdout } = await run(process.execPath, [join(root, 'dist/cli/main.js'), ...words], { cwd, env })
      expect(stdout).not.toBe('')
    }
  },
  60_000,
)

test.each([...new Set(examples.map(({ document }) => document))])(
  '%s: every example runs',
  async (document) => {
    const mine = examples.filter((example) => example.document === document)
    const files = await Promise.all(
      mine.map(async (example) => {
        const file = join(dir, `${fileOf(example)}.mjs`)
        const { outputText } = ts.transpileModule(program(await localized(example.code)), {
          compilerOptions: {
            module: ts.ModuleKind.ESNext,
            target: ts.ScriptTarget.ES2022,
            jsx: ts.JsxEmit.ReactJSX,
          },
          fileName: `example.${example.language}`,
        })
        writeFileSync(file, outputText)
        return file
      }),
    )
    const options = { cwd: folder(document.replace(/\W+/g, '-')), env }
    const { stdout } = await run(process.execPath, [join(dir, 'run.mjs'), ...files], options)
    const failures = JSON.parse(stdout.trim().split('\n').at(-1)!) as (string | null)[]
    expect(failures.length).toBe(mine.length)
    expect(failures.flatMap((error, i) => (error === null ? [] : [`${nameOf(mine[i]!)}\n${error}`]))).toEqual(
      [],
    )
  },
  60_000,
)

test('the examples have no type errors', async () => {
  const files = examples.map((example) => {
    const name = `${fileOf(example)}.${example.language === 'tsx' ? 'tsx' : 'mts'}`
    writeFileSync(join(dir, name), example.code)
    return name
  })
  const compilerOptions = {
    module: 'NodeNext',
    target: 'ES2022',
    jsx: 'react-jsx',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
  }
  // What the pages on Cloudflare and on Next tell their readers to add.
  const declared = ['*.wasm', '*.wasm?module'].map(
    (name) => `declare module '${name}' { const module: WebAssembly.Module; export default module }\n`,
  )
  writeFileSync(join(dir, 'wasm.d.ts'), declared.join(''))
  writeFileSync(
    join(dir, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: [...files, 'wasm.d.ts'] }),
  )
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  await run(process.execPath, [tsc, '-p', dir], { env }).catch((error: { stdout: string }) => {
    throw new Error(error.stdout)
  })
}, 60_000)
