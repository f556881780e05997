// Runs every example of the documents: each ```ts block is a program of its own, type-checked, and `expression // → value`
// is an assertion; each ```sh block is a row of commands, run one after another on the recorded run of the contracts.
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

interface Example {
  document: string
  line: number
  code: string
}

/** The blocks of a language; '' for those that say none, which are pictures. */
function blocksOf(document: string): (Example & { language: string })[] {
  const text = readFileSync(join(root, document), 'utf8')
  return [...text.matchAll(/^```(.*)\n([^]*?)^```$/gm)].map((match) => ({
    document,
    line: text.slice(0, match.index).split('\n').length + 1,
    language: match[1]!,
    code: match[2]!,
  }))
}

const blocks = documents.flatMap(blocksOf)
const examples = blocks.filter(({ language }) => language === 'ts')
const commands = blocks.filter(({ language }) => language === 'sh')
const named = (some: Example[]) =>
  some.map((example) => [`${example.document}:${example.line}`, example] as const)

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

/** Puts the servers of this run in the place of those that examples name, and starts them when they are needed. */
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
  return text
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

afterAll(async () => {
  await redis?.stop()
  server?.close()
})

beforeAll(() => {
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(dir, { recursive: true })
})

test('there are examples, with assertions in them', () => {
  expect(examples.length).toBeGreaterThanOrEqual(5)
  for (const { code } of examples) expect(program(code)).toContain(';deepStrictEqual(')
})

test('no example is in a language that is not run', () => {
  // C++ in the README is compiled and run by tests/cpp_package.
  const run = ['', 'sh', 'ts']
  for (const { document, language } of blocks)
    expect(document === 'README.md' ? [...run, 'cpp'] : run).toContain(language)
})

test.each(named(commands))(
  '%s: every command succeeds',
  async (_, { code }) => {
    const chain = JSON.parse(readFileSync(join(root, 'tests/vectors/chain-run.json'), 'utf8'))
    const request = chain.requests[0]
    const member: string = request.finalized.committee[0]
    const place = join(dir, 'commands')
    mkdirSync(place)
    copyFileSync(join(root, 'tests/vectors/chain-run.json'), join(place, 'logs.json'))
    const lines = code.trimEnd().split('\n')
    expect(lines.length).toBeGreaterThan(0)
    for (const line of lines) {
      const words = line
        .replace(/ +#.*$/, '')
        .replace('0x…', member.toLowerCase())
        .split(' ')
      expect(words.splice(0, 2)).toEqual(['npx', 'hamt-wasm'])
      const id = words.indexOf('ID')
      if (id >= 0) words[id] = request.e3Id
      const program = join(root, 'dist/cli/main.js')
      const { stdout } = await run(process.execPath, [program, ...words], {
        cwd: place,
        env: { PATH: process.env.PATH },
      })
      expect(stdout).not.toBe('')
    }
  },
  60_000,
)

test.each(named(examples))(
  '%s runs',
  async (name, { code }) => {
    const file = join(dir, `${name.replace(/\W+/g, '-')}.mjs`)
    const { outputText } = ts.transpileModule(program(await localized(code)), {
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
    types: ['node'],
  }
  writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files }))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  await run(process.execPath, [tsc, '-p', dir], { env: { PATH: process.env.PATH } }).catch(
    (error: { stdout: string }) => {
      throw new Error(error.stdout)
    },
  )
}, 60_000)
