// build.mjs <folder> <suite…>: bundles suites of tests/js for a worker of a browser. The package itself is
// not bundled: they import the built dist/ from the server, as a page would.
import * as esbuild from 'esbuild'
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const here = (name) => join(root, 'tests/browser/suites', name)
const [outdir, ...suites] = process.argv.slice(2)

/** Settings of the suites: HAMT_YOUNG and HAMT_LONG, as in Node. */
const { HAMT_LONG, HAMT_YOUNG } = process.env

const served = {
  'hamt-wasm': '/dist/index.js',
  'hamt-wasm/sortition': '/dist/sortition/index.js',
  'hamt-wasm/verify': '/dist/verify.js',
}

/**
 * The package from the server, Jest and Node from stand-ins, and files at the addresses the server gives
 * them.
 */
const browser = {
  name: 'browser',
  setup(build) {
    build.onResolve({ filter: /^hamt-wasm(\/|$)/ }, ({ path }) => ({ path: served[path], external: true }))
    build.onResolve({ filter: /^@jest\/globals$/ }, () => ({ path: here('jest-globals.ts') }))
    build.onResolve({ filter: /^node:/ }, () => ({ path: here('node.cjs') }))
    build.onLoad({ filter: /tests\/js\/.*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll(
        'import.meta.url',
        `new URL(${JSON.stringify(`/repo/${relative(root, path)}`)}, self.location.href).href`,
      ),
      loader: 'ts',
    }))
  },
}

await esbuild.build({
  entryPoints: Object.fromEntries(suites.map((suite) => [suite, `suite:${suite}`])),
  outdir,
  bundle: true,
  ignoreAnnotations: true, // package.json says that what is not in dist has no side effects
  format: 'esm',
  target: 'es2022',
  define: { global: 'globalThis', SETTINGS: JSON.stringify(JSON.stringify({ HAMT_LONG, HAMT_YOUNG })) },
  inject: [here('globals.ts')],
  logLevel: 'error',
  plugins: [
    browser,
    {
      name: 'suite',
      setup(build) {
        build.onResolve({ filter: /^suite:/ }, ({ path }) => ({ path: path.slice(6), namespace: 'suite' }))
        build.onLoad({ filter: /.*/, namespace: 'suite' }, ({ path }) => ({
          contents: `
            import { runAll } from '@jest/globals'
            import './tests/js/support/store-setting.ts'
            import './tests/js/${path}.test.ts'
            runAll().then((outcome) => postMessage(outcome))`,
          resolveDir: root,
        }))
      },
    },
  ],
})
