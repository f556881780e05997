// The packed tarball, installed in a real project, under everything that people run it with.
import { execFile, spawn } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify, stripVTControlCharacters } from 'node:util'
import { gzipSync } from 'node:zlib'
import { launch, type RunningBrowser, root, serve } from '../browser/harness.js'

const here = fileURLToPath(new URL('.', import.meta.url))
const projects = join(here, 'projects')
const tools = join(here, 'tools', 'node_modules')
const seen = { hello: 42, world: '100', proved: 42, ticket: 3, shown: 'Hamt(1)' }

let consumer: string // a folder whose node_modules holds the tarball; one folder a project beside it
let tarball: string
const installed = (path = '') => join(consumer, 'node_modules', 'hamt-wasm', path)

import.meta.jest.setTimeout(120_000)

interface Options {
  cwd?: string
  env?: Record<string, string>
}

/** Runs a program; resolves to what it printed, rejects with all that it said. */
async function run(
  program: string,
  args: string[],
  { cwd = consumer, env = {} }: Options = {},
): Promise<string> {
  // The variables that Jest needed for itself would change how the programs behave.
  const { NODE_OPTIONS: _options, NODE_PATH: _path, ...environment } = process.env
  try {
    const { stdout } = await promisify(execFile)(program, args, {
      cwd,
      env: { ...environment, CI: 'true', NO_COLOR: '1', ...env },
      timeout: 100_000,
      maxBuffer: 1 << 26,
    })
    return stdout
  } catch (error) {
    const { message, stdout, stderr } = error as Error & { stdout?: string; stderr?: string }
    throw Object.assign(new Error(`${message}\n${stdout ?? ''}\n${stderr ?? ''}`), { stderr })
  }
}

const node = (args: string[], options?: Options) => run(process.execPath, args, options)
const tool = (name: string, args: string[], options?: Options) =>
  run(join(tools, '.bin', name), args, options)
const lastLine = (text: string) => JSON.parse(text.trim().split('\n').at(-1) ?? '') as unknown

/** A fresh copy of a project, with use.mjs and use.cjs beside its files. */
function project(name: string): string {
  const dir = mkdtempSync(join(consumer, `${name}-`))
  cpSync(join(projects, name), dir, { recursive: true })
  for (const file of ['use.mjs', 'use.cjs', 'maps.cjs']) copyFileSync(join(projects, file), join(dir, file))
  return dir
}

beforeAll(async () => {
  consumer = mkdtempSync(join(tmpdir(), 'hamt-consumer-'))
  const packed = JSON.parse(
    await run('npm', ['pack', '--json', '--pack-destination', consumer], { cwd: root }),
  )
  tarball = join(consumer, packed[0].filename)
  writeFileSync(join(consumer, 'package.json'), '{ "name": "consumer", "private": true }\n')
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball])
})

