// What looks like data, and changes with something else: views of growing buffers, subclasses, prototypes
// that are data.
import { Hamt } from 'hamt-wasm'
import { states } from './support/states.js'
import { fail, insertions } from './support/insertions.js'

/** An empty buffer that can grow, where there is such a thing. */
const growable = (): ArrayBuffer =>
  new (ArrayBuffer as new (n: number, options: object) => ArrayBuffer)(0, { maxByteLength: 64 })
const views: ((buffer: ArrayBuffer) => object)[] = [
  (buffer) => new Uint16Array(buffer),
  (buffer) => new Float64Array(buffer),
  (buffer) => new DataView(buffer),
]

const lookalikes: [string, () => unknown][] = [
  [
    'an object that inherits from a record without a prototype',
    () => Object.create(Object.assign(Object.create(null), { a: 1 })),
  ],
  ['an object that inherits from a record', () => Object.create({ a: 1 })],
  [
    'an instance of a class without a prototype above',
    () => {
      class Bare {
        a = 1
      }
      Object.setPrototypeOf(Bare.prototype, null)
      return new Bare()
    },
  ],
  ...views.flatMap((viewOf): [string, () => unknown][] =>
    [null, Object.prototype].map((prototype) => [
      `a ${viewOf(growable()).constructor.name} whose prototype is ${prototype ? 'Object.prototype' : 'null'}`,
      () => Object.setPrototypeOf(viewOf(growable()), prototype) as object,
    ]),
  ),
  ['an array with a symbol', () => Object.assign([1], { [Symbol('s')]: { n: 1 } })],
  ['an array without a prototype', () => Object.setPrototypeOf([1], null)],
  ['an array that inherits from another', () => Object.setPrototypeOf([1], [{ n: 1 }])],
  [
    'an instance of a subclass of Array',
    () => {
      class List extends Array {}
      return List.from([1])
    },
  ],
  ['an array whose prototype is a Proxy', () => Object.setPrototypeOf([1], new Proxy(Array.prototype, {}))],
  [
    'a hole that a Proxy in the prototype fills',
    () => {
      const first: { smuggled?: object } = {}
      // eslint-disable-next-line no-sparse-arrays
      const second: unknown[] = [,]
      const fill = (): undefined => {
        first.smuggled = { n: 1 }
        second[0] = 1
      }
      return {
        first,
        second: Object.setPrototypeOf(
          second,
          new Proxy(Array.prototype, {
            getOwnPropertyDescriptor: fill,
            get: fill,
            has: () => (fill(), false),
          }),
        ),
      }
    },
  ],
  [
    'an instance of a class whose name throws',
    () => {
      class Throwing {
        static get name(): never {
          return fail()
        }
      }
      return new Throwing()
    },
  ],
]

describe.each(lookalikes)(
  '%s is refused, alone, inside, large and beside bytes, and nothing is frozen',
  (_, make) => {
    test.each(insertions)('%s', (_, put) => {
      const subject = states[0]![1]()
      for (const wrap of [
        (x: unknown) => x,
        (x: unknown) => ({ deep: [x] }),
        (x: unknown) => [x, new Uint8Array(2)],
        (x: unknown) => [...Array.from({ length: 200 }, (_, i) => ({ i })), x],
      ]) {
        const value = wrap(make())
        expect(() => put(subject.map, value)).toThrow(/a value cannot hold|must be a Uint8Array/)
        if (value !== null && typeof value === 'object') expect(Object.isFrozen(value)).toBe(false)
      }
    })
  },
)

test('records and arrays of another realm are data', async () => {
  const { runInNewContext } = await import('node:vm')
  const value = runInNewContext('({ a: [1, { b: null }] })') as object
  expect(Hamt.empty<object>().set('k', value).get('k')).toBe(value)
})
