// A page of the whole package, bundled.
import { use } from './use.mjs'

document.querySelector('#result').textContent = JSON.stringify(use())
