// The packed tarball in other runtimes, under test runners, and in libraries that compare.
import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../browser/harness.js'
import { installed, installForTests, lastLine, node, project, run, seen, tool, tools } from './consumer.js'

installForTests()

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

test('bun test', async () => {
  await tool('bun', ['test'], { cwd: project('bun') })
})

test('Jest', async () => {
  const jest = join(root, 'node_modules/jest/bin/jest.js')
  await node([jest, '--rootDir', '.', '--ci'], { cwd: project('jest') })
})

test('Jest 30', async () => {
  await tool('jest', ['--rootDir', '.', '--ci'], { cwd: project('jest') })
})

test.each(['jest-environment-jsdom-29', 'jest-environment-jsdom'])('%s', async (environment) => {
  const jest = join(environment.endsWith('29') ? join(root, 'node_modules') : tools, 'jest/bin/jest.js')
  const args = ['--rootDir', '.', '--ci', '--testEnvironment', join(tools, environment)]
  await node([jest, ...args], { cwd: project('jsdom') })
})

test('Vitest', async () => {
  const dir = project('vitest')
  mkdirSync(join(dir, 'node_modules'))
  cpSync(join(tools, 'vitest'), join(dir, 'node_modules/vitest'), { recursive: true })
  await tool('vitest', ['run', '--root', dir], { cwd: dir })
})

const instead = /give load\(\) the module that a bundler makes of import 'hamt-wasm\/hamt.wasm'/
const notCompiled =
  /WebAssembly cannot be compiled here.*give an imported hamt.wasm to load\(\) of hamt-wasm\/slim/
/** What projects/attempts.mjs must see where WebAssembly is not compiled from bytes. */
const refused = {
  small: { a: 1, b: 2 },
  verify: expect.stringMatching(/unknown version of the proof/),
  large: expect.stringMatching(notCompiled),
  digest: expect.stringMatching(notCompiled),
  'load()': expect.stringMatching(instead),
  'load(bytes)': expect.stringMatching(instead),
  'load(namespace)': expect.stringMatching(instead),
}

describe('Cloudflare Workers', () => {
  /** What a Worker of the project prints under a compatibility date, bundled as `wrangler` does it. */
  async function printed(name: string, date: string): Promise<unknown> {
    const dir = project('cloudflare')
    const esbuild = join(root, 'node_modules/esbuild/bin/esbuild')
    const args = ['--bundle', '--format=esm', '--outdir=out', '--external:*.wasm', '--log-level=error']
    await run(esbuild, [`${name}.mjs`, ...args], { cwd: dir })
    const script = join(dir, 'out', `${name}.js`)
    writeFileSync(
      script,
      readFileSync(script, 'utf8').replace('from "hamt-wasm/hamt.wasm"', 'from "hamt.wasm"'),
    )
    copyFileSync(installed('dist/hamt.wasm'), join(dir, 'hamt.wasm'))
    const config = readFileSync(join(dir, 'config.capnp'), 'utf8')
      .replaceAll('NAME', name)
      .replaceAll('DATE', date)
    writeFileSync(join(dir, 'config.capnp'), config)
    return lastLine(await tool('workerd', ['test', 'config.capnp'], { cwd: dir }))
  }

  test.each(['2025-05-05', '2026-06-01'])('slim with the imported module, %s', async (date) => {
    expect(await printed('worker', date)).toEqual(seen)
  })

  test('the main entry, where code from bytes is refused, says what to do', async () => {
    expect(await printed('refused', '2026-06-01')).toEqual({
      ...refused,
      'load(module)': 'done',
    })
  })

  test('a compatibility date without FinalizationRegistry says which one has it', async () => {
    expect(await printed('refused', '2025-05-04')).toEqual({
      ...refused,
      'load(module)': expect.stringMatching(/needs FinalizationRegistry.*2025-05-05/),
    })
  })
})

test("Next's edge runtime: small maps, slim with the imported module, and what to do where code from bytes is refused", async () => {
  expect(lastLine(await node(['main.cjs', tools], { cwd: project('edge') }))).toEqual({
    runtime: 'edge-runtime',
    attempted: { ...refused, 'load(module)': 'done' },
    seen,
  })
})

test('libraries that compare never find different maps equal', async () => {
  expect(lastLine(await node(['main.cjs', tools], { cwd: project('comparers') }))).toBe(16 ** 2 * 11 * 2)
})
