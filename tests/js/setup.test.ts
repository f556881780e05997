// Programs that install what is missing are the system's own, and the README says what they do.
import { readFileSync } from 'node:fs'

const setup = new URL('../../wasm-build/setup.mjs', import.meta.url).href
const { systemPath } = (await import(setup)) as { systemPath(path: string): string }

test('the PATH for sudo, apt-get and npm has no directory of packages, and no relative one', () => {
  const path = [
    '/home/x/node_modules/.bin',
    '/home/node_modules/a/bin',
    '.',
    '',
    'bin',
    '/usr/bin',
    '/bin',
    '/my_node_modules/bin',
  ]
  expect(systemPath(path.join(':'))).toBe('/usr/bin:/bin:/my_node_modules/bin')
  expect(systemPath('')).toBe('')
})

test('the README names the commands of a clone, what they install, and how to do without', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8').replaceAll(/\s+/g, ' ')
  for (const command of ['`npm start`', '`npm test`', '`npm run build && npm pack`'])
    expect(readme).toContain(command)
  expect(readme).toMatch(/install the tools that they lack; with `HAMT_WASM_NO_INSTALL=1`/)
})
