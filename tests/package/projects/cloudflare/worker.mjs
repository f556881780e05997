// A Worker that imports hamt.wasm as a module.
import wasm from 'hamt-wasm/hamt.wasm'
import { load } from 'hamt-wasm/slim'
import { use } from './use.mjs'

export default {
  async test() {
    await load(wasm)
    console.log(JSON.stringify(use()))
  },
}
