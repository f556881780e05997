// Installs what a command needs and is not there yet: Debian's packages, then npm's. It looks at what is
// there each time (some tens of milliseconds) instead of trusting a note it left, so a removed tool is
// installed again.
import { existsSync, lstatSync, readFileSync, realpathSync } from 'node:fs'
import { delimiter, dirname, isAbsolute, join } from 'node:path'
import { ask, Failure, quietly, root, say } from './step.mjs'

const oldestEmcc = [3, 1, 6]

/**
 * The PATH without what npm puts in front of it: a package's `sudo`, `apt-get` or `npm` in node_modules/.bin
 * is not the system's. Relative directories go too.
 */
export function systemPath(path = process.env.PATH ?? '') {
  const isSystem = (dir) => isAbsolute(dir) && !dir.split(/[\\/]/).includes('node_modules')
  return path.split(delimiter).filter(isSystem).join(delimiter)
}

function onPath(name) {
  for (const dir of systemPath().split(delimiter)) {
    if (dir && existsSync(join(dir, name))) return join(dir, name)
  }
  return undefined
}

function anyFile(...paths) {
  return paths.some((path) => existsSync(path))
}

function olderThan(version, floor) {
  for (let i = 0; i < floor.length; i++) {
    if (version[i] !== floor[i]) return version[i] < floor[i]
  }
  return false
}

/** The version of the first `name` on the PATH, as numbers, or undefined. */
async function version(name, args = ['--version'], env = {}) {
  const program = onPath(name)
  const text = program && (await ask(program, args, { env }))
  return /(\d+)\.(\d+)(?:\.(\d+))?/
    .exec(text ?? '')
    ?.slice(1)
    .map((digits) => Number(digits ?? 0))
}

// One line a tool: the Debian package, what it is called elsewhere, and how to see that it is there.
const tools = {
  emcc: {
    apt: 'emscripten',
    elsewhere: 'Emscripten 3.1.6 or newer, with emcc on the PATH',
    there: async () => {
      const found = await version('emcc', ['-dumpversion'])
      if (found && olderThan(found, oldestEmcc)) {
        throw new Failure(
          `emcc ${found.join('.')} (${onPath('emcc')}) is too old: Emscripten 3.1.6 or newer is needed`,
        )
      }
      return found !== undefined
    },
  },
  cmake: {
    apt: 'cmake',
    elsewhere: 'CMake 3.25 or newer',
    there: async () => {
      const found = await version('cmake')
      return found !== undefined && !olderThan(found, [3, 25])
    },
  },
  ninja: { apt: 'ninja-build', elsewhere: 'Ninja', there: () => onPath('ninja') },
  'g++': { apt: 'g++', elsewhere: 'a C++20 compiler (g++ 12 or newer)', there: () => onPath('g++') },
  'clang++': { apt: 'clang', elsewhere: 'clang 14 or newer', there: () => onPath('clang++') },
  sanitizers: {
    apt: 'libclang-rt-dev',
    elsewhere: "clang's compiler-rt (the sanitizers' run-time libraries)",
    there: async () => {
      const dir = (await ask(onPath('clang++') ?? 'clang++', ['-print-resource-dir']))?.trim()
      return dir && anyFile(`${dir}/lib/linux`, `${dir}/lib/x86_64-unknown-linux-gnu`, `${dir}/lib/darwin`)
    },
  },
  gtest: {
    apt: 'libgtest-dev',
    elsewhere: 'GoogleTest',
    there: () =>
      anyFile(
        '/usr/include/gtest/gtest.h',
        '/usr/local/include/gtest/gtest.h',
        '/opt/homebrew/include/gtest/gtest.h',
      ),
  },
  benchmark: {
    apt: 'libbenchmark-dev',
    elsewhere: 'Google Benchmark',
    there: () => anyFile('/usr/include/benchmark/benchmark.h', '/usr/local/include/benchmark/benchmark.h'),
  },
  chromium: { apt: 'chromium', elsewhere: 'Chromium', there: () => onPath('chromium') },
  firefox: { apt: 'firefox-esr', elsewhere: 'Firefox', there: () => onPath('firefox-esr') },
  redis: { apt: 'redis-server', elsewhere: 'Redis 6 or newer', there: () => onPath('redis-server') },
  zsh: { apt: 'zsh', elsewhere: 'zsh', there: () => onPath('zsh') },
  fish: { apt: 'fish', elsewhere: 'fish', there: () => onPath('fish') },
  'clang-format': { apt: 'clang-format', elsewhere: 'clang-format 14', there: () => onPath('clang-format') },
  'clang-tidy': { apt: 'clang-tidy', elsewhere: 'clang-tidy 14', there: () => onPath('clang-tidy') },
}

const wasm = ['emcc', 'cmake', 'ninja']
const native = ['cmake', 'ninja', 'g++', 'clang++', 'sanitizers', 'gtest']
const browsers = ['chromium', 'firefox']
const stores = ['redis']
const shells = ['zsh', 'fish']

/** The tools each part of the work needs. */
export const needs = {
  wasm,
  native,
  browsers,
  stores,
  shells,
  bench: [...wasm, ...stores, 'g++', 'benchmark'],
  lint: ['clang-format', 'clang-tidy', 'cmake', 'ninja', 'g++', 'gtest'],
}

