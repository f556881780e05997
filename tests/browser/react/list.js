// A React page whose state is a map: a long list, undo, save, load, verify. Counts renders of rows.
import { Hamt, deserialize, serialize } from 'hamt-wasm'
import { verifyProof } from 'hamt-wasm/verify'
import { createElement, memo, useReducer } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'

function reduce({ past, present }, action) {
  if (action === 'undo') return { past: past.slice(0, -1), present: past.at(-1) ?? present }
  const next = action(present)
  return next === present ? { past, present } : { past: [...past, present], present: next }
}

const todos = (size) =>
  Hamt.from(Array.from({ length: size }, (_, i) => [`row${i}`, { title: `todo ${i}`, done: false }]))

/**
 * Takes a list of `size` rows through a session; gives which rows each step rendered, and what the page
 * showed then.
 */
window.runList = (size) => {
  let rendered = []
  let state
  let dispatch

  const Row = memo(({ id, todo }) => {
    rendered.push(id)
    return createElement('li', { id }, `${todo.title}: ${todo.done ? 'done' : 'open'}`)
  })
  const List = ({ first }) => {
    ;[state, dispatch] = useReducer(reduce, { past: [], present: first })
    const rows = Array.from(state.present, ([id, todo]) => createElement(Row, { key: id, id, todo }))
    return createElement('ul', null, rows)
  }

  const first = todos(size)
  const root = createRoot(document.querySelector('#root'))
  const steps = {}
  const step = (name, f) => {
    rendered = []
    flushSync(f)
    const rows = document.querySelectorAll('#root li')
    steps[name] = {
      rendered: rendered.length > 200 ? rendered.length : rendered.sort(),
      rows: rows.length,
      done: [...rows].filter((row) => row.textContent.endsWith('done')).length,
      entries: state?.present.size,
    }
  }
  const done = (todo) => ({ ...todo, done: true })

  step('mount', () => root.render(createElement(List, { first })))
  step('edit one', () => dispatch((map) => map.update('row7', done)))
  step('edit it to what it is', () => dispatch((map) => map.update('row7', done)))
  step('delete one', () => dispatch((map) => map.delete('row8')))
  step('add one', () => dispatch((map) => map.set('new', { title: 'new', done: false })))
  step('edit a hundred', () =>
    dispatch((map) =>
      map.withMutations((draft) => {
        for (let i = 100; i < 200; i++) draft.update(`row${i}`, done)
      }),
    ),
  )
  step('filter', () => dispatch((map) => map.filter((todo) => !todo.done)))
  step('undo', () => dispatch('undo'))
  step('undo the hundred', () => dispatch('undo'))
  const saved = serialize([...state.past, state.present])
  const digest = state.present.digest()
  const loaded = deserialize(saved)
  step('load what is shown', () => dispatch((map) => (map.equals(loaded.at(-1)) ? map : loaded.at(-1))))
  step('load the first', () => dispatch((map) => map.merge(loaded[0])))
  const proof = loaded.at(-1).prove('row7')
  const verified = [
    verifyProof(digest, 'row7', proof),
    verifyProof(digest, 'row8', loaded.at(-1).prove('row8')).found,
    loaded.length,
  ]
  step('unmount', () => root.unmount())
  return { steps, verified }
}
