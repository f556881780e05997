// Finds `x.ts` where a source of this repository imports `./x.js`, and this package by its own name.
const { existsSync } = require('node:fs')
const { join, resolve } = require('node:path')

const root = join(__dirname, '..')
const { exports: entries } = require('../package.json')

module.exports = (request, options) => {
  if (request === 'hamt-wasm' || request.startsWith('hamt-wasm/')) {
    const entry = entries[`.${request.slice('hamt-wasm'.length)}`]
    if (entry) return join(root, entry.import?.default ?? entry)
  }
  if (/^\.{1,2}\/.*\.js$/.test(request) && !options.basedir.includes('node_modules')) {
    const source = resolve(options.basedir, request.replace(/\.js$/, '.ts'))
    if (existsSync(source)) return source
  }
  return options.defaultResolver(request, options)
}
