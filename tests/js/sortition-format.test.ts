// The file of a registry: its formats, and files that are none.
import { deserialize, Hamt, readMeta as metaOf, serialize, SnapshotError } from 'hamt-wasm'
import { NodeRegistry, type Address, type NodeState } from 'hamt-wasm/sortition'
import {
  activation,
  added,
  addressOf,
  balance,
  event,
  op,
  owner,
  policy,
  started,
  thrownBy,
  version,
  assets,
  other,
  provider,
  submissionWindow,
  timeout,
} from './support/registry-events.js'

function expectNoByteCanBeChanged(good: Uint8Array): void {
  for (let at = 0; at < good.length; ++at) {
    for (const bit of [1, 16, 128]) {
      const bad = good.slice()
      bad[at]! ^= bit
      expect(() => NodeRegistry.deserialize(bad)).toThrow(SnapshotError)
    }
  }
}

describe('files', () => {
  const older = [event(version(1n), 1), event(added(op), 2), event(balance(op, 5n), 3)]
  const format = (bytes: Uint8Array) => (metaOf(bytes) as { format: number }).format

  test('of old registries are format 1, load, and go on as format 2', () => {
    const first = NodeRegistry.empty().applyAll([...older, event(other, 4)])
    expect(format(first.serialize())).toBe(1)
    const rest = [event(assets(10n), 5), event(started(op), 6)]
    const resumed = NodeRegistry.deserialize(first.serialize()).applyAll(rest)
    expect(format(resumed.serialize())).toBe(2)
    expect(resumed.serialize()).toEqual(first.applyAll(rest).serialize())
    expect(resumed.before({ blockNumber: 5n }).serialize()).toEqual(first.serialize())
  })

  const rich = NodeRegistry.empty().applyAll([
    ...older,
    event(started(op), 4),
    event(policy({ cooldownEnabled: true, cooldownDuration: 2 ** 48 - 1 }), 4, 1),
    event(assets(2n ** 200n), 5),
    event(submissionWindow(2n ** 256n - 1n), 6),
    event(timeout(600n), 6, 1),
    event(provider(addressOf(8)), 7),
    event(policy({ admissionsPaused: true, pauseTimepoint: 1007, pauseCooldownDuration: 3 }), 8),
  ])
  const good = rich.serialize()

  test('no byte can be changed', () => expectNoByteCanBeChanged(good))

  // A row of each new kind, in one block: admission, policy, assets, window, timeout, provider.
  const addresses = [op, addressOf(2)]
  const rows = [7 + 8, 1, 100, 0, 0, 16, 0, 3, 9, 99, 5, 17, 0, 10, 1, 18, 0, 6, 19, 0, 7, 20, 0, 1]
  const state: NodeState = { registered: false, active: false, ticketBalance: 0n, admittedSince: 100n }
  const goodMeta = {
    kind: 'node-registry',
    format: 2,
    position: [1, 5, 100],
    addresses: new Uint8Array(Buffer.from(addresses.map((a) => a.slice(2)).join(''), 'hex')),
    rows: 6,
    events: new Uint8Array(rows),
  }
  const file = (meta: object) => serialize([Hamt.from({ [op]: state })], { meta: meta as never })
  const changed = (at: number, ...bytes: number[]) => ({
    events: new Uint8Array([...rows.slice(0, at), ...bytes, ...rows.slice(at + 1)]),
  })

  test('the file that the next test spoils is good', () => {
    const r = NodeRegistry.deserialize(file(goodMeta))
    expect(r.settingsBefore({ blockNumber: 2n, logIndex: 0 })).toEqual({
      ticketPrice: 10n,
      submissionWindow: 6n,
      randomnessTimeout: 7n,
      randomnessProvider: addressOf(2),
      configurationVersion: 0n,
      admission: {
        cooldownEnabled: true,
        admissionsPaused: true,
        cooldownDuration: 9,
        pauseTimepoint: 99,
        pauseCooldownEnabled: false,
        pauseCooldownDuration: 5,
      },
    })
    expect(r.serialize()).toEqual(file(goodMeta))
  })

  test.each<[string, object, RegExp]>([
    ['format 1 with rows of format 2', { format: 1 }, /unknown kind 15/],
    ['a kind between the two', changed(11, 21), /unknown kind 21/],
    ['a kind below', changed(11, 15), /the old one|unknown kind/],
    ['flags that are none', changed(7, 8), /policy out of range/],
    ['a duration beyond uint48', changed(8, 128, 128, 128, 128, 128, 128, 64), /policy out of range/],
    ['a pause that begins later', changed(9, 101), /a pause that begins later/],
    ['a token beyond the list', changed(14, 2), /address 2 of 2/],
    [
      'format 2 with rows of format 1',
      { rows: 1, events: new Uint8Array([8, 1, 100, 0, 0]), addresses: goodMeta.addresses.subarray(0, 20) },
      /its format is 2, and its rows are those of format 1/,
    ],
  ])('%s', (_, change, message) => {
    const thrown = thrownBy(() => NodeRegistry.deserialize(file({ ...goodMeta, ...change })))
    expect(thrown).toBeInstanceOf(SnapshotError)
    expect(thrown).toMatchObject({ code: 'registry', message: expect.stringMatching(message) })
  })

  test('the newest version is a snapshot like any other', () => {
    const [newest] = deserialize<NodeState>(good)
    expect(newest!.get(op)).toEqual({
      registered: true,
      active: false,
      ticketBalance: 5n,
      admittedSince: 1004n,
    })
  })
})

