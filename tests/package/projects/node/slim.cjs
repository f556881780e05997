// The slim entry point in Node, as CommonJS.
const { Hamt, load } = require('hamt-wasm/slim')

load().then(() => console.log(JSON.stringify({ hello: Hamt.empty().set('hello', 42).get('hello') })))
