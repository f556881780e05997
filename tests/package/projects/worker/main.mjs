// A program that runs the package in a worker thread.
import { Worker } from 'node:worker_threads'

const worker = new Worker(new URL('./worker.mjs', import.meta.url))
worker.on('message', (seen) => console.log(JSON.stringify(seen)))
