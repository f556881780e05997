// Lets a run keep all maps young, or all in wasm: HAMT_YOUNG is how many entries a map may have before it
// moves there.
const setting = process.env['HAMT_YOUNG']
if (setting !== undefined) (await import('./stores.js')).young.size = Number(setting)
