// Writes the files of this folder: good/*.snapshot, and hostile/RULE--WHAT.snapshot, which break just that
// rule. They are put together by hand from cpp/snapshot/FORMAT.md, so that they do not depend on the writer
// they test.
//
//     node tests/vectors/snapshots/generate.mjs
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'

const utf8 = (text) => new TextEncoder().encode(text)
const join = (...parts) => Uint8Array.from(parts.flatMap((p) => [...p]))

export function varint(n) {
  const bytes = []
  for (; n > 127; n = Math.floor(n / 128)) bytes.push((n % 128) | 128)
  return [...bytes, n]
}
const zigzag = (n) => varint(n < 0 ? -2 * n - 1 : 2 * n)
const width = (max) => (max < 0x100 ? 1 : max < 0x10000 ? 2 : max < 0x1000000 ? 3 : 4)
export function column(numbers, max) {
  const bytes = []
  for (let p = 0; p < width(max); ++p) for (const n of numbers) bytes.push(Math.floor(n / 256 ** p) % 256)
  return bytes
}
export function bits(list) {
  const bytes = Array(Math.ceil(list.length / 8)).fill(0)
  list.forEach((bit, i) => (bytes[i >> 3] |= (bit ? 1 : 0) << (i & 7)))
  return bytes
}

export function string(model, text, shared) {
  let s = 0
  while (s < Math.min(model.length, text.length, 127) && model[s] === text[s]) ++s
  s = shared ?? s
  const d = text.length - model.length
  const f = d < 0 ? -2 * d - 1 : 2 * d
  return [
    16 * Math.min(s, 15) + Math.min(f, 15),
    ...(s >= 15 ? [s - 15] : []),
    ...(f >= 15 ? varint(f - 15) : []),
    ...text.slice(s),
  ]
}
/**
 * The bytes of strings that are all `0x` and an even number of lower-case hexadecimal digits, or undefined.
 */
function packed(strings) {
  const texts = strings.map((s) => String.fromCharCode(...s))
  if (texts.length === 0 || !texts.every((t) => /^0x(?:[0-9a-f]{2})*$/.test(t))) return undefined
  return texts.map((t) => (t.slice(2).match(/../g) ?? []).map((digits) => parseInt(digits, 16)))
}
/** `shares` overrides how many bytes some of the strings share, `form` the form. */
export function table(list, shares = {}, form = packed(list) ? 1 : 0) {
  const strings = form === 1 ? packed(list) : list
  const blocks = []
  strings.forEach((text, i) => {
    if (i % 32 === 0) blocks.push([])
    blocks.at(-1).push(...string(i === 0 ? [] : strings[i % 32 === 0 ? 0 : i - 1], text, shares[i]))
  })
  return [form, ...blocks.flatMap((b) => varint(b.length)), ...blocks.flat()]
}

/** SipHash-1-3, key (0, 0), of the bytes and 0xff. */
export function checksum(bytes) {
  const mask = (1n << 64n) - 1n
  const rotate = (x, n) => ((x << n) | (x >> (64n - n))) & mask
  let [v0, v1, v2, v3] = [0x736f6d6570736575n, 0x646f72616e646f6dn, 0x6c7967656e657261n, 0x7465646279746573n]
  const round = () => {
    v0 = (v0 + v1) & mask
    v1 = rotate(v1, 13n) ^ v0
    v0 = rotate(v0, 32n)
    v2 = (v2 + v3) & mask
    v3 = rotate(v3, 16n) ^ v2
    v0 = (v0 + v3) & mask
    v3 = rotate(v3, 21n) ^ v0
    v2 = (v2 + v1) & mask
    v1 = rotate(v1, 17n) ^ v2
    v2 = rotate(v2, 32n)
  }
  const all = [...bytes, 0xff]
  const length = all.length
  while (all.length % 8 !== 7) all.push(0)
  all.push(length & 255)
  for (let i = 0; i < all.length; i += 8) {
    let block = 0n
    for (let j = 7; j >= 0; --j) block = (block << 8n) | BigInt(all[i + j])
    v3 ^= block
    round()
    v0 ^= block
  }
  v2 ^= 0xffn
  round()
  round()
  round()
  let sum = v0 ^ v1 ^ v2 ^ v3
  return Array.from({ length: 8 }, () => {
    const byte = Number(sum & 255n)
    sum >>= 8n
    return byte
  })
}

