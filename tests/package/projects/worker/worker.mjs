// The worker thread of main.mjs.
import { parentPort } from 'node:worker_threads'
import { use } from './use.mjs'

parentPort.postMessage(use())
