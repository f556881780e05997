// What a Worker gets that lacks something.
import wasm from 'hamt-wasm/hamt.wasm'
import { attempts } from './attempts.mjs'

export default {
  async test() {
    console.log(JSON.stringify(await attempts(wasm)))
  },
}
