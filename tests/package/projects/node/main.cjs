// The package in Node, as CommonJS.
const { use } = require('./use.cjs')

console.log(JSON.stringify(use()))