describe('hostile files', () => {
  const history = [
    event(version(1n), 1),
    event(added(op), 2),
    event(owner(op, addressOf(9)), 2, 1),
    event(balance(op, 2n ** 200n), 3),
    event(activation(op, true), 4),
    event(['CommitteeRequested', {}], 5),
  ]
  const good = NodeRegistry.empty().applyAll(history).serialize()

  test('no byte can be changed', () => expectNoByteCanBeChanged(good))

  test('truncated, empty, random, no bytes', () => {
    for (let size = 0; size < good.length; size += 3)
      expect(() => NodeRegistry.deserialize(good.subarray(0, size))).toThrow(SnapshotError)

    expect(() => NodeRegistry.deserialize('x' as any)).toThrow(TypeError)
  })

  const state: NodeState = { registered: true, active: true, ticketBalance: 5n, owner: addressOf(9) }
  /**
   * A well-formed snapshot with any version and meta. Rows below: version 1, added, owner, balance 5,
   * activated.
   */
  const rows = [8 + 5, 1, 100, 0, 1, 8 + 0, 1, 1, 0, 0, 6, 0, 0, 1, 2, 0, 0, 5, 3, 0, 0]
  const bytesOf = (...list: Address[]) =>
    new Uint8Array(Buffer.from(list.map((a) => a.slice(2)).join(''), 'hex'))
  const addresses = bytesOf(op, addressOf(9))
  const goodMeta = {
    kind: 'node-registry',
    format: 1,
    position: [2, 3, 101],
    addresses,
    rows: 5,
    events: new Uint8Array(rows),
  }
  const file = (meta: unknown, versions = [Hamt.from({ [op]: state })]) =>
    serialize(versions, { meta: meta as never })

  test('the file that the next test spoils is good', () => {
    expect(NodeRegistry.deserialize(file(goodMeta)).at(101).get(op)).toEqual(state)
  })

  const spoiled: [string, object, RegExp][] = [
    ['another kind', { kind: 'x' }, /meta is not that of a registry/],
    ['another format', { format: 2 }, /format is 2/],
    ['formats that are no number', { format: ['x'] }, /format is an array of 1/],
    ['a format that has no text', { format: { toString: 1 } }, /format is an object/],
    ['a negative zero as a position', { position: [2, 3, -0] }, /position is none/],
    ['a negative zero of rows', { rows: -0 }, /rows are no number/],
    ['another field', { more: 1 }, /another field/],
    ['no position', { position: null }, /position is before its last event/],
    ['a position before the last event', { position: [2, 2, 101] }, /position is before/],
    ['a position at another time', { position: [2, 3, 102] }, /position is before/],
    ['a position of text', { position: ['2', 3, 101] }, /position is none/],
    ['half an address', { addresses: addresses.slice(0, 39) }, /addresses are not 20 bytes/],
    ['an address twice', { addresses: bytesOf(op, op, addressOf(9)) }, /not in order/],
    ['addresses the wrong way round', { addresses: bytesOf(addressOf(9), op) }, /not in order/],
    ['an address too many', { addresses: bytesOf(op, addressOf(9), addressOf(0xfff)) }, /no event names/],
    ['rows that are no number', { rows: -1 }, /rows are no number/],
    ['more rows than there can be', { rows: 2 ** 40 }, /rows are no number/],
    ['a row fewer', { rows: 4 }, /bytes after its last row/],
    ['a row more', { rows: 6 }, /ends within a row/],
    [
      'a new block that is the old one',
      { events: new Uint8Array([...rows.slice(0, 6), 0, ...rows.slice(7)]) },
      /the old one/,
    ],
    ['no events', { events: new Uint8Array(), rows: 0 }, /no event names/],
    ['a row cut short', { events: new Uint8Array(rows.slice(0, -1)) }, /ends within a row/],
    ['a row too many', { events: new Uint8Array([...rows, 4, 0, 0]), rows: 6 }, /position is before/],
    ['another kind of row', { events: new Uint8Array([8 + 7, ...rows.slice(1)]) }, /unknown kind/],
    ['a first row without a block', { events: new Uint8Array([5, ...rows.slice(1)]) }, /first row/],
    ['version 0', { events: new Uint8Array([8 + 5, 1, 100, 0, 0, ...rows.slice(5)]) }, /version 0/],
    [
      'superfluous digits',
      { events: new Uint8Array([8 + 5, 129, 0, 100, 0, 1, ...rows.slice(5)]) },
      /superfluous/,
    ],
    [
      'a number that never ends',
      { events: new Uint8Array([8 + 5, ...new Uint8Array(40).fill(255)]) },
      /beyond 2\^53/,
    ],
    [
      'a number of 150 digits that are zero',
      { events: new Uint8Array([8 + 5, ...new Uint8Array(150).fill(128), 1, 100, 0, 1, ...rows.slice(5)]) },
      /beyond 2\^53/,
    ],
    [
      'a position of 150 digits that are zero',
      { events: new Uint8Array([8 + 5, 1, 100, ...new Uint8Array(150).fill(128), 1, 1, ...rows.slice(5)]) },
      /beyond 2\^53/,
    ],
    [
      'a balance that never ends',
      { events: new Uint8Array([...rows.slice(0, 17), ...new Uint8Array(40).fill(255)]) },
      /beyond 2\^256/,
    ],
    [
      'an address beyond the list',
      { events: new Uint8Array([...rows.slice(0, 9), 2, ...rows.slice(10)]) },
      /address 2 of 2/,
    ],
    [
      'another balance',
      { events: new Uint8Array([...rows.slice(0, 17), 6, ...rows.slice(18)]) },
      /is not what its events lead to/,
    ],
    [
      'an owner as operator',
      { events: new Uint8Array([...rows.slice(0, 9), 1, ...rows.slice(10)]) },
      /not what its events lead to/,
    ],
  ]
  test.each(spoiled)('%s', (_, change, message) => {
    const thrown = thrownBy(() => NodeRegistry.deserialize(file({ ...goodMeta, ...change })))
    expect(thrown).toBeInstanceOf(SnapshotError)
    expect(thrown).toMatchObject({ code: 'registry', message: expect.stringMatching(message) })
  })

  test('snapshots that are no registry', () => {
    const map = Hamt.from({ [op]: state })
    expect(() => NodeRegistry.deserialize(serialize([map]))).toThrow(/meta is not that of a registry/)
    expect(() => NodeRegistry.deserialize(file(goodMeta, []))).toThrow(/0 versions/)
    expect(() => NodeRegistry.deserialize(file(goodMeta, [map, map]))).toThrow(/2 versions/)
    expect(() => NodeRegistry.deserialize(file(goodMeta, [map.set('hello', state)]))).toThrow(
      /"hello" is not what its events lead to/,
    )
    expect(() => NodeRegistry.deserialize(file(goodMeta, [map.set(addressOf(2), state)]))).toThrow(
      SnapshotError,
    )
    expect(() =>
      NodeRegistry.deserialize(file(goodMeta, [map.set(op, { ...state, active: false })])),
    ).toThrow(/not what its events lead to/)
    expect(() =>
      NodeRegistry.deserialize(file(goodMeta, [map.set(op, { ...state, more: 1 } as NodeState)])),
    ).toThrow(/not what its events/)
    expect(() => NodeRegistry.deserialize(file(goodMeta, [map.set(op, 5 as unknown as NodeState)]))).toThrow(
      SnapshotError,
    )
  })
})
