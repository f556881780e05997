import { use } from './use.mjs'

document.querySelector('#result').textContent = JSON.stringify(use())