/**
 * A file from its parts. `histories` has for each key its changes, [[version, code], …]. What `raw` names
 * replaces a part's bytes, what `counts` names a number of the header.
 */
export function encode({ meta = [], bases = [], tree, growth, listing, keys, values, histories, raw = {}, counts = {}, end = [] }) {
  const first = histories.map((h) => h.some(([v]) => v === 0))
  const later = histories.map((h) => h.filter(([v]) => v !== 0))
  const codes = [...histories.flatMap((h) => h.filter(([v]) => v === 0)), ...later.flat()].map(([, code]) => code)
  const header = {
    meta: meta.length,
    bases: bases.length,
    versions: tree.length,
    listed: listing?.length ?? 0,
    keys: keys.length,
    values: values.length,
    first: first.filter(Boolean).length,
    later: later.flat().length,
    ...counts,
  }
  const parts = {
    start: [...utf8('HAMT'), 2, 1, 1],
    header: Object.values(header).flatMap(varint),
    meta,
    bases: bases.flat(),
    tree: tree.flatMap(varint),
    growth: growth.flatMap(zigzag),
    listing: listing ? column(listing, tree.length - 1) : [],
    keys: table(keys),
    values: table(values),
    first: bits(first),
    runs: bits(later.flatMap((h) => [...h.map(() => true), false])),
    versions: column(later.flat().map(([v]) => v), tree.length - 1),
    codes: column(codes, values.length),
    ...raw,
  }
  const body = join(...Object.values(parts), end)
  return join(body, raw.checksum ? [] : checksum(body))
}

// --- good ----------------------------------------------------------------------------------------

const cbor = (n) => (n < 24 ? [n] : [0x18, n])
const strings = (...texts) => texts.map((t) => [...utf8(t)])

/**
 *   0  alice 1, bob 2, börge 1
 *   1  on 0: bob 3
 *   2  on 1: without alice; zoe 4
 *   3  on 0: xaver 2
 */
const small = {
  meta: [0x64, ...utf8('test')],
  tree: [0, 0, 0, 2],
  growth: [3, 0, 0, 1],
  keys: strings('alice', 'bob', 'börge', 'xaver', 'zoe'),
  values: [1, 2, 3, 4].map(cbor),
  histories: [
    [[0, 1], [2, 0]],
    [[0, 2], [1, 3]],
    [[0, 1]],
    [[3, 2]],
    [[2, 4]],
  ],
}
const numbered = (n) => strings(...Array.from({ length: n }, (_, i) => `key${String(i).padStart(4, '0')}`))
const many = {
  tree: [0],
  growth: [100],
  keys: numbered(100),
  values: [cbor(7)],
  histories: numbered(100).map(() => [[0, 1]]),
}
const digest = (n) => Array.from({ length: 32 }, (_, i) => (n + i) & 255)
/** A delta: what version 0 stands on has an entry "a". */
const delta = {
  bases: [digest(1)],
  tree: [1, 0],
  growth: [0, 1],
  keys: strings('a', 'b'),
  values: [cbor(1)],
  histories: [[[0, 0]], [[0, 1]]],
}
delta.histories[0].push([1, 1])

/** Addresses, in three blocks; and values that are hexadecimal by chance. */
const addresses = strings(
  ...Array.from({ length: 70 }, (_, i) => `0x${(i * 3).toString(16).padStart(4, '0')}${'5a'.repeat(18)}`),
)
const hexadecimal = {
  tree: [0, 0],
  growth: [70, -1],
  keys: addresses,
  values: strings('0x', '0x00', '0xff'),
  histories: addresses.map((_, i) => (i === 9 ? [[0, 1], [1, 0]] : [[0, 1 + (i % 3)]])),
}
/** Tables that are nearly hexadecimal: an odd digit, a capital, another prefix. */
const nearly = {
  tree: [0],
  growth: [4],
  keys: strings('0x', '0x00', '0x0A', '0x0a0'),
  values: strings('0x11', '1x11'),
  histories: [[[0, 1]], [[0, 2]], [[0, 1]], [[0, 2]]],
}

