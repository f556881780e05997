// Every command of package.json: installs what it needs, builds what has changed, then does its work.
// Plain Node until setup() has brought the npm packages; what needs those is imported after it.
import { needs, setup } from './setup.mjs'
import { Failure, say } from './step.mjs'

async function build(args = []) {
  await setup(needs.wasm)
  const [{ buildWasm }, { buildJs }] = [await import('./wasm.mjs'), await import('./js.mjs')]
  await buildWasm()
  await buildJs({ withTypes: !args.includes('--no-types') })
}

const commands = {
  build,
  async 'build:wasm'() {
    await setup(needs.wasm)
    await (await import('./wasm.mjs')).buildWasm()
  },
  'build:js': build,
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
