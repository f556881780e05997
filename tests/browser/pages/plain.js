import { exercise } from './exercise.js'

document.querySelector('#result').textContent = JSON.stringify(exercise())
