// `npm run bench`: C++ with Google Benchmark, JavaScript against the peers. Results are JSON in
// bench/results/.
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, openly, quietly, root, say } from './step.mjs'

const results = join(root, 'bench', 'results')

export async function benchCpp() {
  const dir = join(root, 'bench', 'cpp')
  const names = existsSync(dir) ? readdirSync(dir).filter((name) => name.endsWith('_bench.cpp')) : []
  if (names.length === 0) throw new Failure('bench/cpp holds no *_bench.cpp')
  say('Building the C++ benchmarks')
  await quietly('bench-configure', 'cmake', ['--preset', 'release'])
  await quietly('bench-build', 'cmake', ['--build', '--preset', 'release', '--target', 'benches'])
  mkdirSync(results, { recursive: true })
  // Repetitions of all benchmarks in random turn: what the machine does besides falls on all of them alike.
  const fair = [
    '--benchmark_repetitions=5',
    '--benchmark_enable_random_interleaving=true',
    '--benchmark_min_time=0.1',
  ]
  for (const name of [...names.map((file) => file.replace('.cpp', '')), 'map_boxed_bench']) {
    const filter = name === 'map_boxed_bench' ? ['--benchmark_filter=/100000$'] : []
    const out = ['--benchmark_out_format=json', `--benchmark_out=${join(results, `${name}.json`)}`]
    say(`Running ${name}`)
    await quietly(name, join(root, 'build', 'release', name), [...fair, ...filter, ...out])
  }
  await openly(process.execPath, [join(dir, 'report.mjs'), results])
}

export async function benchJs(args) {
  const file = join(root, 'bench', 'js', 'run.mjs')
  if (!existsSync(file)) throw new Failure('bench/js/run.mjs is missing')
  mkdirSync(results, { recursive: true })
  await openly(process.execPath, ['--expose-gc', file, ...args])
}
