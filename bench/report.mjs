// Puts what the benchmarks left in bench/results/ together as bench/README.md. Run by `npm run bench`.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, release, type } from 'node:os'
import { fileURLToPath } from 'node:url'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const result = (name) => {
  const file = here(`./results/${name}`)
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : '(not measured in this run)'
}
/** A result that is already Markdown, or else as it was printed. */
const shown = (name) => {
  const text = result(name)
  return text.includes('| --- |') ? text : `\`\`\`\n${text}\n\`\`\``
}
const map = existsSync(here('./js/map.md'))
  ? readFileSync(here('./js/map.md'), 'utf8')
      .replace(/^# .*\n/, '')
      .replaceAll('(map.svg)', '(js/map.svg)')
      .trim()
  : '(not measured in this run)'

writeFileSync(
  here('./README.md'),
  `# Benchmarks

\`npm run bench\` runs all of this and writes this page; \`npm run bench:cpp\` and \`npm run bench:js [map|values|methods|plain|snapshot|digest|sortition|blocks]\` run parts. Figures are
medians; ratios compare rivals in one run on one machine: ${cpus()[0].model.trim()}, ${cpus().length} cores, ${type()} ${release()}, Node ${process.version}.
Goals that were missed are marked so.

## C++

${result('cpp.md')}

Why the trie is laid out as it is, what else was tried, and where the time goes: [cpp/trie/DESIGN.md](../cpp/trie/DESIGN.md).

## JavaScript

${map}

### Objects, small maps, histories, and a fresh process

Values are numbers, or objects of five fields. \`from\` and \`set\` freeze an object that is new and encode nothing: the first digest or save
encodes. A small map sorts its keys in its first iteration (\`first iteration\`). \`line read\` reads random keys of random versions of
1,000 in a row; \`line made and read\` makes the index that these reads use, too. Plots of the rows with objects: [32](js/values-32.svg),
[1,000](js/values-1000.svg) and [100,000](js/values-100000.svg) entries.

${shown('values.txt')}

Without a persistent map, every version is a copy; immer saves the writing of it, not the copying:

${shown('plain.txt')}

### Methods

\`npm run bench:js methods\` measures the methods beyond \`get\`, \`set\` and \`delete\`, beside the peer's own method or
what its users write instead: one call, in processor time, on maps of numbers. Each row has a map of its own. "100
keys" are 32 in a map of 32 entries. The last table has the growth of a call's time from 1,000 entries to 100,000,
next to the cost that the docstring states. A time proportional to the size grows 100 times or more; where the stated
cost does not depend on the size, the limit is 50, as a map of 1,000 entries is stored in JavaScript, and one of
100,000 in wasm. The first \`hashCode\` of a map moves it to wasm.

${shown('methods.txt')}

## Snapshots

W1: 10,000 entries, 99 more versions of 10 random edits. W2: 100,000 entries, 1,000 versions of one update each from the same base. W3: 1,000 entries, 1,000
versions in a row.

${shown('snapshot.txt')}

Goals. W1: raw ≤ 200 KB, gzip ≤ 54 KB, brotli ≤ 45 KB, smaller than every peer. W2: raw ≤ 5.6 MB, write ≤ 150 ms, load ≤ 60 ms, load ≤ 0.25 × the
fastest peer, validation ≤ 0.5 × load, open and one get ≤ 0.02 × load. W3: a delta of one edit ≤ 200 bytes above its key and value.

## Node tables and block stores

\`hamt-wasm/blocks\`, a million entries of 42-character keys: requests, bytes, blocks and time, against the goals; then ten million in Redis
(\`node bench/js/blocks.mjs --redis 10000000\`), edited by a process that never has them.

${shown('blocks.txt')}

${shown('blocks-redis.txt')}

## Digests and proofs

${shown('digest.txt')}

Goals: full digest ≤ 150 ms; after one edit ≤ 60 µs; proof ≤ 1 KB above key and value; verified in ≤ 1 ms; verifier ≤ 8 KB with gzip; ≥ 4 × the throughput
of \`@noble/hashes\`.

## Sortition

${shown('sortition.txt')}

Goals: selection ≤ 0.25 × JavaScript; replay ≥ 200,000 events/s; file ≤ 60 bytes/event; load and at(T) ≤ 100 ms.
`,
)
console.log('Wrote bench/README.md')
