// Types of maps whose keys are a union of strings.
import { type Draft, Hamt } from 'hamt-wasm'

type Fruit = 'apples' | 'pears'
interface Todo {
  title: string
  due?: string
}

const stock: Hamt<number, Fruit> = Hamt.empty<number, Fruit>().set('apples', 3)
const keys: Fruit[] = [...stock.keys()]
const view: ReadonlyMap<Fruit, number> = stock
const restock = (draft: Draft<number, Fruit>): void => void draft.set('pears', 1)
const todos: Hamt<Todo> = Hamt.from<Todo>({ a: { title: 'write' } })

// @ts-expect-error another key
stock.get('plums')
// @ts-expect-error a promise
Hamt.from(Promise.resolve({ a: 1 }))
// @ts-expect-error what cannot be stored
Hamt.empty<Date>()
const generic = <V>(entries: [string, V][]): Hamt<V> => Hamt.from(entries)

export { generic, keys, restock, todos, view }