export const good = {
  nothing: { tree: [], growth: [], keys: [], values: [], histories: [] },
  'an-empty-version': { tree: [0], growth: [0], keys: [], values: [], histories: [] },
  small,
  blocks: many,
  'listed-again': { ...small, listing: [0, 1, 2, 0, 3, 2] },
  'in-another-order': { ...small, listing: [0, 1, 3, 2] },
  'two-trees': {
    tree: [0, 1, 0],
    growth: [1, 1, 1],
    keys: strings('a', 'b'),
    values: [cbor(1), cbor(2)],
    histories: [[[0, 1], [2, 1]], [[1, 2]]],
  },
  hexadecimal,
  'nearly-hexadecimal': nearly,
  'after-an-empty-version': {
    tree: [0, 1],
    growth: [0, 1],
    keys: strings('a'),
    values: [cbor(1)],
    histories: [[[1, 1]]],
  },
  'long-keys': {
    tree: [0],
    growth: [3],
    keys: strings('p'.repeat(200), 'p'.repeat(300), `${'p'.repeat(140)}q`),
    values: [[...utf8('v'.repeat(100))]],
    histories: [[[0, 1]], [[0, 1]], [[0, 1]]],
  },
}

// --- hostile -------------------------------------------------------------------------------------

const change = (file, changes) => ({ ...file, ...changes })
const bytes = encode(small)
const patched = (at, ...replacement) => {
  const copy = Uint8Array.from(bytes)
  copy.set(replacement, at)
  return copy
}
const replaced = (list, i, item) => list.map((x, j) => (j === i ? item : x))
const sealed = (body) => join(body, checksum(body))
/** A plain table of one block. */
const tableOf = (coded) => [0, ...varint(coded.length), ...coded]

