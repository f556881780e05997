// Keeps the page's own files, so that it works without a network. The list and its version are put in by the
// build.
declare const assets: string[]
declare const version: string

interface Scope {
  addEventListener(
    type: 'install' | 'activate',
    listener: (event: { waitUntil(promise: Promise<unknown>): void }) => void,
  ): void
  addEventListener(
    type: 'fetch',
    listener: (event: { request: Request; respondWith(response: Promise<Response>): void }) => void,
  ): void
  skipWaiting(): Promise<void>
  clients: { claim(): Promise<void> }
  registration: { scope: string }
}
const scope = globalThis as unknown as Scope
// Other pages of this origin have caches too, other copies of this page among them: each has the names below
// its own scope.
const mine = `hamt-wasm verifier ${scope.registration.scope} `
const name = mine + version

scope.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(name)
      .then((cache) => cache.addAll(assets.map((asset) => new Request(asset, { cache: 'no-cache' }))))
      .then(() => scope.skipWaiting()),
  )
})

scope.addEventListener('activate', (event) => {
  const others = (names: string[]) => names.filter((each) => each.startsWith(mine) && each !== name)
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(others(names).map((each) => caches.delete(each))))
      .then(() => scope.clients.claim()),
  )
})

scope.addEventListener('fetch', (event) => {
  if (event.request.method !== 'GET') return
  const answer = async () => {
    const cache = await caches.open(name)
    return (await cache.match(event.request, { ignoreSearch: true })) ?? fetch(event.request)
  }
  event.respondWith(answer())
})
