// Types: this file is checked by tsc with everything else. Each `@ts-expect-error` is an error that users must get.
import { Hamt, serialize, stats, type Codec, type Difference, type Draft, type Stats } from 'hamt-wasm'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
/** Compiles only if the value's type is exactly T. */
const exactly =
  <T>() =>
  <U>(_value: U, _same: Equal<T, U>): void => {}

test('values are inferred and checked', () => {
  const numbers = Hamt.from({ a: 1 })
  exactly<Hamt<number>>()(numbers, true)
  const pairs = Hamt.from([['a', 'x'] as const, ['b', 'y'] as const])
  exactly<Hamt<'x' | 'y'>>()(pairs, true)
  const fromMap = Hamt.from(new Map([['a', { n: 1 }]]))
  exactly<Hamt<{ n: number }>>()(fromMap, true)
  const empty = Hamt.empty<string>()
  exactly<Hamt<string>>()(empty, true)

  const got = numbers.get('a')
  exactly<number | undefined>()(got, true)
  const set = numbers.set('b', 2)
  exactly<Hamt<number>>()(set, true)
  const mapped = numbers.map((v) => String(v))
  exactly<Hamt<string>>()(mapped, true)
  const mixed = Hamt.from<number | string>({ a: 1, b: 'x' })
  const strings = mixed.filter((v): v is string => typeof v === 'string')
  exactly<Hamt<string>>()(strings, true)
  const entries = [...numbers]
  exactly<[string, number][]>()(entries, true)
  const sum = numbers.reduce((total: bigint, v) => total + BigInt(v), 0n)
  exactly<bigint>()(sum, true)
  const changes = [...numbers.diff(set)]
  exactly<Difference<number>[]>()(changes, true)
  const json = numbers.toJSON()
  exactly<{ [key: string]: number }>()(json, true)
  const usage = stats()
  exactly<Stats>()(usage, true)
  numbers.withMutations((draft) => exactly<Draft<number>>()(draft, true))
  numbers.merge(set, (key, ours, theirs) => {
    exactly<[string, number, number]>()([key, ours, theirs] as [typeof key, typeof ours, typeof theirs], true)
    return ours
  })
  numbers.mergeFrom(numbers, set, (_, ours, theirs, base) => {
    exactly<(number | undefined)[]>()([ours, theirs, base], true)
    return undefined
  })
  const dates: Codec<Date> = {
    encode: (d) => Uint8Array.of(d.getFullYear() - 2000),
    decode: (b) => new Date(2000 + b[0]!, 0),
  }
  const byDate = Hamt.empty({ codec: dates })
  exactly<Hamt<Date>>()(byDate, true)
  exactly<Uint8Array<ArrayBuffer>>()(serialize([numbers]), true)
  expect([...strings]).toEqual([['b', 'x']])
})

test('keys can be literals, which every method knows', () => {
  type Fruit = 'apples' | 'pears'
  const stock: Hamt<number, Fruit> = Hamt.empty<number, Fruit>().set('apples', 3)
  exactly<Hamt<number, Fruit>>()(stock.update('pears', (n = 0) => n + 1).delete('apples'), true)
  exactly<[Fruit, number][]>()([...stock], true)
  exactly<Fruit[]>()([...stock.keys()], true)
  exactly<Map<Fruit, number>>()(stock.toMap(), true)
  exactly<Hamt<string, Fruit>>()(
    stock.map((n, key) => `${n} ${key satisfies Fruit}`),
    true,
  )
  exactly<Hamt<number, Fruit>>()(Hamt.from<number, Fruit>({ apples: 3, pears: 5 }), true)
  exactly<Hamt<number, Fruit>>()(Hamt.from<number, Fruit>([['apples', 3]]), true)
  exactly<Hamt<number, Fruit>>()(
    stock.withMutations((draft) => draft.set('pears', 2)),
    true,
  )
  exactly<Hamt<number, Fruit>>()(stock.asMutable().delete('pears').asImmutable(), true)
  exactly<Fruit[]>()(
    [...stock.diff(stock.set('pears', 1))].map(({ key }) => key),
    true,
  )
  const wide: Hamt<number> = stock
  const view: ReadonlyMap<Fruit, number> = stock
  expect([wide.get('plums'), view.get('apples')]).toEqual([undefined, 3])
  // None of this runs.
  const never = (): void => {
    // @ts-expect-error another key
    stock.get('plums')
    // @ts-expect-error another key
    stock.set('plums', 1)
    // @ts-expect-error another key
    stock.withMutations((draft) => draft.delete('plums'))
    // @ts-expect-error another key
    stock.deleteMany(['plums'])
  }
  expect(never).toBeInstanceOf(Function)
})

test('interfaces are records and values, in generic code too', () => {
  interface Todo {
    title: string
    due?: string
  }
  interface Settings {
    readonly width: number
    readonly height: number
  }
  const settings: Settings = { width: 1, height: 2 }
  exactly<Hamt<number>>()(Hamt.from(settings), true)
  exactly<Hamt<Todo>>()(Hamt.from<Todo>({ a: { title: 'write' } }), true)
  class Store<V> {
    map = Hamt.empty<V>()
    put(key: string, value: V): Hamt<V> {
      return (this.map = this.map.set(key, value).merge(Hamt.from({ [key]: value })))
    }
  }
  expect(new Store<Todo>().put('a', { title: 'write' }).size).toBe(1)
})

test('mistakes are errors', () => {
  const numbers = Hamt.from({ a: 1 })
  // None of this runs.
  const never = (): void => {
    // @ts-expect-error a value of another type
    numbers.set('a', 'x')
    // @ts-expect-error a key that is no string
    numbers.get(1)
    // @ts-expect-error size is read only
    numbers.size = 3
    // @ts-expect-error another type of values
    numbers.merge(Hamt.from({ a: 'x' }))
    // @ts-expect-error a resolver is needed
    numbers.mergeFrom(numbers, numbers)
    // @ts-expect-error changes are read only
    for (const change of numbers.diff(numbers)) change.after = 1
    // @ts-expect-error not entries
    Hamt.from([1, 2])
    // @ts-expect-error a promise: an `await` is missing
    Hamt.from(Promise.resolve({ a: 1 }))
    // @ts-expect-error a date
    Hamt.from(new Date())
    // @ts-expect-error a function
    Hamt.from(() => ({ a: 1 }))
    // @ts-expect-error a set of values
    Hamt.from(new Set([1]))
    // @ts-expect-error a buffer
    Hamt.from(new ArrayBuffer(1))
  }
  expect(never).toBeInstanceOf(Function)
})