export const hostile = {
  'truncated--empty': new Uint8Array(0),
  'truncated--magic-only': bytes.slice(0, 4),
  'truncated--no-checksum': bytes.slice(0, 14),
  'truncated--half': sealed(bytes.slice(0, 50)),
  'truncated--last-code-missing': sealed(bytes.slice(0, -9)),
  'truncated--a-billion-keys': encode(
    change(small, { counts: { keys: 1e9, first: 1e9 }, raw: { keys: [], values: [], first: [], runs: [], versions: [], codes: [] } }),
  ),
  'truncated--a-billion-versions': encode(change(small, { counts: { versions: 1e9 } })),
  'truncated--a-billion-listed': encode(change(small, { counts: { listed: 1e9 } })),
  'truncated--a-billion-changes': encode(change(small, { counts: { later: 1e9 } })),
  'truncated--a-billion-bases': encode(change(small, { counts: { bases: 1e9 } })),
  'truncated--meta-beyond-the-end': encode(change(small, { counts: { meta: 4e9 } })),
  'magic--another-letter': patched(3, 0x55),
  'unknown-format--1': patched(4, 1),
  'unknown-hash--0': patched(5, 0),
  'unknown-digest--2': patched(6, 2),
  'checksum--one-bit': patched(bytes.length - 1, bytes.at(-1) ^ 1),
  'checksum--of-other-bytes': patched(30, bytes[30] ^ 1),
  'varint--too-long': encode(change(small, { raw: { tree: [0, 0, 0x80, 0, 2] } })),
  'varint--above-2-32': encode(change(small, { raw: { tree: [0, 0, 0xff, 0xff, 0xff, 0xff, 0x10, 2] } })),
  'varint--without-end': encode(change(small, { raw: { tree: [0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2] } })),
  'varint--long-string-coded-too-long': encode(
    change(good['long-keys'], { raw: { values: tableOf([0x0f, 0xb9, 0x81, 0, ...utf8('v'.repeat(100))]) } }),
  ),
  'count--more-first-changes-than-keys': encode(change(small, { counts: { first: 6 } })),
  'count--more-keys-than-changes': encode(change(small, { counts: { first: 1, later: 3 } })),
  'count--more-values-than-changes': encode(change(small, { counts: { values: 8 } })),
  'count--later-changes-of-one-version': encode(change(many, { counts: { later: 1 } })),
  'count--changes-without-versions': encode(change(many, { counts: { versions: 0 } })),
  'count--fewer-listed-than-versions': encode(change(small, { listing: [0, 1, 2] })),
  'count--listed-without-versions': encode(change(good.nothing, { counts: { listed: 3 } })),
  'base--the-same-twice': encode(change(delta, { bases: [digest(1), digest(1)], tree: [1, 2] })),
  'base--not-used': encode(change(delta, { bases: [digest(1), digest(2)] })),
  'base--out-of-order': encode(change(delta, { bases: [digest(1), digest(2), digest(3)], tree: [3, 3] })),
  'tree--climbs-above-the-root': encode(change(small, { tree: [0, 0, 0, 4] })),
  'tree--first-version-on-a-version': encode(change(small, { tree: [1, 0, 0, 2] })),
  'tree--far-above': encode(change(small, { tree: [0, 0, 0, 0xffffffff] })),
  'size--one-more': encode(change(small, { growth: [3, 0, 1, 1] })),
  'size--negative': encode(change(small, { growth: [3, -4, 0, 1] })),
  'size--above-all-keys': encode(change(small, { growth: [3, 0, 0, 3] })),
  'empty-base--of-a-version': encode(change(good['after-an-empty-version'], { tree: [0, 0] })),
  'empty-base--after-removals': encode(
    change(good['after-an-empty-version'], {
      tree: [0, 0, 0],
      growth: [1, -1, 1],
      histories: [[[0, 1], [1, 0], [2, 1]]],
    }),
  ),
  'form--no-such': encode(change(small, { raw: { keys: table(small.keys, {}, 2) } })),
  'form--hexadecimal-without-strings': encode(change(good.nothing, { raw: { keys: [1] } })),
  'form--hexadecimal-written-plainly': encode(change(hexadecimal, { raw: { keys: table(addresses, {}, 0) } })),
  'form--hexadecimal-values-written-plainly': encode(change(hexadecimal, { raw: { values: table(hexadecimal.values, {}, 0) } })),
  'listing--no-such-version': encode(change(small, { listing: [0, 1, 2, 3, 4] })),
  'listing--one-left-out': encode(change(small, { listing: [0, 1, 2, 2] })),
  'listing--needless': encode(change(small, { listing: [0, 1, 2, 3] })),
  'listing--before-its-base': encode(change(small, { listing: [1, 0, 2, 3] })),
  'listing--siblings-out-of-order': encode(change(small, { listing: [0, 3, 1, 2] })),
  'block--longer-than-its-strings': encode(change(small, { raw: { values: [0, 9, ...table(small.values).slice(2), 0] } })),
  'block--shorter-than-its-strings': encode(
    change(many, { raw: { keys: table(many.keys).map((byte, i) => (i === 1 ? byte - 2 : i === 2 ? byte + 2 : byte)) } }),
  ),
  'block--no-bytes': encode(change(small, { raw: { values: [0, 0] } })),
  'string--shares-more-than-there-is': encode(change(small, { raw: { values: tableOf([0x02, 1, 0x20, 2]) } })),
  'string--shares-with-nothing': encode(change(many, { raw: { values: tableOf([0x12, 7]) } })),
  'string--negative-length': encode(change(small, { raw: { values: tableOf([0x02, 1, 0x05, 2]) } })),
  'string--longer-than-its-block': encode(change(small, { raw: { values: tableOf([0x0e, 1]) } })),
  'string--shares-more-than-127': encode(
    change(good['long-keys'], {
      raw: { keys: tableOf([...string([], good['long-keys'].keys[0]), ...string(good['long-keys'].keys[0], good['long-keys'].keys[1], 128)]) },
    }),
  ),
  'prefix--not-shared': encode(
    change(small, { raw: { keys: table(small.keys, { 2: 0 }) } }),
  ),
  'prefix--not-shared-across-blocks': encode(change(many, { raw: { keys: table(many.keys, { 32: 3 }) } })),
  'unsorted--values': encode(change(small, { values: [1, 3, 2, 4].map(cbor) })),
  'unsorted--the-same-key-twice': encode(change(small, { keys: strings('alice', 'bob', 'bob', 'xaver', 'zoe') })),
  'unsorted--across-blocks': encode(change(many, { keys: [...many.keys.slice(0, 31), [...utf8('key0040')], ...many.keys.slice(32)] })),
  'unsorted--beyond-the-127-bytes-shared': encode(
    change(good['long-keys'], { keys: strings('p'.repeat(300), `${'p'.repeat(140)}a`, `${'p'.repeat(140)}q`) }),
  ),
  'utf8--lone-continuation': encode(change(small, { keys: [...small.keys.slice(0, 4), [0x80]] })),
  'utf8--overlong': encode(change(small, { keys: [...small.keys.slice(0, 4), [0xc0, 0xaf]] })),
  'utf8--surrogate': encode(change(small, { keys: [...small.keys.slice(0, 4), [0xed, 0xa0, 0x80]] })),
  'utf8--above-10ffff': encode(change(small, { keys: [...small.keys.slice(0, 4), [0xf4, 0x90, 0x80, 0x80]] })),
  'utf8--cut': encode(change(small, { keys: [...small.keys.slice(0, 4), [0xf0, 0x9f, 0x98]] })),
  'utf8--cut-inside-what-is-shared': encode(
    change(small, { keys: [...small.keys.slice(0, 3), [0xc3, 0xa9], [0xc3, 0xaa, 0xc3]] }),
  ),
  'bits--padding': encode(change(small, { raw: { first: [0x27] } })),
  'bits--one-more': encode(change(small, { raw: { first: [0x0f] } })),
  'bits--runs-one-less': encode(change(small, { raw: { runs: [0, 0] } })),
  'version--no-such': encode(change(small, { histories: replaced(small.histories, 3, [[4, 2]]) })),
  'version--the-same-twice': encode(change(small, { histories: replaced(small.histories, 3, [[3, 2], [3, 1]]) })),
  'version--out-of-order': encode(change(small, { histories: replaced(small.histories, 3, [[3, 2], [1, 1]]) })),
  'version--zero-among-the-later': encode(change(small, { raw: { versions: [2, 1, 0, 2] } })),
  'value--no-such': encode(change(small, { histories: replaced(small.histories, 3, [[3, 5]]) })),
  'no-change--the-same-value': encode(change(small, { histories: replaced(small.histories, 2, [[0, 1], [3, 1]]) })),
  'no-change--removes-what-is-absent': encode(change(small, { histories: replaced(small.histories, 3, [[2, 0], [3, 2]]) })),
  'no-change--absent-in-the-first-version': encode(change(small, { histories: replaced(small.histories, 3, [[0, 0], [3, 2]]) })),
  'no-change--the-same-as-two-versions-below': encode(change(small, { histories: replaced(small.histories, 2, [[0, 1], [2, 1]]) })),
  'empty-version--equal-to-its-base': encode(change(small, { tree: [...small.tree, 0], growth: [...small.growth, 0] })),
  'empty-version--two-empty-maps': encode({ ...good.nothing, tree: [0, 1], growth: [0, 0] }),
  'empty-version--two-copies-of-a-base': encode({ ...good.nothing, bases: [digest(1)], tree: [1, 2], growth: [0, 0] }),
  'unused-key--no-change': encode(change(small, { histories: replaced(small.histories, 3, []), counts: { keys: 5 } })),
  'unused-value--none-has-it': encode(change(small, { values: [1, 2, 3, 4, 5].map(cbor) })),
  'trailing--a-byte': encode(change(small, { end: [0] })),
  'trailing--a-second-file': sealed(join(bytes.slice(0, -8), bytes)),
  'needs-base--a-delta': encode(delta),
}

/**
 * An attack on time: one key, many versions that all stand on version 0, and a lookup that must not visit
 * each.
 */
export function star(n) {
  return encode({
    tree: [0, ...Array.from({ length: n }, (_, i) => (i === 0 ? 0 : 1))],
    growth: [1, ...Array(n).fill(0)],
    keys: strings('k'),
    values: [cbor(1), cbor(2)],
    histories: [[[0, 1], ...Array.from({ length: n }, (_, i) => [i + 1, 2])]],
  })
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const here = new URL('.', import.meta.url)
  for (const [folder, files] of Object.entries({
    good: Object.fromEntries(Object.entries(good).map(([name, parts]) => [name, encode(parts)])),
    hostile,
  })) {
    rmSync(new URL(folder, here), { recursive: true, force: true })
    mkdirSync(new URL(folder, here))
    for (const [name, content] of Object.entries(files)) writeFileSync(new URL(`${folder}/${name}.snapshot`, here), content)
    console.log(`${folder}: ${Object.keys(files).length} files`)
  }
}
