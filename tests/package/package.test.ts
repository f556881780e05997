// The packed tarball: what is in it, in Node and under TypeScript.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import ts from 'typescript'
import { root } from '../browser/harness.js'
import {
  consumer,
  installed,
  installForTests,
  lastLine,
  node,
  project,
  run,
  seen,
  tarball,
  tools,
} from './consumer.js'

installForTests()

describe('what is packed', () => {
  test('only what users need', () => {
    const files = readdirSync(installed(), { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map((file) => join(file.parentPath, file.name).slice(installed().length + 1))
    const strange = files.filter(
      (file) =>
        !/^(dist\/.*\.(js|js\.map|d\.ts|wasm|json)|(?!node_modules\/).*\.md|js\/examples\/.*\.ts|bench\/js\/(map|values-\d+)\.svg|LICENSE|package\.json)$/.test(
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
      }
    }
    expect([...bundled]).toEqual(['@noble/hashes'])
    const notices = readFileSync(installed('THIRD-PARTY.md'), 'utf8')
    for (const name of [...bundled, 'Emscripten', 'musl', 'libc++', 'libc++abi', 'compiler-rt'])
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

  test('calls that compile WebAssembly can be wrapped into a plain function, as the development server of Next does for the edge runtime', () => {
    const calls: [string, boolean][] = []
    for (const name of readdirSync(installed('dist'), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.js')) continue
      const text = readFileSync(installed(`dist/${name}`), 'utf8')
      const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS)
      const dependsOnItsFunction = (node: ts.Node): boolean =>
        ts.isAwaitExpression(node) ||
        node.kind === ts.SyntaxKind.ThisKeyword ||
        !!ts.forEachChild(node, dependsOnItsFunction)
      const visit = (node: ts.Node): void => {
        if (ts.isCallExpression(node) && /^WebAssembly\.\w+$/.test(node.expression.getText(file)))
          calls.push([node.getText(file), node.arguments.some(dependsOnItsFunction)])
        ts.forEachChild(node, visit)
      }
      if (text.includes('WebAssembly.')) visit(file)
    }
    expect(calls.filter(([text]) => text.startsWith('WebAssembly.compile(')).length).toBeGreaterThanOrEqual(4)
    expect(calls.filter(([, depends]) => depends)).toEqual([])
  })

  const zipped = (...names: string[]) =>
    gzipSync(Buffer.concat(names.map((name) => readFileSync(installed(`dist/${name}`)))), { level: 9 }).length
  const maps = ['index.js', 'generated/core-wasm.js', 'core.js', 'errors.js']
  const snapshots = ['snapshot/index.js', 'snapshot/embedded.js', 'generated/snapshots-wasm.js']

  test('sizes stay what wasm-build/SIZE.md says', () => {
    expect(zipped(...maps)).toBeLessThanOrEqual(66_800)
    expect(zipped(...maps, ...snapshots)).toBeLessThanOrEqual(91_500)
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
    const size = readFileSync(installed('wasm-build/SIZE.md'), 'utf8').replace(/\s+/g, ' ')
    const said =
      /\*\*(\d+) KB\*\* for maps .* (\d+) KB more for snapshots .*`hamt-wasm\/blocks` carries \((\d+) KB\).*`hamt-wasm\/sortition` carries \((\d+) KB\).*whole \((\d+) KB\)/
    const carried = [
      maps,
      snapshots,
      ['generated/blocks-wasm.js'],
      ['generated/draws-wasm.js'],
      ['hamt.wasm'],
    ]
    said
      .exec(size)!
      .slice(1)
      .forEach((kb, i) => expect(Math.abs(Number(kb) - zipped(...carried[i]!) / 1000)).toBeLessThanOrEqual(1))
  })

  test('publint finds nothing', async () => {
    const out = await node([join(root, 'node_modules/publint/src/cli.js'), installed(), '--strict'])
    expect(out).toMatch(/All good/)
  })

  test('are-the-types-wrong finds nothing', async () => {
    const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js')
    // At run time Node 10 knows no "exports" (its types are found: see TypeScript below); hamt.wasm is no
    // module.
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

  // The oldest and the newest of those that js/docs/environments.md lists.
  test.each([
    ['5.0', 'nodenext', '--skipLibCheck', 'true'],
    ['5.7', 'bundler'],
    ['7.0', 'nodenext'],
    ['7.0', 'bundler'],
  ])('%s, %s %s', async (version, resolution, ...options) => {
    const tsc = join(tools, `typescript-${version}/bin/tsc`)
    expect(await node([tsc, '--version'])).toContain(`Version ${version}.`)
    await node([tsc, '-p', `tsconfig.${resolution}.json`, ...options], { cwd: project('types') })
  })

  test('the compiler names the fields that cannot be stored', async () => {
    const dir = project('types')
    const field =
      'interface Task { title: string; due?: Date; parts: { at: Date }[] }\nHamt.empty<Task[]>()\n'
    writeFileSync(join(dir, 'keys.ts'), `import { Hamt } from 'hamt-wasm'\n${field}`)
    const tsc = join(tools, 'typescript-7.0/bin/tsc')
    await expect(node([tsc, '-p', 'tsconfig.bundler.json'], { cwd: dir })).rejects.toThrow(
      'CannotBeStored<Task[], "due" | "parts">',
    )
  })

  test('the documents name the versions that are tested', () => {
    const environments = readFileSync(installed('js/docs/environments.md'), 'utf8')
    expect(environments).toContain('TypeScript 5.7 to 7.0')
    expect(environments).toContain('for TypeScript 5.0 to 5.6: `skipLibCheck`')
    expect(environments).toContain(`TypeScript is 5.0, 5.7, ${ts.versionMajorMinor} and 7.0.`)
    expect(readFileSync(installed('README.md'), 'utf8').replace(/\s+/g, ' ')).toContain(
      'TypeScript 5.0 to 7.0',
    )
  })
})
