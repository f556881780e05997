// A page that runs the exercise of a map in its own thread.
import { exercise } from './exercise.js'

document.querySelector('#result').textContent = JSON.stringify(exercise())
