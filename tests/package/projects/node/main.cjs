const { use } = require('./use.cjs')

console.log(JSON.stringify(use()))
