// The files of tests/vectors/snapshots, through the package, through the view that reads in place, and
// through the reference reader: all agree on what is in a good file, and on why a hostile one is refused.
import { readdirSync, readFileSync } from 'node:fs'
import { deserialize, openSnapshot, readMeta, serialize, SnapshotError, stats } from 'hamt-wasm'
import { encode, good, hostile } from '../vectors/snapshots/generate.mjs'
import { Broken, readSnapshot } from './snapshot-reference.js'

const folder = new URL('../vectors/snapshots/', import.meta.url)
const files = (name: string) =>
  readdirSync(new URL(name, folder)).map((file) => ({
    name: file.replace('.snapshot', ''),
    bytes: new Uint8Array(readFileSync(new URL(`${name}/${file}`, folder))),
  }))
const raw = { encode: (bytes: Uint8Array) => bytes, decode: (bytes: Uint8Array) => bytes }
const text = (bytes: string) => new TextDecoder().decode(Uint8Array.from(bytes, (c) => c.charCodeAt(0)))
const units = (bytes: Uint8Array) => String.fromCharCode(...bytes)

function codeOf(f: () => unknown): string {
  try {
    f()
  } catch (error) {
    if (error instanceof SnapshotError) {
      expect(error.message).toContain(error.code)
      // The checksum is of all bytes: none is to blame.
      const isOfAll = error.code === 'checksum'
      expect(error.offset === -1).toBe(isOfAll)
      expect(/ at byte /.test(error.message)).toBe(!isOfAll)
      return error.code
    }
    if (error instanceof Broken) return error.rule
    throw error
  }
  return 'nothing'
}

test('the files are what the script writes', () => {
  expect(
    files('good')
      .map((f) => f.name)
      .sort(),
  ).toEqual(Object.keys(good).sort())
  for (const { name, bytes } of files('good')) expect(bytes).toEqual(encode(good[name]!))
  expect(
    files('hostile')
      .map((f) => f.name)
      .sort(),
  ).toEqual(Object.keys(hostile).sort())
  for (const { name, bytes } of files('hostile')) expect(bytes).toEqual(hostile[name])
})

test.each(files('good'))('good: $name', ({ bytes }) => {
  const reference = readSnapshot(bytes)
  const maps = deserialize(bytes, { codec: raw })
  const opened = openSnapshot(bytes, { codec: raw })
  expect(serialize(maps, { meta: readMeta(bytes) })).toEqual(bytes)
  expect(maps.length).toBe(reference.versions.length)
  expect(opened.length).toBe(reference.versions.length)
  reference.versions.forEach((map, i) => {
    const version = opened.at(i)
    expect(maps[i]!.size).toBe(map.size)
    expect(version.size).toBe(map.size)
    expect([...version.keys()]).toEqual([...map.keys()].sort().map(text))
    for (const [key, value] of map) {
      expect(units(maps[i]!.get(text(key))!)).toBe(value)
      expect(units(version.get(text(key))!)).toBe(value)
      expect(version.has(text(key))).toBe(true)
    }
    for (const key of [
      '',
      'a',
      'alice',
      'alice2',
      'ali',
      'zz',
      'p'.repeat(127),
      'p'.repeat(250),
      'key0031a',
    ]) {
      if (map.has(key)) continue
      expect(version.has(key)).toBe(false)
      expect(version.get(key)).toBeUndefined()
    }
    expect(version.digest()).toEqual(maps[i]!.digest())
  })
})

describe('hostile', () => {
  test.each(files('hostile'))('$name', ({ name, bytes }) => {
    const rule = name.slice(0, name.indexOf('--'))
    const before = stats()
    expect(codeOf(() => readSnapshot(bytes))).toBe(rule)
    // Two rules need what a delta stands on to be looked at first by a reader that wants no delta.
    if (rule !== 'empty-version' || !name.includes('base')) {
      expect(codeOf(() => deserialize(bytes))).toBe(rule)
      expect(codeOf(() => openSnapshot(bytes))).toBe(rule)
    }
    expect({ ...stats(), memory: 0 }).toEqual({ ...before, memory: 0 })
  })

  test('a view that trusts hostile bytes gives wrong answers or SnapshotErrors, and ends', () => {
    for (const bytes of Object.values(hostile)) {
      codeOfAny(() => {
        const opened = openSnapshot(bytes, { trusted: true, codec: raw })
        for (let i = 0; i < Math.min(opened.length, 10); ++i) {
          const version = codeOfAny(() => opened.at(i))
          if (!version) continue
          for (const key of [
            '',
            'alice',
            'bob',
            'börge',
            'zoe',
            'key0000',
            'key0040',
            'key0099',
            'p'.repeat(200),
          ]) {
            codeOfAny(() => version.get(key))
            codeOfAny(() => version.has(key))
          }
          codeOfAny(() => [...version.keys()])
        }
      })
    }
  })
})

function codeOfAny<T>(f: () => T): T | undefined {
  try {
    return f()
  } catch (error) {
    expect(error).toBeInstanceOf(SnapshotError)
    return undefined
  }
}
