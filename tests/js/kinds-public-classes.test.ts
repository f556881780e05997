// The classes that users meet, as tools treat them: called, constructed, cloned, sent, and shown in consoles.
import { inspect } from 'node:util'
import { MessageChannel } from 'node:worker_threads'
import * as main from 'hamt-wasm'
import * as blocks from 'hamt-wasm/blocks'
import * as slim from 'hamt-wasm/slim'
import * as sortition from 'hamt-wasm/sortition'
import * as verify from 'hamt-wasm/verify'

type Class = new (...args: unknown[]) => object

const isClass = (value: unknown): value is Class =>
  typeof value === 'function' && Function.prototype.toString.call(value).startsWith('class')

/** The classes of every entry point, by the names that these export. */
const exported = [main, slim, verify, blocks, sortition].flatMap((entry) =>
  Object.entries(entry).filter((pair): pair is [string, Class] => isClass(pair[1])),
)

/**
 * An object of every class with state that no tool reaches, with what its error says instead of cloning it.
 */
async function objects(): Promise<[string, object, RegExp][]> {
  const map = main.Hamt.from({ a: 1, b: { c: [2] } })
  const kept = new Map<string, Uint8Array>()
  const store: blocks.BlockStore = {
    get: (digest) => kept.get(digest.join()),
    put: (digest, block) => void kept.set(digest.join(), block),
  }
  const remote = await blocks.emptyMap<number>(store)
  let draft: object = {}
  await remote.edit((d) => void (draft = d).set('a', 1))
  const opened = main.openSnapshot(main.serialize([map]))
  const file = await blocks.openNodes(blocks.serializeNodes([map]))
  return [
    ['Hamt', map, /a Hamt: use serialize\(\[map\]\), or map\.toJSON\(\)/],
    ['Draft', map.asMutable(), /a Draft: use serialize\(\[draft\.asImmutable\(\)\]\)/],
    ['EntryIterator', map.keys(), /an iterator of a Hamt: send its items/],
    ['EntryIterator', map.entries(), /an iterator of a Hamt: send its items/],
    ['EntryIterator', map.asMutable().values(), /an iterator of a Hamt: send its items/],
    ['DiffIterator', map.diff(map.set('a', 2)), /an iterator of a Hamt: send its items/],
    ['OpenedSnapshot', opened, /an opened snapshot: send its bytes/],
    ['OpenedVersion', opened.at(0), /an opened snapshot: send its bytes/],
    ['NodeRegistry', sortition.NodeRegistry.empty(), /a NodeRegistry: use registry\.serialize\(\)/],
    ['LogReader', new sortition.LogReader(), /a LogReader: send the logs/],
    ['NodeFile', file, /an open node table: send its bytes or its address/],
    ['NodeVersion', file.at(-1), /send its digest or the address of the file/],
    ['RemoteMap', remote, /send its digest or the address of the file/],
    ['RemoteDraft', draft, /a draft of one edit: send the digest/],
  ]
}

const made = await objects()

test('every class is here that is exported and is no error, and has a name of its own', () => {
  const names = exported.filter(([, type]) => !(type.prototype instanceof Error)).map(([name]) => name)
  expect(names).not.toEqual([])
  expect(made.map(([name]) => name)).toEqual(expect.arrayContaining(names))
  for (const [name, type] of exported) expect([name, type.name]).toEqual([name, name])
})

test.each(exported)('%s without new is refused by that name', (name, type) => {
  expect(() => (type as unknown as () => void)()).toThrow(
    `Class constructor ${name} cannot be invoked without 'new'`,
  )
})

test.each(made)('%s: its constructor says its name, and makes nothing', (name, object) => {
  const { constructor } = object as { constructor: Class }
  expect(constructor.name).toBe(name)
  expect(() => (constructor as unknown as () => void)()).toThrow(`Class constructor ${name} cannot`)
  if (name === 'LogReader') return // users make it
  expect(() => new constructor()).toThrow(/^new (makes|opens) no \w+/)
  expect(() => new constructor({}, {}, {})).toThrow(TypeError)
})

test.each(made)('%s is cloned and sent by nobody, and the error says what to do', (_, object, what) => {
  const { port1 } = new MessageChannel()
  for (const copy of [
    () => structuredClone(object),
    () => structuredClone({ state: [object] }),
    () => port1.postMessage({ object }),
  ])
    expect(copy).toThrow(what)
  port1.close()
})

test.each(made)('%s is shown with its public name, and nothing from inside', (name, object) => {
  const shown = inspect(object, { depth: 5 })
  expect(shown).toContain(name)
  expect(shown).toMatch(/^[\w[]+/)
  expect(shown.length).toBeLessThan(160)
  expect(shown).not.toMatch(/Function|Uint8Array|_reader|store/)
  expect(Object.prototype.toString.call(object)).not.toBe('[object Object]')
  const prototype = Object.getPrototypeOf(object) as object
  expect(() => inspect(prototype)).not.toThrow()
  expect(() => inspect(Object.create(object) as object)).not.toThrow()
})

test('drafts are shown with their entries, until they end', () => {
  const draft = main.Hamt.from({ a: 1 }).asMutable()
  expect(inspect(draft)).toBe("Draft(1) { 'a' => 1 }")
  draft.asImmutable()
  expect(inspect(draft)).toBe('[Draft, ended]')
  const map = main.Hamt.from({ a: 1 })
  const late = map.asMutable()
  map.dispose()
  expect(inspect(late)).toBe('[Draft(1), disposed]')
})
