// Properties that are undefined are no part of a value, as in JSON; everything else that is undefined is
// refused.
import fc from 'fast-check'
import { Hamt, deserialize, serialize } from 'hamt-wasm'
import { emptyMap } from 'hamt-wasm/blocks'
import { value } from './support/values.js'

interface Todo {
  title: string
  due?: string | undefined
}

/** A copy in which some objects have one more property, which is undefined. */
function withUndefined(data: unknown, where: () => boolean): unknown {
  if (typeof data !== 'object' || data === null || data instanceof Uint8Array) return data
  if (Array.isArray(data)) return data.map((item) => withUndefined(item, where))
  const entries = Object.entries(data).map(([k, v]) => [k, withUndefined(v, where)] as const)
  if (where()) entries.splice(entries.length >> 1, 0, ['not there', undefined])
  return Object.fromEntries(entries)
}

test('a value is what it is without them', () => {
  fc.assert(
    fc.property(value, fc.infiniteStream(fc.boolean()), (data, stream) => {
      const choices = stream[Symbol.iterator]()
      const written = withUndefined(data, () => choices.next().value as boolean)
      const map = Hamt.from<unknown>({ v: data, other: 1 })
      const same = Hamt.from<unknown>({ v: written, other: 1 })
      expect(same.equals(map)).toBe(true)
      expect(map.set('v', written)).toBe(map)
      expect([...map.diff(same)]).toEqual([])
      expect(same.digest()).toEqual(map.digest())
      expect(same.get('v')).toStrictEqual(map.get('v'))
      expect(deserialize(serialize([same]))[0]!.get('v')).toStrictEqual(same.get('v'))
    }),
  )
})

test('it is a frozen copy that is the same object each time; what was stored is neither changed nor frozen', () => {
  const nested = { b: 1, c: undefined }
  const todo = { title: 'write', due: undefined, nested }
  const map = Hamt.from({ first: todo })
  const kept = map.get('first')!
  expect(kept).toStrictEqual({ title: 'write', nested: { b: 1 } })
  expect(Object.isFrozen(kept) && Object.isFrozen(kept.nested)).toBe(true)
  expect(map.set('second', todo).get('first')).toBe(kept)
  expect(Object.isFrozen(todo) || Object.isFrozen(nested)).toBe(false)
  expect(todo).toStrictEqual({ title: 'write', due: undefined, nested: { b: 1, c: undefined } })
})

test('as JSON has it, also beside bytes, in a Proxy, and in many parts', () => {
  const bytes = Uint8Array.of(1)
  expect(Hamt.from({ a: { bytes, gone: undefined } }).get('a')).toStrictEqual({ bytes })
  expect(Hamt.from({ a: new Proxy({ x: 1, gone: undefined }, {}) }).get('a')).toStrictEqual({ x: 1 })
  const long = Array.from({ length: 200 }, (_, i) => ({ i, gone: undefined }))
  const table = Object.fromEntries(long.map((row, i) => [`row ${i}`, i % 2 ? row : undefined]))
  const map = Hamt.from<object>({ long, table })
  expect(map.toJSON()).toStrictEqual(JSON.parse(JSON.stringify({ long, table })))
})

test('optional fields can be written out in every edit', () => {
  const first = Hamt.empty<Todo>().set('a', { title: 'write', due: 'today' })
  const later = first.update('a', (todo) => todo && { ...todo, due: undefined })
  expect(later.get('a')).toStrictEqual({ title: 'write' })
  expect(
    first.withMutations((draft) => draft.set('a', { title: 'write', due: undefined })).equals(later),
  ).toBe(true)
  expect(first.merge({ a: { title: 'write', due: undefined } }).equals(later)).toBe(true)
  expect(first.map((todo): Todo => ({ ...todo, due: undefined })).equals(later)).toBe(true)
})

test('blocks and meta have it too', async () => {
  const store = new Map<string, Uint8Array>()
  const empty = await emptyMap<Todo>({
    get: (digest) => store.get(digest.join()),
    put: (digest, block) => void store.set(digest.join(), block),
  })
  const edited = await empty.edit((draft) => void draft.set('a', { title: 'write', due: undefined }))
  expect(await edited.get('a')).toStrictEqual({ title: 'write' })
  expect(edited.digest).toEqual(Hamt.from({ a: { title: 'write' } }).digest())
})

test('an item, or a whole value, that is undefined is refused', () => {
  const map = Hamt.empty<unknown>()
  expect(() => map.set('k', [1, undefined])).toThrow('a value cannot hold undefined (at [1], under key "k")')
  expect(() => map.set('k', { list: [,] })).toThrow('(at list[0], under key "k")') // eslint-disable-line no-sparse-arrays
  expect(() => map.set('k', undefined)).toThrow('a value cannot be undefined; to remove a key, use delete')
  expect(() => Hamt.from({ k: undefined } as Record<string, unknown>)).toThrow('a value cannot be undefined')
})

test('properties that are not enumerable are no part of it, whatever their names', () => {
  const hidden = Object.defineProperties({ x: 1 }, { secret: { value: 1 }, [Symbol('s')]: { value: 2 } })
  expect(Hamt.from({ hidden }).equals(Hamt.from({ hidden: { x: 1 } }))).toBe(true)
  expect(() => Hamt.from({ a: { x: 1, [Symbol('s')]: 2 } })).toThrow('an object with symbols')
})
