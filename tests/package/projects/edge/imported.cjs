// As Next's own loader of `.wasm?module`: a global variable is the module, which was compiled when the function was deployed.
module.exports = () => 'module.exports = hamtWasm'
module.exports.raw = true
