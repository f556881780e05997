// Serves dist-web/ on this machine, as a static host would: `node js/web/serve.mjs [port]`.
import { createReadStream, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../dist-web', import.meta.url))
const port = Number(process.argv[2] ?? 8080)
const types = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
}

// The page's own policy, for its workers too, which a policy in the page does not reach.
const [, policy] = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(
  readFileSync(join(folder, 'index.html'), 'utf8'),
)

const server = createServer((request, response) => {
  try {
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname))
    const file = join(folder, path.endsWith('/') ? join(path, 'index.html') : path)
    const size = statSync(file).size
    response.writeHead(200, {
      'content-type': types[extname(file)] ?? 'application/octet-stream',
      'content-length': size,
      'content-security-policy': `${policy}; frame-ancestors 'none'`,
    })
    createReadStream(file).pipe(response)
  } catch {
    response.writeHead(404).end('Not found')
  }
})
server.on('error', (error) => {
  console.error(
    error.code === 'EADDRINUSE'
      ? `Port ${port} is in use: name another, as in 'npm run web -- 8081'.`
      : error.message,
  )
  process.exitCode = 1
})
server.listen(port, '127.0.0.1', () =>
  console.log(`The verifier page: http://127.0.0.1:${server.address().port}/`),
)
