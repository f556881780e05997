// What Node has without an import, as far as the suites use it.
import { Buffer } from 'buffer/'
import { nodeOnly } from './node-only.js'

// Node's compares with any bytes.
const { equals } = Buffer.prototype
Buffer.prototype.equals = function (other) {
  return equals.call(this, Buffer.from(other))
}

export { Buffer }
/** What the build passes on of the environment, as JSON. */
declare const SETTINGS: string

export const process = {
  env: JSON.parse(SETTINGS) as Record<string, string>,
  argv: [],
  execPath: '',
  memoryUsage: () => nodeOnly('process.memoryUsage'),
}
