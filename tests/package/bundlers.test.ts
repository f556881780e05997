// The packed tarball under bundlers: what they make of it runs in a browser.
import { spawn } from 'node:child_process'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { gzipSync } from 'node:zlib'
import { launch, type RunningBrowser, root, serve, strictPolicy } from '../browser/harness.js'
import { installed, installForTests, node, project, run, seen, tool, tools } from './consumer.js'

installForTests()

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
async function expectPages(dir: string, policy = strictPolicy): Promise<void> {
  const server = await serve({ '/': dir }, policy)
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
  await tool('rollup', ['main.js', 'slim.js', '-d', 'out', '-f', 'es', '-p', plugin, '--failAfterWarnings'], {
    cwd: dir,
  })
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

test('Parcel', async () => {
  const dir = project('bundled')
  // By itself it does not look at "exports" of packages.
  const settings = { name: 'bundled', '@parcel/resolver-default': { packageExports: true } }
  writeFileSync(join(dir, 'package.json'), JSON.stringify(settings))
  writeFileSync(join(dir, 'package-lock.json'), '{}') // the root of a project is where this is
  const args = ['build', 'index.html', 'slim.html', '--dist-dir', 'out', '--public-url', './', '--no-cache']
  await tool('parcel', args, { cwd: dir })
  // The address of hamt.wasm is in an inline import map.
  await expectPages(join(dir, 'out'), `${strictPolicy}; script-src-elem 'self' 'unsafe-inline'`)
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
  expect(await size('verify-only.js')).toBeLessThan(8_500) // no wasm, no maps
  expect(await size('maps-only.js')).toBeLessThan(65_400) // no snapshots
  const faq = readFileSync(installed('js/docs/faq.md'), 'utf8').replace(/\s+/g, ' ')
  const [, ...said] =
    /maps alone has (\d+) KB of this package, and one that uses maps and snapshots (\d+) KB/.exec(faq)!
  const bundles = [await size('maps-only.js'), await size('maps-and-snapshots.js')]
  bundles.forEach((bytes, i) => expect(Math.abs(Number(said[i]) - bytes / 1000)).toBeLessThanOrEqual(1))
  const unused = await size('unused.js')
  expect(unused).toBeLessThan(500 + gzipSync(readFileSync(installed('dist/generated/core-wasm.js'))).length) // the wasm of the main entry, at most
})
