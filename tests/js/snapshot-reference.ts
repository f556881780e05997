// A reader of snapshots that was written from cpp/snapshot/FORMAT.md alone. It is slow and simple: it makes every version a
// plain Map, and checks the rules one after another. Strings of bytes are JavaScript strings with a byte in each unit.
import { checksum } from '../vectors/snapshots/generate.mjs'

export class Broken extends Error {
  constructor(readonly rule: string) {
    super(rule)
  }
}

export interface Contents {
  meta: string
  versions: Map<string, string>[]
}

const none = Symbol('absent')

function unless(holds: boolean, rule: string): asserts holds {
  if (!holds) throw new Broken(rule)
}

/** Versions and meta; `outside` has the versions that a delta may name, by their digests (32 bytes). */
export function readSnapshot(bytes: Uint8Array, outside?: Map<string, Map<string, string>>): Contents {
  const file = String.fromCharCode(...bytes)
  let at = 0
  const end = file.length - 8
  const take = (n: number) => {
    unless(at + n <= end, 'truncated')
    at += n
    return file.slice(at - n, at)
  }
  const byte = () => take(1).charCodeAt(0)
  const varint = (next = byte) => {
    let value = 0n
    for (let i = 0n; ; ++i) {
      const b = next()
      value |= BigInt(b & 127) << (7n * i)
      unless(value < 2n ** 32n && i < 5n, 'varint')
      if (b < 128) {
        unless(b > 0 || i === 0n, 'varint')
        return Number(value)
      }
    }
  }
  const unfold = (u: number) => (u % 2 === 0 ? u / 2 : -(u + 1) / 2)
  const column = (n: number, max: number) => {
    const width = max < 2 ** 8 ? 1 : max < 2 ** 16 ? 2 : max < 2 ** 24 ? 3 : 4
    const planes = take(n * width)
    return Array.from({ length: n }, (_, i) => {
      let value = 0
      for (let p = 0; p < width; ++p) value += planes.charCodeAt(p * n + i) * 256 ** p
      return value
    })
  }
  const bits = (n: number, ones: number) => {
    const packed = take(Math.ceil(n / 8))
    const all = Array.from(
      { length: packed.length * 8 },
      (_, i) => ((packed.charCodeAt(i >> 3) >> (i & 7)) & 1) === 1,
    )
    unless(!all.slice(n).includes(true) && all.filter(Boolean).length === ones, 'bits')
    return all.slice(0, n)
  }
  const strings = (n: number, text: boolean) => {
    const form = byte()
    unless(form === 0 || (form === 1 && n > 0), 'form')
    unless(Math.ceil(n / 32) <= end - at, 'truncated')
    const lengths = Array.from({ length: Math.ceil(n / 32) }, () => varint())
    const list: string[] = []
    const blocks = lengths.map((length) => take(length))
    for (const block of blocks) {
      let i = 0
      const next = () => {
        unless(i < block.length, 'block')
        return block.charCodeAt(i++)
      }
      do {
        const heads = list.length % 32 === 0
        const model = list.length === 0 ? '' : heads ? list[0]! : list.at(-1)!
        const token = next()
        const s = token >> 4 === 15 ? 15 + next() : token >> 4
        const f = (token & 15) === 15 ? 15 + varint(next) : token & 15
        const length = model.length + unfold(f)
        unless(s <= 127 && s <= model.length && length >= s && length - s <= block.length - i, 'string')
        const own = block.slice(i, (i += length - s))
        const string = model.slice(0, s) + own
        if (list.length > 0) {
          unless(
            string !== model && string > list.at(-1)!,
            string[s] === model[s] && s < 127 && string > model ? 'prefix' : 'unsorted',
          )
          unless(s === 127 || s === model.length || string[s] !== model[s], 'prefix')
        }
        if (text && form === 0) unless(isUtf8(string), 'utf8')
        list.push(string)
      } while (list.length % 32 !== 0 && list.length < n)
      unless(i === block.length, 'block')
    }
    if (form === 1) return list.map((string) => `0x${hex(string)}`)
    unless(n === 0 || !list.every((string) => /^0x(?:[0-9a-f]{2})*$/.test(string)), 'form')
    return list
  }

  // Header
  for (const letter of 'HAMT') {
    unless(at < file.length, 'truncated')
    unless(file[at++] === letter, 'magic')
  }
  for (const [rule, known] of [
    ['unknown-format', 2],
    ['unknown-hash', 1],
    ['unknown-digest', 1],
  ] as const) {
    unless(at < file.length, 'truncated')
    unless(file.charCodeAt(at++) === known, rule)
  }
  unless(at <= end, 'truncated')
  unless(file.slice(end) === String.fromCharCode(...checksum(bytes.subarray(0, end))), 'checksum')
  const [metaLength, E, N, M, K, V, F, L] = Array.from({ length: 8 }, () => varint()) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  unless(F <= K && K <= F + L && F + L < 2 ** 32 && V <= F + L, 'count')
  unless((L === 0 || N >= 2) && (N > 0 || F + M === 0) && (M === 0 || M >= N), 'count')
  const meta = take(metaLength)
  unless(E * 32 <= end - at, 'truncated')
  const bases = Array.from({ length: E }, () => take(32))
  unless(new Set(bases).size === E, 'base')

  // The tree: `base` is a version, or 'empty', or 'outside' with a number.
  unless(2 * N <= end - at, 'truncated')
  const base: (number | { outside: number } | 'empty')[] = []
  let path: number[] = []
  let used = 1
  const below: number[][] = [] // for each version, what it stands on in the file, itself included
  for (let v = 0; v < N; ++v) {
    const u = varint()
    if (u < path.length) {
      base.push(path[u]!)
      path = path.slice(u)
    } else {
      unless(u <= path.length + E, 'tree')
      const e = u - path.length - 1
      if (e >= 0) {
        unless(e <= used, 'base')
        if (e === used) ++used
      }
      base.push(e < 0 ? 'empty' : { outside: e })
      path = []
    }
    path.unshift(v)
    below.push([...path])
  }
  unless(E === 0 || used === E, 'base')
  const growth = Array.from({ length: N }, () => unfold(varint()))
  // A size that cannot be is refused before anything else is looked at.
  const sizes: number[] = []
  for (let v = 0; v < N; ++v) {
    const b = base[v]!
    sizes.push(growth[v]! + (typeof b === 'number' ? sizes[b]! : 0))
    const ground = base[below[v]!.at(-1)!]!
    unless(ground !== 'empty' || (sizes[v]! >= 0 && sizes[v]! <= K), 'size')
    unless(ground !== 'empty' || typeof b !== 'number' || sizes[b]! > 0, 'empty-base')
  }
  let listing = Array.from({ length: N }, (_, v) => v)
  if (M !== 0) {
    const needless = listing.join()
    listing = column(M, N - 1)
    unless(listing.every((v) => v < N) && listing.join() !== needless, 'listing')
    const place = Array.from({ length: N }, (_, v) => listing.indexOf(v))
    unless(!place.includes(-1), 'listing')
    // The walk that the list implies: what has the same base in the order of first listing.
    const walk: number[] = []
    const visit = (parent: number | undefined) => {
      const children = base.flatMap((b, v) => ((typeof b === 'number' ? b : undefined) === parent ? [v] : []))
      for (const v of children.sort((a, b) => place[a]! - place[b]!)) {
        unless(parent === undefined || place[parent]! < place[v]!, 'listing')
        walk.push(v)
        visit(v)
      }
    }
    visit(undefined)
    unless(
      walk.every((v, i) => v === i),
      'listing',
    )
  }

  // Tables and changes
  const keys = strings(K, true)
  const values = strings(V, false)
  const first = bits(K, F)
  const runs = bits(K + L, L)
  const versions = column(L, N - 1)
  const codes = column(F + L, V)
  unless(at === end, 'trailing')

  const changes: Map<string, string | typeof none>[] = Array.from({ length: N }, () => new Map())
  const usedValues = new Set<number>()
  let f = 0
  let l = 0
  let bit = 0
  for (let k = 0; k < K; ++k) {
    const history: [number, number][] = first[k] ? [[0, codes[f++]!]] : []
    for (let before = 0; runs[bit++]; ++l) {
      const v = versions[l]!
      unless(v > before && v < N, 'version')
      before = v
      history.push([v, codes[F + l]!])
    }
    unless(history.length > 0, 'unused-key')
    for (const [i, [v, code]] of history.entries()) {
      unless(code <= V, 'value')
      // Compare with the base of v, when that is known.
      const earlier = history.slice(0, i).findLast(([w]) => below[v]!.includes(w))
      if (earlier || base[below[v]!.at(-1)!] === 'empty') unless(code !== (earlier?.[1] ?? 0), 'no-change')
      changes[v]!.set(keys[k]!, code === 0 ? none : values[code - 1]!)
      usedValues.add(code)
    }
  }
  usedValues.delete(0)
  unless(usedValues.size === V, 'unused-value')
  const equalToGround = new Set<number>()
  for (let v = 0; v < N; ++v) {
    const b = base[v]!
    if (changes[v]!.size > 0) continue
    const ground = b === 'empty' ? -1 : typeof b === 'number' ? NaN : b.outside
    unless(!Number.isNaN(ground) && !equalToGround.has(ground), 'empty-version')
    equalToGround.add(ground)
  }

  // Replay
  unless(E === 0 || outside !== undefined, 'needs-base')
  const known = bases.map((digest) => {
    const map = outside?.get(digest)
    unless(map !== undefined, 'wrong-base')
    return map
  })
  const made: Map<string, string>[] = []
  for (let v = 0; v < N; ++v) {
    const b = base[v]!
    const from =
      typeof b === 'number' ? made[b]! : b === 'empty' ? new Map<string, string>() : known[b.outside]!
    unless(b === 'empty' || from.size > 0, 'empty-base')
    const map = new Map(from)
    for (const [key, value] of changes[v]!) {
      unless(value === none ? map.has(key) : map.get(key) !== value, 'no-change')
      if (value === none) map.delete(key)
      else map.set(key, value)
    }
    unless(map.size === from.size + growth[v]!, 'size')
    made.push(map)
  }
  return { meta, versions: listing.map((v) => made[v]!) }
}

function hex(bytes: string): string {
  return [...bytes].map((c) => c.charCodeAt(0).toString(16).padStart(2, '0')).join('')
}

function isUtf8(bytes: string): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes, (c) => c.charCodeAt(0)))
    return true
  } catch {
    return false
  }
}
