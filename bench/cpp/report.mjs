// Turns the JSON of map_bench into a table of medians and of ratios to unordered_map's find, and writes it to
// bench/results/cpp.md. Usage: node bench/cpp/report.mjs RESULTS_FOLDER
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'

const folder = process.argv[2]

// The results are kept without the path and the host name of the machine that made them.
for (const name of readdirSync(folder).filter((file) => file.endsWith('_bench.json'))) {
  const kept = JSON.parse(readFileSync(join(folder, name), 'utf8'))
  delete kept.context.executable
  delete kept.context.host_name
  writeFileSync(join(folder, name), `${JSON.stringify(kept)}\n`)
}

const goals = {
  hamt_find: 0.6,
  hamt_persistent_insert: 1.3,
  hamt_persistent_erase: 1.5,
  hamt_draft_build: 0.8,
  hamt_iterate: 0.04,
  hamt_diff_10_edits: 20,
  hamt_equal_10_edits: 10,
}

/** Median nanoseconds per item (or per iteration where no items are counted), by "benchmark/size". */
function medians(file) {
  const { benchmarks } = JSON.parse(readFileSync(file, 'utf8'))
  const samples = new Map()
  const unit = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 }
  for (const b of benchmarks) {
    if (b.run_type !== 'iteration') continue
    const name = b.name.replace(/\/repeats:\d+/, '')
    const ns = b.items_per_second ? 1e9 / b.items_per_second : b.cpu_time * unit[b.time_unit]
    samples.set(name, [...(samples.get(name) ?? []), ns])
  }
  return new Map(
    [...samples].map(([name, all]) => [name, all.sort((a, b) => a - b)[Math.floor(all.length / 2)]]),
  )
}

const number = (x) => (x < 100 ? x.toPrecision(3) : x.toFixed(0))
const main = medians(join(folder, 'map_bench.json'))
const boxedFile = join(folder, 'map_boxed_bench.json')
const boxed = existsSync(boxedFile) ? medians(boxedFile) : new Map()

const sizes = ['1000', '100000', '1000000']
const names = [
  'unordered_map_find',
  'hamt_find',
  'unordered_map_find_absent',
  'hamt_find_absent',
  'unordered_map_insert',
  'hamt_persistent_insert',
  'hamt_draft_build',
  'hamt_bulk_build',
  'hamt_persistent_erase',
  'unordered_map_iterate',
  'hamt_iterate',
  'hamt_diff_10_edits',
  'hamt_equal_10_edits',
  'hamt_unequal',
  'hamt_unequal_1_edit',
]
const lines = [
  `Machine: ${cpus()[0].model}, ${cpus().length} cores. Nanoseconds per operation, medians of five interleaved repetitions; in brackets,`,
  "multiples of `unordered_map`'s find at the same size.",
  '',
  '| operation | 1,000 | 100,000 | 1,000,000 | goal at 100,000 | every entry boxed, 100,000 |',
  '| --- | ---: | ---: | ---: | ---: | ---: |',
]
for (const name of names) {
  const cells = sizes.map((size) => {
    const ns = main.get(`${name}/${size}`)
    if (ns === undefined) return ''
    return `${number(ns)} (${(ns / main.get(`unordered_map_find/${size}`)).toPrecision(2)})`
  })
  const ratio = main.get(`${name}/100000`) / main.get('unordered_map_find/100000')
  const goal = goals[name] ? `${goals[name]}${ratio <= goals[name] ? ' ✓' : ' missed'}` : ''
  const other = boxed.get(`${name}/100000`)
  const otherCell =
    other && name.startsWith('hamt')
      ? `${number(other)} (${(other / boxed.get('unordered_map_find/100000')).toPrecision(2)})`
      : ''
  lines.push(`| ${name.replaceAll('_', ' ')} | ${cells.join(' | ')} | ${goal} | ${otherCell} |`)
}

// n inserts, then 1,000 kept versions: against inserting into an unordered_map and copying it 1,000 times.
const copying = main.get('unordered_map_insert_once/100000') + 20 * main.get('unordered_map_50_copies/100000')
const ours = main.get('hamt_1000_kept_versions/100000')
const ms = (ns) => `${(ns / 1e6).toFixed(ns < 1e9 ? 1 : 0)} ms`
lines.push(
  '',
  `100,000 inserts, then 1,000 kept versions of one update each: ${ms(ours)} against ${ms(copying)} for copying an`,
  `\`unordered_map\` (50 copies timed, scaled to 1,000): ratio ${(ours / copying).toPrecision(2)}; goal 0.01${ours / copying <= 0.01 ? ' ✓' : ' missed'}.`,
)
const text = lines.join('\n') + '\n'
writeFileSync(join(folder, 'cpp.md'), text)
console.log(text)
