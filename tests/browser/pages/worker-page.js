// A page that runs the exercise of a map in a worker.
const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })
const show = (value) => (document.querySelector('#result').textContent = JSON.stringify(value))
worker.onmessage = (event) => show(event.data)
worker.onerror = (event) => show({ error: event.message })
