// The worker of worker-page.js.
import { exercise } from './exercise.js'

postMessage(exercise())
