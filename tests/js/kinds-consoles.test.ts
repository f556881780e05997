// Consoles and assertion libraries: a map can be shown by anyone, with any arguments, and an assertion that fails about one says why.
import { inspect } from 'node:util'
import * as chai from 'chai'
import { Hamt, openSnapshot, serialize } from 'hamt-wasm'
import { expectUnchanged, states } from './support/states.js'

const custom = Symbol.for('nodejs.util.inspect.custom')
type Inspectable = Record<symbol, (...args: unknown[]) => string>

const oddArguments: unknown[][] = [
  [],
  [2],
  [0],
  [-1],
  [null],
  [Infinity],
  ['2'],
  [2, null],
  [2, {}],
  [2, { maxArrayLength: null }],
  [2, { maxArrayLength: 0 }],
  [2, { maxArrayLength: 'many' }],
  [2, { depth: 1 }, inspect],
  [2, {}, null],
  [2, {}, 'inspect'],
  [2, {}, () => undefined],
  [undefined, undefined, inspect],
]

test.each(states)('inspect with odd arguments: %s', (_, make) => {
  const subject = make()
  for (const args of oddArguments) {
    const shown = (subject.map as unknown as Inspectable)[custom]!(...args)
    expect(typeof shown).toBe('string')
  }
  expect((subject.map as unknown as Inspectable)[custom]!()).toContain(`Hamt(${subject.model.size})`)
  expect(inspect(subject.map)).toContain(`Hamt(${subject.model.size})`)
  expect(inspect({ nested: [subject.map] }, { depth: 0 })).toContain('Array')
  expectUnchanged(subject)
})

test('disposed maps and prototypes are shown too', () => {
  const map = Hamt.from({ a: 1 })
  map.dispose()
  expect(inspect(map)).toContain('disposed')
  expect(() => inspect(Hamt.prototype)).not.toThrow()
  expect(() => inspect(Object.create(map))).not.toThrow()
  expect(() => inspect(new Proxy(Hamt.from({ a: 1 }), {}), { showProxy: true })).not.toThrow()
  expect(() => inspect(openSnapshot(serialize([Hamt.from({ a: 1 })])))).not.toThrow()
})

/** Assertions of a library that must fail with its own error. */
function expectAssertion(f: () => unknown): void {
  let message: string | undefined
  try {
    f()
  } catch (error) {
    expect((error as Error).name).toMatch(/Assert|Error/)
    ;({ message } = error as Error)
    expect((error as Error).constructor.name).not.toMatch(/TypeError|RangeError/)
  }
  expect(message).toMatch(/Hamt|expected/)
}

test.each(states)('assertions of chai that fail about a map: %s', (_, make) => {
  const { map } = make()
  expectAssertion(() => chai.expect(map).to.equal(5))
  expectAssertion(() => chai.expect(map).to.deep.equal({ a: 1 }))
  expectAssertion(() => chai.expect({ map }).to.deep.equal({ map: 1 }))
  expectAssertion(() => chai.expect([map]).to.include(7))
  expectAssertion(() => chai.assert.isNull(map))
  chai.expect(map).to.equal(map)
})

test.each(states)('assertions of Jest that fail about a map: %s', (_, make) => {
  const { map } = make()
  for (const f of [
    () => expect(map).toBe(5),
    () => expect(map).toEqual({ a: 1 }),
    () => expect({ map }).toStrictEqual({ map: 1 }),
    () => expect([map]).toContain(7),
    () => expect(map).toBeNull(),
  ])
    expect(f).toThrow(/expect/)
})
