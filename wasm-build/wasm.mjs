// cpp/ → build/wasm/hamt.wasm (CMake and emcc) → js/generated/, which the TypeScript sources import.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { interfaceSource, layoutsSource } from './interface.mjs'
import { emccEnvironment } from './setup.mjs'
import { parts, splitWasm } from './split.mjs'
import { quietly, root, say, seconds } from './step.mjs'

const out = join(root, 'build', 'wasm')
const outSmall = join(root, 'build', 'wasm-small')
const generated = join(root, 'js', 'generated')

/** Writes only what differs, so that a build with nothing to do leaves every time stamp alone. */
function writeIfChanged(name, content) {
  const file = join(generated, name)
  const bytes = Buffer.from(content)
  if (existsSync(file) && readFileSync(file).equals(bytes)) return false
  writeFileSync(file, bytes)
  return true
}

// The module inside the main entry is printable ASCII in which equal bytes stay equal text, so that gzip and
// brotli find in it what they find in the module itself: 1 % above the module's own gzip, where base64 is
// 31 % above it. 91 characters stand for the bytes that code mostly has, in three ranges; the same after '~'
// for the next 91, after '}' for the rest. js/wasm/text.ts has the way back, and the same ranges.
const alphabet = Array.from({ length: 93 }, (_, i) => String.fromCharCode(32 + i)).filter(
  (c) => c !== "'" && c !== '\\',
)
const ranges = [
  [0, 74],
  [104, 119],
  [127, 129],
  [74, 104],
  [119, 127],
  [129, 256],
]
const numberOf = new Map(
  ranges
    .flatMap(([begin, end]) => Array.from({ length: end - begin }, (_, i) => begin + i))
    .map((byte, number) => [byte, number]),
)

export function asText(bytes) {
  return Array.from(bytes, (byte) => {
    const number = numberOf.get(byte)
    return ['', '~', '}'][Math.floor(number / 91)] + alphabet[number % 91]
  }).join('')
}

/** A module of a wasm module as text, and its types. */
const textSource = (bytes) => `export const text =\n  '${asText(bytes)}'\n`
const textTypes = `\
/** A wasm module as text: js/wasm/text.ts has the way back. */
export declare const text: string
`

async function compile(preset, dir, env) {
  if (!existsSync(join(dir, 'build.ninja'))) {
    say('Configuring the WebAssembly build (the first time, Emscripten also compiles its own libraries)')
    await quietly(`${preset}-configure`, 'emcmake', ['cmake', '--preset', preset], { env })
  }
  await quietly(`${preset}-build`, 'cmake', ['--build', '--preset', preset], { env })
}

/** The module of the page, built when a source has changed. */
export async function buildSmallWasm() {
  await compile('wasm-small', outSmall, emccEnvironment())
  return join(outSmall, 'hamt.wasm')
}

/** Builds the wasm module when a source has changed; says what it did. */
export async function buildWasm() {
  const began = performance.now()
  const env = emccEnvironment()
  await compile('wasm', out, env)

  const wasm = readFileSync(join(out, 'hamt.wasm'))
  splitWasm(out, env)
  const described = join(out, 'hamt.d.ts')
  const { emscripten, flags } = JSON.parse(readFileSync(join(out, 'provenance.json'), 'utf8'))
  const provenance = {
    emscripten,
    flags,
    bytes: wasm.length,
    sha256: createHash('sha256').update(wasm).digest('hex'),
  }

  mkdirSync(generated, { recursive: true })
  const changed = [
    writeIfChanged('hamt.wasm', wasm),
    writeIfChanged('interface.ts', interfaceSource()),
    writeIfChanged('layouts.ts', layoutsSource()),
    ...['core', ...parts.map(({ name }) => name)].flatMap((name) => [
      writeIfChanged(`${name}-wasm.js`, textSource(readFileSync(join(out, `hamt.${name}.wasm`)))),
      writeIfChanged(`${name}-wasm.d.ts`, textTypes),
    ]),
    // What a newer Emscripten says of the module, for a test to compare with interface.ts.
    writeIfChanged('described.d.ts', existsSync(described) ? readFileSync(described) : 'export {}\n'),
    writeIfChanged('provenance.js', `export const provenance = ${JSON.stringify(provenance, null, 2)}\n`),
    writeIfChanged(
      'provenance.d.ts',
      `/** Where the wasm module comes from. */
export declare const provenance: {
  /** Version of Emscripten. */
  readonly emscripten: string
  /** Compile and link flags. */
  readonly flags: string
  /** Size of the module. */
  readonly bytes: number
  /** SHA-256 of the module, in hexadecimal. */
  readonly sha256: string
}
`,
    ),
  ].some(Boolean)
  const verb = changed ? 'Built' : 'Up to date:'
  say(`${verb} the WebAssembly module: ${wasm.length} bytes, Emscripten ${emscripten} (${seconds(began)})`)
}
