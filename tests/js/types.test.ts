// Types: this file is checked by tsc with everything else. Each `@ts-expect-error` is an error that users must get.
import { Hamt, serialize, stats, type Codec, type Difference, type Draft, type Stats } from 'hamt-wasm'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const type = <A, B>(_same: Equal<A, B>): void => {}

test('values are inferred and checked', () => {
  const numbers = Hamt.from({ a: 1 })
  type<typeof numbers, Hamt<number>>(true)
  const pairs = Hamt.from([['a', 'x'] as const, ['b', 'y'] as const])
  type<typeof pairs, Hamt<'x' | 'y'>>(true)
  const fromMap = Hamt.from(new Map([['a', { n: 1 }]]))
  type<typeof fromMap, Hamt<{ n: number }>>(true)
  const empty = Hamt.empty<string>()
  type<typeof empty, Hamt<string>>(true)

  const got = numbers.get('a')
  type<typeof got, number | undefined>(true)
  const set = numbers.set('b', 2)
  type<typeof set, Hamt<number>>(true)
  const mapped = numbers.map((v) => String(v))
  type<typeof mapped, Hamt<string>>(true)
  const mixed = Hamt.from<number | string>({ a: 1, b: 'x' })
  const strings = mixed.filter((v): v is string => typeof v === 'string')
  type<typeof strings, Hamt<string>>(true)
  const entries = [...numbers]
  type<typeof entries, [string, number][]>(true)
  const sum = numbers.reduce((total: bigint, v) => total + BigInt(v), 0n)
  type<typeof sum, bigint>(true)
  const changes = [...numbers.diff(set)]
  type<typeof changes, Difference<number>[]>(true)
  const json = numbers.toJSON()
  type<typeof json, { [key: string]: number }>(true)
  const usage = stats()
  type<typeof usage, Stats>(true)
  numbers.withMutations((draft) => type<typeof draft, Draft<number>>(true))
  numbers.merge(set, (key, ours, theirs) => {
    type<[typeof key, typeof ours, typeof theirs], [string, number, number]>(true)
    return ours
  })
  numbers.mergeFrom(numbers, set, (_, ours, theirs, base) => {
    type<[typeof ours, typeof theirs, typeof base], [number | undefined, number | undefined, number | undefined]>(true)
    return undefined
  })
  const dates: Codec<Date> = { encode: (d) => Uint8Array.of(d.getFullYear() - 2000), decode: (b) => new Date(2000 + b[0]!, 0) }
  const byDate = Hamt.empty({ codec: dates })
  type<typeof byDate, Hamt<Date>>(true)
  type<ReturnType<typeof serialize>, Uint8Array<ArrayBuffer>>(true)
  expect([...strings]).toEqual([['b', 'x']])
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
  }
  expect(never).toBeInstanceOf(Function)
})
