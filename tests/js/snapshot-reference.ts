// A reader of snapshots that was written from cpp/snapshot/FORMAT.md alone. It is slow and simple: it makes
// every version a plain Map, and checks the rules one after another. Strings of bytes are JavaScript strings
// with a byte in each unit.
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

/** Versions and meta; `external` has the versions that a delta may name, by their digests (32 bytes). */
export function readSnapshot(bytes: Uint8Array, external?: Map<string, Map<string, string>>): Contents {
  const file = new Reader(String.fromCharCode(...bytes))
  readIdentity(file, bytes)
  const head = readHead(file)
  const tree = readTree(file, head)
  const listing = readListing(file, head, tree)
  const changes = readChanges(file, head, tree)
  const made = replay(head, tree, changes, external)
  return { meta: head.meta, versions: listing.map((v) => made[v]!) }
}

const unfold = (u: number) => (u % 2 === 0 ? u / 2 : -(u + 1) / 2)

/** A varint of 32 bits whose bytes `next` gives. */
function varintOf(next: () => number): number {
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

/** The file front to back, without its checksum. */
class Reader {
  at = 0
  readonly end: number

  constructor(readonly file: string) {
    this.end = file.length - 8
  }

  get left(): number {
    return this.end - this.at
  }
  take(n: number): string {
    unless(n <= this.left, 'truncated')
    this.at += n
    return this.file.slice(this.at - n, this.at)
  }
  byte(): number {
    return this.take(1).charCodeAt(0)
  }
  varint(): number {
    return varintOf(() => this.byte())
  }
  varints(n: number): number[] {
    return Array.from({ length: n }, () => this.varint())
  }
  column(n: number, max: number): number[] {
    const width = max < 2 ** 8 ? 1 : max < 2 ** 16 ? 2 : max < 2 ** 24 ? 3 : 4
    const planes = this.take(n * width)
    return Array.from({ length: n }, (_, i) => {
      let value = 0
      for (let p = 0; p < width; ++p) value += planes.charCodeAt(p * n + i) * 256 ** p
      return value
    })
  }
  bits(n: number, ones: number): boolean[] {
    const packed = this.take(Math.ceil(n / 8))
    const all = Array.from(
      { length: packed.length * 8 },
      (_, i) => ((packed.charCodeAt(i >> 3) >> (i & 7)) & 1) === 1,
    )
    unless(!all.slice(n).includes(true) && all.filter(Boolean).length === ones, 'bits')
    return all.slice(0, n)
  }

  /** A table of strings. */
  strings(n: number, text: boolean): string[] {
    const form = this.byte()
    unless(form === 0 || (form === 1 && n > 0), 'form')
    unless(Math.ceil(n / 32) <= this.left, 'truncated')
    const list: string[] = []
    for (const block of this.varints(Math.ceil(n / 32)).map((length) => this.take(length)))
      readBlock(block, n, text && form === 0, list)
    if (form === 1) return list.map((string) => `0x${hex(string)}`)
    unless(n === 0 || !list.every((string) => /^0x(?:[0-9a-f]{2})*$/.test(string)), 'form')
    return list
  }
}

/** Appends the strings of one block of a table. */
function readBlock(block: string, n: number, text: boolean, list: string[]): void {
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
    const f = (token & 15) === 15 ? 15 + varintOf(next) : token & 15
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
    if (text) unless(isUtf8(string), 'utf8')
    list.push(string)
  } while (list.length % 32 !== 0 && list.length < n)
  unless(i === block.length, 'block')
}

/** Magic, format, hash, digest and checksum. */
function readIdentity(from: Reader, bytes: Uint8Array): void {
  const { file, end } = from
  for (const letter of 'HAMT') {
    unless(from.at < file.length, 'truncated')
    unless(file[from.at++] === letter, 'magic')
  }
  for (const [rule, known] of [
    ['unknown-format', 2],
    ['unknown-hash', 1],
    ['unknown-digest', 1],
  ] as const) {
    unless(from.at < file.length, 'truncated')
    unless(file.charCodeAt(from.at++) === known, rule)
  }
  unless(from.at <= end, 'truncated')
  unless(file.slice(end) === String.fromCharCode(...checksum(bytes.subarray(0, end))), 'checksum')
}

/** The counts, under the names that FORMAT.md gives them. */
interface Head {
  N: number
  M: number
  K: number
  V: number
  F: number
  L: number
  meta: string
  /** Digests of external bases. */
  bases: string[]
}

function readHead(from: Reader): Head {
  type Counts = [number, number, number, number, number, number, number, number]
  const [metaLength, E, N, M, K, V, F, L] = from.varints(8) as Counts
  unless(F <= K && K <= F + L && F + L < 2 ** 32 && V <= F + L, 'count')
  unless((L === 0 || N >= 2) && (N > 0 || F + M === 0) && (M === 0 || M >= N), 'count')
  const meta = from.take(metaLength)
  unless(E * 32 <= from.left, 'truncated')
  const bases = Array.from({ length: E }, () => from.take(32))
  unless(new Set(bases).size === E, 'base')
  return { N, M, K, V, F, L, meta, bases }
}

