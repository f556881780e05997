// Types: this file is checked by tsc with everything else. Each `@ts-expect-error` is an error that users
// must get.
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

describe('what is no data', () => {
  class Vector {
    constructor(readonly x: number) {}
    norm(): number {
      return Math.abs(this.x)
    }
  }

  test('is refused where a map is made', () => {
    // None of this runs.
    const never = (): void => {
      // @ts-expect-error a date
      Hamt.empty<Date>()
      // @ts-expect-error a date, wanted by the type of a variable
      const dates: Hamt<Date> = Hamt.empty()
      // @ts-expect-error a Map
      Hamt.empty<Map<string, number>>()
      // @ts-expect-error a Set
      Hamt.empty<Set<number>>()
      // @ts-expect-error a function
      Hamt.empty<() => void>()
      // @ts-expect-error a class
      Hamt.empty<typeof Vector>()
      // @ts-expect-error an instance of a class with methods
      Hamt.empty<Vector>()
      // @ts-expect-error a symbol
      Hamt.empty<symbol>()
      // @ts-expect-error a promise
      Hamt.empty<Promise<number>>()
      // @ts-expect-error another map
      Hamt.empty<Hamt<number>>()
      // @ts-expect-error bytes of another type
      Hamt.empty<Float64Array>()
      // @ts-expect-error a date among others
      Hamt.empty<number | Date>()
      // @ts-expect-error in a property
      Hamt.empty<{ at?: Date }>()
      // @ts-expect-error deep inside
      Hamt.empty<{ a: readonly { b: [number, Date] }[] }>()
      // @ts-expect-error inferred from a record
      Hamt.from({ a: new Date() })
      // @ts-expect-error inferred from entries
      Hamt.from([['a', () => 1]])
      // @ts-expect-error inferred from a Map
      Hamt.from(new Map([['a', new Vector(1)]]))
      // @ts-expect-error what map makes
      Hamt.from({ a: 1 }).map((n) => new Date(n))
      // @ts-expect-error items of a group
      Hamt.groupBy([new Date()], String)
      void dates
    }
    expect(never).toBeInstanceOf(Function)
  })

  test('data is allowed: interfaces, optional fields, recursive and opaque types, what nobody knows', () => {
    interface Todo {
      title: string
      due?: string | undefined
      bytes: Uint8Array | null
      readonly parts: readonly Todo[]
    }
    interface Tree {
      children: Tree[]
      parent?: Tree
      pair: [number, Tree?]
    }
    type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
    type Nested<T> = { value: T; inner: Nested<T[]> | null }
    enum Kind {
      one,
      two,
    }
    type Id = string & { readonly brand: unique symbol }
    const maps = [
      Hamt.empty<Todo>(),
      Hamt.empty<Partial<Todo>>(),
      Hamt.empty<Tree>(),
      Hamt.empty<Json>(),
      Hamt.empty<Nested<number>>(),
      Hamt.empty<{ kind: Kind; id: Id } | { kind: 'other' }>(),
      Hamt.empty<Uint8Array>(),
      Hamt.empty<unknown>(),
      Hamt.empty<never>(),
      Hamt.empty<object>(),
      Hamt.empty<Record<string, unknown>>(),
      Hamt.empty<unknown[]>(),
      Hamt.empty<any>(),
    ]
    for (const map of maps) expect(map).toBe(Hamt.empty())
  })

  test('generic code is allowed, whatever its constraints, and a codec takes anything', () => {
    function collected<V>(entries: Iterable<[string, V]>): Hamt<V> {
      return entries instanceof Array ? Hamt.from(entries) : Hamt.empty<V>().merge(entries)
    }
    function named<V extends { name: string }>(...items: V[]): Hamt<V> {
      return Hamt.from(items.map((item): [string, V] => [item.name, item]))
    }
    function transformed<V, W extends object>(map: Hamt<V>, fn: (value: V) => W): Hamt<W> {
      return map.map(fn)
    }
    function grouped<T>(items: T[]): Hamt<readonly T[]> {
      return Hamt.groupBy(items, String)
    }
    const one = { name: 'one' }
    expect(collected([['a', one]]).get('a')).toBe(one)
    expect(named(one).get('one')).toBe(one)
    expect(transformed(named(one), (item) => item).get('one')).toBe(one)
    expect(grouped([1]).get('1')).toEqual([1])
    const codec: Codec<Date> = {
      encode: (date) => Uint8Array.of(date.getDate()),
      decode: (bytes) => new Date(2000, 0, bytes[0]!),
    }
    const dates = Hamt.from({ a: new Date(2000, 0, 3) }, { codec })
    const later: Hamt<Date> = dates.map((date) => new Date(2000, 0, date.getDate() + 1))
    expect(
      later
        .set('b', new Date(2000, 0, 9))
        .get('a')!
        .getDate(),
    ).toBe(4)
  })
})
