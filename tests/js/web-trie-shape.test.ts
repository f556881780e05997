// The page computes a trie's shape from keys alone; here the library counts the nodes that it really makes.
import fc from 'fast-check'
import { deserialize, Hamt, serialize, stats } from 'hamt-wasm'
import { trieShape } from '../../js/web/data/trie-shape.js'
import { vectors } from './support/chain.js'

const { pairs } = vectors<{ pairs: Record<string, [string, string, string, string][]> }>('key-collisions')
const pairsOf = (bits: string[]) => bits.flatMap((each) => pairs[each]!.flatMap(([a, b]) => [a, b]))
/** Keys that share many digits of their hashes, but not all. */
const near = pairsOf(Object.keys(pairs).filter((bits) => bits !== '64'))
const colliding = pairsOf(Object.keys(pairs))

/** Nodes in memory. A collision node holds its entries beside it: `beside` of them are no nodes. */
function nodesOf(maps: Hamt<number>[], beside: number): number {
  const bytes = serialize(maps)
  const before = stats().nodes
  const loaded = deserialize(bytes)
  const nodes = stats().nodes - before
  loaded.forEach((map) => map.dispose())
  return nodes - beside
}
const inCollisions = (depths: number[]) => depths.filter((depth) => depth === 13).length

const key = fc.oneof(
  fc.constantFrom(...near),
  fc.string({ unit: 'binary', maxLength: 3 }),
  fc.nat(500).map(String),
)

test('as many nodes, and as many new ones, as the library makes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(key, fc.nat(3)), { maxLength: 120 }),
      fc.array(fc.tuple(key, fc.option(fc.nat(3))), { maxLength: 6 }),
      (entries, edits) => {
        const before = Hamt.from<number>(entries)
        let after = before
        for (const [k, v] of edits) after = v === null ? after.delete(k) : after.set(k, v)
        const touched = [...before.diff(after)].map((d) => d.key)
        const shape = trieShape(after.keys(), touched, false)
        expect(shape.nodes.length).toBe(nodesOf([after], 0))
        // What the later version adds to the earlier one. A node with equal contents elsewhere in the trie is
        // impossible: contents decide the slot.
        expect(shape.nodes.filter((node) => node.isNew).length).toBe(
          nodesOf([before, after], 0) - nodesOf([before], 0),
        )
        expect([...shape.keys].sort()).toEqual([...after.keys()].sort())
        for (const { from, size } of shape.nodes) expect(from + size).toBeLessThanOrEqual(shape.keys.length)
      },
    ),
    { numRuns: 300 },
  )
})

test('a first version is new as a whole', () => {
  const map = Hamt.from<number>(colliding.map((k, i) => [k, i]))
  const shape = trieShape(map.keys(), map.keys(), true)
  expect(shape.nodes.every((node) => node.isNew)).toBe(true)
  expect(shape.nodes.length).toBe(nodesOf([map], inCollisions(shape.depths)))
  expect(Math.max(...shape.nodes.map((node) => node.depth))).toBe(13)
})
