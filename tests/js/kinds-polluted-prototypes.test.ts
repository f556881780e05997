// Prototypes that other code of the realm has changed: what `Object.prototype` was given is no option and no
// part of a value, and one that is frozen or has setters changes nothing of what is read.
import { applyDelta, deserialize, Hamt, openSnapshot, serialize, serializeDelta } from 'hamt-wasm'
import { emptyMap, openMap, openNodes, pull, push, serializeNodes } from 'hamt-wasm/blocks'
import {
  applyLogs,
  bestTicket,
  drawsIn,
  evidenceOf,
  explain,
  explainAt,
  factsOf,
  format,
  formatExplanation,
  formatStanding,
  judgeDraw,
  NodeRegistry,
  readLogs,
  scoreTicket,
  seedFromBlockHash,
  seedFromVrf,
  selectCommittee,
  sortitionAbi,
  verifyRequest,
} from 'hamt-wasm/sortition'
import { MemoryStore } from './blocks-support.js'
import { evidence } from './support/evidence.js'
import { expectUnchanged, other, show, states, uses } from './support/states.js'

const forbidden = (): never => {
  throw new Error('an option that nobody gave was used')
}
/** Options of every function, with values that would change what it does. */
const options: Record<string, unknown> = {
  codec: { encode: forbidden, decode: forbidden },
  digest: new Uint8Array(32),
  limit: 1,
  trusted: 'yes',
  meta: { forged: true },
  cache: -1,
  largestValue: -1,
  digests: 5,
  signal: { aborted: true, addEventListener: forbidden, throwIfAborted: forbidden },
  progress: forbidden,
  repair: true,
  fetch: forbidden,
}

/** Calls `f` while `Object.prototype` has more properties. */
function polluted<T>(properties: PropertyDescriptorMap, f: () => T): T {
  Object.defineProperties(Object.prototype, properties)
  try {
    return f()
  } finally {
    for (const name of Object.keys(properties)) Reflect.deleteProperty(Object.prototype, name)
  }
}

const asDescriptors = (values: Record<string, unknown>): PropertyDescriptorMap =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      { value, writable: true, configurable: true, enumerable: name !== 'digest' },
    ]),
  )

describe.each(Object.keys(options))('a polluted option, %s', (name) => {
  const pollute = <T>(f: () => T): T => polluted(asDescriptors({ [name]: options[name] }), f)

  test.each(states)('%s', (_, make) => {
    const subject = make()
    const { map } = subject
    const newer = map.set('k1', 'newer')
    const file = serialize([map, newer])
    const delta = serializeDelta([map], [newer])
    const results = (): unknown => [
      Hamt.empty().set('a', { b: 1 }).get('a'),
      Hamt.from(map.toMap()),
      serialize([map, newer]),
      serializeDelta([map], [newer]),
      deserialize(file),
      applyDelta([map], delta),
      openSnapshot(file).at(1).get('k1'),
      openSnapshot(file).meta,
      serializeNodes([map]),
    ]
    expect(show(pollute(results))).toBe(show(results()))
    expectUnchanged(subject)
  })

  test('block stores and node tables', async () => {
    const map = Hamt.from({ a: 1, b: 'text'.repeat(500) })
    const table = serializeNodes([map])
    const store = new MemoryStore()
    const steps: (() => Promise<unknown>)[] = [
      () => push(map, store),
      () => pull(store, map.digest()),
      () => openMap(store, map.digest()).get('b'),
      () => openMap(store, map.digest()).size(),
      () => openMap(store, map.digest()).prove('a'),
      () => openMap(store, map.digest()).load(),
      async () =>
        (await emptyMap(new MemoryStore())).edit((d) => void d.set('x', [1])).then((m) => m.get('x')),
      async () => (await openNodes(table)).at(0).getMany(['a', 'b']),
    ]
    for (const step of steps) {
      const expected = show(await step())
      // The whole step runs polluted, its continuations too.
      Object.defineProperties(Object.prototype, asDescriptors({ [name]: options[name] }))
      let got: string
      try {
        got = show(await step())
      } finally {
        Reflect.deleteProperty(Object.prototype, name)
      }
      expect(got).toBe(expected)
    }
  })
})

describe.each(['constructor', 'toString', 'a stranger'])('a setter on Object.prototype, %s', (name) => {
  test.each([
    ['a value with bytes', { [name]: [1], bytes: new Uint8Array(2) }],
    ['a loaded value', { [name]: [1], other: 2 }],
  ])('%s', (_, value) => {
    const file = serialize([Hamt.from<unknown>({ k: value })])
    const before = Object.getOwnPropertyDescriptor(Object.prototype, name)
    Object.defineProperty(Object.prototype, name, {
      set: forbidden,
      get: () => 'inherited',
      configurable: true,
    })
    try {
      expect(Object.hasOwn(deserialize<object>(file)[0]!.get('k')!, name)).toBe(true)
      expect(Object.hasOwn(openSnapshot<object>(file).at(0).get('k')!, name)).toBe(true)
      const map = Hamt.empty<object>().set('k', value)
      expect(Object.hasOwn(map.get('k')!, name)).toBe(true)
    } finally {
      if (before) Object.defineProperty(Object.prototype, name, before)
      else Reflect.deleteProperty(Object.prototype, name)
    }
  })
})

test('every operation gives the same under an Object.prototype that has all of these at once', () => {
  for (const [state, make] of states) {
    const subject = make()
    for (const [name, use] of uses) {
      const theirs = other()
      const expected = show(use(subject.map, theirs))
      const got = polluted(asDescriptors(options), () => {
        const result = use(subject.map, theirs)
        return (): string => show(result)
      })
      expect([state, name, got()]).toEqual([state, name, expected])
    }
    expectUnchanged(subject)
  }
})

