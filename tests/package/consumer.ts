// A project that has installed the packed tarball, and what tests do in it.
import { execFile } from 'node:child_process'
import { copyFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { root } from '../browser/harness.js'

const here = fileURLToPath(new URL('.', import.meta.url))
const projects = join(here, 'projects')
/** Where the tools are installed. */
export const tools = join(here, 'tools', 'node_modules')
/** What projects/use.mjs must see. */
export const seen = { hello: 42, world: '100', proved: 42, ticket: 3, shown: 'Hamt(1)' }

/** A folder whose node_modules holds the tarball; one folder a project beside it. */
export let consumer: string
export let tarball: string
export const installed = (path = '') => join(consumer, 'node_modules', 'hamt-wasm', path)

interface Options {
  cwd?: string
  env?: Record<string, string>
}

/** Runs a program; resolves to what it printed, rejects with all that it said. */
export async function run(
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

export const node = (args: string[], options?: Options) => run(process.execPath, args, options)
export const tool = (name: string, args: string[], options?: Options) =>
  run(join(tools, '.bin', name), args, options)
export const lastLine = (text: string) => JSON.parse(text.trim().split('\n').at(-1) ?? '') as unknown

/** What a project may use beside its own files. */
const shared = ['use.mjs', 'use.cjs', 'maps.cjs', 'attempts.mjs']

/** A fresh copy of a project, with the shared files beside its own. */
export function project(name: string): string {
  const dir = mkdtempSync(join(consumer, `${name}-`))
  cpSync(join(projects, name), dir, { recursive: true })
  for (const file of shared) copyFileSync(join(projects, file), join(dir, file))
  return dir
}

/** Packs the package and installs it, before the tests of a file; removes all of it after them. */
export function installForTests(): void {
  import.meta.jest.setTimeout(120_000)

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
}
