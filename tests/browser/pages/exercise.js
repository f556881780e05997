// What a page or a worker does with the package: set, get, save, load. Returns what it saw.
import { Hamt, deserialize, serialize, stats } from '/dist/index.js'

export function exercise() {
  const first = Hamt.empty().set('hello', 42)
  const second = first
    .set('world', { list: [1, 2n, 'three'], bytes: new Uint8Array([1, 2, 3]) })
    .delete('hello')
  const saved = serialize([first, second])
  const [one, two] = deserialize(saved)
  let refused
  try {
    deserialize(saved.subarray(0, saved.length - 1))
  } catch (error) {
    refused = error.name
  }
  return {
    hello: first.get('hello'),
    gone: second.get('hello') === undefined && !second.has('hello'),
    sizes: [first.size, second.size],
    equal: one.equals(first) && two.equals(second),
    bigint: two.get('world').list[1] === 2n,
    bytes: Array.from(two.get('world').bytes),
    refused,
    memory: stats().memory > 0,
  }
}
