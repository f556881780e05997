// Consoles and assertion libraries: a map can be shown by anyone, with any arguments, and an assertion that
// fails about one says why.
import { spawnSync } from 'node:child_process'
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

// In a process of its own: Vitest's `expect` and Jest's put the same symbols on the global object.
const inVitest = `
  import { Hamt, deserialize, serialize } from 'hamt-wasm'
  import { chai, JestAsymmetricMatchers, JestChaiExpect, JestExtend } from '@vitest/expect'
  for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin)
  const { expect } = chai
  const small = Hamt.from({ a: 1, b: { c: [2] } })
  const later = small.set('x', 1).set('y', 2)
  const large = Hamt.from(Array.from({ length: 20_000 }, (_, i) => ['k' + i, i]))
  const gone = Hamt.from({ a: 1 })
  gone.dispose()
  const states = { empty: Hamt.empty(), old: small, later, large, loaded: deserialize(serialize([later]))[0], gone }
  const other = Hamt.from({ other: 1 })
  const failing = {
    toBe: (map) => expect(map).toBe(5),
    toBeOther: (map) => expect(map).toBe(other),
    toEqualObject: (map) => expect(map).toEqual({ d: 1 }),
    toStrictEqual: (map) => expect({ map }).toStrictEqual({ map: 1 }),
    toMatchObject: (map) => expect({ map }).toMatchObject({ map: 1 }),
    toContain: (map) => expect([map]).toContain(7),
    toBeNull: (map) => expect(map).toBeNull(),
    toHaveProperty: (map) => expect(map).toHaveProperty('none'),
    chai: (map) => expect(map).to.equal(5),
  }
  const outcome = {}
  for (const [state, map] of Object.entries(states))
    for (const [name, f] of Object.entries(failing)) {
      let error = { name: 'none', message: 'nothing was thrown' }
      try { f(map) } catch (thrown) { error = thrown }
      outcome[state + ' ' + name] = [error.name, error.message]
    }
  expect(small).toBe(small)
  console.log(JSON.stringify(outcome))`

test('assertions of Vitest that fail about a map', () => {
  const args = ['--input-type=module', '--eval', inVitest]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect([status, stderr]).toEqual([0, ''])
  const outcome = Object.entries(JSON.parse(stdout) as Record<string, [string, string]>)
  expect(outcome).toHaveLength(6 * 9)
  for (const [what, [name, message]] of outcome) {
    // Comparing the contents of a disposed map is refused.
    expect([what, name]).toEqual([what, what === 'gone toBeOther' ? 'DisposedError' : 'AssertionError'])
    expect(message).toMatch(/Hamt|expected|disposed/)
    expect(message.length).toBeLessThan(2000)
  }
})
