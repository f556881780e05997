import { use } from './use.mjs'

console.log(JSON.stringify(use()))
