// js/codec/bytes.ts: which values count as bytes, and that the copies are whole, of the real length, and
// nobody else's.
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { isBytes, takeBytes } from '../../js/codec/bytes.js'

const sample = [1, 2, 3, 250]

class Speciated extends Uint8Array {
  static get [Symbol.species](): Uint8ArrayConstructor {
    throw new Error('species was asked for')
  }
}

class Lying extends Uint8Array {
  override get length(): number {
    return 2
  }
  override get byteLength(): number {
    return 2
  }
  override get byteOffset(): number {
    return 1
  }
  override slice(): Uint8Array<ArrayBuffer> {
    return this as unknown as Uint8Array<ArrayBuffer>
  }
  override get [Symbol.toStringTag](): 'Uint8Array' {
    return 'Blob' as 'Uint8Array'
  }
}

function shared(bytes: number[]): Uint8Array {
  const view = new Uint8Array(new SharedArrayBuffer(bytes.length))
  view.set(bytes)
  return view
}

const kinds: [string, () => Uint8Array][] = [
  ['a Uint8Array', () => Uint8Array.from(sample)],
  ['a view of a part', () => Uint8Array.from([9, ...sample, 9]).subarray(1, 5)],
  ['a Buffer', () => Buffer.from(sample)],
  [
    'a Uint8Array of another realm',
    () => runInNewContext(`Uint8Array.from([${sample.join()}])`) as Uint8Array,
  ],
  ['a view of shared memory', () => shared(sample)],
  ['a subclass with a species', () => Speciated.from(sample)],
  ['a subclass that lies about itself', () => new Lying(sample)],
  [
    'an array with own properties that lie',
    () => {
      const bytes = Uint8Array.from(sample)
      for (const name of ['length', 'byteLength', 'byteOffset', 'buffer', 'constructor'])
        Object.defineProperty(bytes, name, { value: 1 })
      return bytes
    },
  ],
  ['one without a prototype', () => Object.setPrototypeOf(Uint8Array.from(sample), null) as Uint8Array],
]

test.each(kinds)('%s is copied by its real length into an array of its own', (_, make) => {
  const bytes = make()
  expect(isBytes(bytes)).toBe(true)
  const copy = takeBytes(bytes, 'a value')
  expect(Object.getPrototypeOf(copy)).toBe(Uint8Array.prototype)
  expect([...copy]).toEqual(sample)
  expect(copy.buffer.byteLength).toBe(sample.length)
  Uint8Array.prototype.fill.call(bytes, 0)
  expect([...copy]).toEqual(sample)
})

test('any bytes are copied as they are', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.nat(8), (bytes, from) => {
      const view = bytes.subarray(from)
      expect([...takeBytes(view, 'x')]).toEqual([...view])
    }),
  )
})

const others: [string, unknown][] = [
  ['a string', 'bytes'],
  ['undefined', undefined],
  ['null', null],
  ['an array', sample],
  ['a Uint16Array', new Uint16Array(2)],
  ['an Int8Array', new Int8Array(2)],
  ['a Uint8ClampedArray', new Uint8ClampedArray(2)],
  ['an ArrayBuffer', new ArrayBuffer(2)],
  ['an object', new DataView(new ArrayBuffer(2))],
  ['an object', { length: 2, 0: 1, 1: 2, [Symbol.toStringTag]: 'Uint8Array' }],
  ['an object', Object.create(Uint8Array.prototype)],
  ['an object', new Proxy(new Uint8Array(2), {})],
]

test.each(others)('%s is refused by name', (name, value) => {
  expect(isBytes(value)).toBe(false)
  expect(() => takeBytes(value, 'a snapshot')).toThrow(
    new TypeError(`a snapshot must be a Uint8Array, not ${name}`),
  )
})

test('bytes whose buffer was transferred, or shrunk away, are refused; empty ones are not', () => {
  const bytes = Uint8Array.from(sample)
  const tail = bytes.subarray(2, 2)
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
  for (const detached of [bytes, tail])
    expect(() => takeBytes(detached, 'a proof')).toThrow(/^a proof .* transferred/)

  type Resizable = ArrayBuffer & { resize(n: number): void }
  const buffer = Reflect.construct(ArrayBuffer, [8, { maxByteLength: 8 }]) as Resizable
  const end = new Uint8Array(buffer, 4)
  buffer.resize(2)
  expect(() => takeBytes(end, 'a proof')).toThrow(/^a proof .* resized/)

  expect(takeBytes(new Uint8Array(0), 'a proof')).toHaveLength(0)
  expect(takeBytes(Uint8Array.from(sample).subarray(4), 'a proof')).toHaveLength(0)
})
