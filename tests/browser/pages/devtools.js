// A page with a map in a global variable, for the console of developer tools.
import { Hamt } from '/dist/index.js'
import '/dist/devtools.js'

globalThis.map = Hamt.from({ hello: 42, list: [1, 2, 3], a: null, b: true })
document.querySelector('#result').textContent = '{}'
