// The package in Node, as ES modules.
import { use } from './use.mjs'

console.log(JSON.stringify(use()))
