// The commands' own set-up, on machines that lack things: what is missing is named, and nothing is half done.
import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

let bin: string // all that is on the PATH
beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'hamt-path-'))
  symlinkSync(process.execPath, join(bin, 'node'))
  symlinkSync('/bin/sh', join(bin, 'sh'))
})
afterEach(() => rmSync(bin, { recursive: true }))

/** Puts a program on the PATH that prints `text`. */
function program(name: string, text: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\necho '${text}'\n`)
  chmodSync(join(bin, name), 0o755)
}

function command(name: string): Promise<{ status: unknown; out: string }> {
  return new Promise((resolve) => {
    execFile(
      join(bin, 'node'),
      ['wasm-build/run.mjs', name],
      { cwd: root, env: { PATH: bin } },
      (error, stdout, stderr) => resolve({ status: error?.code ?? 0, out: stdout + stderr }),
    )
  })
}

test('where nothing can be installed, the message names exactly what is missing', async () => {
  program('ninja', '1.11.1')
  const { status, out } = await command('start')
  expect(status).toBe(1)
  expect(out).toMatch(/Please install these/)
  expect(out).toMatch(/Emscripten 3\.1\.6 or newer/)
  expect(out).toMatch(/CMake 3\.25 or newer/)
  expect(out).not.toMatch(/Ninja/) // it is there
  expect(out).not.toMatch(/clang|Chromium/) // npm start needs none
})

test('npm test names the compilers and browsers too', async () => {
  const { status, out } = await command('test')
  expect(status).toBe(1)
  expect(out).toMatch(/clang 14 or newer[^]*Chromium[^]*Firefox/)
})

test.each(['3.1.5', '3.0.99', '2.0.34'])('emcc %s is refused by its version', async (version) => {
  program('emcc', version)
  const { status, out } = await command('start')
  expect(status).toBe(1)
  expect(out).toContain(`emcc ${version} (${join(bin, 'emcc')}) is too old`)
})

test.each(['3.1.6', '4.0.0', '6.0.1'])('emcc %s on the PATH is taken as it is', async (version) => {
  program('emcc', version)
  program('cmake', 'cmake version 3.24.0')
  const { out } = await command('start')
  expect(out).not.toMatch(/Emscripten/)
  expect(out).toMatch(/CMake 3\.25 or newer/) // this one is too old
})

test('an unknown command lists the known ones', async () => {
  const { status, out } = await command('strat')
  expect(status).toBe(1)
  expect(out).toMatch(/start.*test/)
})
