// The vectors of digests for other implementations (tests/vectors/digest.txt), made from the reference.
import { readFileSync, writeFileSync } from 'node:fs'
import { bytesOf, type Entry, referenceDigest, referenceProof } from './digest-reference.js'
import { hashes } from './weak-hashes.js'

// tests/vectors/digest.txt holds what the reference says about chosen maps; the native tests read it. After a
// change of DIGEST.md (and of its version), write it anew with UPDATE_VECTORS=1.

const file = new URL('../vectors/digest.txt', import.meta.url)
const collisions = JSON.parse(
  readFileSync(new URL('../vectors/key-collisions.json', import.meta.url), 'utf8'),
) as {
  pairs: Record<string, [string, string, string, string][]>
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex') || '-'

function describeMap(hash: string, contents: [string, string][], questions: string[][]): string[] {
  const entries = contents.map(([key, value]): Entry => ({ key: bytesOf(key), value: bytesOf(value) }))
  return [
    `map ${hash}`,
    ...entries.map(({ key, value }) => `entry ${hex(key)} ${hex(value)}`),
    `digest ${hex(referenceDigest(entries, hashes[hash]))}`,
    ...questions.map(
      (keys) =>
        `proof ${keys.map((key) => hex(bytesOf(key))).join(',')} ${hex(referenceProof(entries, keys.map(bytesOf), hashes[hash]))}`,
    ),
    '',
  ]
}

type Add = (...args: Parameters<typeof describeMap>) => void

const numbered = (n: number, size: (i: number) => number = (i) => i % 9): [string, string][] =>
  Array.from({ length: n }, (_, i) => [`key-${i}`, 'v'.repeat(size(i))])

/** Maps of keys whose real hashes share many bits, or whose hashes are weak. */
function addColliding(add: Add): void {
  for (const [bits, pairs] of Object.entries(collisions.pairs)) {
    for (const [a, b] of pairs.slice(0, 1)) {
      add(
        'real',
        [
          [a, bits],
          [b, 'b'],
        ],
        [[a], [b], [b, a], ['absent']],
      )
      add('real', [...numbered(5), [a, bits]], [[a], [b], [a, b, 'key-3']])
    }
  }
  for (const hash of Object.keys(hashes).slice(1)) {
    for (const n of [1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33]) {
      add(hash, numbered(n), [
        ['key-0'],
        [`key-${n - 1}`],
        ['absent'],
        ['key'],
        ['zzz'],
        ['key-0', 'key-1', 'key-5', 'absent', 'key-55', 'key-6'],
      ])
    }
  }
}

function vectors(): string {
  const lines = [
    '# Digests and proofs by the reference in tests/js: see digest-vectors.test.ts. Bytes in hexadecimal, - for none.',
    '',
  ]
  const add: Add = (...args) => void lines.push(...describeMap(...args))

  add('real', [], [['hello'], ['hello', 'world']])
  add('real', [['', '']], [[''], ['hello']])
  add('real', [['hello', 'x']], [['hello'], ['world'], ['hello', 'world']])
  add(
    'real',
    [
      ['hello', '\u0018*'],
      ['world', '\u0018d'],
    ],
    [['hello'], ['world'], ['nope'], ['world', 'hello', 'nope']],
  )
  // both sides of the length from which a brief field is a digest
  for (const size of [63, 64, 65, 135, 136, 137, 300]) {
    add(
      'real',
      [
        ['k'.repeat(size), 'v'],
        ['short', 'v'.repeat(size)],
      ],
      [['k'.repeat(size)], ['short'], ['other'], ['k'.repeat(size), 'l']],
    )
  }
  add('real', numbered(40), [
    ['key-0'],
    ['key-39'],
    ['absent'],
    ['key-1', 'key-2', 'key-30', 'absent', 'missing'],
  ])
  add(
    'real',
    numbered(300, (i) => i % 70),
    [['key-7'], ['key-299'], ['absent'], ['key-1', 'key-2', 'absent', 'missing']],
  )
  addColliding(add)
  return lines.join('\n')
}

test('the vectors for other implementations are those of the reference', () => {
  const made = vectors()
  if (process.env.UPDATE_VECTORS) writeFileSync(file, made)
  expect(readFileSync(file, 'utf8')).toBe(made)
})
