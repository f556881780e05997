// Node's modules as far as the suites need them in a worker of a browser. Files are read from the server of
// the test; a test that calls anything else is counted as one for Node only.
const { nodeOnly } = require('./node-only.js')

function readFileSync(file, encoding) {
  const request = new XMLHttpRequest()
  request.open('GET', file, false)
  request.responseType = 'arraybuffer'
  request.send()
  if (request.status !== 200) throw new Error(`${String(file)}: ${request.status}`)
  const bytes = new Uint8Array(request.response)
  return encoding ? new TextDecoder().decode(bytes) : bytes
}

/** The collector, which the browsers of these tests give to pages. */
function runInNewContext(source) {
  if (source !== 'gc') return nodeOnly(source)
  return globalThis.gc ?? (() => globalThis.TestUtils.gc())
}

module.exports = {
  readFileSync,
  readdirSync: (dir) => JSON.parse(readFileSync(`${String(dir).replace(/\/$/, '')}/?list`, 'utf8')),
  fileURLToPath: String,
  join: (...parts) => parts.join('/'),
  setFlagsFromString() {},
  runInNewContext,
  setTimeout: (milliseconds) => new Promise((resolve) => globalThis.setTimeout(resolve, milliseconds)),
}
for (const name of ['execFileSync', 'inspect', 'mkdirSync', 'rmSync', 'spawnSync', 'writeFileSync']) {
  module.exports[name] = () => nodeOnly(name)
}
