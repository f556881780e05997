// Bundles edge.mjs as Next does for its edge runtime, sends it a request there, and prints the answer.
// Code generation is refused, from text and from bytes, as on Vercel.
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const tools = process.argv[2]
const webpack = require(join(tools, 'webpack'))
const { EdgeRuntime } = require(join(tools, 'edge-runtime'))

const out = join(__dirname, 'out')

const config = {
  mode: 'production',
  target: ['web', 'es6'],
  context: __dirname,
  entry: './edge.mjs',
  output: { path: out, filename: 'edge.js', assetModuleFilename: '[name][ext]', publicPath: 'blob:' },
  optimization: { minimize: false },
  performance: false,
  resolve: { conditionNames: ['edge-light', 'worker', 'browser', '...'] },
  module: {
    parser: { javascript: { url: 'relative' } },
    rules: [
      {
        test: /\.wasm$/,
        resourceQuery: /module/,
        type: 'javascript/auto',
        loader: join(__dirname, 'imported.cjs'),
      },
    ],
  },
}

webpack(config, async (error, stats) => {
  if (error || stats.hasErrors() || stats.hasWarnings()) throw error ?? new Error(stats.toString())
  const file = readFileSync(join(out, 'hamt.wasm'))
  const runtime = new EdgeRuntime({
    codeGeneration: { strings: false, wasm: false },
    extend: (context) =>
      Object.assign(context, {
        hamtWasm: new WebAssembly.Module(file),
        fetch: async () => new context.Response(file), // Next answers for `blob:` with the assets of a bundle
      }),
    initialCode: readFileSync(join(out, 'edge.js'), 'utf8'),
  })
  const response = await runtime.dispatchFetch('https://example.org/')
  console.log(JSON.stringify(await response.json()))
})
