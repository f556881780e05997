import { exercise } from './exercise.js'

postMessage(exercise())