describe('logs, evidence, options and reports of draws', () => {
  const names = new Set(['removed', 'address', 'eventName', 'args', 'transactionHash', 'transactionIndex'])
  const abiNames = (inputs: readonly { name: string; components?: readonly { name: string }[] }[]): void => {
    for (const { name, components } of inputs) {
      names.add(name)
      if (components) abiNames(components)
    }
  }
  for (const { inputs } of sortitionAbi) abiNames(inputs)

  /** Everything that a program does with logs; and the names of what its results and options have. */
  function draw(name: string, note: (record: object) => void = () => undefined): string {
    const content = JSON.parse(new TextDecoder().decode(evidence(name))) as { logs: object[] }
    const said: unknown[] = []
    for (const form of [content, evidence(name)]) {
      const logs = readLogs([{ name, content: form }], { contracts: {} })
      const { registry, ...continued } = applyLogs(NodeRegistry.empty(), logs)
      const file = registry.serialize()
      const again = applyLogs(NodeRegistry.deserialize(file), logs)
      said.push(logs, continued, file, again.notes, registry.before({ blockNumber: 5 }).serialize())
      ;[content, ...content.logs, logs, ...logs.events].forEach(note)
      const options = [
        {},
        { limit: 1000 },
        { seed: 5n },
        { threshold: [1, 2] as [number, number], chainId: 1n },
        { blockHash: `0x${'12'.repeat(32)}` as const },
        { vrf: { randomWord: 1n, requestId: 1n, chainId: 1n, registry: node } },
        { policy: 'owner-cap' as const },
      ]
      options.forEach(note)
      for (const each of drawsIn(logs).values()) {
        for (const option of options) {
          const judgement = judgeDraw(registry, each, option)
          const report = Object.hasOwn(judgement, 'report') ? judgement.report : undefined
          said.push(judgement, evidenceOf(each, option))
          note(each)
          if (!report) continue
          const operator = report.submissions[0]?.node ?? node
          const explained = explain(registry, report, operator, {})
          const standing = explainAt(registry, operator, report.timepoint, {})
          said.push(format(report), formatExplanation(explained), formatStanding(standing), factsOf(report))
          ;[judgement, report, explained, standing, explained.state ?? {}].forEach(note)
          ;[...report.committee, ...report.submissions, ...report.absent].forEach(note)
          said.push(JSON.stringify(report), registry.history(operator))
        }
        said.push(
          selectCommittee(registry.eligible(each.time - 1n), { ...ticket, size: 2, ticketPrice: 10n }),
        )
        said.push(registry.settingsBefore(each.request), registry.stateBefore(each.request, node))
      }
    }
    said.push(scoreTicket({ ...ticket, node, ticket: 1 }), bestTicket({ ...ticket, node, tickets: 3 }))
    return show(said)
  }
  const node = `0x${'01'.repeat(20)}` as const
  const ticket = { e3Id: 7n, seed: 5n }

  test.each(['right.json', 'newer.json', 'reorganised.json', 'raw.json'])(
    '%s: no property is read that a record does not have itself',
    (name) => {
      const expected = draw(name, (record) => Object.keys(record).forEach((each) => names.add(each)))
      const used = new Set<string>()
      const traps = [...names]
        .filter(
          (each) => !(each in Object.prototype) && !(each in Array.prototype) && !(each in String.prototype),
        )
        .map((each): [string, PropertyDescriptor] => [
          each,
          {
            configurable: true,
            get: () => void used.add(each),
            set(this: object, value: unknown) {
              Object.defineProperty(this, each, {
                value,
                writable: true,
                enumerable: true,
                configurable: true,
              })
            },
          },
        ])
      expect(traps.length).toBeGreaterThan(100)
      const got = polluted(Object.fromEntries(traps), () => draw(name))
      expect([...used]).toEqual([])
      expect(got).toBe(expected)
    },
  )

  test('what a record lacks is missing, whatever the prototype has', () => {
    const draws = {
      ...ticket,
      node,
      tickets: 3n,
      ticket: 1n,
      size: 2,
      ticketPrice: 10n,
      randomWord: 1n,
      requestId: 1n,
    }
    const all = asDescriptors({
      ...draws,
      chainId: 1n,
      registry: node,
      blockHash: `0x${'1'.repeat(64)}`,
      blockNumber: 5,
    })
    const calls: [() => unknown, RegExp][] = [
      [() => scoreTicket({} as never), /node must be/],
      [() => bestTicket({} as never), /tickets must be/],
      [() => seedFromBlockHash({} as never), /blockHash must be/],
      [() => seedFromVrf({} as never), /randomWord must be/],
      [() => selectCommittee(Hamt.empty(), {} as never), /must be/],
      [() => verifyRequest(NodeRegistry.empty(), {} as never), /must be/],
      [() => NodeRegistry.empty().before({} as never), /blockNumber must be/],
      [() => NodeRegistry.empty().settingsBefore({} as never), /blockNumber must be/],
    ]
    for (const [call, message] of calls) expect(() => polluted(all, call)).toThrow(message)
  })
})

test('a setter on Object.prototype takes no property of a value, though the name was read before it came', () => {
  const name = 'read before'
  const bytes = serialize([Hamt.from({ a: { [name]: 1, __proto__: null } })])
  const read = (): unknown => Object.entries(deserialize<object>(bytes)[0]!.get('a')!)
  expect(read()).toEqual([[name, 1]])
  const taken: unknown[] = []
  Object.defineProperty(Object.prototype, name, { set: (value) => taken.push(value), configurable: true })
  try {
    expect(read()).toEqual([[name, 1]])
    expect(taken).toEqual([])
  } finally {
    delete (Object.prototype as { [name]?: unknown })[name]
  }
})
