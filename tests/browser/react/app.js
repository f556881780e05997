// A React page whose store is a map: rows that subscribe to one key each, a number of entries, and a list of
// keys. Counts renders.
import { Hamt } from 'hamt-wasm'
import { createElement, memo, useSyncExternalStore } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'

function makeStore(map) {
  const listeners = new Set()
  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    getSnapshot: () => map,
    show(version) {
      if (version === map) return
      map = version
      flushSync(() => listeners.forEach((listener) => listener()))
    },
    listeners,
  }
}

/**
 * Shows a map of `size` entries, of which the rows `shown` are on the page, and takes it through its life;
 * gives what each step rendered.
 */
window.run = (size, shown) => {
  let rendered = []
  const use = (select) => useSyncExternalStore(store.subscribe, () => select(store.getSnapshot()))

  const Row = memo(({ id }) => {
    const todo = use((map) => map.get(id))
    rendered.push(id)
    return createElement('li', { id }, todo ? `${todo.title}: ${todo.done ? 'done' : 'open'}` : 'gone')
  })
  const Size = () => {
    const size = use((map) => map.size)
    rendered.push('size')
    return createElement('p', { id: 'size' }, `${size} entries`)
  }
  const App = () => {
    rendered.push('app')
    return createElement(
      'ul',
      null,
      createElement(Size),
      ...shown.map((id) => createElement(Row, { key: id, id })),
    )
  }

  const first = Hamt.from(
    Array.from({ length: size }, (_, i) => [`row${i}`, { title: `todo ${i}`, done: false }]),
  )
  const store = makeStore(first)
  const root = createRoot(document.querySelector('#root'))
  const steps = {}
  const step = (name, f) => {
    rendered = []
    f()
    steps[name] = { rendered: rendered.sort(), text: document.querySelector('#root').textContent }
  }
  const edit = (f) => store.show(f(store.getSnapshot()))
  const done = (id) => edit((map) => map.update(id, (todo) => ({ ...todo, done: true })))

  step('mount', () => flushSync(() => root.render(createElement(App))))
  step('edit', () => done(shown[1]))
  step('equal', () => edit((map) => map.set(shown[1], { done: true, title: map.get(shown[1]).title })))
  step('another', () => edit((map) => map.set('elsewhere', { title: 'not shown', done: false })))
  step('digest', () => void store.getSnapshot().digest())
  step('edit after the digest', () => done(shown[2]))
  step('two at once', () =>
    edit((map) => map.withMutations((draft) => draft.delete(shown[0]).delete('elsewhere'))),
  )
  step('undo all', () => store.show(first))
  step('unmount', () => flushSync(() => root.unmount()))
  return { steps, listeners: store.listeners.size }
}
