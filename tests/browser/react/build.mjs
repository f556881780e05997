// build.mjs <folder>: bundles the React pages. The package itself is not bundled: the page imports the built
// dist/ from the server.
import * as esbuild from 'esbuild'
import { fileURLToPath } from 'node:url'

await esbuild.build({
  entryPoints: ['app.js', 'list.js'].map((name) => fileURLToPath(new URL(name, import.meta.url))),
  outdir: process.argv[2],
  bundle: true,
  format: 'esm',
  target: 'es2022',
  define: { 'process.env.NODE_ENV': '"production"' },
  logLevel: 'error',
  plugins: [
    {
      name: 'served',
      setup(build) {
        build.onResolve({ filter: /^hamt-wasm/ }, ({ path }) => ({
          path: `/dist/${path.split('/')[1] ?? 'index'}.js`,
          external: true,
        }))
      },
    },
  ],
})
