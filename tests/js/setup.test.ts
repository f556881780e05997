// Programs that install what is missing are the system's own.

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