/**
 * What emcc needs in its environment: `tsc`, to describe the module, and Debian's looks for its JavaScript
 * packages where only Debian's Node does.
 */
export function emccEnvironment() {
  const joined = (...parts) => parts.filter(Boolean).join(delimiter)
  const PATH = joined(process.env.PATH, join(root, 'node_modules', '.bin'))
  const emcc = onPath('emcc')
  const debians = emcc && realpathSync(emcc).startsWith('/usr/share/emscripten/')
  if (!debians || !existsSync('/usr/share/nodejs/acorn')) return { PATH }
  return { PATH, NODE_PATH: joined(process.env.NODE_PATH, '/usr/share/nodejs') }
}

function isDebian() {
  if (!onPath('apt-get') || !existsSync('/etc/os-release')) return false
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'))
}

/**
 * How to become root: [] when already so, [sudo, …] when sudo works or can ask for a password, or undefined.
 */
async function rootPrefix() {
  if (process.getuid?.() === 0) return []
  const sudo = onPath('sudo')
  if (!sudo) return undefined
  if ((await ask(sudo, ['-n', 'true'])) !== undefined) return [sudo, '-n']
  if (!process.stdin.isTTY) return undefined
  say('Debian packages must be installed, and sudo may ask for your password')
  return [sudo]
}

async function installTools(names) {
  const missing = []
  for (const name of [...new Set(names)]) {
    if (!(await tools[name].there())) missing.push(tools[name])
  }
  if (missing.length === 0) return

  const packages = missing.map((tool) => tool.apt)
  const command = `apt-get install --no-install-recommends ${packages.join(' ')}`
  if (!isDebian()) {
    const list = missing.map((tool) => `  - ${tool.elsewhere} (Debian's package: ${tool.apt})`).join('\n')
    throw new Failure(
      `Please install these, then run the command again; only Debian's are installed for you:\n${list}`,
    )
  }
  if (process.env.HAMT_WASM_NO_INSTALL) {
    throw new Failure(`HAMT_WASM_NO_INSTALL is set. Please run this as root, then try again:\n  ${command}`)
  }
  const prefix = await rootPrefix()
  if (!prefix) {
    throw new Failure(
      `Root is needed to install Debian packages. Please run this as root, then try again:\n  ${command}`,
    )
  }

  say(`Installing Debian packages: ${packages.join(' ')}`)
  const apt = (log, ...args) =>
    quietly(
      log,
      ...split([...prefix, onPath('env'), 'DEBIAN_FRONTEND=noninteractive', onPath('apt-get'), ...args]),
      { env: { PATH: systemPath() } },
    )
  const install = ['install', '-y', '-q', '--no-install-recommends', ...packages]
  try {
    await apt('apt-update', 'update', '-q')
    await apt('apt-install', ...install)
  } catch (error) {
    throw new Failure(
      `${error.message}\nInstalling Debian packages failed. Please run this as root, then try again:\n  ${command}`,
    )
  }
  const still = []
  for (const tool of missing) {
    if (!(await tool.there())) still.push(`${tool.elsewhere} (Debian's package ${tool.apt} did not bring it)`)
  }
  if (still.length > 0) throw new Failure(`Please install: ${still.join(', ')}`)
}

function split([command, ...args]) {
  return [command, args]
}

/**
 * True when dir/node_modules holds exactly what package-lock.json names (packages for other platforms aside).
 */
function npmPackagesThere(dir) {
  const installed = join(dir, 'node_modules', '.package-lock.json')
  if (!existsSync(installed)) return false
  const wanted = JSON.parse(readFileSync(join(dir, 'package-lock.json'), 'utf8')).packages
  const have = JSON.parse(readFileSync(installed, 'utf8')).packages
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional || have[path]?.version === entry.version,
  )
}

async function installNpmPackages(dir, what) {
  if (npmPackagesThere(dir)) return
  const modules = join(dir, 'node_modules')
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw new Failure(
      `${modules} is a link, and what it points to is out of date: run npm ci there, or remove the link`,
    )
  }
  if (process.env.HAMT_WASM_NO_INSTALL) {
    throw new Failure(`HAMT_WASM_NO_INSTALL is set. Please run npm ci in ${dir}, then try again`)
  }
  const npm = onPath('npm')
  if (!npm) throw new Failure('npm is needed, and not on the PATH')
  say(`Installing ${what} (npm ci)`)
  // npm looks for node itself, and finds the one that runs this.
  const PATH = [dirname(process.execPath), systemPath()].join(delimiter)
  await quietly('npm-ci', npm, ['ci', '--no-audit', '--no-fund'], { cwd: dir, env: { PATH } })
}

/** Makes sure that the bundlers and runtimes are there that the tests of the packed tarball use it with. */
export async function setupPackageTests() {
  await installNpmPackages(
    join(root, 'tests', 'package', 'tools'),
    'bundlers and runtimes for the package tests',
  )
}

/** Makes sure that the named tools (see `needs`) and the npm packages are there; says so when it installs. */
export async function setup(...names) {
  const [major] = process.versions.node.split('.').map(Number)
  if (major < 20) throw new Failure(`Node 20 or newer is needed; this is ${process.version}`)
  await installTools(names.flat())
  await installNpmPackages(root, 'npm packages')
}
