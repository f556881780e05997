// `npm run lint` and `npm run format`.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Failure, inParallel, openly, quietly, root, say, seconds } from './step.mjs'

const bin = (name) => join(root, 'node_modules', '.bin', name)

/** C++ files of this repository, as paths from its root. */
function cppFiles(...endings) {
  return ['cpp', 'tests/cpp', 'tests/cpp_package', 'tests/fuzz', 'bench/cpp']
    .filter((dir) => existsSync(join(root, dir)))
    .flatMap((dir) => readdirSync(join(root, dir), { recursive: true }).map((name) => join(dir, name)))
    .filter((name) => endings.some((ending) => name.endsWith(ending)))
    .sort()
}

/**
 * clang-tidy over the boundary and the tests, which include every header; binding/ needs Emscripten's headers
 * and is left out. Which checks: .clang-tidy, and that of tests/cpp.
 */
async function tidy() {
  await quietly('debug-configure', 'cmake', ['--preset', 'debug'])
  const sources = cppFiles('.cpp').filter(
    (name) => name.startsWith('tests/cpp/') || /^cpp\/(?!binding)/.test(name),
  )
  await inParallel(sources, (source) =>
    quietly(`tidy-${source.replaceAll('/', '-')}`, 'clang-tidy', ['--quiet', '-p', 'build/debug', source]),
  )
}

/** Each folder of cpp/ includes only itself and those before it in this list. */
const layers = ['trie', 'snapshot', 'digest', 'blocks', 'sortition', 'boundary', 'binding']

/**
 * Includes that point up, and those that are not relative to their file: a consumer's own `trie/map.hpp`
 * would be taken for these. Nothing else keeps them out.
 */
function includes() {
  const wrong = cppFiles('.hpp', '.cpp')
    .filter((name) => name.startsWith('cpp/'))
    .flatMap((name) => {
      const rank = layers.indexOf(name.split('/')[1])
      if (rank < 0) return [`${name}: its folder is not among the layers`]
      return [...readFileSync(join(root, name), 'utf8').matchAll(/^#include "([^"]+)"/gm)].flatMap(
        ([line, path]) => {
          const file = join(dirname(name), path)
          if (!existsSync(join(root, file))) return [`${name}: ${line} is not relative to its file`]
          const layer = layers.indexOf(file.split('/')[1])
          return layer < 0 || layer > rank ? [`${name}: ${line}, which is not below it`] : []
        },
      )
    })
  if (wrong.length > 0) throw new Failure(wrong.join('\n'))
}

export async function lint() {
  const checks = {
    includes,
    'clang-format': () => openly('clang-format', ['--dry-run', '--Werror', ...cppFiles('.hpp', '.cpp')]),
    'clang-tidy': tidy,
    prettier: () => openly(bin('prettier'), ['--check', '--log-level', 'warn', '.']),
    eslint: () => openly(bin('eslint'), ['.', '--max-warnings', '0']),
  }
  const failed = []
  const run = async ([name, check]) => {
    const began = performance.now()
    try {
      await check()
      say(`ok      ${name.padEnd(28)}${seconds(began)}`)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      say(`${error.message}\nFAILED  ${name}`)
      failed.push(name)
    }
  }
  await Promise.all(Object.entries(checks).map(run))
  if (failed.length > 0) throw new Failure(`Not clean: ${failed.join(', ')} (npm run format repairs layout)`)
}

export async function format() {
  await openly('clang-format', ['-i', ...cppFiles('.hpp', '.cpp')])
  await openly(bin('prettier'), ['--write', '--log-level', 'warn', '.'])
}
