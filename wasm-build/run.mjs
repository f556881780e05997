// Every command of package.json: installs what it needs, builds what has changed, then does its work.
// Plain Node until setup() has brought the npm packages; what needs those is imported after it.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { needs, setup, setupPackageTests } from './setup.mjs'
import { Failure, openly, root, say } from './step.mjs'

async function build(args = []) {
  await setup(needs.wasm)
  const [{ buildWasm }, { buildExamples, buildJs }] = [await import('./wasm.mjs'), await import('./js.mjs')]
  await buildWasm()
  await buildJs({ withTypes: !args.includes('--no-types') })
  await buildExamples()
}

/** Runs js/examples/<name>.ts, which uses the built package as any program would. */
async function example(name, args) {
  if (!existsSync(join(root, 'js', 'examples', `${name}.ts`)))
    throw new Failure(`No example is called '${name}'`)
  await build()
  say('')
  await openly(process.execPath, ['--enable-source-maps', `build/js/examples/${name}.js`, ...args])
}

async function test(parts, args) {
  await (await import('./test.mjs')).test(parts, args)
}

const nativeParts = ['native', 'sanitized', 'threads', 'fuzz']

const commands = {
  build,
  'build:js': build,
  async 'build:wasm'() {
    await setup(needs.wasm)
    await (await import('./wasm.mjs')).buildWasm()
  },

  start: (args) => example('start', args),
  example: ([name, ...args]) => example(name, args),

  async test() {
    await setup(needs.wasm, needs.native, needs.browsers, needs.stores, needs.shells)
    await setupPackageTests()
    await build()
    await test(['types', ...nativeParts, 'js', 'stores', 'browser', 'package'])
  },
  async 'test:native'() {
    await setup(needs.native)
    await test(nativeParts)
  },
  async 'test:js'(args) {
    await setup(needs.wasm, needs.stores, needs.shells)
    await build()
    await test(['js'], args)
  },
  async 'test:browser'(args) {
    await setup(needs.wasm, needs.browsers)
    await build()
    await test(['browser'], args)
  },
  async 'test:package'(args) {
    await setup(needs.wasm, needs.browsers)
    await setupPackageTests()
    await build()
    await test(['package'], args)
  },

  async bench() {
    await commands['bench:cpp']()
    await commands['bench:js']([])
    await openly(process.execPath, ['bench/report.mjs'])
  },
  async 'bench:cpp'() {
    await setup(needs.bench)
    await (await import('./bench.mjs')).benchCpp()
  },
  async 'bench:js'(args) {
    await build()
    await (await import('./bench.mjs')).benchJs(args)
  },

  async lint() {
    await setup(needs.lint)
    await (await import('./lint.mjs')).lint()
  },
  async format() {
    await setup(needs.lint)
    await (await import('./lint.mjs')).format()
  },

  async docs() {
    await build(['--no-types'])
    await (await import('./docs.mjs')).buildDocs()
  },
  async web(args) {
    await build()
    await (await import('../js/web/build.mjs')).buildWeb()
    await openly(process.execPath, ['js/web/serve.mjs', ...args])
  },
}

async function main() {
  const [name, ...args] = process.argv.slice(2)
  const command = Object.hasOwn(commands, name ?? '') ? commands[name] : undefined
  if (!command) throw new Failure(`Usage: node wasm-build/run.mjs <${Object.keys(commands).join(' | ')}>`)
  await command(args)
}

main().catch((error) => {
  say(error instanceof Failure ? error.message : (error?.stack ?? String(error)))
  process.exitCode = 1
})
