// Edits, walks and proofs over blocks under hashes that make keys collide: against a model and the reference
// of digests.
import fc from 'fast-check'
import { mapDigest } from '../../js/blocks/digests.js'
import { type Edit, editTree } from '../../js/blocks/edit.js'
import { type BlockNode, type KeyHash, mapBlock } from '../../js/blocks/node.js'
import { prove } from '../../js/blocks/prove.js'
import { StoreReader } from '../../js/blocks/store.js'
import { changes, entriesBelow } from '../../js/blocks/walk.js'
import { all, hex, MemoryStore } from './blocks-support.js'
import { bytesOf, type Entry, referenceDigest, referenceProof } from './digest-reference.js'
import { hashes } from './weak-hashes.js'

const keyAt = (i: number): string =>
  i % 5 === 4 ? 'k'.repeat(1030) + i : i % 5 === 3 ? `0x${i + 10}` : `key ${i}`
const edits = fc.array(
  fc.array(fc.tuple(fc.nat(39), fc.option(fc.constantFrom('a', 'b', 'v'.repeat(1100)), { freq: 3 })), {
    maxLength: 30,
    size: 'max',
  }),
  { minLength: 1, maxLength: 4, size: 'max' },
)

test.each(Object.entries(hashes))('hash %s', async (_, reference) => {
  const hash: KeyHash = (key) => {
    const h = reference(key)
    return { low: Number(h & 0xffff_ffffn), high: Number(h >> 32n) }
  }
  await fc.assert(
    fc.asyncProperty(edits, async (history) => {
      const store = new MemoryStore()
      const model = new Map<string, string>()
      let root: BlockNode | undefined
      let size = 0
      let last: BlockNode | undefined
      let before = new Map<string, string>()
      for (const step of history) {
        before = new Map(model)
        const unique = new Map(step.map(([k, v]) => [keyAt(k), v]))
        for (const [key, value] of unique)
          if (value === null) model.delete(key)
          else model.set(key, value)
        const list = Array.from(unique, ([text, value]) => {
          const key = bytesOf(text)
          return { key, hash: hash(key), value: value === null ? undefined : bytesOf(value) }
        })
        const reader = new StoreReader(store, { cache: 0 }, hash)
        last = root
        const edited = await editTree(reader, root, list)
        root = edited.root
        size += edited.growth
        expect(size).toBe(model.size)
        const digest = mapDigest(size, root)
        const entries: Entry[] = Array.from(model, ([key, value]) => ({
          key: bytesOf(key),
          value: bytesOf(value),
        }))
        expect(hex(digest)).toBe(hex(referenceDigest(entries, reference)))
        await store.put(digest, mapBlock(size, root))

        const fresh = new StoreReader(store, undefined, hash)
        const map = await fresh.map(digest)
        const found = map.root ? (await all(entriesBelow(fresh, map.root, []))).flat() : []
        const texts = found.map(({ key, value }) => [
          Buffer.from(key).toString(),
          Buffer.from(value).toString(),
        ])
        expect(new Map(texts as [string, string][])).toEqual(model)
        expect(found).toHaveLength(model.size)
        const keys = [0, 1, 7, 19, 24, 39].map((i) => bytesOf(keyAt(i)))
        expect(hex(await prove(fresh, size, map.root, keys))).toBe(
          hex(referenceProof(entries, keys, reference)),
        )
      }
      const reader = new StoreReader(store, undefined, hash)
      const empty = (node: BlockNode | undefined): BlockNode => node ?? { level: 0, items: [] }
      const different = await all(changes({ reader, node: empty(last) }, { reader, node: empty(root) }))
      const seen = new Map(
        different.map(({ key, before: b, after: a }) => [Buffer.from(key).toString(), [b, a]]),
      )
      const keys = new Set([...before.keys(), ...model.keys()])
      const wanted = [...keys].filter((key) => before.get(key) !== model.get(key))
      expect([...seen.keys()].sort()).toEqual(wanted.sort())
      for (const key of wanted) {
        const [b, a] = seen.get(key)!
        expect([b && Buffer.from(b).toString(), a && Buffer.from(a).toString()]).toEqual([
          before.get(key),
          model.get(key),
        ])
      }
    }),
    { numRuns: 25 },
  )
})

test('more keys of one hash than a block holds: RangeError, and nothing that counts', async () => {
  const store = new MemoryStore()
  const reader = new StoreReader(store, undefined, () => ({ low: 0, high: 0 }))
  const editsOf = (size: number): Edit[] =>
    Array.from({ length: size }, (_, i) => ({
      key: bytesOf('k'.repeat(1000) + (1000 + i)),
      hash: { low: 0, high: 0 },
      value: new Uint8Array(0),
    }))
  const { root, growth } = await editTree(reader, undefined, editsOf(1000))
  expect(growth).toBe(1000)
  const puts = store.puts
  await expect(editTree(reader, root, editsOf(1100))).rejects.toThrow(RangeError)
  expect(store.puts).toBe(puts)
})