afterAll(() => {
  rmSync(consumer, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
})

describe('what is packed', () => {
  test('only what users need', () => {
    const files = readdirSync(installed(), { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map((file) => join(file.parentPath, file.name).slice(installed().length + 1))
    const strange = files.filter(
      (file) =>
        !/^(dist\/.*\.(js|js\.map|d\.ts|wasm|json)|(?!node_modules\/).*\.md|js\/examples\/.*\.ts|bench\/js\/map\.svg|LICENSE|package\.json)$/.test(
          file,
        ),
    )
    expect(strange).toEqual([])
    for (const file of ['README.md', 'LICENSE', 'THIRD-PARTY.md', 'dist/hamt.wasm'])
      expect(files).toContain(file)
    expect(JSON.parse(readFileSync(installed('package.json'), 'utf8')).dependencies).toBeUndefined()
  })

  test('every package that is bundled is in the notices', () => {
    const bundled = new Set<string>()
    for (const name of readdirSync(installed('dist'), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.js.map')) continue
      const { sources } = JSON.parse(readFileSync(installed(`dist/${name}`), 'utf8')) as { sources: string[] }
      for (const source of sources) {
        const [, npm] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source) ?? []
        if (npm !== undefined) bundled.add(npm)
        if (/generated\/glue\.js$/.test(source)) bundled.add('Emscripten')
      }
    }
    expect([...bundled].sort()).toEqual(['@noble/hashes', 'Emscripten'])
    const notices = readFileSync(installed('THIRD-PARTY.md'), 'utf8')
    for (const name of [...bundled, 'musl', 'libc++', 'libc++abi', 'compiler-rt', 'emmalloc'])
      expect(notices).toContain(name)
    expect(notices).toContain('The above copyright notice and this permission notice shall be included')
  })

  test('no code from text: no eval, no new Function', () => {
    const code = readdirSync(installed('dist'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.js'),
    )
    expect(code.length).toBeGreaterThan(8)
    for (const name of code) {
      expect([
        name,
        /\beval\s*\(|\bnew Function\b|[^.\w]Function\s*\(/.exec(
          readFileSync(installed(`dist/${name}`), 'utf8'),
        )?.[0],
      ]).toEqual([name, undefined])
    }
  })

  const zipped = (...names: string[]) =>
    gzipSync(Buffer.concat(names.map((name) => readFileSync(installed(`dist/${name}`)))), { level: 9 }).length
  const maps = ['index.js', 'generated/core-wasm.js', 'core.js', 'errors.js']
  const snapshots = ['snapshot/index.js', 'snapshot/embedded.js', 'generated/snapshots-wasm.js']

  test('sizes stay what wasm-build/SIZE.md says', () => {
    expect(zipped(...maps)).toBeLessThanOrEqual(76_000)
    expect(zipped(...maps, ...snapshots)).toBeLessThanOrEqual(101_000)
    expect(zipped('verify.js', 'errors.js')).toBeLessThanOrEqual(9_000)
  })

  test('sizes are what the documents say, to 1 KB', () => {
    const readme = readFileSync(installed('README.md'), 'utf8')
    const parts: Record<string, string[][]> = {
      'hamt-wasm': [maps, snapshots],
      'hamt-wasm/slim': [['slim.js', 'core.js', 'snapshot/index.js', 'errors.js'], ['hamt.wasm']],
      'hamt-wasm/verify': [['verify.js', 'errors.js']],
      'hamt-wasm/blocks': [['blocks/index.js', 'generated/blocks-wasm.js', 'core.js', 'errors.js']],
      'hamt-wasm/sortition': [['sortition/index.js', 'generated/draws-wasm.js', ...maps, ...snapshots]],
      'hamt-wasm/devtools': [['devtools.js']],
    }
    const rows = [...readme.matchAll(/^\| `([\w/-]+)` \|.*\| ([^|]*\d[^|]*) \|$/gm)]
    expect(rows.map(([, name]) => name)).toEqual(Object.keys(parts))
    for (const [, name, cell] of rows) {
      const said = [...cell!.matchAll(/[\d.]+/g)].map(Number)
      const measured = parts[name!]!.map((files) => zipped(...files) / 1000)
      expect([name, said.length]).toEqual([name, measured.length])
      said.forEach((kb, i) => expect(Math.abs(kb - measured[i]!)).toBeLessThanOrEqual(1))
    }
    const faq = readFileSync(installed('js/docs/faq.md'), 'utf8')
    const [, ...weights] =
      /Maps are (\d+) KB with gzip[^.]*, snapshots (\d+) KB more; `hamt-wasm\/verify` is (\d+) KB/.exec(
        faq.replace(/\s+/g, ' '),
      )!
    const weighed = [maps, snapshots, ['verify.js', 'errors.js']].map((files) => zipped(...files) / 1000)
    weights.forEach((kb, i) => expect(Math.abs(Number(kb) - weighed[i]!)).toBeLessThanOrEqual(1))
  })

  test('publint finds nothing', async () => {
    const out = await node([join(root, 'node_modules/publint/src/cli.js'), installed(), '--strict'])
    expect(out).toMatch(/All good/)
  })

  test('are-the-types-wrong finds nothing', async () => {
    const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js')
    // At run time Node 10 knows no "exports" (its types are found: see TypeScript below); hamt.wasm is no module.
    await node([attw, tarball, '--profile', 'node16', '--exclude-entrypoints', './hamt.wasm'])
  })
})

describe('Node', () => {
  test('import', async () => {
    expect(lastLine(await node(['main.mjs'], { cwd: project('node') }))).toEqual(seen)
  })

  test('require', async () => {
    expect(lastLine(await node(['main.cjs'], { cwd: project('node') }))).toEqual(seen)
  })

  test.each([['slim.mjs'], ['slim.mjs', 'bytes'], ['slim.cjs']])('slim: %s %s', async (...args) => {
    expect(lastLine(await node(args, { cwd: project('node') }))).toEqual({ hello: 42 })
  })

  test('worker_threads', async () => {
    expect(lastLine(await node(['main.mjs'], { cwd: project('worker') }))).toEqual(seen)
  })

  test('the command line', async () => {
    expect(await run(join(consumer, 'node_modules/.bin/hamt-wasm'), ['--help'])).toMatch(/inspect/)
  })

  test('stack traces can be read: source maps name the sources', async () => {
    const dir = project('node')
    writeFileSync(join(dir, 'fail.mjs'), "import { Hamt } from 'hamt-wasm'\nHamt.empty().set(1, 2)\n")
    await expect(node(['--enable-source-maps', 'fail.mjs'], { cwd: dir })).rejects.toThrow(
      /js\/[\w/-]+\.ts:\d+/,
    )
  })

  test.each([
    ['hamt-wasm', 'Hamt.empty().set(1, 2)'],
    ['hamt-wasm', 'Hamt.from({ a: new Date() })'],
    ['hamt-wasm', 'deserialize(new Uint8Array(100))'],
    ['hamt-wasm/slim', 'Hamt.from({ a: 1 }).digest()'],
    ['hamt-wasm/slim', 'await load(new Uint8Array(8))'],
    ['hamt-wasm/verify', 'verifyProof(new Uint8Array(32), "a", new Uint8Array(9))'],
    ['hamt-wasm/blocks', 'await openNodes(new Uint8Array(100))'],
    ['hamt-wasm/sortition', 'bestTicket({})'],
    ['hamt-wasm/sortition', 'await applyLogs(readLogs("[{}]"))'],
    ['hamt-wasm/devtools', 'formatter.header({ get size() { throw new Error("mine") } }), formatter.body(1)'],
  ])('an uncaught error of %s prints little: %s', async (entry, code) => {
    const dir = project('node')
    const fail = async (file: string, text: string): Promise<string> => {
      writeFileSync(join(dir, file), text)
      const error = await node([file], { cwd: dir }).then(
        () => ({ stderr: 'nothing was thrown' }),
        (error: unknown) => error as { stderr: string },
      )
      return error.stderr
    }
    const names = [...code.matchAll(/\b(\w+)\(|(\w+)\./g)].map(([, f, object]) => f ?? object)
    const used = [
      'Hamt',
      'deserialize',
      'load',
      'verifyProof',
      'openNodes',
      'bestTicket',
      'applyLogs',
      'readLogs',
    ]
    const wanted = [...used, 'formatter'].filter((name) => names.includes(name)).join(', ')
    const esm = await fail('fails.mjs', `import { ${wanted} } from '${entry}'\n${code}\n`)
    const cjs = await fail(
      'fails.cjs',
      `const { ${wanted} } = require('${entry}')\nvoid (async () => { ${code} })()\n`,
    )
    for (const said of [esm, cjs]) {
      expect(said).toMatch(/Error/)
      expect(said).not.toContain('nothing was thrown')
      expect(said.length).toBeLessThan(3000)
    }
  })
})

describe('TypeScript', () => {
  test.each(['nodenext', 'bundler', 'nodenext-without-dom', 'node10'])('%s', async (resolution) => {
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    await node([tsc, '-p', `tsconfig.${resolution}.json`], { cwd: project('types') })
  })
})

describe('bundlers', () => {
  let running: RunningBrowser

  beforeAll(async () => {
    running = await launch('chromium')
  })

  afterAll(() => running?.close())

  /** What a served page leaves in #result. */
  async function resultOf(url: string): Promise<unknown> {
    const page = await running.browser.newPage()
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    try {
      await page.goto(url)
      await page.waitForFunction(() => document.querySelector('#result')?.textContent !== '', {
        timeout: 20_000,
      })
      return await page.evaluate(() => JSON.parse(document.querySelector('#result')!.textContent!))
    } catch (error) {
      throw new Error(`${url}: ${String(error)}\n${complaints.join('\n')}`)
    } finally {
      await page.close()
    }
  }

  /** Opens both pages of the bundled project, as a bundler left them in `dir`, under the strict policy. */
  async function expectPages(dir: string): Promise<void> {
    const server = await serve({ '/': dir })
    try {
      expect(await resultOf(`${server.url}/index.html`)).toEqual(seen)
      expect(await resultOf(`${server.url}/slim.html`)).toEqual({ hello: 42 })
    } finally {
      await server.close()
    }
  }

  /** The two pages beside the scripts that a bundler wrote into `out`. */
  function withPages(dir: string, out: string): string {
    for (const page of ['index.html', 'slim.html']) copyFileSync(join(dir, page), join(dir, out, page))
    return join(dir, out)
  }

  test('none: a plain script of type module', async () => {
    const dir = project('bundled')
    writeFileSync(join(dir, 'plain.js'), readFileSync(join(root, 'tests/browser/pages/plain.js')))
    for (const name of ['exercise.js', 'plain.html'])
      copyFileSync(join(root, 'tests/browser/pages', name), join(dir, name))
    const server = await serve({ '/': dir, '/dist': installed('dist') })
    try {
      expect(await resultOf(`${server.url}/plain.html`)).toMatchObject({ hello: 42 })
    } finally {
      await server.close()
    }
  })

  test('esbuild', async () => {
    const dir = project('bundled')
    const esbuild = join(root, 'node_modules/esbuild/bin/esbuild')
    await run(
      esbuild,
      ['main.js', 'slim.js', '--bundle', '--format=esm', '--outdir=out', '--log-level=error'],
      { cwd: dir },
    )
    copyFileSync(installed('dist/hamt.wasm'), join(dir, 'out', 'hamt.wasm')) // esbuild copies no assets by itself
    await expectPages(withPages(dir, 'out'))
  })

  test('Rollup', async () => {
    const dir = project('bundled')
    const plugin = join(tools, '@rollup/plugin-node-resolve/dist/es/index.js')
    await tool(
      'rollup',
      ['main.js', 'slim.js', '-d', 'out', '-f', 'es', '-p', plugin, '--failAfterWarnings'],
      { cwd: dir },
    )
    copyFileSync(installed('dist/hamt.wasm'), join(dir, 'out', 'hamt.wasm'))
    await expectPages(withPages(dir, 'out'))
  })

  test('webpack', async () => {
    const dir = project('bundled')
    const script = `
      const webpack = require(${JSON.stringify(join(tools, 'webpack'))})
      webpack(require('./webpack.config.cjs'), (error, stats) => {
        if (error || stats.hasErrors() || stats.hasWarnings()) { console.error(error ?? stats.toString()); process.exitCode = 1 }
      })`
    await node(['-e', script], { cwd: dir })
    await expectPages(withPages(dir, 'out-webpack'))
  })

  test('Vite, build', async () => {
    const dir = project('bundled')
    const config = `export default { build: { outDir: 'out', rollupOptions: { input: ['index.html', 'slim.html'] } } }\n`
    writeFileSync(join(dir, 'vite.config.mjs'), config)
    await tool('vite', ['build', '--logLevel', 'warn'], { cwd: dir })
    await expectPages(join(dir, 'out'))
  })

  test('Vite, development server', async () => {
    const dir = project('bundled')
    const server = spawn(join(tools, '.bin/vite'), ['--port', '0', '--host', '127.0.0.1'], { cwd: dir })
    try {
      const url = await new Promise<string>((resolve, reject) => {
        let said = ''
        const listen = (data: Buffer) => {
          said += data.toString()
          const found = /http:\/\/127\.0\.0\.1:\d+/.exec(stripVTControlCharacters(said))
          if (found) resolve(found[0])
        }
        server.stdout.on('data', listen)
        server.stderr.on('data', listen)
        server.on('exit', () => reject(new Error(said)))
      })
      expect(await resultOf(`${url}/index.html`)).toEqual(seen)
      expect(await resultOf(`${url}/slim.html`)).toEqual({ hello: 42 })
    } finally {
      server.kill()
    }
  })

  test('what is imported and not used is left out', async () => {
    const dir = project('bundled')
    const esbuild = join(root, 'node_modules/esbuild/bin/esbuild')
    const size = async (entry: string) => {
      await run(esbuild, [entry, '--bundle', '--minify', '--format=esm', `--outfile=out/${entry}`], {
        cwd: dir,
      })
      return gzipSync(readFileSync(join(dir, 'out', entry)), { level: 9 }).length
    }
    expect(await size('verify-only.js')).toBeLessThan(8_500) // no wasm, no engine
    expect(await size('maps-only.js')).toBeLessThan(70_000) // no snapshots
    const unused = await size('unused.js')
    expect(unused).toBeLessThan(500 + gzipSync(readFileSync(installed('dist/generated/core-wasm.js'))).length) // the wasm of the main entry, at most
  })
})

describe('other runtimes and test runners', () => {
  test('Deno', async () => {
    const dir = project('node')
    const args = [
      'run',
      '--no-remote',
      '--no-config',
      '--node-modules-dir=manual',
      '--allow-read',
      '--allow-env',
      'main.mjs',
    ]
    expect(
      lastLine(
        await tool('deno', args, {
          cwd: dir,
          env: { DENO_NO_UPDATE_CHECK: '1', DENO_DIR: join(dir, 'deno') },
        }),
      ),
    ).toEqual(seen)
  })

  test('Bun', async () => {
    const dir = project('node')
    expect(lastLine(await tool('bun', ['--no-install', 'main.mjs'], { cwd: dir }))).toEqual(seen)
    expect(lastLine(await tool('bun', ['--no-install', 'main.cjs'], { cwd: dir }))).toEqual(seen)
  })

  test('Jest', async () => {
    const jest = join(root, 'node_modules/jest/bin/jest.js')
    await node([jest, '--rootDir', '.', '--ci'], { cwd: project('jest') })
  })

  test('Vitest', async () => {
    const dir = project('vitest')
    mkdirSync(join(dir, 'node_modules'))
    cpSync(join(tools, 'vitest'), join(dir, 'node_modules/vitest'), { recursive: true })
    await tool('vitest', ['run', '--root', dir], { cwd: dir })
  })
})
