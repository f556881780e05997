// Registry files from strangers: bytes that were changed, with a checksum that is right again.
import { readFileSync } from 'node:fs'
import { applyLogs, NodeRegistry, readLogs } from 'hamt-wasm/sortition'
import { checksum } from '../vectors/snapshots/generate.mjs'

const every = process.env['HAMT_LONG'] ? 1 : 3

test.each(['chain-run', 'chain-run-live', 'chain-run-upgrade'])(
  'any byte of the file of %s is another: a SnapshotError, or the one file of another registry',
  (name) => {
    const text = readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8')
    const { registry } = applyLogs(NodeRegistry.empty(), readLogs([{ name, content: JSON.parse(text) }]))
    const bytes = registry.serialize()
    const seen = { refused: 0, read: 0 }
    for (let at = 0; at < bytes.length - 8; at += every) {
      const altered = Uint8Array.from(bytes)
      altered[at]! ^= [1, 0x80, 0xff][Math.floor(at / every) % 3]!
      altered.set(checksum(altered.subarray(0, -8)), altered.length - 8)
      let other: NodeRegistry
      try {
        other = NodeRegistry.deserialize(altered)
      } catch (error) {
        expect([at, error]).toEqual([at, expect.objectContaining({ name: 'SnapshotError' })])
        ++seen.refused
        continue
      }
      expect([at, Buffer.from(other.serialize()).equals(altered)]).toEqual([at, true])
      ++seen.read
    }
    expect(seen.refused).toBeGreaterThan(100)
  },
)
