// A function for Next's edge runtime, which imports hamt.wasm as a module.
import wasm from 'hamt-wasm/hamt.wasm?module'
import { attempts } from './attempts.mjs'
import { use } from './use.mjs'

addEventListener('fetch', (event) => event.respondWith(answer()))

async function answer() {
  const attempted = await attempts(wasm) // the last of them loads the module
  return Response.json({ runtime: EdgeRuntime, attempted, seen: use() })
}