interface Tree {
  /** Of each version: a version of the file, nothing, or an external base by its number. */
  base: (number | { external: number } | 'empty')[]
  /** Of each version: itself and the versions of the file that it is based on, the nearest first. */
  path: number[][]
  growth: number[]
}

/** What the first version of a version's path is based on. */
const rootBase = ({ base, path }: Tree, v: number) => base[path[v]!.at(-1)!]!

function readTree(from: Reader, { N, K, bases }: Head): Tree {
  unless(2 * N <= from.left, 'truncated')
  const tree: Tree = { base: [], path: [], growth: [] }
  const { base } = tree
  let path: number[] = []
  let used = 1
  for (let v = 0; v < N; ++v) {
    const u = from.varint()
    if (u < path.length) {
      base.push(path[u]!)
      path = path.slice(u)
    } else {
      unless(u <= path.length + bases.length, 'tree')
      const e = u - path.length - 1
      if (e >= 0) {
        unless(e <= used, 'base')
        if (e === used) ++used
      }
      base.push(e < 0 ? 'empty' : { external: e })
      path = []
    }
    path.unshift(v)
    tree.path.push([...path])
  }
  unless(bases.length === 0 || used === bases.length, 'base')
  tree.growth = from.varints(N).map(unfold)
  // A size that cannot be is refused before anything else is looked at.
  const sizes: number[] = []
  for (let v = 0; v < N; ++v) {
    const b = base[v]!
    sizes.push(tree.growth[v]! + (typeof b === 'number' ? sizes[b]! : 0))
    if (rootBase(tree, v) !== 'empty') continue
    unless(sizes[v]! >= 0 && sizes[v]! <= K, 'size')
    unless(typeof b !== 'number' || sizes[b]! > 0, 'empty-base')
  }
  return tree
}

function readListing(from: Reader, { N, M }: Head, { base }: Tree): number[] {
  const inOrder = Array.from({ length: N }, (_, v) => v)
  if (M === 0) return inOrder
  const listing = from.column(M, N - 1)
  unless(listing.every((v) => v < N) && listing.join() !== inOrder.join(), 'listing')
  const position = inOrder.map((v) => listing.indexOf(v))
  unless(!position.includes(-1), 'listing')
  // The walk that the list implies: what has the same base in the order of first listing.
  const walk: number[] = []
  const visit = (parent: number | undefined) => {
    const children = base.flatMap((b, v) => ((typeof b === 'number' ? b : undefined) === parent ? [v] : []))
    for (const v of children.sort((a, b) => position[a]! - position[b]!)) {
      unless(parent === undefined || position[parent]! < position[v]!, 'listing')
      walk.push(v)
      visit(v)
    }
  }
  visit(undefined)
  unless(
    walk.every((v, i) => v === i),
    'listing',
  )
  return listing
}

/** The changes of a version by key. */
type Changes = Map<string, string | typeof none>

/** Tables of strings, and the changes of each version. */
function readChanges(from: Reader, { N, K, V, F, L }: Head, tree: Tree): Changes[] {
  const keys = from.strings(K, true)
  const values = from.strings(V, false)
  const first = from.bits(K, F)
  const runs = from.bits(K + L, L)
  const versions = from.column(L, N - 1)
  const codes = from.column(F + L, V)
  unless(from.at === from.end, 'trailing')

  const changes: Changes[] = Array.from({ length: N }, () => new Map())
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
      const earlier = history.slice(0, i).findLast(([w]) => tree.path[v]!.includes(w))
      if (earlier || rootBase(tree, v) === 'empty') unless(code !== (earlier?.[1] ?? 0), 'no-change')
      changes[v]!.set(keys[k]!, code === 0 ? none : values[code - 1]!)
      usedValues.add(code)
    }
  }
  usedValues.delete(0)
  unless(usedValues.size === V, 'unused-value')
  refuseEqualVersions(tree, changes)
  return changes
}

/** A version without changes is the only one that equals its base, which is external or empty. */
function refuseEqualVersions({ base }: Tree, changes: Changes[]): void {
  const equal = new Set<number>()
  for (const [v, b] of base.entries()) {
    if (changes[v]!.size > 0) continue
    const number = b === 'empty' ? -1 : typeof b === 'number' ? NaN : b.external
    unless(!Number.isNaN(number) && !equal.has(number), 'empty-version')
    equal.add(number)
  }
}

function replay(
  { bases }: Head,
  { base, growth }: Tree,
  changes: Changes[],
  external?: Map<string, Map<string, string>>,
): Map<string, string>[] {
  unless(bases.length === 0 || external !== undefined, 'needs-base')
  const known = bases.map((digest) => {
    const map = external?.get(digest)
    unless(map !== undefined, 'wrong-base')
    return map
  })
  const made: Map<string, string>[] = []
  for (const [v, b] of base.entries()) {
    const from =
      typeof b === 'number' ? made[b]! : b === 'empty' ? new Map<string, string>() : known[b.external]!
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
  return made
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
